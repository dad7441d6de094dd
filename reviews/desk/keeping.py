"""Answers about the whole desk, kept until something happens.

Everything that the queue counts changes with an event, so the head of the event log says whether an answer
of a moment ago still holds. What changes without one (a day begins, a source's record is edited) is in
the key, or waits a minute at most.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from django.core.cache import cache
from django.utils import timezone

from articles.canonical import digest
from reviews.models import ChainHead

T = TypeVar("T")
LONGEST = 60
"""Seconds."""


class UntilTheNextEvent:
    """Keeps answers under the head of the log as it was when this was made; one query."""

    def __init__(self, *about: object) -> None:
        head = ChainHead.objects.values_list("hash", flat=True).first()
        self._about = [head, timezone.localdate(), *about]

    def keep(self, name: str, make: Callable[[], T], *about: object) -> T:
        """The answer called `name` to a question about `about`, made anew where none is kept."""
        key = f"desk:{name}:{digest([str(part) for part in (*self._about, *about)])}"
        return cast(T, cache.get_or_set(key, make, LONGEST))
