"""Mechanisms: how something that is taken is said to act in the body."""

from __future__ import annotations

from reviews.screening.benefits import is_denied
from reviews.screening.phrases import pattern

_NEAR = 90  # characters between what acts and what it acts on


def mechanism(words: str) -> str:
    """The part of the body's machinery that something taken is said to act on, in normalised text, or ''.

    What is said to be unknown, and what is said of illness or the healthy body, is no such claim.
    """
    parts = pattern("evidence", "machinery").finditer(words)
    machines = [part for part in parts if not is_denied(words, part.start())]
    if not machines or pattern("claims", "limits").search(words):
        return ""
    named = pattern("evidence", "agents_named").search(words)
    if not named and pattern("evidence", "background").match(words):
        return ""
    if not named and not pattern("evidence", "agents").search(words):
        return ""
    if pattern("evidence", "mechanisms").search(words):
        return machines[0].group()
    acts = pattern("evidence", "acts")
    near = (m for m in machines if acts.search(words, max(0, m.start() - _NEAR), m.end() + _NEAR))
    found = next(near, None)
    return found.group() if found else ""


def without_machinery(words: str) -> str:
    """`words` with the body's machinery blanked out: a benefit that is left is more than a mechanism."""
    plain, place = "", 0
    for machine in pattern("evidence", "machinery").finditer(words):
        plain += words[place : machine.start()] + "_" * len(machine.group())
        place = machine.end()
    return plain + words[place:]
