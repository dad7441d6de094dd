"""Addresses in answers: whole, and always those of SITE_URL, whatever host was asked."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from articles.api.door import URLS


def in_api(name: str, *args: str, **query: str) -> str:
    """The address of something in the API by its name in `articles.api.urls`."""
    path = reverse(name, urlconf=URLS, args=args)
    return f"{settings.SITE_URL}{path}{'?' if query else ''}{urlencode(query)}"


def for_readers(slug: str) -> str:
    """The one address at which people read an article."""
    return f"{settings.SITE_URL}{reverse('public:article', args=[slug])}"
