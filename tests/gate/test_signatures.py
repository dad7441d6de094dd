"""A signature covers the whole meaning of a page: when anything of it changes, the signature lapses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone

from articles.editing import save_draft
from articles.models import Article, Outbox, Publication, Source
from reviews import dossier, judging, workflow
from reviews.models import Disclaimer, Event, Review, Reviewer, SignOff
from reviews.workflow import Refused
from tests import factories

Codes = Callable[[Review], set[str]]
Status = Review.Status


def _general() -> Disclaimer:
    return Disclaimer.objects.get(key="information-not-advice")


# What reviewers do to a signed review; each takes it back by itself.
JUDGED: dict[str, Callable[[Review, SimpleNamespace], Any]] = {
    "another disclaimer": lambda r, c: judging.attach_disclaimer(
        r, by=c.second, disclaimer=Disclaimer.objects.get(key="crisis-support")
    ),
    "a disclaimer moved": lambda r, c: judging.attach_disclaimer(r, by=c.reviewer, disclaimer=_general(), placement="top"),
    "the same disclaimer again": lambda r, c: judging.attach_disclaimer(r, by=c.reviewer, disclaimer=_general()),
    "a disclaimer taken off": lambda r, c: judging.detach_disclaimer(r.attachments.get(), by=c.second),
    "a waiver": lambda r, c: judging.waive_disclaimer(r, by=c.second, disclaimer=_general(), reason="An obituary."),
    "another check": lambda r, c: factories.check(r.claims.first(), c.second, Source.objects.get(), verdict="partly"),
    "the same check again": lambda r, c: factories.check(r.claims.first(), c.reviewer, Source.objects.get()),
    "a dismissal": lambda r, c: judging.dismiss_claim(r.claims.first(), by=c.second, reason="A definition."),
    "another claim": lambda r, c: judging.add_claim(r, by=c.second, quote="Speak to a physiotherapist first."),
    "a finding": lambda r, c: judging.add_finding(r, by=c.second, message="Too strong."),
    "advice": lambda r, c: judging.add_finding(r, by=c.second, message="A shorter title?", severity="advise"),
    "the signer's conflict": lambda r, c: judging.declare_conflict(r, by=c.reviewer, text="I hold shares."),
    "somebody's conflict": lambda r, c: judging.declare_conflict(r, by=c.second, text="I hold shares."),
    "taken back": lambda r, c: workflow.reopen(r, by=c.second, reason="I want to read it again."),
    "revoked": lambda r, c: workflow.revoke(r.sign_offs.get(), by=c.lead, reason="A table was misread."),
}  # fmt: skip


@pytest.mark.parametrize("status", [Status.SIGNED_OFF, Status.SCHEDULED])
@pytest.mark.parametrize("what", JUDGED)
def test_what_reviewers_do_takes_a_signed_review_back(
    what: str, status: Status, cast: SimpleNamespace, codes: Codes
) -> None:
    review = factories.signed(cast.writer, cast.reviewer)
    if status == Status.SCHEDULED:
        workflow.schedule(review, by=cast.editor, at=factories.tomorrow())
    JUDGED[what](review, cast)
    review.refresh_from_db()
    assert (review.status, review.scheduled_for, review.scheduled_by) == (Status.IN_REVIEW, None, None)
    assert dossier.load(review).valid_sign_offs == []
    assert "quorum" in codes(review)
    assert Event.objects.filter(review=review, action="reopen").count() == 1
    with pytest.raises(Refused):
        workflow.publish(review, by=cast.editor)
    assert not Publication.objects.exists()


@pytest.mark.parametrize("what", ["taken back", "somebody's conflict", "the same disclaimer again"])
def test_who_signed_before_may_sign_again(what: str, cast: SimpleNamespace, codes: Codes) -> None:
    """Taken back with nothing changed, a review must not be stuck: signed, and not to be signed."""
    review = factories.signed(cast.writer, cast.reviewer)
    JUDGED[what](review, cast)
    review.refresh_from_db()
    factories.sign(review, cast.reviewer)
    assert review.status == Status.SIGNED_OFF
    assert codes(review) == set()
    assert review.sign_offs.count() == 2
    workflow.publish(review, by=cast.editor)


def test_dismissed_and_reinstated_is_signed_anew(cast: SimpleNamespace) -> None:
    review = factories.signed(cast.writer, cast.reviewer)
    claim = review.claims.first()
    judging.dismiss_claim(claim, by=cast.second, reason="A definition.")
    judging.reinstate_claim(claim, by=cast.second)
    review.refresh_from_db()
    assert dossier.load(review).valid_sign_offs == []
    factories.sign(review, cast.reviewer)
    assert review.status == Status.SIGNED_OFF


def test_a_comment_changes_nothing_that_is_signed(cast: SimpleNamespace, codes: Codes) -> None:
    review = factories.signed(cast.writer, cast.reviewer)
    judging.comment(review, by=cast.editor, text="Thank you both.")
    assert review.status == Status.SIGNED_OFF
    assert codes(review) == set()


# What happens elsewhere and takes nothing back by itself: the gate finds it at the moment of publishing.
def _source(**fields: Any) -> Callable[[Review, SimpleNamespace], Any]:
    return lambda r, c: Source.objects.update(**fields)


def _reviewer(**fields: Any) -> Callable[[Review, SimpleNamespace], Any]:
    return lambda r, c: Reviewer.objects.filter(user=c.reviewer).update(**fields)


def _wrote(r: Review, c: SimpleNamespace) -> None:
    c.reviewer.groups.add(Group.objects.get(name="Writer"))
    r.article.refresh_from_db()
    save_draft(r.article, by=User.objects.get(pk=c.reviewer.pk), version=r.article.version)


YESTERDAY = timezone.localdate() - dt.timedelta(days=1)
NEXT_WEEK = timezone.localdate() + dt.timedelta(days=7)
ELSEWHERE: dict[str, tuple[Callable[[Review, SimpleNamespace], Any], str]] = {
    "source edited": (_source(title="Another title"), "source_changed"),
    "source under concern": (_source(standing="expression_of_concern"), "source_changed"),
    "source retracted": (_source(standing="retracted"), "source_retracted"),
    "source withdrawn": (_source(standing="withdrawn"), "source_retracted"),
    "standing no longer known": (_source(standing="unknown"), "source_changed"),
    "qualification ended": (_reviewer(qualified_until=YESTERDAY), "signer_unqualified"),
    "qualification not begun": (_reviewer(qualified_from=NEXT_WEEK), "signer_unqualified"),
    "qualification gone": (lambda r, c: Reviewer.objects.filter(user=c.reviewer).delete(), "signer_unqualified"),
    "account off": (lambda r, c: User.objects.filter(pk=c.reviewer.pk).update(is_active=False), "signer_inactive"),
    "role taken away": (lambda r, c: c.reviewer.groups.clear(), "signer_role"),
    "signer wrote the next text": (_wrote, "signer_contributed"),
    "conflict declared in an earlier review": (
        lambda r, c: r.conflicts.create(person=c.reviewer, text="I hold shares."), "signer_conflict",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", ELSEWHERE)
def test_what_happens_elsewhere_stops_a_publication(what: str, cast: SimpleNamespace, codes: Codes) -> None:
    change, code = ELSEWHERE[what]
    review = factories.signed(cast.writer, cast.reviewer)
    assert codes(review) == set()
    change(review, cast)
    assert code in codes(review)
    with pytest.raises(Refused) as refusal:
        workflow.publish(review, by=cast.editor)
    assert code in refusal.value.codes
    with pytest.raises(Refused) as refusal:
        workflow.schedule(review, by=cast.editor, at=factories.tomorrow())
    assert code in refusal.value.codes
    assert not Publication.objects.exists()


@pytest.mark.parametrize("what", ELSEWHERE)
def test_refused_at_its_hour_it_goes_back_with_the_reason(
    what: str, cast: SimpleNamespace, codes: Codes, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, code = ELSEWHERE[what]
    review = factories.scheduled(cast.writer, cast.reviewer, cast.editor)
    assert workflow.publish_scheduled(review) is None  # it is not due
    assert review.status == Status.SCHEDULED
    change(review, cast)
    _pass_time(monkeypatch, dt.timedelta(days=2))
    assert code in codes(review)
    assert workflow.publish_scheduled(review) is None
    assert review.status == Status.IN_REVIEW
    event = Event.objects.filter(review=review).order_by("sequence").last()
    assert event is not None
    assert (event.action, event.actor, event.actor_name) == ("reopen", None, "Signoff")
    assert event.reason.startswith("Not published at its hour.")
    assert Outbox.objects.filter(key=f"announce:{event.sequence}").exists()
    assert not Publication.objects.exists()
    events = Event.objects.count()
    assert workflow.publish_scheduled(review) is None  # twice is once
    assert Event.objects.count() == events


def _pass_time(monkeypatch: pytest.MonkeyPatch, by: dt.timedelta) -> None:
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + by)


def test_an_editor_who_left_publishes_nothing(cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    review = factories.scheduled(cast.writer, cast.reviewer, cast.editor)
    User.objects.filter(pk=cast.editor.pk).update(is_active=False)
    _pass_time(monkeypatch, dt.timedelta(days=2))
    assert workflow.publish_scheduled(review) is None
    assert review.status == Status.IN_REVIEW
    # Nothing of the text changed; the same reviewer can bring it back.
    factories.sign(review, cast.reviewer)
    assert review.status == Status.SIGNED_OFF


def test_a_new_policy_lapses_what_is_not_yet_public(
    cast: SimpleNamespace, codes: Codes, new_policy: Callable[..., None]
) -> None:
    review = factories.signed(cast.writer, cast.reviewer)
    new_policy(("due_days = 7", "due_days = 8"))
    assert codes(review) == {"quorum", "digest_changed"}
    with pytest.raises(Refused):
        workflow.publish(review, by=cast.editor)
    assert review.status == Status.SIGNED_OFF
    workflow.reopen(review, by=cast.reviewer, reason="A new policy.")
    factories.sign(review, cast.reviewer)
    workflow.publish(review, by=cast.editor)


def test_a_policy_that_asks_for_more_signatures(
    cast: SimpleNamespace, codes: Codes, new_policy: Callable[..., None]
) -> None:
    review = factories.signed(cast.writer, cast.reviewer)
    new_policy(("signatures = 1", "signatures = 2"))
    workflow.reopen(review, by=cast.reviewer, reason="A new policy.")
    factories.sign(review, cast.reviewer)
    assert review.status == Status.IN_REVIEW
    workflow.sign_off(review, by=cast.second, meaning=SignOff.Meaning.SECOND)
    assert codes(review) == set()


def test_the_first_of_two_lapses_when_the_second_reviewer_changes_something(
    cast: SimpleNamespace, codes: Codes
) -> None:
    review = factories.submitted(cast.writer, topics=[factories.topic("psychedelics")])
    factories.judge(review, cast.reviewer, second=cast.second)
    factories.sign(review, cast.reviewer)
    factories.check(review.claims.first(), cast.second, Source.objects.get(), level=3)
    assert codes(review) == {"quorum", "digest_changed"}
    workflow.sign_off(review, by=cast.second, meaning=SignOff.Meaning.SECOND)
    assert review.status == Status.IN_REVIEW
    factories.sign(review, cast.reviewer)
    assert review.status == Status.SIGNED_OFF


# --- Who may sign ------------------------------------------------------------------------------------


def _codes_of_refusal(review: Review, by: User) -> tuple[str, ...]:
    with pytest.raises(Refused) as refusal:
        workflow.sign_off(review, by=by, meaning=SignOff.Meaning.ACCURATE)
    return refusal.value.codes


def test_who_wrote_it_does_not_sign_it(cast: SimpleNamespace) -> None:
    both = factories.reviewer("bea", "Writer", "Medical reviewer")
    review = factories.submitted(cast.writer)
    _save(review.article, both)
    assert _codes_of_refusal(review, both) == ("signer_contributed",)
    with pytest.raises(Refused) as refusal:
        judging.add_finding(review, by=both, message="Fine.")
    assert refusal.value.codes == ("signer_contributed",)


def _save(article: Article, by: User, **fields: Any) -> None:
    article.refresh_from_db()
    save_draft(article, by=by, version=article.version, **fields)


def test_who_stands_in_the_byline_does_not_sign_it(cast: SimpleNamespace) -> None:
    review = factories.submitted(cast.writer, authors=[cast.writer, cast.reviewer])
    assert _codes_of_refusal(review, cast.reviewer) == ("signer_contributed",)


def test_taken_off_the_byline_of_the_draft_is_still_in_that_of_the_edition(cast: SimpleNamespace) -> None:
    review = factories.submitted(cast.writer, authors=[cast.writer, cast.reviewer])
    _save(review.article, cast.writer, authors=[cast.writer])
    assert _codes_of_refusal(review, cast.reviewer) == ("signer_contributed",)


def test_who_wrote_an_edition_that_was_published_may_sign_a_later_one(cast: SimpleNamespace) -> None:
    both = factories.reviewer("bea", "Writer", "Medical reviewer")
    article = factories.draft(both, authors=[cast.writer])
    review = workflow.submit(article, by=both)
    factories.judge(review, cast.reviewer)
    factories.sign(review, cast.reviewer)
    workflow.publish(review, by=cast.editor)
    _save(article, cast.writer, summary="Newer words.")
    later = workflow.submit(article, by=cast.writer)
    factories.judge(later, both)
    factories.sign(later, both)
    assert later.status == Status.SIGNED_OFF


def test_who_wrote_an_edition_that_was_declined_may_not(cast: SimpleNamespace) -> None:
    """Its words were never signed, and may be in the next one."""
    both = factories.reviewer("bea", "Writer", "Medical reviewer")
    article = factories.draft(both, authors=[cast.writer])
    workflow.decline(workflow.submit(article, by=both), by=cast.reviewer, reason="Not yet.")
    _save(article, cast.writer, summary="Newer words.")
    later = workflow.submit(article, by=cast.writer)
    assert _codes_of_refusal(later, both) == ("signer_contributed",)


def test_who_changed_the_draft_while_it_was_in_review_is_barred_from_the_next(cast: SimpleNamespace) -> None:
    both = factories.reviewer("bea", "Writer", "Medical reviewer")
    review = factories.signed(cast.writer, cast.reviewer)
    _save(review.article, both, summary="Words after the freeze.")
    workflow.publish(review, by=cast.editor)
    later = workflow.submit(review.article, by=cast.writer)
    assert _codes_of_refusal(later, both) == ("signer_contributed",)


def test_a_conflict_bars_from_every_review_of_the_article(cast: SimpleNamespace) -> None:
    review = factories.submitted(cast.writer)
    judging.declare_conflict(review, by=cast.reviewer, text="I advise the maker.")
    with pytest.raises(Refused, match="already"):
        judging.declare_conflict(review, by=cast.reviewer, text="Again.")
    assert _codes_of_refusal(review, cast.reviewer) == ("signer_conflict",)
    workflow.withdraw_submission(review, by=cast.writer, reason="Not now.")
    again = workflow.submit(review.article, by=cast.writer)
    assert _codes_of_refusal(again, cast.reviewer) == ("signer_conflict",)
    assert _codes_of_refusal(factories.submitted(cast.writer), cast.reviewer) != ("signer_conflict",)


@pytest.mark.parametrize(
    ("fields", "may"),
    [
        ({}, True),
        ({"qualified_until": timezone.localdate()}, True),
        ({"qualified_until": YESTERDAY}, False),
        ({"qualified_from": timezone.localdate()}, True),
        ({"qualified_from": NEXT_WEEK}, False),
    ],
)
def test_a_qualification_holds_from_its_first_day_to_its_last(
    fields: dict[str, Any], may: bool, cast: SimpleNamespace
) -> None:
    new = factories.reviewer("nell", **fields)
    review = factories.submitted(cast.writer)
    factories.judge(review, cast.reviewer)
    if may:
        factories.sign(review, new)
        assert review.status == Status.SIGNED_OFF
    else:
        assert _codes_of_refusal(review, new) == ("signer_unqualified",)


# --- Coming back -------------------------------------------------------------------------------------


def _signed_again(article: Article, cast: SimpleNamespace, by: User) -> Review:
    review = workflow.submit(article, by=cast.writer)
    factories.judge(review, by, second=cast.lead if by == cast.second else cast.second)
    factories.sign(review, by)
    return review


@pytest.mark.parametrize("take_down", [workflow.withdraw, workflow.retract])
def test_coming_back_needs_a_new_signature_for_the_same_words(
    take_down: Any, cast: SimpleNamespace, codes: Codes
) -> None:
    page = factories.published(cast.writer, cast.reviewer, cast.editor)
    ready = _signed_again(page.article, cast, cast.reviewer)
    take_down(page.article, by=cast.lead, reason="Prices out of date.")
    ready.refresh_from_db()
    assert ready.status == Status.IN_REVIEW
    assert {"quorum", "digest_changed"} == codes(ready)
    with pytest.raises(Refused):
        workflow.publish(ready, by=cast.editor)
    factories.sign(ready, cast.reviewer)
    back = workflow.publish(ready, by=cast.editor)
    assert back.status == Publication.Status.LIVE
    assert back.first_published_at == page.first_published_at
    page.refresh_from_db()
    assert page.status in (Publication.Status.WITHDRAWN, Publication.Status.RETRACTED)


@pytest.mark.parametrize("topic", ["chronic-pain", "psychedelics"])
def test_a_withdrawn_page_that_is_retracted_was_taken_down_twice(
    topic: str, cast: SimpleNamespace, codes: Codes
) -> None:
    """What was signed between the two lapses with the second, be it signed in full or by one of two."""
    review = factories.submitted(cast.writer, topics=[factories.topic(topic)])
    factories.judge(review, cast.reviewer, second=cast.second)
    workflow.sign_off(review, by=cast.reviewer, meaning=SignOff.Meaning.ACCURATE)
    if topic == "psychedelics":
        workflow.sign_off(review, by=cast.second, meaning=SignOff.Meaning.SECOND)
    page = workflow.publish(review, by=cast.editor)
    workflow.withdraw(page.article, by=cast.editor, reason="A dose is wrong.")
    again = _signed_again(page.article, cast, cast.reviewer)
    assert len(dossier.load(again).valid_sign_offs) == 1
    workflow.retract(page.article, by=cast.editor, reason="The trial was made up.")
    again.refresh_from_db()
    assert again.status == Status.IN_REVIEW
    assert dossier.load(again).valid_sign_offs == []


def test_a_revocation_takes_the_live_page_down(cast: SimpleNamespace, codes: Codes) -> None:
    page = factories.published(cast.writer, cast.reviewer, cast.editor)
    ready = _signed_again(page.article, cast, cast.second)
    events = Event.objects.count()
    workflow.revoke(SignOff.objects.get(edition=page.edition), by=cast.lead, reason="A table was misread.")
    page.refresh_from_db()
    ready.refresh_from_db()
    assert page.status == Publication.Status.WITHDRAWN
    assert page.ended_by == cast.lead
    assert page.ended_reason == "A medical reviewer withdrew their approval: A table was misread."
    assert ready.status == Status.IN_REVIEW
    assert "digest_changed" in codes(ready)
    actions = list(Event.objects.order_by("sequence").values_list("action", flat=True)[events:])
    assert actions == ["withdraw", "revoke", "reopen"]


def test_one_of_two_signatures_revoked_takes_the_page_down(cast: SimpleNamespace) -> None:
    review = factories.signed(
        cast.writer, cast.reviewer, cast.second, topics=[factories.topic("psychedelics")]
    )
    page = workflow.publish(review, by=cast.editor)
    workflow.revoke(review.sign_offs.get(signer=cast.second), by=cast.second, reason="I misread a table.")
    page.refresh_from_db()
    assert page.status == Publication.Status.WITHDRAWN


def test_a_revoked_signature_of_a_superseded_page_leaves_the_live_one(cast: SimpleNamespace) -> None:
    old = factories.published(cast.writer, cast.reviewer, cast.editor)
    new = workflow.publish(_signed_again(old.article, cast, cast.second), by=cast.editor)
    workflow.revoke(SignOff.objects.get(edition=old.edition), by=cast.reviewer, reason="I misread a table.")
    new.refresh_from_db()
    assert new.status == Publication.Status.LIVE


def test_a_live_page_stays_when_its_signer_leaves(cast: SimpleNamespace) -> None:
    page = factories.published(cast.writer, cast.reviewer, cast.editor)
    User.objects.filter(pk=cast.reviewer.pk).update(is_active=False)
    page.refresh_from_db()
    assert page.status == Publication.Status.LIVE


def test_an_hour_that_was_moved_is_the_new_hour(
    cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = factories.scheduled(cast.writer, cast.reviewer, cast.editor)
    held = Review.objects.get(pk=review.pk)  # what a job that began earlier holds in its hand
    workflow.unschedule(review, by=cast.editor)
    workflow.schedule(review, by=cast.editor, at=timezone.now() + dt.timedelta(days=9))
    _pass_time(monkeypatch, dt.timedelta(days=2))
    assert workflow.publish_scheduled(held) is None
    assert held.status == Status.SCHEDULED


@pytest.mark.parametrize("at", [-dt.timedelta(seconds=1), dt.timedelta(0)])
def test_an_hour_that_has_passed(at: dt.timedelta, cast: SimpleNamespace) -> None:
    review = factories.signed(cast.writer, cast.reviewer)
    with pytest.raises(Refused) as refusal:
        workflow.schedule(review, by=cast.editor, at=timezone.now() + at)
    assert refusal.value.codes == ("hour",)
    with pytest.raises(Refused) as refusal:
        workflow.schedule(review, by=cast.editor, at=dt.datetime(2199, 1, 1, 7))
    assert refusal.value.codes == ("hour",)
    assert not Outbox.objects.filter(job="publish_scheduled").exists()
