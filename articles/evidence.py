"""What readers are told of the evidence: how firmly each claim stands, and on which references.

Levels are those of the Oxford Centre for Evidence-Based Medicine, 2011: 1 is the strongest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TypedDict


class CheckedSource(TypedDict):
    """What a reviewer found in reference `number` about a claim; `level` is of OCEBM 2011, 1 to 5."""

    number: int
    verdict: str
    level: int
    indirect: str


class CheckedClaim(TypedDict):
    """A claim of the text, and the sources on which it was allowed to stand."""

    text: str
    sources: list[CheckedSource]


class Ground(TypedDict):
    """Sources on which the same claims rest, in the order of their numbers; `level` is that of the best."""

    level: int
    sources: list[CheckedSource]
    claims: list[str]


class EvidenceSummary(TypedDict):
    """What the claims rest on, the strongest first, and how many claims there are at each level."""

    grounds: list[Ground]
    levels: list[tuple[int, int]]


def evidence_summary(claims: Sequence[CheckedClaim]) -> EvidenceSummary | None:
    """The summary of an article's claims; None where none rests on a source."""
    grounds: dict[str, Ground] = {}
    for claim in claims:
        if claim["sources"]:
            sources = sorted(claim["sources"], key=lambda source: (source["number"], source["level"]))
            level = min(source["level"] for source in sources)
            ground = grounds.setdefault(repr(sources), {"level": level, "sources": sources, "claims": []})
            ground["claims"].append(claim["text"])
    if not grounds:
        return None
    found: Counter[int] = Counter()
    for ground in grounds.values():
        found[ground["level"]] += len(ground["claims"])
    return {
        "grounds": sorted(grounds.values(), key=lambda ground: ground["level"]),
        "levels": sorted(found.items()),
    }


def by_reference(claims: Sequence[CheckedClaim]) -> dict[int, CheckedSource]:
    """For each reference that a claim rests on, the strongest of what was found in it."""
    best: dict[int, CheckedSource] = {}
    for source in (source for claim in claims for source in claim["sources"]):
        known = best.get(source["number"])
        if known is None or source["level"] < known["level"]:
            best[source["number"]] = source
    return best
