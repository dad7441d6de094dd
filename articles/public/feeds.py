"""Feeds: the newest articles, those of a topic, and what readers were told of corrections and take-downs.

They hold summaries and links, never the text, so that a page that was taken down stays nowhere whole.
"""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import JSONField, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import conditional_page, require_safe

from articles.models import Notice, Publication, Topic
from articles.public.feed_formats import FORMATS, Entry, Feed

NEWEST = 30
_LIVE = Publication.objects.filter(status=Publication.Status.LIVE)


@require_safe
@conditional_page
def articles(request: HttpRequest, form: str) -> HttpResponse:
    """The newest articles of the site."""
    return _answer(request, form, title="", home=reverse("public:home"), entries=_articles(_LIVE.all()))


@require_safe
@conditional_page
def topic(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """The newest articles of one topic."""
    # One that only drafts have is not known to readers.
    known = Topic.objects.filter(pk__in=Publication.topics.through.objects.values("topic"))
    found = get_object_or_404(known, slug=slug)
    home = reverse("public:topic", args=[slug])
    return _answer(request, form, title=found.name, home=home, entries=_articles(_LIVE.filter(topics=found)))


@require_safe
@conditional_page
def corrections(request: HttpRequest, form: str) -> HttpResponse:
    """The newest notices: corrections, retractions, removals and the like."""
    home = reverse("public:home")
    return _answer(request, form, title="Corrections and retractions", home=home, entries=_notices())


def _answer(request: HttpRequest, form: str, *, title: str, home: str, entries: list[Entry]) -> HttpResponse:
    if form not in FORMATS:
        raise Http404
    site = settings.SITE_NAME or "Articles"
    feed = Feed(
        title=f"{site}: {title}" if title else site,
        url=settings.SITE_URL + request.path,
        home=settings.SITE_URL + home,
        publisher=site,
        language=settings.LANGUAGE_CODE,
        entries=entries,
    )
    answer = HttpResponse(
        FORMATS[form].write(feed), content_type=f"{FORMATS[form].content_type}; charset=utf-8"
    )
    # Kept, but never shown without asking: what was taken down is gone at the next look. There is no
    # Last-Modified: the newest date of what is left does not move when something goes.
    answer["Cache-Control"] = "no-cache"
    return answer


def _articles(publications: QuerySet[Publication]) -> list[Entry]:
    """The newest of `publications`, with authors and topics as they were signed; one query."""
    newest = publications.order_by("-published_at", "-pk").values("pk")[:NEWEST]
    # Of the frozen content only two parts leave the database; the text stays there.
    content = Cast("edition__canonical", JSONField())
    rows = (
        Publication.objects.filter(pk__in=newest)
        .annotate(authors=KeyTransform("authors", content), about=KeyTransform("topics", content))
        .order_by("-published_at", "-pk")
        .values(
            "article", "slug", "locale", "title", "summary", "first_published_at", "published_at",
            "authors", "about",
        )
    )  # fmt: skip
    return [
        Entry(
            id=_tag("article", row["article"], row["first_published_at"]),
            url=_article_url(row["slug"]),
            title=row["title"],
            language=row["locale"],
            published=row["first_published_at"],
            updated=row["published_at"],
            summary=row["summary"],
            authors=[author["name"] for author in row["authors"]],
            topics=[(topic["slug"], topic["name"]) for topic in row["about"]],
        )
        for row in rows
    ]


def _notices() -> list[Entry]:
    """The newest notices, under the title and address that their articles have, or had last; one query."""
    last = Publication.objects.filter(article=OuterRef("article")).order_by("-pk")
    notices = Notice.objects.annotate(
        title=Subquery(last.values("title")[:1]),
        slug=Subquery(last.values("slug")[:1]),
        locale=Subquery(last.values("locale")[:1]),
    )
    return [
        Entry(
            id=_tag("notice", notice.pk, notice.at),
            url=_article_url(notice.slug),
            title=f"{notice.get_kind_display()}: {notice.title}",
            language=notice.locale,
            published=notice.at,
            updated=notice.at,
            summary=notice.text,
            topics=[(notice.kind, str(notice.get_kind_display()))],
        )
        for notice in notices.order_by("-at", "-pk")[:NEWEST]
    ]


def _article_url(slug: str) -> str:
    return f"{settings.SITE_URL}{reverse('public:article', args=[slug])}"


def _tag(kind: str, number: int, since: dt.datetime) -> str:
    """A tag URI (RFC 4151): the same for ever, also when the article moves to another address."""
    day = since.astimezone(dt.UTC).date().isoformat()
    return f"tag:{urlsplit(settings.SITE_URL).hostname},{day}:{kind}/{number}"
