"""From a report to the desk: the job, one alert for a page, its clock, and how it ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from articles.editing import save_draft
from articles.models import Outbox, Publication, ReaderReport
from reviews import audit, workflow
from reviews.models import Alert, AlertReport, Event, Review
from reviews.policy.loading import STARTER, load_policy
from reviews.refusals import Refused
from reviews.watching import alerts, reports
from tests import factories as f
from tests.reports.conftest import Clock, Reader

Work = Callable[[], None]


def sent(reader: Reader, work: Work, **words: str) -> Alert:
    """A report that went all the way; the alert that it is in."""
    assert reader.reports(**words).status_code == 302
    work()
    return Alert.objects.get(reports__report=ReaderReport.objects.latest("pk"))


def events() -> list[str]:
    found = Event.objects.filter(action__startswith="alert_").order_by("sequence")
    return list(found.values_list("action", flat=True))


def test_a_report_opens_an_alert(page: Publication, reader: Reader, work: Work) -> None:
    alert = sent(reader, work, text="SECRETWORD", email="ruth@example.org", passage="SECRETPASSAGE")
    report = ReaderReport.objects.get()
    assert (alert.kind, alert.publication, alert.assignee) == ("reader_report", page, None)
    assert alert.sentence == "A reader sent a report of a mistake in the text."
    assert alert.opened_at == report.created_at
    assert alert.due_at - report.created_at == dt.timedelta(days=7), "five working days from a Wednesday"
    assert alert.notice_due_at is None
    assert not Review.objects.filter(status__in=Review.OPEN).exists(), "nobody has a review opened by a form"
    assert alert.review == Review.objects.get()
    assert audit.verify().ok
    told = {message.to[0] for message in mail.outbox if "has an alert" in message.subject}
    assert told == {"edgar@example.org", "lena@example.org"}
    kept_for_good = [
        *Event.objects.values_list("reason", "facts"), *Outbox.objects.values_list("payload", "key", "last_error"),
        *Alert.objects.values_list("sentence", "reason"), *[(m.subject, m.body) for m in mail.outbox],
    ]  # fmt: skip
    for secret in ("SECRET", "ruth", "192.0.2.1"):
        assert secret not in str(kept_for_good)


def test_unsafe_advice_has_a_day(page: Publication, reader: Reader, work: Work) -> None:
    alert = sent(reader, work, kind="unsafe")
    assert alert.due_at - alert.opened_at == dt.timedelta(days=1)
    assert alert.sentence == "A reader sent a report of unsafe advice."


def test_further_reports_join_it(page: Publication, reader: Reader, work: Work) -> None:
    first = sent(reader, work)
    mails = len(mail.outbox)
    reader.clock.forward(days=1)
    assert sent(reader, work, text="Another.") == first
    first.refresh_from_db()
    assert first.sentence == "Readers sent 2 reports: of a mistake in the text (2)."
    assert len(mail.outbox) == mails, "no mail for each"
    assert first.due_at - first.opened_at == dt.timedelta(days=7)
    reader.clock.forward(hours=1)
    sent(reader, work, kind="unsafe")
    first.refresh_from_db()
    assert first.sentence == "Readers sent 3 reports: of unsafe advice (1), of a mistake in the text (2)."
    assert first.due_at == ReaderReport.objects.latest("pk").created_at + dt.timedelta(days=1)
    assert len(mail.outbox) == mails + 2
    assert "became more urgent" in mail.outbox[-1].subject
    assert events() == ["alert_opened", "alert_joined", "alert_sooner"]
    assert Alert.objects.count() == 1
    assert audit.verify().ok


def test_the_job_again_changes_nothing(page: Publication, reader: Reader, work: Work) -> None:
    alert = sent(reader, work)
    for _ in range(2):
        assert reports.take_in(ReaderReport.objects.get().pk) == alert
    assert (events(), AlertReport.objects.count()) == (["alert_opened"], 1)


def test_a_page_that_came_down_meanwhile(
    page: Publication, reader: Reader, work: Work, cast: SimpleNamespace
) -> None:
    reader.reports()
    workflow.withdraw(page.article, by=cast.lead, reason="The dose was wrong.")
    work()
    report = ReaderReport.objects.get()
    assert not Alert.objects.exists()
    assert Outbox.objects.get(job="reader_report").done_at
    assert report.forget_at - report.created_at == dt.timedelta(days=30)


def test_an_open_review_is_left_alone(
    page: Publication, reader: Reader, work: Work, cast: SimpleNamespace
) -> None:
    review = f.signed(cast.writer, cast.reviewer, slug="sitting")
    again = workflow.submit(page.article, by=cast.writer)
    f.judge(again, cast.reviewer)
    f.sign(again, cast.reviewer)
    sent(reader, work, kind="unsafe")
    for one in (again, review):
        one.refresh_from_db()
        assert (one.status, one.alert) == ("signed_off", "")


def test_the_database_has_one_open_alert_for_a_page(page: Publication, reader: Reader, work: Work) -> None:
    alert = sent(reader, work)
    link = AlertReport.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.create(
            kind="reader_report", article=alert.article, publication=page, sentence="x",
            opened_at=alert.opened_at, due_at=alert.due_at,
        )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        AlertReport.objects.create(alert=alert, report=link.report)


# --- How it ends ------------------------------------------------------------------------------------


def revised(page: Publication, cast: SimpleNamespace, clock: Clock) -> Publication:
    clock.forward(hours=1)
    article = page.article
    article.refresh_from_db()
    save_draft(article, by=cast.writer, version=article.version, summary="What a walk each day can do.")
    review = workflow.submit(article, by=cast.writer)
    f.judge(review, cast.reviewer)
    f.sign(review, cast.reviewer)
    return workflow.publish(review, by=cast.editor)


def decide(alert: Alert, by: object, decision: str, seen: int = 1) -> None:
    alerts.decide(alert, by=by, decision=decision, reason="We read it again.", reports_seen=seen)  # type: ignore[arg-type]


@pytest.mark.parametrize("decision", ["stands", "mistaken"])
def test_a_written_decision(
    page: Publication, reader: Reader, work: Work, cast: SimpleNamespace, decision: str
) -> None:
    alert = sent(reader, work)
    with pytest.raises(Refused, match="Give the reason"):
        alerts.decide(alert, by=cast.editor, decision=decision, reason=" ", reports_seen=1)
    decide(alert, cast.editor, decision)
    assert (alert.decision, alert.decided_by) == (decision, cast.editor)
    assert sent(reader, work, text="Another.") != alert, "what comes later is another alert"


def test_a_new_edition_does_not_answer_for_a_person(
    page: Publication, reader: Reader, work: Work, cast: SimpleNamespace, clock: Clock
) -> None:
    alert = sent(reader, work)
    with pytest.raises(Refused, match="No new edition was published since"):
        decide(alert, cast.editor, "revised")
    newer = revised(page, cast, clock)
    alert.refresh_from_db()
    assert (alert.decision, alert.publication) == ("", newer)
    decide(alert, cast.editor, "revised")
    assert alert.decision == "revised"
    assert audit.verify().ok


def test_revised_is_no_choice_for_other_alerts(cast: SimpleNamespace, page: Publication) -> None:
    alert = alerts.open_for(page.article_id, kind=Alert.Kind.REVIEW_OVERDUE, sentence="Overdue.")
    assert alert is not None
    with pytest.raises(Refused, match="Say whether"):
        alerts.decide(alert, by=cast.editor, decision="revised", reason="It was.")


def test_nobody_decides_about_what_they_did_not_read(
    page: Publication, reader: Reader, work: Work, cast: SimpleNamespace
) -> None:
    alert = sent(reader, work)
    sent(reader, work, kind="unsafe")
    with pytest.raises(Refused, match="Another report came in since") as refusal:
        decide(alert, cast.editor, "stands", seen=1)
    assert refusal.value.codes == ("stale",)
    decide(alert, cast.editor, "taken_down", seen=1)  # which cannot wait
    assert alert.decision == "taken_down"


def test_taken_down_for_another_reason(
    page: Publication, reader: Reader, work: Work, cast: SimpleNamespace
) -> None:
    alert = sent(reader, work)
    workflow.withdraw(page.article, by=cast.lead, reason="Its topic was dropped.")
    alert.refresh_from_db()
    assert (alert.decision, alert.reason) == ("taken_down", "Its topic was dropped.")
    report = ReaderReport.objects.get()
    assert report.forget_at == alert.decided_at + dt.timedelta(days=30)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("who", "may"),
    [("editor", True), ("lead", True), ("reviewer", False), ("writer", False), ("outsider", False)],
)
def test_who_decides(
    page: Publication, reader: Reader, work: Work, cast: SimpleNamespace, who: str, may: bool
) -> None:
    alert, person = sent(reader, work), getattr(cast, who)
    if may:
        decide(alert, person, "stands")
        return
    with pytest.raises(Refused):
        decide(alert, person, "stands")
    if who == "reviewer":  # who may judge the page may take the alert, or be given it
        alerts.take(alert, by=person)
        decide(alert, person, "stands")
    else:
        with pytest.raises(Refused):
            alerts.take(alert, by=person)


def test_the_policy_has_the_say(page: Publication, reader: Reader, work: Work, tmp_path: object) -> None:
    text = STARTER.read_text(encoding="utf-8")
    for key, old, new in (
        ("answer_reports_within_working_days", 5, 2),
        ("forget_reports_days_after_decision", 30, 7),
        ("forget_reports_after_days", 90, 14),
    ):
        assert f"{key} = {old}\n" in text
        text = text.replace(f"{key} = {old}\n", f"{key} = {new}\n")
    file = tmp_path / "policy.toml"
    file.write_text(text, encoding="utf-8")
    load_policy(file)
    form = reader.client.get("/articles/walking/report/").content.decode()
    assert "7 days after we have decided about it, and after 14 days at the latest" in form
    alert = sent(reader, work)
    assert alert.due_at - alert.opened_at == dt.timedelta(days=2)
    report = ReaderReport.objects.get()
    assert report.forget_at - report.created_at == dt.timedelta(days=14)
