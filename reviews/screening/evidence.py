"""What a text rests on: figures, benefits, mechanisms, comparisons, named studies, other evidence."""

from __future__ import annotations

from collections.abc import Iterator

from articles.documents import Document
from reviews.screening.claims import efficacy_claim, statistic
from reviews.screening.context import Context, Sentence
from reviews.screening.hits import Hit, hit_on
from reviews.screening.mechanisms import mechanism
from reviews.screening.phrases import pattern


def statistics(document: Document, context: Context) -> Iterator[Hit]:
    """Percentages, "n out of m", numbers of participants or people affected, without a citation beside."""
    for sentence in context.sentences:
        if sentence.answered or (sentence.is_heading and sentence.block.kind != "paragraph"):
            continue
        found = statistic(sentence.words)
        if found:
            yield hit_on("evidence.statistic", document, sentence, context, found=found)


def unsupported_claims(document: Document, context: Context) -> Iterator[Hit]:
    """Claims of a benefit without a citation in or beside the sentence."""
    for sentence in context.sentences:
        if sentence.answered:
            continue
        found = efficacy_claim(sentence, context)
        if found:
            rule = "evidence.headline" if sentence.is_heading else "evidence.unsupported"
            yield hit_on(rule, document, sentence, context, found=found)


def mechanisms(document: Document, context: Context) -> Iterator[Hit]:
    """How something taken is said to act in the body, without a citation beside."""
    for sentence in context.sentences:
        if sentence.answered or sentence.is_question or not context.unproven:
            continue
        found = mechanism(sentence.words)
        if found:
            yield hit_on("evidence.mechanism", document, sentence, context, found=found)


def comparisons(document: Document, context: Context) -> Iterator[Hit]:
    """Standard care run down, or said to be surpassed, without a citation beside."""
    for sentence in context.sentences:
        if sentence.answered or sentence.is_question or sentence.is_heading or not context.unproven:
            continue
        found = _comparison(sentence.words)
        if found:
            yield hit_on("evidence.comparison", document, sentence, context, found=found)


def mismatches(document: Document, context: Context) -> Iterator[Hit]:
    """Findings from animals, other substances, other doses or settings in an article about a remedy."""
    if not context.unproven:
        return
    small_doses = len(context.subjects.get("psychedelics", ())) > 2 and any(
        "microdos" in sentence.words for sentence in context.sentences[:12]
    )
    for sentence in context.sentences:
        words = sentence.words
        found = pattern("evidence", "animals").search(words)
        leaps = pattern("evidence", "leap").search(words) and pattern("evidence", "people").search(words)
        if not leaps:
            found = None
        if not found and small_doses:
            found = pattern("evidence", "full_dose").search(words) or (
                pattern("evidence", "other_substance").search(words)
                if pattern("evidence", "finding").search(words)
                else None
            )
        if found and not pattern("claims", "limits").search(words):
            yield hit_on("evidence.mismatch", document, sentence, context, found=found.group())


def named_sources(document: Document, context: Context) -> Iterator[Hit]:
    """Journals, institutions and protocols that are named without a reference beside."""
    for sentence in context.sentences:
        if sentence.answered or sentence.is_heading:
            continue
        found = _named_source(sentence)
        if found:
            yield hit_on("evidence.named_source", document, sentence, context, found=found)


def _comparison(words: str) -> str:
    if pattern("claims", "limits", "advice").search(words):
        return ""
    match = pattern("evidence", "comparisons").search(words)
    if match:
        return match.group()
    standard = pattern("evidence", "standard").search(words)
    if standard and pattern("evidence", "against_standard").search(words):
        return standard.group()
    return ""


def _named_source(sentence: Sentence) -> str:
    match = pattern("sources", "journals", "institutions", "protocols").search(sentence.words)
    if not match or pattern("sources", "no_study").search(sentence.words):
        return ""
    if pattern("sources", "protocols").search(sentence.words):
        return match.group()
    return match.group() if pattern("sources", "study").search(sentence.words) else ""
