"""What every template knows of the site."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """Template context: the site's name, this page's one address, and whether this is the demo."""
    return {
        "site_name": settings.SITE_NAME,
        "is_demo": settings.DEMO,
        "canonical": f"{settings.SITE_URL}{request.path}",
    }
