"""`{% load alerts %}`: how many alerts wait for a decision."""

from __future__ import annotations

from django import template
from django.core.cache import cache

from reviews.models import Alert

register = template.Library()


KEY = "alerts:open"
"""Where the cache keeps the answer."""
_KEPT = 10
"""Seconds."""


@register.simple_tag
def open_alerts() -> int:
    """The number of alerts that nobody has decided on; one query, whose answer is kept for ten seconds."""
    waiting = Alert.objects.filter(decision=Alert.Decision.OPEN)
    return int(cache.get_or_set(KEY, waiting.count, _KEPT) or 0)
