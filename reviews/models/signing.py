"""Signatures. A new fact may revoke one; nothing may change one."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from articles.models import Edition
from reviews.models.review import Review


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
