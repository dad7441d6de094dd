"""`{% load operations %}`: whether jobs are looked after, for the banner on every page of the house."""

from __future__ import annotations

from django import template

from reviews.jobs import signs

register = template.Library()


@register.simple_tag
def jobs_stalled() -> bool:
    """See `reviews.jobs.signs.stalled`."""
    return signs.stalled()
