"""Feeds as files: Atom (RFC 4287) and JSON Feed 1.1 (jsonfeed.org), of the same entries."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lxml import etree

from articles.public.structured import moment

_ATOM = "http://www.w3.org/2005/Atom"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

# What is no character of XML 1.0 (section 2.2) would keep a reader from the whole feed.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `id` never changes, whatever becomes of the address; `topics` are (slug, name)."""

    id: str
    url: str
    title: str
    language: str
    published: dt.datetime
    updated: dt.datetime
    summary: str = ""
    authors: Sequence[str] = ()
    topics: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """What is fed to readers: `url` is the feed's own address, `home` that of the page it belongs to."""

    title: str
    url: str
    home: str
    publisher: str
    language: str
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Format:
    """How a feed is written, and what it is called on the way."""

    write: Callable[[Feed], bytes]
    content_type: str


def to_atom(feed: Feed) -> bytes:
    """The feed as Atom. What XML cannot hold is left out of the texts."""
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})  # type: ignore[dict-item]
    root.set(_LANG, feed.language)
    _text(root, "id", feed.url)
    _text(root, "title", feed.title)
    _text(root, "updated", moment(max((entry.updated for entry in feed.entries), default=_NEVER)))
    _link(root, "self", feed.url, type="application/atom+xml")
    _link(root, "alternate", feed.home, type="text/html")
    # The author of whatever has none of its own: RFC 4287, section 4.1.1.
    _text(etree.SubElement(root, f"{{{_ATOM}}}author"), "name", feed.publisher)
    for entry in feed.entries:
        _atom_entry(root, entry)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _atom_entry(root: etree._Element, entry: Entry) -> None:
    node = etree.SubElement(root, f"{{{_ATOM}}}entry")
    node.set(_LANG, entry.language)
    _text(node, "id", entry.id)
    _text(node, "title", entry.title)
    _link(node, "alternate", entry.url, type="text/html")
    _text(node, "published", moment(entry.published))
    _text(node, "updated", moment(entry.updated))
    for author in entry.authors:
        _text(etree.SubElement(node, f"{{{_ATOM}}}author"), "name", author)
    for slug, name in entry.topics:
        etree.SubElement(node, f"{{{_ATOM}}}category", term=slug, label=_NOT_XML.sub("", name))
    if entry.summary:
        _text(node, "summary", entry.summary)


def _text(parent: etree._Element, tag: str, text: str) -> None:
    etree.SubElement(parent, f"{{{_ATOM}}}{tag}").text = _NOT_XML.sub("", text)


def _link(parent: etree._Element, rel: str, href: str, *, type: str) -> None:
    etree.SubElement(parent, f"{{{_ATOM}}}link", rel=rel, type=type, href=href)


def to_json(feed: Feed) -> bytes:
    """The feed as JSON Feed."""
    whole = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.url,
        "language": feed.language,
        "authors": [{"name": feed.publisher}],
        "items": [_json_item(entry) for entry in feed.entries],
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def _json_item(entry: Entry) -> dict[str, object]:
    item = {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        # An item must have a content; the text itself stays on the page, where it can be taken down.
        "content_text": entry.summary or entry.title,
        "summary": entry.summary,
        "language": entry.language,
        "date_published": moment(entry.published),
        "date_modified": moment(entry.updated),
        "authors": [{"name": author} for author in entry.authors],
        "tags": [name for _, name in entry.topics],
    }
    return {name: value for name, value in item.items() if value}


FORMATS = {
    "atom": Format(to_atom, "application/atom+xml"),
    "json": Format(to_json, "application/feed+json"),
}
"""By the ending of the feed's address."""
