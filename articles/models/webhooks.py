"""Who is told of what happens to published articles, and how the telling went."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from articles.webhooks.signing import new_secret


class Webhook(models.Model):
    """An address of another system that is told of events. It is switched off, never deleted."""

    class Event(models.TextChoices):
        PUBLISHED = "article.published", "Published: an edition is live"
        SUPERSEDED = "article.superseded", "Superseded: a newer edition took its place"
        CORRECTED = "article.corrected", "Corrected: readers were told something about it"
        WITHDRAWN = "article.withdrawn", "Withdrawn: it was taken down"
        RETRACTED = "article.retracted", "Retracted: it was taken down for good"

    url = models.URLField("address", max_length=500)
    secret = models.CharField(
        max_length=80,
        default=new_secret,
        editable=False,
        help_text="Give it to the receiver, who checks the signatures with it, and to nobody else.",
    )
    events: Any = models.JSONField(default=list, help_text="Which events it is told of.")
    active = models.BooleanField(default=True, help_text="Messages are sent to it.")
    switched_off = models.CharField(
        "switched off by Signoff because", max_length=200, blank=True, editable=False
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["url"]

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """One message to one webhook, and what became of it so far."""

    class Outcome(models.TextChoices):
        SENT = "sent", "Received"
        FAILED = "failed", "Failed"
        NOT_SENT = "not_sent", "No longer so"

    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="deliveries")
    message = models.CharField(max_length=40, help_text="The header `webhook-id`; the same at every try.")
    event = models.CharField(max_length=30)
    outcome = models.CharField(max_length=10, choices=Outcome)
    attempts = models.PositiveSmallIntegerField(default=0)
    response_code = models.PositiveSmallIntegerField(null=True, blank=True)
    problem = models.TextField(blank=True)
    at = models.DateTimeField(help_text="When it was last tried.")

    class Meta:
        ordering = ["-at"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["webhook", "message"], name="delivery_message_once"),
        ]
        indexes = [models.Index(fields=["-at"], name="delivery_newest")]

    def __str__(self) -> str:
        return f"{self.event} to {self.webhook}"
