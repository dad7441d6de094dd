"""What to read after an article: picked by people, and filled up by what articles have in common.

The only writer of `SeeAlso`. It is navigation: no edition holds it and nobody signs it. Which of the articles
are live is asked when a reader asks (`articles.public.leading`), so one that comes down is gone from every
page that leads to it without a word being written here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction

from articles.editing import NotAllowed, NotSaved
from articles.models import Article, Listing, Page, Publication, PublishedReference, SeeAlso
from articles.models.finding import ever_live

MOST_PICKED = 6
ENOUGH = 4
"""Links below which a page is filled up."""
BATCH = 200
"""Pages that one call of `refresh` looks after."""

# How far back is looked: a large topic, or a source that everybody cites, costs no more than a small one.
_NEWEST_OF_TOPIC = 50
_NEWEST_CITATIONS = 500
_LIVE = Publication.Status.LIVE


def picked(article: Article) -> list[Article]:
    """What people picked for an article, in their order, live or not."""
    rows = SeeAlso.objects.filter(article=article, by__isnull=False).order_by("place")
    return [row.other for row in rows.select_related("other")]


def pick(article: Article, *, by: User, others: Sequence[Article]) -> None:
    """Put `others`, in this order, in the place of what was picked for an article; readers see it at once.

    Raises `NotAllowed` for somebody who may not edit articles, and `NotSaved` for more than six, for the
    article itself, for one that is there twice and for one that readers have never seen.
    """
    if not by.is_active or not by.has_perm("articles.change_article"):
        raise NotAllowed("Only writers and managing editors may say what to see also.")
    chosen = [other.pk for other in others]
    if len(chosen) > MOST_PICKED:
        raise NotSaved(f"Choose {MOST_PICKED} articles at most.")
    if article.pk in chosen:
        raise NotSaved("An article cannot lead to itself.")
    if len(set(chosen)) < len(chosen):
        raise NotSaved("The same article stands here twice.")
    if Article.objects.filter(ever_live(), pk__in=chosen).count() < len(chosen):
        raise NotSaved("Choose articles that are live, or were.")
    with transaction.atomic():
        Article.objects.select_for_update().get(pk=article.pk)
        SeeAlso.objects.filter(article=article).delete()
        SeeAlso.objects.bulk_create(
            SeeAlso(article=article, other_id=other, place=place, by=by)
            for place, other in enumerate(chosen, start=1)
        )
        if page := Publication.objects.filter(article=article, status=_LIVE).first():
            suggest(page)


def suggest(publication: Publication) -> None:
    """Fill up what a live page leads to, after what was picked: most in common first, then the newest.

    Nothing is written, and nobody is kept waiting, where the same was found before.
    """
    article = publication.article_id
    now = list(SeeAlso.objects.filter(article=article).values_list("other", "by"))
    picks = {other for other, by in now if by is not None}
    # A picked article that is not live leaves a gap for now.
    shown = Page.objects.filter(article__in=picks, publication__status=_LIVE).count() if picks else 0
    related = [one for one in _related(publication) if one not in picks]
    found = related[: max(ENOUGH - shown, 0)]
    if found == [other for other, by in now if by is None]:
        return
    with transaction.atomic():
        Article.objects.select_for_update().get(pk=article)
        SeeAlso.objects.filter(article=article, by=None).delete()
        # What somebody picked a moment ago stays picked.
        SeeAlso.objects.bulk_create(
            (
                SeeAlso(article_id=article, other_id=other, place=place)
                for place, other in enumerate(found, start=MOST_PICKED + 1)
            ),
            ignore_conflicts=True,
        )


def refresh(*, after: int = 0) -> int | None:
    """Fill up anew what the next `BATCH` live pages behind the article `after` lead to.

    So do new articles get onto old pages. Returns the last article looked after, or None at the end.
    """
    live = Publication.objects.filter(status=_LIVE, article__gt=after).order_by("article_id")
    batch = list(live.only("article", "locale")[:BATCH])
    for publication in batch:
        suggest(publication)
    return batch[-1].article_id if len(batch) == BATCH else None


def _related(publication: Publication) -> list[int]:
    """Live articles of the same language that share a topic or a source, the nearest and newest first."""
    shared: Counter[int] = Counter()
    for topic in publication.topics.values_list("pk", flat=True):
        newest = Listing.objects.filter(topic=topic).order_by("-publication")
        shared.update(newest.values_list("publication", flat=True)[:_NEWEST_OF_TOPIC])
    cited = PublishedReference.objects.filter(publication=publication).values("source")
    citing = PublishedReference.objects.filter(source__in=cited).order_by("-pk")
    shared.update(citing.values_list("publication", flat=True)[:_NEWEST_CITATIONS])
    live = Publication.objects.filter(pk__in=shared, status=_LIVE, locale=publication.locale)
    others = dict(live.exclude(article=publication.article_id).values_list("pk", "article"))
    return [others[pk] for pk in sorted(others, key=lambda pk: (-shared[pk], -pk))]
