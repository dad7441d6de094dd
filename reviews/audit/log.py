"""The hash-chained event log: appending to it, and walking it to find what was tampered with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, Required, TypedDict, Unpack

from django.contrib.auth.models import User
from django.utils import timezone

from articles.canonical import digest
from articles.models import Article
from reviews.models import ChainHead, Event, Review

GENESIS = "0" * 64
SYSTEM = "Signoff"


class Told(TypedDict, total=False):
    """What an event tells beside its action; who did it is always said, None where Signoff did."""

    by: Required[User | None]
    article: Article | None
    review: Review | None
    before: str
    after: str
    reason: str
    facts: dict[str, Any]


def record(action: str, **told: Unpack[Told]) -> Event:
    """Append one event; see `append`."""
    event = entry(action, **told)
    append([event])
    return event


def entry(action: str, **told: Unpack[Told]) -> Event:
    """An event that is not in the log yet."""
    by = told["by"]
    return Event(
        action=action,
        actor=by,
        actor_name=(by.get_full_name() or by.get_username()) if by else SYSTEM,
        article=told.get("article"),
        review=told.get("review"),
        before=told.get("before", ""),
        after=told.get("after", ""),
        reason=told.get("reason", ""),
        facts=told.get("facts", {}),
    )


def append(events: Sequence[Event]) -> None:
    """Append events in their order. Must run in the transaction of the changes that they record.

    The head row is locked until that transaction ends, so sequence numbers have no gaps and no two
    events follow the same one. Take it after the locks on article and review, never before.
    """
    head = ChainHead.objects.select_for_update().get_or_create(id=1, defaults={"hash": GENESIS})[0]
    for event in events:
        event.sequence, event.previous, event.at = head.sequence + 1, head.hash, timezone.now()
        event.hash = event_hash(event)
        head.sequence, head.hash = event.sequence, event.hash
    Event.objects.bulk_create(events)
    head.save()


def event_hash(event: Event) -> str:
    """SHA-256 of the canonical JSON of everything in the event but its hash."""
    return digest(
        {
            "sequence": event.sequence,
            "action": event.action,
            "actor": event.actor_id,
            "actor_name": event.actor_name,
            "article": event.article_id,
            "review": event.review_id,
            "before": event.before,
            "after": event.after,
            "reason": event.reason,
            "facts": event.facts,
            "at": event.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
            "previous": event.previous,
        }
    )


def _sound(event: Event) -> bool:
    try:
        return event_hash(event) == event.hash
    except (ValueError, TypeError, AttributeError):  # what has no canonical JSON was not written by `record`
        return False


def chain_faults(counts: dict[str, int]) -> Iterator[str]:
    """Walk the log from its start; one sentence for each thing wrong with it. Counts the "events"."""
    sequence, previous = 0, GENESIS
    for event in Event.objects.order_by("sequence").iterator(chunk_size=2000):
        counts["events"] = counts.get("events", 0) + 1
        sequence += 1
        if event.sequence != sequence:
            yield f"Event {sequence} is missing; the log goes on at {event.sequence}."
            sequence = event.sequence
        if event.previous != previous:
            yield f"Event {event.sequence} does not follow the one before it."
        if not _sound(event):
            yield f"Event {event.sequence} was changed after it was written."
        previous = event.hash
    head = ChainHead.objects.filter(id=1).first()
    expected = (head.sequence, head.hash) if head else (0, GENESIS)
    if expected != (sequence, previous):
        yield f"The log ends at event {sequence}, but its head says {expected[0]}."
