"""What became of sources after they were checked, and what people did about it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from articles.models import Article, Publication, ReaderReport, Source
from reviews.models.review import Review


class RetractionSet(models.Model):
    """One file of retraction records that was loaded, or is being loaded, with `load_retractions`."""

    name = models.CharField(max_length=200, help_text="The file's name.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file.")
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    position = models.PositiveBigIntegerField(default=0, help_text="Rows read so far; loading resumes there.")
    records = models.PositiveIntegerField(default=0, help_text="Records that were new or changed.")
    problems = models.PositiveIntegerField(default=0, help_text="Rows that say nothing usable.")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="retraction_set_once"),
        ]

    def __str__(self) -> str:
        return self.name


class RetractionRecord(models.Model):
    """A notice about a work: that it was retracted, corrected, and so on. One row for each notice."""

    key = models.CharField(max_length=64, unique=True, help_text="SHA-256 of work, notice and nature.")
    doi = models.CharField("DOI", max_length=200, blank=True, db_index=True)
    pmid = models.CharField("PMID", max_length=20, blank=True, db_index=True)
    nature = models.CharField(max_length=30, choices=Source.Standing)
    notice_doi = models.CharField("DOI of the notice", max_length=200, blank=True)
    noted_on = models.DateField(null=True, blank=True)
    title = models.CharField(max_length=500, blank=True)
    reasons = models.TextField(blank=True)
    given = models.CharField(max_length=200, blank=True, help_text="The nature as the file spells it.")
    dataset = models.ForeignKey(RetractionSet, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.get_nature_display()}: {self.doi or self.pmid}"


class StandingChange(models.Model):
    """A source came to stand otherwise: what said so, of which day and digest. Never changed."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="standing_changes")
    before = models.CharField(max_length=30, choices=Source.Standing)
    after = models.CharField(max_length=30, choices=Source.Standing)
    dataset = models.CharField(max_length=200, help_text="The file or registry that says so.")
    dataset_digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of what it said.")
    notice_doi = models.CharField("DOI of the notice", max_length=200, blank=True)
    noted_on = models.DateField(null=True, blank=True, help_text="Date of the notice itself.")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.source}: {self.get_after_display()}"


class LinkCheck(models.Model):
    """The newest look at the address of a web source, and the copy that it is compared with."""

    class Outcome(models.TextChoices):
        OK = "ok", "As it was"
        MOVED = "moved", "Moved"
        CHANGED = "changed", "Its text changed"
        GONE = "gone", "Gone"
        UNKNOWN = "unknown", "Could not be read"

    source = models.OneToOneField(Source, on_delete=models.PROTECT, related_name="link_check")
    outcome = models.CharField(max_length=10, choices=Outcome)
    problem = models.TextField(blank=True)
    http_status = models.PositiveSmallIntegerField("HTTP status", null=True, blank=True)
    url = models.TextField(help_text="The address that was fetched.")
    final_url = models.TextField(blank=True, help_text="Where it led.")
    likeness = models.FloatField(null=True, blank=True, help_text="To the stored copy, 0 to 1.")
    copy = models.TextField(blank=True, help_text="The text as it was when last accepted.")
    copy_at = models.DateTimeField(null=True, blank=True)
    etag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    failures = models.PositiveSmallIntegerField(default=0, help_text="In a row.")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.url}: {self.get_outcome_display()}"


class Alert(models.Model):
    """Something a live page rests on took a bad turn, or a reader reports a problem with it.

    Ends with a person's written decision. Only `reviews.watching.alerts` and its neighbours write here.
    """

    class Kind(models.TextChoices):
        RETRACTED = "retracted", "A source was retracted"
        WITHDRAWN = "withdrawn", "A source was withdrawn"
        CONCERN = "concern", "An expression of concern about a source"
        CORRECTED = "corrected", "A source was corrected"
        GONE = "gone", "A web source is gone"
        CHANGED = "changed", "A web source changed"
        REVIEW_OVERDUE = "review_overdue", "The page's next review is overdue"
        READER_REPORT = "reader_report", "Readers report a problem"

    class Decision(models.TextChoices):
        OPEN = "", "Not decided yet"
        STANDS = "stands", "The page stands as it is"
        REVISED = "revised", "A revised page was published"
        TAKEN_DOWN = "taken_down", "The page was taken down"
        MISTAKEN = "mistaken", "The alert was mistaken"

    kind = models.CharField(max_length=20, choices=Kind)
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="alerts")
    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="alerts")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="alerts", null=True, blank=True)
    turn = models.ForeignKey(
        StandingChange, on_delete=models.PROTECT, related_name="alerts", null=True, blank=True
    )
    sentence = models.TextField(help_text="What happened, for those who must act.")
    sole_support = models.BooleanField(
        default=False, help_text="A claim of the page rests on this source alone."
    )
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="alerts", null=True, blank=True)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="Until when somebody must have decided.")
    notice_due_at = models.DateTimeField(
        null=True, blank=True, help_text="Until when readers must be told; empty: they need not be."
    )
    notified_at = models.DateTimeField(null=True, blank=True, help_text="When readers were told.")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="alerts", null=True, blank=True
    )
    decision = models.CharField(max_length=12, choices=Decision, blank=True, default="")
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="Empty where the policy took the page down.",
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_at", "id"]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=models.Q(decision=""), name="alert_open"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "source", "kind"],
                condition=models.Q(decision=""),
                name="alert_open_once",
            ),
            models.UniqueConstraint(
                fields=["article"],
                condition=models.Q(decision="", kind="reader_report"),
                name="alert_reports_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(decision="", decided_at__isnull=True)
                | (~models.Q(decision="") & ~models.Q(reason="") & models.Q(decided_at__isnull=False)),
                name="alert_decided_in_writing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.article}"


class AlertReport(models.Model):
    """A reader's report that an alert is to answer; each in one alert."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="reports")
    report = models.OneToOneField(ReaderReport, on_delete=models.PROTECT, related_name="in_alert")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.report} ({self.alert_id})"


class Reminder(models.Model):
    """A reminder that went out before or after a page's next review fell due; each once."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="reminders")
    step = models.CharField(max_length=20, help_text="“60 days before”, “overdue”, …")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["publication", "step"], name="reminder_once"),
        ]

    def __str__(self) -> str:
        return f"{self.publication}: {self.step}"
