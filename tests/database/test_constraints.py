"""Wrong data that would be dangerous: the database refuses it, whoever writes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import CheckConstraint, QuerySet, UniqueConstraint

from articles.models import (
    Citation,
    Delivery,
    Edition,
    Listing,
    Publication,
    PublishedDisclaimer,
    PublishedReference,
    PublishedSigner,
    ReaderReport,
    Reads,
    RegistryAnswer,
    SeeAlso,
    Source,
    SourceVersion,
    Webhook,
)
from reviews.models import (
    Alert,
    Answer,
    Attachment,
    ChainHead,
    Conflict,
    Disclaimer,
    DisclaimerVersion,
    Event,
    Finding,
    MailPreference,
    Opinion,
    Reminder,
    RetractionSet,
    Review,
    Reviewer,
    Revocation,
    Settlement,
    SignOff,
    SourceCheck,
)
from tests import factories
from tests.database.raw import insert_copy

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)
Case = Callable[[SimpleNamespace, SimpleNamespace], Any]


def _first(query: QuerySet[Any]) -> int:
    return int(query.order_by("pk").values_list("pk", flat=True)[0])


def _attachment(record: SimpleNamespace) -> QuerySet[Attachment]:
    return Attachment.objects.filter(pk=_first(record.signed.attachments.all()))


def _finding(record: SimpleNamespace) -> QuerySet[Finding]:
    return Finding.objects.filter(pk=_first(record.busy.findings.all()))


def _check(record: SimpleNamespace) -> SourceCheck:
    return SourceCheck.objects.filter(claim__review=record.signed).earliest("pk")


def _review(record: SimpleNamespace) -> QuerySet[Review]:
    return Review.objects.filter(pk=record.busy.pk)


def _live(record: SimpleNamespace) -> QuerySet[Publication]:
    return Publication.objects.filter(pk=record.live.pk)


def _delivered_twice(cast: SimpleNamespace) -> None:
    webhook = Webhook.objects.create(url="https://receiver.example/", created_by=cast.editor)
    for _ in range(2):
        Delivery.objects.create(webhook=webhook, message="msg_1", event="test.ping", outcome="sent", at=NOW)


def _reported(record: SimpleNamespace, **wrong: Any) -> ReaderReport:
    right = {"edition": 1, "kind": "mistake", "text": "Wrong.", "created_at": NOW, "forget_at": NOW}
    return ReaderReport.objects.create(**{**right, "publication": record.live, **wrong})


def _leading(record: SimpleNamespace, **wrong: Any) -> SeeAlso:
    right = {"article": record.live.article, "other": record.signed.article, "place": 1}
    return SeeAlso.objects.create(**{**right, **wrong})


def _whole(rows: Callable[[SimpleNamespace], QuerySet[Any]]) -> list[Case]:
    """A writer's answer without its parts, or parts without the answer."""
    return [
        lambda r, c: rows(r).update(writer_answer="fixed"),
        lambda r, c: rows(r).update(writer_answer="maybe", answered_by=c.writer),
        lambda r, c: rows(r).update(writer_answer="disagree", answered_by=c.writer),
        lambda r, c: rows(r).update(answered_by=c.writer),
        lambda r, c: rows(r).update(writer_reason="Because."),
    ]


