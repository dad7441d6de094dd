"""A newsroom with a second managing editor, its jobs, and what came of an event."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import transaction

from articles.models import Article
from reviews import audit, jobs, workflow
from reviews.models import Event, Message
from tests import factories as f


@pytest.fixture
def cast(cast: SimpleNamespace) -> SimpleNamespace:
    """The cast, with Erin beside Edgar."""
    cast.colleague_editor = f.user("erin", "Managing editor", name="Erin Editor")
    return cast


def work() -> None:
    """Run every job that is promised, and those that they promise."""
    while jobs.run_due():
        pass


def told(event: Event) -> set[str]:
    """User names of those for whom there is a message about an event."""
    return set(Message.objects.filter(event=event).values_list("person__username", flat=True))


def mailed() -> list[str]:
    """User names of those who got a mail, one for each mail."""
    return sorted(address.partition("@")[0] for message in mail.outbox for address in message.to)


def newest(action: str) -> Event:
    event = Event.objects.filter(action=action).order_by("-sequence").first()
    assert event is not None, f"no event {action}"
    return event


def happens(
    action: str,
    article: Article,
    *,
    by: User | None = None,
    reason: str = "",
    review: Any = None,
    **facts: Any,
) -> Event:
    """An event as the part of Signoff that watches live pages writes it, and its announcement."""
    with transaction.atomic():
        event = audit.record(action, by=by, article=article, review=review, reason=reason, facts=facts)
        workflow.announce(event)
    return event


@pytest.fixture
def waiting(cast: SimpleNamespace) -> Callable[..., Message]:
    """A message that is promised and not sent: about an article in review, to Rita."""

    def make(**fields: Any) -> Message:
        f.submitted(cast.writer, **fields)
        jobs.run_due()
        assert mail.outbox == []
        message = Message.objects.filter(person=cast.reviewer).last()
        assert message is not None
        return message

    return make
