"""Running jobs: each once, in the order of their hour, tried again later when they fail.

A job is waiting, done (`done_at`) or given up (`failed_at`), and only here it moves. While an `Outside`
job runs, it is leased: `leased_until`, and `run_at` with it, stand where another worker may try. So is a
plain job that is late, since it may be what its workers die of.
"""

from __future__ import annotations

import datetime as dt
import logging
import random
import time
from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from articles.models import Outbox
from reviews.jobs.signs import EVERY, alive
from reviews.jobs.table import JOBS, PATIENT, URGENT, Outside, outside
from reviews.jobs.telling import told

log = logging.getLogger(__name__)

ATTEMPTS = 5
BACK_OFF = (
    dt.timedelta(seconds=5),
    dt.timedelta(seconds=30),
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=30),
)
JITTER = 0.2
"""By up to this part a wait is longer, so that jobs that failed together do not all come back together."""
MOST = 500
"""Jobs that somebody waits for that `run_due` takes up at most."""
MOST_PATIENT = 20
"""`PATIENT` jobs that are taken up before anybody looks again for what is due."""
LATE = dt.timedelta(minutes=1)
"""A plain job that is still there so long after its hour is leased, so that each try of it is counted when it
begins: one that kills its worker takes the transaction along, and every trace of it. Jobs on time are spared
the second transaction."""


LOOK_FOR_URGENT = 1.0
"""Seconds between two looks for urgent jobs, while others are run."""


class UnknownJob(LookupError):
    """No job has this name: it was promised by a newer or an older Signoff."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no job called “{name}”.")


class WorkerLost(RuntimeError):
    """Whoever ran the job never came back."""

    def __init__(self) -> None:
        super().__init__("Its worker was lost each time it ran.")


def due() -> QuerySet[Outbox]:
    """The jobs whose hour has come, the earliest first."""
    return Outbox.objects.filter(done_at=None, failed_at=None, run_at__lte=timezone.now()).order_by(
        "run_at", "id"
    )


def due_next(most: int) -> list[int]:
    """The primary keys of the jobs to run now: urgent ones, `most` others, `MOST_PATIENT` that can wait."""
    pks = due().values_list("pk", flat=True)
    others = pks.exclude(job__in=[*PATIENT, *URGENT])
    return [*_urgent(), *others[:most], *pks.filter(job__in=PATIENT)[:MOST_PATIENT]]


def _urgent() -> list[int]:
    return list(due().filter(job__in=URGENT).values_list("pk", flat=True)[:MOST])


def run_due() -> int:
    """Run what is due, `MOST` jobs and `MOST_PATIENT` patient ones at most; returns how many were done."""
    return _run_each(due_next(MOST))


def run_all_due() -> int:
    """Run what is due, and what falls due meanwhile, until nothing is left that was not tried once.

    Returns how many were done.
    """
    done, tried = 0, set[int]()
    while fresh := [pk for pk in due_next(MOST) if pk not in tried]:
        tried.update(fresh)
        done += _run_each(fresh)
    return done


def _run_each(pks: Iterable[int]) -> int:
    done, said, looked = 0, time.monotonic(), time.monotonic()
    alive()
    for pk in pks:
        if time.monotonic() - said > EVERY.total_seconds():
            alive()
            said = time.monotonic()
        if time.monotonic() - looked > LOOK_FOR_URGENT:
            done += sum(run(urgent) for urgent in _urgent())
            looked = time.monotonic()
        done += run(pk)
    return done


def run(pk: int) -> bool:
    """Run one job if it is due and nobody else has it; returns whether it was done.

    A job that raises is tried again later, five times in all, then given up visibly. It is safe to call
    this twice at once, or again after a worker was killed.
    """
    try:
        with transaction.atomic():
            waiting = _take(pk)
            if waiting is None:
                return False
            job = JOBS.get(waiting.job)
            if job is None:
                raise UnknownJob(waiting.job)
            if not isinstance(job, Outside):
                if waiting.run_at > timezone.now() - LATE:
                    job(waiting.payload)
                    Outbox.objects.filter(pk=pk).update(done_at=timezone.now(), last_error="")
                    return True
                job = outside(job)
            leased = _lease(waiting, job.lease)
    except Exception as error:
        log.exception("Job %s failed", pk)
        _put_off(pk, error)
        return False
    return leased and _run_outside(waiting, job)


def _run_outside(leased: Outbox, job: Outside) -> bool:
    mine = Outbox.objects.filter(pk=leased.pk, done_at=None, leased_until=leased.leased_until)
    try:
        found = job.do(leased.payload)
        with transaction.atomic():
            # First the mark, which locks the row: if the lease ran out, another may have the job by now.
            if not mine.update(done_at=timezone.now(), leased_until=None, last_error=""):
                return False
            if job.write:
                job.write(leased.payload, found)
    except Exception as error:
        log.exception("Job %s failed", leased.pk)
        _put_off(leased.pk, error, leased_until=leased.leased_until)
        return False
    return True


def _take(pk: int) -> Outbox | None:
    """Lock a job that is due; None where it is not any more, or where another worker has it.

    On PostgreSQL another worker's job is passed over; SQLite lets one writer in at a time.
    """
    return (
        due()
        .select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
        .filter(pk=pk)
        .first()
    )


def _lease(job: Outbox, length: dt.timedelta) -> bool:
    """Take a locked job for `length`, counting the try at once; or give it up after too many."""
    if job.attempts >= ATTEMPTS:  # each try was counted when it began, and none came back
        job.failed_at, job.leased_until, job.last_error = timezone.now(), None, told(WorkerLost())
        job.save(update_fields=["failed_at", "leased_until", "last_error"])
        return False
    job.attempts += 1
    job.run_at = job.leased_until = timezone.now() + length
    job.save(update_fields=["attempts", "run_at", "leased_until"])
    return True


def _put_off(pk: int, error: Exception, *, leased_until: dt.datetime | None = None) -> None:
    with transaction.atomic():
        job = (
            Outbox.objects.select_for_update()
            .filter(pk=pk, done_at=None, failed_at=None, leased_until=leased_until)
            .first()
        )
        if job is None:
            return
        if leased_until is None:
            job.attempts += 1
        job.leased_until = None
        job.last_error = told(error)
        if job.attempts >= ATTEMPTS:
            job.failed_at = timezone.now()
        else:
            job.run_at = timezone.now() + BACK_OFF[job.attempts - 1] * (1 + random.random() * JITTER)  # noqa: S311
        job.save(update_fields=["attempts", "last_error", "failed_at", "run_at", "leased_until"])
