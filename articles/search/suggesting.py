"""“Did you mean …?” Nothing is suggested that does not stand in a live text at this moment."""

from __future__ import annotations

from django.db.models import Q
from django.db.models.functions import Length
from rapidfuzz import process
from rapidfuzz.distance import OSA

from articles.models import Publication, SearchEntry, SearchWord
from articles.search.engine import engine
from articles.search.places import Place
from articles.search.queries import Query, asks_for
from articles.search.words import fold, tidy, words

FEW = 3
"""With fewer results than this a word may have been mistyped."""
SHORTEST = 4
_CANDIDATES = 5
_ENOUGH = 20
_READ = 5


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
    begins = Q()
    for letter in {word[0], word[1]}:
        begins |= Q(word__gte=letter, word__lt=chr(ord(letter) + 1))
    known = SearchWord.objects.annotate(letters=Length("word")).filter(
        begins, letters__gte=len(word) - slips, letters__lte=len(word) + slips
    )
    found = process.extract(
        word,
        known.exclude(pk=word).values_list("pk", flat=True),
        scorer=OSA.distance,
        score_cutoff=slips,
        limit=_CANDIDATES,
    )
    return [(near, int(distance)) for near, distance, _ in found]


def _having(word: str) -> list[int]:
    """Keys of the first `_ENOUGH` live publications about the word; else of those that mention it."""
    for place in (Place.HEAD, Place.ANYWHERE):
        keys = engine().match(asks_for(word), place, topic=None, since=None, limit=_ENOUGH)
        if len(keys) >= FEW:
            break
    return keys


def _stands_in(word: str, keys: list[int]) -> bool:
    """Whether one of the first of these publications has exactly this word, and is live."""
    live = SearchEntry.objects.filter(pk__in=keys[:_READ], publication__status=Publication.Status.LIVE)
    texts = live.values_list("publication__title", "publication__summary", "text")
    return any(word in words(fold(tidy(part))) for entry in texts for part in entry)
