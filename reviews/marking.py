"""The frozen text with its claims, findings and comments marked in place. Pure: no database.

Marks may overlap, and may run across inline tags and blocks. Each becomes as many `<mark>` elements as
the HTML needs: nested where one lies inside another, cut in two where they overlap in part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from lxml import etree
from lxml import html as lxml_html

from articles.documents import parse_body
from reviews.screening.citations import markers

Node = str | etree._Element


@dataclass(frozen=True, slots=True)
class Mark:
    """A passage, `start` to `end` in code points of the edition's `Document.text`, and what it is."""

    key: str
    """The id of its entry in the rail; the passage itself gets the id `passage-<key>`."""
    kind: str
    tone: str
    start: int
    end: int
    pin: str
    """The few characters that stand after the passage and lead to its entry."""
    label: str
    """The same for a screen reader."""


@dataclass(frozen=True, slots=True)
class Marked:
    """The three parts of an edition as safe HTML."""

    title: SafeString
    summary: SafeString
    body: SafeString


def mark_up(content: dict[str, Any], marks: Iterable[Mark]) -> Marked:
    """Mark passages in an edition's `content`. The body is sanitised again; all else is escaped."""
    title, summary = (" ".join(content[part].split()) for part in ("title", "summary"))
    body = parse_body(content["body"])
    after_title = len(title) + 1 if title else 0
    body_start = after_title + (len(summary) + 1 if summary else 0)
    spans = [
        (0, len(title)),
        (after_title, after_title + len(summary)),
        *((piece.start + body_start, piece.end + body_start) for piece in body.pieces),
    ]
    weaver = _Weaver(
        spans, [m for m in marks if m.start < m.end], {r["number"] for r in content["references"]}
    )
    heads = [_inner_html(weaver.weave(place, text)) for place, text in enumerate((title, summary))]
    late: list[tuple[etree._Element, list[etree._Element]]] = []
    for place, piece in enumerate(body.pieces, start=2):
        raw = (piece.element.tail if piece.is_tail else piece.element.text) or ""
        link = _link_around(piece.element, piece.is_tail)
        nodes = weaver.weave(place, raw, in_link=link is not None)
        if link is not None and weaver.waiting:
            late.append((link, weaver.waiting))
            weaver.waiting = []
        _put(piece.element, nodes, is_tail=piece.is_tail)
    for link, pins in late:
        for pin in reversed(pins):
            _insert_after(link, pin)
    return Marked(_safe(heads[0]), _safe(heads[1]), _safe(body.to_html()))


@dataclass(slots=True)
class _Weaver:
    spans: Sequence[tuple[int, int]]
    marks: Sequence[Mark]
    numbers: set[int]
    waiting: list[etree._Element] = field(default_factory=list)
    """Pins of passages that end inside a link, where a second link may not stand."""
    _first: dict[str, int] = field(default_factory=dict)
    _last: dict[str, int] = field(default_factory=dict)
    _here: list[list[Mark]] = field(default_factory=list)

    def __post_init__(self) -> None:
        # Two pointers would be faster; a text has hundreds of pieces and dozens of marks.
        for place, (start, end) in enumerate(self.spans):
            here = [m for m in self.marks if m.start < end and m.end > start]
            for mark in here:
                self._first.setdefault(mark.key, place)
                self._last[mark.key] = place
            self._here.append(here)

    def weave(self, place: int, text: str, *, in_link: bool = False) -> list[Node]:
        """The nodes of one stretch of text, its marks around it."""
        start, end = self.spans[place]
        clipped = [(max(m.start, start), min(m.end, end), m) for m in self._here[place]]
        return self._build(clipped, start, end, place, text, in_link)

    def _build(
        self, marks: list[tuple[int, int, Mark]], low: int, high: int, place: int, text: str, in_link: bool
    ) -> list[Node]:
        offset = self.spans[place][0]
        nodes: list[Node] = []
        queue = sorted(marks, key=_outermost_first)
        position = low
        while queue:
            start, end, mark = queue.pop(0)
            if start > position:
                nodes += self._text(text[position - offset : start - offset], in_link)
            inside = [(s, min(e, end), m) for s, e, m in queue if s < end]
            queue = sorted([(max(s, end), e, m) for s, e, m in queue if e > end], key=_outermost_first)
            nodes.append(
                self._mark(mark, start, self._build(inside, start, end, place, text, in_link), place)
            )
            if self._last[mark.key] == place and end == min(mark.end, self.spans[place][1]):
                pin = _pin(mark)
                if in_link:
                    self.waiting.append(pin)
                else:
                    nodes.append(pin)
            position = end
        if position < high:
            nodes += self._text(text[position - offset : high - offset], in_link)
        return nodes

    def _mark(self, mark: Mark, start: int, inside: list[Node], place: int) -> etree._Element:
        element = etree.Element("mark")
        element.set("class", f"{mark.kind} {mark.kind}-{mark.tone}")
        element.set(f"data-{mark.kind}", mark.key)
        if self._first[mark.key] == place and start == max(mark.start, self.spans[place][0]):
            element.set("id", f"passage-{mark.key}")
        _put(element, inside)
        return element

    def _text(self, text: str, in_link: bool) -> list[Node]:
        """Plain text, its citations of references made links."""
        nodes: list[Node] = []
        position = 0
        for start, end, numbers in () if in_link else markers(text):
            if numbers[0] not in self.numbers:
                continue
            link = etree.Element("a")
            link.set("href", f"#reference-{numbers[0]}")
            link.set("class", "cite")
            link.text = text[start:end]
            nodes += [text[position:start], link]
            position = end
        return [*nodes, text[position:]]


def _outermost_first(item: tuple[int, int, Mark]) -> tuple[int, int, str, str]:
    start, end, mark = item
    return (start, -end, mark.kind, mark.key)


def _pin(mark: Mark) -> etree._Element:
    pin = etree.Element("a")
    pin.set("class", f"pin pin-{mark.kind} pin-{mark.tone}")
    pin.set("href", f"#{mark.key}")
    pin.set("aria-label", mark.label)
    pin.text = mark.pin
    return pin


def _put(element: etree._Element, nodes: Sequence[Node], *, is_tail: bool = False) -> None:
    """Put `nodes` in the place of an element's text, or of the text after it."""
    if is_tail:
        parent = element.getparent()
        if parent is None:
            return
        place = parent.index(element) + 1
        element.tail = ""
    else:
        parent, place = element, 0
        element.text = ""
    last: etree._Element | None = None
    for node in nodes:
        if not isinstance(node, str):
            parent.insert(place, node)
            place, last = place + 1, node
        elif last is not None:
            last.tail = (last.tail or "") + node
        elif is_tail:
            element.tail = (element.tail or "") + node
        else:
            element.text = (element.text or "") + node


def _insert_after(element: etree._Element, node: etree._Element) -> None:
    parent = element.getparent()
    if parent is None:
        return
    node.tail, element.tail = element.tail, None
    parent.insert(parent.index(element) + 1, node)


def _link_around(element: etree._Element, is_tail: bool) -> etree._Element | None:
    around = ([] if is_tail else [element]) + list(element.iterancestors())
    return next((e for e in around if e.tag == "a"), None)


def _inner_html(nodes: Sequence[Node]) -> str:
    root = etree.Element("span")
    _put(root, nodes)
    return str(lxml_html.tostring(root, encoding="unicode")).removeprefix("<span>").removesuffix("</span>")


def _safe(html: str) -> SafeString:
    return mark_safe(html)  # noqa: S308 - built by lxml from text, or cleaned by parse_body
