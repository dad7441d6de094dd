"""What a reader typed is kept for the policy's days and no longer, by the job of the night."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from articles import reporting
from articles.models import Outbox, Publication, ReaderReport
from reviews.jobs.schedule import enqueue_due
from reviews.models import AlertReport
from reviews.watching import alerts
from tests.reports.conftest import Reader
from tests.reports.test_alert import sent

Work = Callable[[], None]


def night(reader: Reader, work: Work, **length: float) -> bool:
    """Let time pass, run what the night does, and say whether the first report was forgotten."""
    enqueue_due()
    reader.clock.forward(**length)
    enqueue_due()
    work()
    report = ReaderReport.objects.order_by("pk")[0]
    typed = (report.text, report.passage, report.email, report.sender)
    assert any(typed) == (report.forgotten_at is None)
    return not any(typed)


def test_without_a_decision_after_90_days(page: Publication, reader: Reader, work: Work) -> None:
    sent(reader, work, email="ruth@example.org", passage="about a third")
    assert not night(reader, work, days=89)
    assert night(reader, work, days=2)
    report = ReaderReport.objects.get()
    assert report.forgotten_at == reader.clock.now
    assert (report.kind, report.publication, AlertReport.objects.count()) == ("mistake", page, 1)
    assert Outbox.objects.filter(job="forget_reports", failed_at=None).exclude(done_at=None).exists()


def test_30_days_after_the_decision(
    page: Publication, reader: Reader, work: Work, cast: SimpleNamespace
) -> None:
    alert = sent(reader, work, email="ruth@example.org")
    assert not night(reader, work, days=10)
    alerts.decide(alert, by=cast.editor, decision="stands", reason="Read again.", reports_seen=1)
    assert not night(reader, work, days=29)
    assert night(reader, work, days=2)


def test_a_late_decision_keeps_nothing_longer(
    page: Publication, reader: Reader, work: Work, cast: SimpleNamespace
) -> None:
    alert = sent(reader, work)
    assert not night(reader, work, days=80)
    before = ReaderReport.objects.get().forget_at
    alerts.decide(alert, by=cast.editor, decision="stands", reason="Read again.", reports_seen=1)
    assert ReaderReport.objects.get().forget_at == before
    assert night(reader, work, days=11)


def test_a_shorter_time_holds_for_older_reports(
    page: Publication, reader: Reader, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(reader, work)
    reader.clock.forward(days=20)
    assert reporting.forget_due() == 0
    monkeypatch.setattr(reporting, "_ask", lambda: reporting.Kept(after_decision=5, at_most=14))
    assert reporting.forget_due() == 1
    assert reporting.forget_due() == 0, "once"


def test_only_what_is_due(page: Publication, reader: Reader, work: Work) -> None:
    sent(reader, work)
    reader.clock.forward(days=60)
    sent(reader, work, text="Another.")
    assert night(reader, work, days=31)
    younger = ReaderReport.objects.latest("pk")
    assert (younger.text, younger.forgotten_at) == ("Another.", None)
    assert younger.forget_at - younger.created_at == dt.timedelta(days=90)
