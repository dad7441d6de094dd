"""Reviewers who disagree settle it in writing; the settlement holds for exactly what they saw."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from articles.models import Source
from reviews import audit, dossier, independence, judging, workflow
from reviews.models import Claim, Event, Review, Settlement, SignOff, SourceCheck
from reviews.refusals import Refused
from tests import factories as f
from tests.independence.conftest import check_all, claims_of, codes, given, source_of

At = Callable[[User], Client]


@pytest.fixture
def claim(cast: SimpleNamespace, review: Review) -> Claim:
    """A claim that Rita says is contradicted and Ravi supported; both gave their verdicts."""
    given(review, cast, verdict="contradicts")
    return claims_of(review)[0]


def by(claim: Claim, person: User) -> SourceCheck:
    return claim.checks.filter(by=person).order_by("-id")[0]


def refused(act: Callable[[], object]) -> tuple[str, ...]:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.codes


def test_a_disagreement_stops_signing_until_it_is_settled(
    cast: SimpleNamespace, review: Review, claim: Claim
) -> None:
    assert codes(review) == ["disagreement_open"]
    assert refused(lambda: f.sign(review, cast.second)) == ("disagreement_open",)
    stands = by(claim, cast.second)
    made = independence.settle(claim, by=cast.reviewer, stands=stands, reason=" Table S is the right one. ")
    assert made.reason == "Table S is the right one."
    assert made.checks == sorted([by(claim, cast.reviewer).pk, stands.pk])
    assert codes(review) == []
    f.sign(review, cast.reviewer, cast.second)
    assert "Table S is the right one." in SignOff.objects.filter(review=review)[0].statement
    workflow.publish(review, by=cast.editor)
    event = Event.objects.get(action="settle_claim")
    assert (event.actor, event.reason) == (cast.reviewer, "Table S is the right one.")
    assert audit.verify().ok


def test_settled_against_the_claim_it_does_not_pass(
    cast: SimpleNamespace, review: Review, claim: Claim
) -> None:
    independence.settle(claim, by=cast.second, stands=by(claim, cast.reviewer), reason="Rita is right.")
    assert codes(review) == ["claim_unchecked"]


@pytest.mark.parametrize("who", ["reviewer", "second"])
def test_a_newer_check_by_either_opens_it_again(
    who: str, cast: SimpleNamespace, review: Review, claim: Claim
) -> None:
    stands = by(claim, cast.second)
    independence.settle(claim, by=cast.second, stands=stands, reason="Table S.")
    verdict = "contradicts" if who == "reviewer" else "supports"
    f.check(claim, getattr(cast, who), source_of(review), verdict=verdict)
    assert codes(review) == ["disagreement_open"]


def test_agreeing_after_all_needs_no_settlement(cast: SimpleNamespace, review: Review, claim: Claim) -> None:
    """But it is in writing: the verdict that the other has seen does not change without a reason."""
    silent = {"verdict": "supports", "note": " "}
    assert refused(lambda: f.check(claim, cast.reviewer, source_of(review), **silent)) == ("note",)
    f.check(claim, cast.reviewer, source_of(review), verdict="supports", note="Ravi is right: table 3.")
    assert codes(review) == []
    stands = by(claim, cast.second)
    assert refused(lambda: independence.settle(claim, by=cast.second, stands=stands, reason="Why not.")) == (
        "state",
    )


def test_agreeing_that_nothing_supports_it_is_no_disagreement(
    cast: SimpleNamespace, review: Review, claim: Claim
) -> None:
    f.check(claim, cast.second, source_of(review), verdict="contradicts")
    assert codes(review) == ["claim_unchecked"]


def test_partly_and_wholly_is_a_disagreement(cast: SimpleNamespace, review: Review, claim: Claim) -> None:
    f.check(claim, cast.reviewer, source_of(review), verdict="partly")
    assert codes(review) == ["disagreement_open"]


def test_two_sources_that_say_different_things(cast: SimpleNamespace) -> None:
    """Each read another source: they differ in whether the claim may stand."""
    sources = [f.source(), f.source()]
    review = f.submitted(cast.writer, topics=[f.topic("psychedelics")], citations=sources, body=(
        "<p>Walking most days eases low back pain in many adults [1] [2].</p>"))  # fmt: skip
    (claim,) = claims_of(review)
    f.check(claim, cast.reviewer, sources[0], verdict="supports")
    f.check(claim, cast.second, sources[1], verdict="silent")
    f.give_opinions(review, cast.reviewer, cast.second)
    assert "disagreement_open" in codes(review)
    f.check(claim, cast.second, sources[1], verdict="supports")
    assert not {"disagreement_open", "claim_unchecked"} & set(codes(review))


def test_the_check_that_stands_must_still_be_sound(
    cast: SimpleNamespace, review: Review, claim: Claim
) -> None:
    independence.settle(claim, by=cast.second, stands=by(claim, cast.second), reason="Table S.")
    source = source_of(review)
    source.standing = Source.Standing.RETRACTED
    source.save()
    assert "claim_unchecked" in codes(review)


@pytest.mark.parametrize(
    ("who", "expected"),
    [("writer", "permission"), ("editor", "permission"), ("outsider", "permission"), ("third", "permission")],
)
def test_who_may_not(who: str, expected: str, cast: SimpleNamespace, review: Review, claim: Claim) -> None:
    person = f.reviewer("tess") if who == "third" else getattr(cast, who)
    stands = by(claim, cast.second)
    assert refused(lambda: independence.settle(claim, by=person, stands=stands, reason="So.")) == (expected,)
    assert not Settlement.objects.exists()


def test_the_medical_lead_may(cast: SimpleNamespace, review: Review, claim: Claim) -> None:
    independence.settle(claim, by=cast.lead, stands=by(claim, cast.second), reason="I read both.")
    assert codes(review) == []


def test_not_without_a_reason_not_twice_and_not_with_another_check(
    cast: SimpleNamespace, review: Review, claim: Claim
) -> None:
    stands, other = by(claim, cast.second), by(claims_of(review)[1], cast.second)
    old = claim.checks.filter(by=cast.reviewer).order_by("id")[0]  # replaced by Rita's newer one

    def settle(check: SourceCheck, reason: str = "Table S.") -> Settlement:
        return independence.settle(claim, by=cast.reviewer, stands=check, reason=reason)

    assert refused(lambda: settle(stands, "  ")) == ("missing",)
    assert refused(lambda: settle(other)) == ("choice",)
    assert refused(lambda: settle(old)) == ("choice",)
    settle(stands)
    assert refused(lambda: settle(stands)) == ("state",)
    assert Settlement.objects.count() == 1


def test_nothing_is_settled_before_both_have_given(cast: SimpleNamespace, review: Review) -> None:
    check_all(review, cast.reviewer, verdict="contradicts")
    check_all(review, cast.second)
    independence.give_opinion(review, by=cast.second)
    claim = claims_of(review)[0]
    stands = by(claim, cast.second)
    assert refused(lambda: independence.settle(claim, by=cast.second, stands=stands, reason="So.")) == (
        "state",
    )


def test_settling_takes_a_signature_with_it(cast: SimpleNamespace, review: Review, claim: Claim) -> None:
    """A dissent after the first signature: the statement is another one, and must be signed anew."""
    stands = by(claim, cast.second)
    independence.settle(claim, by=cast.second, stands=stands, reason="Table S.")
    f.sign(review, cast.reviewer)
    f.check(claim, cast.second, source_of(review), verdict="silent")
    assert dossier.load(review).valid_sign_offs == []


def test_a_dismissal_in_the_open_is_no_disagreement(
    cast: SimpleNamespace, review: Review, claim: Claim
) -> None:
    judging.dismiss_claim(claim, by=cast.second, reason="We agree that it is advice.")
    assert codes(review) == []


def test_at_the_desk(cast: SimpleNamespace, at: At, review: Review, claim: Claim) -> None:
    client, page = at(cast.reviewer), reverse("desk:review", args=[review.pk])
    url = reverse("desk:settle_claim", args=[review.pk, claim.pk])
    html = client.get(page).content.decode()
    assert f'href="{page}#claim-{claim.pk}">See the next disagreement</a>' in html
    assert "Settle this in writing" in html
    stands = by(claim, cast.second)
    form = {"edition": review.edition.number, "stands": stands.pk, "reason": "Table S is the right one."}
    for broken, status in (({"reason": ""}, 422), ({"stands": ""}, 422), ({"stands": 99999}, 409)):
        answer = client.post(url, {**form, **broken})
        assert answer.status_code in (status, 422), broken
        if "reason" not in broken:
            assert "Table S is the right one." in answer.content.decode()
    assert not Settlement.objects.exists()
    assert at(cast.writer).post(url, form).status_code == 403
    answer = client.post(url, form, follow=True)
    assert "Settled by Rita Reviewer" in answer.content.decode()
    assert "Settle this in writing" not in answer.content.decode()
    sign = at(cast.second).get(reverse("desk:sign", args=[review.pk])).content.decode()
    assert "Table S is the right one." in sign
    assert client.post(url, form).status_code == 409
    late = at(cast.lead).get(reverse("desk:sign", args=[review.pk])).content.decode()
    assert "Only those who gave their own verdicts on this edition may sign it" in late


def test_a_claim_of_another_review_is_not_found(
    cast: SimpleNamespace, at: At, review: Review, claim: Claim
) -> None:
    other = f.submitted(cast.writer)
    url = reverse("desk:settle_claim", args=[other.pk, claim.pk])
    form = {"edition": 1, "stands": by(claim, cast.second).pk, "reason": "So."}
    assert at(cast.reviewer).post(url, form).status_code == 404
