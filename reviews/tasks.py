"""The Celery face of `reviews.jobs`; only used where CELERY_BROKER_URL is set."""

from __future__ import annotations

from celery import shared_task

from reviews import jobs


@shared_task(acks_late=True, ignore_result=True)  # type: ignore[untyped-decorator]
def drain_outbox() -> int:
    """Run what is due. Safe to run twice at once, or again after a worker was killed."""
    return jobs.run_due()
