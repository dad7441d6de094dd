"""Days as files of retraction records write them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?!\d)")
_FIRST_YEAR = 1665
"""Of the first journals."""


def day(text: str) -> str:
    """A day as YYYY-MM-DD, from that or from month/day/year, whatever hour follows; else empty.

    Where the first number cannot be a month, it is the day. A day more than a year ahead is a slip.
    """
    if match := _ISO.match(text.strip()):
        year, month, number = (int(part) for part in match.groups())
    elif match := _SLASHES.match(text.strip()):
        month, number, year = (int(part) for part in match.groups())
        if month > 12:
            month, number = number, month
    else:
        return ""
    return _real(year, month, number)


def day_of_stamp(stamp: Any) -> str:
    """The day, in UTC, of a count of milliseconds (or, if it is small, seconds) since 1970."""
    if isinstance(stamp, bool) or not isinstance(stamp, int | float):
        return day(stamp) if isinstance(stamp, str) else ""
    try:
        # Seconds until the year 5138 are fewer than milliseconds since March 1973.
        seconds = stamp if 0 < stamp < 10**11 and stamp % 86_400_000 else stamp / 1000
        moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        return ""
    return _real(moment.year, moment.month, moment.day)


def _real(year: int, month: int, number: int) -> str:
    try:
        found = dt.date(year, month, number)
    except ValueError:
        return ""
    latest = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=366)
    return found.isoformat() if year >= _FIRST_YEAR and found <= latest else ""
