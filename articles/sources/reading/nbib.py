"""Reads MEDLINE display format, which PubMed saves as .nbib (NLM, MEDLINE/PubMed Data Element Descriptions).

A field is a tag of up to four letters, a hyphen, a space and the value; lines that begin with six spaces
continue it. A record begins with PMID, and PubMed ends every record with SO.
"""

from __future__ import annotations

import re
from collections import defaultdict

from articles.sources import kinds
from articles.sources.names import read_name
from articles.sources.reading import plain
from articles.sources.reading.assembling import Raw
from articles.sources.reading.outcome import Found

_LINE = re.compile(r"([A-Z]{2,4}) {0,3}-(?: (.*))?")
_LABELLED = re.compile(r"(.*?)\s*\[(doi|pii|bookaccession)\]\s*", re.I)


def read_nbib(text: str) -> Found:
    """Every record of `text`, whose lines end with LF."""
    found = Found()
    starts: list[int] = []
    lines = text.split("\n")
    blank, finished = True, True
    for number, line in enumerate(lines):
        match = _LINE.fullmatch(line)
        # A tag after a blank line begins a record that lost its PMID, if the one before is finished.
        if match and (match[1] == "PMID" or (blank and finished)):
            starts.append(number)
            finished = False
        finished = finished or bool(match and match[1] == "SO")
        blank = not line.strip()
    for number in range(starts[0] if starts else len(lines)):
        if lines[number].strip():
            found.stray(number + 1, lines[number])
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        _take(found, lines[start:end], start + 1, last=end == len(lines))
    return found


def _take(found: Found, lines: list[str], line: int, *, last: bool) -> None:
    fields: defaultdict[str, list[str]] = defaultdict(list)
    tag = ""
    for each in lines:
        if match := _LINE.fullmatch(each):
            tag = match[1]
            fields[tag].append((match[2] or "").strip())
        elif each.strip() and tag:
            fields[tag][-1] = f"{fields[tag][-1]} {each.strip()}".strip()
    text = "\n".join(lines)
    source = fields["SO"][0] if fields["SO"] else ""
    year = str(plain.year(" ".join(fields["DP"])) or "")
    whole = source and (text.endswith("\n") or (source.endswith(".") and year in source))
    cut = ["The file ends in the middle of this record."] if last and not whole else []
    found.record(_raw(fields), line, text, *cut)


def _raw(fields: defaultdict[str, list[str]]) -> Raw:
    def first(*tags: str) -> str:
        return next((value for tag in tags for value in fields[tag] if value), "")

    labelled = [match for value in fields["LID"] + fields["AID"] if (match := _LABELLED.fullmatch(value))]
    registered = [
        value.rsplit("/", 1)[1] for value in fields["SI"] if value.lower().startswith("clinicaltrials.gov/")
    ]
    book = bool(first("BTI"))
    kind = kinds.kind_in_words(fields["PT"]) or (
        "book-chapter" if book and first("TI") else "journal-article"
    )
    return Raw(
        kind="book" if book and not first("TI") else kind,
        title=first("TI", "BTI", "TT"),
        authors=[read_name(name) for name in (fields["AU"] or fields["FAU"]) + fields["CN"]],
        editors=[read_name(name) for name in fields["ED"] or fields["FED"]],
        container=first("BTI") if book and first("TI") else first("TA", "JT"),
        publisher=first("PB"),
        place=first("PL") if book else "",
        edition=first("EN"),
        date=first("DP", "DEP"),
        volume=first("VI"),
        issue=first("IP"),
        pages=first("PG"),
        identifiers=[
            ("pmid", first("PMID")),
            ("pmcid", first("PMC")),
            *(("doi", match[1]) for match in labelled if match[2].lower() == "doi"),
            # A trial that names several registrations has none that stands for it.
            *(("nct", number) for number in registered if len(registered) == 1),
            *(("isbn", value) for value in fields["ISBN"]),
            *(("issn", value[:9]) for value in fields["IS"]),
        ],
    )
