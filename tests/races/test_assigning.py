"""Two reviewers take one review at the same moment: one has it, the other is told who."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User

from reviews import assigning
from reviews.models import Review
from reviews.refusals import Refused
from tests import factories
from tests.races.racing import Referee, race
from tests.races.test_races import rounds, signing

pytestmark = pytest.mark.django_db(transaction=True)


def claiming(review: Review, by: User) -> tuple[str, Callable[[], Any]]:
    return "claim_review", lambda: assigning.claim(Review.objects.get(pk=review.pk), by=by)


def test_two_claims(cast: SimpleNamespace) -> None:
    for _ in rounds():
        review = factories.submitted(cast.writer)
        referee = Referee()
        outcomes = race(claiming(review, cast.reviewer), claiming(review, cast.second))
        assert [o.won for o in outcomes].count(True) == 1
        winner = cast.reviewer if outcomes[0].won else cast.second
        loser = next(o.error for o in outcomes if not o.won)
        assert isinstance(loser, Refused)
        assert winner.get_full_name() in loser.sentence
        review.refresh_from_db()
        assert review.assignee == winner
        # `claim` returns None; the referee counts one event for the one who won.
        referee.check(outcomes)


def test_a_claim_and_a_signature_both_stand(cast: SimpleNamespace) -> None:
    for _ in rounds():
        review = factories.submitted(cast.writer)
        factories.judge(review, cast.reviewer)
        referee = Referee()
        outcomes = race(claiming(review, cast.second), signing(review, cast.reviewer))
        assert all(o.won for o in outcomes), [o.error for o in outcomes]
        review.refresh_from_db()
        assert (review.assignee, review.status) == (cast.second, Review.Status.SIGNED_OFF)
        referee.check(outcomes)
