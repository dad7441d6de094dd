"""Text cut into sentences, in linear time, with the full stops of medical prose understood.

What ends a sentence is decided at each run of full stops, question or exclamation marks from a bounded
stretch before it and after it, so the work grows with the text and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from articles.documents import Document
from reviews.screening.citations import MARKER
from reviews.screening.phrases import entries


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a document: `quote == document.text[start:end]`, in code points."""

    start: int
    end: int
    quote: str


# A stop, the quotes and brackets it closes, and the citations that belong to what it ends.
_STOP = re.compile(
    r"(?P<stop>[.!?…]+)(?P<close>[\"'”’»)\]]*)"
    rf"(?P<cites>(?:[ \u00a0]?{MARKER})*(?:[⁰¹²³⁴-⁹⁻]+(?:,[⁰¹²³⁴-⁹⁻]+)*)?)"
    r"|(?P<wide>[。！？｡]+[」』）”’]*)"
)
_PLAIN_NUMBER = re.compile(r"[0-9]{1,2}(?:[,–-][0-9]{1,2}){0,5}(?=\s+[A-Z])")
_TOKEN_LENGTH = 24
LONGEST = 2_000
"""Characters of a sentence; what goes on longer is read in pieces, so that no text is slow to read."""
_OPENING = "\"'“‘«([{¿¡*_"
_BULLET = re.compile(r"[-–—•*·‣◦▪●►✓✔]\s+")
_WORD = re.compile(r"[^\W\d_]+")


def sentences(document: Document) -> list[Span]:
    """Every sentence of the document in order. None crosses a block; a leading bullet is left out.

    Citation markers and closing quotes after the full stop stay with the sentence they follow.
    """
    return [
        span for block in document.blocks for span in sentences_between(document.text, block.start, block.end)
    ]


def sentences_between(text: str, start: int, end: int) -> Iterator[Span]:
    """The sentences of `text[start:end]`, read as one block."""
    bullet = _BULLET.match(text, start, end)
    at = bullet.end() if bullet else start
    for match in _STOP.finditer(text, at, end):
        if match.start() < at:
            continue
        cut = match.end()
        if match["wide"] is None:
            cut = _cut(text, match, at, end)
        if cut:
            yield from _bounded(text, at, cut)
            at = cut
    yield from _bounded(text, at, end)


def _bounded(text: str, start: int, end: int) -> Iterator[Span]:
    """One sentence; in pieces, at a space, where it is longer than anybody's."""
    while end - start > LONGEST:
        space = text.rfind(" ", start + 1, start + LONGEST)
        cut = space if space > start else start + LONGEST
        yield from _trimmed(text, start, cut)
        start = cut
    yield from _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield Span(start, end, text[start:end])


def _cut(text: str, match: re.Match[str], start: int, end: int) -> int:
    """Where the sentence ends if it ends at this stop, else 0."""
    cut = match.end()
    if cut >= end:
        return end
    if not text[cut].isspace():
        if match["cites"] and text[cut].isupper():
            return cut
        return _after_plain_number(text, match, cut, end)
    following = cut
    while following < end and (text[following].isspace() or text[following] in _OPENING):
        following += 1
    if following >= end:
        return cut
    letter = text[following]
    if letter.islower():
        return 0
    if match["stop"] != "." or match["cites"]:
        return cut
    if not set(match["close"]).issubset(")]"):
        return cut
    token = _token_before(text, start, match.start())
    return cut if _ends_sentence(text, token, start, match.start(), following, end) else 0


def _after_plain_number(text: str, match: re.Match[str], cut: int, end: int) -> int:
    """A citation that lost its superscript: "…less pain.1,2 Next". Needs a word before, a capital after."""
    if (
        match["stop"] != "."
        or match["close"]
        or not text[max(0, match.start() - 3) : match.start()].isalpha()
    ):
        return 0
    number = _PLAIN_NUMBER.match(text, cut, end)
    return number.end() if number else 0


def _token_before(text: str, start: int, stop: int) -> str:
    """The run of characters before a full stop, back to white space or an opening bracket."""
    at = stop
    floor = max(start, stop - _TOKEN_LENGTH)
    while at > floor and not text[at - 1].isspace() and text[at - 1] not in '([{“"‘/':
        at -= 1
    return text[at:stop]


def _ends_sentence(text: str, token: str, start: int, stop: int, following: int, end: int) -> bool:
    """Whether a single full stop after `token` ends its sentence; what follows is not a small letter."""
    key = token.lower()
    opens = stop - len(token) - start <= 1  # the space after the sentence before
    if opens and (token.isdigit() or (len(token) == 1 and token.isalpha())):
        return False  # "1. Take", "A. Methods": the mark of a numbered line
    if key in _known("never_last"):
        return False
    if text[following].isdigit():
        return key not in _known("before_number") and key not in _known("units")
    if len(token) == 1 and token.isalpha() and token.isupper():
        return _opener_at(text, following, end) or _is_lettered(text, token, start, stop)
    if key in _known("either"):
        return _opener_at(text, following, end)
    return True


def _is_lettered(text: str, letter: str, start: int, stop: int) -> bool:
    """Whether "C." closes "vitamin C." or "vitamins A and C." and is not the initial of a name."""
    before = _token_before(text, start, max(start, stop - 2))
    if before in ("and", "or"):
        earlier = _token_before(text, start, max(start, stop - 3 - len(before)))
        return len(earlier) == 1 and earlier.isupper()
    if before.lower() in _known("lettered"):
        return True
    return letter == "I" and before.islower() and before not in ("by", "of")


def _opener_at(text: str, following: int, end: int) -> bool:
    word = _WORD.match(text, following, min(end, following + _TOKEN_LENGTH))
    return word is not None and word.group().lower() in _known("openers")


def _known(group: str) -> frozenset[str]:
    return entries("abbreviations", group)
