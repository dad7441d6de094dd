"""Citation markers: "[1]", "[1, 2]", "[2–4]" in running text."""

from __future__ import annotations

import re
from collections.abc import Iterator

WIDEST_RANGE = 50
"""A range that spans more references than this is taken for something else, such as a page range."""

MARKER = r"\[[ \u00a0]?[0-9]{1,3}(?:[ \u00a0]?[,;\-‐‑–—][ \u00a0]?[0-9]{1,3}){0,60}[ \u00a0]?\]"
"""The shape of a marker. Four digits ("[2019]") are a year, letters ("[sic]") are an aside."""

_MARKER = re.compile(MARKER)
_PART = re.compile(r"([0-9]+)(?:[ \u00a0]?[\-‐‑–—][ \u00a0]?([0-9]+))?")


def markers(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Each citation marker in `text[start:end]`: where it starts and ends in `text`, and its numbers."""
    for match in _MARKER.finditer(text, start, len(text) if end is None else end):
        numbers = _numbers(match.group())
        if numbers:
            yield match.start(), match.end(), numbers


def citations_in(text: str) -> tuple[int, ...]:
    """The reference numbers that markers in `text` point to: each once, in order of first appearance.

    Ranges are expanded. A marker with a zero, a descending range or a range wider than
    `WIDEST_RANGE` is no citation and is passed over whole.
    """
    return tuple(dict.fromkeys(number for _, _, numbers in markers(text) for number in numbers))


def _numbers(marker: str) -> tuple[int, ...]:
    found: list[int] = []
    for part in _PART.finditer(marker):
        first = int(part.group(1))
        last = int(part.group(2) or first)
        if first == 0 or not 0 <= last - first <= WIDEST_RANGE:
            return ()
        found.extend(range(first, last + 1))
    return tuple(found)
