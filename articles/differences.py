"""What differs between two pieces of HTML, marked with <ins> and <del>, valid and harmless as HTML.

Blocks (paragraphs, headings, items, cells) are put in step first; only those that changed are compared word
by word. So a small change in a long text costs little, the unchanged stretches are known, and a mark never
tears a list or a table apart: it stands inside its block.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import groupby

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from lxml import html as lxml_html
from lxml.html.diff import htmldiff
from rapidfuzz import fuzz

from articles.html import ATTRIBUTES, TAGS, URL_SCHEMES, clean

LONGEST = 600_000
"""Characters, old and new together, up to which any words are compared: less than a second of work."""
LONGEST_BLOCK = 20_000
"""Characters of one block, old and new together, that are compared word by word. (The work grows with the
square: half a million take half a minute.) Beyond, the whole block is marked."""
IN_STEP = 1_000
"""Blocks beside one another, old and new together, of which the longest common run is looked for; beyond,
each is looked for among the next few."""
_NEXT_FEW = 20
_ALIKE = 60.0
"""From this similarity (0-100, rapidfuzz ratio) on, one block is taken for another's new version."""

_BLOCKS = frozenset("p h2 h3 h4 ul ol li blockquote hr table caption thead tbody tfoot tr th td".split())
_ONE_PLACE = frozenset(["", "caption", "thead", "tbody", "tfoot", "th", "td"])
"""What is compared with what stands in its place, however different; '' is running text."""


@dataclass(slots=True)
class _Node:
    """A block with what is in it, or a run of text with its emphasis and links (`tag` is '')."""

    tag: str
    opening: str
    html: str
    """The whole of it; two nodes are the same when this is."""
    text: str
    inside: list[_Node] = field(default_factory=list)

    def marked(self, mark: str) -> str:
        """All of its words in <ins> or <del>."""
        if not self.tag:
            return f"<{mark}>{self.html}</{mark}>"
        return self._around("".join(node.marked(mark) for node in self.inside))

    def against(self, old: _Node, *, by_words: bool) -> str:
        """This node with what it adds to `old` and lacks of it."""
        if self.html == old.html:
            return self.html
        if self.tag:
            pairs = _in_step(old.inside, self.inside)
            return self._around("".join(_compared(*pair, by_words=by_words) for pair in pairs))
        if not by_words or len(old.html) + len(self.html) > LONGEST_BLOCK:
            return old.marked("del") + self.marked("ins")
        return str(htmldiff(old.html, self.html))

    def _around(self, inner: str) -> str:
        return self.opening if self.tag == "hr" else f"{self.opening}{inner}</{self.tag}>"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some blocks one after the other: the same in both texts, or changed, with the marks in them."""

    same: bool
    blocks: int
    html: SafeString

    @property
    def words(self) -> bool:
        """Whether words changed. What is neither this nor the same changed in layout or emphasis."""
        return "<ins>" in self.html or "<del>" in self.html

    @property
    def spoken(self) -> SafeString:
        """The HTML with words around each mark for those who hear it: most screen readers pass marks over."""
        html = str(self.html)
        for mark, word in (("ins", "added"), ("del", "taken out")):
            html = html.replace(f"<{mark}>", f'<{mark}><span class="sr-only">[{word}: </span>')
            html = html.replace(f"</{mark}>", f'<span class="sr-only">]</span></{mark}>')
        return mark_safe(html)  # noqa: S308 - ours, around what is clean


def marked(before: str, after: str) -> SafeString:
    """`after`, whole, with what it adds to `before` in <ins> and what it lacks in <del>."""
    return mark_safe("".join(stretch.html for stretch in stretches(before, after)))  # noqa: S308 - each is clean


def stretches(before: str, after: str) -> list[Stretch]:
    """Both texts as one, stretch by stretch. Any HTML may be given; what comes out is clean."""
    by_words = len(before) + len(after) <= LONGEST
    pairs = _in_step(_nodes_of(before), _nodes_of(after))
    found = []
    for same, together in groupby(pairs, key=_same):
        blocks = [_compared(*pair, by_words=by_words) for pair in together]
        found.append(Stretch(same, len(blocks), _clean("".join(blocks))))
    return found


_Pair = tuple[_Node | None, _Node | None]
"""A block as it was and as it is; None where it was added or taken out."""


def _same(pair: _Pair) -> bool:
    old, new = pair
    return old is not None and new is not None and old.html == new.html


def _compared(old: _Node | None, new: _Node | None, *, by_words: bool) -> str:
    if new is None:
        return old.marked("del") if old else ""
    return new.against(old, by_words=by_words) if old else new.marked("ins")


def _in_step(old: list[_Node], new: list[_Node]) -> Iterator[_Pair]:
    """The blocks of both in order, those that belong together in one pair."""
    if len(old) + len(new) > IN_STEP:
        yield from _among_the_next_few(old, new)
        return
    matcher = SequenceMatcher(None, [n.html for n in old], [n.html for n in new], autojunk=False)
    for step, i, j, m, n in matcher.get_opcodes():
        tags = {node.tag for node in (*old[i:j], *new[m:n])}
        in_place = j - i == n - m and len(tags) == 1 and (j - i == 1 or tags <= {"tr", "li"})
        if step == "equal" or in_place:
            yield from zip(old[i:j], new[m:n], strict=True)
        else:
            yield from _among_the_next_few(old[i:j], new[m:n])


def _among_the_next_few(old: list[_Node], new: list[_Node]) -> Iterator[_Pair]:
    place = 0
    added: list[_Pair] = []  # what was taken out is told before what came in its place
    for node in new:
        near = old[place : place + _NEXT_FEW]
        match = next((ahead for ahead, other in enumerate(near) if _alike(other, node)), None)
        if match is None:
            added.append((None, node))
            continue
        yield from ((gone, None) for gone in near[:match])
        yield from added
        yield near[match], node
        added, place = [], place + match + 1
    yield from ((gone, None) for gone in old[place:])
    yield from added


def _alike(old: _Node, new: _Node) -> bool:
    if old.tag != new.tag:
        return False
    return (
        old.tag in _ONE_PLACE
        or old.html == new.html
        or fuzz.ratio(old.text[:2000], new.text[:2000], score_cutoff=_ALIKE) > 0
    )


def _nodes_of(html: str) -> list[_Node]:
    return _inside(lxml_html.fragment_fromstring(clean(html), create_parent="div"))


def _inside(element: lxml_html.HtmlElement) -> list[_Node]:
    nodes: list[_Node] = []
    run = str(escape(element.text or ""))
    for child in element:
        if child.tag not in _BLOCKS:
            run += str(lxml_html.tostring(child, encoding="unicode"))
            continue
        nodes += _running(run)
        nodes.append(_block(child))
        run = str(escape(child.tail or ""))
    return [*nodes, *_running(run)]


def _running(html: str) -> list[_Node]:
    return [_Node("", "", html, html)] if html.strip() else []


def _block(element: lxml_html.HtmlElement) -> _Node:
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in sorted(element.attrib.items()))
    node = _Node(element.tag, f"<{element.tag}{attributes}>", "", element.text_content(), _inside(element))
    node.html = node._around("".join(inner.html for inner in node.inside))
    return node


def _clean(html: str) -> SafeString:
    # htmldiff passes through whatever it is given, so what comes out of it is cleaned, not only what goes in.
    cleaned = nh3.clean(
        html,
        tags=set(TAGS) | {"ins", "del"},
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        url_schemes=set(URL_SCHEMES),
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(cleaned.strip())  # noqa: S308
