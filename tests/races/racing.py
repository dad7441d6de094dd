"""Threads that race, and the referee who looks at the database afterwards."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, connections
from django.db.models import Count

from articles.editing import NotSaved
from articles.models import Contribution, Publication
from reviews import audit
from reviews.models import Event, Review
from reviews.refusals import Refused
from reviews.requirements import missing_for

POLITE = (Refused, NotSaved)
"""How a race may be lost. Anything else, a deadlock above all, is a fault."""
SIDE_EFFECTS = ("reopen", "withdraw")
"""Events that another transition writes: a signed review taken back, a page taken down by a revocation."""


NOTHING = object()
"""Returned by a racer that found nothing to do."""


@dataclass(slots=True)
class Outcome:
    """What became of one racer."""

    event: str
    value: Any = None
    error: BaseException | None = None

    @property
    def won(self) -> bool:
        return self.error is None


def at_isolation_level(name: str) -> AbstractContextManager[None]:
    """Have every connection, in all threads, work at a PostgreSQL isolation level."""
    from psycopg import IsolationLevel

    return instead(OPTIONS={"isolation_level": IsolationLevel[name.replace(" ", "_")]})


@contextmanager
def instead(**changes: Any) -> Iterator[None]:
    suite, settings = connections["default"], connections.settings["default"]
    connections.settings["default"] = {**suite.settings_dict, **changes}
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = suite
        connections.settings["default"] = settings


def race(*racers: tuple[str, Callable[[], Any]]) -> list[Outcome]:
    """Start every (event, action) at once, each in its thread and on its connection."""
    outcomes = [Outcome(event) for event, _ in racers]
    barrier = threading.Barrier(len(racers), timeout=10)

    def run(place: int, action: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait()
            outcomes[place].value = action()
        except BaseException as error:
            outcomes[place].error = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place, act)) for place, (_, act) in enumerate(racers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
        assert not thread.is_alive(), "a racer hangs"
    return outcomes


class Referee:
    """Looks at the database before a race and after it."""

    def __init__(self) -> None:
        self.last = Event.objects.count()
        self.drafts = Contribution.objects.count()

    def check(self, outcomes: list[Outcome]) -> None:
        rude = [repr(o.error) for o in outcomes if o.error and not isinstance(o.error, POLITE)]
        assert not rude, rude
        self.check_record()
        self.check_nothing_lost(outcomes)

    def check_record(self) -> None:
        """The promise, whatever happened."""
        report = audit.verify()
        assert report.ok, report.faults
        sequences = list(Event.objects.order_by("sequence").values_list("sequence", flat=True))
        assert sequences == list(range(1, len(sequences) + 1))
        for crowded in (
            Review.objects.filter(status__in=Review.OPEN),
            Publication.objects.filter(status=Publication.Status.LIVE),
        ):
            assert not crowded.values("article").annotate(n=Count("pk")).filter(n__gt=1).exists()
        for review in Review.objects.filter(status__in=("signed_off", "scheduled")):
            assert not missing_for(review), f"{review} counts as signed: {missing_for(review)}"

    def check_nothing_lost(self, outcomes: list[Outcome]) -> None:
        """Each success has its one event (a saved draft: its one contribution); a refusal has none."""
        won = Counter(o.event for o in outcomes if o.won and o.value is not NOTHING)
        drafts = won.pop("save_draft", 0)
        new = Counter(Event.objects.filter(sequence__gt=self.last).values_list("action", flat=True))
        for action in SIDE_EFFECTS:
            if action not in won:
                new.pop(action, None)
        assert new == won
        assert Contribution.objects.count() == self.drafts + drafts
