"""Whether each disclaimer of a page stands in its HTML, seen by readers and in place. Pure: no database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from articles.documents import parse_body
from articles.rendering import MARKER, PlacedDisclaimer, paragraphs

_NEVER_SHOWN = frozenset({"template", "script", "style", "noscript", "head", "title", "datalist", "object"})
_HIDING_CLASSES = frozenset(
    {"hidden", "visually-hidden", "visuallyhidden", "sr-only", "screen-reader-text", "skip", "collapse"}
)
_HIDING_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|content-visibility\s*:\s*hidden"
    r"|opacity\s*:\s*0(?:\.0+)?%?\s*(?:;|!|$)|(?:font-size|max-height|height|width)\s*:\s*0[a-z%]*\s*(?:;|!|$)"
    r"|clip(?:-path)?\s*:|text-indent\s*:\s*-|(?:left|top|right|bottom)\s*:\s*-\d{3,}",
    re.IGNORECASE,
)
_PLACES = {
    "top": "before the text",
    "inline": "right after its passage",
    "end": "after the text",
    "crisis": "after the text",
}


def problems_in(
    served: str, *, disclaimers: Sequence[PlacedDisclaimer], body: str, names: dict[str, str] | None = None
) -> list[str]:
    """What is wrong with the disclaimers on a page as it was served, one sentence each; [] when nothing is.

    `disclaimers` are those that were signed for it, `body` the article's text as frozen (HTML), `names`
    what the disclaimers are called. What a style sheet hides is not seen here.
    """
    try:
        root = lxml_html.document_fromstring(served)
    except (etree.ParserError, ValueError):
        return ["The page is empty or cannot be read."]
    _drop_comments(root)
    text = next((e for e in root.iter() if _has_class(e, "body")), None)
    if text is None:
        return ["The page has no text."]
    order = {element: place for place, element in enumerate(root.iter())}
    found = []
    for item in disclaimers:
        name = f"“{(names or {}).get(item['key'], item['key'])}”"
        if problem := _problem(item, root, text, order, body):
            found.append(f"{name} {problem}.")
    return found


def _problem(
    item: PlacedDisclaimer,
    root: etree._Element,
    text: etree._Element,
    order: dict[etree._Element, int],
    body: str,
) -> str:
    boxes = [e for e in root.iter() if e.get("data-disclaimer") == item["key"]]
    if not boxes:
        return "is not on the page"
    said = [box for box in boxes if _says(box, item)]
    if not said:
        return "stands on the page with other words than were signed"
    seen = [box for box in said if not hidden_by(box)]
    if not seen:
        return f"is on the page, but readers do not see it: {hidden_by(said[0])}"
    shown = [box for box in seen if _says(box, item, visible=True)]
    if not shown:
        return "is on the page, but readers do not see all its words"
    if not any(_in_place(box, item, text, order, body) for box in shown):
        return f"is not in its place, {_PLACES[item['placement']]}"
    return ""


def _says(box: etree._Element, item: PlacedDisclaimer, *, visible: bool = False) -> bool:
    words = _flat(_text(box, visible=visible))
    return words.removeprefix("Important ") == " ".join(paragraphs(item["text"]))


def hidden_by(element: etree._Element) -> str:
    """What hides an element from readers, itself or around it; '' when nothing does."""
    inner: etree._Element | None = None
    around: etree._Element | None = element
    while around is not None:
        if reason := _hides(around, inner):
            return reason
        inner, around = around, around.getparent()
    return ""


def _hides(element: etree._Element, inner: etree._Element | None) -> str:
    tag = str(element.tag)
    if tag in _NEVER_SHOWN:
        return f"it is inside “{tag}”"
    if tag in ("details", "dialog") and element.get("open") is None and not _is_summary(inner):
        return f"it is inside a closed “{tag}”"
    if element.get("hidden") is not None or element.get("inert") is not None:
        return "it is marked as hidden"
    if (element.get("aria-hidden") or "").strip().lower() == "true":
        return "it is hidden from screen readers"
    if _HIDING_STYLE.search(element.get("style") or ""):
        return "a style hides it"
    if _HIDING_CLASSES & set((element.get("class") or "").split()):
        return "its class hides it"
    return ""


def _is_summary(element: etree._Element | None) -> bool:
    return element is not None and element.tag == "summary"


def _in_place(
    box: etree._Element,
    item: PlacedDisclaimer,
    text: etree._Element,
    order: dict[etree._Element, int],
    body: str,
) -> bool:
    inside = text in box.iterancestors()
    last = max(order[e] for e in text.iter())
    match item["placement"]:
        case "top":
            return order[box] < order[text] and not inside
        case "end" | "crisis":
            return order[box] > last
        case _:
            before = _letters(" ".join(_before(text, box)))
            return inside and before.endswith(_letters(_passage(body, item["after"])))


def _passage(body: str, after: int) -> str:
    """The whole block of the text that holds the passage: the disclaimer stands behind all of it."""
    parsed = parse_body(body)
    if not parsed.blocks:
        return ""
    place = next((n for n, block in enumerate(parsed.blocks) if block.end >= after), len(parsed.blocks) - 1)
    element, block = parsed.elements[place], parsed.blocks[place]
    if element is parsed.root:
        return parsed.text[block.start : block.end]
    while (parent := element.getparent()) is not None and parent is not parsed.root:
        element = parent
    return " ".join(str(part) for part in element.itertext())


def _before(text: etree._Element, box: etree._Element) -> Iterator[str]:
    """What the text says before a disclaimer in it, without other disclaimers."""
    walk = etree.iterwalk(text, events=("start", "end"))
    for event, element in walk:
        if element is box:
            return
        if event == "end":
            yield element.tail or ""
        elif element.get("data-disclaimer") or _has_class(element, "ref"):
            walk.skip_subtree()
        else:
            yield element.text or ""


def _letters(words: str) -> str:
    return "".join(c for c in MARKER.sub("", words) if c.isalnum())


def _flat(parts: Iterable[str]) -> str:
    return " ".join(" ".join(parts).split())


def _text(element: etree._Element, *, visible: bool) -> Iterator[str]:
    if visible and _hides(element, None):
        return
    yield element.text or ""
    for child in element:
        yield from _text(child, visible=visible)
        yield child.tail or ""


def _has_class(element: Any, name: str) -> bool:
    return isinstance(element.tag, str) and name in (element.get("class") or "").split()


def _drop_comments(root: etree._Element) -> None:
    """Take out comments and the like, and keep what follows them."""
    etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
