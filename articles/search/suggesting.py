"""“Did you mean …?” Nothing is suggested that does not stand in a live text at this moment."""

from __future__ import annotations

from rapidfuzz import process
from rapidfuzz.distance import OSA

from articles import statements
from articles.search.engine import engine
from articles.search.entries import live_entries
from articles.search.places import Place
from articles.search.queries import Query, asks_for
from articles.search.words import fold, tidy, words

FEW = 3
"""With fewer results than this a word may have been mistyped."""
SHORTEST = 4
_CANDIDATES = 5
_ENOUGH = 20
_READ = 5
_ALIKE = """
SELECT word FROM articles_searchword
 WHERE (word >= %s AND word < %s OR word >= %s AND word < %s) AND length(word) BETWEEN %s AND %s"""


def suggestion(query: Query) -> str:
    """The question with each rare word replaced by a commoner one that is nearly the same; or nothing."""
    better = {word: near for word in query.wanted if (near := _better(word))}
    return query.with_words(better) if better else ""


def _better(word: str) -> str:
    """Of the words nearest to a rare one, the one that most articles have; or nothing."""
    if len(word) < SHORTEST or not word.isalpha():
        return ""
    had = len(_having(word))
    if had >= FEW:
        return ""
    candidates = [(distance, near, _having(near)) for near, distance in _nearest(word)]
    for _, near, keys in sorted(candidates, key=lambda one: (one[0], -len(one[2]), one[1])):
        if len(keys) > had and _stands_in(near, keys):
            return near
    return ""


def _nearest(word: str) -> list[tuple[str, int]]:
    """Known words that one or two slips of a finger make of `word`, with how many; the fewest first."""
    slips = 1 if len(word) < 6 else 2
    # The first letter is seldom the wrong one. It may be missing, or have changed places with the second.
    begins = [*_beginning(word[0]), *_beginning(word[1])]
    known = statements.rows(_ALIKE, [*begins, len(word) - slips, len(word) + slips])
    found = process.extract(
        word,
        [one for (one,) in known if one != word],
        scorer=OSA.distance,
        score_cutoff=slips,
        limit=_CANDIDATES,
    )
    return [(near, int(distance)) for near, distance, _ in found]


def _beginning(letter: str) -> tuple[str, str]:
    return letter, chr(ord(letter) + 1)


def _having(word: str) -> list[int]:
    """Keys of the first `_ENOUGH` live publications about the word; else of those that mention it."""
    for place in (Place.HEAD, Place.ANYWHERE):
        keys = engine().match(asks_for(word), place, topic=None, since=None, limit=_ENOUGH)
        if len(keys) >= FEW:
            break
    return keys


def _stands_in(word: str, keys: list[int]) -> bool:
    """Whether one of the first of these publications has exactly this word, and is live."""
    texts = ((entry.title, entry.summary, entry.text) for entry in live_entries(keys[:_READ]))
    return any(word in words(fold(tidy(part))) for parts in texts for part in parts)
