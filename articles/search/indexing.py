"""What of an edition can be found: its signed words, and how much each weighs."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from articles.documents import parse_body
from articles.rendering import MARKER
from articles.search.stemming import stem
from articles.search.words import COMMON, fold, stems, tidy, words

MOST_TEXT = 100_000
"""Letters of a body that are searched, about 16,000 words: as many places as PostgreSQL tells apart."""
MOST_SUBJECTS = 10_000
OFTEN = 4
MOST_OFTEN = 12
BREAK = "¶"
"""Stands between lines that do not belong together, so that no phrase reaches across; nobody can type it."""

_MARKERS = re.compile(rf"\s*{MARKER.pattern}")
_COMMON_STEMS = frozenset(map(stem, COMMON))


@dataclass(frozen=True, slots=True)
class Indexed:
    """Stems in order, by how much they weigh."""

    title: list[str]
    summary: list[str]
    subjects: list[str]
    """Topics, headings, and the words that the text says most often."""
    body: list[str]
    topics: list[int]
    """Keys of the topics that it is filed under."""
    text: str
    """The body as plain text, a line for each block, without headings and the numbers of references."""
    vocabulary: set[str]
    """Words that somebody could have meant who mistyped one."""


def read(content: dict[str, Any], *, topics: list[int]) -> Indexed:
    """What is put into the index for the `content` of an edition (see `articles.freezing.payload`)."""
    parsed = parse_body(content["body"])
    blocks = [
        (block.kind == "heading", tidy(parsed.text[block.start : block.end])) for block in parsed.blocks
    ]
    headings = [line for is_heading, line in blocks if is_heading]
    text = "\n".join(_MARKERS.sub("", line) for is_heading, line in blocks if not is_heading)[:MOST_TEXT]
    title, summary = tidy(content["title"]), tidy(content["summary"])
    named = [tidy(topic["name"]) for topic in content["topics"]]
    subjects = "\n".join([*named, *headings])[:MOST_SUBJECTS]
    body = _apart(text)
    said = Counter(one for one in body if one not in _COMMON_STEMS and len(one) > 1)
    often = [one for one, times in said.most_common(MOST_OFTEN) if times >= OFTEN]
    return Indexed(
        title=stems(title),
        summary=stems(summary),
        subjects=[*_apart(subjects), *(part for one in often for part in (BREAK, one))],
        body=body,
        topics=topics,
        text=text,
        vocabulary=_vocabulary([title, summary, subjects, text]),
    )


def _apart(text: str) -> list[str]:
    """The stems of a text, its lines apart from one another."""
    return [one for line in text.split("\n") for one in (BREAK, *stems(line))]


def _vocabulary(texts: list[str]) -> set[str]:
    found = {word for text in texts for word in words(fold(text))}
    return {word for word in found if len(word) > 3 and word.isalpha() and word not in COMMON}
