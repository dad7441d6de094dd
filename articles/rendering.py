"""The finished article as HTML: made once, when an edition is published (or shown to its signer)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any, TypedDict

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import mark_safe
from lxml import etree
from lxml import html as lxml_html

from articles.canonical import digest
from articles.documents import Body, parse_body
from articles.evidence import CheckedClaim, evidence_summary
from articles.models import Notice, notice_anchor
from articles.references import shown_references

# The same spellings that screening reads as citations: [1], [1, 2], [2–4].
_BEFORE_A_STOP = re.compile(r" (?=[.,;:!?])")
MARKER = re.compile(r"\[(\d{1,3}(?:\s*[,–-]\s*\d{1,3})*)\]")


class PlacedDisclaimer(TypedDict):
    """A disclaimer as it is signed and shown. `after` is the code point, in the body's text, where
    the passage of an inline one ends; -1 otherwise."""

    key: str
    version: int
    digest: str
    text: str
    placement: str
    after: int


class Signer(TypedDict):
    """A signature as readers see it; `on` is an ISO date, `slug` the signer's address on the site."""

    name: str
    credentials: str
    meaning: str
    on: str
    slug: str
    registration: str


class ReaderNotice(TypedDict):
    """A published correction or the like; `on` is an ISO date."""

    kind: str
    text: str
    on: str


def render(
    content: dict[str, Any],
    *,
    disclaimers: Sequence[PlacedDisclaimer],
    signers: Sequence[Signer],
    notices: Sequence[ReaderNotice],
    evidence: Sequence[CheckedClaim] = (),
    published_on: dt.date | None,
    first_published_on: dt.date | None,
    reviewed_on: dt.date | None,
    review_due: dt.date | None,
    content_digest: str = "",
) -> str:
    """Render an edition's `content` (see `articles.freezing.payload`) as an HTML fragment.

    The body is sanitised again; everything else is escaped by the template. Dates left out are those
    of a preview. `content_digest` is that of `content`, where the caller knows it.
    """
    body = parse_body(content["body"])
    headings = _number_headings(body)
    cited = _link_markers(body, {reference["number"] for reference in content["references"]})
    boxes = _place_disclaimers(body, [d for d in disclaimers if d["placement"] == "inline"])
    _wrap_tables(body)
    return render_to_string(
        "articles/_article.html",
        {
            "content": content,
            "body": mark_safe(_to_html(body, boxes)),  # noqa: S308 - cleaned by parse_body, built by lxml
            "headings": headings if len(headings) > 4 else [],
            "references": shown_references(content["references"], cited=cited, evidence=evidence),
            "evidence": evidence_summary([{**e, "text": _unmarked(e["text"])} for e in evidence]),
            "top": [_shown(d) for d in disclaimers if d["placement"] == "top"],
            "end": [_shown(d) for d in disclaimers if d["placement"] == "end"],
            "crisis": [_shown(d) for d in disclaimers if d["placement"] == "crisis"],
            "signers": [{**s, "on": _day(s["on"])} for s in signers],
            "signed_together": len({s["on"] for s in signers}) == 1,
            "notices": [_shown_notice(n) for n in reversed(notices)],
            "interests": paragraphs(content["interests"]),
            "digest": content_digest or digest(content),
            "published_on": published_on,
            "first_published_on": first_published_on,
            "reviewed_on": reviewed_on,
            "review_due": review_due,
        },
    )


def paragraphs(text: str) -> list[str]:
    """Plain text divided at empty lines."""
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]


def _day(iso: str) -> dt.date:
    return dt.date.fromisoformat(iso)


def _shown(disclaimer: PlacedDisclaimer) -> dict[str, Any]:
    return {**disclaimer, "paragraphs": paragraphs(disclaimer["text"])}


# A page that came back after it was taken down says so, and does not look taken down now.
_PAST = {
    Notice.Kind.RETRACTION: "An earlier edition was retracted",
    Notice.Kind.REMOVAL: "An earlier edition was removed",
    Notice.Kind.EXPRESSION_OF_CONCERN: "There was concern about an earlier edition",
}


def _shown_notice(notice: ReaderNotice) -> dict[str, Any]:
    kind = Notice.Kind(notice["kind"])
    return {
        "kind": notice["kind"],
        "anchor": notice_anchor(notice["kind"], notice["text"], notice["on"]),
        "label": _PAST.get(kind, kind.label),
        "paragraphs": paragraphs(notice["text"]),
        "on": _day(notice["on"]),
    }


def _number_headings(body: Body) -> list[dict[str, str]]:
    headings: list[dict[str, str]] = []
    for block, element in zip(body.blocks, body.elements, strict=True):
        if block.kind == "heading" and block.level == 2:
            anchor = f"section-{len(headings) + 1}"
            element.set("id", anchor)
            headings.append({"id": anchor, "text": _unmarked(body.text[block.start : block.end])})
    return headings


def _unmarked(text: str) -> str:
    """Text without the markers of its references."""
    return _BEFORE_A_STOP.sub("", " ".join(MARKER.sub("", text).split()))


