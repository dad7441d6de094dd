"""A source turns: every page that rests on it has its alert, once, and a person's written decision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from articles.editing import save_draft
from articles.models import Article, Outbox, Publication, Source
from articles.sources import library
from reviews import audit, jobs, workflow
from reviews.models import Alert, Event, Review
from reviews.refusals import Refused
from reviews.requirements import missing_for
from reviews.watching import alerts, rereview, using
from tests import factories as f
from tests.watching.conftest import cleared, retract, source_of, turn

Work = Callable[[], None]
Rules = Callable[..., None]
Standing, Status = Source.Standing, Review.Status


def published(cast: SimpleNamespace, **fields: Any) -> Publication:
    return f.published(cast.writer, cast.reviewer, cast.editor, **fields)


def raised(page: Publication, work: Work, after: str = Standing.RETRACTED) -> Alert:
    turn(source_of(page), after)
    work()
    return Alert.objects.get(publication=page)


# --- Raising ----------------------------------------------------------------------------------------


def test_a_retraction_raises_an_alert_and_opens_a_review(page: Publication, work: Work) -> None:
    alert = raised(page, work)
    review = Review.objects.get(article=page.article_id, status__in=Review.OPEN)
    assert (alert.kind, alert.review, alert.sole_support) == (Alert.Kind.RETRACTED, review, True)
    assert alert.sentence == f"The source “{alert.source}” was retracted on 1 November 2026.".replace(
        str(alert.source), source_of(page).title
    )
    assert review.alert == alert.sentence
    assert review.edition == page.edition
    assert alert.opened_at < alert.notice_due_at < alert.due_at  # type: ignore[operator]
    event = Event.objects.get(action="alert_opened")
    assert (event.actor, event.review, event.reason) == (None, review, alert.sentence)
    assert len(event.facts["claims_alone"]) == len(using.sole_support(page, source_of(page)))
    assert Outbox.objects.filter(key=f"announce:{event.sequence}").exists()
    notice = Outbox.objects.get(job="alert_notice")
    assert notice.run_at == alert.notice_due_at
    page.refresh_from_db()
    assert page.status == Publication.Status.LIVE
    assert "source_retracted" in {r.code for r in missing_for(review)}
    assert audit.verify().ok


@pytest.mark.parametrize(
    ("after", "kind"),
    [("withdrawn", "withdrawn"), ("expression_of_concern", "concern"), ("correction", "corrected")],
)
def test_each_bad_turn_has_its_kind(after: str, kind: str, page: Publication, work: Work) -> None:
    alert = raised(page, work, after)
    assert alert.kind == kind
    assert (alert.notice_due_at is not None) == (kind == "withdrawn")


@pytest.mark.parametrize("after", ["none", "reinstated", "unknown"])
def test_other_turns_raise_nothing(after: str, page: Publication, work: Work) -> None:
    turn(source_of(page), after)
    work()
    assert not Alert.objects.exists()
    assert not Review.objects.filter(status__in=Review.OPEN).exists()


def test_three_pages_at_once_and_no_other(cast: SimpleNamespace, work: Work) -> None:
    shared = f.source()
    pages = [published(cast, citations=[shared]) for _ in range(3)]
    other = published(cast)
    retract(shared)
    work()
    assert set(Alert.objects.values_list("publication", flat=True)) == {page.pk for page in pages}
    assert not Review.objects.filter(article=other.article_id, status__in=Review.OPEN).exists()


def test_twice_is_once(page: Publication, work: Work) -> None:
    change = retract(source_of(page))
    work()
    said = Outbox.objects.filter(job__in=("announce", "alert_notice"))
    before = (Alert.objects.count(), Event.objects.count(), said.count())
    for _ in range(2):
        alerts.raise_for(change.pk)
        alerts.open_alert(change=change.pk, publication=page.pk)
        work()
    assert (Alert.objects.count(), Event.objects.count(), said.count()) == before


def test_twice_is_once_after_the_decision_too(cast: SimpleNamespace, page: Publication, work: Work) -> None:
    change = retract(source_of(page))
    work()
    cleared(source_of(page))
    alerts.decide(Alert.objects.get(), by=cast.editor, decision="mistaken", reason="Another paper.")
    alerts.open_alert(change=change.pk, publication=page.pk)
    assert Alert.objects.count() == 1


def test_many_pages_in_batches(cast: SimpleNamespace, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = f.source()
    pages = [published(cast, citations=[shared]) for _ in range(3)]
    monkeypatch.setattr(alerts, "BATCH", 2)
    retract(shared)
    work()
    assert Alert.objects.count() == len(pages)
    assert Outbox.objects.filter(job="raise_alerts").count() == 2
    assert not Outbox.objects.filter(job__in=("raise_alerts", "open_alert"), done_at=None).exists()


def test_a_worker_that_is_killed_half_way_loses_nothing(
    cast: SimpleNamespace, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = f.source()
    pages = [published(cast, citations=[shared]) for _ in range(3)]
    open_for, calls = alerts.open_for, []

    def dies(article: int, **about: Any) -> Alert | None:
        calls.append(article)
        made = open_for(article, **about)
        if len(calls) == 2:
            raise MemoryError("killed")  # after the work, before its transaction ends
        return made

    monkeypatch.setattr(alerts, "open_for", dies)
    retract(shared)
    work()
    assert Alert.objects.count() == 2
    Outbox.objects.filter(done_at=None, job="open_alert").update(run_at=timezone.now())
    work()
    assert sorted(Alert.objects.values_list("publication", flat=True)) == sorted(p.pk for p in pages)
    assert Event.objects.filter(action="alert_opened").count() == 3
    assert audit.verify().ok


def test_a_merged_source_counts_as_what_it_was_merged_into(cast: SimpleNamespace, work: Work) -> None:
    keep, drop = f.source(doi="10.1000/182"), f.source()
    on_keep, on_drop = published(cast, citations=[keep]), published(cast, citations=[drop])
    library.merge(keep, drop, by=cast.editor)
    keep.refresh_from_db()
    drop.refresh_from_db()
    retract(keep)
    retract(drop)  # a watch gives merged sources the standing of the kept one
    work()
    found = Alert.objects.order_by("publication_id")
    assert [(a.publication, a.source) for a in found] == [(on_keep, keep), (on_drop, keep)]
    assert all(alert.sole_support for alert in found)


def test_two_alerts_whose_sources_are_merged_later(cast: SimpleNamespace, work: Work) -> None:
    page = two_sources(cast)
    keep, drop = source_of(page), source_of(page, 2)
    for source in (keep, drop):
        retract(source)
        work()
    library.merge(keep, drop, by=cast.editor)
    turn(keep, Standing.REINSTATED)
    work()
    change = retract(keep)
    work()
    assert set(Alert.objects.values_list("source", "decision")) == {(keep.pk, ""), (drop.pk, "")}
    assert Alert.objects.get(turn=change).source == drop
    assert not Outbox.objects.exclude(last_error="").exists()
    assert audit.verify().ok


def test_an_open_alert_comes_before_one_that_was_decided_later(cast: SimpleNamespace, work: Work) -> None:
    page = two_sources(cast)
    keep, drop = source_of(page), source_of(page, 2)
    for source in (keep, drop):
        retract(source)
        work()
    cleared(drop)
    alerts.decide(Alert.objects.get(source=drop), by=cast.editor, decision="mistaken", reason="Another.")
    library.merge(keep, drop, by=cast.editor)
    turn(keep, Standing.REINSTATED)
    work()
    change = retract(keep)
    work()
    assert Alert.objects.get(decision="").turn == change
    assert Alert.objects.count() == 2
    assert not Outbox.objects.exclude(last_error="").exists()


def test_a_page_withdrawn_meanwhile_has_no_alert(
    cast: SimpleNamespace, page: Publication, work: Work
) -> None:
    change = retract(source_of(page))
    alerts.raise_for(change.pk)
    workflow.withdraw(page.article, by=cast.editor, reason="A dose was wrong.")
    work()
    assert not Alert.objects.exists()
    assert not Outbox.objects.filter(failed_at__isnull=False).exists()


def test_a_turn_that_was_undone_meanwhile_raises_nothing(page: Publication, work: Work) -> None:
    change = retract(source_of(page))
    alerts.raise_for(change.pk)
    turn(source_of(page), Standing.REINSTATED)
    work()
    assert not Alert.objects.exists()
    assert not Review.objects.filter(status__in=Review.OPEN).exists()


# --- Open reviews -----------------------------------------------------------------------------------


@pytest.mark.parametrize("scheduled", [False, True])
def test_a_signed_review_of_a_live_page_goes_back(
    scheduled: bool, cast: SimpleNamespace, page: Publication, work: Work
) -> None:
    again = workflow.submit(page.article, by=cast.writer)
    f.judge(again, cast.second)
    f.sign(again, cast.second)
    if scheduled:
        workflow.schedule(again, by=cast.editor, at=f.tomorrow())
    alert = raised(page, work)
    again.refresh_from_db()
    assert (again.status, again.scheduled_for) == (Status.IN_REVIEW, None)
    assert again.alert == alert.sentence
    assert alert.review == again
    assert Event.objects.filter(review=again, action="reopen", actor=None).count() == 1
    assert audit.verify().ok


def test_a_review_of_what_is_not_live_is_told(cast: SimpleNamespace, work: Work) -> None:
    shared = f.source()
    fresh = f.submitted(cast.writer, citations=[shared])
    signed = f.signed(cast.writer, cast.reviewer, citations=[shared])
    other = f.submitted(cast.writer)
    change = retract(shared)
    work()
    for review in (fresh, signed):
        review.refresh_from_db()
        assert review.status == Status.IN_REVIEW
        assert "was retracted on 1 November 2026" in review.alert
    other.refresh_from_db()
    assert other.alert == ""
    assert not Alert.objects.exists()
    events = Event.objects.count()
    alerts.open_alert(change=change.pk, review=fresh.pk)
    assert Event.objects.count() == events
    assert Event.objects.filter(action="alert_review", review=fresh).count() == 1
    assert audit.verify().ok


def test_a_signed_review_that_dropped_the_source_goes_on(
    cast: SimpleNamespace, page: Publication, work: Work
) -> None:
    article = Article.objects.get(pk=page.article_id)
    save_draft(article, by=cast.writer, version=article.version, citations=[f.source()])
    again = workflow.submit(article, by=cast.writer)
    f.judge(again, cast.second)
    f.sign(again, cast.second)
    alert = raised(page, work)
    again.refresh_from_db()
    assert (again.status, again.alert, alert.review) == (Status.SIGNED_OFF, "", again)
    workflow.publish(again, by=cast.editor)
    alert.refresh_from_db()
    assert alert.decision == Alert.Decision.REVISED


def test_a_page_that_is_overdue_does_not_throw_back_its_cure(
    cast: SimpleNamespace, page: Publication
) -> None:
    again = workflow.submit(page.article, by=cast.writer)
    f.judge(again, cast.second)
    f.sign(again, cast.second)
    rereview.run(page.review_due + dt.timedelta(days=1))
    again.refresh_from_db()
    alert = Alert.objects.get(kind=Alert.Kind.REVIEW_OVERDUE)
    assert (again.status, again.alert, alert.review) == (Status.SIGNED_OFF, "", again)
    workflow.publish(again, by=cast.editor)
    alert.refresh_from_db()
    assert alert.decision == Alert.Decision.REVISED


def test_a_review_that_drops_the_source_before_it_is_told(cast: SimpleNamespace, work: Work) -> None:
    shared = f.source()
    review = f.submitted(cast.writer, citations=[shared])
    change = retract(shared)
    alerts.raise_for(change.pk)
    assert Outbox.objects.filter(job="open_alert", payload__review=review.pk).exists()
    workflow.request_changes(review, by=cast.second, reason="Cite another source.")
    article = Article.objects.get(pk=review.article_id)
    save_draft(article, by=cast.writer, version=article.version, citations=[f.source()])
    workflow.resubmit(review, by=cast.writer)
    work()
    review.refresh_from_db()
    assert review.alert == ""


# --- Reinstated -------------------------------------------------------------------------------------


def test_a_reinstatement_eases_the_alert_and_a_person_still_decides(
    cast: SimpleNamespace, page: Publication, work: Work
) -> None:
    alert = raised(page, work)
    turn(source_of(page), Standing.REINSTATED)
    work()
    alert.refresh_from_db()
    assert alert.decision == ""
    assert "was reinstated on 1 November 2026: decide whether the page stands." in alert.sentence
    assert alert.notice_due_at is None
    alerts.decide(alert, by=cast.editor, decision="stands", reason="The journal took its notice back.")
    assert alert.decision == Alert.Decision.STANDS
    assert audit.verify().ok


def test_retracted_again_after_a_reinstatement(page: Publication, work: Work) -> None:
    alert = raised(page, work)
    turn(source_of(page), Standing.REINSTATED)
    work()
    change = retract(source_of(page), noted_on=None)
    work()
    again = Alert.objects.get()
    assert (again.pk, again.turn, again.sentence.endswith("was retracted.")) == (alert.pk, change, True)
    assert again.notice_due_at is not None
    assert Event.objects.filter(action="alert_opened").count() == 2


# --- Taken down by the policy -----------------------------------------------------------------------

UNPUBLISH = ("unpublish_sole_support = false", "unpublish_sole_support = true")
TIERS = ("unpublish_sole_support_tiers = []", 'unpublish_sole_support_tiers = ["{}"]')


@pytest.mark.parametrize(
    ("change", "down"),
    [
        (UNPUBLISH, True),
        ((TIERS[0], TIERS[1].format("standard")), True),
        ((TIERS[0], TIERS[1].format("high")), False),
    ],
)
def test_the_policy_takes_a_page_down_that_rests_on_it_alone(
    change: tuple[str, str], down: bool, page: Publication, rules: Rules, work: Work, client: Any
) -> None:
    rules(change)
    alert = raised(page, work)
    page.refresh_from_db()
    assert (page.status == Publication.Status.WITHDRAWN) == down
    assert (alert.decision == Alert.Decision.TAKEN_DOWN) == down
    if down:
        assert (page.ended_by, alert.decided_by, alert.reason) == (None, None, page.ended_reason)
        answer = client.get(f"/articles/{page.slug}/")
        assert answer.status_code == 410
        assert "was retracted on 1 November 2026, and part of the article rests on no other one" in (
            answer.content.decode()
        )
        assert alert.review is not None and alert.review.is_open
        written = list(Event.objects.filter(article=page.article).values_list("action", "actor"))[-3:]
        assert written == [("alert_opened", None), ("withdraw", None), ("alert_decided", None)]
    assert audit.verify().ok


def test_a_page_with_another_source_stays_up(cast: SimpleNamespace, rules: Rules, work: Work) -> None:
    rules(UNPUBLISH)
    page = two_sources(cast)
    alert = raised(page, work)
    assert (alert.sole_support, alert.decision) == (False, "")
    turn(source_of(page, 2), Standing.CORRECTION)
    work()
    page.refresh_from_db()
    assert page.status == Publication.Status.LIVE
    # Nothing is left beside a retracted source.
    second = Alert.objects.get(kind=Alert.Kind.CORRECTED)
    assert second.sole_support


def two_sources(cast: SimpleNamespace, **first_says: Any) -> Publication:
    """A page whose every claim was checked against two sources, and supported by the second at least."""
    first, second = f.source(), f.source()
    review = f.submitted(cast.writer, citations=[first, second])
    for claim in review.claims.filter(state="open"):
        f.check(claim, cast.reviewer, second)
    f.judge(review, cast.reviewer)
    for claim in review.claims.filter(state="open"):
        f.check(claim, cast.reviewer, first, **first_says)
    f.sign(review, cast.reviewer)
    review.refresh_from_db()
    return workflow.publish(review, by=cast.editor)


# --- People -----------------------------------------------------------------------------------------


def test_taking_giving_and_who_may(cast: SimpleNamespace, page: Publication, work: Work) -> None:
    alert = raised(page, work)
    for person in (cast.writer, cast.outsider):
        with pytest.raises(Refused) as refusal:
            alerts.take(alert, by=person)
        assert refusal.value.codes == ("permission",)
    alerts.take(alert, by=cast.second)
    events = Event.objects.count()
    alerts.take(alert, by=cast.second)
    assert Event.objects.count() == events
    with pytest.raises(Refused, match="Ravi Reviewer has this alert already"):
        alerts.take(alert, by=cast.reviewer)
    with pytest.raises(Refused):
        alerts.assign(alert, by=cast.second, to=cast.reviewer)
    with pytest.raises(Refused, match="cannot be given to Wanda Writer") as refusal:
        alerts.assign(alert, by=cast.editor, to=cast.writer)
    assert refusal.value.codes == ("unfit",)
    alerts.assign(alert, by=cast.editor, to=cast.reviewer)
    assert alert.assignee == cast.reviewer
    event = Event.objects.filter(action="alert_assigned").latest("sequence")
    assert (event.facts["assignee"], event.facts["was"]) == (cast.reviewer.pk, cast.second.pk)


@pytest.mark.parametrize(
    ("who", "assigned", "may"),
    [
        ("editor", False, True), ("lead", False, True), ("reviewer", True, True), ("reviewer", False, False),
        ("writer", False, False), ("outsider", False, False),
    ],
)  # fmt: skip
def test_who_decides(
    who: str, assigned: bool, may: bool, cast: SimpleNamespace, page: Publication, work: Work
) -> None:
    alert, person = raised(page, work), getattr(cast, who)
    cleared(source_of(page))
    if assigned:
        alerts.assign(alert, by=cast.editor, to=person)
    if may:
        alerts.decide(alert, by=person, decision="mistaken", reason="It is another paper.")
        assert (alert.decided_by, alert.reason) == (person, "It is another paper.")
        event = Event.objects.get(action="alert_decided")
        assert (event.actor, event.facts["decision"]) == (person, "mistaken")
    else:
        with pytest.raises(Refused) as refusal:
            alerts.decide(alert, by=person, decision="mistaken", reason="It is another paper.")
        assert refusal.value.codes == ("permission",)
        alert.refresh_from_db()
        assert alert.decision == ""


@pytest.mark.parametrize(
    ("decision", "reason", "code"),
    [("stands", " \n", "reason"), ("revised", "Done.", "decision"), ("", "Done.", "decision")],
)
def test_a_decision_is_one_of_three_and_in_writing(
    decision: str, reason: str, code: str, cast: SimpleNamespace, page: Publication, work: Work
) -> None:
    alert = raised(page, work)
    with pytest.raises(Refused) as refusal:
        alerts.decide(alert, by=cast.editor, decision=decision, reason=reason)
    assert refusal.value.codes == (code,)


def test_a_page_cannot_stand_on_nothing(cast: SimpleNamespace, page: Publication, work: Work) -> None:
    alert = raised(page, work)
    with pytest.raises(Refused, match=r"claims? of this page rests? on this source alone") as refusal:
        alerts.decide(alert, by=cast.editor, decision="stands", reason="We believe it.")
    assert refusal.value.codes == ("sole_support",)
    other = raised(two_sources(cast), work)
    alerts.decide(other, by=cast.editor, decision="stands", reason="The other trial says the same.")
    assert other.decision == Alert.Decision.STANDS


def test_no_alert_is_mistaken_while_the_page_stands_on_nothing(
    cast: SimpleNamespace, page: Publication, work: Work
) -> None:
    alert = raised(page, work)
    with pytest.raises(Refused) as refusal:
        alerts.decide(alert, by=cast.editor, decision="mistaken", reason="We believe it.")
    assert refusal.value.codes == ("sole_support",)
    withdrawn = raised(two_sources(cast), work, Standing.WITHDRAWN)
    alerts.take(withdrawn, by=cast.second)
    with pytest.raises(Refused, match="may call this alert mistaken") as refusal:
        alerts.decide(withdrawn, by=cast.second, decision="mistaken", reason="Another paper.")
    assert refusal.value.codes == ("permission",)
    alerts.decide(withdrawn, by=cast.lead, decision="mistaken", reason="Another paper.")
    assert withdrawn.decision == Alert.Decision.MISTAKEN


def test_taking_the_page_down_is_a_decision(cast: SimpleNamespace, page: Publication, work: Work) -> None:
    alert = raised(page, work)
    turn(source_of(page), Standing.WITHDRAWN)
    work()
    assert Alert.objects.filter(decision="").count() == 2
    alerts.decide(alert, by=cast.lead, decision="taken_down", reason="Its only trial was made up.")
    page.refresh_from_db()
    assert (page.status, page.ended_reason) == (Publication.Status.WITHDRAWN, "Its only trial was made up.")
    told = {(a.decision, a.reason, a.decided_by) for a in Alert.objects.all()}
    assert told == {("taken_down", "Its only trial was made up.", cast.lead)}
    with pytest.raises(Refused, match="Lena Lead decided on this alert already") as refusal:
        alerts.decide(alert, by=cast.editor, decision="mistaken", reason="No.")
    assert refusal.value.codes == ("state",)
    assert audit.verify().ok


def test_a_reviewer_who_has_it_cannot_take_the_page_down(
    cast: SimpleNamespace, page: Publication, work: Work
) -> None:
    alert = raised(page, work)
    alerts.take(alert, by=cast.reviewer)
    with pytest.raises(Refused) as refusal:
        alerts.decide(alert, by=cast.reviewer, decision="taken_down", reason="Made up.")
    assert refusal.value.codes == ("permission",)
    page.refresh_from_db()
    assert page.status == Publication.Status.LIVE


def test_a_take_down_by_a_person_closes_the_alert(
    cast: SimpleNamespace, page: Publication, work: Work
) -> None:
    alert = raised(page, work)
    workflow.retract(page.article, by=cast.editor, reason="The trial was made up.")
    alert.refresh_from_db()
    assert (alert.decision, alert.reason, alert.decided_by) == (
        "taken_down", "The trial was made up.", cast.editor,
    )  # fmt: skip


# --- A new edition ----------------------------------------------------------------------------------


def republished(
    alert: Alert, cast: SimpleNamespace, *, citations: list[Source] | None, **fields: Any
) -> Publication:
    """The review that the alert opened is answered with a new edition, judged and published."""
    review = Review.objects.get(pk=alert.review_id)
    article = Article.objects.get(pk=review.article_id)
    if citations:
        workflow.request_changes(review, by=cast.second, reason="Cite another source.")
        save_draft(article, by=cast.writer, version=article.version, citations=citations, **fields)
        workflow.resubmit(review, by=cast.writer)
        review.refresh_from_db()
        f.judge(review, cast.second)
    f.sign(review, cast.second)
    review.refresh_from_db()
    return workflow.publish(review, by=cast.editor)


def test_an_edition_without_the_source_settles_the_alert(
    cast: SimpleNamespace, page: Publication, work: Work
) -> None:
    alert = raised(page, work)
    republished(alert, cast, citations=[f.source()])
    alert.refresh_from_db()
    assert (alert.decision, alert.reason, alert.decided_by) == (
        "revised", "Edition 2 no longer cites the source.", cast.editor,
    )  # fmt: skip
    assert audit.verify().ok


def test_an_edition_checked_anew_settles_the_alert(
    cast: SimpleNamespace, page: Publication, work: Work
) -> None:
    alert = raised(page, work, Standing.CORRECTION)
    review = Review.objects.get(pk=alert.review_id)
    for claim in review.claims.filter(state="open"):
        f.check(claim, cast.second, source_of(page))
    republished(alert, cast, citations=None)
    alert.refresh_from_db()
    assert alert.decision == "revised"
    assert alert.reason == "In edition 1 everything that rests on the source was checked anew."


def test_a_check_that_was_carried_over_is_not_made_anew(cast: SimpleNamespace, work: Work) -> None:
    """The gate asks nothing of a verdict that let no claim pass; the alert does."""
    page = two_sources(cast, verdict="silent")
    alert = raised(page, work, Standing.CORRECTION)
    new = republished(alert, cast, citations=None)
    alert.refresh_from_db()
    assert (alert.decision, alert.publication) == ("", new)


def test_a_list_that_still_names_it_keeps_the_alert_open(
    cast: SimpleNamespace, page: Publication, work: Work
) -> None:
    alert = raised(page, work)
    body = f.BODY.replace("many adults", "some adults").replace("about a third", "about a quarter")
    new = republished(alert, cast, citations=[f.source(), source_of(page)], body=body)
    alert.refresh_from_db()
    assert (alert.decision, alert.publication, alert.sole_support) == ("", new, False)
    alerts.decide(alert, by=cast.editor, decision="stands", reason="The text says that it was retracted.")
    assert alert.turn is not None
    alerts.open_alert(change=alert.turn.pk, publication=page.pk)
    assert Alert.objects.count() == 1


@pytest.mark.parametrize("change", [{"decided_by": None}, {"decision": "stands"}])
def test_a_decision_that_was_rewritten_is_found(
    change: dict[str, Any], cast: SimpleNamespace, page: Publication, work: Work
) -> None:
    alert = raised(page, work)
    cleared(source_of(page))
    alerts.decide(alert, by=cast.editor, decision="mistaken", reason="Another paper.")
    assert audit.verify().ok
    Alert.objects.filter(pk=alert.pk).update(**change)
    sentences = [fault.sentence for fault in audit.verify().faults]
    assert sentences == [f"Alert {alert.pk} is not decided as the log says."]


def test_the_jobs_are_known() -> None:
    assert {"raise_alerts", "open_alert", "open_link_alert", "alert_notice"} <= jobs.JOBS.keys()
