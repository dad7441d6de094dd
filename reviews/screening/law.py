"""The law: statements that name no place and year or source, and calls to change it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from articles.documents import Document
from reviews.screening.context import Context, Sentence
from reviews.screening.hits import Hit, hit_on
from reviews.screening.phrases import pattern

_YEAR = re.compile(r"(?<!\w)(?:19|20)\d\d(?!\w)")


def legal_status(document: Document, context: Context) -> Iterator[Hit]:
    """What is said to be lawful or not, in an article about something that laws may forbid."""
    if not context.unproven:
        return
    for sentence in context.sentences:
        if sentence.sourced or sentence.is_question:
            continue
        for rule, group in (("legal.advocacy", "advocacy"), ("legal.status", "status")):
            found = _said(sentence, group)
            if found and not (rule == "legal.status" and _is_precise(sentence)):
                yield hit_on(rule, document, sentence, context, found=found)
                break


def _said(sentence: Sentence, group: str) -> str:
    other = [match.span() for match in pattern("legal", "other").finditer(sentence.words)]
    for match in pattern("legal", group).finditer(sentence.words):
        if not any(start <= match.start() < end for start, end in other):
            return match.group()
    return ""


def _is_precise(sentence: Sentence) -> bool:
    """Whether a statement of law can be checked as it stands: it names a place and a year."""
    return bool(pattern("legal", "places").search(sentence.words) and _YEAR.search(sentence.words))
