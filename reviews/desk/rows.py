"""The entries of a review's rail: what is shown of each claim, comment and reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from articles.canonical import digest
from articles.models import Source, record
from articles.references import ReferenceLink, links_of
from articles.sources.evidence import Evidence, at_a_glance, from_dict, suggested_level
from articles.sources.style import parts
from articles.sources.works import work_from
from reviews.desk import second_look
from reviews.desk.answering import Rejection, Slot, slot
from reviews.dossier import Dossier, passing, source_digest
from reviews.independence import shown_to
from reviews.marking import Mark
from reviews.models import Claim, Comment, SourceCheck
from reviews.screening import citations_in
from reviews.states import State

TO_CHECK = State("○", "To be checked", "attention")
CHECKED = State("✓", "Checked", "signed")
NOT_SUPPORTED = State("✕", "No source supports it", "stop")
RECONFIRM = State("↻", "Needs reconfirmation", "attention")
NOT_A_CLAIM = State("–", "Not a claim", "quiet")
GONE = State("⊘", "No longer in the text", "quiet")


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference as frozen, and what is known of its source today."""

    number: int
    record: dict[str, Any]
    source: Source | None
    changed: bool

    @property
    def key(self) -> int:
        return self.source.pk if self.source else 0

    @property
    def standing(self) -> State:
        if self.source is None:
            return State("?", "Not on record any more", "attention")
        word = self.source.get_standing_display()
        match self.source.standing:
            case Source.Standing.RETRACTED | Source.Standing.WITHDRAWN:
                return State("⊗", word, "stop")
            case Source.Standing.UNKNOWN:
                return State("?", "Retraction status not known", "attention")
            case Source.Standing.EXPRESSION_OF_CONCERN:
                return State("▲", word, "attention")
        return State("✓" if self.source.standing == Source.Standing.NONE else "●", word, "quiet")

    @property
    def evidence(self) -> Evidence:
        return from_dict(self.source.evidence if self.source else {})

    @property
    def glance(self) -> str:
        """What kind of evidence it is, in a line: “Randomised trial · 34 participants · Human · Preprint”."""
        return " · ".join(at_a_glance(self.evidence))

    @property
    def suggested(self) -> tuple[int | None, str]:
        """A level of evidence that the reviewer may confirm or correct, and why."""
        return suggested_level(self.evidence)

    @property
    def printed(self) -> str:
        """The reference without the identifiers that are in `links`."""
        return " ".join(part.text for part in parts(work_from(self.record)) if part.role != "identifier")

    @property
    def links(self) -> list[ReferenceLink]:
        return links_of(self.record)

    @property
    def short(self) -> str:
        names = str(self.record["authors"]).split(",")
        first = names[0].strip() or str(self.record["container"]) or "Unknown"
        others = " and others" if len(names) > 1 else ""
        return f"[{self.number}] {first}{others} {self.record['year'] or 'n.d.'}"


def references(content: dict[str, Any], today: dict[int, Source]) -> list[Reference]:
    """An edition's references; `today` are their sources by primary key."""
    found = []
    for entry in content["references"]:
        source = today.get(entry["source"])
        changed = source is not None and digest(record(source)) != entry["digest"]
        found.append(Reference(entry["number"], entry["record"], source, changed))
    return found


@dataclass(frozen=True, slots=True)
class ClaimRow:
    claim: Claim
    number: int
    state: State
    checks: list[tuple[SourceCheck, str]]
    """Those in force, each with a sentence where it does not count; empty where it does."""
    earlier: list[SourceCheck]
    cited: frozenset[str]
    """Primary keys, as form values, of the sources that the claim itself cites."""
    opened: str
    """The key of the one entry whose form the address asks for."""
    known: SourceCheck | None
    """What this reviewer last recorded of the source that the form starts with."""
    suggestions: Mapping[str, tuple[int | None, str]]
    """By source: the level of evidence that its record suggests, and why."""
    check_slot: Slot
    dismiss_slot: Slot
    act_slot: Slot
    second: second_look.ClaimLook

    @property
    def key(self) -> str:
        return f"claim-{self.claim.pk}"

    @property
    def text(self) -> str:
        return str(self.claim.anchor["exact"])

    @property
    def done(self) -> bool:
        return self.state in (CHECKED, NOT_A_CLAIM) or self.second.given

    @property
    def checking(self) -> bool:
        """The form for a source check stands open."""
        return self.opened == self.key or self.check_slot.came_back

    @property
    def dismissing(self) -> bool:
        """The form that says why this is no claim stands open."""
        return self.opened == f"{self.key}-dismiss" or self.dismiss_slot.came_back

    @property
    def chosen(self) -> str:
        """The source that the form starts with: what was typed, or the only one cited."""
        return self.check_slot.values.get("source") or _only(self.cited)

    @property
    def level(self) -> str:
        """The level that the form starts with: a source keeps it from claim to claim, or suggests one."""
        if self.check_slot.values.get("level"):
            return self.check_slot.values["level"]
        level = self.known.level if self.known else self.suggested[0]
        return str(level) if level else ""

    @property
    def suggested(self) -> tuple[int | None, str]:
        return self.suggestions.get(self.chosen, (None, ""))

    @property
    def read(self) -> str:
        """What was read, as the form starts with it."""
        return self.check_slot.values.get("read") or (self.known.read if self.known else "")

    def mark(self) -> Mark:
        tone = {CHECKED: "done", NOT_A_CLAIM: "dismissed", NOT_SUPPORTED: "stop"}.get(self.state, "open")
        if self.state is second_look.DISPUTED:
            tone = "stop"
        anchor, label = self.claim.anchor, f"Claim {self.number}: {self.state.word.lower()}"
        return Mark(
            self.key, "claim", tone, anchor["start"], anchor["end"], f"{self.number}{self.state.shape}", label
        )


