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


_EVENTS = {
    "submit": "submitted it for review",
    "request_changes": "asked for changes",
    "resubmit": "submitted a new edition",
    "sign_off": "signed it",
    "reopen": "took it back into review",
    "schedule": "scheduled it",
    "unschedule": "cancelled its hour",
    "publish": "published it",
    "withdraw_submission": "withdrew it from review",
    "decline": "declined it",
    "revoke": "revoked a signature",
    "declare_conflict": "declared a conflict of interest",
}


@register.filter
def event_words(action: str) -> str:
    """What an event says was done, to follow a name."""
    return _EVENTS.get(action, action.replace("_", " "))
