"""Wording: unnamed authority, promises, superlatives. All are read sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from articles.documents import Document
from reviews.screening.clauses import clause_before, is_quoted
from reviews.screening.context import Context
from reviews.screening.hits import Hit, hit_on
from reviews.screening.phrases import pattern

_REACH = 60  # characters
_NAMED_BEFORE = re.compile(r"(?<!\w)(?:this|that|these|those|their|its|his|her|our|your|whose|he|she|who) $")


def vague_attribution(document: Document, context: Context) -> Iterator[Hit]:
    """Appeals to unnamed research or people; a citation of a listed reference names them."""
    for sentence in context.sentences:
        if sentence.sourced or sentence.is_heading or sentence.is_question:
            continue
        found = vague_phrase(sentence.words)
        if (
            found
            and not _is_named(sentence.words)
            and not pattern("claims", "caution").search(sentence.words)
        ):
            yield hit_on("attribution.vague", document, sentence, context, found=found)


def absolute_language(document: Document, context: Context) -> Iterator[Hit]:
    """Promises of safety and of effect, unless the sentence denies or refutes them."""
    for sentence in context.sentences:
        if sentence.is_question:
            continue
        for rule, group in (("absolute.safety", "safety"), ("absolute.certainty", "certainty")):
            groups = (group, "bare") if group == "safety" and context.unproven else (group,)
            found = promise(sentence.words, *groups)
            if found:
                yield hit_on(rule, document, sentence, context, found=found)


def hype(document: Document, context: Context) -> Iterator[Hit]:
    """Superlatives and sensation, of which a health text has no need."""
    for sentence in context.sentences:
        sober = [match.span() for match in pattern("hype", "sober").finditer(sentence.words)]
        for match in pattern("hype", "words").finditer(sentence.words):
            if any(start <= match.start() < end for start, end in sober):
                continue
            yield hit_on("hype.superlative", document, sentence, context, found=match.group())
            break


def _is_named(words: str) -> bool:
    """Whether a study is named at least by its journal or institution; that is reported in its place."""
    return pattern("sources", "journals", "institutions").search(words) is not None


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
        after = words[match.end() :].lstrip()
        if pattern("attribution", "no_appeal_after").match(after) or _warns(match.group(), after):
            continue
        return match.group()
    return ""


def is_refuted(words: str) -> bool:
    """Whether normalised text says something only to refute it: "It is a myth that …"."""
    return words.startswith(("myth:", "false:", "claim:")) or bool(
        pattern("absolute", "refuted").search(words)
    )


def _warns(found: str, after: str) -> bool:
    """Whether "has been linked to" leads up to a harm: a caution rests on less than a promise."""
    return found.endswith((" to", " with", "linked", "associated")) and bool(
        pattern("claims", "harms").search(after[:_REACH])
    )


def promise(words: str, *groups: str) -> str:
    """The first promise of these groups ("safety", "certainty") in normalised text, or ''."""
    if is_refuted(words):
        return ""
    refutes: bool | None = None
    for match in pattern("absolute", *groups).finditer(words):
        if pattern("absolute", "protective").search(clause_before(words, match.start())):
            continue
        if pattern("absolute", "only_natural").match(words[match.end() :].lstrip()):
            continue
        if is_quoted(words, match.start(), match.end()):
            if refutes is None:
                refutes = pattern("absolute", "refuting").search(words) is not None
            if refutes:
                continue
        return match.group()
    return ""
