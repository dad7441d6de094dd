"""Retraction records from files, row by row: the Retraction Watch CSV, and JSON lines of updates by DOI.

Either may be packed with gzip. However big the file, no more than a row of it is held at a time.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from articles.models import Source
from articles.sources.identifiers import doi_of, pmid_of
from articles.sources.natures import nature_of
from reviews.retractions.days import day, day_of_stamp
from reviews.retractions.files import Lines, NotRetractionRecords, digest_of, opened

_TRIED = 50
_NEEDED = {"originalpaperdoi", "originalpaperpubmedid", "retractionnature"}
_READ = _NEEDED | {"title", "retractiondate", "retractiondoi", "retractionpubmedid", "reason"}
_NOTHING = {"", "0", "unavailable", "not available", "none", "n/a", "na", "null", "-"}
_TAKEN_BACK = {Source.Standing.RETRACTED, Source.Standing.WITHDRAWN}


@dataclass(frozen=True, slots=True)
class Found:
    """A notice about one work, as a row gives it. `doi` and `notice_doi` are in lower case; not both of
    `doi` and `pmid` are empty. `nature` is one of `Source.Standing`; `given` is how the file spells it.
    """

    doi: str
    pmid: str
    nature: str
    given: str
    notice: str
    """What names the notice: its DOI; where it has none of its own, with its PMID and its day."""
    notice_doi: str
    noted_on: str
    """YYYY-MM-DD, or empty."""
    title: str
    reasons: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file, from `line` on: what it says, or the sentence of what is wrong with it, or both."""

    line: int
    found: tuple[Found, ...] = ()
    problem: str = ""
    cut_off: bool = False
    """The row is not whole. If it is the last one, so is the file."""


def examine(path: Path) -> str:
    """SHA-256 of the file, in hex, after a look at whether it can be used.

    Raises `NotRetractionRecords` where it cannot be read, is damaged, or is something else.
    """
    digest = digest_of(path)
    tried = [row for row, _ in zip(rows(path), range(_TRIED), strict=False)]
    if not any(row.found for row in tried):
        first = f" Line {tried[0].line}: {tried[0].problem}" if tried else ""
        raise NotRetractionRecords(f"There is no retraction record at the start of {path.name}.{first}")
    return digest


def rows(path: Path) -> Iterator[Row]:
    """Every row that is not blank, in order. Raises `NotRetractionRecords` for a file of another kind."""
    with opened(path) as raw, io.TextIOWrapper(raw, "utf-8-sig", "windows1252", newline="") as text:
        lines = Lines(text)
        first = next((line for line in lines if line.strip()), "")
        if first.lstrip().startswith("{"):
            lines.back([first])
            yield from _from_json(lines)
        else:
            yield from _from_csv(lines, _columns(first, path.name))


# --- Retraction Watch: CSV --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Header:
    delimiter: str
    places: dict[str, int]
    least: int
    """Fields of a whole row."""


def _columns(line: str, name: str) -> _Header:
    for delimiter in (",", ";", "\t"):
        try:
            titles = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            continue
        plain = [re.sub(r"[\W_]+", "", title).lower() for title in titles]
        if set(plain) >= _NEEDED:
            named = {title: place for place, title in enumerate(plain) if title}
            places = {title: place for title, place in named.items() if title in _READ}
            return _Header(delimiter, places, max(named.values()) + 1)
    raise NotRetractionRecords(
        f"{name} is neither the Retraction Watch CSV (its first line must name the columns OriginalPaperDOI, "
        "OriginalPaperPubMedID and RetractionNature) nor JSON lines of updates by DOI."
    )


def _from_csv(lines: Lines, header: _Header) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=header.delimiter, strict=True)
    while True:
        lines.taken.clear()
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problem, fields = f"It is not whole CSV ({error}).", []
        else:
            if not any(field.strip() for field in fields):
                continue
            problem = ""
            if len(fields) < header.least or any(field.strip() for field in fields[header.least :]):
                problem = f"It has {len(fields)} fields where there are {header.least}."
        number = lines.taken[0][0]
        if problem:
            # A quotation mark that nobody closes takes in the rows after it: those are read again.
            lines.back([line for _, line in lines.taken[1:]])
            yield Row(number, problem=problem, cut_off=len(fields) < header.least)
        else:
            cells = {name: _plain(fields[place]) for name, place in header.places.items()}
            yield _watched(number, cells)


