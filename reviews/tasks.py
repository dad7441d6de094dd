"""The Celery face of `reviews.jobs`; only used where CELERY_BROKER_URL is set.

A message carries a job's primary key and nothing else: what is to be done stands in the outbox, so a
message that is lost, late or delivered twice changes nothing.
"""

from __future__ import annotations

import logging
import time

from celery import shared_task
from kombu.exceptions import OperationalError

from reviews import jobs
from reviews.jobs import running, schedule, signs

log = logging.getLogger(__name__)

SWEPT = 1_000
"""Messages that one sweep sends at most, beside those for jobs that nobody waits for."""
FORGOTTEN = 60
"""Seconds after which a sweep's message that nobody took is dropped: later sweeps sent others."""
_PAUSE = 30.0
"""Seconds for which a web process asks nothing more of a broker that is away."""
_away_until = 0.0


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)  # type: ignore[untyped-decorator]
def run_job(outbox_id: int) -> None:
    """Run one job. Safe to deliver twice, at once or later."""
    signs.alive()
    jobs.run(outbox_id)


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Beat's part, every ten seconds: promise what the schedule says, and wake workers for what is due.

    That is what was promised for an hour to come, what is to be tried again, and whatever a broker lost; of
    the jobs that nobody waits for, a few each time.
    """
    signs.alive()
    schedule.enqueue_due()
    for pk in running.due_next(SWEPT):
        run_job.apply_async((pk,), expires=FORGOTTEN)


def wake(pk: int) -> None:
    """Send for a worker, once. A broker that is away must not hold up a page: the sweep makes up for it."""
    global _away_until
    if time.monotonic() < _away_until:
        return
    try:
        run_job.apply_async((pk,), retry=False)
    except (OperationalError, OSError) as error:
        _away_until = time.monotonic() + _PAUSE
        log.warning("The broker does not answer (%s); jobs wait for the next sweep.", type(error).__name__)
