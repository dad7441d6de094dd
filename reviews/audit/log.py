"""The hash-chained event log: appending to it, and walking it to find what was tampered with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from articles.canonical import digest
from articles.models import Article
from reviews.models import ChainHead, Event, Review

GENESIS = "0" * 64
SYSTEM = "Signoff"


def record(
    action: str,
    *,
    by: User | None,
    article: Article | None = None,
    review: Review | None = None,
    before: str = "",
    after: str = "",
    reason: str = "",
    facts: dict[str, Any] | None = None,
) -> Event:
    """Append one event. Must run in the transaction of the change that it records.

    The head row is locked until that transaction ends, so sequence numbers have no gaps and no two
    events follow the same one. Take it after the locks on article and review, never before.
    """
    head = ChainHead.objects.select_for_update().get_or_create(id=1, defaults={"hash": GENESIS})[0]
    event = Event(
        sequence=head.sequence + 1,
        action=action,
        actor=by,
        actor_name=(by.get_full_name() or by.get_username()) if by else SYSTEM,
        article=article,
        review=review,
        before=before,
        after=after,
        reason=reason,
        facts=facts or {},
        at=timezone.now(),
        previous=head.hash,
    )
    event.hash = event_hash(event)
    event.save(force_insert=True)
    head.sequence, head.hash = event.sequence, event.hash
    head.save()
    return event


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
