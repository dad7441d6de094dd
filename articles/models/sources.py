"""The works that articles cite, every version of what Signoff knew of them, and what the registries said."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Upper


class Source(models.Model):
    """A published work that articles cite; shared by all of them.

    Only `articles.sources.library` writes here: every change of the record is a new `SourceVersion`.
    """

    class Kind(models.TextChoices):
        JOURNAL_ARTICLE = "journal-article", "Journal article"
        SYSTEMATIC_REVIEW = "systematic-review", "Systematic review"
        TRIAL = "trial", "Clinical trial"
        GUIDELINE = "guideline", "Guideline"
        PREPRINT = "preprint", "Preprint"
        TRIAL_RECORD = "trial-record", "Trial registration"
        BOOK = "book", "Book"
        BOOK_CHAPTER = "book-chapter", "Chapter of a book"
        REPORT = "report", "Report"
        CONFERENCE_PAPER = "conference-paper", "Conference paper"
        THESIS = "thesis", "Thesis"
        DATASET = "dataset", "Data set"
        WEB_PAGE = "web-page", "Web page"
        STATUTE = "statute", "Law or regulation"
        OTHER = "other", "Other"

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
    authors = models.TextField(
        blank=True, help_text="Surname AB, Surname CD. Semicolons where a name has a comma in it."
    )
    editors = models.TextField(blank=True, help_text="Of the book that a chapter stands in.")
    container = models.CharField("journal, book or site", max_length=300, blank=True)
    publisher = models.CharField(max_length=200, blank=True)
    place = models.CharField("place of publication", max_length=100, blank=True)
    edition = models.CharField(max_length=40, blank=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    volume = models.CharField(max_length=40, blank=True)
    issue = models.CharField(max_length=40, blank=True)
    pages = models.CharField(max_length=40, blank=True)
    doi = models.CharField("DOI", max_length=200, blank=True)
    pmid = models.CharField("PMID", max_length=20, blank=True)
    pmcid = models.CharField("PMCID", max_length=20, blank=True)
    nct = models.CharField("ClinicalTrials.gov number", max_length=11, blank=True)
    arxiv = models.CharField("arXiv number", max_length=40, blank=True)
    isbn = models.CharField("ISBN", max_length=13, blank=True)
    issn = models.CharField("ISSN", max_length=9, blank=True)
    url = models.URLField("address", max_length=500, blank=True)
    accessed = models.DateField("read on", null=True, blank=True, help_text="When a web page was read.")
    standing = models.CharField(
        max_length=30,
        choices=Standing,
        default=Standing.UNKNOWN,
        help_text="What the retraction records say. “Not known” is never read as “not retracted”.",
    )
    evidence: Any = models.JSONField(
        default=dict,
        blank=True,
        help_text="What the registries say of its design; see `articles.sources.evidence`.",
    )
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="duplicates",
        null=True,
        blank=True,
        help_text="The same work, entered before: that record is kept, this one stays for those who cite it.",
    )

    class Meta:
        ordering = ["authors", "year", "title"]
        constraints = [
            models.UniqueConstraint(Upper("doi"), condition=~models.Q(doi=""), name="source_doi_once"),
            models.UniqueConstraint(fields=["pmid"], condition=~models.Q(pmid=""), name="source_pmid_once"),
            models.UniqueConstraint(
                fields=["pmcid"], condition=~models.Q(pmcid=""), name="source_pmcid_once"
            ),
            models.UniqueConstraint(fields=["nct"], condition=~models.Q(nct=""), name="source_nct_once"),
        ]
        indexes = [models.Index(fields=["year", "title"], name="source_by_year")]

    def __str__(self) -> str:
        first = self.authors.split(",")[0].strip()
        if not (first or self.container or self.year):
            return self.title  # of which little more than a number is known
        return f"{first or self.container or 'Unknown'} {self.year or 'n.d.'}: {self.title}"

    @property
    def is_retracted(self) -> bool:
        """Whether the work was taken back, by this record or by the one that it was merged into."""
        records = (self, self.merged_into) if self.merged_into else (self,)
        return any(one.standing in (self.Standing.RETRACTED, self.Standing.WITHDRAWN) for one in records)


class SourceVersion(models.Model):
    """What Signoff knew of a source from one moment on. Never changed; the newest holds."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    record: Any = models.JSONField(help_text="As `articles.models.record` gives it.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the record as canonical JSON.")
    evidence: Any = models.JSONField(default=dict)
    cause = models.CharField(max_length=200, help_text="“entered”, “looked up at Crossref”, …")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["source", "number"]
        constraints = [
            models.UniqueConstraint(fields=["source", "number"], name="source_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source}, version {self.number}"


class RegistryAnswer(models.Model):
    """What a registry last answered about one identifier, as it came, and when."""

    class Outcome(models.TextChoices):
        FOUND = "found", "Found"
        ABSENT = "absent", "Not known there"
        UNKNOWN = "unknown", "No usable answer"

    registry = models.CharField(max_length=30)
    identifier = models.CharField(max_length=250, help_text="“doi:10.1000/182”")
    outcome = models.CharField(max_length=10, choices=Outcome)
    problem = models.TextField(blank=True, help_text="Why there is no usable answer.")
    asked_at = models.DateTimeField(help_text="When it was last asked.")
    answered_at = models.DateTimeField(null=True, blank=True, help_text="When the stored answer came.")
    etag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    body = models.TextField(blank=True, help_text="The newest usable answer; it outlives later failures.")
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the body.")

    class Meta:
        ordering = ["registry", "identifier"]
        constraints = [
            models.UniqueConstraint(fields=["registry", "identifier"], name="registry_answer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.registry} on {self.identifier}: {self.get_outcome_display()}"


def record(source: Source) -> dict[str, Any]:
    """What Signoff knows of a source today, as it is frozen into editions and checks.

    The fields that every source has, then the rarer ones that are not empty.
    """
    rare = {name: value for name in _RARE if (value := getattr(source, name))}
    if source.accessed:
        rare["accessed"] = source.accessed.isoformat()
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
        **rare,
    }


_RARE = ("editors", "publisher", "place", "edition", "pmcid", "nct", "arxiv", "isbn", "issn")
