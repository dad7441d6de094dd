"""Signatures. A new fact may revoke one; nothing may change one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from articles.models import Edition, Publication
from reviews.models.review import Review


class SigningPage(models.Model):
    """The sign page as it was opened: what was shown, to whom and when. Good for one signature."""

    nonce = models.CharField(max_length=43, unique=True)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="signing_pages")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    statement = models.TextField(help_text="The statement that was shown to be signed, as canonical JSON.")
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.opened_by}, {self.opened_at}"


class SignOff(models.Model):
    """A qualified person signed exactly `statement`, canonical JSON whose SHA-256 is `signed_digest`."""

    class Meaning(models.TextChoices):
        ACCURATE = (
            "accurate",
            "I have checked this text and its sources and find it accurate and safe to publish",
        )
        SECOND = (
            "second",
            "I have reviewed this text independently of the first reviewer and agree to publish it",
        )

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="sign_offs")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="sign_offs")
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="sign_offs")
    printed_name = models.CharField(max_length=150)
    credentials = models.CharField(max_length=200)
    registration = models.CharField(max_length=200)
    meaning = models.CharField(max_length=20, choices=Meaning)
    interests = models.TextField(help_text="The signer's own statement about conflicts of interest.")
    statement = models.TextField()
    signed_digest = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)
    screening = models.CharField(
        max_length=64,
        blank=True,
        help_text="`reviews.screening.identity` of the rules by which the gate found nothing to mend.",
    )
    subjects: Any = models.JSONField(default=list, help_text="What the text speaks of, by the same rules.")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["review", "signer", "signed_digest"], name="sign_off_given_once")
        ]

    def __str__(self) -> str:
        return f"{self.printed_name}, {self.credentials}"


class Revocation(models.Model):
    """A signature no longer holds."""

    sign_off = models.OneToOneField(SignOff, on_delete=models.PROTECT, related_name="revocation")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="revocation_has_reason")]

    def __str__(self) -> str:
        return f"Revoked: {self.sign_off}"


class ServedCheck(models.Model):
    """The served page, fetched after publishing: whether every disclaimer stands there, seen and in place."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="served_checks")
    problems: Any = models.JSONField(default=list, help_text="One sentence each; empty: all is well.")
    html_digest = models.CharField(max_length=64, help_text="SHA-256 of what was served.")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.publication}: {len(self.problems)} problems"
