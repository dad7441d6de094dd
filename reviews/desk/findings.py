"""The findings of a review's rail: by severity, those on one passage together."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User

from reviews.desk.answering import Rejection, Slot, slot
from reviews.dossier import Dossier
from reviews.marking import Mark
from reviews.models import Finding
from reviews.severities import ORDER, category_words, gravest, shown
from reviews.states import State

_GONE = State("⊘", "No longer in the text", "quiet")


@dataclass(frozen=True, slots=True)
class FindingRow:
    finding: Finding
    number: int
    state: State
    waits: bool
    """An answer is still needed."""
    needs_second: bool
    may_confirm: bool
    answer_slot: Slot
    confirm_slot: Slot
    is_open: bool

    @property
    def key(self) -> str:
        return f"finding-{self.finding.pk}"

    @property
    def text(self) -> str:
        return str((self.finding.anchor or {}).get("exact", ""))

    @property
    def done(self) -> bool:
        return not self.waits and not self.needs_second

    @property
    def is_advice(self) -> bool:
        """Advice that nobody has answered: nothing waits for it, and yet it is not settled."""
        return self.finding.severity == Finding.Severity.ADVISE and not self.finding.disposition

    @property
    def may_answer(self) -> bool:
        return self.finding.severity != Finding.Severity.FIX and not self.finding.orphaned

    @property
    def category(self) -> str:
        return "" if self.finding.added_by_id else category_words(self.finding.category)

    @property
    def answering(self) -> bool:
        """The form for an answer stands open."""
        return self.is_open or self.answer_slot.came_back

    @property
    def came_back(self) -> bool:
        return self.answering or self.confirm_slot.came_back


@dataclass(frozen=True, slots=True)
class FoundAt:
    """A passage (or the whole text) and the findings on it; `lead` is the one that its pin leads to."""

    rows: list[FindingRow]
    lead: FindingRow
    severity: str
    """The gravest of what still waits; “done” where nothing does."""

    @property
    def text(self) -> str:
        return self.lead.text

    def mark(self) -> Mark | None:
        anchor = self.lead.finding.anchor
        if not anchor or self.lead.finding.orphaned:
            return None
        numbers = ", ".join(f"F{row.number}" for row in self.rows)
        if self.severity == "done":
            pin, word = f"✓ {numbers}", "settled"
        else:
            state = shown(self.severity)
            pin, word = f"{state.shape} {numbers} {state.word}", state.word.lower()
        label = f"Finding{'s' if len(self.rows) > 1 else ''} {numbers.replace('F', '')}: {word}"
        return Mark(self.lead.key, "finding", self.severity, anchor["start"], anchor["end"], pin, label)


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """The findings of one severity, those on one passage together; or those that left the text."""

    state: State
    passages: list[tuple[FoundAt, list[FindingRow]]]
    count: str
    is_open: bool


def finding_rows(dossier: Dossier, user: User, rejection: Rejection | None, opened: str) -> list[FindingRow]:
    """Every finding, those that wait first, the gravest of them on top."""
    rows = []
    for number, finding in enumerate(dossier.findings, start=1):
        key = f"finding-{finding.pk}"
        waits = (
            not finding.orphaned and not finding.disposition and finding.severity != Finding.Severity.ADVISE
        )
        second = (
            not finding.orphaned
            and finding.severity == Finding.Severity.CRITICAL
            and finding.disposition == Finding.Disposition.ACCEPTED
            and not finding.confirmed_by_id
        )
        state = shown(finding.severity)
        rows.append(
            FindingRow(
                finding, number, state, waits, second, second and finding.disposed_by_id != user.pk,
                slot(rejection, f"{key}-answer"), slot(rejection, f"{key}-confirm"), opened == key,
            )
        )  # fmt: skip
    rows.sort(key=lambda r: (r.finding.orphaned, r.done, ORDER.index(r.finding.severity), r.number))
    return rows


def found_at(rows: list[FindingRow]) -> list[FoundAt]:
    """The passages that findings stand at, in the order of the text; what left it comes last."""
    places: dict[object, list[FindingRow]] = {}
    for row in sorted(rows, key=_place):
        anchor = row.finding.anchor
        alone = row.finding.orphaned or not anchor
        key: object = row.key if alone else (anchor["start"], anchor["end"])
        places.setdefault(key, []).append(row)
    found = []
    for there in places.values():
        waiting = [row for row in there if row.waits or row.needs_second or row.is_advice]
        severity = gravest([row.finding.severity for row in waiting or there])
        lead = next(row for row in waiting or there if row.finding.severity == severity)
        found.append(FoundAt(there, lead, severity if waiting else "done"))
    return found


def _place(row: FindingRow) -> tuple[bool, int, int, int]:
    anchor = row.finding.anchor or {"start": -1, "end": -1}
    return (row.finding.orphaned, anchor["start"], anchor["end"], row.number)


def finding_groups(places: list[FoundAt]) -> list[FindingGroup]:
    """The findings by severity, the gravest first; the first group in which something waits is open."""
    groups: list[FindingGroup] = []
    for severity in (*ORDER, "gone"):
        here = [
            (place, chosen)
            for place in places
            if (
                chosen := [
                    row
                    for row in place.rows
                    if severity == ("gone" if row.finding.orphaned else row.finding.severity)
                ]
            )
        ]
        if not here:
            continue
        rows = [row for _, chosen in here for row in chosen]
        done = sum(row.done for row in rows)
        count = f"{done} of {len(rows)} settled"
        if severity == Finding.Severity.ADVISE:
            count = f"{len(rows)}, no answer needed"
        elif severity == "gone":
            count = str(len(rows))
        waits = severity != "gone" and done < len(rows) and not any(group.is_open for group in groups)
        is_open = waits or any(row.came_back for row in rows)
        groups.append(FindingGroup(_GONE if severity == "gone" else shown(severity), here, count, is_open))
    return groups
