"""Which sentences claim something about health that a reviewer can check against a source.

A sentence is a claim when it joins an effect to what it acts on ("reduce … anxiety"), gives a figure,
compares, or reports a finding; unless it asks, announces, advises, defines, or says what is not known.
"""

from __future__ import annotations

import re
from functools import cache

from articles.documents import Document
from reviews.screening.benefits import benefit, implied_benefit, joined, listed_benefit, without_concession
from reviews.screening.context import Context, Sentence, read
from reviews.screening.dosing import dose_fraction
from reviews.screening.mechanisms import mechanism, without_machinery
from reviews.screening.phrases import entries, pattern
from reviews.screening.sentences import Span
from reviews.screening.wording import is_refuted, promise, vague_phrase

_FEWEST_WORDS = 3
_CONDITION = re.compile(r"\A(?:before|if|when|after|once|for)\b[^,]{0,120}, ")
_DIGIT = re.compile(r"\d")
_SHARE = r"\d{1,3}(?:\.\d{1,2})?"
_PERCENT = re.compile(rf"(?<![\w.]){_SHARE}(?: ?(?:-|to) ?{_SHARE})? ?(?:%|per ?cent(?!\w)|pct(?!\w))")


def claims(document: Document) -> list[Span]:
    """The sentences of `document` that make a checkable health claim, in order, cited or not.

    Titles, headings, repeated passages, reference lists and interface text hold none.
    """
    context = read(document)
    return [
        sentence.span
        for sentence in context.sentences
        if is_claim(sentence) or (not sentence.is_heading and efficacy_claim(sentence, context))
    ]


def efficacy_claim(sentence: Sentence, context: Context) -> str:
    """The benefit that a sentence claims, or ''. Read widely in an article about an unproven remedy.

    What only explains how something acts, or only tells one person's story, is reported as that instead.
    """
    words = sentence.words
    if sentence.is_heading:
        if not context.unproven or sentence.is_question:
            return ""
        if sentence.block.kind != "title" and words.startswith(("how ", "why ")):
            return ""  # announces what the section is about
        headline = pattern("claims", "headlines").search(words)
        return headline.group() if headline else ""
    if not context.unproven:
        return benefit(words) if is_claim(sentence) else ""
    if pattern("claims", "signposts").match(words) or is_refuted(words):
        return ""
    if words.endswith(":") and pattern("benefits", "lists").search(words):
        return ""  # what the list holds is judged item by item
    said = without_concession(words)
    if pattern("claims", "advice_openings").match(_CONDITION.sub("", said)):
        return ""
    if pattern("benefits", "not_claimed").search(said) or pattern("claims", "limits").search(said):
        return ""
    if pattern("benefits", "background").match(said):
        return ""
    if pattern("anecdote", "stories", "self_test").search(words):
        return ""
    if mechanism(words):
        return joined(without_machinery(said), "lessen", "complaints")
    found = implied_benefit(said) or listed_benefit(words, sentence.lead_in)
    harm = joined(said, "harm", "harms") if found else ""
    # A harm cancels the benefit that follows it; "led to an improvement in depression" and "relieves
    # symptoms linked to depression" speak of one only to say that there is less of it.
    if harm and said.find(harm) < said.find(found) and not pattern("benefits", "gains").search(harm):
        return ""
    return found


def is_claim(sentence: Sentence) -> bool:
    """Whether a reviewer would list this sentence. A citation marker nearly always makes it a claim."""
    if sentence.is_heading or sentence.is_question or sentence.words.count(" ") + 1 < _FEWEST_WORDS:
        return False
    words = sentence.words
    if pattern("claims", "signposts").match(words):
        return False
    if sentence.citations:
        return True
    said = without_concession(words)
    if pattern("claims", "advice_openings").match(_CONDITION.sub("", said)):
        return False
    if pattern("claims", "advice", "limits").search(said):
        return False
    if statistic(said) or benefit(said) or promise(said, "safety", "certainty"):
        return True
    if pattern("claims", "definitions").search(said):
        return False
    if _effect(said) or vague_phrase(said, "unnamed"):
        return True
    return bool(pattern("claims", "comparisons", "prevalence", "findings").search(said))


def statistic(words: str) -> str:
    """The first figure in normalised text that reports a finding or how common something is, or ''.

    Strengths ("0.9% saline") and parts of a dose ("10% of a full dose") are no such figures.
    """
    dose = dose_fraction(words)
    found = pattern("claims", "figures").search(words)
    if not found and _DIGIT.search(words):
        found = _counts().search(words)
    if found and found.group() not in dose:
        return found.group()
    shares = list(_PERCENT.finditer(words))
    if not shares or pattern("claims", "no_people").search(words):
        return ""
    at = words.find(dose)
    for match in shares:
        after = words[match.end() : match.end() + 30].lstrip()
        of_dose = dose and at <= match.start() <= at + len(dose)
        if not of_dose and not pattern("claims", "no_finding").match(after):
            return match.group()
    return ""


def _effect(words: str) -> bool:
    return bool(
        joined(words, "harm", "harms", deniable=False)
        or joined(words, "acts", "machinery", deniable=False)
        or (joined(words, "study", "found", deniable=False) and pattern("claims", "substance").search(words))
    )


@cache
def _counts() -> re.Pattern[str]:
    counted = "|".join(sorted(entries("claims", "counted"), key=len, reverse=True))
    number = r"\d{1,3}(?:[, ]\d{3}){0,3}(?:\.\d{1,2})?"
    return re.compile(
        rf"(?<![\w.,$£€])(?:{number} (?:in|out of|of) (?:every )?{number}(?: (?:{counted}))?"
        rf"|{number} (?:million|billion|thousand) (?:[a-z-]{{2,20}} ){{0,2}}(?:{counted})"
        rf"|(?:\d{{2,3}}|\d{{1,3}}(?:,\d{{3}}){{1,3}}|\d{{4,7}}) (?:[a-z-]{{2,20}} ){{0,2}}(?:{counted})"
        r"|\d{1,3}(?:\.\d)?(?:-fold| times (?:more|less|as|higher|lower)))(?!\w)"
    )
