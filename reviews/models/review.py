"""One round-trip of judgement about one article, and what was judged in it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from articles.models import Article, Edition, Source
from reviews.models.drafts import AnsweredByWriter, answer_is_whole


class Review(models.Model):
    """A review points at the edition under judgement. Only `reviews.workflow` writes its status."""

    class Status(models.TextChoices):
        IN_REVIEW = "in_review", "In review"
        CHANGES_REQUESTED = "changes_requested", "Changes requested"
        SIGNED_OFF = "signed_off", "Signed"
        SCHEDULED = "scheduled", "Scheduled"
        PUBLISHED = "published", "Published"
        WITHDRAWN = "withdrawn", "Withdrawn by the writer"
        DECLINED = "declined", "Declined"

    OPEN = (Status.IN_REVIEW, Status.CHANGES_REQUESTED, Status.SIGNED_OFF, Status.SCHEDULED)

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="reviews")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="reviews")
    status = models.CharField(max_length=20, choices=Status, default=Status.IN_REVIEW)
    round = models.PositiveSmallIntegerField(default=1)
    tier = models.CharField(max_length=20, help_text="Risk tier by the policy, when last submitted.")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField()
    due_on = models.DateField()
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="assigned_reviews",
        null=True,
        blank=True,
        help_text="Who has taken it, or was given it, to judge.",
    )
    alert = models.TextField(
        blank=True, help_text="What opened or reopened the review by itself: new words of a disclaimer, …"
    )
    scheduled_for = models.DateTimeField(null=True, blank=True)
    scheduled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(
                fields=["due_on", "id"],
                condition=models.Q(status__in=["in_review", "changes_requested", "signed_off", "scheduled"]),
                name="review_queue",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["article"],
                condition=models.Q(status__in=["in_review", "changes_requested", "signed_off", "scheduled"]),
                name="review_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    status="scheduled", scheduled_for__isnull=False, scheduled_by__isnull=False
                )
                | (
                    ~models.Q(status="scheduled")
                    & models.Q(scheduled_for__isnull=True, scheduled_by__isnull=True)
                ),
                name="review_scheduled_has_hour",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    status__in=["in_review", "changes_requested", "signed_off", "scheduled"],
                    closed_at__isnull=True,
                )
                | models.Q(status__in=["published", "withdrawn", "declined"], closed_at__isnull=False),
                name="review_closed_has_date",
            ),
        ]
        permissions = [
            ("submit_review", "Submit drafts for review"),
            ("judge_review", "Judge claims, findings and disclaimers"),
            ("sign_review", "Sign an edition"),
            ("schedule_review", "Schedule a signed edition"),
            ("publish_review", "Publish a signed edition"),
            ("take_down", "Withdraw or retract a live page"),
            ("revoke_sign_off", "Revoke anybody's signature"),
            ("assign_review", "Give a review to somebody"),
        ]

    def __str__(self) -> str:
        return f"Review of {self.edition}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN


class Claim(AnsweredByWriter):
    """A sentence that asserts something about health and must rest on a source."""

    class State(models.TextChoices):
        OPEN = "open", "To be checked"
        RECONFIRM = "reconfirm", "Needs reconfirmation"
        DISMISSED = "dismissed", "Not a claim"
        ORPHANED = "orphaned", "No longer in the text"

    class Origin(models.TextChoices):
        SCREENING = "screening", "Found by screening"
        REVIEWER = "reviewer", "Added by a reviewer"

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="claims")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    anchor: Any = models.JSONField(help_text="W3C TextQuoteSelector and position in the edition's text.")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    origin = models.CharField(max_length=10, choices=Origin)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    dismissed_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="dismissed", dismissed_by__isnull=False)
                & ~models.Q(dismissed_reason="")
                | ~models.Q(state="dismissed"),
                name="claim_dismissed_with_reason",
            ),
            answer_is_whole("claim_writers_answer_is_whole"),
        ]

    def __str__(self) -> str:
        return str(self.anchor["exact"])


class SourceCheck(models.Model):
    """A reviewer read a source and says what it means for a claim. Never changed; the newest counts."""

    class Verdict(models.TextChoices):
        SUPPORTS = "supports", "Supports the claim"
        PARTLY = "partly", "Supports it in part"
        CONTRADICTS = "contradicts", "Contradicts it"
        SILENT = "silent", "Does not speak of it"

    class Level(models.IntegerChoices):
        """OCEBM Levels of Evidence 2011."""

        ONE = 1, "1: systematic review"
        TWO = 2, "2: randomised trial, or observational study with dramatic effect"
        THREE = 3, "3: non-randomised controlled or follow-up study"
        FOUR = 4, "4: case series, case-control or historically controlled study"
        FIVE = 5, "5: mechanism-based reasoning"

    class Directness(models.TextChoices):
        DIRECT = "direct", "Same substance, dose and people"
        OTHER_DOSE = "other_dose", "Another dose or way of giving it"
        OTHER_PEOPLE = "other_people", "Other people or condition"
        OTHER_SUBSTANCE = "other_substance", "Another substance"
        NOT_HUMAN = "not_human", "Animals or in vitro"

    class Read(models.TextChoices):
        FULL_TEXT = "full_text", "Full text"
        ABSTRACT = "abstract", "Abstract only"

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="checks")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="checks")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    claim_text = models.TextField(help_text="The claim as it stood when checked.")
    source_record: Any = models.JSONField(help_text="What Signoff knew of the source when checked.")
    source_digest = models.CharField(max_length=64)
    source_version = models.PositiveIntegerField(
        null=True, blank=True, help_text="Number of the source's version that was checked."
    )
    verdict = models.CharField(max_length=12, choices=Verdict)
    level = models.PositiveSmallIntegerField("evidence level", choices=Level)
    directness = models.CharField(max_length=20, choices=Directness)
    passage = models.TextField("passage relied on")
    locator = models.CharField(max_length=200, help_text="Page, table, section.")
    read = models.CharField(max_length=10, choices=Read)
    note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="source_checks")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(level__range=(1, 5)), name="check_level_1_to_5"),
            models.CheckConstraint(
                condition=models.Q(verdict__in=["supports", "partly", "contradicts", "silent"]),
                name="check_verdict_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()}: {self.source}"


class Opinion(models.Model):
    """A reviewer has given all their verdicts on an edition. Until two have, neither sees the other's."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="opinions")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="opinions")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["review", "edition", "by"], name="opinion_given_once"),
        ]

    def __str__(self) -> str:
        return f"{self.by} on {self.edition}"


