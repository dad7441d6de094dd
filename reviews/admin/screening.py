"""The remarks of the screening as the writer sees them: by severity, by passage, each with its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from articles.documents import Document
from articles.models import Article
from reviews.answers import Answered
from reviews.marking import Mark
from reviews.models import WriterAnswer
from reviews.severities import ORDER, category_words, gravest, shown
from reviews.states import State

KINDS = (
    (WriterAnswer.FIXED.value, "I have mended it"),
    (WriterAnswer.SOURCED.value, "It has its source"),
    (WriterAnswer.DISAGREE.value, "I disagree"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One remark, numbered in the order of the text."""

    number: int
    answered: Answered
    may_answer: bool

    @property
    def key(self) -> str:
        return f"hit-{self.number}"

    @property
    def category(self) -> str:
        return category_words(self.answered.hit.category)


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of the draft, and all that is said of them."""

    key: str
    """The id of the remark that its pin leads to: the gravest."""
    quote: str
    where: str
    """The field that it stands in: title, summary or body; empty for the whole text."""
    occurrence: int
    """How many times the same words stand in that field before these."""
    start: int
    end: int
    numbers: tuple[int, ...]
    severity: str

    @property
    def state(self) -> State:
        return shown(self.severity)

    @property
    def pin(self) -> str:
        return f"{self.state.shape} {', '.join(map(str, self.numbers))} {self.state.word}"

    @property
    def label(self) -> str:
        numbers = ", ".join(map(str, self.numbers))
        many = "s" if len(self.numbers) > 1 else ""
        return f"Screening: remark{many} {numbers}, {self.state.word.lower()}"

    def mark(self) -> Mark:
        return Mark(self.key, "hit", self.severity, self.start, self.end, self.pin, self.label)


@dataclass(frozen=True, slots=True)
class Group:
    """All remarks of one severity, those on one passage together."""

    severity: str
    passages: list[tuple[Passage, list[Row]]]
    is_open: bool = False

    @property
    def title(self) -> str:
        return self.state.word

    @property
    def state(self) -> State:
        return shown(self.severity)

    @property
    def rows(self) -> list[Row]:
        return [row for _, rows in self.passages for row in rows]

    @property
    def count(self) -> str:
        total = len(self.rows)
        if self.severity == "fix":
            return f"{total} to mend"
        return f"{sum(row.answered.answer is not None for row in self.rows)} of {total} answered"

    @property
    def waits(self) -> bool:
        """Whether there is something here for the writer to do."""
        return self.severity == "fix" or any(row.answered.answer is None for row in self.rows)


@dataclass(frozen=True, slots=True)
class Screening:
    """The whole list, the gravest group first; at most one group is open, the first that waits."""

    groups: list[Group]
    passages: list[Passage]

    @property
    def to_mend(self) -> list[Row]:
        return [row for group in self.groups if group.severity == "fix" for row in group.rows]

    @property
    def answerable(self) -> list[Row]:
        return [row for group in self.groups for row in group.rows if row.may_answer]

    def marks(self) -> list[Mark]:
        return [passage.mark() for passage in self.passages if passage.where]


def screening_of(document: Document, remarks: Sequence[Answered], *, may_answer: bool) -> Screening:
    """The list for a draft's `document` and the `remarks` on it."""
    rows = [
        Row(number, remark, may_answer and remark.may_be_answered)
        for number, remark in enumerate(remarks, start=1)
    ]
    by_place: dict[tuple[int, int], list[Row]] = {}
    for row in rows:
        by_place.setdefault((row.answered.hit.start, row.answered.hit.end), []).append(row)
    passages = {place: _passage(document, place, there) for place, there in by_place.items()}
    groups: list[Group] = []
    for severity in ORDER:
        here = [
            (passages[place], chosen)
            for place, there in by_place.items()
            if (chosen := [row for row in there if row.answered.hit.severity == severity])
        ]
        if here:
            group = Group(severity, here)
            if group.waits and not any(other.is_open for other in groups):
                group = replace(group, is_open=True)
            groups.append(group)
    return Screening(groups, list(passages.values()))


def _passage(document: Document, place: tuple[int, int], rows: list[Row]) -> Passage:
    start, end = place
    severity = gravest([row.answered.hit.severity for row in rows])
    lead = next(row for row in rows if row.answered.hit.severity == severity)
    quote = document.text[start:end]
    where, begins = _where(document, start) if end > start else ("", 0)
    return Passage(
        key=lead.key,
        quote=quote,
        where=where,
        occurrence=document.text.count(quote, begins, start) if quote else 0,
        start=start,
        end=end,
        numbers=tuple(row.number for row in rows),
        severity=severity,
    )


def _where(document: Document, start: int) -> tuple[str, int]:
    """The field that a position stands in, and where that field begins."""
    for block in document.blocks:
        if block.kind in ("title", "summary") and block.start <= start < block.end:
            return block.kind, block.start
    return "body", document.body_start


def content_of(article: Article) -> dict[str, Any]:
    """What `reviews.marking` reads of an edition, of the draft as it is stored."""
    return {
        "title": article.title,
        "summary": article.summary,
        "body": article.body,
        "references": [
            {"number": citation.number, "title": str(citation.source)}
            for citation in article.citations.select_related("source").order_by("number")
        ],
    }
