"""The history of an article: which editions were public, what readers were told, and what changed in each."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from articles.history import Past, changes_in, past_of
from articles.models import Publication
from articles.public import gone

_Status = Publication.Status


@require_safe
def history(request: HttpRequest, slug: str) -> HttpResponse:
    """All publications of an article, the newest first; for a retracted one (410) dates and notices."""
    past = readable_past(slug)
    page = past.current.publication
    if page.slug != slug:
        return gone.moved("public:history", page.slug)
    if page.status == _Status.WITHDRAWN:
        return _fresh(gone.withdrawn(request, page))
    context = {"past": past, "page": page, "retracted": page.status == _Status.RETRACTED}
    status = 410 if page.status == _Status.RETRACTED else 200
    return _fresh(render(request, "articles/history.html", context, status=status))


@require_safe
def edition_changes(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What an edition changed, each time it was published, against the one that was public before.

    410 with the notice and no text for what was taken down.
    """
    past = readable_past(slug)
    page = past.current.publication
    if page.slug != slug:
        return gone.moved("public:edition_changes", page.slug, number)
    entries = past.edition(number)
    if not entries:
        raise Http404
    if page.status == _Status.WITHDRAWN:
        return _fresh(gone.withdrawn(request, page))
    if page.status == _Status.RETRACTED:
        return _fresh(gone.retracted(request, page, last=next(reversed(past.current.told), None)))
    context = {
        "page": page,
        "number": number,
        "times": [{"entry": entry, "changes": changes_in(entry)} for entry in entries],
        "gone": entries[0].taken_down,
    }
    status = 410 if entries[0].taken_down else 200
    return _fresh(render(request, "articles/edition_changes.html", context, status=status))


def readable_past(slug: str) -> Past:
    """The past of the article that was ever at this address; `Http404` where readers never had one."""
    past = past_of(slug)
    if past is None or past.current.publication.status == _Status.SUPERSEDED:
        raise Http404
    return past


def _fresh(answer: HttpResponse) -> HttpResponse:
    """A copy that somebody keeps must be asked about: the article may have been taken down since."""
    answer["Cache-Control"] = "no-cache"
    return answer
