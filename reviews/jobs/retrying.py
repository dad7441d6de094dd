"""Giving a job that was given up another five tries. A managing editor does, and the log says so."""

from __future__ import annotations

from collections import Counter

from django.contrib.auth.models import User
from django.db import transaction

from articles.models import Outbox
from articles.outbox import promise_again
from reviews import audit, permissions
from reviews.refusals import Refused


def retry(pk: int, *, by: User) -> None:
    """Let one given-up job run again now. Raises `Refused`."""
    permissions.check_can_run_operations(by)
    with transaction.atomic():
        job = Outbox.objects.select_for_update().filter(pk=pk).first()
        if job is None or job.failed_at is None:
            raise Refused("This job waits for nobody: it was done, or somebody had it tried again.", "state")
        facts = {"job": job.job, "key": job.key, "error": job.last_error}
        promise_again([job])
        audit.record("retry_job", by=by, facts=facts)


def retry_all(*, by: User) -> int:
    """Let every given-up job run again now; returns how many. Raises `Refused`."""
    permissions.check_can_run_operations(by)
    with transaction.atomic():
        failed = list(Outbox.objects.select_for_update().filter(failed_at__isnull=False).order_by("pk"))
        if failed:
            promise_again(failed)
            counts = dict(Counter(job.job for job in failed))
            audit.record("retry_jobs", by=by, facts={"jobs": counts})
    return len(failed)
