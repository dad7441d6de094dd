"""Which live pages rest on what, and which claims rest on one source alone."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from articles.models import Publication
from articles.sources import library
from reviews import independence, workflow
from reviews.models import Review
from reviews.watching import using
from tests import factories as f
from tests.independence.conftest import claims_of, given, prepared
from tests.watching.conftest import source_of


def published(cast: SimpleNamespace, **fields: Any) -> Publication:
    return f.published(cast.writer, cast.reviewer, cast.editor, **fields)


def test_pages_by_source(cast: SimpleNamespace, django_assert_num_queries: Callable[[int], Any]) -> None:
    shared = f.source()
    pages = [published(cast, citations=[f.source(), shared]) for _ in range(2)]
    published(cast)
    gone = published(cast, citations=[shared])
    workflow.withdraw(gone.article, by=cast.editor, reason="Wrong.")
    f.submitted(cast.writer, citations=[shared])
    with django_assert_num_queries(1):
        found = list(using.live_pages_using(source=shared))
    assert found == sorted(pages, key=lambda page: page.title)
    assert using.numbers_on(pages[0], shared) == [2]
    assert list(using.live_pages_using(source=f.source())) == []


@pytest.mark.parametrize("asked", ["keep", "drop"])
def test_merged_sources_are_one(asked: str, cast: SimpleNamespace) -> None:
    keep, drop = f.source(), f.source()
    pages = {published(cast, citations=[one]) for one in (keep, drop)}
    library.merge(keep, drop, by=cast.editor)
    for one in (keep, drop):
        one.refresh_from_db()
    source = {"keep": keep, "drop": drop}[asked]
    assert set(using.live_pages_using(source=source)) == pages
    assert {page.pk: bool(using.sole_support(page, source)) for page in pages} == dict.fromkeys(
        (page.pk for page in pages), True
    )


def test_pages_by_disclaimer(cast: SimpleNamespace) -> None:
    page = published(cast)
    with_more = published(cast, topics=[f.topic("medicines")])
    assert set(using.live_pages_using(disclaimer="information-not-advice")) == {page, with_more}
    assert list(using.live_pages_using(disclaimer="do-not-stop-medicine")) == [with_more]
    assert list(using.live_pages_using(disclaimer="no-such-key")) == []


@pytest.mark.parametrize(
    "words",
    ["Walking most days eases low back pain", "walking  MOST days", "low back pain in many adults [1]."],
)
def test_pages_by_the_words_of_a_claim(words: str, cast: SimpleNamespace) -> None:
    page = published(cast)
    f.submitted(cast.writer)
    assert list(using.live_pages_using(claim=words)) == [page]
    assert list(using.live_pages_using(claim="Running most days")) == []
    assert list(using.live_pages_using(claim="100%_")) == []


@pytest.mark.parametrize("asked", [{}, {"disclaimer": "x", "claim": "y"}])
def test_one_question_at_a_time(asked: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Ask about one"):
        using.live_pages_using(**asked)


def test_what_rests_on_a_source_alone(cast: SimpleNamespace) -> None:
    first, second = f.source(), f.source()
    review = f.submitted(cast.writer, citations=[first, second])
    f.judge(review, cast.reviewer)
    claims = list(review.claims.filter(state="open").order_by("id"))
    f.check(claims[0], cast.reviewer, second)
    for claim in claims[1:]:
        f.check(claim, cast.reviewer, second, verdict="silent")
    f.sign(review, cast.reviewer)
    review.refresh_from_db()
    page = workflow.publish(review, by=cast.editor)
    assert using.sole_support(page, first) == claims[1:]
    assert using.sole_support(page, second) == []
    library.amend(second, by=None, cause="a test", standing="retracted")
    assert using.sole_support(page, first) == claims
    library.amend(first, by=None, cause="a test", standing="retracted")
    assert using.sole_support(page, first) == claims  # whether or not it still stands itself


@pytest.mark.parametrize(("stands", "alone"), [("reviewer", False), ("second", True)])
def test_of_a_settled_disagreement_only_what_stands_counts(
    stands: str, alone: bool, cast: SimpleNamespace
) -> None:
    """Rita finds that the source contradicts the claim, Ravi that it supports it."""
    review = given(prepared(cast), cast, verdict="contradicts")
    claim = claims_of(review)[0]
    check = claim.checks.filter(by=getattr(cast, stands)).latest("pk")
    assert claim in using.claims_alone(review, check.source)
    independence.settle(claim, by=cast.reviewer, stands=check, reason="The table is about others.")
    assert (claim in using.claims_alone(review, check.source)) == alone


def test_open_reviews_by_the_edition_and_not_the_draft(cast: SimpleNamespace) -> None:
    source = f.source()
    review = f.submitted(cast.writer, citations=[source])
    f.submitted(cast.writer)
    closed = f.submitted(cast.writer, citations=[source])
    workflow.decline(closed, by=cast.reviewer, reason="Not for us.")
    # A number that only begins or ends like it is another source.
    assert using.open_reviews_using(source) == [review]
    assert Review.objects.filter(status__in=Review.OPEN).count() == 2
    assert source_of(published(cast, citations=[source])) == source
    assert using.open_reviews_using(source) == [review]
