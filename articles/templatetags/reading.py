"""`{% load reading %}`: small things that the reader's templates need."""

from __future__ import annotations

import datetime as dt

from django import template

register = template.Library()


@register.filter
def day(iso: str) -> dt.date | None:
    """An ISO date, as it stands in an attestation, as a date; None when it is none."""
    try:
        return dt.date.fromisoformat(iso)
    except (TypeError, ValueError):
        return None
