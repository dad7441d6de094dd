"""The addresses of the site, and a view that does nothing: what all others are compared with."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def bare(request: HttpRequest) -> HttpResponse:
    """The same middleware as everything else, and no work of its own."""
    return HttpResponse("ok")


urlpatterns = [path("bare/", bare), path("", include("config.urls"))]
handler404 = "articles.public.errors.not_found"
handler500 = "articles.public.errors.server_error"
