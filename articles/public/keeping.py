"""How long an answer may be kept by whoever gets it. See docs/static-export.md."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

Answering = Callable[[HttpRequest], HttpResponse]


def unsaid_means_ask(get_response: Answering) -> Answering:
    """Middleware: an answer that says nothing of it is kept by nobody without asking again.

    A browser or a network may else keep a notice, or a page that answers 404, for as long as it thinks fit
    (RFC 9111, section 4.2.2).
    """

    def answered(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    return answered
