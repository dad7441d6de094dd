"""The addresses of the public site, told apart by what they show: a copy of them is kept elsewhere.

One table says for each name of an address what it hangs on. Its two readers are whoever must forget an
article (`addresses_of`) and whoever writes the whole site (`addresses_of_site`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from django.db.models import Q
from django.urls import NoReverseMatch, reverse

from articles.downloads import FORMATS
from articles.models import (
    Page,
    Publication,
    PublishedSigner,
    SeeAlso,
    Series,
    SeriesPart,
    Topic,
)

FEEDS = ("atom", "json")
"""The endings of a feed's address."""
SITEMAP = 10_000
"""Articles whose addresses stand in one sitemap; the sitemap 0 has those of the site itself."""

LISTS = ("home", "topics", "corrections", "sitemap")
"""Without arguments, and different when an article comes or goes."""
STANDING = ("how_we_review", "check_page", "keys", "robots")
"""Without arguments, and the same whatever is live."""
LIST_FEEDS = ("articles_feed", "corrections_feed")
TOPIC, TOPIC_FEED, REVIEWER, SITEMAP_PAGE = "topic", "topic_feed", "reviewer", "sitemap_page"
SERIES = "series"
ARTICLE = ("article", "history", "attestation")
"""With an article's slug."""
REFERENCES = "references"
EDITION = ("edition_changes", "edition_attestation")
"""With an article's slug and the number of an edition that was public."""


def addresses_of(publication: Publication) -> list[str]:
    """Every address whose answer may show something of a publication's article, the article's own first.

    Those of its earlier publications are among them: an edition may have other topics, other signers and
    another slug than the one before; and so are the pages that lead to it. Seven queries.
    """
    article = publication.article_id
    ever = Publication.objects.filter(article=article).values_list("slug", "edition__number")
    slugs, numbers = zip(*ever, strict=True)
    topics = Topic.objects.filter(publications__article=article).order_by()
    signers = PublishedSigner.objects.filter(publication__article=article)
    series = Series.objects.filter(parts__article=article)
    pointing = SeeAlso.objects.filter(other=article).values("article")
    beside = SeriesPart.objects.filter(series__in=series).values("article")
    leading = Page.objects.filter(Q(article__in=pointing) | Q(article__in=beside)).order_by("article")
    return _once(
        *_of_articles(product(slugs, numbers)),
        *_of_lists(),
        *_of_topics(topics.values_list("slug", flat=True)),
        *_named(REVIEWER, *((slug,) for slug in signers.values_list("slug", flat=True))),
        *_named(SITEMAP_PAGE, (0,), (sitemap_of(article),)),
        *_named(SERIES, *((slug,) for slug in series.values_list("slug", flat=True))),
        *_named("article", *((slug,) for slug in leading.values_list("slug", flat=True))),
    )


def addresses_of_site() -> list[str]:
    """Every address that answers anybody with something that is live, the articles last."""
    live = Publication.Status.LIVE
    pages = Page.objects.filter(publication__status=live).order_by("article")
    topics = Topic.objects.filter(listings__publication__status=live).order_by("slug")
    signers = PublishedSigner.objects.filter(publication__status=live).order_by("slug")
    series = Series.objects.filter(parts__article__page__publication__status=live).order_by("slug")
    sitemaps = {0, *(sitemap_of(pk) for pk in pages.values_list("article", flat=True).iterator())}
    return _once(
        *_of_lists(),
        *(address for name in STANDING for address in _named(name, ())),
        *_named(SITEMAP_PAGE, *((number,) for number in sorted(sitemaps))),
        *_of_topics(topics.values_list("slug", flat=True).distinct()),
        *_named(REVIEWER, *((slug,) for slug in signers.values_list("slug", flat=True).distinct())),
        *_named(SERIES, *((slug,) for slug in series.values_list("slug", flat=True).distinct())),
        *_of_articles(pages.values_list("slug", "article__publications__edition__number").iterator()),
    )


def addresses_of_notices() -> list[str]:
    """Where something was taken down that did not come back: the address has a notice."""
    status = Publication.Status
    ended = Publication.objects.filter(status__in=[status.WITHDRAWN, status.RETRACTED])
    gone = ended.exclude(article__publications__status=status.LIVE).order_by("slug")
    slugs = ((slug,) for slug in gone.values_list("slug", flat=True).distinct())
    return _once(*(address for slug in slugs for name in ARTICLE for address in _named(name, slug)))


def sitemap_of(article: int) -> int:
    """The number of the sitemap that an article stands in, by its primary key."""
    return (article - 1) // SITEMAP + 1


def _of_lists() -> Iterator[str]:
    for name in LISTS:
        yield from _named(name, ())
    for name in LIST_FEEDS:
        yield from _named(name, *((form,) for form in FEEDS))


def _of_topics(slugs: Iterable[str]) -> Iterator[str]:
    for slug in slugs:
        yield from _named(TOPIC, (slug,))
        yield from _named(TOPIC_FEED, *((slug, form) for form in FEEDS))


def _of_articles(editions: Iterable[tuple[str, int]]) -> Iterator[str]:
    for slug, number in editions:
        for name in ARTICLE:
            yield from _named(name, (slug,))
        yield from _named(REFERENCES, *((slug, ending) for ending in FORMATS))
        for name in EDITION:
            yield from _named(name, (slug, number))


def _named(name: str, *arguments: tuple[object, ...]) -> Iterator[str]:
    """The addresses of one name; none where the site has no page of that name."""
    for given in arguments:
        try:
            yield reverse(f"public:{name}", args=given)
        except NoReverseMatch:
            return


def _once(*addresses: str) -> list[str]:
    return list(dict.fromkeys(addresses))
