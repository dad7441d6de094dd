"""What a block is for, beyond its kind: scraped interface text, a second copy, the reference list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from articles.documents import Block, Document
from reviews.screening.folding import fold
from reviews.screening.phrases import entries, normalise, pattern

SHORTEST_COPY = 12
"""A paragraph of fewer words may stand twice in an article without being a pasted section."""

_LONGEST_CHROME = 30  # words
_LONGEST_ALT_TEXT = 12  # words
_MOST_LINKS = 8
_LONGEST_FOLDED = 2_000  # characters of a line that is looked at for tricks of spelling
_SIGNS = "★☆⭐✩©"
_BARS = str.maketrans("|()", "   ")
_NOT_A_WORD = re.compile(r"[\W_]+")


def key(text: str) -> str:
    """`text` as two people would agree it is the same: no case, no punctuation."""
    return _NOT_A_WORD.sub(" ", text.casefold()).strip()


@dataclass(frozen=True, slots=True)
class Copy:
    """Blocks `first` to `last` say again, word for word, what earlier blocks said."""

    first: int
    last: int


def copies(document: Document, title: int | None) -> list[Copy]:
    """Each run of body blocks that repeats an earlier run and holds a paragraph of `SHORTEST_COPY` words.

    Headings and short lines beside a repeated paragraph are counted in when they are repeated too; the
    title, which has a rule of its own, is not.
    """
    keys = [_copy_key(document, block) for block in document.blocks]
    if title is not None:
        named = key(document.block_text(document.blocks[title]))
        keys = ["" if one == named else one for one in keys]
    seen: dict[str, int] = {}
    found: list[Copy] = []
    index = 0
    while index < len(keys):
        earlier = seen.setdefault(keys[index], index) if keys[index] else index
        if earlier == index or keys[index].count(" ") + 1 < SHORTEST_COPY:
            index += 1
            continue
        first, last = index, index
        floor = found[-1].last if found else earlier
        while first - 1 > floor and _same(keys, first - 1, earlier - (index - first) - 1):
            first -= 1
        while last + 1 < len(keys) and _same(keys, last + 1, earlier + (last - index) + 1):
            last += 1
        found.append(Copy(first, last))
        index = last + 1
    return found


def _same(keys: list[str], one: int, other: int) -> bool:
    return other >= 0 and bool(keys[one]) and keys[one] == keys[other]


def _copy_key(document: Document, block: Block) -> str:
    # A summary is often the first paragraph, and a table repeats its cells by design.
    if block.kind in ("title", "summary", "cell"):
        return ""
    return key(document.block_text(block))


def chrome_lines(document: Document) -> frozenset[int]:
    """The indexes of blocks that are interface text of the page the article was copied from.

    A word that may also be content ("Email", "Home") counts only beside a line that is surely chrome.
    """
    sure: set[int] = set()
    possible: set[int] = set()
    for index, block in enumerate(document.blocks):
        if block.kind in ("summary", "cell") or block.end - block.start > 300:
            continue
        line = _line(document, block)
        if not line or line.count(" ") >= _LONGEST_CHROME:
            continue
        if pattern("chrome", "lines").fullmatch(line) or _opens_chrome(document, block, line):
            sure.add(index)
        elif pattern("chrome", "only_beside_chrome").fullmatch(line):
            # No article is called "Menu".
            (sure if block.kind == "title" else possible).add(index)
    for index in _beside(sure, possible):
        sure.add(index)
    for index in sorted(sure):
        sure.update(_links_below(document, index, sure))
    return frozenset(sure)


def _plain(document: Document, block: Block) -> str:
    """A block's text without what cannot be seen; as long as it may be, a line of interest is short."""
    text = document.block_text(block)
    return fold(text).text if len(text) <= _LONGEST_FOLDED else text


def _links_below(document: Document, index: int, sure: set[int]) -> Iterator[int]:
    """The titles of other pages under "Related posts", down to more interface text or the end of the page."""
    blocks = document.blocks
    if not pattern("chrome", "link_lists").fullmatch(_line(document, blocks[index])):
        return
    last = index + 1
    while last < len(blocks) and last not in sure and _is_title_like(document, blocks[last]):
        last += 1
    if last - index <= _MOST_LINKS and (last == len(blocks) or last in sure):
        yield from range(index + 1, last)


def _is_title_like(document: Document, block: Block) -> bool:
    text = document.block_text(block)
    return block.end - block.start < 120 and not text.endswith((".", ":")) and text[:1] in text[:1].upper()


def _line(document: Document, block: Block) -> str:
    """A line as the lexicon has it: without bars, brackets and the marks at its ends."""
    line = normalise(_plain(document, block)).strip(" .:!<>|»«→←-•*")
    return " ".join(line.translate(_BARS).split())


def _opens_chrome(document: Document, block: Block, line: str) -> bool:
    """Whether a short line, not a full sentence, begins as a link to another page or a byline does."""
    if line[0] in _SIGNS or pattern("chrome", "notices").match(line):
        return True
    is_sentence = document.block_text(block).rstrip().endswith((".", "?", ":", ";"))
    return not is_sentence and pattern("chrome", "openings").match(line) is not None


def _beside(sure: set[int], possible: set[int]) -> Iterator[int]:
    waiting = list(sure)
    while waiting:
        index = waiting.pop()
        for neighbour in (index - 1, index + 1):
            if neighbour in possible:
                possible.discard(neighbour)
                waiting.append(neighbour)
                yield neighbour


def title_block(document: Document, chrome: frozenset[int]) -> int | None:
    """The index of the title; of the first other line, where what was taken for it is interface text."""
    if not any(block.kind == "title" for block in document.blocks):
        return None
    kinds = ("title", "heading", "paragraph")
    return next(
        (i for i, block in enumerate(document.blocks) if block.kind in kinds and i not in chrome), None
    )


def alt_texts(document: Document) -> frozenset[int]:
    """The indexes of paragraphs that read as the description of a stock photograph.

    A short line without a capital letter at its front or a stop at its end, with words only a picture needs.
    """
    found: set[int] = set()
    for index, block in enumerate(document.blocks):
        text = document.block_text(block)
        if block.kind != "paragraph" or not text[:1].islower() or not text[-1:].isalnum():
            continue
        if block.end - block.start > 120 or text.count(" ") >= _LONGEST_ALT_TEXT:
            continue
        previous = document.blocks[index - 1] if index else None
        if previous and document.block_text(previous).endswith((":", ",", ";")):
            continue  # the line carries on from the one before
        if pattern("chrome", "pictures").search(normalise(text)):
            found.add(index)
    return frozenset(found)


def back_matter(document: Document) -> frozenset[int]:
    """The indexes of blocks under a heading such as "References", up to the next heading of its rank."""
    found: set[int] = set()
    level: int | None = None
    for index, block in enumerate(document.blocks):
        heading = block.kind == "heading"
        if heading and level is not None and block.level <= level:
            level = None
        if level is None and opens_back_matter(document, block):
            level = block.level if heading else 9
        if level is not None:
            found.add(index)
    return frozenset(found)


def opens_back_matter(document: Document, block: Block) -> bool:
    """Whether a block is the heading of a reference list, marked up as one or not."""
    if block.kind not in ("heading", "paragraph") or block.end - block.start > 40:
        return False
    return key(document.block_text(block)) in entries("chrome", "back_matter")
