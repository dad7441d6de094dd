"""What readers send, and how often a page is read: no account, and nobody who could be recognised later."""

from __future__ import annotations

from django.db import models

from articles.models.content import Article
from articles.models.publication import Publication


class ReaderReport(models.Model):
    """A problem that a reader reports with a live page. Only `articles.reporting` writes here.

    What the reader typed is forgotten in time; that there was a report, of which kind and when, stays.
    """

    class Kind(models.TextChoices):
        MISTAKE = "mistake", "A mistake in the text"
        SOURCE = "source", "A source that does not say this"
        OUTDATED = "outdated", "Something is out of date"
        UNSAFE = "unsafe", "Unsafe advice"
        OTHER = "other", "Something else"

    publication = models.ForeignKey(
        Publication, on_delete=models.PROTECT, related_name="reports", help_text="What was live when it came."
    )
    edition = models.PositiveIntegerField(help_text="The number of the edition that the reader had open.")
    kind = models.CharField(max_length=10, choices=Kind)
    passage = models.TextField(blank=True, help_text="The words that it is about, as the reader quotes them.")
    text = models.TextField(blank=True, help_text="What is wrong; empty once it was forgotten.")
    email = models.EmailField("e-mail address", blank=True)
    sender = models.CharField(
        max_length=64, blank=True, help_text="Keyed hash of the sender’s address, of no use after its day."
    )
    key = models.CharField(max_length=64, unique=True, help_text="The same form with the same words, once.")
    created_at = models.DateTimeField(db_index=True)
    forget_at = models.DateTimeField(help_text="When what the reader typed is forgotten.")
    forgotten_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["forget_at"],
                condition=models.Q(forgotten_at__isnull=True),
                name="reader_report_to_forget",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["mistake", "source", "outdated", "unsafe", "other"]),
                name="reader_report_kind_known",
            ),
            models.CheckConstraint(condition=models.Q(edition__gte=1), name="reader_report_of_an_edition"),
            models.CheckConstraint(
                condition=(models.Q(forgotten_at__isnull=True) & ~models.Q(text=""))
                | models.Q(forgotten_at__isnull=False, text="", passage="", email="", sender=""),
                name="reader_report_forgotten_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.publication}"


class ReportSalt(models.Model):
    """What a day's senders are hashed with; it is thrown away when the day is over."""

    day = models.DateField(unique=True)
    salt = models.CharField(max_length=64)

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"The salt of {self.day}"


class Reads(models.Model):
    """How often an article was read in a month. Only `articles.readership` writes here."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="reads")
    month = models.DateField(help_text="Its first day.")
    count = models.PositiveBigIntegerField()

    class Meta:
        verbose_name_plural = "reads"
        ordering = ["-month", "-count"]
        indexes = [models.Index(fields=["month", "-count", "article"], name="reads_most_first")]
        constraints = [
            models.UniqueConstraint(fields=["article", "month"], name="reads_once_a_month"),
            models.CheckConstraint(condition=models.Q(count__gte=1), name="reads_at_least_once"),
        ]

    def __str__(self) -> str:
        return f"{self.article}, {self.month:%Y-%m}: {self.count}"
