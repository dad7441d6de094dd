"""The working draft and what it rests on. Nothing here is ever shown to a reader as it stands."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from articles.models.sources import Source


class Topic(models.Model):
    """A subject that articles are grouped under on the public site."""

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    description = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Article(models.Model):
    """The working draft. It has no status and no live flag: what is live is a `Publication`."""

    class Correction(models.TextChoices):
        NONE = "", "Not a correction"
        CORRECTION = "correction", "Correction"
        UPDATE = "update", "Update"
        CLARIFICATION = "clarification", "Clarification"

    title = models.CharField(max_length=200)
    slug = models.SlugField("address", max_length=80, unique=True)
    locale = models.CharField(max_length=12, default="en-GB")
    summary = models.TextField(blank=True, max_length=600)
    body = models.TextField(blank=True)
    topics = models.ManyToManyField(Topic, related_name="articles", blank=True)
    authors = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="authored_articles", blank=True, verbose_name="byline"
    )
    sources = models.ManyToManyField(Source, through="Citation", related_name="articles")
    interests = models.TextField("conflicts and funding", blank=True)
    correction_kind = models.CharField(
        "kind of change", max_length=20, choices=Correction, blank=True, default=""
    )
    correction_text = models.TextField(
        "note to readers", blank=True, help_text="Shown above the text once this change is published."
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-updated_at"]

    def __str__(self) -> str:
        return self.title


class Byline(models.Model):
    """What is printed beside a writer's name, beginning with the next edition that is frozen."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="byline", primary_key=True
    )
    credentials = models.CharField(max_length=200, help_text="For example: MSc, health journalist")

    def __str__(self) -> str:
        return self.credentials


class Citation(models.Model):
    """Reference number `number` of an article."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="citations")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="citations")
    number = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="citation_number_once"),
            models.UniqueConstraint(fields=["article", "source"], name="citation_source_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="citation_number_from_1"),
        ]

    def __str__(self) -> str:
        return f"[{self.number}] {self.source}"


class Contribution(models.Model):
    """Somebody stands for version `version` of a draft. Written with every save, never changed."""

    class Action(models.TextChoices):
        CREATED = "created"
        IMPORTED = "imported"
        SAVED = "saved"
        RESTORED = "restored"

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="contributions")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="contributions"
    )
    version = models.PositiveIntegerField()
    action = models.CharField(max_length=10, choices=Action)
    draft_digest = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["article", "version"]
        constraints = [
            models.UniqueConstraint(fields=["article", "version"], name="contribution_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.action} version {self.version}"
