"""Spellings that deceive the eye: words of mixed alphabets, marks that turn the direction of reading."""

from __future__ import annotations

from collections.abc import Iterator

from articles.documents import Document
from reviews.screening.context import Context
from reviews.screening.hits import Hit, hit


def tricks(document: Document, context: Context) -> Iterator[Hit]:
    """One hit for each. What they hide is judged by the other rules as if it were spelt plainly."""
    for trick in context.tricks:
        found = document.text[trick.start : trick.end]
        if trick.kind == "bidi_control":
            found = f"U+{ord(found):04X}"
        yield hit(f"spelling.{trick.kind}", document, trick.start, trick.end, found=found)
