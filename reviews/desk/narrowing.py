"""What the queue can be narrowed to; every choice is a parameter of the address, to be bookmarked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.contrib.auth.models import User
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from reviews import states
from reviews.models import Review, SignOff
from reviews.policy import Policy

OPEN = [(status.value, states.of_status(status)) for status in Review.OPEN]
AGES = (3, 7, 14)
Choices = list[tuple[str, str]]
SELECTED = mark_safe(" selected")


@dataclass(frozen=True, slots=True)
class Select:
    """One filter as a list; Django's own widgets render a template for every option, which takes longer."""

    name: str
    label: str
    options: SafeString


class ReviewFilter(django_filters.FilterSet):  # type: ignore[misc]
    """The queue's parameters; a value that is none of the choices makes the form invalid."""

    status = django_filters.ChoiceFilter(choices=[(value, state.word) for value, state in OPEN])
    assignee = django_filters.ChoiceFilter(label="Who has it", method="by_assignee", empty_label="Anybody")
    topic = django_filters.ChoiceFilter(
        label="Topic", field_name="article__topics__slug", empty_label="Any topic"
    )
    tier = django_filters.ChoiceFilter(label="Risk", empty_label="Any risk")
    due = django_filters.ChoiceFilter(
        label="Due",
        choices=[("overdue", "Overdue"), ("week", "Due within a week")],
        method="by_due",
        empty_label="Any day",
    )
    age = django_filters.ChoiceFilter(
        label="Waiting",
        choices=[(str(days), f"Longer than {days} days") for days in AGES],
        method="by_age",
        empty_label="Any time",
    )
    waits = django_filters.ChoiceFilter(
        label="Signatures",
        choices=[
            ("second", "Waits for another one"),
            ("assignee", "Waits for that of who has it"),
        ],
        method="by_signatures",
        empty_label="Any number",
    )
    alert = django_filters.ChoiceFilter(
        label="Reopened", choices=[("yes", "By an alert")], method="by_alert", empty_label="Or not"
    )

    class Meta:
        model = Review
        fields = ["status", "tier"]

    def __init__(
        self, *args: Any, policy: Policy, topics: Choices, people: Choices, reader: User, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.reader, self.policy = reader, policy
        self.filters["assignee"].extra["choices"] = [("me", "Me"), ("nobody", "Nobody"), *people]
        self.filters["topic"].extra["choices"] = topics
        self.filters["tier"].extra["choices"] = [(t["key"], t["name"]) for t in policy.content["tiers"]]

    def selects(self, wanted: Mapping[str, str]) -> list[Select]:
        """The filters as lists to choose from, with what is `wanted` chosen."""
        found = []
        for name, it in self.filters.items():
            if name == "status":
                continue
            options = [("", it.extra["empty_label"]), *it.extra["choices"]]
            chosen = wanted.get(name, "")
            html = format_html_join(
                "", '<option value="{}"{}>{}</option>',
                ((value, SELECTED if value == chosen else "", word) for value, word in options),
            )  # fmt: skip
            found.append(Select(name, it.label, html))
        return found

    def by_assignee(self, reviews: QuerySet[Review], name: str, value: str) -> QuerySet[Review]:
        if value == "nobody":
            return reviews.filter(NOBODYS)
        return reviews.filter(assignee=self.reader.pk if value == "me" else int(value))

    def by_due(self, reviews: QuerySet[Review], name: str, value: str) -> QuerySet[Review]:
        today = timezone.localdate()
        if value == "overdue":
            return reviews.filter(overdue())
        return reviews.filter(due_on__gte=today, due_on__lte=today + dt.timedelta(days=7))

    def by_age(self, reviews: QuerySet[Review], name: str, value: str) -> QuerySet[Review]:
        return reviews.filter(submitted_at__lt=timezone.now() - dt.timedelta(days=int(value)))

    def by_signatures(self, reviews: QuerySet[Review], name: str, value: str) -> QuerySet[Review]:
        asked = waits_for_another if value == "second" else waits_for_its_assignee
        return reviews.filter(asked(self.policy))

    def by_alert(self, reviews: QuerySet[Review], name: str, value: str) -> QuerySet[Review]:
        return reviews.filter(ALERTED)


NOBODYS = Q(assignee__isnull=True)
ALERTED = ~Q(alert="")


def overdue() -> Q:
    """Reviews whose day has passed."""
    return Q(due_on__lt=timezone.localdate())


def waits_for_another(policy: Policy) -> Q:
    """Reviews that somebody has signed and whose risk tier asks for another signature."""
    several = [tier["key"] for tier in policy.content["tiers"] if tier["signatures"] > 1]
    # In this order: the database looks for signatures only where the rest holds already.
    return Q(status=Review.Status.IN_REVIEW) & Q(tier__in=several) & Q(Exists(_given()))


def waits_for_its_assignee(policy: Policy) -> Q:
    """Those of them where whoever has the review has not signed yet."""
    own = Exists(_given().filter(signer=OuterRef("assignee")))
    return waits_for_another(policy) & Q(assignee__isnull=False) & ~Q(own)


def _given() -> QuerySet[SignOff]:
    return SignOff.objects.filter(review=OuterRef("pk"), edition=OuterRef("edition"), revocation__isnull=True)


@dataclass(frozen=True, slots=True)
class QuickLink:
    """A filter that is needed often, with how many reviews are behind it."""

    label: str
    query: str
    number: int
    here: bool


_QUICK = {
    "mine": ("Mine", {"assignee": "me"}),
    "nobodys": ("Nobody’s", {"assignee": "nobody"}),
    "overdue": ("Overdue", {"due": "overdue"}),
    "second": ("Needs a second signature", {"waits": "second"}),
    "alerted": ("Reopened by an alert", {"alert": "yes"}),
}


def count(everything: QuerySet[Review], reader: User, policy: Policy) -> dict[str, int]:
    """How many open reviews there are: "total", in each state, and behind each quick link; one query."""
    numbers: dict[str, int] = everything.order_by().aggregate(
        total=Count("pk"),
        **{value: Count("pk", filter=Q(status=value)) for value, _ in OPEN},
        mine=Count("pk", filter=Q(assignee=reader.pk)),
        nobodys=Count("pk", filter=NOBODYS),
        overdue=Count("pk", filter=overdue()),
        second=Count("pk", filter=waits_for_another(policy)),
        alerted=Count("pk", filter=ALERTED),
    )
    return numbers


def quick_links(wanted: Mapping[str, str], counts: Mapping[str, int]) -> list[QuickLink]:
    """The filters that are needed often, each with its number."""
    return [
        QuickLink(label, urlencode(query), counts[key], wanted == query)
        for key, (label, query) in _QUICK.items()
    ]


def known_number(wanted: Mapping[str, str], counts: Mapping[str, int]) -> int | None:
    """How many reviews `wanted` leaves, where `counts` says it already."""
    if not wanted:
        return counts["total"]
    if wanted.keys() == {"status"}:
        return counts[wanted["status"]]
    return next((counts[key] for key, (_, query) in _QUICK.items() if wanted == query), None)
