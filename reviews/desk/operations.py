"""Operations: what waits, what runs, what was given up, and the schedule. For managing editors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from articles.models import Heartbeat, Outbox
from reviews import permissions
from reviews.counting import counted
from reviews.desk.access import DeskRequest, desk_view
from reviews.desk.queue import page_of
from reviews.jobs import ATTEMPTS, retrying, schedule, signs

SHOWN = 25
"""Jobs that wait or run, the next ones first."""
DAY = dt.timedelta(days=1)

_WORDS = {
    "publish_scheduled": "Publish at its hour",
    "announce": "Find whom to tell of an event",
    "send_message": "Send a mail",
    "find_old_words": "Find old words of a disclaimer",
    "open_for_old_words": "Open a review for new words",
    "check_served": "Prove the disclaimers on a page",
    "check_all_served": "Prove the disclaimers on every page",
    "check_sources": "Check sources",
    "look_up_source": "Ask the registries about a source",
    "check_link": "Look at the address of a web source",
    "raise_alerts": "Find the pages that rest on a source",
    "open_alert": "Open an alert about a page",
    "alert_notice": "See that readers were told",
    "raise_link_alerts": "Find the pages that rest on a web source",
    "open_link_alert": "Open an alert about a web source",
    "purge": "Have copies in networks forgotten",
    "export_pages": "Bring static files up to date",
    "export_site": "Hold every static file against the site",
    "send_webhook": "Tell another system",
    "find_see_also": "Find what pages lead to",
    "reader_report": "Open an alert for a reader’s report",
    "forget_reports": "Forget what readers typed",
    "anchor_log": "Sign where the log ends",
    "daily_digest": "Send the daily mails",
    "reminders": "Remind of reviews that fall due",
    "tidy": "Forget jobs done long ago",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A job as it is shown."""

    job: Outbox
    words: str
    state: str
    """waiting, running or failed."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A line of the schedule, and how its last run ended."""

    entry: schedule.Entry
    next: dt.datetime
    last: dt.datetime | None
    outcome: str
    """done, waiting or failed; empty where it never ran."""


@desk_view("GET", "HEAD")
def operations(request: DeskRequest) -> HttpResponse:
    """Everything about jobs on one page; a constant number of queries."""
    permissions.check_can_run_operations(request.user)
    now = timezone.now()
    unfinished = Outbox.objects.filter(done_at=None, failed_at=None)
    failed = page_of(Outbox.objects.filter(failed_at__isnull=False).order_by("-failed_at", "-pk"), request)
    context = {
        "now": now,
        "stalled": signs.stalled(),
        "seen": Heartbeat.objects.filter(name=signs.JOBS).first(),
        "counts": _counts(now),
        "page": failed,
        "failed": [_line(job, now) for job in failed],
        "lines": [_line(job, now) for job in unfinished.order_by("run_at", "pk")[:SHOWN]],
        "shown": SHOWN,
        "attempts": ATTEMPTS,
        "planned": list(_planned(now)),
        "here": "operations",
    }
    return render(request, "desk/operations.html", context)


@desk_view("POST")
def retry(request: DeskRequest, pk: int) -> HttpResponse:
    """Try one given-up job again."""
    retrying.retry(pk, by=request.user)
    messages.success(request, "It is tried again now.")
    return redirect("desk:operations")


@desk_view("POST")
def retry_all(request: DeskRequest) -> HttpResponse:
    """Try every given-up job again."""
    number = retrying.retry_all(by=request.user)
    messages.success(request, f"{counted(number, 'job')} to be tried again now.")
    return redirect("desk:operations")


def words_for(job: str) -> str:
    """What a job does, as people call it."""
    return _WORDS.get(job, job.replace("_", " ").capitalize())


def _counts(now: dt.datetime) -> dict[str, Any]:
    """How many jobs wait, run, are given up and were done in the last day: in all, and of each job."""
    waiting = Q(done_at=None, failed_at=None)
    numbers = {
        "due": Count("pk", filter=waiting & Q(run_at__lte=now)),
        "later": Count("pk", filter=waiting & Q(run_at__gt=now, leased_until=None)),
        "running": Count("pk", filter=waiting & Q(leased_until__gt=now)),
        "failed": Count("pk", filter=Q(failed_at__isnull=False)),
        "done": Count("pk", filter=Q(done_at__gt=now - DAY)),
    }
    counted_by_job = (
        Outbox.objects.filter(Q(done_at=None) | Q(done_at__gt=now - DAY))
        .order_by("job")
        .values("job")
        .annotate(**numbers)
    )
    rows: list[dict[str, Any]] = [{**row, "words": words_for(row["job"])} for row in counted_by_job]
    return {"rows": rows, **{name: sum(row[name] for row in rows) for name in numbers}}


def _line(job: Outbox, now: dt.datetime) -> Line:
    if job.failed_at:
        state = "failed"
    else:
        state = "running" if job.leased_until and job.leased_until > now else "waiting"
    return Line(job, words_for(job.job), state)


def _planned(now: dt.datetime) -> Iterable[Planned]:
    wanted = Q(pk__in=[])
    for entry in schedule.SCHEDULE:
        wanted |= Q(key__startswith=f"{schedule.beat_of(entry)}:")
    newest: dict[str, Outbox] = {}
    # A key ends in the hour, so the last of a name is the newest.
    for job in Outbox.objects.filter(wanted, created_at__gt=now - 15 * DAY).order_by("pk"):
        newest[job.key.split(":")[1]] = job
    for entry in schedule.SCHEDULE:
        last = newest.get(entry.name)
        if last is None:
            yield Planned(entry, entry.next(now), None, "")
            continue
        outcome = "failed" if last.failed_at else "done" if last.done_at else "waiting"
        yield Planned(entry, entry.next(now), last.done_at or last.failed_at or last.run_at, outcome)
