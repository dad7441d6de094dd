"""The nightly round: what is looked up again about sources, one thing after the other."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils import timezone

from articles.models import Heartbeat, Source
from reviews.counting import agree, counted
from reviews.watching import links, registries
from reviews.watching.matching import in_use, match_all

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a round did: a sentence for people, and its figures."""

    sentence: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ran:
    """A round that ran: its name, how long it took, and its summary, or the error that ended it."""

    name: str
    seconds: float
    summary: Summary | None = None
    error: str = ""


def retractions(
    *, everything: bool = False, progress: Callable[[int], None] = lambda changed: None
) -> Summary:
    """Hold the sources in use, or all of them, against the loaded retraction records."""
    found = match_all(only=Source.objects.all() if everything else None, progress=progress)
    turns = ", ".join(
        f"{number} {Source.Standing(standing).label.lower()}"
        for standing, number in sorted(found.after.items())
    )
    told = (
        f"{found.compared} sources compared with the retraction records, {found.changed} changed"
        f"{f' ({turns})' if turns else ''}; records name {found.with_notices}."
    )
    if found.without_identifier:
        told += f" {found.without_identifier} have neither DOI nor PMID and cannot be looked up."
    return Summary(told, asdict(found))


def ask_registries() -> Summary:
    """Promise that the registries are asked again about every source in use."""
    promised = registries.promise_look_ups(in_use())
    return Summary(f"{counted(promised, 'source')} will be looked up.", {"promised": promised})


def look_at_links() -> Summary:
    """Promise a look at the address of every web source in use."""
    promised = links.promise_checks(in_use())
    number = f"{promised} {agree(promised, 'address', 'addresses')}"
    return Summary(f"{number} of web sources will be looked at.", {"promised": promised})


ROUNDS: tuple[tuple[str, Callable[[], Summary]], ...] = (
    ("retractions", retractions),
    ("registries", ask_registries),
    ("links", look_at_links),
)
"""Name and work of each round, in the order in which they run."""


def run(
    rounds: tuple[tuple[str, Callable[[], Summary]], ...] = ROUNDS,
    *,
    started: Callable[[str], None] = lambda name: None,
) -> list[Ran]:
    """Run every round; one that fails does not keep the others from running. Then say that the night lived.

    `started` is called with the name of each. The heartbeat's note names the rounds that failed.
    """
    ran = []
    for name, work in rounds:
        started(name)
        began = time.monotonic()
        try:
            summary, error = work(), ""
        except Exception as failure:
            log.exception("The nightly round “%s” failed", name)
            summary, error = None, f"{type(failure).__name__}: {failure}"
        ran.append(Ran(name, time.monotonic() - began, summary, error))
    failed = [one.name for one in ran if one.error]
    note = f"Failed: {', '.join(failed)}" if failed else f"{len(ran)} done"
    Heartbeat.objects.update_or_create(name="nightly", defaults={"at": timezone.now(), "note": note[:200]})
    return ran
