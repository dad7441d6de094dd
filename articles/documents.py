"""An article as plain text with known offsets: what screening reads and anchors point into.

One `Document` holds everything a reader would read, in order: title, summary, then the body, block
by block, blocks divided by a newline. All offsets are code points of `Document.text`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lxml import etree
from lxml import html as lxml_html

from articles.html import clean

BlockKind = Literal["title", "summary", "heading", "paragraph", "item", "quote", "cell"]

_BLOCK_KINDS: dict[str, BlockKind] = {
    "p": "paragraph",
    "h2": "heading",
    "h3": "heading",
    "h4": "heading",
    "li": "item",
    "blockquote": "quote",
    "td": "cell",
    "th": "cell",
    "caption": "paragraph",
}
_BREAKS = frozenset(_BLOCK_KINDS) | {"ul", "ol", "table", "thead", "tbody", "tfoot", "tr", "hr", "div"}
_SPACE = re.compile(r"[ \t\r\n\f]+")


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of `Document.text` that reads as one unit: `text[start:end]`."""

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    """Heading level 2-4; 0 for everything else."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a reader would read, and the facts about it that stand outside the text."""

    text: str
    blocks: tuple[Block, ...]
    authors: tuple[str, ...] = ()
    dated: bool = True
    references: tuple[int, ...] = ()
    """The numbers in the reference list, in order."""

    def block_text(self, block: Block) -> str:
        return self.text[block.start : block.end]

    @property
    def body_start(self) -> int:
        """Where the body begins in `text`: after the title and the summary."""
        for block in self.blocks:
            if block.kind not in ("title", "summary"):
                return block.start
        return len(self.text)


@dataclass(slots=True)
class Piece:
    """One text node of a body: `element.text` or `element.tail`, and where it stands in the text."""

    element: etree._Element
    is_tail: bool
    start: int
    end: int


@dataclass(slots=True)
class Body:
    """A body parsed once: its tree, its plain text, and which text node each stretch came from."""

    root: etree._Element
    text: str
    blocks: tuple[Block, ...]
    elements: tuple[etree._Element, ...]
    """The element of each block, in step with `blocks`."""
    pieces: tuple[Piece, ...]

    def to_html(self) -> str:
        inner = str(self.root.text or "")
        parts = [_escape(inner)]
        parts += [str(lxml_html.tostring(child, encoding="unicode")) for child in self.root]
        return "".join(parts)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def parse_body(body: str) -> Body:
    """Parse an article body (any HTML; it is cleaned first) into text, blocks and text nodes.

    Runs of white space in text nodes are collapsed as a browser would show them.
    """
    root = lxml_html.fragment_fromstring(clean(body), create_parent="div")
    builder = _Builder()
    builder.walk(root)
    builder.flush()
    return Body(
        root, "".join(builder.parts), tuple(builder.blocks), tuple(builder.elements), tuple(builder.pieces)
    )


class _Builder:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.blocks: list[Block] = []
        self.elements: list[etree._Element] = []
        self.pieces: list[Piece] = []
        self.open: list[etree._Element] = []
        self.block_start = 0
        self.block_element: etree._Element | None = None
        self.at_space = True  # nothing yet, or the last character was a space

    def walk(self, root: etree._Element) -> None:
        for event, element in etree.iterwalk(root, events=("start", "end")):
            if event == "start":
                if element.tag in _BREAKS:
                    self.flush()
                elif element.tag == "br":
                    self._gap()
                self.open.append(element)
                self._take(element, is_tail=False)
            else:
                self.open.pop()
                if element.tag in _BREAKS:
                    self.flush()
                if element is not root:
                    self._take(element, is_tail=True)

    def _gap(self) -> None:
        if not self.at_space:
            self.parts.append(" ")
            self.length += 1
            self.at_space = True

    def _take(self, element: etree._Element, *, is_tail: bool) -> None:
        raw = element.tail if is_tail else element.text
        if not raw:
            return
        text = _SPACE.sub(" ", raw)
        if self.at_space:
            text = text.lstrip(" ")
        if is_tail:
            element.tail = text
        else:
            element.text = text
        if not text:
            return
        if self.block_element is None:
            if self.blocks:
                self.parts.append("\n")
                self.length += 1
            self.block_start = self.length
            self.block_element = next((e for e in reversed(self.open) if e.tag in _BLOCK_KINDS), self.open[0])
        self.pieces.append(Piece(element, is_tail, self.length, self.length + len(text)))
        self.parts.append(text)
        self.length += len(text)
        self.at_space = text.endswith(" ")

    def flush(self) -> None:
        self.at_space = True
        if self.block_element is None:
            return
        # A block does not end in a space; take it off so that offsets and text agree.
        while self.parts and self.parts[-1].endswith(" "):
            trimmed = self.parts[-1].rstrip(" ")
            self.length -= len(self.parts[-1]) - len(trimmed)
            self.parts[-1] = trimmed
            if trimmed:
                break
            self.parts.pop()
        element = self.block_element
        tag = str(element.tag)
        kind: BlockKind = _BLOCK_KINDS.get(tag, "paragraph")
        if tag == "p":  # <li><p>…</p></li> is an item, <blockquote><p> a quote
            parent = element.getparent()
            kind = _BLOCK_KINDS.get(str(parent.tag), kind) if parent is not None else kind
        level = int(tag[1]) if kind == "heading" else 0
        self.blocks.append(Block(kind, self.block_start, self.length, level))
        self.elements.append(element)
        self.block_element = None


def document(
    *,
    title: str,
    body: str,
    summary: str = "",
    authors: tuple[str, ...] = (),
    dated: bool = True,
    references: tuple[int, ...] = (),
) -> Document:
    """Build the `Document` of an article from its parts; `body` may be any HTML."""
    texts: list[str] = []
    blocks: list[Block] = []
    position = 0
    heads: tuple[tuple[BlockKind, str], ...] = (("title", title), ("summary", summary))
    for kind, value in heads:
        value = " ".join(value.split())
        if value:
            texts.append(value)
            blocks.append(Block(kind, position, position + len(value)))
            position += len(value) + 1
    parsed = parse_body(body)
    texts.append(parsed.text)
    blocks += [Block(b.kind, b.start + position, b.end + position, b.level) for b in parsed.blocks]
    text = "\n".join(texts)
    return Document(text, tuple(blocks), authors, dated, references)


def words(document: Document) -> Iterator[str]:
    """Every word of the document, in order."""
    yield from document.text.split()
