"""Selling: calls to act, a publisher's own wares, hooks for the reader, and where to get a substance."""

from __future__ import annotations

import re
from collections.abc import Iterator

from articles.documents import Document
from reviews.screening.clauses import clause_before
from reviews.screening.context import SOURCE_HOST, Context, Sentence
from reviews.screening.hits import Hit, hit_on
from reviews.screening.phrases import pattern

_ADDRESS = re.compile(
    r"(?<![\w@./-])(?:(?:https?://|www\.)[^\s<>\"”]{3,200}"
    r"|[\w-]{2,40}\.(?:com|net|shop|store|org|io|co|info|biz|co\.uk|example)(?![\w.-]*@)(?:/[^\s<>\"”]{0,200})?(?!\w))",
    re.IGNORECASE,
)
_SOURCE = re.compile(SOURCE_HOST, re.IGNORECASE)
_RULES = (
    ("promotion.call_to_action", "calls"),
    ("promotion.own_wares", "own_wares"),
    ("promotion.hook", "hooks"),
)


def promotion(document: Document, context: Context) -> Iterator[Hit]:
    """Calls to buy, book or join, a publisher's words about its own wares, questions that draw one in.

    The items of a list that own wares announce ("Through our platform you get:") are wares as well.
    """
    announced = False
    for sentence in context.sentences:
        item = sentence.is_item
        found = [(rule, phrase) for rule, group in _RULES if (phrase := _sold(group, sentence, context))]
        if item and announced and not found:
            found = [("promotion.own_wares", sentence.words[:40])]
        for rule, phrase in found[:1]:
            yield hit_on(rule, document, sentence, context, found=phrase)
        if not item:
            announced = bool(found) and sentence.words.endswith(":")


def links(document: Document, context: Context) -> Iterator[Hit]:
    """Addresses in an article about an unproven remedy that are no register of works or health authority."""
    if not context.unproven:
        return
    for sentence in context.sentences:
        for match in _ADDRESS.finditer(sentence.span.quote):
            if not _SOURCE.match(match.group()):
                yield hit_on(
                    "promotion.link", document, sentence, context, found=match.group().rstrip(".,;:)")
                )
                break


def procurement(document: Document, context: Context) -> Iterator[Hit]:
    """Sentences that help the reader to get hold of a substance."""
    for sentence in context.sentences:
        found = _obtaining(sentence, context)
        if found:
            yield hit_on("procurement.obtain", document, sentence, context, found=found)


def _sold(group: str, sentence: Sentence, context: Context) -> str:
    if group == "hooks" and not context.unproven:
        return ""
    if pattern("promotion", "no_sale").search(sentence.words):
        return ""
    for match in pattern("promotion", group).finditer(sentence.words):
        if pattern("promotion", "against").search(clause_before(sentence.words, match.start())):
            continue
        return match.group()
    return ""


def _obtaining(sentence: Sentence, context: Context) -> str:
    words = sentence.words
    for match in pattern("procurement", "sure").finditer(words):
        if context.unproven and not pattern("procurement", "against").search(
            clause_before(words, match.start())
        ):
            return match.group()
    if not (context.unproven or sentence.subjects):
        return ""
    for match in pattern("procurement", "getting").finditer(words):
        if pattern("procurement", "against").search(clause_before(words, match.start())):
            continue
        goods = pattern("procurement", "goods").search(words, match.end(), match.end() + 50)
        if goods:
            return words[match.start() : goods.end()]
    return ""
