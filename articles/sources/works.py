"""A published work as every reader and writer of references speaks of it here; no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from articles.sources.names import split_names

IDENTIFIERS = ("doi", "pmid", "pmcid", "nct", "arxiv", "isbn", "issn")
"""Kinds of identifier, the most telling first. An ISSN names a journal, never a work in it."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is known of one work; empty where nothing is. Text is plain: no markup, no line breaks.

    `kind` is one of `articles.models.Source.Kind`. `authors` and `editors` are “Surname AB” (surname as
    printed, initials without dots) or a group's name as it stands. `pages` as the publisher writes them:
    “101-10”, “e1234”. Identifiers are in the form that `articles.sources.identifiers` gives them.
    """

    kind: str = "journal-article"
    title: str = ""
    authors: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    container: str = ""
    publisher: str = ""
    place: str = ""
    edition: str = ""
    year: int | None = None
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    nct: str = ""
    arxiv: str = ""
    isbn: str = ""
    issn: str = ""
    url: str = ""
    accessed: str = ""
    """The day on which a web page was read, as YYYY-MM-DD."""

    def known(self) -> dict[str, object]:
        """The fields that are not empty, by name."""
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name))}


def work_from(record: Mapping[str, Any]) -> Work:
    """The work that the record of a source describes (see `articles.models.record`).

    Its authors and editors are one text each; what the record does not have is empty.
    """
    known: dict[str, Any] = {f.name: record[f.name] for f in fields(Work) if record.get(f.name)}
    for several in ("authors", "editors"):
        known[several] = tuple(split_names(known.get(several, "")))
    return Work(**known)
