"""Reads RIS, the exchange format of reference managers (Research Information Systems, 2001 and 2011).

A record begins with `TY  - ` and ends with `ER  - `. Programs differ in spaces, in tags and in what they
leave out, so the file is cut into records and its lines are set right here; rispy reads them one by one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from rispy import RisParser

from articles.sources import kinds
from articles.sources.names import read_name
from articles.sources.reading import plain
from articles.sources.reading.assembling import Raw
from articles.sources.reading.outcome import Found

_LINE = re.compile(r"\s{0,4}([A-Z][A-Z0-9])\s{0,4}-(?:\s(.*))?")
_CUT_LINE = re.compile(r"[A-Z][A-Z0-9]?\s{0,2}")
_HEADER = re.compile(r"(?:Provider|Database|Content)\s*:", re.IGNORECASE)
_PARTS_OF_BOOKS = ("book-chapter", "conference-paper")
_IN_BOOKS = (*_PARTS_OF_BOOKS, "book")
_LISTS = [*RisParser.DEFAULT_LIST_TAGS, "SN"]
_CUT = "The file ends in the middle of this record."


@dataclass(slots=True)
class _Record:
    line: int
    begun: bool
    lines: list[str] = field(default_factory=list)
    tagged: list[list[str]] = field(default_factory=list)


def read_ris(text: str) -> Found:
    """Every record of `text`, whose lines end with LF."""
    found = Found()
    record: _Record | None = None
    seen = False  # whether a record has begun: before the first there may be the header of the file
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        match = _LINE.fullmatch(line)
        tag, value = (match[1], (match[2] or "").strip()) if match else ("", line.strip())
        if tag == "TY" or (tag and tag != "ER" and record is None):
            if record:
                _take(found, record, "The record does not end with ER.")
            record, seen = _Record(number, begun=tag == "TY"), True
        if record is None:
            if tag == "ER":
                found.problem(number, "An ER line ends no record here.", line)
            elif value and not _cut_short(lines, number) and (seen or not _HEADER.match(value)):
                found.stray(number, line)
            continue
        record.lines.append(line)
        if tag == "ER":
            _take(found, record)
            record = None
        elif tag:
            record.tagged.append([tag, value])
        elif value and not _cut_short(lines, number):
            record.tagged[-1][1] = f"{record.tagged[-1][1]} {value}".strip()
    if record:
        _take(found, record, _CUT)
    return found


def _cut_short(lines: list[str], number: int) -> bool:
    """Whether a line is the last of the file and only the beginning of a tag."""
    return number == len(lines) and bool(_CUT_LINE.fullmatch(lines[-1]))


def _take(found: Found, record: _Record, *sentences: str) -> None:
    if not record.begun:
        sentences = ("The record does not begin with TY, so its kind is not known.", *sentences)
    found.record(_raw(record.tagged), record.line, "\n".join(record.lines), *sentences)


def _raw(tagged: list[list[str]]) -> Raw:
    kind = next((value for tag, value in tagged if tag == "TY"), "GEN")
    body = "\n".join(f"{tag}  - {value}" for tag, value in tagged if tag != "TY")
    [entry] = RisParser(delimiter_tags_mapping={}, list_tags=_LISTS).parse(f"TY  - {kind}\n{body}\nER  - ")
    return _mapped(entry, kind.strip().upper())


def _mapped(entry: dict[str, Any], ris_type: str) -> Raw:
    """The record under rispy's names of tags (`rispy.config.TAG_KEY_MAPPING`); others keep their tag."""
    other: dict[str, list[str]] = entry.get("unknown_tag", {})

    def first(*names: str) -> str:
        values = (entry.get(name) or (other.get(name) or [""])[0] for name in names)
        return next((str(value) for value in values if value), "")

    words = [first("type_of_work"), first("note"), ris_type]
    kind = kinds.kind_in_words(words) or kinds.RIS.get(ris_type, "other")
    title, container = first("title", "primary_title"), first("secondary_title")
    journal = first("alternate_title3", "journal_name", "alternate_title2", "alternate_title1")
    if kind in _PARTS_OF_BOOKS:
        container = container or first("BT") or journal
    else:
        title = title or first("BT", "CT")
        container = journal or container
    editors = [*other.get("ED", []), *(entry.get("secondary_authors", []) if kind in _IN_BOOKS else [])]
    start, end = plain.pages(first("start_page")), plain.pages(first("end_page"))
    return Raw(
        kind=kind,
        title=title or first("CT", "translated_title", "short_title"),
        authors=[
            read_name(name) for name in [*entry.get("authors", []), *entry.get("first_authors", [])] if name
        ],
        editors=[read_name(name) for name in editors if name],
        container=container,
        publisher=first("publisher"),
        place=first("place_published", "PP"),
        edition=first("edition"),
        date=" ".join((first("year"), first("publication_year"), first("date"))),
        volume=first("volume"),
        issue=first("number"),
        pages=f"{start}-{end}" if start and end and "-" not in start else start or end,
        accessed=first("access_date"),
        identifiers=_identifiers(entry, other),
        urls=[*entry.get("urls", []), *other.get("LK", [])],
    )


def _identifiers(entry: dict[str, Any], other: dict[str, list[str]]) -> list[tuple[str, str]]:
    found = [("doi", entry.get("doi", "")), *(("serial", number) for number in entry.get("issn", []))]
    database = f"{entry.get('name_of_database', '')} {entry.get('database_provider', '')}".lower()
    number = entry.get("accession_number", "")
    from_pubmed = "pubmed" in database or "medline" in database
    found.append(("pmid" if from_pubmed and number.isdecimal() else "any", number))
    found += [("any", entry.get(name, "")) for name in ("custom2", "custom7", "note", "label")]
    return (
        found + [("any", note) for note in entry.get("notes", [])] + [("any", n) for n in other.get("LN", [])]
    )
