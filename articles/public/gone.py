"""What stands at the address of an article that is no longer there: where it moved to, or the notice."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse

from articles.models import Notice, Publication


def moved(name: str, *args: Any) -> HttpResponsePermanentRedirect:
    """To the address that the article has today.

    For now: an address may be given back, and a browser that kept both redirects would go round in a circle.
    """
    answer = HttpResponsePermanentRedirect(reverse(name, args=args))
    answer["Cache-Control"] = "no-cache"
    return answer


def withdrawn(request: HttpRequest, page: Publication) -> HttpResponse:
    """The notice in the place of a withdrawn article, 410."""
    return render(request, "articles/withdrawn.html", {"publication": page}, status=410)


def retracted(request: HttpRequest, page: Publication, *, last: Notice | None) -> HttpResponse:
    """The notice in the place of a retracted article, 410; `last` is what readers were told last."""
    removed = last is not None and last.kind == Notice.Kind.REMOVAL
    context = {
        "publication": page,
        "label": "Removal" if removed else "Retraction",
        "done": "Removed" if removed else "Retracted",
    }
    return render(request, "articles/retracted.html", context, status=410)
