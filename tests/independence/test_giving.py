"""Giving one's verdicts: who, when, once; and what the gate says meanwhile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.utils import timezone

from articles.editing import save_draft
from reviews import audit, independence, judging, workflow
from reviews.models import Claim, Event, Review, Reviewer, SignOff
from reviews.refusals import Refused
from tests import factories as f
from tests.independence.conftest import check_all, claims_of, codes, given, prepared, source_of


def refused(act: Callable[[], object]) -> tuple[str, ...]:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.codes


def test_one_opinion_is_not_enough_and_two_are(cast: SimpleNamespace, review: Review) -> None:
    assert codes(review) == ["opinion_missing"]
    check_all(review, cast.reviewer)
    independence.give_opinion(review, by=cast.reviewer)
    assert codes(review) == ["opinion_missing"]
    assert refused(lambda: f.sign(review, cast.reviewer)) == ("opinion_missing",)
    check_all(review, cast.second)
    independence.give_opinion(review, by=cast.second)
    assert codes(review) == []
    f.sign(review, cast.reviewer, cast.second)
    review.refresh_from_db()
    assert review.status == Review.Status.SIGNED_OFF
    workflow.publish(review, by=cast.editor)
    assert audit.verify().ok
    assert [e.actor for e in Event.objects.filter(action="give_opinion")] == [cast.reviewer, cast.second]


def test_a_passing_check_by_one_reviewer_is_not_enough(cast: SimpleNamespace, review: Review) -> None:
    """The same source read twice by one person is one look."""
    check_all(review, cast.reviewer)
    check_all(review, cast.reviewer)
    assert refused(lambda: independence.give_opinion(review, by=cast.second)) == ("opinion_incomplete",)


def test_every_claim_needs_a_verdict_of_ones_own(cast: SimpleNamespace, review: Review) -> None:
    first, *_ = claims_of(review)
    f.check(first, cast.second, source_of(review))
    check_all(review, cast.reviewer)
    with pytest.raises(Refused, match=r"claims? still waits? for your verdict"):
        independence.give_opinion(review, by=cast.second)
    assert not review.opinions.exists()


def test_once_for_an_edition(cast: SimpleNamespace, review: Review) -> None:
    check_all(review, cast.reviewer)
    independence.give_opinion(review, by=cast.reviewer)
    assert refused(lambda: independence.give_opinion(review, by=cast.reviewer)) == ("opinion_given",)
    assert review.opinions.count() == 1


@pytest.mark.parametrize("who", ["writer", "editor", "outsider"])
def test_only_who_may_judge(who: str, cast: SimpleNamespace, review: Review) -> None:
    assert refused(lambda: independence.give_opinion(review, by=getattr(cast, who))) == ("permission",)


def test_a_third_comes_too_late(cast: SimpleNamespace, review: Review) -> None:
    given(review, cast)
    check_all(review, cast.lead)
    assert refused(lambda: independence.give_opinion(review, by=cast.lead)) == ("opinion_late",)
    assert refused(lambda: f.sign(review, cast.lead)) == ("signer_no_opinion",)


def test_an_article_of_another_tier_has_no_such_thing(cast: SimpleNamespace) -> None:
    review = f.submitted(cast.writer)
    f.judge(review, cast.reviewer)
    assert refused(lambda: independence.give_opinion(review, by=cast.reviewer)) == ("state",)
    f.sign(review, cast.second)
    assert "opinions" not in SignOff.objects.get(review=review).statement


def test_the_statement_names_those_who_judged_and_all_their_checks(
    cast: SimpleNamespace, review: Review
) -> None:
    given(review, cast)
    (signed,) = f.sign(review, cast.reviewer)
    assert f'"opinions":[{cast.reviewer.pk},{cast.second.pk}]' in signed.statement
    for check in (c for claim in review.claims.all() for c in claim.checks.all()):
        assert f'"id":{check.pk},' in signed.statement


@pytest.mark.parametrize("how", ["conflict", "unqualified", "inactive", "role"])
def test_an_opinion_counts_while_its_giver_may_judge(how: str, cast: SimpleNamespace, review: Review) -> None:
    given(review, cast)
    f.sign(review, cast.reviewer)
    if how == "conflict":
        judging.declare_conflict(review, by=cast.second, text="I advise the maker.")
    elif how == "unqualified":
        Reviewer.objects.filter(user=cast.second).update(
            qualified_until=timezone.localdate() - dt.timedelta(days=1)
        )
    elif how == "inactive":
        cast.second.is_active = False
        cast.second.save()
    else:
        cast.second.groups.clear()
    assert codes(review) == ["opinion_missing"]
    check_all(review, cast.lead)
    independence.give_opinion(review, by=cast.lead)
    assert codes(review) == []


def test_a_new_edition_asks_anew_and_keeps_the_checks_of_unchanged_claims(
    cast: SimpleNamespace, review: Review
) -> None:
    given(review, cast)
    workflow.request_changes(review, by=cast.reviewer, reason="Say in whom.")
    article = review.article
    article.refresh_from_db()
    save_draft(
        article,
        by=cast.writer,
        version=article.version,
        body=article.body.replace("about a third within", "about a third in"),
    )
    workflow.resubmit(review, by=cast.writer)
    assert codes(review)[-1] == "opinion_missing"
    changed = [c for c in claims_of(review) if c.state == Claim.State.RECONFIRM]
    same = [c for c in claims_of(review) if c.state == Claim.State.OPEN]
    assert changed and same
    assert refused(lambda: independence.give_opinion(review, by=cast.reviewer)) == ("opinion_incomplete",)
    # Reconfirming takes one's own checks over, nobody else's; the claim waits for the other meanwhile.
    for person in (cast.reviewer, cast.second):
        for claim in changed:
            claim.refresh_from_db()
            assert claim.state == Claim.State.RECONFIRM
            judging.reconfirm_claim(claim, by=person)
            newest = claim.checks.order_by("-id")[0]
            assert newest.by == person
            assert newest.passage == claim.checks.filter(by=person).order_by("id")[0].passage
        independence.give_opinion(review, by=person)
    for claim in changed:
        claim.refresh_from_db()
        assert claim.state == Claim.State.OPEN
    assert "opinion_missing" not in codes(review)
    assert "claim_reconfirm" not in codes(review)


def test_who_never_checked_a_claim_has_nothing_to_reconfirm(cast: SimpleNamespace, review: Review) -> None:
    claim = claims_of(review)[0]
    f.check(claim, cast.reviewer, source_of(review))
    Claim.objects.filter(pk=claim.pk).update(state=Claim.State.RECONFIRM)
    assert refused(lambda: judging.reconfirm_claim(claim, by=cast.second)) == ("no_check",)


def test_what_another_checked_is_not_set_aside_unseen(cast: SimpleNamespace, review: Review) -> None:
    claim, other = claims_of(review)[:2]
    f.check(claim, cast.reviewer, source_of(review), verdict="contradicts")
    assert refused(lambda: judging.dismiss_claim(claim, by=cast.second, reason="Advice.")) == (
        "checked_by_another",
    )
    judging.dismiss_claim(claim, by=cast.reviewer, reason="On second thoughts, advice.")
    judging.dismiss_claim(other, by=cast.second, reason="Advice.")
    for person in (cast.reviewer, cast.second):
        check_all(review, person)
        independence.give_opinion(review, by=person)
    assert codes(review) == []


def test_a_claim_added_later_needs_both_again(cast: SimpleNamespace, review: Review) -> None:
    given(review, cast)
    claim = judging.add_claim(review, by=cast.second, quote="Speak to a physiotherapist first.")
    assert codes(review) == ["claim_unchecked"]
    f.check(claim, cast.second, source_of(review))
    assert codes(review) == ["claim_unchecked"]
    f.check(claim, cast.reviewer, source_of(review))
    assert codes(review) == []


def test_nobody_gives_verdicts_on_what_the_writer_has(cast: SimpleNamespace) -> None:
    review = prepared(cast)
    check_all(review, cast.reviewer)
    workflow.request_changes(review, by=cast.second, reason="Say in whom.")
    assert refused(lambda: independence.give_opinion(review, by=cast.reviewer)) == ("state",)
