"""What comes out of reading a file of references: works, and a line for everything that is not one."""

from __future__ import annotations

from dataclasses import dataclass

from articles.sources.identifiers import why_not
from articles.sources.lines import is_reference, work_of
from articles.sources.reading.assembling import Raw, assembled
from articles.sources.works import IDENTIFIERS, Work

QUOTED = 80
RECORDS = 10_000


class Unreadable(ValueError):
    """Nothing of the file can be read; says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing in the file that was not read as it stands."""

    line: int
    """Where it, or the record it is about, begins; the first line is 1."""
    sentence: str
    text: str
    """The beginning of the passage, on one line."""
    left_out: bool = False
    """Whether it stands for a record of which nothing became a work."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Every record of a file is one of `works`, or one of `problems` that was `left_out`."""

    works: tuple[Work, ...]
    problems: tuple[Problem, ...]
    format: str
    """ris, bibtex, nbib or csl-json."""


class Found:
    """The outcome under way."""

    def __init__(self) -> None:
        self.works: list[Work] = []
        self.problems: list[Problem] = []
        self._records = 0

    def record(self, raw: Raw, line: int, text: str, *sentences: str) -> None:
        """One record that begins at `line`; `sentences` say what was wrong with it already."""
        work, complaints = assembled(raw)
        if work.title or any(getattr(work, kind) for kind in IDENTIFIERS if kind != "issn") or work.url:
            self._count()
            self.works.append(work)
            for sentence in (*sentences, *complaints):
                self.problem(line, sentence, text)
        else:
            reason = " ".join((*sentences, "The record has neither a title nor an identifier."))
            self.left_out(line, reason, text)

    def left_out(self, line: int, sentence: str, text: str) -> None:
        """One record of which nothing can be read."""
        self._count()
        self.problems.append(Problem(line, sentence, quoted(text), left_out=True))

    def stray(self, line: int, text: str, *, told: bool = True) -> None:
        """A line outside any record: a work if it is a reference by itself, else `told`; a comment is not."""
        work = work_of(text)
        if is_reference(text, work):
            self._count()
            self.works.append(work)
        elif told:
            self.problem(line, why_not(text) or "This line belongs to no record and was not read.", text)

    def problem(self, line: int, sentence: str, text: str) -> None:
        """A remark; it stands for no record."""
        self.problems.append(Problem(line, sentence, quoted(text)))

    def reading(self, form: str) -> Reading:
        return Reading(tuple(self.works), tuple(sorted(self.problems, key=lambda p: p.line)), form)

    def _count(self) -> None:
        self._records += 1
        if self._records > RECORDS:
            raise Unreadable(
                f"The file holds more than {RECORDS:,} references. Divide it and import the parts."
            )


def quoted(text: str) -> str:
    """The beginning of a passage, on one line and fit to be stored."""
    start = " ".join(text[: 4 * QUOTED].encode("utf-8", "replace").decode().split())
    start = "".join(letter if letter.isprintable() else "\ufffd" for letter in start)
    return start if len(start) <= QUOTED else start[: QUOTED - 1] + "…"