def _watched(line: int, cells: dict[str, str]) -> Row:
    given = cells["retractionnature"]
    found = _found(
        doi=cells["originalpaperdoi"],
        pmid=cells["originalpaperpubmedid"],
        given=given,
        title=cells.get("title", ""),
        notice_doi=cells.get("retractiondoi", ""),
        notice_pmid=cells.get("retractionpubmedid", ""),
        noted_on=day(cells.get("retractiondate", "")),
        reasons="; ".join(r for part in cells.get("reason", "").split(";") if (r := part.strip(" +"))),
    )
    return Row(line, found=(found,)) if isinstance(found, Found) else Row(line, problem=found)


# --- JSON lines -------------------------------------------------------------------------------------


def _from_json(lines: Lines) -> Iterator[Row]:
    for line in lines:
        number = lines.taken[-1][0]
        lines.taken.clear()
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            yield Row(number, problem="It is not whole JSON.", cut_off=True)
        else:
            yield _updated(number, entry)


def _updated(line: int, entry: Any) -> Row:
    """A work with its updates. The entry's day is the notice's; an update's is when it was reported."""
    match entry:
        case {"identifier": {**names}, "updates": [_, *_] as updates}:
            pass
        case _:
            return Row(line, problem="It does not name a work and its updates.")
    title, noted_on = _plain(entry.get("title")), day_of_stamp(entry.get("timestamp"))
    found, problems = list[Found](), list[str]()
    for update in updates:
        match update:
            case {"type": str(given)}:
                notice = update.get("identifier")
                notice = notice if isinstance(notice, dict) else {}
            case _:
                problems.append("An update does not say of which type it is.")
                continue
        one = _found(
            doi=_plain(names.get("doi")),
            pmid=_plain(names.get("pmid")),
            given=_plain(given),
            title=title,
            notice_doi=_plain(notice.get("doi")),
            notice_pmid=_plain(notice.get("pmid")),
            noted_on=noted_on or day_of_stamp(update.get("timestamp")),
        )
        if isinstance(one, Found):
            found.append(one)
        else:
            problems.append(one)
    if entry.get("retracted") is True and not any(one.nature in _TAKEN_BACK for one in found):
        # The entry says that the work is retracted, whatever the types of its updates are.
        found = [replace(one, nature=str(Source.Standing.RETRACTED)) for one in found]
    return Row(line, found=tuple(found), problem=" ".join(dict.fromkeys(problems)))


# --- One notice -------------------------------------------------------------------------------------


def _found(
    *,
    doi: str,
    pmid: str,
    given: str,
    title: str,
    notice_doi: str,
    notice_pmid: str,
    noted_on: str,
    reasons: str = "",
) -> Found | str:
    """The notice, or the sentence of why there is none."""
    work, number = doi_of(doi), pmid_of(pmid)
    if not work and not number:
        if doi.lower() not in _NOTHING:
            return "Its DOI is not one, and there is no PMID."
        return "It names no DOI and no PMID of a work."
    if not given:
        return "It does not say what the notice is."
    notice, notice_number = doi_of(notice_doi), pmid_of(notice_pmid)
    if notice == work or not notice:
        parts = (notice, f"pmid:{notice_number}" if notice_number else "", noted_on)
        name = " ".join(part for part in parts if part)
    else:
        name = notice
    return Found(
        doi=work,
        pmid=number,
        nature=nature_of(given, title),
        given=given[:200],
        notice=name,
        notice_doi=notice,
        noted_on=noted_on,
        title=title[:500],
        reasons=reasons,
    )


def _plain(value: Any) -> str:
    """Text on one line, without what no database keeps; numbers as text; anything else is nothing."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**12 else ""
    if not isinstance(value, str):
        return ""
    if not value.isprintable():
        value = "".join(c if c.isprintable() else " " for c in value)
    return " ".join(value.split())
