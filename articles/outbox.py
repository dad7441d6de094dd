"""Promise a job in the transaction of the change that needs it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

from articles.models import Outbox

Entry = TypeVar("Entry")

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


def enqueue_many(job: str, entries: Iterable[tuple[str, dict[str, Any]]]) -> int:
    """Add many jobs of one name, each a (key, payload), in batches; returns how many were given.

    For rounds that promise work for thousands: nobody is woken, whoever drains the outbox finds them.
    """
    now, given = timezone.now(), 0
    for batch in batched(entries, 1000):
        promised = [Outbox(job=job, key=key, payload=payload, run_at=now) for key, payload in batch]
        Outbox.objects.bulk_create(promised, ignore_conflicts=True)
        given += len(promised)
    return given


def batched(entries: Iterable[Entry], size: int) -> Iterator[list[Entry]]:
    """`entries` in lists of at most `size`."""
    rest = iter(entries)
    while batch := list(islice(rest, size)):
        yield batch
