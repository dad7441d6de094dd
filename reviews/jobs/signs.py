"""Signs of life: when jobs were last looked after, and whether nobody does."""

from __future__ import annotations

import datetime as dt

from django.core.cache import cache
from django.db.models import Exists
from django.utils import timezone

from articles.models import Heartbeat, Outbox

JOBS = "jobs"
"""The name of the heartbeat of those who run jobs."""
EVERY = dt.timedelta(seconds=10)
"""A sign of life is written no more often than this."""
SILENT = dt.timedelta(minutes=5)
"""After so long without one, while jobs are due, people are told."""
_KEPT = 10
"""Seconds for which the answer of `stalled` is kept."""
KEY = "jobs:stalled"
"""Where the cache keeps it."""


def alive(name: str = JOBS, *, note: str = "") -> None:
    """Say that who is called `name` lives; mostly one cheap read."""
    now = timezone.now()
    last = Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()
    # One from the future was written by a clock that was wrong; it must not keep this one silent.
    if last is not None and now - EVERY < last <= now:
        return
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now, "note": note})


def stalled() -> bool:
    """Whether jobs have been due for five minutes and nobody ran any in that time.

    One query, whose answer is kept for ten seconds.
    """
    return bool(cache.get_or_set(KEY, _stalled, _KEPT))


def _stalled() -> bool:
    now = timezone.now()
    awake = Heartbeat.objects.filter(name=JOBS, at__gt=now - SILENT, at__lte=now + SILENT)
    waiting = Outbox.objects.filter(done_at=None, failed_at=None, run_at__lte=now - SILENT)
    return bool(waiting.filter(~Exists(awake)).exists())
