"""A new round on the same review: what was judged of unchanged passages stays, the rest is asked again."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from articles.editing import save_draft
from reviews import dossier, judging, workflow
from reviews.models import Attachment, Claim, Disclaimer, Event, Finding, Review
from reviews.refusals import Refused
from tests import factories

ONE = "Walking eases low back pain in many adults [1]."
TEN = "In adults, a daily walk lowers chronic low back pain by 10% [1]."
TWENTY = "In adults, a daily walk lowers chronic low back pain by 20% [1]."
DOSE = "Take 10 mg of melatonin before bed."


def _html(*sentences: str) -> str:
    return "".join(f"<p>{s}</p>" for s in sentences)


def _next(review: Review, cast: SimpleNamespace, *sentences: str) -> Review:
    if review.status == Review.Status.IN_REVIEW:
        workflow.request_changes(review, by=cast.second, reason="Please change it.")
    review.article.refresh_from_db()
    save_draft(review.article, by=cast.writer, version=review.article.version, body=_html(*sentences))
    return workflow.resubmit(review, by=cast.writer)


def _claim(review: Review, words: str, **fields: str) -> Claim:
    (found,) = [c for c in review.claims.filter(**fields) if c.anchor["exact"] == words]
    return found


def _states(review: Review) -> dict[str, str]:
    return {c.anchor["exact"]: c.state for c in review.claims.all()}


@pytest.fixture
def review(cast: SimpleNamespace) -> Review:
    made = factories.submitted(cast.writer, body=_html(ONE, TEN))
    factories.judge(made, cast.reviewer)
    return made


def test_an_unchanged_sentence_keeps_its_checks(review: Review, cast: SimpleNamespace) -> None:
    _next(review, cast, "A new beginning.", TEN, ONE)
    assert _states(review) == {ONE: Claim.State.OPEN, TEN: Claim.State.OPEN}
    for claim in review.claims.all():
        assert claim.edition == review.edition
        assert len(dossier.checks_in_force(claim)) == 1
    assert dossier.load(review).valid_sign_offs == []
    assert review.round == 2
    assert Event.objects.get(action="resubmit").facts["claims_same"] == 2


@pytest.mark.parametrize(
    ("old", "new"), [("10%", "100%"), ("lowers", "does not lower"), ("adults", "children")]
)
def test_a_medical_change_reopens_the_claim(
    old: str, new: str, review: Review, cast: SimpleNamespace
) -> None:
    changed = TEN.replace(old, new)
    _next(review, cast, ONE, changed)
    assert _states(review) == {ONE: Claim.State.OPEN, changed: Claim.State.OPEN}
    assert dossier.checks_in_force(_claim(review, changed)) == []
    facts = Event.objects.get(action="resubmit").facts
    assert (facts["claims_same"], facts["claims_reopened"]) == (1, 1)
    with pytest.raises(Refused):
        judging.reconfirm_claim(_claim(review, changed), by=cast.reviewer)


def test_a_reworded_sentence_is_reconfirmed(review: Review, cast: SimpleNamespace) -> None:
    changed = TEN.replace("a daily walk", "a walk every day")
    _next(review, cast, ONE, changed)
    assert _states(review) == {ONE: Claim.State.OPEN, changed: Claim.State.RECONFIRM}
    assert dossier.checks_in_force(_claim(review, changed)) == []


def test_a_removed_sentence_is_an_orphan_and_stops_nothing(review: Review, cast: SimpleNamespace) -> None:
    _next(review, cast, ONE)
    assert _states(review) == {ONE: Claim.State.OPEN, TEN: Claim.State.ORPHANED}
    factories.sign(review, cast.reviewer)
    assert review.status == Review.Status.SIGNED_OFF
    orphan = review.claims.get(state=Claim.State.ORPHANED)
    assert orphan.checks.count() == 1  # kept, not dropped
    for action in (
        lambda: judging.dismiss_claim(orphan, by=cast.reviewer, reason="x"),
        lambda: factories.check(orphan, cast.reviewer, orphan.checks.get().source),
        lambda: judging.reconfirm_claim(orphan, by=cast.reviewer),
    ):
        with pytest.raises(workflow.Refused) as refusal:
            action()
        assert refusal.value.codes == ("state",)


def test_a_new_sentence_is_a_new_claim(review: Review, cast: SimpleNamespace) -> None:
    new = "Yoga reduces anxiety in adolescents by a quarter [1]."
    _next(review, cast, ONE, TEN, new)
    assert _states(review) == {ONE: Claim.State.OPEN, TEN: Claim.State.OPEN, new: Claim.State.OPEN}
    assert not _claim(review, new).checks.exists()


def test_a_sentence_that_comes_back_is_checked_anew(review: Review, cast: SimpleNamespace) -> None:
    _next(review, cast, ONE)
    _next(review, cast, ONE, TEN)
    assert sorted(c.state for c in review.claims.all() if c.anchor["exact"] == TEN) == ["open", "orphaned"]
    assert not _claim(review, TEN, state=Claim.State.OPEN).checks.exists()


def test_the_twin_of_a_removed_sentence_keeps_its_own_checks(cast: SimpleNamespace) -> None:
    """The removed one resembles it, but must not take its place."""
    review = factories.submitted(cast.writer, body=_html(ONE, TEN, TWENTY))
    factories.judge(review, cast.reviewer)
    twin = _claim(review, TWENTY)
    _next(review, cast, ONE, TWENTY)
    twin.refresh_from_db()
    assert (twin.state, twin.anchor["exact"]) == (Claim.State.OPEN, TWENTY)
    assert len(dossier.checks_in_force(twin)) == 1
    assert review.claims.exclude(state=Claim.State.ORPHANED).count() == 2


def test_two_claims_never_end_up_on_one_passage(cast: SimpleNamespace) -> None:
    review = factories.submitted(cast.writer, body=_html(ONE, TEN, TWENTY))
    _next(review, cast, ONE, TEN.replace("10%", "15%"))
    here = review.claims.exclude(state=Claim.State.ORPHANED)
    places = [(c.anchor["start"], c.anchor["end"]) for c in here]
    assert len(places) == len(set(places)) == 2


def test_a_dismissal_was_of_other_words(review: Review, cast: SimpleNamespace) -> None:
    first, second = review.claims.order_by("pk")
    for claim in (first, second):
        judging.dismiss_claim(claim, by=cast.reviewer, reason="A definition.")
    _next(review, cast, ONE, TEN.replace("10%", "100%"))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.dismissed_by) == (Claim.State.DISMISSED, cast.reviewer)
    assert (second.state, second.dismissed_by, second.dismissed_reason) == (Claim.State.OPEN, None, "")


def test_an_answer_to_a_finding_was_about_its_words(cast: SimpleNamespace) -> None:
    review = factories.submitted(cast.writer, body=_html(ONE, DOSE))
    factories.judge(review, cast.reviewer, second=cast.second)
    finding = review.findings.get(rule="dosing.amount")
    _next(review, cast, "First.", ONE, DOSE)
    finding.refresh_from_db()
    assert (finding.disposition, finding.confirmed_by) == ("accepted", cast.second)
    _next(review, cast, "First.", ONE, DOSE.replace("10 mg", "100 mg"))
    finding.refresh_from_db()
    assert (finding.disposition, finding.disposed_by, finding.confirmed_by) == ("", None, None)
    assert "100 mg" in finding.message
    assert review.findings.filter(rule="dosing.amount").count() == 1
    _next(review, cast, "First.", ONE, "Ask a pharmacist about melatonin.")
    finding.refresh_from_db()
    assert finding.orphaned
    assert "finding_open" not in {f.rule for f in dossier.load(review).findings}


def test_the_twin_of_a_finding_that_was_mended_keeps_its_answer(cast: SimpleNamespace) -> None:
    other = DOSE.replace("10 mg", "20 mg")
    review = factories.submitted(cast.writer, body=_html(ONE, DOSE, other))
    factories.judge(review, cast.reviewer, second=cast.second)
    twin = next(f for f in review.findings.filter(rule="dosing.amount") if "20 mg" in f.message)
    _next(review, cast, ONE, other)
    twin.refresh_from_db()
    assert (twin.disposition, twin.orphaned, twin.confirmed_by) == ("accepted", False, cast.second)


def test_what_screening_no_longer_finds_was_mended(cast: SimpleNamespace) -> None:
    review = factories.submitted(cast.writer, body=_html(ONE, DOSE))
    finding = review.findings.get(rule="dosing.amount")
    _next(review, cast, ONE, DOSE.replace("bed.", "bed [1]."))
    finding.refresh_from_db()
    assert finding.disposition == Finding.Disposition.FIXED


def test_what_a_person_found_only_a_person_answers(review: Review, cast: SimpleNamespace) -> None:
    on_all = judging.add_finding(review, by=cast.reviewer, message="Too sure of itself.")
    on_one = judging.add_finding(review, by=cast.reviewer, message="For whom?", quote="many adults")
    _next(review, cast, ONE.replace("many", "most"), TEN)
    for finding in (on_all, on_one):
        finding.refresh_from_db()
        assert (finding.disposition, finding.orphaned) == ("", False)


def test_comments_follow_their_passage(review: Review, cast: SimpleNamespace) -> None:
    on_all = judging.comment(review, by=cast.writer, text="Thank you.")
    on_one = judging.comment(review, by=cast.reviewer, text="Which adults?", quote="many adults")
    on_two = judging.comment(review, by=cast.reviewer, text="Which walk?", quote="by 10%")
    _next(review, cast, "A new beginning.", ONE)
    for comment in (on_all, on_one, on_two):
        comment.refresh_from_db()
    assert (on_all.orphaned, on_one.orphaned, on_two.orphaned) == (False, False, True)
    start, end = on_one.anchor["start"], on_one.anchor["end"]
    assert dossier.load(review).document.text[start:end] == "many adults"


@pytest.mark.parametrize(("new", "stays"), [(ONE, True), (ONE.replace("many", "most"), False)])
def test_an_inline_disclaimer_without_its_passage_is_placed_again(
    new: str, stays: bool, review: Review, cast: SimpleNamespace
) -> None:
    general = Disclaimer.objects.get(key="information-not-advice")
    judging.attach_disclaimer(
        review, by=cast.reviewer, disclaimer=general, placement="inline", quote="many adults"
    )
    _next(review, cast, "A new beginning.", new, TEN)
    attached = review.attachments.exclude(state=Attachment.State.REMOVED)
    assert attached.exists() == stays
    if stays:
        anchor = attached.get().anchor
        assert dossier.load(review).document.text[anchor["start"] : anchor["end"]] == "many adults"


def test_a_claim_that_a_reviewer_added(review: Review, cast: SimpleNamespace) -> None:
    added = judging.add_claim(review, by=cast.reviewer, quote="eases low back pain")
    assert (added.origin, added.added_by) == (Claim.Origin.REVIEWER, cast.reviewer)
    with pytest.raises(workflow.Refused) as refusal:
        judging.add_claim(review, by=cast.second, quote="eases low back pain")
    assert refusal.value.codes == ("duplicate",)
    with pytest.raises(workflow.Refused) as refusal:
        judging.add_claim(review, by=cast.second, quote="no such words")
    assert refusal.value.codes == ("quote",)
    _next(review, cast, ONE, TEN)
    added.refresh_from_db()
    assert (added.state, added.anchor["exact"]) == (Claim.State.OPEN, "eases low back pain")


def test_the_next_review_of_a_published_article_asks_only_what_changed(
    review: Review, cast: SimpleNamespace
) -> None:
    factories.sign(review, cast.reviewer)
    workflow.publish(review, by=cast.editor)
    article = review.article
    article.refresh_from_db()
    save_draft(article, by=cast.writer, version=article.version, body=_html(ONE, TWENTY))
    again = workflow.submit(article, by=cast.writer)
    kept, changed = _claim(again, ONE), _claim(again, TWENTY)
    (check,) = dossier.checks_in_force(kept)
    assert check.by == cast.reviewer and "carried over" in check.note
    assert changed.state == Claim.State.OPEN and dossier.checks_in_force(changed) == []
    facts = Event.objects.filter(action="submit").latest("sequence").facts
    assert (facts["claims_same"], facts["claims_reopened"]) == (1, 1)
    # The review that was published is the record that it was.
    assert {c.anchor["exact"] for c in review.claims.all()} == {ONE, TEN}
    assert dossier.load(again).valid_sign_offs == []
    with pytest.raises(Refused) as refusal:
        workflow.sign_off(again, by=cast.second, meaning="accurate")
    assert "claim_unchecked" in refusal.value.codes
