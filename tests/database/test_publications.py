"""Nothing goes live, or comes back, without its signatures: not even by raw SQL."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from articles.models import Publication
from reviews import workflow
from reviews.models import Review, Revocation, SignOff
from tests import factories
from tests.database.raw import Rows, insert_copy

pytestmark = pytest.mark.django_db
UNSIGNED = "a publication needs its sign-offs"


@pytest.fixture
def insert(record: SimpleNamespace) -> Callable[..., None]:
    """INSERT a publication of the signed review, with other values where they are named."""

    def run(**instead: Any) -> None:
        review = record.signed
        values = {
            "article_id": review.article_id,
            "edition_id": review.edition_id,
            "slug": review.edition.content["slug"],
            "signed_digest": review.sign_offs.earliest("pk").signed_digest,
            **instead,
        }
        insert_copy(Publication, record.live.pk, **values)

    return run


@pytest.fixture
def refused(insert: Callable[..., None], rows: Callable[[str], Rows]) -> Callable[..., None]:
    def run(because: str, **instead: Any) -> None:
        before = rows("articles_publication")
        with pytest.raises(IntegrityError, match=because):
            insert(**instead)
        assert rows("articles_publication") == before

    return run


def test_a_signed_edition_goes_live(record: SimpleNamespace, insert: Callable[..., None]) -> None:
    """The other tests refuse what is wrong; this one shows that what is right passes."""
    insert()
    assert Publication.objects.get(edition=record.signed.edition).status == "live"


def test_never_signed(record: SimpleNamespace, refused: Callable[..., None]) -> None:
    refused(UNSIGNED, article_id=record.busy.article_id, edition_id=record.busy.edition_id)
    refused(UNSIGNED, article_id=record.busy.article_id, edition_id=record.busy.edition_id, signed_digest="")


def test_another_digest(record: SimpleNamespace, refused: Callable[..., None]) -> None:
    refused(UNSIGNED, signed_digest="0" * 64)
    refused(UNSIGNED, signed_digest=record.live.signed_digest)
    refused(UNSIGNED, signed_digest=record.signed.edition.digest)


def test_another_edition(record: SimpleNamespace, refused: Callable[..., None]) -> None:
    """An older edition of the same article under the newer one's signature, and the other way round."""
    article = record.live.article_id
    old, new = record.superseded, record.live
    refused(UNSIGNED, article_id=article, edition_id=old.edition_id, signed_digest=new.signed_digest)
    refused(UNSIGNED, article_id=article, edition_id=new.edition_id, signed_digest=old.signed_digest)


def test_another_article(record: SimpleNamespace, refused: Callable[..., None]) -> None:
    """A signed edition cannot be shown as some other article's."""
    refused(UNSIGNED, article_id=record.busy.article_id)


def test_a_revoked_signature(record: SimpleNamespace, refused: Callable[..., None]) -> None:
    review = record.revoked
    refused(
        UNSIGNED,
        article_id=review.article_id,
        edition_id=review.edition_id,
        signed_digest=review.sign_offs.get().signed_digest,
    )


def test_too_few_signers(record: SimpleNamespace, refused: Callable[..., None]) -> None:
    refused(UNSIGNED, required_signatures=2)


def test_the_same_signer_twice(
    record: SimpleNamespace, refused: Callable[..., None], insert: Callable[..., None], cast: SimpleNamespace
) -> None:
    given = record.signed.sign_offs.get()
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        insert_copy(SignOff, given.pk)
    insert_copy(SignOff, given.pk, review_id=record.busy.pk)  # round the unique constraint: still one person
    refused(UNSIGNED, required_signatures=2)
    insert_copy(SignOff, given.pk, signer_id=cast.second.pk)
    insert(required_signatures=2)


def test_fewer_signatures_than_the_statement_asks_for(cast: SimpleNamespace, record: SimpleNamespace) -> None:
    """Who writes the row does not choose the quorum: what was signed says how many it takes."""
    topic = factories.topic("psychedelics")
    review = factories.submitted(cast.writer, topics=[topic])
    factories.judge(review, cast.reviewer, second=cast.second)
    (given,) = factories.sign(review, cast.reviewer)
    values = {
        "article_id": review.article_id, "edition_id": review.edition_id,
        "slug": review.edition.content["slug"], "signed_digest": given.signed_digest,
    }  # fmt: skip
    for number in (1, 2):
        with pytest.raises(IntegrityError, match=UNSIGNED):
            insert_copy(Publication, record.live.pk, required_signatures=number, **values)
    factories.sign(review, cast.second)
    with pytest.raises(IntegrityError, match=UNSIGNED):
        insert_copy(Publication, record.live.pk, required_signatures=1, **values)
    insert_copy(Publication, record.live.pk, required_signatures=2, **values)


