"""What a feed must be: Atom by RFC 4287, and JSON Feed by its version 1.1. Read with the parsers of Python's own
library, not with the ones that the feeds were written with."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_TEXT = {"title": {"type"}, "subtitle": {"type"}, "summary": {"type"}, "rights": {"type"}}
_ELEMENTS = {
    **_TEXT, "id": set(), "updated": set(), "published": set(), "name": set(), "email": set(), "uri": set(),
    "author": set(), "contributor": set(), "category": {"term", "scheme", "label"}, "generator": {"uri", "version"},
    "link": {"href", "rel", "type", "hreflang", "title", "length"}, "feed": {LANG}, "entry": {LANG},
}  # fmt: skip
_INSIDE = {
    "feed": {"author", "category", "contributor", "generator", "id", "link", "rights", "subtitle", "title", "updated", "entry"},
    "entry": {"author", "category", "contributor", "id", "link", "published", "rights", "summary", "title", "updated"},
    "author": {"name", "email", "uri"},
    "contributor": {"name", "email", "uri"},
}  # fmt: skip
_ONCE = {
    "feed": ("id", "title", "updated"),
    "entry": ("id", "title", "updated"),
    "author": ("name",),
    "contributor": ("name",),
}
_AT_MOST_ONCE = ("subtitle", "rights", "generator", "published", "summary", "email", "uri")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # BCP 47, the part of it that we use


def read_xml(sent: bytes) -> Element:
    """What our own site sent, as a strict parser reads it. Raises `ElementTree.ParseError`."""
    return ElementTree.fromstring(sent)  # noqa: S314


def atom_problems(xml: bytes) -> list[str]:
    """A sentence for each breach of RFC 4287."""
    try:
        root = read_xml(xml)
    except ElementTree.ParseError as error:
        return [f"It is not well formed: {error}."]
    if root.tag != f"{ATOM}feed":
        return [f"Its root is {root.tag}."]
    found = list(_element(root))
    authored = root.find(f"{ATOM}author") is not None
    ids = Counter(entry.findtext(f"{ATOM}id") for entry in root.findall(f"{ATOM}entry"))
    found += [f"Two entries have the id {one}." for one, times in ids.items() if times > 1]
    if "self" not in [link.get("rel") for link in root.findall(f"{ATOM}link")]:
        found.append("The feed does not link to itself.")
    for entry in root.findall(f"{ATOM}entry"):
        if not authored and entry.find(f"{ATOM}author") is None:
            found.append("An entry has no author, nor has the feed.")
        if "alternate" not in [link.get("rel", "alternate") for link in entry.findall(f"{ATOM}link")]:
            found.append("An entry without content has no alternate link.")
    return found


def _element(element: Element) -> Iterator[str]:
    name = element.tag.removeprefix(ATOM)
    if name not in _ELEMENTS:
        yield f"{element.tag} is no element of Atom."
        return
    yield from (f"{name} has no attribute {a}." for a in element.attrib if a not in _ELEMENTS[name])
    children = Counter(child.tag.removeprefix(ATOM) for child in element)
    yield from (f"{name} holds {child}." for child in children if child not in _INSIDE.get(name, ()))
    yield from (f"{name} has {children[one]} {one}." for one in _ONCE.get(name, ()) if children[one] != 1)
    yield from (f"{name} has {one} twice." for one in _AT_MOST_ONCE if children[one] > 1)
    text = element.text or ""
    if name in _INSIDE and (text.strip() or any((child.tail or "").strip() for child in element)):
        yield f"{name} holds bare text."
    if name in ("id", "title", "name") and not text.strip():
        yield f"{name} is empty."
    if name in ("id", "uri") and not _iri(text):
        yield f"{name} is no address: {text}."
    if name in ("updated", "published") and not rfc3339(text):
        yield f"{name} is no date of RFC 3339: {text}."
    if name in _TEXT and element.get("type", "text") != "text":
        yield f"{name} is not plain text."
    if name == "link" and not _web(element.get("href", "")):
        yield f"A link leads to “{element.get('href')}”."
    if name == "category" and not element.get("term"):
        yield "A category has no term."
    if LANG in element.attrib and not _LANGUAGE.fullmatch(element.attrib[LANG]):
        yield f"“{element.attrib[LANG]}” is no language."
    links = Counter(
        (c.get("rel", "alternate"), c.get("type"), c.get("hreflang")) for c in element.findall(f"{ATOM}link")
    )
    yield from (f"{name} has two {link[0]} links of a kind." for link, times in links.items() if times > 1)
    for child in element:
        yield from _element(child)


_FEED_KEYS = {
    "version": str, "title": str, "home_page_url": str, "feed_url": str, "description": str, "language": str,
    "authors": list, "items": list, "icon": str, "favicon": str,
}  # fmt: skip
_ITEM_KEYS = {
    "id": str, "url": str, "title": str, "content_text": str, "content_html": str, "summary": str, "image": str,
    "date_published": str, "date_modified": str, "authors": list, "tags": list, "language": str,
}  # fmt: skip


def json_feed_problems(text: bytes) -> list[str]:
    """A sentence for each breach of JSON Feed 1.1."""
    try:
        feed = json.loads(text.decode("utf-8"))
    except ValueError as error:
        return [f"It is no JSON: {error}."]
    if not isinstance(feed, dict):
        return ["It is no object."]
    found = list(_keys(feed, _FEED_KEYS, "The feed"))
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        found.append("It does not say its version.")
    if not feed.get("title") or not isinstance(feed.get("items"), list):
        found.append("It lacks its title or its items.")
    for item in feed.get("items", []):
        found += _keys(item, _ITEM_KEYS, "An item")
        if not item.get("id"):
            found.append("An item has no id.")
        if not item.get("content_text") and not item.get("content_html"):
            found.append("An item has no content.")
        found += [
            f"{key} is no date of RFC 3339."
            for key in item
            if key.startswith("date_") and not rfc3339(item[key])
        ]
        if not all(isinstance(tag, str) and tag for tag in item.get("tags", [])):
            found.append("A tag is no text.")
    ids = Counter(item.get("id") for item in feed.get("items", []))
    return found + [f"Two items have the id {one}." for one, times in ids.items() if times > 1]


def _keys(node: dict[str, Any], known: dict[str, type], what: str) -> Iterator[str]:
    for key, value in node.items():
        if key not in known:
            yield f"{what} has an unknown “{key}”."
        elif not isinstance(value, known[key]):
            yield f"{what}: “{key}” is not of its type."
        elif key in ("url", "home_page_url", "feed_url", "icon", "favicon", "image") and not _web(value):
            yield f"{what}: “{key}” is no whole address."
        elif key == "language" and not _LANGUAGE.fullmatch(value):
            yield f"{what}: “{value}” is no language."
        elif key == "authors" and not all(
            isinstance(one, dict) and {"name", "url", "avatar"} & set(one) for one in value
        ):
            yield f"{what}: an author has neither name nor address."


def rfc3339(text: str) -> bool:
    """Whether `text` is a moment as RFC 3339 writes it, with its zone."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", text):
        return False
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _web(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", address)


def _iri(address: str) -> bool:
    return re.fullmatch(r"[a-z][a-z0-9+.-]*:\S+", address) is not None
