"""The clock of an alert: working days, in the newsroom's time zone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.utils import timezone

SATURDAY = 5
_UNITS = (("day", dt.timedelta(days=1)), ("hour", dt.timedelta(hours=1)), ("minute", dt.timedelta(minutes=1)))


def after_working_days(start: dt.datetime, days: int, *, holidays: Collection[dt.date] = ()) -> dt.datetime:
    """The moment `days` working days after `start` (aware): the same hour of a later working day.

    Weekends and `holidays` do not count. What starts on one starts with the next working day: one working
    day after a Saturday ends with Monday, at midnight.
    """
    here = timezone.localtime(start)
    day, hour = here.date(), here.time()
    if not is_working_day(day, holidays):
        day, hour = _next(day, holidays), dt.time()
    for _ in range(days):
        day = _next(day, holidays)
    return dt.datetime.combine(day, hour, tzinfo=here.tzinfo)


def is_working_day(day: dt.date, holidays: Collection[dt.date] = ()) -> bool:
    """Whether a day counts: from Monday to Friday, and none of `holidays`."""
    return day.weekday() < SATURDAY and day not in holidays


def time_left(due: dt.datetime, *, now: dt.datetime) -> str:
    """“2 days left”, “overdue by 3 hours”: in the largest unit that fits, rounded down."""
    length = abs(due - now)
    for name, unit in _UNITS:
        if number := length // unit:
            words = f"{number} {name}{'' if number == 1 else 's'}"
            break
    else:
        words = "less than a minute"
    return f"overdue by {words}" if due < now else f"{words} left"


def _next(day: dt.date, holidays: Collection[dt.date]) -> dt.date:
    day += dt.timedelta(days=1)
    while not is_working_day(day, holidays):
        day += dt.timedelta(days=1)
    return day
