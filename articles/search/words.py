"""Text as searching sees it: folded, cut into words, the words stemmed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from articles.search.stemming import stem

LONGEST = 40
"""Letters of a word that count; nothing in a language that people speak is longer."""
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
COMMON = frozenset(
    "a about all also am an and any are as at be because been but by can could did do does for from get had "
    "has have he her him his how i if in into is it its just me more my no not of on or our she should so "
    "some than that the their them then there these they this those to us very was we were what when where "
    "which who why will with would you your".split()
)
"""Words that say nothing of what a text is about. They are indexed, and left out of most questions."""


class _Folding(dict[int, str]):
    """Each letter as a small one without its accent; always one character, so that places stay the same."""

    def __missing__(self, code: int) -> str:
        letter = unicodedata.normalize("NFKD", chr(code))[0].lower()
        self[code] = letter if len(letter) == 1 else chr(code)
        return self[code]


_FOLDING = _Folding()
# Most English text: its letters only have to be made small, which is thirty times as fast.
_BARE = re.compile(r"[\x00-\x7f\xa0‘’“”–—•…]*")


def tidy(text: str) -> str:
    """The text in composed form (NFC), without what no database stores (NUL, lone surrogates)."""
    kept = text.replace("\x00", " ")
    return unicodedata.normalize("NFC", kept.encode("utf-8", "ignore").decode())


def fold(text: str) -> str:
    """Small letters without accents, as long as the text was: place n is still place n. Expects tidy text."""
    return text.lower() if _BARE.fullmatch(text) else text.translate(_FOLDING)


def plain(word: str) -> str:
    """A `WORD` of folded text without apostrophes: “crohn’s” is “crohn”, “don’t” is “dont”."""
    if not word.isalnum():
        word = word.replace("’", "'").removesuffix("'s").replace("'", "")
    return word[:LONGEST]


def words(folded: str) -> Iterator[str]:
    """Every word of folded text, in order, without apostrophes."""
    return (plain(found[0]) for found in WORD.finditer(folded))


def stems(text: str) -> list[str]:
    """The stems of a tidy text's words, in order."""
    return [stem(word) for word in words(fold(text))]
