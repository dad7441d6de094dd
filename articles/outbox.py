"""Promise a job in the transaction of the change that needs it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from articles.models import Outbox

_wakers: list[Callable[[], None]] = []


def on_new_job(wake: Callable[[], None]) -> None:
    """Have `wake` called after each commit that promised a job."""
    if wake not in _wakers:
        _wakers.append(wake)


def enqueue(job: str, *, key: str, payload: dict[str, Any], run_at: dt.datetime | None = None) -> None:
    """Add a job to the outbox. A job whose `key` is there already is the same job and not added again.

    Must be called inside the transaction of the change itself.
    """
    Outbox.objects.get_or_create(
        key=key, defaults={"job": job, "payload": payload, "run_at": run_at or timezone.now()}
    )
    for wake in _wakers:
        transaction.on_commit(wake, robust=True)