# For each constraint, ways to break it: each must be refused, and by that very constraint.
BREAKS: dict[str, list[Case]] = {
    "alert_decided_in_writing": [
        lambda r, c: Alert.objects.update(decision="stands", decided_at=NOW),
        lambda r, c: Alert.objects.update(decision="stands", reason="It rests on others."),
        lambda r, c: Alert.objects.update(decided_at=NOW),
    ],
    "alert_open_once": [lambda r, c: insert_copy(Alert, _first(Alert.objects.all()))],
    "alert_reports_open_once": [
        lambda r, c: [
            insert_copy(Alert, _first(Alert.objects.all()), kind="reader_report", source_id=None) for _ in range(2)
        ]
    ],
    "answer_disagrees_with_reason": [lambda r, c: Answer.objects.update(kind="disagree", reason="")],
    "answer_kind_known": [lambda r, c: Answer.objects.update(kind="accepted")],
    "answer_once_for_a_passage": [lambda r, c: insert_copy(Answer, _first(Answer.objects.all()))],
    "attachment_waived_with_reason": [lambda r, c: _attachment(r).update(state="waived", reason="")],
    "attachment_confirmed_by_another": [
        lambda r, c: _attachment(r).update(state="waived", reason="Not needed.", confirmed_by=c.reviewer)
    ],
    "attachment_inline_has_passage": [lambda r, c: _attachment(r).update(placement="inline", anchor=None)],
    "attachment_disclaimer_once": [lambda r, c: insert_copy(Attachment, _attachment(r)[0].pk)],
    "chain_head_is_one_row": [lambda r, c: ChainHead.objects.create(id=2, hash="0" * 64)],
    "check_level_1_to_5": [
        lambda r, c: insert_copy(SourceCheck, _first(SourceCheck.objects.all()), level=0),
        lambda r, c: insert_copy(SourceCheck, _first(SourceCheck.objects.all()), level=6),
    ],
    "check_verdict_known": [lambda r, c: insert_copy(SourceCheck, _first(SourceCheck.objects.all()), verdict="yes")],
    "citation_number_from_1": [lambda r, c: Citation.objects.update(number=0)],
    "citation_number_once": [
        lambda r, c: insert_copy(Citation, _first(Citation.objects.all()), source_id=factories.source().pk)
    ],
    "citation_source_once": [lambda r, c: insert_copy(Citation, _first(Citation.objects.all()), number=9)],
    "claim_dismissed_with_reason": [
        lambda r, c: r.busy.claims.update(state="dismissed", dismissed_by=c.reviewer, dismissed_reason=""),
        lambda r, c: r.busy.claims.update(state="dismissed", dismissed_by=None, dismissed_reason="No claim."),
    ],
    "claim_writers_answer_is_whole": _whole(lambda r: r.busy.claims.all()),
    "conflict_declared_once": [lambda r, c: insert_copy(Conflict, _first(Conflict.objects.all()))],
    "conflict_says_what": [lambda r, c: insert_copy(Conflict, _first(Conflict.objects.all()), text="", person_id=c.lead.pk)],
    "contribution_version_once": [
        lambda r, c: insert_copy(type(r.live.article.contributions.first()), r.live.article.contributions.first().pk)
    ],
    "delivery_message_once": [lambda r, c: _delivered_twice(c)],
    "disclaimer_has_words": [
        lambda r, c: insert_copy(DisclaimerVersion, _first(DisclaimerVersion.objects.all()), text="", number=9)
    ],
    "disclaimer_version_once": [lambda r, c: insert_copy(DisclaimerVersion, _first(DisclaimerVersion.objects.all()))],
    "edition_number_from_1": [lambda r, c: insert_copy(Edition, r.live.edition_id, number=0)],
    "edition_number_once": [lambda r, c: insert_copy(Edition, r.live.edition_id)],
    "finding_accepted_with_reason": [
        lambda r, c: _finding(r).update(disposition="accepted", disposed_by=c.reviewer, reason=""),
        lambda r, c: _finding(r).update(disposition="accepted", disposed_by=None, reason="Fair."),
    ],
    "finding_confirmed_by_another": [
        lambda r, c: _finding(r).update(disposition="accepted", disposed_by=c.lead, confirmed_by=c.lead, reason="Fair.")
    ],
    "finding_fix_never_accepted": [
        lambda r, c: _finding(r).update(severity="fix", disposition="accepted", disposed_by=c.lead, reason="Fair.")
    ],
    "finding_writers_answer_is_whole": _whole(_finding),
    "publication_ended_when_not_live": [
        lambda r, c: _live(r).update(status="superseded"),
        lambda r, c: _live(r).update(ended_at=NOW, ended_by=c.editor),
    ],
    "listing_once": [lambda r, c: insert_copy(Listing, _first(Listing.objects.all()))],
    "published_signer_once": [lambda r, c: insert_copy(PublishedSigner, _first(PublishedSigner.objects.all()))],
    "published_disclaimer_once": [lambda r, c: insert_copy(PublishedDisclaimer, _first(PublishedDisclaimer.objects.all()))],
    "published_reference_once": [lambda r, c: insert_copy(PublishedReference, _first(PublishedReference.objects.all()))],
    "publication_live_once": [lambda r, c: insert_copy(Publication, r.live.pk, slug="elsewhere")],
    "publication_needs_a_signature": [lambda r, c: insert_copy(Publication, r.live.pk, required_signatures=0)],
    "publication_slug_live_once": [
        lambda r, c: insert_copy(
            Publication, r.live.pk, article_id=r.signed.article_id, edition_id=r.signed.edition_id,
            signed_digest=r.signed.sign_offs.get().signed_digest,
        )
    ],
    "publication_status_known": [lambda r, c: _live(r).update(status="hidden", ended_at=NOW, ended_by=c.editor)],
    "publication_takedown_has_reason": [
        lambda r, c: _live(r).update(status="withdrawn", ended_at=NOW, ended_by=c.editor),
        lambda r, c: _live(r).update(status="retracted", ended_at=NOW, ended_by=c.editor),
    ],
    "review_closed_has_date": [
        lambda r, c: _review(r).update(status="declined"),
        lambda r, c: _review(r).update(closed_at=NOW),
        lambda r, c: _review(r).update(status="approved"),
        lambda r, c: _review(r).update(status="approved", closed_at=NOW),
    ],
    "review_open_once": [lambda r, c: insert_copy(Review, r.busy.pk)],
    "review_scheduled_has_hour": [
        lambda r, c: _review(r).update(status="scheduled"),
        lambda r, c: _review(r).update(status="scheduled", scheduled_for=NOW),
        lambda r, c: _review(r).update(scheduled_for=NOW, scheduled_by=c.editor),
    ],
    "reader_report_forgotten_whole": [
        lambda r, c: _reported(r, text=""),
        lambda r, c: _reported(r, forgotten_at=NOW),
        lambda r, c: _reported(r, forgotten_at=NOW, text="", passage="About a third."),
        lambda r, c: _reported(r, forgotten_at=NOW, text="", email="ruth@example.org"),
        lambda r, c: _reported(r, forgotten_at=NOW, text="", sender="5" * 64),
    ],
    "reader_report_kind_known": [lambda r, c: _reported(r, kind="rude")],
    "reader_report_of_an_edition": [lambda r, c: _reported(r, edition=0)],
    "reads_at_least_once": [lambda r, c: Reads.objects.create(article=r.live.article, month=NOW.date(), count=0)],
    "reads_once_a_month": [
        lambda r, c: [Reads.objects.create(article=r.live.article, month=NOW.date(), count=1) for _ in range(2)]
    ],
    "registry_answer_once": [
        lambda r, c: [
            RegistryAnswer.objects.create(registry="crossref", identifier="doi:10.1000/1", outcome="unknown", asked_at=NOW)
            for _ in range(2)
        ]
    ],
    "reminder_once": [lambda r, c: [Reminder.objects.create(publication=r.live, step="overdue") for _ in range(2)]],
    "retraction_set_once": [lambda r, c: [RetractionSet.objects.create(digest="0" * 64) for _ in range(2)]],
    "reviewer_qualified_in_order": [lambda r, c: Reviewer.objects.update(qualified_until=dt.date(2001, 1, 1))],
    "reviewer_verified_by_another": [
        lambda r, c: Reviewer.objects.filter(user=c.reviewer).update(verified_by=c.reviewer)
    ],
    "revocation_has_reason": [
        lambda r, c: Revocation.objects.create(sign_off=r.signed.sign_offs.get(), by=c.lead, reason="")
    ],
    "mail_preference_once": [
        lambda r, c: [MailPreference.objects.create(person=c.writer, kind="signed", way="daily") for _ in range(2)]
    ],
    "opinion_given_once": [
        lambda r, c: [
            Opinion.objects.create(review=r.busy, edition=r.busy.edition, by=c.reviewer) for _ in range(2)
        ]
    ],
    "see_also_not_itself": [lambda r, c: _leading(r, other=r.live.article)],
    "see_also_other_once": [lambda r, c: [_leading(r, place=n) for n in (1, 2)]],
    "see_also_place_once": [lambda r, c: [_leading(r, other=a) for a in (r.signed.article, r.busy.article)]],
    "settlement_has_reason": [
        lambda r, c: Settlement.objects.create(
            claim=_check(r).claim, checks=[], stands=_check(r), reason="", by=c.lead
        )
    ],
    "sign_off_given_once": [lambda r, c: insert_copy(SignOff, r.signed.sign_offs.get().pk)],
    "source_doi_once": [lambda r, c: [Source.objects.create(title="One", doi=doi) for doi in ("10.1000/a", "10.1000/A")]],
    "source_nct_once": [lambda r, c: [Source.objects.create(title="One", nct="NCT00000001") for _ in range(2)]],
    "source_pmcid_once": [lambda r, c: [Source.objects.create(title="One", pmcid="PMC1") for _ in range(2)]],
    "source_version_once": [lambda r, c: insert_copy(SourceVersion, _first(SourceVersion.objects.all()))],
    "source_pmid_once": [lambda r, c: [Source.objects.create(title="One", pmid="123") for _ in range(2)]],
}  # fmt: skip

