"""Two reviewers, one moment: opinions, settlements and checks that cross one another."""

# ruff: noqa: B023 (every racer is done before its loop goes on)

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User

from articles.models import Source
from reviews import audit, dossier, independence, workflow
from reviews.models import Claim, Opinion, Review, Settlement, SignOff, SourceCheck
from tests import factories as f
from tests.independence.conftest import check_all, claims_of, codes, given, prepared, source_of
from tests.races.conftest import arena  # noqa: F401 (a fixture)
from tests.races.racing import Referee, race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 2


@pytest.fixture
def cast(arena: None, cast: SimpleNamespace) -> SimpleNamespace:  # noqa: F811
    """The cast, where every thread has its own connection."""
    return cast


def giving(review: Review, by: User) -> tuple[str, Callable[[], Any]]:
    return "give_opinion", lambda: independence.give_opinion(Review.objects.get(pk=review.pk), by=by)


def settling(claim: Claim, by: User, stands: SourceCheck) -> tuple[str, Callable[[], Any]]:
    return "settle_claim", lambda: independence.settle(
        Claim.objects.get(pk=claim.pk), by=by, stands=SourceCheck.objects.get(pk=stands.pk), reason="So."
    )


def checking(claim: Claim, by: User, source: Source, verdict: str) -> tuple[str, Callable[[], Any]]:
    return "check_claim", lambda: f.check(Claim.objects.get(pk=claim.pk), by, source, verdict=verdict)


def test_of_three_opinions_two_come_in_time(cast: SimpleNamespace) -> None:
    people = (cast.reviewer, cast.second, cast.lead)
    for _ in range(ROUNDS):
        review = prepared(cast)
        for person in people:
            check_all(review, person)
        referee = Referee()
        outcomes = race(*(giving(review, person) for person in people))
        referee.check(outcomes)
        assert sum(o.won for o in outcomes) == 2
        assert len(dossier.load(review).givers) == 2


def test_the_same_opinion_twice(cast: SimpleNamespace) -> None:
    for _ in range(ROUNDS):
        review = prepared(cast)
        check_all(review, cast.reviewer)
        referee = Referee()
        outcomes = race(giving(review, cast.reviewer), giving(review, cast.reviewer))
        referee.check(outcomes)
        assert sum(o.won for o in outcomes) == Opinion.objects.filter(review=review).count() == 1


def test_a_settlement_never_covers_a_check_that_nobody_had_seen(cast: SimpleNamespace) -> None:
    for _ in range(ROUNDS):
        review = given(prepared(cast), cast, verdict="contradicts")
        claim, source = claims_of(review)[0], source_of(review)
        stands = claim.checks.filter(by=cast.second).get()
        referee = Referee()
        outcomes = race(
            settling(claim, cast.second, stands), checking(claim, cast.reviewer, source, "silent")
        )
        referee.check(outcomes)
        assert outcomes[1].won
        newest = claim.checks.order_by("-id")[0]
        for settlement in Settlement.objects.filter(claim=claim):
            seen = newest.pk in settlement.checks
            assert ("disagreement_open" in codes(review)) is not seen
        assert audit.verify().ok


def test_two_settlements_at_once(cast: SimpleNamespace) -> None:
    for _ in range(ROUNDS):
        review = given(prepared(cast), cast, verdict="contradicts")
        claim = claims_of(review)[0]
        checks = [claim.checks.filter(by=p).order_by("-id")[0] for p in (cast.reviewer, cast.second)]
        referee = Referee()
        outcomes = race(settling(claim, cast.reviewer, checks[0]), settling(claim, cast.second, checks[1]))
        referee.check(outcomes)
        assert sum(o.won for o in outcomes) == Settlement.objects.filter(claim=claim).count() == 1


def test_a_dissent_and_a_signature_at_once(cast: SimpleNamespace) -> None:
    """Whoever comes first, no signature counts on a claim that is in dispute."""
    for _ in range(ROUNDS):
        review = given(prepared(cast), cast)
        claim, source = claims_of(review)[0], source_of(review)
        f.sign(review, cast.reviewer)
        referee = Referee()
        signing = (
            "sign_off",
            lambda: workflow.sign_off(
                Review.objects.get(pk=review.pk), by=cast.second, meaning=SignOff.Meaning.SECOND
            ),
        )
        outcomes = race(signing, checking(claim, cast.second, source, "contradicts"))
        referee.check(outcomes)
        review.refresh_from_db()
        assert review.status == Review.Status.IN_REVIEW
        assert dossier.load(review).valid_sign_offs == []
