"""The lists of the public site: home, topics, series, a reviewer's articles. Live pages only.

All but a series have the newest first and are paged by what stands last (`?before=`, a publication's
number), not by page number: page 2,000 costs what page 2 does, and an article that is published meanwhile
does not push another onto two pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from articles import readership, statements
from articles.models import Publication, PublishedSigner, Topic
from articles.public import frame
from articles.public.context import site_facts

PER_PAGE = 20
_NO_PLACE = 2**62
_LIVE = Publication.Status.LIVE

# Each ends where `_entries` goes on. The page is joined with its publication, and only a live one is shown.
_PAGES = """
SELECT page.card, page.publication_id
  FROM articles_page page
  JOIN articles_publication publication
    ON publication.id = page.publication_id AND publication.status = 'live'
"""
_NEWEST = f"{_PAGES} WHERE page.publication_id < %s ORDER BY page.publication_id DESC LIMIT %s"
_OF_TOPIC = f"""{_PAGES}
  JOIN articles_listing listing ON listing.page_id = page.article_id
 WHERE listing.topic_id = %s AND listing.publication_id < %s ORDER BY listing.publication_id DESC LIMIT %s"""
_OF_REVIEWER = f"""{_PAGES}
  JOIN articles_publishedsigner signer ON signer.publication_id = page.publication_id
 WHERE signer.slug = %s AND signer.publication_id < %s ORDER BY signer.publication_id DESC LIMIT %s"""
_OF_SERIES = f"""{_PAGES}
  JOIN articles_seriespart part ON part.article_id = page.article_id
 WHERE part.series_id = %s ORDER BY part.place, part.id"""
_SERIES = "SELECT id, name, description FROM articles_series WHERE slug = %s"
# One that only drafts have is not known to readers.
_TOPIC = """
SELECT id, name, description FROM articles_topic topic WHERE slug = %s AND EXISTS (
    SELECT 1 FROM articles_publication_topics ever WHERE ever.topic_id = topic.id
)"""
# The first live entry of each, by the index in which the newest stands first: an EXISTS would be planned as a
# join, which reads every entry.
_TOPICS = """
SELECT id, slug, name FROM articles_topic topic WHERE (
    SELECT publication.id FROM articles_listing listing
      JOIN articles_publication publication
        ON publication.id = listing.publication_id AND publication.status = 'live'
     WHERE listing.topic_id = topic.id ORDER BY listing.publication_id DESC LIMIT 1
) IS NOT NULL ORDER BY name"""


@dataclass(frozen=True, slots=True)
class Entries:
    """One page of a list: the HTML of its entries, and before which number the next one begins (0: none)."""

    cards: SafeString
    older: int
    first: bool


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The newest articles and the topics."""
    entries = _entries(request, _NEWEST)
    return _listed(
        request,
        "home",
        entries,
        title="Health articles, medically reviewed" if entries.first else "Older articles",
        description="Health articles, each checked and signed by a qualified medical reviewer who did "
        "not write it.",
        topics=_topic_links(tuple(live_topics())),
        most_read=readership.most_read() if entries.first else [],
    )


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    """All topics that have something live, with how much."""
    live = Count("listings", filter=Q(listings__publication__status=_LIVE))
    counted = Topic.objects.annotate(live_count=live).filter(live_count__gt=0).order_by("name")
    return render(request, "articles/topics.html", {"topics": counted, "section": "topics"})


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """The live articles of one topic; 404 for one that no published article ever had."""
    found = statements.row(_TOPIC, [slug])
    if found is None:
        raise Http404
    pk, name, description = found
    entries = _entries(request, _OF_TOPIC, pk)
    return _listed(
        request,
        "topic",
        entries,
        title=name if entries.first else f"{name}: older articles",
        description=description or name,
        section="topics",
        topic={"name": name, "slug": slug, "description": description},
    )


@require_safe
def series(request: HttpRequest, slug: str) -> HttpResponse:
    """The live parts of a series, from the first to the last. 404 where none is live."""
    found = statements.row(_SERIES, [slug])
    parts = statements.rows(_OF_SERIES, [found[0]]) if found else []
    if found is None or not parts:
        raise Http404
    _, name, description = found
    return _listed(
        request,
        "series",
        Entries(_cards(parts), older=0, first=True),
        title=name,
        description=description or name,
        series={"name": name, "description": description},
    )


@require_safe
def reviewer(request: HttpRequest, slug: str) -> HttpResponse:
    """Who a signer is, as they last signed, and the live articles that they signed.

    404 for somebody none of whose signatures stands under a live article.
    """
    signed = PublishedSigner.objects.filter(slug=slug, publication__status=_LIVE)
    person = signed.order_by("-publication").first()
    if person is None:
        raise Http404
    return _listed(
        request,
        "reviewer",
        _entries(request, _OF_REVIEWER, slug),
        title=str(person),
        description=f"{person}: the articles that they reviewed.",
        person=person,
    )


class LiveTopic(NamedTuple):
    """A topic that has something live."""

    pk: int
    slug: str
    name: str


def live_topics() -> list[LiveTopic]:
    """The topics that have something live, by name. One narrow query."""
    return [LiveTopic(*row) for row in statements.rows(_TOPICS, [])]


@lru_cache(maxsize=8)
def _topic_links(topics: tuple[LiveTopic, ...]) -> SafeString:
    """Everything that is shown is an argument, so what is kept can never be out of date."""
    links = ((reverse("public:topic", args=[topic.slug]), topic.name) for topic in topics)
    return format_html_join("", '<li><a href="{}">{}</a></li>', links)


def _entries(request: HttpRequest, sql: str, *of: str | int) -> Entries:
    """The page of a list that was asked for; the first where the place makes no sense."""
    asked = request.GET.get("before", "")
    place = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else _NO_PLACE
    found = statements.rows(sql, [*of, min(place, _NO_PLACE), PER_PAGE + 1])
    older = found[PER_PAGE - 1][1] if len(found) > PER_PAGE else 0
    return Entries(_cards(found[:PER_PAGE]), older, first=place == _NO_PLACE)


def _cards(found: statements.Rows) -> SafeString:
    # Each was made by a template, which escaped what is in it.
    return mark_safe("".join(card for card, _ in found))  # noqa: S308


def _listed(
    request: HttpRequest,
    name: str,
    entries: Entries,
    *,
    title: str,
    description: str,
    section: str = "",
    **context: Any,
) -> HttpResponse:
    address = f"{settings.SITE_URL}{request.path}"
    context |= {"page": entries, "address": address, "description": description}
    head = render_to_string("components/list_head.html", {**site_facts(), **context})
    main = render_to_string(f"articles/{name}.html", context)
    return frame.send(request, title=title, head=head, main=main, section=section)