CONSTRAINTS = {
    constraint.name: constraint
    for label in ("articles", "reviews")
    for model in apps.get_app_config(label).get_models()
    for constraint in model._meta.constraints
}


def test_every_constraint_is_tried() -> None:
    assert sorted(CONSTRAINTS) == sorted(BREAKS)


def test_every_constraint_refuses(record: SimpleNamespace, cast: SimpleNamespace) -> None:
    for name, cases in BREAKS.items():
        for place, broken in enumerate(cases):
            with pytest.raises(IntegrityError) as refusal, transaction.atomic():
                broken(record, cast)
                pytest.fail(f"{name}, case {place}: the database took it")
            assert _says(CONSTRAINTS[name], str(refusal.value)), f"{name}, case {place}: {refusal.value}"


def _says(constraint: Any, message: str) -> bool:
    """SQLite names a check by its name and a unique key by its columns; PostgreSQL names both."""
    if constraint.name in message:
        return True
    assert isinstance(constraint, UniqueConstraint) and not isinstance(constraint, CheckConstraint)
    return message.startswith("UNIQUE constraint failed: ") and all(
        f".{name}" in message for name in constraint.fields
    )


def test_a_signature_is_revoked_once(record: SimpleNamespace, cast: SimpleNamespace) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_copy(Revocation, _first(Revocation.objects.all()))


def test_an_event_number_and_a_policy_number_are_given_once(record: SimpleNamespace) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_copy(Event, _first(Event.objects.all()))


def test_a_person_has_one_qualification(record: SimpleNamespace) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_copy(Reviewer, _first(Reviewer.objects.all()), slug="again")


def test_what_is_referred_to_stays(record: SimpleNamespace, cast: SimpleNamespace) -> None:
    """Foreign keys hold in the database too, not only in Django's collector."""
    for query in (
        type(record.live.article).objects.filter(pk=record.live.article_id),
        type(cast.reviewer).objects.filter(pk=cast.reviewer.pk),
        Source.objects.filter(checks__isnull=False),
        Disclaimer.objects.all(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            query._raw_delete("default")
            connection.check_constraints()
