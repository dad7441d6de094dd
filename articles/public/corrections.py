"""Every notice to readers in one place, the newest first."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from articles.models import Notice, Publication
from articles.public.current import current_first

PER_PAGE = 20


@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """Notices of all kinds, or of one (`?kind=`); `?before=` goes on after the notice of that number.

    Two queries, whatever is shown. What was taken down is named and links to its notice.
    """
    kind = request.GET.get("kind", "")
    notices = Notice.objects.order_by("-pk")
    if kind:
        if kind not in Notice.Kind.values:
            raise Http404
        notices = notices.filter(kind=kind)
    if before := request.GET.get("before", ""):
        if not (before.isascii() and before.isdigit() and len(before) < 19):
            raise Http404
        notices = notices.filter(pk__lt=int(before))
    found = list(notices.annotate(page=Subquery(_page_now()))[: PER_PAGE + 1])
    pages = Publication.objects.only("slug", "title", "status").in_bulk({notice.page for notice in found})
    shown = [(notice, pages[notice.page]) for notice in found[:PER_PAGE]]
    context = {
        "shown": shown,
        "kinds": Notice.Kind.choices,
        "kind": kind,
        "label": Notice.Kind(kind).label if kind else "",
        "later": bool(before),
        "older": found[PER_PAGE - 1].pk if len(found) > PER_PAGE else None,
    }
    answer = render(request, "articles/corrections.html", context)
    answer["Cache-Control"] = "no-cache"
    return answer


def _page_now() -> QuerySet[Publication, Any]:
    """What readers have of a notice's article today: its live page, or else what ended last."""
    return current_first(Publication.objects.filter(article=OuterRef("article"))).values("pk")[:1]
