"""One line that stands for a work: an identifier, an address, or a reference as it is printed."""

from __future__ import annotations

from typing import Any

from articles.sources.formatted import read_reference
from articles.sources.identifiers import identify
from articles.sources.works import IDENTIFIERS, Work

_KINDS = {"nct": "trial-record", "isbn": "book", "arxiv": "preprint"}


def work_of(line: str) -> Work:
    """The work that a line stands for; where nothing surely is one, the whole line is the title."""
    identifier = identify(line)
    if identifier is None:
        return read_reference(line)
    if identifier.kind == "url":
        return Work(kind="web-page", url=identifier.value)
    known: dict[str, Any] = {identifier.kind: identifier.value}
    return Work(kind=_KINDS.get(identifier.kind, "journal-article"), **known)


def is_reference(line: str, work: Work) -> bool:
    """Whether `work`, as read of `line`, is more than words: it has a number, or authors and a year."""
    named = any(getattr(work, kind) for kind in IDENTIFIERS if kind != "issn")
    return named or identify(line) is not None or bool(work.authors and work.year)
