"""Two reviewers at once on one review: one page makes one signature, and nobody signs what they did not see.

Every race is run `ROUNDS` times on fresh articles; the referee then looks at the whole database.
"""

# ruff: noqa: B023 (every racer is done before its loop goes on)

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User

from articles.editing import save_draft
from articles.models import Article
from reviews import judging, signing, workflow
from reviews.models import Attachment, Claim, Disclaimer, Finding, Review, SigningPage, SignOff
from tests import factories
from tests.races.racing import Outcome, Referee, race
from tests.races.test_races import judged, won

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 3
Racer = tuple[str, Callable[[], Any]]


def posting(page: SigningPage, by: User) -> Racer:
    """Send the form of an opened sign page."""

    def post() -> SignOff:
        review = Review.objects.get(pk=page.review_id)
        return signing.sign(page.nonce, review=review, by=by, meaning="accurate", interests="None.")

    return "sign_off", post


def signed_what_was_seen(page: SigningPage, outcomes: list[Outcome]) -> None:
    """A signature, where there is one, is under the statement of the page; the page is used up then only."""
    given = list(SignOff.objects.filter(review=page.review_id))
    assert len(given) == won(outcomes).count("sign_off")
    assert all(signed.statement == page.statement for signed in given)
    page.refresh_from_db()
    assert (page.used_at is not None) == bool(given)


def test_one_page_posted_twice(cast: SimpleNamespace) -> None:
    for topics in ([factories.topic()], [factories.topic("psychedelics")]):
        for _ in range(ROUNDS):
            review = judged(cast, topics=topics)
            page, referee = signing.open_page(review, by=cast.reviewer), Referee()
            outcomes = race(*[posting(page, cast.reviewer)] * 3)
            referee.check(outcomes)
            assert won(outcomes) == ["sign_off"]
            signed_what_was_seen(page, outcomes)


def test_two_pages_of_one_person(cast: SimpleNamespace) -> None:
    for _ in range(ROUNDS):
        review = judged(cast, topics=[factories.topic("psychedelics")])
        pages, referee = [signing.open_page(review, by=cast.reviewer) for _ in range(2)], Referee()
        outcomes = race(*(posting(page, cast.reviewer) for page in pages))
        referee.check(outcomes)
        assert won(outcomes) == ["sign_off"]
        assert SigningPage.objects.filter(review=review, used_at=None).count() == 1


def checks(review: Review, by: User) -> Racer:
    claim = Claim.objects.filter(review=review).order_by("pk")[0]
    source = claim.checks.all()[0].source
    return "check_claim", lambda: factories.check(Claim.objects.get(pk=claim.pk), by, source, level=4)


def attaches(review: Review, by: User) -> Racer:
    box = Disclaimer.objects.get(key="crisis-support")
    return "attach_disclaimer", lambda: judging.attach_disclaimer(
        Review.objects.get(pk=review.pk), by=by, disclaimer=box
    )


def detaches(review: Review, by: User) -> Racer:
    attached = review.attachments.filter(state="attached")[0]
    return "detach_disclaimer", lambda: judging.detach_disclaimer(
        Attachment.objects.select_related("review").get(pk=attached.pk), by=by
    )


def finds(review: Review, by: User) -> Racer:
    return "add_finding", lambda: judging.add_finding(
        Review.objects.get(pk=review.pk), by=by, message="One more thing.", severity="advise"
    )


def asks_for_changes(review: Review, by: User) -> Racer:
    return "request_changes", lambda: workflow.request_changes(
        Review.objects.get(pk=review.pk), by=by, reason="Shorter."
    )


@pytest.mark.parametrize(
    "other", [checks, attaches, detaches, finds, asks_for_changes], ids=lambda f: f.__name__
)
def test_signing_while_another_reviewer(
    other: Callable[[Review, User], Racer], cast: SimpleNamespace
) -> None:
    for _ in range(ROUNDS):
        review = judged(cast)
        page, referee = signing.open_page(review, by=cast.reviewer), Referee()
        outcomes = race(posting(page, cast.reviewer), other(review, cast.second))
        referee.check(outcomes)
        signed_what_was_seen(page, outcomes)
        review.refresh_from_db()
        if other is asks_for_changes:
            assert len(won(outcomes)) == 1
        else:
            # Judged before the signature, it stops it; judged after, it lapses it.
            assert other(review, cast.second)[0] in won(outcomes) if other is not detaches else True
            assert review.status == "in_review"


def test_signing_while_the_writer_hands_in_another_text(cast: SimpleNamespace) -> None:
    for _ in range(ROUNDS):
        review = judged(cast)
        page, referee = signing.open_page(review, by=cast.reviewer), Referee()
        article = Article.objects.get(pk=review.article_id)
        save_draft(article, by=cast.writer, version=article.version, summary="Another summary of it all.")

        def resubmit() -> Review:
            return workflow.resubmit(Review.objects.get(pk=review.pk), by=cast.writer)

        referee = Referee()
        outcomes = race(posting(page, cast.reviewer), ("resubmit", resubmit))
        referee.check(outcomes)
        signed_what_was_seen(page, outcomes)
        edition = json.loads(page.statement)["edition"]
        assert {s.edition.digest for s in review.sign_offs.select_related("edition")} <= {edition}


def test_two_reviewers_judge_at_once(cast: SimpleNamespace) -> None:
    """No lost write: what both did to one review, or one claim, is all there, each with its event."""
    for _ in range(ROUNDS):
        review, referee = judged(cast), Referee()
        outcomes = race(
            checks(review, cast.reviewer), checks(review, cast.second), attaches(review, cast.reviewer),
            finds(review, cast.second),
        )  # fmt: skip
        referee.check(outcomes)
        assert len(won(outcomes)) == 4
        claim = Claim.objects.filter(review=review).order_by("pk")[0]
        assert sorted(c.by_id for c in claim.checks.filter(level=4)) == [cast.reviewer.pk, cast.second.pk]
        assert Finding.objects.filter(review=review, message="One more thing.").count() == 1
        assert Attachment.objects.filter(review=review, disclaimer__key="crisis-support").count() == 1