class Settlement(models.Model):
    """How two reviewers who disagreed on a claim settled it, in writing. Holds for exactly those checks."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="settlements")
    checks: Any = models.JSONField(help_text="Primary keys of the checks that disagreed, in order.")
    stands = models.ForeignKey(
        SourceCheck, on_delete=models.PROTECT, related_name="+", help_text="The check that counts."
    )
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="settlement_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.stands}: {self.reason}"


class Finding(AnsweredByWriter):
    """Something wrong, or perhaps wrong, with a passage or the whole text."""

    class Severity(models.TextChoices):
        FIX = "fix", "Must be mended"
        CRITICAL = "critical", "Critical"
        RESOLVE = "resolve", "To resolve"
        ADVISE = "advise", "Advice"

    class Disposition(models.TextChoices):
        OPEN = "", "Open"
        FIXED = "fixed", "Mended in the text"
        SOURCED = "sourced", "Has its source"
        ACCEPTED = "accepted", "Accepted with a reason"

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="findings")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    anchor: Any = models.JSONField(
        null=True, blank=True, help_text="Empty: the finding is on the whole text."
    )
    orphaned = models.BooleanField(default=False)
    rule = models.CharField(max_length=80, help_text="The screening rule, or “reviewer”.")
    category = models.CharField(max_length=60)
    severity = models.CharField(max_length=10, choices=Severity)
    message = models.TextField()
    remedy = models.TextField(blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    disposition = models.CharField(max_length=10, choices=Disposition, blank=True, default="")
    reason = models.TextField(blank=True)
    disposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="Second signature under an accepted critical finding.",
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(disposition="accepted")
                | (~models.Q(reason="") & models.Q(disposed_by__isnull=False)),
                name="finding_accepted_with_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True)
                | ~models.Q(confirmed_by=models.F("disposed_by")),
                name="finding_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=~models.Q(severity="fix", disposition="accepted"), name="finding_fix_never_accepted"
            ),
            answer_is_whole("finding_writers_answer_is_whole"),
        ]

    def __str__(self) -> str:
        return self.message


class Comment(models.Model):
    """A word between writer and reviewer, about a passage or the whole text."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="comments")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    anchor: Any = models.JSONField(null=True, blank=True)
    orphaned = models.BooleanField(default=False)
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text
