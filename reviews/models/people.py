"""Who may judge, and why they may."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils import timezone

from articles.models import Topic
from reviews.models.review import Review


class Reviewer(models.Model):
    """A person's qualification to review. Without one that holds today, nobody signs."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviewer")
    slug = models.SlugField(max_length=80, unique=True)
    printed_name = models.CharField(max_length=150, help_text="As it stands beside a signature.")
    credentials = models.CharField(max_length=200, help_text="For example: MD, FRCPsych")
    registration = models.CharField(max_length=200, help_text="Register and number, as it can be looked up.")
    specialties = models.ManyToManyField(
        Topic, blank=True, related_name="+", help_text="Topics that they may judge. None: every topic."
    )
    biography = models.TextField(blank=True)
    qualified_from = models.DateField()
    qualified_until = models.DateField(null=True, blank=True, help_text="Empty: no end is known.")
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who checked the register.",
    )
    verified_on = models.DateField()

    class Meta:
        ordering = ["printed_name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(qualified_until__isnull=True)
                | models.Q(qualified_until__gte=models.F("qualified_from")),
                name="reviewer_qualified_in_order",
            ),
            models.CheckConstraint(
                condition=~models.Q(verified_by=models.F("user")), name="reviewer_verified_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.printed_name}, {self.credentials}"

    def is_qualified(self, on: dt.date | None = None) -> bool:
        """Whether the qualification holds on a day (today where none is given)."""
        day = on or timezone.localdate()
        return self.qualified_from <= day and (self.qualified_until is None or day <= self.qualified_until)


class Conflict(models.Model):
    """A reviewer's declared conflict of interest with an article; it bars them from judging it."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="conflicts")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="conflicts")
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["review", "person"], name="conflict_declared_once"),
            models.CheckConstraint(condition=~models.Q(text=""), name="conflict_says_what"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.text}"
