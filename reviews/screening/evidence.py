"""Figures and benefits that no source in their sentence answers for."""

from __future__ import annotations

from collections.abc import Iterator

from articles.documents import Document
from reviews.screening.claims import benefit, is_claim, statistic
from reviews.screening.context import Context
from reviews.screening.hits import Hit, hit


def statistics(document: Document, context: Context) -> Iterator[Hit]:
    """Percentages, "n out of m", numbers of participants or people affected, without a citation."""
    for sentence in context.sentences:
        if sentence.sourced or sentence.is_heading:
            continue
        found = statistic(sentence.words)
        if found:
            yield hit("evidence.statistic", document, sentence.span.start, sentence.span.end, found=found)


def unsupported_claims(document: Document, context: Context) -> Iterator[Hit]:
    """Claims of a benefit without a citation in the same sentence."""
    for sentence in context.sentences:
        if sentence.sourced or not is_claim(sentence):
            continue
        found = benefit(sentence.words)
        if found:
            yield hit("evidence.unsupported", document, sentence.span.start, sentence.span.end, found=found)
