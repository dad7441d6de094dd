"""Every form of the desk: its address, what it sends, who may send it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from reviews import judging
from reviews.models import Disclaimer, Review
from tests.desk.conftest import CHECK, address, seen


@dataclass(frozen=True)
class Post:
    """One form on the page of a review in review. `may` names who of the cast may send it."""

    name: str
    url: Callable[[Review], str]
    fields: Callable[[Review], dict[str, Any]]
    may: tuple[str, ...]

    def __str__(self) -> str:
        return self.name


JUDGES = ("reviewer", "second", "lead")
EVERYONE = ("writer", "colleague", "editor", *JUDGES)


def _claim(review: Review) -> int:
    return review.claims.order_by("id")[0].pk


def _finding(review: Review) -> int:
    found = review.findings.filter(rule="reviewer").first()
    return found.pk if found else 0


def _first_source(review: Review) -> int:
    return int(review.edition.content["references"][0]["source"])


POSTS = [
    Post(
        "check_claim",
        lambda r: address("check_claim", r, claim=_claim(r)),
        lambda r: seen(r, **CHECK, source=_first_source(r)),
        JUDGES,
    ),
    Post(
        "dismiss_claim",
        lambda r: address("dismiss_claim", r, claim=_claim(r)),
        lambda r: seen(r, reason="Everyday advice."),
        JUDGES,
    ),
    Post(
        "add_claim", lambda r: address("add_claim", r), lambda r: seen(r, quote="Speak to a physio"), JUDGES
    ),
    Post(
        "add_finding",
        lambda r: address("add_finding", r),
        lambda r: seen(r, message="Say in whom.", severity="resolve", quote=""),
        JUDGES,
    ),
    Post(
        "answer_finding",
        lambda r: address("answer_finding", r, finding=_finding(r)),
        lambda r: seen(r, disposition="accepted", reason="Fair as it stands."),
        JUDGES,
    ),
    Post(
        "attach_disclaimer",
        lambda r: address("attach_disclaimer", r),
        lambda r: seen(r, disclaimer="information-not-advice", placement="end"),
        JUDGES,
    ),
    Post(
        "waive_disclaimer",
        lambda r: address("waive_disclaimer", r),
        lambda r: seen(r, disclaimer="information-not-advice", reason="Not needed."),
        JUDGES,
    ),
    Post(
        "detach_disclaimer",
        lambda r: address("detach_disclaimer", r, attachment=r.attachments.get(state="attached").pk),
        lambda r: seen(r),
        JUDGES,
    ),
    Post("add_comment", lambda r: address("add_comment", r), lambda r: seen(r, text="Well put."), EVERYONE),
    Post(
        "declare_conflict",
        lambda r: address("declare_conflict", r),
        lambda r: seen(r, text="I advise the maker."),
        JUDGES,
    ),
    Post(
        "request_changes",
        lambda r: address("transition", r, name="request_changes"),
        lambda r: seen(r, reason="Say in whom."),
        JUDGES,
    ),
    Post(
        "decline",
        lambda r: address("transition", r, name="decline"),
        lambda r: seen(r, reason="Not for our readers."),
        JUDGES,
    ),
    Post(
        "withdraw_submission",
        lambda r: address("transition", r, name="withdraw_submission"),
        lambda r: seen(r, reason="I will rewrite it."),
        ("writer", "editor"),
    ),
]
"""All that can be posted about a review in review that `prepared` has seen."""


def prepared(review: Review, by: Any) -> Review:
    """Give a review one of everything that a form may point at."""
    judging.add_finding(review, by=by, message="Too broad.", severity="resolve")
    other = Disclaimer.objects.get(key="do-not-stop-medicine")
    judging.attach_disclaimer(review, by=by, disclaimer=other)
    return review


def snapshot(review: Review) -> tuple[Any, ...]:
    """Everything that judging can change, to be compared before and after."""
    review.refresh_from_db()
    return (
        review.status,
        review.edition_id,
        *(list(getattr(review, name).order_by("pk").values()) for name in
          ("claims", "findings", "attachments", "comments", "conflicts", "sign_offs", "events")),
        [check for claim in review.claims.all() for check in claim.checks.values()],
    )  # fmt: skip


def page(review: Review) -> str:
    return reverse("desk:review", args=[review.pk])
