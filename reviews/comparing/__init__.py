"""What changed medically between two versions of a text: doses, numbers, ages, negations, drugs, cautions.

Pure functions over text. They err on the side of calling a change out: a false alarm costs a glance, a
missed one a patient.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from rapidfuzz import fuzz, process

from articles.documents import Document
from reviews.comparing.facts import Fact, facts_of, opposites_in
from reviews.screening import Span, sentences

__all__ = ["KINDS", "Change", "Passage", "changed_passages", "medical_changes"]

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)

KINDS = {
    "dose": "Dose",
    "unit": "Unit",
    "frequency": "How often",
    "duration": "How long",
    "number": "Number",
    "age": "Age or group of people",
    "drug": "Drug",
    "negation": "Negation",
    "caution": "Condition or caution",
    "opposite": "Turned round",
}
"""Every kind of medical change, in the order of their weight, as people call it."""

ALIKE = 55.0
"""From this similarity (0-100, rapidfuzz ratio) on, one sentence is taken for another's new version."""


@dataclass(frozen=True, slots=True)
class Change:
    """One medical change: its kind (of `KINDS`), the words before and the words after; either may be ''."""

    kind: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence that changed medically, in both versions; None where it was added or taken out."""

    old: Span | None
    new: Span | None
    changes: tuple[Change, ...]


def medical_changes(before: str, after: str) -> list[Change]:
    """What changed medically from one version of a passage to the other, by the weight of its kind."""
    old, new = facts_of(before), facts_of(after)
    lost, gained = _missing(old, new), _missing(new, old)
    found: list[Change] = []
    for kind in KINDS:
        if kind == "negation":
            found += _negations(old, new, before, after)
            continue
        gone = [fact for fact in lost if fact.kind == kind]
        come = [fact for fact in gained if fact.kind == kind]
        for place in range(max(len(gone), len(come))):
            was = gone[place].words if place < len(gone) else ""
            now = come[place].words if place < len(come) else ""
            found.append(Change("unit" if _only_unit(was, now) else kind, was.strip(), now.strip()))
    found += _turned(before, after)
    return sorted(found, key=lambda change: list(KINDS).index(change.kind))


def changed_passages(old: Document, new: Document) -> list[Passage]:
    """The sentences that changed medically between two documents, in the order of the new one.

    Sentences that stand in both word for word are passed over, wherever they stand; what was taken out
    comes last.
    """
    before, after = sentences(old), sentences(new)
    kept = Counter(map(_even, before)) & Counter(map(_even, after))
    left = _beyond(before, kept, _even)
    found: list[Passage] = []
    for span in _beyond(after, kept, _even):
        best = process.extractOne(span.quote, [s.quote for s in left], scorer=fuzz.ratio, score_cutoff=ALIKE)
        was = left.pop(best[2]) if best else None
        changes = medical_changes(was.quote if was else "", span.quote)
        if changes:
            found.append(Passage(was, span, tuple(changes)))
    for span in left:
        changes = medical_changes(span.quote, "")
        if changes:
            found.append(Passage(span, None, tuple(changes)))
    return found


def _even(span: Span) -> str:
    return " ".join(span.quote.split())


def _beyond(items: Iterable[T], known: Counter[K], key: Callable[[T], K]) -> list[T]:
    """The items left when as many of each key are taken away as are `known`, the first ones first."""
    spent: Counter[K] = Counter()
    left = []
    for item in items:
        if spent[key(item)] < known[key(item)]:
            spent[key(item)] += 1
        else:
            left.append(item)
    return left


def _missing(here: list[Fact], there: list[Fact]) -> list[Fact]:
    """The facts of `here` that `there` lacks, each as often as it is lacking."""
    return _beyond(here, Counter(fact.key for fact in there), lambda fact: fact.key)


def _only_unit(was: str, now: str) -> bool:
    figures = [
        "".join(letter for letter in words if letter.isdigit() or letter in "./") for words in (was, now)
    ]
    return bool(was and now) and figures[0] == figures[1] != ""


def _negations(old: list[Fact], new: list[Fact], before: str, after: str) -> list[Change]:
    """Negations gained or lost, or moved to another word that the other version says without one."""
    was, now = ([fact for fact in facts if fact.kind == "negation"] for facts in (old, new))
    lost, gained = _missing(was, now), _missing(now, was)
    if len(was) != len(now):
        one = (lost or was or [Fact("", "", "")])[0] if len(was) > len(now) else Fact("", "", "")
        other = (gained or now or [Fact("", "", "")])[0] if len(now) > len(was) else Fact("", "", "")
        return [Change("negation", one.words, other.words)]
    lower = (before.lower(), after.lower())
    for gone, come in zip(lost, gained, strict=False):
        if gone.value and come.value and gone.value in lower[1] and come.value in lower[0]:
            return [Change("negation", f"{gone.words} {gone.value}…", f"{come.words} {come.value}…")]
    return []


def _turned(before: str, after: str) -> list[Change]:
    """Opposites of which one was swapped for the other."""
    old, new = opposites_in(before), opposites_in(after)
    found = []
    for pair in old.keys() & new.keys():
        (one, other), (one_now, other_now) = old[pair], new[pair]
        if len(one) > len(one_now) and len(other) < len(other_now):
            found.append(Change("opposite", one[0], other_now[-1]))
        elif len(other) > len(other_now) and len(one) < len(one_now):
            found.append(Change("opposite", other[0], one_now[-1]))
    return found
