"""Work promised in the transaction of a change, and the sign of life of those who do it."""

from __future__ import annotations

from typing import Any

from django.db import models


class Outbox(models.Model):
    """One job. It exists exactly when the change that asked for it was committed."""

    job = models.CharField(max_length=60)
    key = models.CharField(max_length=200, unique=True, help_text="The same key is the same job.")
    payload: Any = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    run_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(
        null=True, blank=True, help_text="While a job runs that holds no transaction: how long it may take."
    )
    done_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True, help_text="Given up; needs a person.")
    last_error = models.TextField(blank=True)

    class Meta:
        ordering = ["run_at", "id"]
        verbose_name_plural = "outbox"
        indexes = [
            models.Index(
                fields=["run_at", "id"],
                condition=models.Q(done_at__isnull=True, failed_at__isnull=True),
                name="outbox_waiting",
            ),
            models.Index(
                fields=["failed_at"], condition=models.Q(failed_at__isnull=False), name="outbox_dead_letters"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job} ({self.key})"


class Heartbeat(models.Model):
    """When a part of the machinery last said that it lives; one row each."""

    name = models.CharField(max_length=60, unique=True, help_text="“jobs”, “nightly”, …")
    at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name}: {self.at}"
