"""Working days: weekends and holidays do not count, and an hour stays the newsroom's hour."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from reviews.watching.clock import after_working_days, is_working_day, time_left

HOLIDAYS = {dt.date(2026, 12, 25), dt.date(2026, 12, 28)}


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-18 15:00", 1, "2026-11-19 15:00"),  # Wednesday to Thursday
        ("2026-11-20 15:00", 1, "2026-11-23 15:00"),  # Friday to Monday
        ("2026-11-20 15:00", 3, "2026-11-25 15:00"),
        ("2026-11-21 10:00", 1, "2026-11-24 00:00"),  # Saturday: all of Monday
        ("2026-11-22 23:59", 1, "2026-11-24 00:00"),
        ("2026-12-24 09:00", 1, "2026-12-29 09:00"),  # Thursday, then two holidays round a weekend
        ("2026-12-25 09:00", 1, "2026-12-30 00:00"),
        ("2026-11-18 15:00", 0, "2026-11-18 15:00"),
    ],
)
def test_working_days(start: str, days: int, end: str) -> None:
    assert after_working_days(at(start), days, holidays=HOLIDAYS) == at(end)


def test_the_hour_is_kept_when_the_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    with timezone.override(berlin):
        friday = dt.datetime(2026, 10, 23, 10, tzinfo=berlin)
        end = after_working_days(friday, 1)
    assert end == dt.datetime(2026, 10, 26, 10, tzinfo=berlin)
    assert (end - friday.astimezone(dt.UTC)) == dt.timedelta(days=3, hours=1)


def test_the_day_is_the_newsrooms_day() -> None:
    """Late on a Friday in UTC it is Saturday in Auckland."""
    auckland = ZoneInfo("Pacific/Auckland")
    with timezone.override(auckland):
        assert after_working_days(at("2026-11-20 22:00"), 1) == dt.datetime(2026, 11, 24, tzinfo=auckland)


def test_which_days_count() -> None:
    week = [is_working_day(dt.date(2026, 11, day)) for day in range(16, 23)]
    assert week == [True] * 5 + [False] * 2
    assert not is_working_day(dt.date(2026, 12, 25), HOLIDAYS)


@pytest.mark.parametrize(
    ("due", "words"),
    [
        ("2026-11-23 12:00", "2 days left"),
        ("2026-11-22 12:00", "1 day left"),
        ("2026-11-21 15:30", "3 hours left"),
        ("2026-11-21 12:00:20", "less than a minute left"),
        ("2026-11-21 11:20", "overdue by 40 minutes"),
        ("2026-11-18 11:00", "overdue by 3 days"),
    ],
)
def test_time_left(due: str, words: str) -> None:
    assert time_left(at(due), now=at("2026-11-21 12:00")) == words
