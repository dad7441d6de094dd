"""What readers see: live publications, notices in the place of those taken down, and nothing else."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from articles.downloads import FORMATS, references_file
from articles.models import Notice, Publication, Topic
from articles.publishing import notices_above
from articles.sources.works import work_from

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
    """All topics that have something live, with how much."""
    counted = _topics().annotate(live_count=Count("publications", filter=Q(publications__status=_LIVE)))
    return render(request, "articles/topics.html", {"topics": counted, "section": "topics"})


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """The live articles of one topic."""
    found = get_object_or_404(Topic, slug=slug)
    context = {"topic": found, "page": _page(request, live().filter(topics=found)), "section": "topics"}
    return render(request, "articles/topic.html", context)


@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """What readers have of the article that was ever at this address: its stored page, or what became of it.

    One query; two where readers were told something since it was published, and for a retracted article,
    whose notice says of which kind it is.
    """
    page = _current(slug)
    if page is None or page.status == Publication.Status.SUPERSEDED:
        raise Http404
    if page.slug != slug:
        return _moved(page)
    if page.status == _LIVE:
        # The stored page was built from cleaned text when it was published, and the database refuses
        # to change it since; `manage.py verify` compares it with the log.
        html = mark_safe(page.html)  # noqa: S308
        context = {
            "publication": page,
            "html": html,
            "overdue": page.review_due < timezone.localdate(),
            "notices": notices_above(page) if page.noticed else [],  # type: ignore[attr-defined]
            "files": FORMATS if 'id="references"' in page.html else {},
        }
        return render(request, "articles/article.html", context)
    if page.status == Publication.Status.WITHDRAWN:
        return render(request, "articles/withdrawn.html", {"publication": page}, status=410)
    notice = page.notices.order_by("-at", "-pk").first()
    removed = notice is not None and notice.kind == Notice.Kind.REMOVAL
    context = {
        "publication": page,
        "label": "Removal" if removed else "Retraction",
        "done": "Removed" if removed else "Retracted",
    }
    return render(request, "articles/retracted.html", context)


@require_safe
def references(request: HttpRequest, slug: str, ending: str) -> HttpResponse:
    """The references of a live article, as they were signed: RIS, BibTeX or CSL-JSON."""
    if ending not in FORMATS:
        raise Http404
    page = get_object_or_404(Publication.objects.select_related("edition"), status=_LIVE, slug=slug)
    cited = page.edition.content["references"]
    return references_file((work_from(one["record"]) for one in cited), name=slug, ending=ending)


def _current(slug: str) -> Publication | None:
    """The article's live publication, or else its last one, by any address that it ever had.

    An address stays with the article that it was first given to (see `articles.editing`).
    """
    ever = Publication.objects.filter(slug=slug).values("article")
    live_first = Case(When(status=_LIVE, then=Value(0)), default=Value(1), output_field=IntegerField())
    told = Notice.objects.filter(publication=OuterRef("pk"), at__gt=OuterRef("published_at"))
    pages = Publication.objects.filter(article__in=ever).annotate(noticed=Exists(told))
    return pages.order_by(live_first, "-published_at", "-pk").first()


def _moved(page: Publication) -> HttpResponsePermanentRedirect:
    moved = HttpResponsePermanentRedirect(reverse("public:article", args=[page.slug]))
    # An address may be given back: a browser that kept both redirects would go round in a circle.
    moved["Cache-Control"] = "no-cache"
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
    used = Publication.topics.through.objects.filter(topic=OuterRef("pk"), publication__status=_LIVE)
    return Topic.objects.filter(Exists(used)).order_by("name")
