"""Crossref: works, and the notices on them, by DOI (REST API, api.crossref.org/swagger-ui)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from articles.sources.evidence import Evidence, design_of, participants_in
from articles.sources.natures import nature_named
from articles.sources.registries import (
    Found,
    NoticeSeen,
    doi_in,
    nothing,
    notices_in_title,
    plain,
)
from articles.sources.registries.client import Answer, ask, json_of, question
from articles.sources.works import Work

NAME = "Crossref"
INTERVAL = 0.1
"""Seconds between two questions; ten a second are allowed to those who say who they are."""

_BOOKS = frozenset(
    "book book-chapter book-part book-section book-series book-set book-track edited-book monograph"
    " reference-book reference-entry report report-series report-component dissertation".split()
)


def look_up(doi: str, *, etag: str = "", last_modified: str = "") -> Found:
    """What Crossref knows of a DOI; never raises. The record must have that DOI, or name it as an alias."""
    wanted = doi_in(doi)
    if not wanted:
        return nothing(Answer("unknown"), "This is not a DOI, so Crossref was not asked.")
    url = question("CROSSREF_URL", f"works/{quote(wanted, safe='')}", contact="mailto")
    answer = ask(url, etag=etag, last_modified=last_modified, registry=NAME, interval=INTERVAL)
    return read(answer, doi)


def read(answer: Answer, doi: str) -> Found:
    """What an answer says of a DOI, whenever it came; one that holds nothing usable says why."""
    wanted = doi_in(doi)
    content, answer = json_of(answer, registry=NAME)
    if answer.outcome != "found":
        return nothing(answer)
    message = _object(content.get("message"))
    aliases = [doi_in(alias) for alias in _list(message.get("aliases"))]
    if wanted not in (doi_in(message.get("DOI")), *aliases):
        return nothing(answer, "Crossref answered about another work.")
    work = work_from(message)
    notices, announces = notices_from(message)
    return Found(work, evidence_from(message), notices, answer, announces)


def work_from(message: dict[str, Any]) -> Work:
    """A record of Crossref's as a Work; whatever in it has an unexpected shape is left out."""
    title = _title(message)
    design = design_of(title)
    kind = "journal-article"
    if plain(message.get("type")) in _BOOKS:
        kind = "book"
    elif design in ("systematic-review", "meta-analysis"):
        kind = "systematic-review"
    elif design in ("randomised-trial", "non-randomised-trial"):
        kind = "trial"
    hosts = [_object(entry).get("name") for entry in _list(message.get("institution"))]
    isbn = re.sub(r"[^0-9X]", "", _first(message, "ISBN").rpartition("/")[2].upper())
    return Work(
        kind=kind,
        title=title,
        authors=_people(message.get("author")),
        editors=_people(message.get("editor")),
        container=_first(message, "container-title") or next((plain(h) for h in hosts if plain(h)), ""),
        publisher=plain(message.get("publisher")),
        place=plain(message.get("publisher-location")),
        edition=plain(message.get("edition-number")),
        year=_year(message),
        volume=plain(message.get("volume")),
        issue=plain(message.get("issue")),
        pages=plain(message.get("page")) or plain(message.get("article-number")),
        doi=doi_in(message.get("DOI")),
        isbn=isbn if len(isbn) in (10, 13) else "",
        issn=_first(message, "ISSN"),
    )


def notices_from(message: dict[str, Any]) -> tuple[tuple[NoticeSeen, ...], tuple[NoticeSeen, ...]]:
    """The notices on this work, and those that this record is on other works."""
    doi, title = doi_in(message.get("DOI")), _title(message)
    on_it = list(_updates(message, "updated-by", about=doi))
    is_one: list[NoticeSeen] = []
    for seen in _updates(message, "update-to", doi=doi, title=title):
        (on_it if seen.about == doi else is_one).append(seen)
    own, other = notices_in_title(title)
    said, announced = {seen.kind for seen in on_it}, {seen.kind for seen in is_one}
    on_it += [NoticeSeen(kind, title=title, about=doi) for kind in own if kind not in said]
    if not is_one:
        is_one += [NoticeSeen(kind, doi=doi, title=title) for kind in other if kind not in announced]
    return tuple(dict.fromkeys(on_it)), tuple(dict.fromkeys(is_one))


