"""How an alert puts what happened to a source, for the desk and for readers."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone
from django.utils.formats import date_format

from articles.models import Source
from reviews.models import StandingChange

_TURNS: dict[str, str] = {
    Source.Standing.RETRACTED: "was retracted",
    Source.Standing.WITHDRAWN: "was withdrawn",
    Source.Standing.EXPRESSION_OF_CONCERN: "came under an expression of concern",
    Source.Standing.CORRECTION: "was corrected",
    Source.Standing.REINSTATED: "was reinstated",
    Source.Standing.NONE: "is free of any known notice again",
}
_LONGEST_TITLE = 120


def turned(turn: StandingChange) -> str:
    """“was retracted on 1 November 2026”, by the day of the notice where it is known."""
    words = _TURNS[turn.after]
    return f"{words} on {date_format(turn.noted_on, 'j F Y')}" if turn.noted_on else words


def listed(numbers: Sequence[int]) -> str:
    """“number 3 in its list”, “numbers 3, 5 and 9 in its list”; “in its list” where no number is known."""
    if not numbers:
        return "in its list"
    if len(numbers) == 1:
        return f"number {numbers[0]} in its list"
    return f"numbers {', '.join(map(str, numbers[:-1]))} and {numbers[-1]} in its list"


def sentence(turn: StandingChange) -> str:
    """“The source “Title” was retracted on 1 November 2026.”, for the desk."""
    title = " ".join(turn.source.title.split())
    if len(title) > _LONGEST_TITLE:
        title = title[: _LONGEST_TITLE - 1].rstrip() + "…"
    return f"The source “{title}” {turned(turn)}."


def eased(turn: StandingChange) -> str:
    """What to add to an alert whose source stands again."""
    known = date_format(timezone.localdate(turn.at), "j F Y")
    return f"On {known} Signoff learnt that it {turned(turn)}: decide whether the page stands."
