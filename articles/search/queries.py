"""What people type into the search field, as words and phrases. Anything at all can be typed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from articles.search.stemming import stem
from articles.search.words import COMMON, fold, tidy, words

MOST_LETTERS = 300
MOST_WORDS = 12
_QUOTES = re.compile('["“”„«»]')


@dataclass(frozen=True)
class Query:
    """A question: its parts in order, each some words, which stand in quotation marks or not."""

    parts: tuple[tuple[bool, tuple[str, ...]], ...]
    shortened: bool = False
    """More was typed than is looked for."""

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(word for _, part in self.parts for word in part))

    @cached_property
    def wanted(self) -> tuple[str, ...]:
        """Words that say what is looked for; the common ones only if there are no others."""
        return tuple(word for word in self.words if word not in COMMON) or self.words

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """Stems that an article must have, in any order."""
        return tuple(dict.fromkeys(map(stem, self.wanted)))

    @cached_property
    def phrases(self) -> tuple[tuple[str, ...], ...]:
        """Stems that must follow one another, as they stood in quotation marks."""
        return tuple(tuple(map(stem, part)) for quoted, part in self.parts if quoted and len(part) > 1)

    def with_words(self, better: dict[str, str]) -> str:
        """The question as one would type it with some words in place of others."""
        texts = ((quoted, " ".join(better.get(word, word) for word in part)) for quoted, part in self.parts)
        return " ".join(f'"{text}"' if quoted else text for quoted, text in texts)


def parse(text: str) -> Query:
    """The question in `text`: words in double quotation marks, of whatever shape, are a phrase.

    Every other sign only divides words, and a quotation mark without its fellow is such a sign. Never
    raises; there are no words in a question of signs only.
    """
    typed = fold(tidy(text[: 2 * MOST_LETTERS]).strip())
    pieces = _QUOTES.split(typed[:MOST_LETTERS])
    parts, left = [], MOST_WORDS
    for place, piece in enumerate(pieces):
        found = tuple(words(piece))
        if kept := found[:left]:
            quoted = place % 2 == 1 and place < len(pieces) - 1
            parts.append((quoted, kept))
        left -= len(kept)
        if len(found) > len(kept):
            return Query(tuple(parts), shortened=True)
    return Query(tuple(parts), shortened=len(text.strip()) > MOST_LETTERS)


def asks_for(word: str) -> Query:
    """The question that is one word."""
    return Query(((False, (word,)),))