def _place_disclaimers(
    body: Body, disclaimers: Sequence[PlacedDisclaimer]
) -> dict[etree._Element, PlacedDisclaimer]:
    """Put an empty box into the body where each disclaimer belongs; `_to_html` fills them."""
    boxes: dict[etree._Element, PlacedDisclaimer] = {}
    # Later ones first: each is put directly behind its passage, so they end in the given order.
    for item in reversed(disclaimers):
        box = etree.Element("aside")
        boxes[box] = item
        place = next(
            (n for n, block in enumerate(body.blocks) if block.end >= item["after"]), len(body.blocks) - 1
        )
        host = _outermost(body, body.elements[place]) if body.blocks else None
        if host is not None:
            box.tail, host.tail = host.tail, None
            host.addnext(box)
            continue
        # Bare text without a paragraph of its own: before whatever block follows it.
        following = (_outermost(body, element) for element in body.elements[place + 1 :])
        after = next((element for element in following if element is not None), None)
        if after is None:
            body.root.append(box)
        else:
            after.addprevious(box)
    return boxes


def _outermost(body: Body, element: etree._Element) -> etree._Element | None:
    """The child of the body that holds `element`: a warning stands after the whole of a list or table."""
    if element is body.root:
        return None
    while (parent := element.getparent()) is not None and parent is not body.root:
        element = parent
    return element


def _wrap_tables(body: Body) -> None:
    """A wide table scrolls inside its own frame, which the keyboard can reach."""
    tables = [t for t in body.root.iter("table") if not any(a.tag == "table" for a in t.iterancestors())]
    for number, table in enumerate(tables, start=1):
        frame = etree.Element("div")
        frame.set("class", "table-frame")
        frame.set("role", "region")
        frame.set("tabindex", "0")
        frame.set("aria-label", f"Table {number}")
        frame.tail, table.tail = table.tail, None
        table.addprevious(frame)
        frame.append(table)


def _to_html(body: Body, boxes: dict[etree._Element, PlacedDisclaimer]) -> str:
    parts = [str(escape(body.root.text or ""))]
    for child in body.root:
        if child in boxes:
            parts.append(render_to_string("components/disclaimer.html", {"disclaimer": _shown(boxes[child])}))
            parts.append(str(escape(child.tail or "")))
        else:
            parts.append(str(lxml_html.tostring(child, encoding="unicode")))
    return "".join(parts)


def _link_markers(body: Body, numbers: set[int]) -> set[int]:
    """Turn the markers of known references into links; returns the numbers that are linked to."""
    seen: set[int] = set()
    for piece in body.pieces:
        element, is_tail = piece.element, piece.is_tail
        if any(a.tag == "a" for a in ([] if is_tail else [element]) + list(element.iterancestors())):
            continue
        raw = (element.tail if is_tail else element.text) or ""
        groups = _marker_groups(raw, numbers)
        if not groups:
            continue
        # A superscript stands at its word; the space before the marker would let it wrap alone.
        head = raw[: groups[0][0]]
        head = head.rstrip() or head
        links = []
        for (_, end, cited), following in zip(groups, [*groups[1:], None], strict=True):
            sup = _reference_links(cited, seen)
            sup.tail = raw[end : following[0]].rstrip() if following else raw[end:]
            links.append(sup)
        if is_tail and (above := element.getparent()) is not None:
            element.tail = head
            parent, place = above, above.index(element) + 1
        else:
            element.text, parent, place = head, element, 0
        for offset, sup in enumerate(links):
            parent.insert(place + offset, sup)
    return seen


def _marker_groups(raw: str, known: set[int]) -> list[tuple[int, int, list[int]]]:
    """Where markers of `known` references stand in a text node (start, end) and the numbers in them.

    Markers with nothing but space between them are one: “[1] [2]” must not read as 12.
    """
    groups: list[tuple[int, int, list[int]]] = []
    for match in MARKER.finditer(raw):
        cited = _numbers(match[1])
        if not cited or not set(cited) <= known:
            continue
        if groups and not raw[groups[-1][1] : match.start()].strip():
            start, _, before = groups[-1]
            groups[-1] = (start, match.end(), [*before, *(n for n in cited if n not in before)])
        else:
            groups.append((match.start(), match.end(), cited))
    return groups


def _numbers(inside: str) -> list[int]:
    numbers: list[int] = []
    for part in inside.split(","):
        ends = [int(n) for n in re.split(r"[–-]", part)]
        if len(ends) > 2 or ends[-1] < ends[0] or ends[-1] - ends[0] > 50:
            return []
        numbers += range(ends[0], ends[-1] + 1)
    return numbers


def _reference_links(numbers: list[int], seen: set[int]) -> etree._Element:
    sup = etree.Element("sup")
    sup.set("class", "ref")
    for place, number in enumerate(numbers):
        link = etree.SubElement(sup, "a")
        link.set("href", f"#reference-{number}")
        link.set("aria-label", f"Reference {number}")
        if number not in seen:  # where the way back from the reference leads
            link.set("id", f"cited-{number}")
            seen.add(number)
        link.text = str(number)
        link.tail = "," if place < len(numbers) - 1 else None
    return sup
