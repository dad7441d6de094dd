"""The queue: every open review, what stands in its way, and whose turn it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import django_filters
from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from reviews import states
from reviews.desk.access import DeskRequest, desk_view, problem
from reviews.models import Claim, Finding, Review, SignOff, SourceCheck
from reviews.policy import Policy, current_policy

PER_PAGE = 50
_OPEN = [(status.value, states.of_status(status)) for status in Review.OPEN]


class ReviewFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What the queue can be narrowed to."""

    status = django_filters.ChoiceFilter(choices=[(value, state.word) for value, state in _OPEN])

    class Meta:
        model = Review
        fields = ["status"]


@dataclass(frozen=True, slots=True)
class Row:
    """One review in the queue."""

    review: Review
    state: states.State
    tier: str
    overdue: bool
    claims_done: int
    claims_all: int
    findings_open: int
    given: int
    needed: int
    turn: str


@desk_view("GET", "HEAD")
def queue(request: DeskRequest) -> HttpResponse:
    """Open reviews by the day they are due, `?status=` one state only, fifty a page."""
    policy = current_policy()
    everything = Review.objects.filter(status__in=Review.OPEN)
    chosen = ReviewFilter(request.GET, queryset=everything)
    if not chosen.is_valid():
        return problem(request, 400, "There is no such state to filter by.")
    page = page_of(chosen.qs.select_related("edition", "submitted_by").order_by("due_on", "id"), request)
    counts = dict(everything.order_by().values_list("status").annotate(Count("pk")))
    status = chosen.form.cleaned_data["status"]
    context = {
        "page": page,
        "rows": rows(page.object_list, policy),
        "status": status,
        "states": [(value, state, counts.get(value, 0)) for value, state in _OPEN],
        "total": sum(counts.values()),
        "query": f"status={status}&" if status else "",
    }
    return render(request, "desk/queue.html", context)


def page_of(rows: QuerySet[Any], request: DeskRequest) -> Page[Any]:
    """The page that `?page=` asks for; the nearest one where there is no such page."""
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


def rows(reviews: Iterable[Review], policy: Policy) -> list[Row]:
    """What the queue shows of `reviews`: three queries, however many there are."""
    listed = list(reviews)
    keys = [review.pk for review in listed]
    claims = _claims(keys, policy)
    findings = dict(
        Finding.objects.filter(review__in=keys, orphaned=False, disposition="")
        .exclude(severity=Finding.Severity.ADVISE)
        .order_by()
        .values_list("review")
        .annotate(Count("pk"))
    )
    given = _signatures(listed)
    needed = {tier["key"]: tier["signatures"] for tier in policy.content["tiers"]}
    today = timezone.localdate()
    return [
        _row(
            review,
            policy,
            today,
            claims.get(review.pk, (0, 0)),
            findings.get(review.pk, 0),
            given.get(review.pk, 0),
            needed.get(review.tier, 1),
        )
        for review in listed
    ]


def _row(
    review: Review,
    policy: Policy,
    today: dt.date,
    claims: tuple[int, int],
    findings: int,
    given: int,
    needed: int,
) -> Row:
    return Row(
        review=review,
        state=states.of_review(review),
        tier=policy.tier_name(review.tier),
        overdue=review.due_on < today,
        claims_done=claims[0],
        claims_all=claims[1],
        findings_open=findings,
        given=given,
        needed=needed,
        turn=states.whose_turn(review, given=given, needed=needed),
    )


def _claims(keys: list[int], policy: Policy) -> dict[int, tuple[int, int]]:
    """Claims checked and claims in all, by review. The review's own page weighs the sources' records too."""
    same_words = SourceCheck.objects.filter(claim_text=KeyTextTransform("exact", OuterRef("anchor")))
    newer = SourceCheck.objects.filter(
        claim=OuterRef("claim"),
        source=OuterRef("source"),
        claim_text=OuterRef("claim_text"),
        pk__gt=OuterRef("pk"),
    )
    good = (
        same_words.filter(claim=OuterRef("pk"), verdict__in=policy.passing_verdicts)
        .exclude(source__standing__in=["retracted", "withdrawn"])
        .filter(~Exists(newer))
    )
    done = Q(state=Claim.State.DISMISSED) | (Q(state=Claim.State.OPEN) & Q(Exists(good)))
    counted = (
        Claim.objects.filter(review__in=keys)
        .exclude(state=Claim.State.ORPHANED)
        .order_by()
        .values("review")
        .annotate(everything=Count("pk"), done=Count("pk", filter=done))
    )
    return {entry["review"]: (entry["done"], entry["everything"]) for entry in counted}


def _signatures(reviews: list[Review]) -> dict[int, int]:
    """Signers of the present edition whose signature was not revoked, by review."""
    editions = {review.pk: review.edition_id for review in reviews}
    counted = (
        SignOff.objects.filter(review__in=editions, edition__in=editions.values(), revocation__isnull=True)
        .order_by()
        .values_list("review", "edition")
        .annotate(Count("signer", distinct=True))
    )
    return {review: number for review, edition, number in counted if editions[review] == edition}
