"""What is told of which event, to whom and in what words: one table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reviews.models import Event, MailPreference

Way = MailPreference.Way


class Group(StrEnum):
    """Why somebody is told; each value ends the sentence “You get this mail because”."""

    WRITERS = "you wrote or submitted it"
    REVIEWERS = "you may judge it"
    IN_HAND = "you are among those who judge it"
    JUDGED = "you judged it"
    ASSIGNEE = "it was given to you"
    EDITORS = "you are a managing editor"
    LEAD = "you are the medical lead"


@dataclass(frozen=True, slots=True)
class Kind:
    """One line of the preferences. For those of the groups `bound`, “not by mail” is no choice."""

    key: str
    label: str
    usual: MailPreference.Way = Way.AT_ONCE
    """What holds for those who chose nothing."""
    bound: frozenset[Group] = frozenset()


@dataclass(frozen=True, slots=True)
class News:
    """What is told of one event. `words` follow the article's name; they end subject and sentence."""

    kind: str
    groups: tuple[Group, ...]
    words: str
    gives_reason: bool = False
    """The event's reason stands in the mail. Only for reasons that Signoff writes or readers see: what a
    person writes about a draft, or the gate says of one, may quote its text."""


_ALL = frozenset(Group)

KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("submitted", "An article waits for review"),
        Kind("came_back", "A new edition came in for a review, or one was reopened"),
        Kind("assigned", "A review was given to you"),
        Kind("changes_requested", "A reviewer asks for changes"),
        Kind("declined", "A review was declined"),
        Kind("signed", "An article was signed"),
        Kind("revoked", "A signature was revoked"),
        Kind("published", "A page is live"),
        Kind("not_published", "A scheduled article does not go live at its hour"),
        Kind("review_again", "A live page must be reviewed again"),
        Kind("taken_down", "A page was withdrawn or retracted"),
        Kind("unseen", "A disclaimer is not seen by readers"),
        Kind("review_due", "The next review of a live page comes near", Way.DAILY),
        Kind("overdue", "The next review of a live page is overdue", bound=frozenset({Group.EDITORS})),
        Kind("alert", "A source of an article took a bad turn, or a reader reports a problem"),
        Kind("alert_yours", "An alert was given to you", bound=_ALL),
        Kind("alert_decided", "An alert was decided", Way.DAILY),
    )
}

_W, _E, _L = Group.WRITERS, Group.EDITORS, Group.LEAD

NEWS: dict[str, News] = {
    "submit": News("submitted", (Group.REVIEWERS,), "waits for your review"),
    "resubmit": News("came_back", (Group.IN_HAND,), "came back with changes"),
    "assign_review": News("assigned", (Group.ASSIGNEE,), "was given to you to review"),
    "request_changes": News("changes_requested", (_W,), "needs changes"),
    "decline": News("declined", (_W, _E), "was declined"),
    "sign_off": News("signed", (_W, _E), "was signed"),
    "reopen": News("came_back", (Group.IN_HAND, _E), "is back in review"),
    "reopen_live": News("review_again", (Group.REVIEWERS,), "is live and must be reviewed again", True),
    "revoke": News("revoked", (Group.JUDGED, _E, _L), "lost a signature"),
    "publish": News("published", (_W, Group.JUDGED, _E), "is live"),
    "withdraw": News("taken_down", (_W, Group.JUDGED, _E, _L), "was withdrawn", True),
    "retract": News("taken_down", (_W, Group.JUDGED, _E, _L), "was retracted", True),
    "disclaimer_unseen": News("unseen", (_E,), "is live, but a disclaimer is not seen by readers", True),
    "review_reminder": News("review_due", (_E, _L), "is live and must be reviewed again soon", True),
    "review_overdue": News("overdue", (_E, _L), "is live and its next review is overdue", True),
    "alert_opened": News("alert", (_E, _L), "has an alert", True),
    "alert_sooner": News("alert", (Group.ASSIGNEE, _E, _L), "has an alert that became more urgent", True),
    "alert_review": News("alert", (Group.IN_HAND, _W), "rests on a source that took a bad turn", True),
    "alert_assigned": News("alert_yours", (Group.ASSIGNEE,), "has an alert that was given to you"),
    "alert_decided": News("alert_decided", (Group.ASSIGNEE, _E, _L), "has an alert that was decided"),
}

_NOT_AT_ITS_HOUR = News("not_published", (_E, _W, Group.IN_HAND), "does not go live at its hour")


def news_of(event: Event) -> News | None:
    """What is told of an event; None for one of which nobody gets mail.

    A scheduled review that Signoff itself takes back (the gate refused it, or a source took a bad turn) is
    one that does not go live at its hour.
    """
    if event.action == "reopen" and event.actor_id is None and event.facts.get("from") == "scheduled":
        return _NOT_AT_ITS_HOUR
    return NEWS.get(event.action)
