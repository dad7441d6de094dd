"""JSON-LD against the vocabulary of schema.org: every node, every property, every value."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_FACTS = tomllib.loads((Path(__file__).parent / "schema_org.toml").read_text(encoding="utf-8"))
_TYPES: dict[str, list[str]] = _FACTS["types"]
_PROPERTIES: dict[str, dict[str, list[str]]] = _FACTS["properties"]


def problems(document: Any) -> list[str]:
    """A sentence for each breach of the vocabulary; none for a document in order."""
    if not isinstance(document, dict) or document.get("@context") != "https://schema.org":
        return ["It is not an object in the context of https://schema.org."]
    return list(_node({name: value for name, value in document.items() if name != "@context"}, "the page"))


def _node(node: dict[str, Any], where: str) -> Iterator[str]:
    kind = node.get("@type")
    if kind not in _TYPES:
        yield f"{where}: “{kind}” is no type that we know."
        return
    for name, value in node.items():
        if name == "@type":
            continue
        if name not in _PROPERTIES:
            yield f"{where}: “{name}” is no property that we know."
        elif not _above(kind) & set(_PROPERTIES[name]["of"]):
            yield f"{where}: a {kind} has no “{name}”."
        else:
            yield from _values(name, value, where)


def _values(name: str, value: Any, where: str) -> Iterator[str]:
    wanted = _PROPERTIES[name]["is"]
    if value == []:
        yield f"{where}: “{name}” is an empty list."
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            yield from _node(one, f"{where}, {name}")
        if not any(_is(one, kind) for kind in wanted):
            yield f"{where}: “{name}” should be {' or '.join(wanted)}; it is {one!r}."


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, dict):
        return kind in _above(value.get("@type"))
    if kind == "Boolean":
        return isinstance(value, bool)
    if not isinstance(value, str) or not value.strip():
        return False
    if kind == "URL":
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", value)
    if kind == "Date":  # ISO 8601; of a source often only the year is known
        return bool(re.fullmatch(r"\d{4}", value)) or (len(value) == 10 and _moment(value) is not None)
    if kind == "DateTime":
        moment = _moment(value)
        return "T" in value and moment is not None and moment.tzinfo is not None
    return kind == "Text"


def _above(kind: Any) -> set[str]:
    """A type and all those above it."""
    found, look = set(), [kind]
    while look:
        one = look.pop()
        if one in _TYPES:
            found.add(one)
            look += _TYPES[one]
    return found


def _moment(value: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(value)
    except ValueError:
        return None
