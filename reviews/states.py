"""Where an article is: nine states, each with one shape, one word and one tone, the same in every room."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from articles.models import Publication
from reviews.models import Review


@dataclass(frozen=True, slots=True)
class State:
    """What is shown: colour (`tone`) never speaks without the shape and the word."""

    shape: str
    word: str
    tone: str
    """Suffix of a CSS class: quiet, waiting, attention, signed or stop."""


DRAFT = State("○", "Draft", "quiet")
IN_REVIEW = State("◐", "In review", "waiting")
CHANGES_REQUESTED = State("↩", "Changes requested", "attention")
SIGNED = State("✓", "Signed", "signed")
SCHEDULED = State("◷", "Scheduled", "waiting")
LIVE = State("●", "Live", "signed")
REVIEW_OVERDUE = State("▲", "Review overdue", "attention")
WITHDRAWN = State("⊘", "Withdrawn", "stop")
RETRACTED = State("⊗", "Retracted", "stop")

NINE = (
    DRAFT, IN_REVIEW, CHANGES_REQUESTED, SIGNED, SCHEDULED, LIVE, REVIEW_OVERDUE, WITHDRAWN, RETRACTED,
)  # fmt: skip

_OF_REVIEW: dict[str, State] = {
    Review.Status.IN_REVIEW: IN_REVIEW,
    Review.Status.CHANGES_REQUESTED: CHANGES_REQUESTED,
    Review.Status.SIGNED_OFF: SIGNED,
    Review.Status.SCHEDULED: SCHEDULED,
    # The three ways in which a review closes share the shape of what they lead to.
    Review.Status.PUBLISHED: State(LIVE.shape, "Published", LIVE.tone),
    Review.Status.WITHDRAWN: WITHDRAWN,
    Review.Status.DECLINED: State(WITHDRAWN.shape, "Declined", WITHDRAWN.tone),
}


def of_review(review: Review | None) -> State:
    """The state of an article by its review; a draft where there is none."""
    return DRAFT if review is None else of_status(review.status)


def of_status(status: str) -> State:
    """The state that goes with a `Review.Status`."""
    return _OF_REVIEW[status]


def of_publication(publication: Publication, *, today: dt.date | None = None) -> State:
    """The state of a page that is, or was, public."""
    if publication.status == Publication.Status.WITHDRAWN:
        return WITHDRAWN
    if publication.status == Publication.Status.RETRACTED:
        return RETRACTED
    if publication.status == Publication.Status.SUPERSEDED:
        return State(LIVE.shape, "Superseded", "quiet")
    return REVIEW_OVERDUE if publication.review_due < (today or timezone.localdate()) else LIVE


def badge(state: State) -> SafeString:
    """A state as HTML: its shape for the eye, its word for everyone."""
    return format_html(
        '<span class="state state-{}"><span class="shape" aria-hidden="true">{}</span> {}</span>',
        state.tone,
        state.shape,
        state.word,
    )


def whose_turn(review: Review, *, given: int, needed: int) -> str:
    """Who acts next on a review, in words; `given` of `needed` signatures are there."""
    match review.status:
        case Review.Status.IN_REVIEW if given:
            return f"Another medical reviewer: {max(needed - given, 1)} more to sign"
        case Review.Status.IN_REVIEW:
            return "Medical reviewer"
        case Review.Status.CHANGES_REQUESTED:
            return f"Writer: {name_of(review.submitted_by)}"
        case Review.Status.SIGNED_OFF:
            return "Managing editor: publish or schedule"
        case Review.Status.SCHEDULED if review.scheduled_for:
            return f"Nobody: it goes live on {hour(review.scheduled_for)}"
    return "Nobody: this review is closed"


def hour(at: dt.datetime) -> str:
    """A moment spelled out with its zone, as “14 March 2027, 07:00 UTC”."""
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")


def name_of(person: object) -> str:
    """A person's name, or the name they sign in with."""
    full = getattr(person, "get_full_name", lambda: "")()
    return str(full or person)
