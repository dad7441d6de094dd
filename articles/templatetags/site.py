"""What a template that is rendered without a request must know of the site."""

from __future__ import annotations

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def site_url() -> str:
    """Where the site is reached from outside, without the slash at its end."""
    return str(settings.SITE_URL)
