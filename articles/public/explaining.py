"""Pages in plain words: how this site reviews, and how anybody can check what it says."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

# A site puts a page of its own into templates/site/, which may extend the one that it stands in for.


@require_safe
def how_we_review(request: HttpRequest) -> HttpResponse:
    """Who may sign, what is checked, and what happens when something was wrong."""
    context = {"asks_registries": settings.ASK_REGISTRIES}
    return render(request, ["site/how_we_review.html", "articles/how_we_review.html"], context)


@require_safe
def check_page(request: HttpRequest) -> HttpResponse:
    """What an attestation proves, what it does not, and how to check one."""
    context = {
        "site_url": settings.SITE_URL,
        "keys_url": settings.SITE_URL + reverse("public:keys"),
        "example": settings.SITE_URL + reverse("public:article", args=["ADDRESS"]),
    }
    return render(request, ["site/check_page.html", "articles/check_page.html"], context)
