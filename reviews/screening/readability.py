"""How hard a text is to read: the Flesch-Kincaid grade, and sentences too long to follow.

The grade is 0.39 × words per sentence + 11.8 × syllables per word - 15.59 (Kincaid, Fishburne, Rogers and
Chissom, 1975). Syllables are counted by vowel groups, as the formula's own users do by machine; the
count is right within a few per cent over a text, not for each word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from articles.documents import Document
from reviews.screening.context import Context
from reviews.screening.hits import Hit, hit

LONG_SENTENCE = 40
"""Words; a sentence of more is reported."""
HIGHEST_GRADE = 14.0
"""School years; a text above is reported. NHS and NIH write for 6 to 8; health journalism runs to 12."""
FEWEST_WORDS = 200
"""A shorter text has no grade worth naming."""

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
# The "e" of "like", "liked" and "likes", but not that of "table", "wanted" and "uses".
_SILENT_ENDING = re.compile(r"(?<![leyo])e$|(?<![td])ed$|(?<![szcgx])(?<!sh)(?<!ch)es$")
_VOWELS = re.compile(r"[aeiouy]+")


@dataclass(frozen=True, slots=True)
class Readability:
    """The counts behind a grade."""

    words: int
    sentences: int
    syllables: int

    @property
    def grade(self) -> float:
        """US school years needed to follow the text; 0 for an empty one."""
        if not self.words or not self.sentences:
            return 0.0
        return 0.39 * self.words / self.sentences + 11.8 * self.syllables / self.words - 15.59


def readability(sentences: Iterable[str]) -> Readability:
    """The counts over sentences in small letters."""
    words = number = total = 0
    for sentence in sentences:
        here = _WORD.findall(sentence)
        if here:
            number += 1
            words += len(here)
            total += sum(map(syllables, here))
    return Readability(words, number, total)


@lru_cache(maxsize=16384)
def syllables(word: str) -> int:
    """The syllables of an English word in small letters, at least 1."""
    count = len(_VOWELS.findall(word))
    if _SILENT_ENDING.search(word):
        count -= 1
    count += len(re.findall(r"(?<![tsc])i[ao](?!u)|eo(?!u)", word)) if count > 1 else 0
    return max(count, 1)


def hard_to_read(document: Document, context: Context) -> Iterator[Hit]:
    """The grade of the whole text where it is too high, and each sentence that is too long."""
    prose = [s for s in context.sentences if not s.is_heading]
    counted = readability(s.words for s in prose)
    if counted.words >= FEWEST_WORDS and counted.grade > HIGHEST_GRADE:
        yield hit("readability.grade", document, grade=f"{counted.grade:.0f}")
    for sentence in prose:
        length = sentence.words.count(" ") + 1
        if length > LONG_SENTENCE:
            yield hit(
                "readability.long_sentence",
                document,
                sentence.span.start,
                sentence.span.end,
                words=str(length),
            )
