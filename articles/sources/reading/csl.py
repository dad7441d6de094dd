"""Reads CSL-JSON (the input of citation processors, schema 1.0.2) and Crossref's dialect of it.

Crossref puts titles, journals and numbers into lists and nests its answers in “message” and “items”.
"""

from __future__ import annotations

import json
import re
from typing import Any

from articles.sources import kinds
from articles.sources.names import person, read_name
from articles.sources.reading.assembling import Raw
from articles.sources.reading.outcome import Found, Unreadable

_DECODER = json.JSONDecoder()
_GAP = re.compile(r"[\s,]*")
_MARK = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{},]', re.S)
_NEXT = re.compile(r"\{(?=\s*\")")
_DEEP, _ENDS = 60, 12
_CUT = "The file ends in the middle of this record."
_WRAPPED = re.compile(r'\s*\{(?=.{0,2000}?"(?:items|message)"\s*:)', re.S)
_BUDGET = 30
"""How often, in lengths of the file, records may be tried for after broken ones."""


def read_csl(text: str) -> Found:
    """Every object of the list, or of “items”, or the one object that the file is.

    Raises `Unreadable` where the file is JSON and nothing in it could be a record.
    """
    found = Found()
    place = _beginning(text)
    line, counted = 1, 0
    budget = _BUDGET * len(text)
    while True:
        place = _GAP.match(text, place).end()  # type: ignore[union-attr]
        if place >= len(text) or text[place] in "]}":
            break
        line, counted = line + text.count("\n", counted, place), place
        try:
            item, end = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError):
            end, budget = _next_record(text, place, budget)
            _take_broken(found, text[place:end], line, last=end == len(text))
        else:
            _take(found, item, line, text[place:end])
        place = end
    if text.lstrip().startswith("["):
        line += text.count("\n", counted, place)
        if place >= len(text) and not any(problem.sentence == _CUT for problem in found.problems):
            found.problem(line, "The list is not closed: the file may have been cut short.", text[-40:])
        elif rest := text[place + 1 :].strip():
            found.problem(line, "What follows the end of the list was not read.", rest)
    if not found.works and not found.problems:
        raise Unreadable("The file holds no references.")
    return found


def record(item: dict[str, Any]) -> Raw:
    """One CSL-JSON object, or one of Crossref's, as a record to be assembled."""
    csl_type = _text(item, "type")
    words = [_text(item, "genre"), _text(item, "subtype")]
    kind = kinds.kind_in_words(words) or kinds.CSL.get(csl_type, "other")
    institution = item.get("institution")
    holder = _text(institution[0], "name") if isinstance(institution, list) and institution else ""
    publisher = _text(item, "publisher")
    return Raw(
        kind=kind,
        title=_text(item, "title"),
        subtitle=_text(item, "subtitle"),
        authors=_names(item.get("author")),
        editors=_names(item.get("editor")),
        container=_text(item, "container-title") or (holder if kind == "preprint" else ""),
        publisher=publisher or ("" if kind == "preprint" else holder),
        place=_text(item, "publisher-place") or _text(item, "publisher-location"),
        edition=_text(item, "edition") or _text(item, "edition-number"),
        date=next((day for name in _DATES if (day := _date(item.get(name)))), ""),
        volume=_text(item, "volume"),
        issue=_text(item, "issue"),
        pages=_text(item, "page") or _text(item, "article-number"),
        accessed=_date(item.get("accessed")),
        identifiers=[
            (promised, line)
            for name, promised in _NUMBERS
            for text in _texts(item.get(name))
            for line in text.splitlines()
        ],
        urls=_texts(item.get("URL")),
    )


_DATES = (
    "issued",
    "published",
    "published-print",
    "published-online",
    "posted",
    "approved",
    "content-created",
)
_NUMBERS = (
    ("DOI", "doi"), ("PMID", "pmid"), ("PMCID", "pmcid"), ("ISBN", "isbn"), ("ISSN", "issn"),
    ("number", "any"), ("note", "any"), ("archive_location", "any"),
)  # fmt: skip


