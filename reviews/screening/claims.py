"""Which sentences claim something about health that a reviewer can check against a source.

A sentence is a claim when it joins an effect to what it acts on ("reduce … anxiety"), gives a figure,
compares, or reports a finding; unless it asks, announces, advises, defines, or says what is not known.
"""

from __future__ import annotations

import re
from functools import cache

from articles.documents import Document
from reviews.screening.clauses import clause_before
from reviews.screening.context import Sentence, read
from reviews.screening.dosing import dose_fraction
from reviews.screening.phrases import entries, pattern
from reviews.screening.sentences import Span
from reviews.screening.wording import promise, vague_phrase

_REACH = 70  # characters between a verb and the thing it acts on
_FEWEST_WORDS = 3
_CONCESSION = re.compile(r"(?:while|although|though|even though|despite|whilst|as)\b[^,]{0,200}, ")
_CONDITION = re.compile(r"\A(?:before|if|when|after|once|for)\b[^,]{0,120}, ")
_LABEL = re.compile(r"[^.:;!?,]{1,50}: ")
_SHARE = r"\d{1,3}(?:\.\d{1,2})?"
_PERCENT = re.compile(rf"(?<![\w.]){_SHARE}(?: ?(?:-|to) ?{_SHARE})? ?(?:%|per ?cent(?!\w))")


def claims(document: Document) -> list[Span]:
    """The sentences of `document` that make a checkable health claim, in order, cited or not.

    Titles, headings, repeated passages, reference lists and interface text hold none.
    """
    return [sentence.span for sentence in read(document).sentences if is_claim(sentence)]


def is_claim(sentence: Sentence) -> bool:
    """Whether a reviewer would list this sentence. A citation marker nearly always makes it a claim."""
    if sentence.is_heading or sentence.is_question or sentence.words.count(" ") + 1 < _FEWEST_WORDS:
        return False
    words = sentence.words
    if pattern("claims", "signposts").match(words):
        return False
    if sentence.citations:
        return True
    said = _without_concession(words)
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


def benefit(words: str) -> str:
    """The benefit that normalised text states ("reduce stress and anxiety"), or ''; a denied one is none."""
    words = _without_label(_without_concession(words))
    for verbs, things in (("lessen", "complaints"), ("lift", "assets")):
        found = _joined(words, verbs, things)
        if found:
            return found
    for match in pattern("claims", "benefits").finditer(words):
        if not _is_denied(words, match.start()):
            return match.group()
    return ""


def statistic(words: str) -> str:
    """The first figure in normalised text that reports a finding or how common something is, or ''.

    Strengths ("0.9% saline") and parts of a dose ("10% of a full dose") are no such figures.
    """
    found = pattern("claims", "figures").search(words) or _counts().search(words)
    if found:
        return found.group()
    dose = dose_fraction(words)
    for match in _PERCENT.finditer(words):
        after = words[match.end() : match.end() + 30].lstrip()
        if not pattern("claims", "no_finding").match(after) and not dose.startswith(match.group()):
            return match.group()
    return ""


def _effect(words: str) -> bool:
    return bool(
        _joined(words, "harm", "harms", deniable=False)
        or _joined(words, "acts", "machinery", deniable=False)
        or (_joined(words, "study", "found", deniable=False) and pattern("claims", "substance").search(words))
    )


def _joined(words: str, first: str, second: str, *, deniable: bool = True) -> str:
    """The shortest stretch from a phrase of `first` to one of `second` within reach and clause, or ''."""
    for verb in pattern("claims", first).finditer(words):
        thing = pattern("claims", second).search(words, verb.end(), verb.end() + _REACH)
        if thing and not (deniable and _is_denied(words, verb.start())):
            return words[verb.start() : thing.end()]
    return ""


def _is_denied(words: str, at: int) -> bool:
    return pattern("claims", "denied").search(clause_before(words, at)) is not None


def _without_concession(words: str) -> str:
    """The main clause of "While more research is needed, early findings suggest …".

    Only a concession about what is not known is set aside; any other may hold the claim itself.
    """
    concession = _CONCESSION.match(words)
    if concession and pattern("claims", "limits").search(concession.group()):
        return words[concession.end() :]
    return words


def _without_label(words: str) -> str:
    """What follows the run-in heading of a list item ("better sleep: many people …")."""
    label = _LABEL.match(words)
    return words[label.end() :] if label else words


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