def test_an_ended_page_needs_its_signatures_too(
    record: SimpleNamespace, refused: Callable[..., None]
) -> None:
    refused(UNSIGNED, signed_digest="0" * 64, status="superseded", ended_at=timezone.now(), ended_by_id=1)


def test_no_second_live_page(record: SimpleNamespace, refused: Callable[..., None]) -> None:
    live = record.live
    refused(
        r"(?i)unique", article_id=live.article_id, edition_id=live.edition_id, signed_digest=live.signed_digest,
        slug="elsewhere",
    )  # fmt: skip
    refused(r"(?i)unique", slug=live.slug)


def test_an_ended_page_does_not_come_back(record: SimpleNamespace, cast: SimpleNamespace) -> None:
    retracted = factories.published(cast.writer, cast.reviewer, cast.editor)
    workflow.retract(retracted.article, by=cast.editor, reason="Wrong.")
    for page in (record.superseded, record.withdrawn, retracted):
        for sql in (
            "UPDATE articles_publication SET status = 'live', ended_at = NULL, ended_by_id = NULL WHERE id = %s",
            "UPDATE articles_publication SET status = 'live' WHERE id = %s",
        ):
            with pytest.raises(IntegrityError, match="does not come back"), transaction.atomic():
                connection.cursor().execute(sql, [page.pk])
        page.refresh_from_db()
        assert page.status != "live"


@pytest.mark.parametrize("status", Publication.Status.values)
def test_an_end_is_final(record: SimpleNamespace, status: str, cast: SimpleNamespace) -> None:
    """Only what was withdrawn may still be retracted; a take-down never turns into a mere supersession."""
    retracted = factories.published(cast.writer, cast.reviewer, cast.editor)
    workflow.retract(retracted.article, by=cast.editor, reason="Wrong.")
    retracted.refresh_from_db()
    for page in (record.superseded, record.withdrawn, retracted):
        if page.status == status or (page.status, status) == ("withdrawn", "retracted"):
            Publication.objects.filter(pk=page.pk).update(status=status, ended_reason="Said again.")
            continue
        with pytest.raises(IntegrityError), transaction.atomic():
            Publication.objects.filter(pk=page.pk).update(status=status, ended_reason="Said again.")


def test_no_revocation_under_a_live_page(
    record: SimpleNamespace, cast: SimpleNamespace, rows: Callable[[str], Rows]
) -> None:
    given = SignOff.objects.get(edition=record.live.edition)
    before = rows("reviews_revocation")
    with pytest.raises(IntegrityError, match="take it down first"), transaction.atomic():
        connection.cursor().execute(
            "INSERT INTO reviews_revocation (sign_off_id, by_id, reason, at) VALUES (%s, %s, 'Wrong.', %s)",
            [given.pk, cast.lead.pk, timezone.now()],
        )
    assert rows("reviews_revocation") == before
    workflow.withdraw(record.live.article, by=cast.editor, reason="Taken down first.")
    Revocation.objects.create(sign_off=given, by=cast.lead, reason="Wrong.")


def test_a_superseded_page_keeps_no_signature_from_being_revoked(
    record: SimpleNamespace, cast: SimpleNamespace
) -> None:
    given = SignOff.objects.get(edition=record.superseded.edition)
    Revocation.objects.create(sign_off=given, by=cast.lead, reason="Wrong.")
    assert Publication.objects.get(pk=record.live.pk).status == "live"


def test_no_second_open_review(record: SimpleNamespace, rows: Callable[[str], Rows]) -> None:
    before = rows("reviews_review")
    for status in ("in_review", "changes_requested", "signed_off"):
        with pytest.raises(IntegrityError, match=r"(?i)unique"):
            insert_copy(Review, record.busy.pk, status=status)
    assert rows("reviews_review") == before
    insert_copy(Review, record.busy.pk, status="declined", closed_at=timezone.now())
    closed = Review.objects.filter(article=record.busy.article_id, status="declined")
    with pytest.raises(IntegrityError, match=r"(?i)unique"), transaction.atomic():
        closed.update(status="in_review", closed_at=None)
