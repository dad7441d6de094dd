"""The schedule: each hour once, whoever looks and however often."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from articles.models import Heartbeat, Outbox
from reviews import jobs
from reviews.jobs import schedule
from reviews.jobs.schedule import Entry, enqueue_due
from reviews.models import ServedCheck
from tests import factories as f

DAILY = Entry("tidy", "tidy", dt.time(4, 30), "Every day")
WEEKLY = Entry("served", "check_all_served", dt.time(3, 30), "Every week", weekday=6)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    shown = SimpleNamespace(now=at("2026-11-20T12:00"))
    monkeypatch.setattr(timezone, "now", lambda: shown.now)
    monkeypatch.setattr(schedule, "SCHEDULE", (DAILY, WEEKLY))
    return shown


def promised() -> list[str]:
    return list(Outbox.objects.order_by("pk").values_list("key", flat=True))


@pytest.mark.parametrize(
    ("entry", "now", "last", "next_"),
    [
        (DAILY, "2026-11-20T12:00", "2026-11-20T04:30", "2026-11-21T04:30"),
        (DAILY, "2026-11-20T04:30", "2026-11-20T04:30", "2026-11-21T04:30"),
        (DAILY, "2026-11-20T04:29", "2026-11-19T04:30", "2026-11-20T04:30"),
        (WEEKLY, "2026-11-20T12:00", "2026-11-15T03:30", "2026-11-22T03:30"),
        (WEEKLY, "2026-11-22T03:30", "2026-11-22T03:30", "2026-11-29T03:30"),
    ],
)
def test_hours(entry: Entry, now: str, last: str, next_: str) -> None:
    assert (entry.last(at(now)), entry.next(at(now))) == (at(last), at(next_))


def test_hours_are_those_of_the_clock_on_the_wall() -> None:
    with timezone.override(ZoneInfo("Europe/Berlin")):
        assert DAILY.last(at("2026-10-25T12:00")) == at("2026-10-25T03:30")  # summer time ended at one
        assert DAILY.last(at("2026-10-24T12:00")) == at("2026-10-24T02:30")


def test_what_is_seen_first_waits_for_its_next_hour(db: None, clock: SimpleNamespace) -> None:
    assert enqueue_due() == 0
    clock.now = at("2026-11-21T04:29")
    assert enqueue_due() == 0
    clock.now = at("2026-11-21T04:31")
    assert enqueue_due() == 1
    assert enqueue_due() == 0
    assert promised() == ["schedule:tidy:2026-11-21T04:30:00+00:00"]


def test_two_that_look_at_once_promise_it_once(db: None, clock: SimpleNamespace) -> None:
    enqueue_due()
    clock.now = at("2026-11-21T05:00")
    enqueue_due()
    # The other one had read before the first one wrote.
    Heartbeat.objects.filter(name="schedule:tidy").update(at=at("2026-11-20T12:00"))
    clock.now = at("2026-11-21T05:01")
    enqueue_due()
    assert len(promised()) == 1


def test_an_outage_is_made_up_for_by_one_run(db: None, clock: SimpleNamespace) -> None:
    enqueue_due()
    clock.now = at("2026-11-30T12:00")
    assert enqueue_due() == 2
    assert promised() == [
        "schedule:tidy:2026-11-30T04:30:00+00:00",
        "schedule:served:2026-11-29T03:30:00+00:00",
    ]
    assert enqueue_due() == 0


def test_a_clock_that_was_wrong_costs_no_later_night(db: None, clock: SimpleNamespace) -> None:
    enqueue_due()
    clock.now = at("2027-06-01T12:00")
    enqueue_due()
    clock.now = at("2026-11-20T12:00")
    assert enqueue_due() == 0
    clock.now = at("2026-11-21T05:00")
    assert enqueue_due() == 1


def test_every_line_has_its_job() -> None:
    assert {entry.job for entry in schedule.SCHEDULE} <= set(jobs.JOBS)


def test_every_live_page_is_looked_at_every_week(
    cast: SimpleNamespace, clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reviews.served.BATCH", 2)
    for _ in range(3):
        f.published(cast.writer, cast.reviewer, cast.editor)
    enqueue_due()
    while jobs.run_due():
        pass
    before = ServedCheck.objects.count()
    clock.now = at("2026-11-22T05:00")
    assert enqueue_due() == 2
    while jobs.run_due():
        pass
    assert ServedCheck.objects.count() == before + 3
    assert not Outbox.objects.filter(done_at=None).exists()
