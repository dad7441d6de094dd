"""The finished article as HTML: made once, when an edition is published (or shown to its signer)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any, TypedDict

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from lxml import etree

from articles.documents import Body, parse_body
from articles.models import Notice

# The same spellings that screening reads as citations: [1], [1, 2], [2–4].
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
    """A signature as readers see it; `on` is an ISO date."""

    name: str
    credentials: str
    meaning: str
    on: str


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
    published_on: dt.date | None,
    first_published_on: dt.date | None,
    reviewed_on: dt.date | None,
    review_due: dt.date | None,
) -> str:
    """Render an edition's `content` (see `articles.freezing.payload`) as an HTML fragment.

    The body is sanitised again; everything else is escaped by the template. Dates left out are those
    of a preview.
    """
    body = parse_body(content["body"])
    headings = _number_headings(body)
    _link_markers(body, {reference["number"] for reference in content["references"]})
    _insert_disclaimers(body, [d for d in disclaimers if d["placement"] == "inline"])
    return render_to_string(
        "articles/_article.html",
        {
            "content": content,
            "body": mark_safe(body.to_html()),  # noqa: S308 - cleaned by parse_body, built by lxml
            "headings": headings if len(headings) > 4 else [],
            "top": [d for d in disclaimers if d["placement"] == "top"],
            "end": [d for d in disclaimers if d["placement"] == "end"],
            "signers": signers,
            "notices": [{**n, "kind_label": Notice.Kind(n["kind"]).label, "on": _day(n["on"])} for n in notices],
            "published_on": published_on,
            "first_published_on": first_published_on,
            "reviewed_on": reviewed_on,
            "review_due": review_due,
        },
    )


def _day(iso: str) -> dt.date:
    return dt.date.fromisoformat(iso)


def _number_headings(body: Body) -> list[dict[str, str]]:
    headings: list[dict[str, str]] = []
    for block, element in zip(body.blocks, body.elements, strict=True):
        if block.kind == "heading" and block.level == 2:
            anchor = f"section-{len(headings) + 1}"
            element.set("id", anchor)
            headings.append({"id": anchor, "text": body.text[block.start : block.end]})
    return headings


def _insert_disclaimers(body: Body, disclaimers: Sequence[PlacedDisclaimer]) -> None:
    for item in disclaimers:
        host = next(
            (e for b, e in zip(body.blocks, body.elements, strict=True) if b.end >= item["after"]),
            body.elements[-1] if body.elements else body.root,
        )
        # A warning does not fit inside a list or table: it stands after the whole of it.
        while (parent := host.getparent()) is not None and parent is not body.root:
            host = parent
        box = etree.Element("aside")
        box.set("class", "disclaimer disclaimer-inline")
        box.set("data-disclaimer", item["key"])
        for paragraph in paragraphs(item["text"]):
            etree.SubElement(box, "p").text = paragraph
        if host is body.root:
            host.append(box)
        else:
            box.tail, host.tail = host.tail, None
            host.addnext(box)


def paragraphs(text: str) -> list[str]:
    """Plain text divided at empty lines."""
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]


def _link_markers(body: Body, numbers: set[int]) -> None:
    seen: set[int] = set()
    for piece in body.pieces:
        element, is_tail = piece.element, piece.is_tail
        if any(a.tag == "a" for a in ([] if is_tail else [element]) + list(element.iterancestors())):
            continue
        raw = (element.tail if is_tail else element.text) or ""
        matches = [m for m in MARKER.finditer(raw) if _numbers(m[1]) and set(_numbers(m[1])) <= numbers]
        if not matches:
            continue
        head = raw[: matches[0].start()]
        links = []
        for match, following in zip(matches, [*matches[1:], None], strict=True):
            sup = _reference_links(_numbers(match[1]), seen)
            sup.tail = raw[match.end() : following.start() if following else len(raw)]
            links.append(sup)
        if is_tail:
            element.tail = head
            parent = element.getparent()
            assert parent is not None
            place = parent.index(element) + 1
        else:
            element.text, parent, place = head, element, 0
        for offset, sup in enumerate(links):
            parent.insert(place + offset, sup)


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
