"""What happens every night or every week, in one table. Whoever runs jobs enqueues what has come due.

The loop and Celery's beat call the same `enqueue_due`; the key of each job holds its hour, so that it is
promised once, however many call.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from articles.models import Heartbeat
from articles.outbox import enqueue


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the schedule: which job, at which hour of TIME_ZONE, every day or on one day a week."""

    name: str
    job: str
    at: dt.time
    says: str
    """What it does, for people."""
    weekday: int | None = None
    """0 is Monday; None: every day."""

    def last(self, now: dt.datetime) -> dt.datetime:
        """The newest hour of this entry that is not after `now`."""
        return self._near(now, dt.timedelta(days=-1))

    def next(self, now: dt.datetime) -> dt.datetime:
        """The first hour of this entry after `now`."""
        return self._near(now, dt.timedelta(days=1))

    def _near(self, now: dt.datetime, step: dt.timedelta) -> dt.datetime:
        here = timezone.localtime(now)
        day = here.date()
        while True:
            hour = dt.datetime.combine(day, self.at, tzinfo=here.tzinfo)
            fits = self.weekday is None or day.weekday() == self.weekday
            if fits and (hour > here if step.days > 0 else hour <= here):
                return hour
            day += step


SCHEDULE: tuple[Entry, ...] = (
    Entry("see_also", "find_see_also", dt.time(1, 0), "Have live pages lead to newer articles too"),
    Entry(
        "nightly",
        "check_sources",
        dt.time(2, 0),
        "Look again at every source in use",
    ),
    Entry("reminders", "reminders", dt.time(5, 0), "Remind of pages whose next review falls due"),
    Entry("daily_digest", "daily_digest", dt.time(7, 0), "Send the daily mails"),
    Entry(
        "served", "check_all_served", dt.time(3, 30), "Prove the disclaimers on every live page", weekday=6
    ),
    Entry("reports", "forget_reports", dt.time(4, 15), "Forget what readers typed into old reports"),
    Entry("export", "export_site", dt.time(0, 15), "Hold every static file against the site (EXPORT_DIR)"),
    Entry("anchor", "anchor_log", dt.time(0, 45), "Sign where the log ends, and keep it elsewhere"),
    Entry("tidy", "tidy", dt.time(4, 30), "Forget jobs that were done long ago"),
)


def beat_of(entry: Entry) -> str:
    """The name of the heartbeat that says for which hour an entry was last enqueued."""
    return f"schedule:{entry.name}"


def enqueue_due() -> int:
    """Promise the jobs of entries whose hour has come since they were last promised; returns how many.

    An entry that is seen for the first time waits for its next hour. Hours that passed while nobody ran
    jobs are made up for by one run.
    """
    now = timezone.now()
    names = [beat_of(entry) for entry in SCHEDULE]
    known = dict(Heartbeat.objects.filter(name__in=names).values_list("name", "at"))
    return sum(_enqueue(entry, known.get(beat_of(entry)), now) for entry in SCHEDULE)


def _enqueue(entry: Entry, before: dt.datetime | None, now: dt.datetime) -> bool:
    hour, name = entry.last(now), beat_of(entry)
    if before is None or before > now:  # never seen, or seen by a clock that was wrong
        Heartbeat.objects.update_or_create(name=name, defaults={"at": now})
        return False
    if before >= hour:
        return False
    with transaction.atomic():
        enqueue(entry.job, key=f"{name}:{hour.isoformat()}", payload={"on": hour.date().isoformat()})
        Heartbeat.objects.filter(name=name).update(at=hour)
    return True
