"""What a person can do with a review now, and for all else the sentence why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import User

from articles.models import Publication
from reviews import permissions, workflow
from reviews.desk.answering import Rejection, Slot, slot
from reviews.models import Review
from reviews.permissions import Faults
from reviews.refusals import Refused
from reviews.requirements import Requirement, stopping

ON_THE_REVIEW = (
    "publish", "schedule", "unschedule", "resubmit", "request_changes", "reopen", "withdraw_submission",
    "decline",
)  # fmt: skip
"""Every transition with a button on the review's page; signing has a page of its own."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A transition: a form where `why_not` is empty, a sentence otherwise."""

    name: str
    label: str
    needs_reason: bool
    why_not: str
    slot: Slot


def sentence(check: Callable[[], object]) -> str:
    """The sentence with which a check refuses; empty when it passes."""
    try:
        check()
    except Refused as refusal:
        return refusal.sentence
    return ""


def offers(
    review: Review, user: User, missing: list[Requirement], faults: Faults, rejection: Rejection | None
) -> list[Offer]:
    """Every transition of an open review, the possible ones first."""
    asked: dict[str, str] = {}

    def may(permission: str) -> str:
        # Transitions with the same permission ask the same question; asking costs queries.
        if permission not in asked:
            asked[permission] = sentence(lambda: _ask(permission, user, review, faults))
        return asked[permission]

    found = []
    for name in ON_THE_REVIEW:
        rule = workflow.TRANSITIONS[name]
        why_not = may(rule.permission) or sentence(lambda n=name: workflow.check_allowed(n, review.status))  # type: ignore[misc]
        if not why_not and name in ("publish", "schedule") and rule.stops is not None:
            why_not = " ".join(r.sentence for r in stopping(missing, rule.stops))
        found.append(Offer(name, rule.label, rule.needs_reason, why_not, slot(rejection, name)))
    return sorted(found, key=lambda offer: bool(offer.why_not))


def take_downs(page: Publication | None, user: User, rejection: Rejection | None) -> list[Offer]:
    """Withdrawing and retracting what readers have at the article's address."""
    found = []
    for name, rule in workflow.PUBLIC_TRANSITIONS.items():
        if page is None:
            why_not = "Nothing of this article is live."
        else:
            why_not = sentence(lambda: permissions.check_can_take_down(user, page.article))
            if not why_not and page.status not in rule.sources:
                why_not = f"The page is {page.get_status_display().lower()}."
        found.append(Offer(name, rule.label, True, why_not, slot(rejection, name)))
    return found


def _ask(permission: str, user: User, review: Review, faults: Faults) -> None:
    match permission:
        case "judge_review":
            permissions.check_can_judge(user, review, faults=faults)
        case "submit_review":
            permissions.check_can_resubmit(user, review)
        case "schedule_review":
            permissions.check_can_schedule(user, review)
        case "publish_review":
            permissions.check_can_publish(user, review)
        case _:
            raise AssertionError(f"no question is known for {permission}")
