"""`{% load states %}`: the nine states in templates."""

from __future__ import annotations

from django import template
from django.contrib.auth.models import User
from django.utils.safestring import SafeString

from reviews import states

register = template.Library()


@register.filter
def badge(state: states.State) -> SafeString:
    """A `State` as shape and word."""
    return states.badge(state)


@register.filter
def person(user: User | None) -> str:
    """A person's name; “Signoff” where the software itself acted."""
    return states.name_of(user) if user else "Signoff"
