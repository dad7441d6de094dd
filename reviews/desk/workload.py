"""The workload: what each reviewer has, how late it is, and whether they may sign today."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from reviews.desk.access import DeskRequest, desk_view
from reviews.desk.figures import in_days
from reviews.desk.narrowing import overdue, waits_for_its_assignee
from reviews.models import Review, Reviewer, SignOff
from reviews.policy import current_policy
from reviews.states import name_of

SIGNED_DAYS = 30
MEDIAN_DAYS = 365


@dataclass(frozen=True, slots=True)
class Load:
    """One reviewer's row."""

    reviewer: Reviewer
    name: str
    qualified: bool
    topics: str
    """The topics that they judge; empty: all."""
    has: int
    overdue: int
    second: int
    signed: int
    median: str
    """Median time in review of what they signed and was closed in the last year; empty: nothing was."""


@desk_view("GET", "HEAD")
def workload(request: DeskRequest) -> HttpResponse:
    """Every reviewer, those with most to do on top; a constant number of queries."""
    now, today = timezone.now(), timezone.localdate()
    reviewers = Reviewer.objects.select_related("user").prefetch_related("specialties")
    has: dict[int | None, Any] = {
        entry["assignee"]: entry
        for entry in Review.objects.filter(status__in=Review.OPEN)
        .order_by()
        .values("assignee")
        .annotate(
            has=Count("pk"),
            overdue=Count("pk", filter=overdue()),
            second=Count("pk", filter=waits_for_its_assignee(current_policy())),
        )
    }
    signed = dict(
        SignOff.objects.filter(at__gte=now - dt.timedelta(days=SIGNED_DAYS), revocation__isnull=True)
        .order_by()
        .values_list("signer")
        .annotate(Count("review", distinct=True))
    )
    medians = median_times(since=now - dt.timedelta(days=MEDIAN_DAYS))
    none = {"has": 0, "overdue": 0, "second": 0}
    loads = [
        Load(
            reviewer=reviewer,
            name=name_of(reviewer.user),
            qualified=reviewer.user.is_active and reviewer.is_qualified(today),
            topics=", ".join(topic.name for topic in reviewer.specialties.all()),
            has=entry["has"],
            overdue=entry["overdue"],
            second=entry["second"],
            signed=signed.get(reviewer.user_id, 0),
            median=in_days(medians[reviewer.user_id]) if reviewer.user_id in medians else "",
        )
        for reviewer in reviewers
        for entry in [has.get(reviewer.user_id, none)]
    ]
    context = {
        "loads": sorted(loads, key=lambda load: (-load.has, load.name)),
        "nobodys": has.get(None, none),
        "signed_days": SIGNED_DAYS,
        "here": "workload",
    }
    return render(request, "desk/workload.html", context)


def median_times(*, since: dt.datetime) -> dict[int, dt.timedelta]:
    """By signer, the median time in review of what they signed and was closed since then; one query."""
    middle = (
        SignOff.objects.filter(
            review__closed_at__gte=since, edition=F("review__edition"), revocation__isnull=True
        )
        .order_by()
        .annotate(took=F("review__closed_at") - F("review__opened_at"))
        .annotate(
            twice=Window(RowNumber(), order_by="took", partition_by="signer") * 2,
            of=Window(Count("pk"), partition_by="signer"),
        )
        # The row in the middle, or the two that are nearest to it.
        .filter(twice__gte=F("of"), twice__lte=F("of") + 2)
        .values_list("signer", "took")
    )
    found: dict[int, list[dt.timedelta]] = {}
    for signer, length in middle:
        found.setdefault(signer, []).append(length)
    return {signer: sum(lengths, dt.timedelta()) / len(lengths) for signer, lengths in found.items()}
