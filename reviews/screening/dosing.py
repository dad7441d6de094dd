"""Doses: amounts, schedules, named protocols, parts of a dose that no source in the sentence answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from articles.documents import Document
from reviews.screening.context import Context, Sentence
from reviews.screening.hits import Hit, hit
from reviews.screening.phrases import lexicon, pattern

_NUMBER = r"(?:\d{1,6}(?:[.,]\d{1,4})?|\d/\d|[¼½¾⅓])"
# "mg/dL" and "g per litre" measure what is in the blood or a bottle, not what is taken.
_NOT_A_CONCENTRATION = r"(?! ?(?:/|per|a) ?(?:d?l\b|dec|litre|liter|mil|100))"
_PERCENT_OF_DOSE = r"\d{1,3}(?:\.\d)? ?(?:%|per ?cent)[^.;:]{0,25}? "


def doses(document: Document, context: Context) -> Iterator[Hit]:
    """One hit per sentence and rule. A sentence that cites a listed reference is answered."""
    for sentence in context.sentences:
        if sentence.sourced:
            continue
        for rule, found in (
            ("dosing.amount", _amount(sentence)),
            ("dosing.schedule", _schedule(sentence)),
            ("dosing.protocol", _match("protocols", sentence)),
            ("dosing.fraction", _fraction(sentence)),
        ):
            if found:
                yield hit(rule, document, sentence.span.start, sentence.span.end, found=found)


def dose_fraction(words: str) -> str:
    """The first "10% of a full dose" or "a tenth of a dose" in normalised text, or ''."""
    match = pattern("dosing", "fractions").search(words) or _percent_of_dose().search(words)
    return match.group() if match else ""


def _amount(sentence: Sentence) -> str:
    """The first amount to take in the sentence, or ''. Needs a word that speaks of taking something."""
    for match in _amounts().finditer(sentence.words):
        if _is_food(sentence.words, match.end()):
            continue
        return match.group() if _match("setting", sentence) else ""
    return ""


def _is_food(words: str, end: int) -> bool:
    following = words[end : end + 40].removeprefix(" of")
    return pattern("dosing", "food").match(following.lstrip()) is not None


def _schedule(sentence: Sentence) -> str:
    sure = _match("sure_schedules", sentence)
    if sure or not _match("setting_of_schedule", sentence):
        return sure
    return _match("schedules", sentence)


def _fraction(sentence: Sentence) -> str:
    return dose_fraction(sentence.words)


def _match(group: str, sentence: Sentence) -> str:
    match = pattern("dosing", group).search(sentence.words)
    return match.group() if match else ""


@cache
def _amounts() -> re.Pattern[str]:
    known = lexicon("dosing")
    units, pieces, words = (
        "|".join(re.escape(entry) for entry in sorted(known[group], key=len, reverse=True))
        for group in ("units", "pieces", "numbers")
    )
    span = rf"{_NUMBER}(?: ?(?:-|to|or|and) ?{_NUMBER})?"
    return re.compile(
        rf"(?<![\w.,/$£€])(?:{span}[ -]?(?:{units})(?!\w){_NOT_A_CONCENTRATION}"
        rf"|(?:{span}|{words})[ -](?:(?:small|large|sublingual|oral|extra) )?(?:{pieces})(?!\w))"
    )


@cache
def _percent_of_dose() -> re.Pattern[str]:
    return re.compile(_PERCENT_OF_DOSE + pattern("dosing", "whole_dose").pattern)
