"""What readers see: live publications, notices in the place of those taken down, and nothing else."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from articles.models import Publication, Topic

PER_PAGE = 20
_LIVE = Publication.Status.LIVE


def live() -> QuerySet[Publication]:
    """The live publications, newest first, with only what a list shows."""
    return (
        Publication.objects.filter(status=_LIVE)
        .only("slug", "title", "summary", "published_at", "review_due", "attestation")
        .order_by("-published_at", "-pk")
    )


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The newest articles and the topics."""
    return render(request, "articles/home.html", {"page": _page(request, live()), "topics": _topics()})


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    """All topics that have something live."""
    return render(request, "articles/topics.html", {"topics": _topics()})


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """The live articles of one topic."""
    found = get_object_or_404(Topic, slug=slug)
    context = {"topic": found, "page": _page(request, live().filter(topics=found))}
    return render(request, "articles/topic.html", context)


@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """One article: its stored page, or what became of it. One query, two where an address has moved."""
    page = (
        Publication.objects.filter(slug=slug)
        .order_by(Case(When(status=_LIVE, then=Value(0)), default=Value(1), output_field=IntegerField()), "-published_at", "-pk")
        .first()
    )
    if page is None:
        raise Http404
    if page.status == _LIVE:
        # The stored page was built from cleaned text when it was published, and the database refuses
        # to change it since; `manage.py verify` compares it with the log.
        html = mark_safe(page.html)  # noqa: S308
        return render(request, "articles/article.html", {"publication": page, "html": html})
    if page.status == Publication.Status.SUPERSEDED:
        return _moved(page)
    gone = page.status == Publication.Status.WITHDRAWN
    return render(
        request,
        "articles/withdrawn.html" if gone else "articles/retracted.html",
        {"publication": page},
        status=410 if gone else 200,
    )


def _moved(page: Publication) -> HttpResponsePermanentRedirect:
    now = Publication.objects.filter(article=page.article_id).exclude(status=Publication.Status.SUPERSEDED)
    successor = now.only("slug").order_by("-published_at", "-pk").first()
    if successor is None or successor.slug == page.slug:
        raise Http404
    moved: HttpResponsePermanentRedirect = redirect("public:article", slug=successor.slug, permanent=True)
    return moved


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 with the word “ok” when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


def _page(request: HttpRequest, publications: QuerySet[Publication]) -> Any:
    return Paginator(publications, PER_PAGE).get_page(request.GET.get("page"))


def _topics() -> QuerySet[Topic]:
    return Topic.objects.filter(publications__status=_LIVE).distinct().order_by("name")
