"""Wording: unnamed authority, promises, calls to buy. All three are read sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from articles.documents import Document
from reviews.screening.clauses import clause_before, is_quoted
from reviews.screening.context import Context
from reviews.screening.hits import Hit, hit
from reviews.screening.phrases import pattern

_NAMED_BEFORE = re.compile(r"(?<!\w)(?:this|that|these|those|their|its|his|her|our|your|whose) $")


def vague_attribution(document: Document, context: Context) -> Iterator[Hit]:
    """Appeals to unnamed research or people; a citation of a listed reference names them."""
    for sentence in context.sentences:
        if sentence.sourced or sentence.is_heading or sentence.is_question:
            continue
        found = vague_phrase(sentence.words)
        if found:
            yield hit("attribution.vague", document, sentence.span.start, sentence.span.end, found=found)


def absolute_language(document: Document, context: Context) -> Iterator[Hit]:
    """Promises of safety and of effect, unless the sentence denies or refutes them."""
    for sentence in context.sentences:
        if sentence.is_question:
            continue
        for rule, group in (("absolute.safety", "safety"), ("absolute.certainty", "certainty")):
            found = promise(sentence.words, group)
            if found:
                yield hit(rule, document, sentence.span.start, sentence.span.end, found=found)


def promotion(document: Document, context: Context) -> Iterator[Hit]:
    """Calls to buy, book or join, and a publisher's words about its own wares."""
    for sentence in context.sentences:
        for match in pattern("promotion", "calls", "own_wares").finditer(sentence.words):
            if pattern("promotion", "against").search(clause_before(sentence.words, match.start())):
                continue
            start, end = sentence.span.start, sentence.span.end
            yield hit("promotion.call_to_action", document, start, end, found=match.group())
            break


def vague_phrase(words: str, *groups: str) -> str:
    """The first appeal to unnamed authority in normalised text, or ''; of all kinds unless `groups` says.

    "No studies have shown" and "whether research supports" say that such authority is lacking;
    "this study found" speaks of one that an earlier sentence names.
    """
    for match in pattern("attribution", *(groups or ("unnamed", "phrases"))).finditer(words):
        before = clause_before(words, match.start())
        if pattern("attribution", "no_appeal").search(before) or _NAMED_BEFORE.search(before):
            continue
        if before.endswith("the ") and match.group().startswith("researchers"):
            continue
        return match.group()
    return ""


def promise(words: str, *groups: str) -> str:
    """The first promise of these groups ("safety", "certainty") in normalised text, or ''."""
    refutes: bool | None = None  # asked at most once: a sentence may be very long
    for match in pattern("absolute", *groups).finditer(words):
        if pattern("absolute", "protective").search(clause_before(words, match.start())):
            continue
        if is_quoted(words, match.start(), match.end()):
            if refutes is None:
                refutes = pattern("absolute", "refuting").search(words) is not None
            if refutes:
                continue
        return match.group()
    return ""
