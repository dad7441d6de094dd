"""What copying from a web page leaves behind: interface text, lost lists, second titles, second copies.

All of these are `fix`, which nobody can override: each rule stays silent where a person might disagree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from articles.documents import Block, Document
from reviews.screening.context import Context
from reviews.screening.hits import Hit, hit
from reviews.screening.layout import key
from reviews.screening.phrases import normalise, pattern

_SHORT_LINE = 25  # words; a paragraph of fewer may be a list item that lost its mark
_LISTED = re.compile(r"[-–—•*·‣◦▪●►✓✔→]|[(\[]?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)\]]\s|[\"“‘'«]")
_LABEL = re.compile(r"[^.:;!?\n]{1,60}(?::\s|\s[–—-]\s)")


def page_chrome(document: Document, context: Context) -> Iterator[Hit]:
    """Each line of interface text, and each description of a picture that was left behind."""
    for rule, indexes in (("chrome.line", context.chrome), ("chrome.alt_text", context.alt_texts)):
        for index in indexes:
            block = document.blocks[index]
            yield hit(rule, document, block.start, block.end)


def repeated_title(document: Document, context: Context) -> Iterator[Hit]:
    """Body blocks that say the title again, but for case and punctuation."""
    titles = {key(document.block_text(block)) for block in document.blocks if block.kind == "title"} - {""}
    for block in document.blocks:
        if block.kind in ("title", "summary", "cell") or block.end - block.start > 1000:
            continue
        if key(document.block_text(block)) in titles:
            yield hit("structure.repeated_title", document, block.start, block.end)


def duplicates(document: Document, context: Context) -> Iterator[Hit]:
    """Each run of blocks that repeats an earlier one, as one hit from its first block to its last."""
    for copy in context.copies:
        yield hit(
            "structure.duplicate", document, document.blocks[copy.first].start, document.blocks[copy.last].end
        )


def empty_lists(document: Document, context: Context) -> Iterator[Hit]:
    """Blocks that end in a colon and announce nothing.

    Nothing or a heading after any colon counts. An ordinary paragraph counts only after words that
    announce a list ("include", "the following"), since a colon may well introduce prose.
    """
    blocks = document.blocks
    skipped = context.chrome | context.alt_texts
    for index, block in enumerate(blocks):
        if block.kind not in ("paragraph", "item", "quote") or index in skipped:
            continue
        if document.text[max(block.start, block.end - 1) : block.end] not in (":", "："):
            continue
        after = index + 1
        while after < len(blocks) and after in skipped:
            after += 1
        if after < len(blocks) and blocks[after].kind != "heading":
            if blocks[after].kind != "paragraph" or _continues(document, after):
                continue
            if not _announces_list(document, block):
                continue
        yield hit("structure.empty_list", document, block.start, block.end)


def _announces_list(document: Document, block: Block) -> bool:
    tail = normalise(document.text[max(block.start, block.end - 120) : block.end])
    return pattern("structure", "announcements").search(tail) is not None


def _continues(document: Document, index: int) -> bool:
    """Whether a paragraph may be the first item of a list that lost its markup.

    A short line without a stop before a full paragraph is a heading, not an item.
    """
    text = document.block_text(document.blocks[index])
    if text[:1].islower() or _LISTED.match(text) or _LABEL.match(text):
        return True
    if not _is_short(text):
        return False
    following = document.blocks[index + 1] if index + 1 < len(document.blocks) else None
    leads = following is not None and following.kind == "paragraph" and text[-1:].isalnum()
    return not (leads and following and not _is_short(document.block_text(following)))


def _is_short(text: str) -> bool:
    return len(text.split(maxsplit=_SHORT_LINE)) < _SHORT_LINE
