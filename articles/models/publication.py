"""Frozen editions and what readers see of them."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from articles.models.content import Article, Topic
from articles.models.sources import Source


class Edition(models.Model):
    """A frozen, numbered snapshot of an article. The database refuses to change or delete it.

    `canonical` is the content as canonical JSON (RFC 8785); `digest` its SHA-256 in hex.
    """

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    article_version = models.PositiveIntegerField(help_text="The draft's version that was frozen.")
    title = models.CharField(max_length=200)
    canonical = models.TextField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["article", "number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="edition_number_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="edition_number_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.title}, edition {self.number}"

    @cached_property
    def content(self) -> dict[str, Any]:
        """The frozen content; see `articles.freezing.payload` for its keys."""
        content: dict[str, Any] = json.loads(self.canonical)
        return content


class Publication(models.Model):
    """One edition as readers see it, rendered once. Only `articles.publishing` writes here."""

    class Status(models.TextChoices):
        LIVE = "live", "Live"
        SUPERSEDED = "superseded", "Superseded"
        WITHDRAWN = "withdrawn", "Withdrawn"
        RETRACTED = "retracted", "Retracted"

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="publications")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="publications")
    status = models.CharField(max_length=12, choices=Status, default=Status.LIVE)
    slug = models.SlugField(max_length=80)
    locale = models.CharField(max_length=12)
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    topics = models.ManyToManyField(Topic, related_name="publications", blank=True)
    signed_digest = models.CharField(max_length=64)
    required_signatures = models.PositiveSmallIntegerField()
    attestation = models.JSONField(help_text="Signers, disclaimers and dates, copied in when published.")
    html = models.TextField(help_text="The finished article, rendered when published.")
    first_published_at = models.DateTimeField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    review_due = models.DateField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="Empty where it ended by the policy.",
    )
    ended_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-published_at"]
        indexes = [
            models.Index(fields=["slug", "-published_at"], name="publication_page"),
            models.Index(fields=["status", "-published_at"], name="publication_list"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["article"], condition=models.Q(status="live"), name="publication_live_once"
            ),
            models.UniqueConstraint(
                fields=["locale", "slug"],
                condition=models.Q(status="live"),
                name="publication_slug_live_once",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(status="live", ended_at__isnull=True, ended_by__isnull=True)
                    | (~models.Q(status="live") & models.Q(ended_at__isnull=False))
                ),
                name="publication_ended_when_not_live",
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=["withdrawn", "retracted"]) | ~models.Q(ended_reason=""),
                name="publication_takedown_has_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["live", "superseded", "withdrawn", "retracted"]),
                name="publication_status_known",
            ),
            models.CheckConstraint(
                condition=models.Q(required_signatures__gte=1), name="publication_needs_a_signature"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.get_status_display()})"


class PublishedReference(models.Model):
    """Reference `number` of a publication: which pages rest on a source is one query here."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="references")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="published_references")
    number = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["publication", "number"]
        constraints = [
            models.UniqueConstraint(fields=["publication", "number"], name="published_reference_once"),
        ]

    def __str__(self) -> str:
        return f"[{self.number}] {self.source}"


class PublishedDisclaimer(models.Model):
    """A disclaimer that readers of a publication see, by its key in the policy."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="shown_disclaimers")
    key = models.SlugField(max_length=80)

    class Meta:
        ordering = ["publication", "key"]
        constraints = [
            models.UniqueConstraint(fields=["publication", "key"], name="published_disclaimer_once"),
        ]

    def __str__(self) -> str:
        return self.key


class PublishedSigner(models.Model):
    """Somebody whose signature stands under a publication, as they were when it was published."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="signers")
    position = models.PositiveSmallIntegerField()
    slug = models.SlugField(max_length=80, help_text="The person's address on the site.")
    name = models.CharField(max_length=150)
    credentials = models.CharField(max_length=200)
    registration = models.CharField(max_length=200)
    biography = models.TextField(blank=True)

    class Meta:
        ordering = ["publication", "position"]
        indexes = [
            models.Index(fields=["slug", "-publication"], name="published_signer_page"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["publication", "position"], name="published_signer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.credentials}"


class Notice(models.Model):
    """What readers are told about a change or take-down, in the vocabulary of COPE and ICMJE."""

    class Kind(models.TextChoices):
        CORRECTION = "correction", "Correction"
        UPDATE = "update", "Update"
        CLARIFICATION = "clarification", "Clarification"
        EXPRESSION_OF_CONCERN = "expression_of_concern", "Expression of concern"
        RETRACTION = "retraction", "Retraction"
        REMOVAL = "removal", "Removal"

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="notices")
    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=30, choices=Kind)
    text = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="Empty: Signoff itself, as the policy says.",
    )

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.article}"

    @property
    def anchor(self) -> str:
        """Its id on the article's page and in the history, so that each can lead to the other."""
        return notice_anchor(self.kind, self.text, timezone.localdate(self.at).isoformat())


def notice_anchor(kind: str, text: str, on: str) -> str:
    """The id of a notice, from what every page that shows it knows; `on` is an ISO date."""
    return f"notice-{hashlib.sha256(f'{kind} {on} {text}'.encode()).hexdigest()[:10]}"
