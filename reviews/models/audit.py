"""The append-only log: who did what to which article, when and why, each entry sealing the one before."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from articles.models import Article
from reviews.models.review import Review


class Event(models.Model):
    """One entry. `hash` is the SHA-256 of the canonical JSON of all other columns; see `reviews.audit`."""

    sequence = models.PositiveBigIntegerField(unique=True)
    action = models.CharField(max_length=40)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    actor_name = models.CharField(max_length=150)
    article = models.ForeignKey(
        Article, on_delete=models.PROTECT, related_name="events", null=True, blank=True
    )
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="events", null=True, blank=True)
    before = models.CharField(max_length=64, blank=True, help_text="Digest before the change.")
    after = models.CharField(max_length=64, blank=True, help_text="Digest after it.")
    reason = models.TextField(blank=True)
    facts: Any = models.JSONField(default=dict)
    at = models.DateTimeField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["sequence"]

    def __str__(self) -> str:
        return f"{self.sequence}. {self.actor_name}: {self.action}"


class ChainHead(models.Model):
    """Where the log ends. Its one row is the lock that puts events in line."""

    sequence = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="chain_head_is_one_row")]

    def __str__(self) -> str:
        return f"{self.sequence} {self.hash}"
