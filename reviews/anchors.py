"""Pointing into frozen text: the W3C TextQuoteSelector (exact, prefix, suffix) with a position.

https://www.w3.org/TR/annotation-model/#text-quote-selector. Better an orphan than a wrong anchor.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, TypedDict

from rapidfuzz import fuzz

from articles.documents import Document
from reviews.screening.sentences import sentences

CONTEXT = 40
"""Code points of prefix and suffix kept around a quote."""

ALIKE = 85.0
"""From this similarity (0-100, rapidfuzz ratio of the sentences) on, a person is asked to reconfirm."""


class Anchor(TypedDict):
    """A quote and where it stood; `start` and `end` are code points of `Document.text`."""

    exact: str
    prefix: str
    suffix: str
    start: int
    end: int


class Match(Enum):
    """What became of an anchor in another text."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"


class NotInText(ValueError):
    """The quote does not stand in the text; the sentence says so."""


def anchor_at(document: Document, start: int, end: int) -> Anchor:
    """The anchor of `document.text[start:end]`."""
    text = document.text
    return {
        "exact": text[start:end],
        "prefix": text[max(0, start - CONTEXT) : start],
        "suffix": text[end : end + CONTEXT],
        "start": start,
        "end": end,
    }


def anchor_quote(document: Document, quote: str) -> Anchor:
    """Anchor a quote that a person typed or pasted; white space is forgiven, other changes are not.

    Raises `NotInText` when it does not occur, or occurs more than once.
    """
    wanted = " ".join(quote.split())
    if not wanted:
        raise NotInText("Quote the words that this is about.")
    flat = document.text.replace("\n", " ").replace("\u00a0", " ")
    start = flat.find(wanted)
    if start < 0:
        raise NotInText("These words do not stand in the text as frozen. Copy them from it exactly.")
    if flat.find(wanted, start + 1) >= 0:
        raise NotInText("These words stand in the text more than once. Quote a little more.")
    return anchor_at(document, start, start + len(wanted))


def carry(anchor: Anchor, old: Document, new: Document) -> tuple[Match, Anchor]:
    """Find an anchor's passage in the next edition's text.

    SAME: the whole sentence stands there unchanged, once or at the same context; the anchor returned
    is its new place. CHANGED: a similar sentence stands there; the anchor covers that sentence.
    GONE: nothing alike; the old anchor is returned.
    """
    before = sentences_around(old, anchor["start"], anchor["end"])
    places = _occurrences(new.text, anchor["exact"])
    same = [p for p in places if sentences_around(new, p, p + len(anchor["exact"])) == before]
    if len(same) == 1:
        return Match.SAME, anchor_at(new, same[0], same[0] + len(anchor["exact"]))
    if len(same) > 1:
        known = [p for p in same if new.text[:p].endswith(anchor["prefix"])]
        known = [
            p for p in known if new.text[p + len(anchor["exact"]) :].startswith(anchor["suffix"])
        ] or known
        if len(known) == 1:
            return Match.SAME, anchor_at(new, known[0], known[0] + len(anchor["exact"]))
        nearest = min(same, key=lambda p: abs(p - anchor["start"]))
        return Match.CHANGED, anchor_at(new, nearest, nearest + len(anchor["exact"]))
    best, score = None, ALIKE
    for span in sentences(new):
        likeness = fuzz.ratio(before, new.text[span.start : span.end])
        if likeness >= score:
            best, score = span, likeness
    if best is not None:
        return Match.CHANGED, anchor_at(new, best.start, best.end)
    return Match.GONE, anchor


def _occurrences(text: str, exact: str) -> list[int]:
    places, start = [], text.find(exact)
    while start >= 0 and exact:
        places.append(start)
        start = text.find(exact, start + 1)
    return places


def sentences_around(document: Document, start: int, end: int) -> str:
    """The whole sentences that `text[start:end]` touches, as one stretch; itself where it touches none."""
    touched = [s for s in sentences(document) if s.start < end and s.end > start]
    if not touched:
        return document.text[start:end]
    return document.text[touched[0].start : touched[-1].end]


def as_anchor(value: Any) -> Anchor | None:
    """A stored anchor, or None where there is none."""
    return value or None
