"""Forgetting jobs that were done long ago. What failed stays until a person has looked at it."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from articles.models import Outbox

KEPT = dt.timedelta(days=90)
"""How long a done job is kept; as long, its key keeps the same job from being promised again."""


def forget_done() -> int:
    """Delete the jobs done more than `KEPT` ago; returns how many."""
    return Outbox.objects.filter(done_at__lt=timezone.now() - KEPT).delete()[0]
