"""Giving a job that was given up another five tries. A managing editor does, and the log says so."""

from __future__ import annotations

from collections import Counter

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from articles.models import Outbox
from articles.outbox import promise_again
from reviews import audit, permissions
from reviews.refusals import Refused


def retry(pk: int, *, by: User) -> None:
    """Let one given-up job run again now. Raises `Refused`."""
    permissions.check_can_run_operations(by)
    with transaction.atomic():
        rows = Outbox.objects.filter(pk=pk)
        job = rows.select_for_update().first()
        if job is None or job.failed_at is None:
            raise Refused("This job waits for nobody: it was done, or somebody had it tried again.", "state")
        facts = {"job": job.job, "key": job.key, "error": job.last_error}
        promise_again(rows)
        audit.record("retry_job", by=by, facts=facts)


def retry_all(*, by: User) -> int:
    """Let every given-up job run again now; returns how many. Raises `Refused`."""
    permissions.check_can_run_operations(by)
    with transaction.atomic():
        # What is given up from now on stays so, and is not counted.
        failed = Outbox.objects.filter(failed_at__lte=timezone.now())
        counts = Counter(failed.select_for_update().order_by("pk").values_list("job", flat=True))
        if counts:
            promise_again(failed)
            audit.record("retry_jobs", by=by, facts={"jobs": dict(counts)})
    return counts.total()
