"""What a result shows of a text: the passage that has most of the words, and the words marked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from articles.search.queries import Query
from articles.search.stemming import stem
from articles.search.words import WORD, fold, plain

LONG = 240
"""Letters of a passage, about two lines and a half on a wide screen."""
_NEAR = 160
_LEAD = 60
_MOST_LOOKS = 15
_SENTENCE_END = re.compile(r"[.!?]['\"’”)]?\s|\n")


@dataclass(frozen=True, slots=True)
class _Found:
    """A word of the question in a text: `text[start:end]`."""

    start: int
    end: int
    stem: str


def marked(text: str, query: Query) -> SafeString:
    """`text` as safe HTML, the words of the question in `<mark>`; words count as the same by their stems."""
    return _marked(text, _places(text, query), 0, len(text))


def passage(query: Query, *, text: str, summary: str) -> SafeString:
    """The best passage of a text for a question, marked; without one the summary, or how the text begins."""
    places = _places(text, query)
    if not places and summary:
        return marked(summary, query)
    start, end = _around(text, _best(places)) if places else (0, _end(text, 0))
    before = "" if start == 0 or _SENTENCE_END.search(text, max(start - 3, 0), start) else "… "
    after = "" if end == len(text) or text[end - 1] in ".!?" else " …"
    return mark_safe(f"{before}{_marked(text, places, start, end)}{after}")  # noqa: S308 (made of safe parts)


def _places(text: str, query: Query) -> list[_Found]:
    """Where the question's words stand in `text`, in order; past accents only if there are none."""
    found: list[_Found] = []
    small = text.lower()
    if len(small) == len(text):
        found = [place for wanted in query.stems for place in _places_of(wanted, small)]
    if not found and not text.isascii():
        folded = fold(text)
        found = [place for wanted in query.stems for place in _places_of(wanted, folded)]
    return sorted(found, key=attrgetter("start"))


def _places_of(wanted: str, folded: str) -> Iterator[_Found]:
    """Places of a stem, among the first `_MOST_LOOKS` that begin like it: “hoping” ends otherwise."""
    begin = wanted[:-1] if len(wanted) > 2 else wanted
    at = folded.find(begin)
    for _ in range(_MOST_LOOKS):
        if at < 0:
            return
        word = WORD.match(folded, at) if at == 0 or not folded[at - 1].isalnum() else None
        if word and stem(plain(word[0])) == wanted:
            yield _Found(at, word.end(), wanted)
        at = folded.find(begin, word.end() if word else at + 1)


def _best(places: list[_Found]) -> _Found:
    """Where the passage begins that has the most of the words, the closest together, the first of such."""
    best, begin, left = (0, 0), places[0], 0
    if len({one.stem for one in places}) == 1:
        return begin
    inside: Counter[str] = Counter()
    for right in places:
        inside[right.stem] += 1
        # From the left, what is too far away and what comes again further on.
        while right.start - places[left].start > _NEAR or inside[places[left].stem] > 1:
            inside[places[left].stem] -= 1
            left += 1
        worth = (sum(map(bool, inside.values())), places[left].start - right.start)
        if worth > best:
            best, begin = worth, places[left]
    return begin


def _around(text: str, first: _Found) -> tuple[int, int]:
    """A passage from the sentence's beginning, or a few words before the first word, to a word's end."""
    lead = max(first.start - LONG // 2, 0)
    ends = [end.end() for end in _SENTENCE_END.finditer(text, lead, first.start)]
    if ends or lead == 0:
        start = ends[-1] if ends else 0
    else:
        start = text.find(" ", max(first.start - _LEAD, 0), first.start) + 1 or first.start
    return start, max(_end(text, start), first.end)


def _end(text: str, start: int) -> int:
    """Where a passage that begins at `start` ends: with a line, or with the last word that has room."""
    if len(text) - start <= LONG:
        return len(text)
    line = text.find("\n", start + LONG // 2, start + LONG)
    space = text.rfind(" ", start, start + LONG)
    return line if line > 0 else space if space > start else start + LONG


def _marked(text: str, places: list[_Found], start: int, end: int) -> SafeString:
    parts, at = [], start
    for one in places:
        if one.start >= at and one.end <= end:
            parts += [escape(text[at : one.start]), "<mark>", escape(text[one.start : one.end]), "</mark>"]
            at = one.end
    parts.append(escape(text[at:end]))
    return mark_safe("".join(parts))  # noqa: S308 (each part is escaped)