def _only(values: frozenset[str]) -> str:
    return min(values) if len(values) == 1 else ""


def claim_rows(
    dossier: Dossier,
    refs: list[Reference],
    rejection: Rejection | None,
    opened: str,
    *,
    reader: User | None = None,
) -> list[ClaimRow]:
    """Every claim, in the order of the text; those that left it come last.

    Verdicts that are kept back are left out, but for the `reader`'s own.
    """
    own = [c for claim in dossier.claims for c in claim.checks.all() if reader and c.by_id == reader.pk]
    known = {str(check.source_id): check for check in sorted(own, key=lambda check: check.pk)}
    by_number = {ref.number: ref.key for ref in refs}
    suggestions = {str(ref.key): ref.suggested for ref in refs if ref.source}
    here = [c for c in dossier.claims if c.state != Claim.State.ORPHANED]
    here.sort(key=lambda c: (c.anchor["start"], c.anchor["end"], c.pk))
    gone = [c for c in dossier.claims if c.state == Claim.State.ORPHANED]
    rows = []
    for number, claim in enumerate([*here, *gone], start=1):
        in_force = shown_to(reader, dossier, claim, dossier.checks_of(claim))
        good = {c.pk for c in passing(in_force, dossier.policy)}
        second = second_look.of_claim(dossier, claim, reader, rejection)
        passes = bool(good) if dossier.keeps_back(claim) else bool(dossier.rests_on(claim))
        cited = {str(by_number[n]) for n in citations_in(claim.anchor["exact"]) if by_number.get(n)}
        shown = {c.pk for c in in_force}
        key = f"claim-{claim.pk}"
        rows.append(
            ClaimRow(
                claim,
                number,
                second.state or _state(claim, bool(in_force), passes, reconfirmed=second.given),
                [(c, "" if c.pk in good else _why_not(c, dossier)) for c in in_force],
                shown_to(reader, dossier, claim, (c for c in claim.checks.all() if c.pk not in shown)),
                frozenset(cited),
                opened,
                known.get(_only(frozenset(cited))),
                suggestions,
                slot(rejection, f"{key}-check"),
                slot(rejection, f"{key}-dismiss"),
                slot(rejection, f"{key}-act"),
                second,
            )
        )
    return rows


def _state(claim: Claim, checked: bool, good: bool, *, reconfirmed: bool = False) -> State:
    match claim.state:
        case Claim.State.ORPHANED:
            return GONE
        case Claim.State.DISMISSED:
            return NOT_A_CLAIM
        case Claim.State.RECONFIRM if not reconfirmed:
            return RECONFIRM
    return CHECKED if good else NOT_SUPPORTED if checked else TO_CHECK


def _why_not(check: SourceCheck, dossier: Dossier) -> str:
    if check.source.is_retracted:
        return "This source was retracted, so the claim cannot rest on it."
    if check.source_digest != source_digest(check.source):
        return "The record of this source changed since it was checked. Check it again."
    return "A claim cannot stand on this verdict."


@dataclass(frozen=True, slots=True)
class CommentRow:
    comment: Comment
    number: int

    @property
    def key(self) -> str:
        return f"comment-{self.comment.pk}"

    @property
    def text(self) -> str:
        return str((self.comment.anchor or {}).get("exact", ""))

    def mark(self) -> Mark | None:
        anchor = self.comment.anchor
        if not anchor or self.comment.orphaned:
            return None
        return Mark(
            self.key,
            "comment",
            "note",
            anchor["start"],
            anchor["end"],
            f"C{self.number}",
            f"Comment {self.number}",
        )
