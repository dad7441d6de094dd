"""What the writer says to the screening of a draft, before and between the rounds of its review."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from articles.models import Article


class WriterAnswer(models.TextChoices):
    """The three things that a writer can say to a remark. None of them settles it: the reviewer does."""

    FIXED = "fixed", "Mended in the text"
    SOURCED = "sourced", "Has its source"
    DISAGREE = "disagree", "Disagrees"


class Answer(models.Model):
    """The writer's answer to one remark of the screening, for as long as the passage reads as it did.

    It belongs to the words: another sentence has no answer, and the same one brought back has this one.
    """

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="answers")
    rule = models.CharField(max_length=80)
    passage = models.TextField(
        blank=True, help_text="The words remarked on, white space made even; empty: the whole text."
    )
    passage_digest = models.CharField(max_length=64, help_text="SHA-256 of the passage.")
    kind = models.CharField(max_length=10, choices=WriterAnswer)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "rule", "passage_digest"], name="answer_once_for_a_passage"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["fixed", "sourced", "disagree"]), name="answer_kind_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="disagree") | ~models.Q(reason=""),
                name="answer_disagrees_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.rule}"


class AnsweredByWriter(models.Model):
    """What the reviewer judges together with what the writer said of it when submitting."""

    writer_answer = models.CharField(
        max_length=10,
        choices=WriterAnswer,
        blank=True,
        default="",
        help_text="What the writer said when submitting.",
    )
    writer_reason = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        abstract = True


def answer_is_whole(name: str) -> models.CheckConstraint:
    """An answer has somebody who gave it, a disagreement a reason, and no answer has neither."""
    return models.CheckConstraint(
        condition=models.Q(writer_answer="", writer_reason="", answered_by__isnull=True)
        | models.Q(writer_answer__in=["fixed", "sourced"], answered_by__isnull=False)
        | (models.Q(writer_answer="disagree", answered_by__isnull=False) & ~models.Q(writer_reason="")),
        name=name,
    )
