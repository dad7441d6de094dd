"""Doses: amounts, schedules, protocols, parts of a dose, instructions, without a source in the sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from articles.documents import Document
from reviews.screening.context import Context, Sentence
from reviews.screening.hits import Hit, hit_on
from reviews.screening.phrases import lexicon, pattern

_DIGITS = (
    r"(?:\d{1,6}(?:,\d{3}){1,3}|\d{0,6}[.,]\d{1,4}|\d{1,6} \d{1,2}/\d{1,3}"
    r"|\d{1,2}/\d{1,3}(?:th|rd|nd|ths)?|\d{1,6})"
)
# "mg/dL" and "g per litre" measure what is in the blood or a bottle, not what is taken.
_NOT_A_CONCENTRATION = r"(?! ?(?:/|per|a) ?(?:d?l\b|dec|litre|liter|mil|100|l\b|cm|m3))"
_PERCENT = re.compile(r"\d{1,3}(?:\.\d)? ?(?:%|per ?cent)|(?:five|ten|twenty) (?:%|per ?cent)")
_DIGIT = re.compile(r"\d")
_REACH = 60
_FEW_WORDS = 14  # of a line in a list of doses


def doses(document: Document, context: Context) -> Iterator[Hit]:
    """One hit per sentence and rule. A sentence that cites a listed reference is answered."""
    for sentence in context.sentences:
        if sentence.sourced or (sentence.is_question and not sentence.is_heading):
            continue
        if pattern("dosing", "no_guidance").search(sentence.words):
            continue
        for rule, found in (
            ("dosing.amount", _amount(sentence, context)),
            ("dosing.schedule", _schedule(sentence, context)),
            ("dosing.protocol", _match("protocols", sentence)),
            ("dosing.fraction", dose_fraction(sentence.words)),
            ("dosing.how_to", _how_to(sentence, context)),
        ):
            if found:
                yield hit_on(rule, document, sentence, context, found=found)


def dose_fraction(words: str) -> str:
    """The first "10% of a full dose" or "a tenth of a dose" in normalised text, or ''."""
    match = pattern("dosing", "fractions").search(words)
    if match:
        return match.group()
    if "%" not in words and "cent" not in words:
        return ""
    for percent in _PERCENT.finditer(words):
        whole = pattern("dosing", "whole_dose").search(words, percent.end(), percent.end() + _REACH)
        if whole:
            return words[percent.start() : whole.end()]
    return ""


def _amount(sentence: Sentence, context: Context) -> str:
    """The first amount to take in the sentence, or ''. Needs a word that speaks of taking something."""
    words = sentence.words
    # "100mg" holds a digit, "half a gram" a unit that stands alone.
    if not _DIGIT.search(words) and not pattern("dosing", "units", "pieces").may_hold(words):
        return ""
    if not (_match("setting", sentence) or (context.unproven and words.count(" ") < _FEW_WORDS)):
        return ""
    for match in _amounts().finditer(words):
        following = words[match.end() : match.end() + 40].removeprefix(" of").lstrip()
        if not pattern("dosing", "food").match(following):
            return match.group()
    return ""


def _schedule(sentence: Sentence, context: Context) -> str:
    sure = _match("sure_schedules", sentence)
    if sure and (context.unproven or _match("setting_of_schedule", sentence)):
        return sure
    if not _match("setting_of_schedule", sentence):
        return ""
    return _match("schedules", sentence)


def _how_to(sentence: Sentence, context: Context) -> str:
    return _match("how_to", sentence) if context.unproven else ""


def _match(group: str, sentence: Sentence) -> str:
    match = pattern("dosing", group).search(sentence.words)
    return match.group() if match else ""


@cache
def _amounts() -> re.Pattern[str]:
    known = lexicon("dosing")
    units, pieces, words, large = (
        "|".join(re.escape(entry) for entry in sorted(known[group], key=len, reverse=True))
        for group in ("units", "pieces", "numbers", "large_numbers")
    )
    # "two hundred and fifty", "point three", "one and a half", "a tenth of a"
    spelled = rf"(?:(?:{words})(?:[ -](?:and |)(?:{words}|{large}))" + r"{0,4}(?: of an?| an?)?)"
    number = rf"(?:{_DIGITS}|{spelled})"
    between = r" ?(?:-|to|or|and|up to|\.\.) ?"
    span = rf"(?:{number}(?:{between}{number})?)"
    described = "|".join(sorted(known["descriptions"], key=len, reverse=True))
    described += r"|(?:\d{1,4} ?(?:mg|mcg|ug|g) )?(?!all |the |these |those )[a-z']{3,12}(?: mane)?"
    return re.compile(
        rf"(?<![\w.,/$£€#])(?:['\"]?(?:{span}|an?)\+?['\"]?(?: of)?(?: an?)?[ -]?(?:{units})(?!\w)"
        rf"{_NOT_A_CONCENTRATION}|{span}\+?[ -](?:of )?(?:an? )?(?:(?:{described}) )?(?:{pieces})(?!\w))"
    )
