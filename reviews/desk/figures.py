"""How the reviewing goes: time in review, throughput by week, and live pages whose next review is overdue."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    DurationField,
    ExpressionWrapper,
    F,
    Q,
    Value,
    When,
)
from django.db.models.functions import TruncWeek
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString

from articles.models import Publication
from reviews.counting import agree
from reviews.desk import charts
from reviews.desk.access import DeskRequest, desk_view
from reviews.models import Event, Review

WEEKS = 26
TOPICS_DRAWN = 12
_LONGER = "60+"
_STEPS = ((1, "0–1"), (3, "2–3"), (7, "4–7"), (14, "8–14"), (30, "15–30"), (60, "31–60"))
"""Days at most, and how a column is called."""
_OUTCOMES = (
    (Review.Status.PUBLISHED, "Published"),
    (Review.Status.DECLINED, "Declined"),
    (Review.Status.WITHDRAWN, "Withdrawn"),
)
_THROUGHPUT = (
    ("submit", "Submitted", "waiting"),
    ("sign_off", "Signed", "signed"),
    ("publish", "Published", "brand"),
    ("decline", "Declined", "stop"),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One chart: a sentence that says what it shows, the drawing, and the table behind it."""

    key: str
    title: str
    sentence: str
    drawing: SafeString | str
    """Empty: there is nothing to draw, and the sentence says so."""
    head: list[str]
    body: list[list[str]]


@desk_view("GET", "HEAD")
def figures(request: DeskRequest) -> HttpResponse:
    """Three charts, each with its table; a constant number of queries."""
    found = [time_in_review(), throughput(), overdue_by_topic()]
    return render(request, "desk/figures.html", {"figures": found, "here": "figures"})


def time_in_review() -> Figure:
    """Days from the first submission to the close, of reviews closed in the last twelve months."""
    since = timezone.now() - dt.timedelta(days=365)
    closed = Review.objects.filter(closed_at__gte=since).order_by()
    counted: Counter[tuple[str, str]] = Counter()
    step = Case(
        *[
            When(closed_at__lte=F("opened_at") + dt.timedelta(days=most), then=Value(word))
            for most, word in _STEPS
        ],
        default=Value(_LONGER),
        output_field=CharField(),
    )
    for word, status, number in (
        closed.annotate(step=step).values_list("step", "status").annotate(Count("pk"))
    ):
        counted[word, status] = number
    words = [*(word for _, word in _STEPS), _LONGER]
    by_step = [(word, [counted[word, status] for status, _ in _OUTCOMES]) for word in words]
    total, title = sum(counted.values()), "Time in review"
    sentence = "No review was closed in the last 12 months."
    drawing: SafeString | str = ""
    if total:
        middle = (
            closed.annotate(took=took()).order_by("took").values_list("took", flat=True)[(total - 1) // 2]
        )
        sentence = (
            f"{total:,} {agree(total, 'review was', 'reviews were')} closed in the last 12 months; half of "
            f"them within {in_days(middle)} of the first submission."
        )
        bars = [charts.Bar(word, sum(row), f"{word} days: {sum(row):,} reviews") for word, row in by_step]
        drawing = charts.columns(bars, key="time", title=f"{title}, in days", desc=sentence)
    return Figure(
        "time", f"{title}, in days", sentence, drawing,
        ["Days", *(word for _, word in _OUTCOMES), "All"],
        [[word, *(f"{n:,}" for n in row), f"{sum(row):,}"] for word, row in by_step],
    )  # fmt: skip


def throughput() -> Figure:
    """What was submitted, signed, published and declined in each of the last weeks, by the log."""
    today = timezone.localdate()
    first = today - dt.timedelta(days=today.weekday(), weeks=WEEKS - 1)
    weeks = [first + dt.timedelta(weeks=n) for n in range(WEEKS)]
    begin = timezone.make_aware(dt.datetime.combine(first, dt.time()))
    asked = Q(action__in=["submit", "publish", "decline"]) | Q(action="sign_off", facts__to="signed_off")
    counted: Counter[tuple[dt.date, str]] = Counter()
    for week, action, number in (
        Event.objects.filter(asked, at__gte=begin)
        .order_by()
        .annotate(week=TruncWeek("at", output_field=DateField()))
        .values_list("week", "action")
        .annotate(Count("pk"))
    ):
        counted[week, action] = number
    title, drawing = "Week by week", ""
    sentence = f"Nothing was submitted, signed, published or declined in the last {WEEKS} weeks."
    if counted:
        totals = {action: sum(counted[week, action] for week in weeks) for action, _, _ in _THROUGHPUT}
        sentence = f"In the last {WEEKS} weeks, this one included: " + ", ".join(
            f"{totals[action]:,} {word.lower()}" for action, word, _ in _THROUGHPUT
        ) + "."  # fmt: skip
        drawing = charts.strips(
            [
                charts.Strip(
                    f"{word}: {totals[action]:,}",
                    tone,
                    [
                        charts.Bar(
                            date_format(week, "j M Y"), counted[week, action],
                            f"Week of {date_format(week, 'j F Y')}: {counted[week, action]:,} {word.lower()}",
                        )
                        for week in weeks
                    ],
                )
                for action, word, tone in _THROUGHPUT
            ],
            key="weeks", title=title, desc=sentence,
        )  # fmt: skip
    return Figure(
        "weeks", title, sentence, drawing,
        ["Week of", *(word for _, word, _ in _THROUGHPUT)],
        [
            [date_format(week, "j F Y"), *(f"{counted[week, action]:,}" for action, _, _ in _THROUGHPUT)]
            for week in reversed(weeks)
        ],
    )  # fmt: skip


def overdue_by_topic() -> Figure:
    """Live pages that should have been reviewed again, by topic; one under two topics counts in both."""
    late = Publication.objects.filter(
        status=Publication.Status.LIVE, review_due__lt=timezone.localdate()
    ).order_by()
    counted = list(
        late.values_list("topics__name").annotate(number=Count("pk")).order_by("-number", "topics__name")
    )
    total = late.count() if counted else 0
    title, drawing = "Live pages whose next review is overdue", ""
    sentence = "No live page is overdue for its next review."
    if total:
        sentence = (
            f"{total:,} live {agree(total, 'page is', 'pages are')} overdue for "
            f"{agree(total, 'its', 'their')} next review."
        )
        if len(counted) > TOPICS_DRAWN:
            sentence += f" The {TOPICS_DRAWN} topics with most of them are drawn; the table has all."
        bars = [charts.Bar(name or "No topic", number) for name, number in counted[:TOPICS_DRAWN]]
        drawing = charts.lying(bars, key="overdue", title=title, desc=sentence)
    return Figure(
        "overdue", title, sentence, drawing,
        ["Topic", "Pages overdue"],
        [[name or "No topic", f"{number:,}"] for name, number in counted],
    )  # fmt: skip


def took() -> ExpressionWrapper[Any]:
    """How long a closed review took, from its first submission."""
    return ExpressionWrapper(F("closed_at") - F("opened_at"), output_field=DurationField())


def in_days(length: dt.timedelta) -> str:
    """A length of time in days, or hours where it is less than one: “6 days”."""
    hours = round(length / dt.timedelta(hours=1))
    if hours < 24:
        return "an hour" if hours <= 1 else f"{hours} hours"
    days = round(length / dt.timedelta(days=1))
    return f"{days} {agree(days, 'day', 'days')}"
