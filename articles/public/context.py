"""What every template knows of the site."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def site_facts() -> dict[str, object]:
    """What is the same on every page: its name and brand, and whether this is the demo."""
    return {
        "site_name": settings.SITE_NAME,
        "brand_css": settings.BRAND_CSS,
        "is_demo": settings.DEMO,
    }


def site(request: HttpRequest) -> dict[str, object]:
    """Template context: the facts of the site, and this page's one address."""
    return {**site_facts(), "canonical": f"{settings.SITE_URL}{request.path}"}
