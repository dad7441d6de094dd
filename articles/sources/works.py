"""A published work as every reader and writer of references speaks of it here; no database."""

from __future__ import annotations

from dataclasses import dataclass, fields

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
