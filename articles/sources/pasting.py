"""Whatever a writer pastes or uploads, as works: identifiers, formatted references, reference files."""

from __future__ import annotations

from dataclasses import dataclass

from articles.sources.formatted import split_list
from articles.sources.identifiers import why_not
from articles.sources.lines import work_of
from articles.sources.reading import Problem, Unreadable, read
from articles.sources.works import Work

MOST = 500
"""Works that are taken from one paste, file or both; a longer one is cut up by its owner."""


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was found, in order, and a line for each thing that could not be read."""

    works: tuple[Work, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_pasted(text: str) -> Pasted:
    """Read a pasted text: identifiers, addresses and formatted references, a whole file, or both.

    What is no identifier and has no structure becomes a work with the whole text as its title: nothing
    that was pasted is dropped.
    """
    if not text.strip():
        return Pasted()
    try:
        found = read(text)
    except Unreadable:
        pass
    else:
        return _at_most(found.works, found.problems)
    works, problems = [], []
    for number, entry in enumerate(split_list(text), start=1):
        work = work_of(entry)
        complaint = why_not(entry) if set(work.known()) <= {"kind", "title"} else ""
        if complaint:
            problems.append(Problem(number, complaint, entry[:80]))
        else:
            works.append(work)
    return _at_most(tuple(works), tuple(problems))


def read_uploaded(data: bytes, *, name: str) -> Pasted:
    """Read an uploaded file: RIS, BibTeX, PubMed or CSL-JSON, or else lines of text.

    Raises `Unreadable` with a sentence.
    """
    try:
        found = read(data, name=name)
    except Unreadable:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Unreadable(
                "This file is no list of references: RIS, BibTeX, PubMed, CSL-JSON or plain text."
            ) from None
        if not text.strip() or "\x00" in text:
            raise
        return read_pasted(text)
    return _at_most(found.works, found.problems)


def together(*parts: Pasted) -> Pasted:
    """Several pastes as one, in order, of `MOST` works altogether."""
    return _at_most(
        tuple(work for part in parts for work in part.works),
        tuple(problem for part in parts for problem in part.problems),
    )


def _at_most(works: tuple[Work, ...], problems: tuple[Problem, ...]) -> Pasted:
    if len(works) <= MOST:
        return Pasted(works, problems)
    cut = Problem(
        0, f"Only the first {MOST} references were read; paste the rest afterwards.", works[MOST].title
    )
    return Pasted(works[:MOST], (*problems, cut))