def _beginning(text: str) -> int:
    """Where the first record begins: inside the outermost list, or at the outermost object."""
    start = len(text) - len(text.lstrip())
    if text[start : start + 1] == "[":
        return start + 1
    if _WRAPPED.match(text):
        items = re.search(r'"items"\s*:\s*\[', text)
        message = re.search(r'"message"\s*:\s*(?=\{)', text)
        inner = items or message
        if inner and not re.search(r'"(?:DOI|title)"\s*:', text[: inner.start()]):
            return inner.end()
    return start


def _next_record(text: str, place: int, budget: int) -> tuple[int, int]:
    """Where the next whole record begins after a broken one, and what is left of the budget."""
    match = _NEXT.search(text, place + 1)
    while match and budget > 0:
        end = match.end()
        try:
            item, end = _DECODER.raw_decode(text, match.start())
        except json.JSONDecodeError as error:
            budget -= error.pos - match.start()
        except (ValueError, RecursionError):
            budget -= len(text)
        else:
            if _like_a_record(item):
                return match.start(), budget
            budget -= end - match.start()
        match = _NEXT.search(text, end)
    return len(text), budget


def _like_a_record(item: dict[str, Any]) -> bool:
    return ("type" in item or "id" in item) and any(
        name in item for name in ("title", "DOI", "URL", "author")
    )


def _take(found: Found, item: object, line: int, text: str, *sentences: str) -> None:
    if isinstance(item, dict):
        found.record(record(item), line, text, *sentences)
    else:
        found.left_out(line, "A reference is an object in braces; this is none.", text)


def _take_broken(found: Found, text: str, line: int, *, last: bool) -> None:
    item, closed = _mended(text)
    sentence = (
        _CUT if last and not closed else "The record is no valid JSON; only a part of it could be read."
    )
    if item is None:
        found.left_out(line, sentence, text)
    else:
        _take(found, item, line, text, sentence)


def _mended(text: str) -> tuple[object, bool]:
    """The object that `text` begins, closed after its last whole members, or None; whether it was closed."""
    closers: list[str] = []
    ends: list[tuple[int, str]] = []
    for mark in _MARK.finditer(text):
        sign = mark.group()
        if sign in "[{":
            closers.append("]" if sign == "[" else "}")
        elif sign in "]}" and closers:
            closers.pop()
        if sign[0] != '"' and len(closers) < _DEEP:
            ends.append((mark.start() if sign == "," else mark.end(), "".join(reversed(closers))))
    for end, tail in [
        (len(text), "".join(reversed(closers[:_DEEP]))),
        *reversed(ends[-_ENDS:]),
        *ends[_ENDS::-1],
    ]:
        try:
            item, _ = _DECODER.raw_decode(text[:end] + tail)
        except (ValueError, RecursionError):
            continue
        if isinstance(item, dict) and item:
            return item, not closers
    return None, not closers


def _text(item: object, name: str) -> str:
    """A field that may be text, a number or a list of these; the first that is not empty."""
    return next(iter(_texts(item.get(name) if isinstance(item, dict) else None)), "")


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(each) for each in values if isinstance(each, str | int | float) and str(each).strip()]


def _names(value: object) -> list[str]:
    return [name for each in (value if isinstance(value, list) else []) if (name := _name(each))]


def _name(value: object) -> str:
    if isinstance(value, str):
        return read_name(value, natural=True)
    if not isinstance(value, dict):
        return ""
    if group := _text(value, "literal") or _text(value, "name"):
        return " ".join(group.split())
    particles = " ".join(p for n in ("dropping-particle", "non-dropping-particle") if (p := _text(value, n)))
    return person(
        _text(value, "family"), _text(value, "given"), suffix=_text(value, "suffix"), particle=particles
    )


def _date(value: object) -> str:
    """“2024-03-01” or what there is of it."""
    if isinstance(value, str | int):
        return str(value)
    if not isinstance(value, dict):
        return ""
    parts = value.get("date-parts")
    first = parts[0] if isinstance(parts, list) and parts else None
    if isinstance(first, list) and first and first[0]:
        return "-".join(str(part).zfill(2) for part in first[:3] if isinstance(part, str | int))
    return _text(value, "raw") or _text(value, "literal")
