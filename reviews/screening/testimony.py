"""Testimony told as evidence: what users say, one person's story, keeping a diary to find out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from articles.documents import Document
from reviews.screening.benefits import good_thing, is_denied
from reviews.screening.clauses import clause_before
from reviews.screening.context import Context, Sentence
from reviews.screening.hits import Hit, hit_on
from reviews.screening.phrases import pattern
from reviews.screening.wording import is_refuted

# “…,” says Maureen, 72: someone speaks for it.
_SPEAKER = re.compile(r"\" ?(?:says|said|explains|recalls|adds) [a-z]+|(?:says|said) [a-z]+,? \d\d(?!\w)")
_SOMEBODY = re.compile(r"(?<!\w)(?:he|she|his|her|him)(?!\w)")
_NEXT_BLOCK = 1


def anecdotes(document: Document, context: Context) -> Iterator[Hit]:
    """One hit per sentence that rests on testimony; one that warns of doing so is in order.

    Once a story of one person is told, what is said of "her" or "him" goes on telling it.
    """
    told_at = -_NEXT_BLOCK - 1  # the block in which somebody's story was last told
    for sentence in context.sentences:
        if sentence.is_question or sentence.is_heading:
            continue
        found = testimony(sentence)
        if not found and context.unproven and sentence.index - told_at <= _NEXT_BLOCK:
            found = _goes_on(sentence.words)
        if found and _SOMEBODY.search(sentence.words):
            told_at = sentence.index
        if found:
            yield hit_on("anecdote.testimony", document, sentence, context, found=found)


def _goes_on(words: str) -> str:
    """The "her" or "him" by which a sentence goes on with a story, unless it tells of harm or doubts it."""
    somebody = _SOMEBODY.search(words)
    return somebody.group() if somebody and not pattern("anecdote", "caution", "harms").search(words) else ""


def testimony(sentence: Sentence) -> str:
    """The words by which a sentence offers testimony for a benefit, or ''."""
    words = sentence.words
    if pattern("anecdote", "caution").search(words) or is_refuted(words):
        return ""
    if _SPEAKER.search(words) and not pattern("anecdote", "harms").search(words):
        return "says"
    for group in ("stories", "self_test"):
        match = pattern("anecdote", group).search(words)
        if match:
            return match.group()
    if sentence.citations or any(
        not is_denied(words, harm.start()) for harm in pattern("anecdote", "harms").finditer(words)
    ):
        return ""
    match = pattern("anecdote", "names").search(words)
    if match:
        return match.group()
    for match in pattern("anecdote", "testimony").finditer(words):
        if pattern("attribution", "no_appeal").search(clause_before(words, match.start())):
            continue
        if good_thing(words):
            return match.group()
    return ""
