"""What a mail says, and whether it is still for its person: worked out at the moment of sending."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.urls import reverse

from reviews.mail import digests
from reviews.mail.kinds import KINDS, Group, Way, news_of
from reviews.mail.preferences import ways_for
from reviews.mail.who import Newsroom
from reviews.models import Message


@dataclass(frozen=True, slots=True)
class Letter:
    """A message made ready: what its mail says, and what became of the parts of a digest."""

    text: str = ""
    why_not: str = ""
    """Why it is not sent; empty where it is."""
    dropped: Mapping[int, str] = field(default_factory=dict)


def letter_of(message: Message) -> Letter:
    """Make a message ready. What it says and whether it may be said is worked out as things stand now."""
    door = _Door(message.person)
    because, why_not = door.standing(message)
    if why_not:
        return Letter(why_not=why_not)
    context: dict[str, Any] = {
        "message": message,
        "event": message.event,
        "because": because,
        "site": settings.SITE_URL,
        "preferences": preferences_address(),
    }
    if message.event:
        news = news_of(message.event)
        context["reason"] = message.event.reason if news and news.gives_reason else ""
        return Letter(_rendered("message", context))
    lines, dropped, more = digests.lines_of(message, why_not=lambda part: door.standing(part)[1])
    if not lines and not more:
        return Letter(why_not="Nothing that it would carry is for them any more.", dropped=dropped)
    return Letter(_rendered("digest", {**context, "lines": lines, "more": more}), dropped=dropped)


def _rendered(name: str, context: dict[str, Any]) -> str:
    return render_to_string(f"emails/{name}.txt", context).strip() + "\n"


class _Door:
    """Whether messages are for their person, asked at the moment of sending."""

    def __init__(self, person: User) -> None:
        self._person = person
        self._newsroom = Newsroom()
        self._ways: dict[tuple[str, tuple[Group, ...]], str] = {}

    def standing(self, message: Message) -> tuple[str, str]:
        """Why a message is for the person, and why it is not, in a sentence; the other one is empty."""
        if shut := self._shut():
            return "", shut
        if message.event is None:
            return "you chose one mail a day", ""
        news = news_of(message.event)
        groups = self._newsroom.concerned(message.event, news.groups).get(self._person.pk) if news else None
        if not news or not groups:
            return "", "It does not concern them any more."
        if self._way(news.kind, tuple(groups)) == Way.NEVER:
            return "", "They chose not to get such mail."
        return groups[0], ""

    def _shut(self) -> str:
        if not self._person.is_active:
            return "The account is switched off."
        if not self._person.has_perm("reviews.view_review"):
            return "The account has no access to the desk any more."
        try:
            validate_email(self._person.email)
        except ValidationError:
            return "The account has no address that mail can go to."
        return ""

    def _way(self, kind: str, groups: tuple[Group, ...]) -> str:
        if (kind, groups) not in self._ways:
            ways = ways_for(KINDS[kind], {self._person.pk: groups})
            self._ways[kind, groups] = ways[self._person.pk]
        return self._ways[kind, groups]


def preferences_address() -> str:
    """Where people choose which mails they get."""
    return f"{settings.SITE_URL}{reverse('desk:mail')}"
