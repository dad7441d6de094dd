"""From the fields of one record, as its format names them, to a `Work`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from articles.sources.identifiers import identify
from articles.sources.reading import plain
from articles.sources.works import IDENTIFIERS, Work

_LABELS = {
    "doi": "doi:",
    "pmid": "PMID: ",
    "pmcid": "PMCID: ",
    "issn": "ISSN ",
    "isbn": "ISBN ",
    "arxiv": "arXiv:",
}
_SPOKEN = {"doi": "DOI", "pmid": "PMID", "pmcid": "PMCID", "nct": "NCT number", "arxiv": "arXiv number"}
_RESOLVERS = ("doi.org", "pubmed.ncbi.nlm.nih.gov", "clinicaltrials.gov", "arxiv.org", "pmc.ncbi.nlm.nih.gov")


@dataclass(slots=True)
class Raw:
    """One record before it is cleaned. Names are in printed form (`articles.sources.names`)."""

    kind: str = "other"
    title: str = ""
    subtitle: str = ""
    authors: list[str] = field(default_factory=list)
    editors: list[str] = field(default_factory=list)
    container: str = ""
    publisher: str = ""
    place: str = ""
    edition: str = ""
    date: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    accessed: str = ""
    identifiers: list[tuple[str, str]] = field(default_factory=list)
    """The kind that the format promises (“serial” for ISSN or ISBN, “any” for any kind) and the text."""
    urls: list[str] = field(default_factory=list)


def assembled(raw: Raw) -> tuple[Work, list[str]]:
    """The work, and a sentence for every identifier that is none and was left out."""
    complaints: list[str] = []
    known: dict[str, str] = {}
    for kind, text in raw.identifiers:
        _identifier(known, kind, plain.plain(text), complaints)
    url = _url(known, raw.urls, complaints)
    title = plain.title(raw.title)
    subtitle = plain.title(raw.subtitle)
    if subtitle and subtitle.casefold() not in title.casefold():
        title = f"{title.rstrip(':')}: {subtitle}" if title else subtitle
    work = Work(
        kind=raw.kind,
        title=title,
        authors=_names(raw.authors),
        editors=_names(raw.editors),
        container=plain.plain(raw.container),
        publisher=plain.plain(raw.publisher),
        place=plain.plain(raw.place).rstrip(" :,;"),
        edition=plain.plain(raw.edition),
        year=plain.year(raw.date),
        volume=plain.plain(raw.volume),
        issue=plain.plain(raw.issue),
        pages=plain.pages(raw.pages),
        url=url,
        accessed=plain.day(raw.accessed),
        **{kind: known.get(kind, "") for kind in IDENTIFIERS},
    )
    return work, complaints


def _names(names: list[str]) -> tuple[str, ...]:
    return tuple(name for each in names if (name := plain.plain(each)))


def _identifier(known: dict[str, str], kind: str, text: str, complaints: list[str]) -> None:
    if not text:
        return
    tries = [_LABELS.get(kind, "") + text, text]
    wanted: tuple[str, ...] = (kind,)
    if kind == "serial":
        tries, wanted = ["ISSN " + text, "ISBN " + text, text], ("issn", "isbn")
    elif kind == "any":
        wanted = IDENTIFIERS
    for each in tries:
        found = identify(each)
        if found and found.kind in wanted:
            known.setdefault(found.kind, found.value)
            return
    if kind in _SPOKEN:
        complaints.append(f"“{text[:60]}” is not a {_SPOKEN[kind]}, so it was left out.")


def _url(known: dict[str, str], urls: list[str], complaints: list[str]) -> str:
    """The first web address that is more than the resolver of an identifier; those fill in `known`."""
    address = ""
    for each in urls:
        text = plain.plain(each)
        found = identify(text) if text else None
        if found and found.kind != "url":
            known.setdefault(found.kind, found.value)
            if not address and _leads_elsewhere(text):
                address = text
        elif found:
            address = address or found.value
        elif re.match(r"https?:", text, re.I):
            complaints.append(f"“{text[:60]}” is not a complete web address, so it was left out.")
    return address


def _leads_elsewhere(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").lower()
    except ValueError:
        return False
    ours = any(host == each or host.endswith("." + each) for each in _RESOLVERS)
    return (
        parts.scheme.lower() in ("http", "https") and bool(host) and not ours and not re.search(r"\s", text)
    )
