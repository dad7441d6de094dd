"""Messages to people: what each wants to hear of, and every mail that was promised."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from reviews.models.audit import Event


class MailPreference(models.Model):
    """How one person wants to hear of one kind of message; without a row, as the kind has it."""

    class Way(models.TextChoices):
        AT_ONCE = "at_once", "At once"
        DAILY = "daily", "In one mail a day"
        NEVER = "never", "Not by mail"

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mail_preferences"
    )
    kind = models.CharField(max_length=40, help_text="A kind of `reviews.mail.kinds`.")
    way = models.CharField(max_length=10, choices=Way)

    class Meta:
        ordering = ["person", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="mail_preference_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.kind}: {self.get_way_display()}"


class Message(models.Model):
    """One message to one person. It names the article and links to it; it never carries its text.

    Sent at most once: `claimed_at` is committed before the mail leaves, so that a worker killed in
    between leaves a message that a person must look at, not one that goes out twice.
    """

    key = models.CharField(max_length=200, unique=True, help_text="The same key is the same message.")
    kind = models.CharField(max_length=40)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="messages")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="messages", null=True, blank=True)
    subject = models.CharField(max_length=300)
    line = models.TextField(help_text="What happened, in one sentence, as it stands in a digest.")
    link = models.CharField(max_length=300)
    to = models.CharField(max_length=254, blank=True, help_text="The address it went to.")
    text = models.TextField(blank=True, help_text="The mail's body as it was sent.")
    created_at = models.DateTimeField(auto_now_add=True)
    for_digest = models.BooleanField(default=False)
    digest = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="parts", null=True, blank=True,
        help_text="The daily mail that carried it.",
    )  # fmt: skip
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)
    dropped_because = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["person", "id"],
                condition=models.Q(for_digest=True, digest__isnull=True, dropped_at__isnull=True),
                name="message_for_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.person})"