def _updates(
    message: dict[str, Any], name: str, *, doi: str = "", about: str = "", title: str = ""
) -> Iterator[NoticeSeen]:
    for entry in map(_object, _list(message.get(name))):
        kind = nature_named(plain(entry.get("type")))
        if kind != "none":
            named = doi_in(entry.get("DOI"))
            label = plain(entry.get("label"))
            yield NoticeSeen(kind, doi or named, _day(entry.get("updated")), title or label, about or named)


def evidence_from(message: dict[str, Any]) -> Evidence:
    """What Crossref says of a work as evidence. It is no proof of review unless the publisher states it."""
    title, abstract = _title(message), plain(message.get("abstract"))
    kind, subtype = plain(message.get("type")), plain(message.get("subtype"))
    preprint = kind == "posted-content" and subtype in ("", "preprint")
    stated = [
        (plain(entry.get("name")), plain(entry.get("value")))
        for entry in map(_object, _list(message.get("assertion")))
    ]
    reviewed = any(
        (name == "peer_review_method" and not re.search(r"\bnot?\b|\bnone\b", value, re.IGNORECASE))
        or (name == "review_status" and value.lower() == "peer reviewed")
        for name, value in stated
    )
    funders = [plain(entry.get("name")) for entry in map(_object, _list(message.get("funder")))]
    numbers = [
        plain(entry.get("clinical-trial-number")).upper()
        for entry in map(_object, _list(message.get("clinical-trial-number")))
    ]
    return Evidence(
        publication_types=tuple(name for name in (kind, subtype) if name),
        design=design_of(title),
        participants=participants_in(abstract),
        status="preprint" if preprint else "peer reviewed" if reviewed else "",
        published_as=_related(message, "is-preprint-of") if preprint else "",
        preprint_of=_related(message, "has-preprint"),
        funding=tuple(dict.fromkeys(name for name in funders if name)),
        conflicts=next((value for _name, value in stated if _CONFLICTS.search(value)), ""),
        registered_as=tuple(dict.fromkeys(n for n in numbers if re.fullmatch(r"NCT\d{8}", n))),
    )


_CONFLICTS = re.compile(r"\b(?:conflicts? of|competing)(?: \w+)? interests?\b", re.IGNORECASE)


def _related(message: dict[str, Any], name: str) -> str:
    related = _list(_object(message.get("relation")).get(name))
    dois = (doi_in(entry.get("id")) for entry in map(_object, related) if entry.get("id-type") == "doi")
    return next((doi for doi in dois if doi), "")


def _title(message: dict[str, Any]) -> str:
    title, subtitle = _first(message, "title"), _first(message, "subtitle")
    if title and subtitle and subtitle.lower() not in title.lower():
        return f"{title}{' ' if title[-1] in ':?!' else ': '}{subtitle}"
    return title or subtitle or _first(message, "original-title")


def _people(entries: object) -> tuple[str, ...]:
    names = []
    for entry in map(_object, _list(entries)):
        family, given = plain(entry.get("family")), plain(entry.get("given"))
        initials = "".join(part[0].upper() for part in re.split(r"[\s.\-‐]+", given) if part)
        suffix = plain(entry.get("suffix")).rstrip(".")
        whole = " ".join(part for part in (family, initials, suffix) if part) if family else given
        names.append(whole or plain(entry.get("name")))
    return tuple(name for name in names if name)


def _year(message: dict[str, Any]) -> int | None:
    for name in ("issued", "published", "published-print", "published-online", "posted", "approved"):
        parts = _parts(message.get(name))
        if parts and 1000 <= parts[0] <= 2200:
            return parts[0]
    return None


def _day(value: object) -> dt.date | None:
    parts = _parts(value)
    try:
        return dt.date(*parts) if len(parts) == 3 else None
    except (ValueError, OverflowError):
        return None


def _parts(value: object) -> list[int]:
    """Year, month, day, as far as given: `{"date-parts": [[2019, 4, 8]]}`."""
    dates = _list(_object(value).get("date-parts"))
    parts = _list(dates[0]) if dates else []
    return parts if all(type(part) is int for part in parts) else []


def _first(message: dict[str, Any], name: str) -> str:
    return next((text for entry in _list(message.get(name)) if (text := plain(entry))), "")


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
