"""`{% load alerts %}`: how many alerts wait for a decision."""

from __future__ import annotations

from django import template

from reviews.models import Alert

register = template.Library()


@register.simple_tag
def open_alerts() -> int:
    """The number of alerts that nobody has decided on; one query of a partial index."""
    return Alert.objects.filter(decision=Alert.Decision.OPEN).count()
