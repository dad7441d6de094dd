"""What copying from a web page leaves behind: interface text, lost lists, second titles, second copies.

All of these are `fix`, which nobody can override: each rule stays silent where a person might disagree.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from articles.documents import Block, Document
from reviews.screening.context import Context
from reviews.screening.folding import fold
from reviews.screening.hits import Hit, hit
from reviews.screening.layout import key, title_block
from reviews.screening.phrases import normalise, pattern

_STEM = 5  # letters: "drink" and "drinking", "administer" and "administration" share them
_FEWEST_SHARED = 3
_OPENING = 9  # words of a definition, small ones aside, in which it says what the thing is
_MOST_DEFINITIONS = 50
_WORD = re.compile(r"[a-z0-9'-]+")
_SMALL_WORDS = frozenset(
    "a an the of to in on for with and or as at by from is are was were be been being it its this that these "
    "those which who has have had can could may might will would such also often their there than more into "
    "not but if".split()
)
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
    first = title_block(document, context.chrome)
    if first is None or not (title := key(document.block_text(document.blocks[first]))):
        return
    for block in document.blocks[first + 1 :]:
        if block.kind in ("title", "summary", "cell") or block.end - block.start > 1000:
            continue
        if key(document.block_text(block)) == title:
            yield hit("structure.repeated_title", document, block.start, block.end)


def duplicates(document: Document, context: Context) -> Iterator[Hit]:
    """Each run of blocks that repeats an earlier one, as one hit from its first block to its last."""
    for copy in context.copies:
        yield hit(
            "structure.duplicate", document, document.blocks[copy.first].start, document.blocks[copy.last].end
        )


def near_duplicates(document: Document, context: Context) -> Iterator[Hit]:
    """Sentences that say again what an earlier one said, in nearly its words.

    Two are alike when half of their pairs of neighbouring words are the same, small words and endings
    aside; two definitions, when they begin with the same word or share a few. Each pair is kept with the
    first sentence that has it, so the work grows with the text.
    """
    first: dict[tuple[str, str], int] = {}
    counts: list[int] = []
    definitions: list[tuple[int, str, set[str]]] = []
    for index, sentence in enumerate(context.sentences):
        counts.append(0)
        if sentence.is_heading:
            continue
        stems = [word[:_STEM] for word in _WORD.findall(sentence.words) if word not in _SMALL_WORDS]
        pairs = set(pairwise(stems))
        counts[index] = len(pairs)
        shared = Counter(first[pair] for pair in pairs if pair in first).most_common(1)
        for pair in pairs:
            first.setdefault(pair, index)
        earlier = None
        if shared and shared[0][1] >= max(_FEWEST_SHARED, (len(pairs) + counts[shared[0][0]]) / 4):
            earlier = shared[0][0]
        elif pattern("structure", "definitions").search(sentence.words):
            term, opening = "".join(stems[:1]), set(stems[:_OPENING])
            alike = (
                place
                for place, defined, words in definitions
                if defined == term or len(words & opening) >= _FEWEST_SHARED
            )
            earlier = next(alike, None)
            if len(definitions) < _MOST_DEFINITIONS:
                definitions.append((index, term, opening))
        if earlier is not None:
            said = " ".join(context.sentences[earlier].span.quote.split())
            yield hit(
                "structure.near_duplicate",
                document,
                sentence.span.start,
                sentence.span.end,
                earlier=said if len(said) <= 80 else said[:79] + "…",
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
        if not fold(document.text[max(block.start, block.end - 8) : block.end]).text.rstrip().endswith(":"):
            continue
        after = index + 1
        while after < len(blocks) and after in skipped:
            after += 1
        if _is_list_of_sections(document, after):
            continue
        if after < len(blocks) and blocks[after].kind != "heading":
            if blocks[after].kind != "paragraph" or _continues(document, after):
                continue
            if not _announces_list(document, block):
                continue
        yield hit("structure.empty_list", document, block.start, block.end)


def _announces_list(document: Document, block: Block) -> bool:
    tail = normalise(document.text[max(block.start, block.end - 120) : block.end])
    return pattern("structure", "announcements").search(tail) is not None


def _is_list_of_sections(document: Document, index: int) -> bool:
    """Whether what was announced follows as sections: "LSD", then a paragraph that begins with "LSD"."""
    keys = [key(document.block_text(block)) for block in document.blocks[index : index + 4]]
    return len(keys) == 4 and all(keys[at + 1].startswith(f"{keys[at]} ") for at in (0, 2))


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
