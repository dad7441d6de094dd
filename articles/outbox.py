"""Promise a job in the transaction of the change that needs it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from articles.batches import batched
from articles.models import Outbox

Waker = Callable[[int], None]

_wakers: list[Waker] = []


def on_new_job(wake: Waker) -> None:
    """Have `wake` called, after each commit that promised a job for now, with the job's primary key.

    A job that was promised before is woken again, which does nothing where it is done.
    """
    if wake not in _wakers:
        _wakers.append(wake)


def enqueue(job: str, *, key: str, payload: dict[str, Any], run_at: dt.datetime | None = None) -> None:
    """Add a job to the outbox. A job whose `key` is there already is the same job and not added again.

    Must be called inside the transaction of the change itself.
    """
    promised = Outbox(job=job, key=key, payload=payload, run_at=run_at or timezone.now())
    # One statement, which passes over a key that is there. It does not tell the new row's primary key.
    Outbox.objects.bulk_create([promised], ignore_conflicts=True)
    if _wakers and run_at is None:
        _wake(Outbox.objects.values_list("pk", flat=True).get(key=key))


def promise_again(jobs: QuerySet[Outbox]) -> int:
    """Let jobs that were given up or done run again now, as if they had never been tried; returns how many.

    One statement. Their errors stay, and nobody is woken: whoever drains the outbox finds them.
    """
    return jobs.update(attempts=0, done_at=None, failed_at=None, leased_until=None, run_at=timezone.now())


def _wake(pk: int) -> None:
    for wake in _wakers:
        transaction.on_commit(partial(wake, pk), robust=True)


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
