"""Draining the outbox: what `manage.py run_jobs` and the Celery workers both call."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from articles.models import Outbox
from reviews import alerts, mail, served, workflow
from reviews.models import Review
from reviews.watching import alerts as source_alerts
from reviews.watching import notices

log = logging.getLogger(__name__)

ATTEMPTS = 5
BACK_OFF = (
    dt.timedelta(seconds=5),
    dt.timedelta(seconds=30),
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=30),
)


def _publish_scheduled(payload: dict[str, Any]) -> None:
    review = Review.objects.filter(pk=payload["review"]).first()
    if review:
        workflow.publish_scheduled(review)


def _announce(payload: dict[str, Any]) -> None:
    mail.announce(payload["event"])


def _send_message(payload: dict[str, Any]) -> None:
    mail.send(payload["message"])


def _daily_digest(payload: dict[str, Any]) -> None:
    mail.send_due()


def _find_old_words(payload: dict[str, Any]) -> None:
    alerts.find_old_words(policy=payload["policy"], keys=payload["keys"], after=payload["after"])


def _open_for_old_words(payload: dict[str, Any]) -> None:
    alerts.open_for_old_words(article=payload["article"], keys=payload["keys"])


def _check_served(payload: dict[str, Any]) -> None:
    served.check_page(payload["publication"])


def _raise_alerts(payload: dict[str, Any]) -> None:
    source_alerts.raise_for(payload["change"], after=payload.get("after", 0))


def _open_alert(payload: dict[str, Any]) -> None:
    source_alerts.open_alert(**payload)


def _alert_notice(payload: dict[str, Any]) -> None:
    notices.post_when_due(payload["alert"])


JOBS: dict[str, Callable[[dict[str, Any]], None]] = {
    "publish_scheduled": _publish_scheduled,
    "announce": _announce,
    "send_message": _send_message,
    "daily_digest": _daily_digest,
    "find_old_words": _find_old_words,
    "open_for_old_words": _open_for_old_words,
    "check_served": _check_served,
    "raise_alerts": _raise_alerts,
    "open_alert": _open_alert,
    "alert_notice": _alert_notice,
}

OUTSIDE = frozenset({"send_message"})
"""Jobs that wait for others and see to it themselves, by a claim, that they have one effect."""


def run_due() -> int:
    """Run every job that is due, each once; returns how many succeeded.

    A job that raises is tried again later, five times in all, then given up visibly (`failed_at`).
    A job and the mark that it is done are one transaction: a killed worker leaves it to be run again.
    """
    done = 0
    due = Outbox.objects.filter(done_at=None, failed_at=None, run_at__lte=timezone.now()).order_by(
        "run_at", "id"
    )
    for pk in due.values_list("pk", flat=True)[:500]:
        done += _run(pk)
    return done


def _run(pk: int) -> int:
    job = Outbox.objects.filter(pk=pk, done_at=None, failed_at=None, job__in=OUTSIDE).first()
    if job:
        return _run_outside(job)
    try:
        with transaction.atomic():
            waiting = Outbox.objects.filter(pk=pk, done_at=None, failed_at=None)
            # On PostgreSQL another worker's job is passed over; SQLite lets one writer in at a time.
            job = waiting.select_for_update(
                skip_locked=connection.features.has_select_for_update_skip_locked
            ).first()
            if job is None:
                return 0
            JOBS[job.job](job.payload)
            Outbox.objects.filter(pk=pk).update(done_at=timezone.now(), last_error="")
        return 1
    except Exception as error:
        log.exception("Job %s failed", pk)
        _put_off(pk, error)
        return 0


def _run_outside(job: Outbox) -> int:
    try:
        JOBS[job.job](job.payload)
    except Exception as error:
        log.exception("Job %s failed", job.pk)
        _put_off(job.pk, error)
        return 0
    return Outbox.objects.filter(pk=job.pk, done_at=None).update(done_at=timezone.now(), last_error="")


def _put_off(pk: int, error: Exception) -> None:
    with transaction.atomic():
        job = Outbox.objects.select_for_update().get(pk=pk)
        if job.done_at:
            return
        job.attempts += 1
        job.last_error = f"{type(error).__name__}: {error}"
        if job.attempts >= ATTEMPTS:
            job.failed_at = timezone.now()
        else:
            job.run_at = timezone.now() + BACK_OFF[job.attempts - 1]
        job.save(update_fields=["attempts", "last_error", "failed_at", "run_at"])
