"""The policy as it was loaded, its disclaimers, and which of them a review attaches."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import models

from reviews.models.review import Review


class PolicyVersion(models.Model):
    """The policy files as loaded: canonical JSON and its SHA-256. Never changed; the newest is in force."""

    number = models.PositiveIntegerField(unique=True)
    canonical = models.TextField()
    digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"Policy {self.number}"

    @cached_property
    def content(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.canonical)
        return content


class Placement(models.TextChoices):
    TOP = "top", "Before the text"
    INLINE = "inline", "At its passage"
    END = "end", "After the text"
    CRISIS = "crisis", "In the place for crisis support"


class Disclaimer(models.Model):
    """A standing warning, by name. Its words are in its versions."""

    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=150)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name


class DisclaimerVersion(models.Model):
    """The words of a disclaimer. Never changed: other words are a new version."""

    disclaimer = models.ForeignKey(Disclaimer, on_delete=models.PROTECT, related_name="versions")
    variant = models.CharField(
        max_length=10, blank=True, help_text="The jurisdiction that it is for; empty: everywhere."
    )
    number = models.PositiveIntegerField()
    text = models.TextField(help_text="Plain text; an empty line begins a new paragraph.")
    placement = models.CharField(max_length=10, choices=Placement, help_text="Where the policy wants it.")
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["disclaimer", "variant", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["disclaimer", "variant", "number"], name="disclaimer_version_once"
            ),
            models.CheckConstraint(condition=~models.Q(text=""), name="disclaimer_has_words"),
        ]

    def __str__(self) -> str:
        where = f" ({self.variant})" if self.variant else ""
        return f"{self.disclaimer}{where}, version {self.number}"


class Attachment(models.Model):
    """A disclaimer on a review: attached in its place, or waived with a reason and a second signature."""

    class State(models.TextChoices):
        ATTACHED = "attached", "Attached"
        WAIVED = "waived", "Waived"
        REMOVED = "removed", "Taken off"

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="attachments")
    version = models.ForeignKey(DisclaimerVersion, on_delete=models.PROTECT, related_name="attachments")
    disclaimer = models.ForeignKey(Disclaimer, on_delete=models.PROTECT, related_name="attachments")
    state = models.CharField(max_length=10, choices=State, default=State.ATTACHED)
    placement = models.CharField(max_length=10, choices=Placement, default=Placement.TOP)
    anchor: Any = models.JSONField(null=True, blank=True, help_text="The passage an inline one stands at.")
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "disclaimer"],
                condition=~models.Q(state="removed"),
                name="attachment_disclaimer_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="waived") | ~models.Q(reason=""),
                name="attachment_waived_with_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True) | ~models.Q(confirmed_by=models.F("by")),
                name="attachment_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="attached", placement="inline") | models.Q(anchor__isnull=False),
                name="attachment_inline_has_passage",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.version}"
