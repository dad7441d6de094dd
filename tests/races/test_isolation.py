"""Publication against revocation, in raw SQL: the database decides, whatever the isolation level."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from articles.models import Publication
from reviews import audit, workflow
from reviews.models import Review, Revocation, SignOff
from tests import factories
from tests.database.raw import insert_copy
from tests.races.racing import Outcome, at_isolation_level, race

pytestmark = pytest.mark.django_db(transaction=True)
LEVELS = ("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")
ROUNDS = 3
only_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql",
    reason="isolation levels are PostgreSQL's; SQLite has one writer at a time",
)


@pytest.fixture
def level(request: pytest.FixtureRequest, arena: None) -> Iterator[str]:
    with at_isolation_level(request.param):
        yield request.param


def _serialization_failure(error: BaseException) -> bool:
    return isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", "") == "40001"


def _check(review: Review, outcomes: list[Outcome], *, polite: tuple[type[Exception], ...]) -> None:
    for outcome in outcomes:
        if outcome.error and not isinstance(outcome.error, polite):
            assert _serialization_failure(outcome.error), repr(outcome.error)
    live = Publication.objects.filter(article=review.article_id, status="live").exists()
    revoked = Revocation.objects.filter(sign_off__review=review).exists()
    assert not (live and revoked), "a page is live on a revoked signature"
    # One of the two came through: a refusal or a failed serialization has a reason.
    assert live or revoked


@pytest.mark.postgres
@only_postgresql
@pytest.mark.parametrize("level", LEVELS, indirect=True)
def test_the_triggers_alone(cast: SimpleNamespace, level: str) -> None:
    """No locks of ours: both take their snapshot first, then write at once. (An EXISTS without a write in
    the trigger let 196 of 200 such races through.)"""
    page = factories.published(cast.writer, cast.reviewer, cast.editor)
    for _ in range(ROUNDS):
        review = factories.signed(cast.writer, cast.reviewer)
        given = review.sign_offs.get()
        ready = threading.Barrier(2, timeout=10)

        def begin(ready: threading.Barrier = ready) -> None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT COUNT(*) FROM reviews_revocation")
                cursor.execute("SHOW transaction_isolation")
                assert cursor.fetchone()[0] == level.lower()
            ready.wait()

        def publish(review: Review = review, given: SignOff = given) -> None:
            with transaction.atomic():
                begin()
                insert_copy(
                    Publication, page.pk, article_id=review.article_id, edition_id=review.edition_id,
                    slug=f"walking-{review.pk}", signed_digest=given.signed_digest,
                )  # fmt: skip

        def revoke(given: SignOff = given) -> None:
            with transaction.atomic():
                begin()
                with connection.cursor() as cursor:
                    cursor.execute(
                        "INSERT INTO reviews_revocation (sign_off_id, by_id, reason, at) VALUES (%s, %s, 'No.', %s)",
                        [given.pk, cast.lead.pk, timezone.now()],
                    )

        outcomes = race(("", publish), ("", revoke))
        _check(review, outcomes, polite=(IntegrityError,))


def test_the_triggers_alone_with_one_writer(cast: SimpleNamespace) -> None:
    """The same on whatever engine the suite runs on, at its own isolation level."""
    page = factories.published(cast.writer, cast.reviewer, cast.editor)
    for _ in range(ROUNDS):
        review = factories.signed(cast.writer, cast.reviewer)
        given = review.sign_offs.get()

        def publish(review: Review = review, given: SignOff = given) -> None:
            insert_copy(
                Publication, page.pk, article_id=review.article_id, edition_id=review.edition_id,
                slug=f"walking-{review.pk}", signed_digest=given.signed_digest,
            )  # fmt: skip

        def revoke(given: SignOff = given) -> None:
            Revocation.objects.create(sign_off=given, by=cast.lead, reason="No.")

        _check(review, race(("", publish), ("", revoke)), polite=(IntegrityError,))


@pytest.mark.postgres
@only_postgresql
@pytest.mark.parametrize("level", LEVELS[1:], indirect=True)
def test_the_workflow_at_stricter_levels(cast: SimpleNamespace, level: str) -> None:
    for _ in range(ROUNDS):
        review = factories.signed(cast.writer, cast.reviewer)
        given = review.sign_offs.get()

        def publish(pk: int = review.pk) -> Any:
            return workflow.publish(Review.objects.get(pk=pk), by=cast.editor)

        def revoke(pk: int = given.pk) -> Any:
            return workflow.revoke(SignOff.objects.get(pk=pk), by=cast.reviewer, reason="I was wrong.")

        outcomes = race(("publish", publish), ("revoke", revoke))
        _check(review, outcomes, polite=(workflow.Refused,))
        assert audit.verify().ok
