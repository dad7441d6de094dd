"""The queue: every open review, what stands in its way, who has it, and whose turn it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.fields.json import KeyTextTransform
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from reviews import states
from reviews.desk.access import DeskRequest, desk_view, problem
from reviews.desk.keeping import UntilTheNextEvent
from reviews.desk.narrowing import OPEN, ReviewFilter, count, known_number, quick_links
from reviews.desk.second_look import done_in_queue
from reviews.desk.taking import Taking, reader_of
from reviews.models import Claim, Finding, Review, SignOff, SourceCheck
from reviews.policy import Policy, current_policy

PER_PAGE = 25
Work = dict[tuple[int, str], tuple[int, int]]
_UNREAD = [
    f"{person}__{column}"
    for person in ("submitted_by", "assignee")
    for column in ("password", "email", "last_login", "date_joined")
]


@dataclass(frozen=True, slots=True)
class Row:
    """One review in the queue. What is shown of it is made of words here: a template is slower at that."""

    review: Review
    state: states.State
    title: str
    address: str
    about: str
    who: str
    due: str
    due_iso: str
    overdue: bool
    claims_done: int
    claims_all: int
    findings_open: int
    given: int
    needed: int
    turn: str
    taking: Taking | None

    @property
    def work(self) -> str:
        """Everything that has to be done before it can go on: claims, open findings, signatures."""
        return str(self.claims_all + self.findings_open + self.needed)

    @property
    def done(self) -> str:
        """What of it is done."""
        return str(self.claims_done + min(self.given, self.needed))

    @property
    def progress(self) -> tuple[str, str, str]:
        """The same in words."""
        return (
            f"claims checked {self.claims_done} of {self.claims_all}",
            f"findings open {self.findings_open}",
            f"signatures {self.given} of {self.needed}",
        )


@desk_view("GET", "HEAD")
def queue(request: DeskRequest) -> HttpResponse:
    """Open reviews by the day they are due, narrowed by what the address asks for, twenty-five a page."""
    policy = current_policy()
    reader = reader_of(request.user, policy)
    everything = Review.objects.filter(status__in=Review.OPEN)
    chosen = ReviewFilter(
        request.GET,
        queryset=everything,
        policy=policy,
        topics=reader.topics,
        people=reader.people,
        reader=request.user,
    )
    if not chosen.is_valid():
        what = "state" if "status" in chosen.form.errors else "choice"
        return problem(request, 400, f"There is no such {what} to filter by.")
    wanted = {name: value for name, value in chosen.form.cleaned_data.items() if value}
    kept = UntilTheNextEvent(request.user.pk, policy.version.digest)
    counts = kept.keep("counts", lambda: count(everything, request.user, policy))
    # First which ones, then what is known of them: nothing is worked out for the pages before.
    page = page_of(chosen.qs.order_by("due_on", "id").values("pk"), request, known_number(wanted, counts))
    listed = list(
        reader.with_part(Review.objects.filter(pk__in=page.object_list))
        .select_related("edition", "submitted_by", "assignee")
        .defer("edition__canonical", *_UNREAD)
        .order_by("due_on", "id")
    )
    others = urlencode({name: value for name, value in wanted.items() if name != "status"})
    context = {
        "page": page,
        "rows": rows(
            listed,
            policy,
            kept.keep(
                "work",
                lambda: work_of(listed, policy, request.user),
                *((review.pk, review.edition_id) for review in listed),
            ),
            {review.pk: reader.taking(review) for review in listed},
        ),
        "status": wanted.get("status", ""),
        "narrowed": bool(wanted),
        "quick": quick_links(wanted, counts),
        "choices": chosen.selects(wanted),
        "others": f"&{others}" if others else "",
        "states": [(value, state, counts[value]) for value, state in OPEN],
        "total": counts["total"],
        "query": f"{urlencode(wanted)}&" if wanted else "",
        "here": "queue",
        "next": request.get_full_path(),
    }
    return render(request, "desk/queue.html", context)


def page_of(rows: QuerySet[Any], request: DeskRequest, number: int | None = None) -> Page[Any]:
    """The page that `?page=` asks for; the nearest one where there is no such page.

    `number`, how many rows there are, spares a query where it is known.
    """
    paginator = Paginator(rows, PER_PAGE)
    if number is not None:
        paginator.count = number
    return paginator.get_page(request.GET.get("page"))


def rows(
    reviews: Iterable[Review],
    policy: Policy,
    work: Work,
    taking: Mapping[int, Taking | None] | None = None,
) -> list[Row]:
    """What the queue shows of `reviews`; no query.

    `work` is the answer of `work_of`; `taking`, by review, what the reader can do about having each.
    """
    listed = list(reviews)
    needed = {tier["key"]: tier["signatures"] for tier in policy.content["tiers"]}
    today = timezone.localdate()
    return [
        _row(
            review,
            policy,
            today,
            work.get((review.pk, "claims"), (0, 0)),
            work.get((review.pk, "findings"), (0, 0))[0],
            work.get((review.pk, "signatures"), (0, 0))[0],
            needed.get(review.tier, 1),
            (taking or {}).get(review.pk),
        )
        for review in listed
    ]


def work_of(listed: list[Review], policy: Policy, reader: User | None) -> Work:
    """By review and kind: claims checked and in all, findings open, signers whose signature holds.

    One query, however many there are. What a reader may not know of verdicts is not in it.
    """
    keys = [review.pk for review in listed]
    tiers = {review.tier for review in listed}
    apart = any(tier.get("independent") and tier["key"] in tiers for tier in policy.content["tiers"])
    findings = (
        Finding.objects.filter(review__in=keys, orphaned=False, disposition="")
        .exclude(severity=Finding.Severity.ADVISE)
        .order_by()
        .values("review")
        .annotate(kind=Value("findings"), number=Count("pk"), of=Value(0))
    )
    signatures = (
        SignOff.objects.filter(review__in=keys, edition=F("review__edition"), revocation__isnull=True)
        .order_by()
        .values("review")
        .annotate(kind=Value("signatures"), number=Count("signer", distinct=True), of=Value(0))
    )
    columns = ("review", "kind", "number", "of")
    counted = (
        _claims(keys, policy, reader, apart=apart)
        .values_list(*columns)
        .union(findings.values_list(*columns), signatures.values_list(*columns), all=True)
    )
    return {(review, kind): (number, of) for review, kind, number, of in counted}


def _row(
    review: Review,
    policy: Policy,
    today: dt.date,
    claims: tuple[int, int],
    findings: int,
    given: int,
    needed: int,
    taking: Taking | None,
) -> Row:
    edition = review.edition
    return Row(
        review=review,
        state=states.of_review(review),
        title=edition.title,
        address=reverse("desk:review", args=[review.pk]),
        about=f"Edition {edition.number}, round {review.round} · {policy.tier_name(review.tier)} "
        f"· submitted by {states.name_of(review.submitted_by)}",
        who=states.name_of(review.assignee) if review.assignee else "",
        due=date_format(review.due_on, "j F Y"),
        due_iso=review.due_on.isoformat(),
        overdue=review.due_on < today,
        claims_done=claims[0],
        claims_all=claims[1],
        findings_open=findings,
        given=given,
        needed=needed,
        turn=states.whose_turn(review, given=given, needed=needed),
        taking=taking,
    )


def _claims(keys: list[int], policy: Policy, reader: User | None, *, apart: bool) -> QuerySet[Any, Any]:
    """Claims checked and claims in all, by review. The review's own page weighs the sources' records too."""
    same_words = SourceCheck.objects.filter(claim_text=KeyTextTransform("exact", OuterRef("anchor")))
    newer = SourceCheck.objects.filter(
        claim=OuterRef("claim"),
        source=OuterRef("source"),
        claim_text=OuterRef("claim_text"),
        pk__gt=OuterRef("pk"),
    )
    good = (
        same_words.filter(claim=OuterRef("pk"), claim__review__in=keys, verdict__in=policy.passing_verdicts)
        .exclude(source__standing__in=["retracted", "withdrawn"])
        .filter(~Exists(newer))
    )
    done = Q(state=Claim.State.DISMISSED) | (Q(state=Claim.State.OPEN) & Q(Exists(good)))
    if apart:
        judged_apart, done_apart = done_in_queue(policy, reader, keys)
        done = (~judged_apart & done) | (judged_apart & done_apart)
    return (
        Claim.objects.filter(review__in=keys)
        .exclude(state=Claim.State.ORPHANED)
        .order_by()
        .values("review")
        .annotate(kind=Value("claims"), number=Count("pk", filter=done), of=Count("pk"))
    )
