"""Forgetting jobs that were done long ago. What failed stays until a person has looked at it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from articles.models import Outbox

KEPT = dt.timedelta(days=90)
"""How long a done job is kept; as long, its key keeps the same job from being promised again."""
KEPT_PATIENT = dt.timedelta(days=3)
"""The same for the jobs that a night promises by the thousand."""


def forget_done(patient: Iterable[str] = ()) -> int:
    """Delete the jobs done more than `KEPT` ago, `KEPT_PATIENT` for those named; returns how many."""
    now = timezone.now()
    soon = Q(job__in=list(patient), done_at__lt=now - KEPT_PATIENT)
    return Outbox.objects.filter(Q(done_at__lt=now - KEPT) | soon).delete()[0]
