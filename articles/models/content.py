"""The working draft and what it rests on. Nothing here is ever shown to a reader as it stands."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models


class Topic(models.Model):
    """A subject that articles are grouped under on the public site."""

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    description = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Source(models.Model):
    """A published work that articles cite; shared by all of them."""

    class Kind(models.TextChoices):
        JOURNAL_ARTICLE = "journal-article", "Journal article"
        SYSTEMATIC_REVIEW = "systematic-review", "Systematic review"
        TRIAL = "trial", "Clinical trial"
        GUIDELINE = "guideline", "Guideline"
        BOOK = "book", "Book"
        WEB_PAGE = "web-page", "Web page"
        STATUTE = "statute", "Law or regulation"

    class Standing(models.TextChoices):
        NONE = "none", "No notice known"
        CORRECTION = "correction", "Corrected"
        EXPRESSION_OF_CONCERN = "expression_of_concern", "Expression of concern"
        RETRACTED = "retracted", "Retracted"
        WITHDRAWN = "withdrawn", "Withdrawn"
        REINSTATED = "reinstated", "Reinstated"
        UNKNOWN = "unknown", "Not known"

    kind = models.CharField(max_length=30, choices=Kind, default=Kind.JOURNAL_ARTICLE)
    title = models.CharField(max_length=500)
    authors = models.TextField(blank=True, help_text="Surname AB, Surname CD")
    container = models.CharField("journal or publisher", max_length=300, blank=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    volume = models.CharField(max_length=40, blank=True)
    issue = models.CharField(max_length=40, blank=True)
    pages = models.CharField(max_length=40, blank=True)
    doi = models.CharField("DOI", max_length=200, blank=True)
    pmid = models.CharField("PMID", max_length=20, blank=True)
    url = models.URLField("address", max_length=500, blank=True)
    standing = models.CharField(
        max_length=30,
        choices=Standing,
        default=Standing.UNKNOWN,
        help_text="What the retraction records say. “Not known” is never read as “not retracted”.",
    )

    class Meta:
        ordering = ["authors", "year", "title"]
        constraints = [
            models.UniqueConstraint(fields=["doi"], condition=~models.Q(doi=""), name="source_doi_once"),
            models.UniqueConstraint(fields=["pmid"], condition=~models.Q(pmid=""), name="source_pmid_once"),
        ]

    def __str__(self) -> str:
        first = self.authors.split(",")[0].strip()
        return f"{first or self.container or 'Unknown'} {self.year or 'n.d.'}: {self.title}"

    @property
    def is_retracted(self) -> bool:
        return self.standing in (self.Standing.RETRACTED, self.Standing.WITHDRAWN)


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


def record(source: Source) -> dict[str, Any]:
    """What Signoff knows of a source today, as it is frozen into editions and checks."""
    return {
        "kind": source.kind,
        "title": source.title,
        "authors": source.authors,
        "container": source.container,
        "year": source.year,
        "volume": source.volume,
        "issue": source.issue,
        "pages": source.pages,
        "doi": source.doi,
        "pmid": source.pmid,
        "url": source.url,
        "standing": source.standing,
    }
