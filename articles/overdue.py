"""When the next review of a live page is overdue: readers are told so, and search engines do not list it."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone


def not_overdue() -> Q:
    """The publications whose day has not passed. The article page asks the same in its own statement."""
    return Q(review_due__gte=timezone.localdate())
