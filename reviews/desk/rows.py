"""The entries of a review's rail: what is shown of each claim, finding, disclaimer and reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from articles.canonical import digest
from articles.models import Source
from articles.models.content import record
from reviews.desk.answering import Rejection, Slot, slot
from reviews.desk.marking import Mark
from reviews.dossier import Dossier, checks_in_force, passing, source_digest
from reviews.models import Attachment, Claim, Comment, DisclaimerVersion, Finding, SourceCheck
from reviews.screening import citations_in
from reviews.states import State

TO_CHECK = State("○", "To be checked", "attention")
CHECKED = State("✓", "Checked", "signed")
NOT_SUPPORTED = State("✕", "No source supports it", "stop")
RECONFIRM = State("↻", "Needs reconfirmation", "attention")
NOT_A_CLAIM = State("–", "Not a claim", "quiet")
GONE = State("⊘", "No longer in the text", "quiet")

_SEVERITY_TONES = {"fix": "stop", "critical": "stop", "resolve": "attention", "advise": "quiet"}
_SEVERITY_SHAPES = {"fix": "■", "critical": "▲", "resolve": "◆", "advise": "○"}


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
    is_open: bool
    check_slot: Slot
    dismiss_slot: Slot
    act_slot: Slot

    @property
    def key(self) -> str:
        return f"claim-{self.claim.pk}"

    @property
    def text(self) -> str:
        return str(self.claim.anchor["exact"])

    @property
    def done(self) -> bool:
        return self.state in (CHECKED, NOT_A_CLAIM)

    @property
    def chosen(self) -> str:
        """The source that the form starts with: what was typed, or the only one cited."""
        return self.check_slot.values.get("source") or (min(self.cited) if len(self.cited) == 1 else "")

    def mark(self) -> Mark:
        tone = {CHECKED: "done", NOT_A_CLAIM: "dismissed", NOT_SUPPORTED: "stop"}.get(self.state, "open")
        anchor, label = self.claim.anchor, f"Claim {self.number}: {self.state.word.lower()}"
        return Mark(
            self.key, "claim", tone, anchor["start"], anchor["end"], f"{self.number}{self.state.shape}", label
        )


def claim_rows(
    dossier: Dossier, refs: list[Reference], rejection: Rejection | None, opened: str
) -> list[ClaimRow]:
    """Every claim, in the order of the text; those that left it come last."""
    by_number = {ref.number: ref.key for ref in refs}
    here = [c for c in dossier.claims if c.state != Claim.State.ORPHANED]
    here.sort(key=lambda c: (c.anchor["start"], c.anchor["end"], c.pk))
    gone = [c for c in dossier.claims if c.state == Claim.State.ORPHANED]
    rows = []
    for number, claim in enumerate([*here, *gone], start=1):
        in_force = checks_in_force(claim)
        good = {c.pk for c in passing(in_force, dossier.policy)}
        cited = {str(by_number[n]) for n in citations_in(claim.anchor["exact"]) if by_number.get(n)}
        shown = {c.pk for c in in_force}
        key = f"claim-{claim.pk}"
        rows.append(
            ClaimRow(
                claim,
                number,
                _state(claim, bool(in_force), bool(good)),
                [(c, "" if c.pk in good else _why_not(c, dossier)) for c in in_force],
                [c for c in claim.checks.all() if c.pk not in shown],
                frozenset(cited),
                opened == key,
                *(slot(rejection, f"{key}-{name}") for name in ("check", "dismiss", "act")),
            )
        )
    return rows


def _state(claim: Claim, checked: bool, good: bool) -> State:
    match claim.state:
        case Claim.State.ORPHANED:
            return GONE
        case Claim.State.DISMISSED:
            return NOT_A_CLAIM
        case Claim.State.RECONFIRM:
            return RECONFIRM
    return CHECKED if good else NOT_SUPPORTED if checked else TO_CHECK


def _why_not(check: SourceCheck, dossier: Dossier) -> str:
    if check.source.is_retracted:
        return "This source was retracted, so the claim cannot rest on it."
    if check.source_digest != source_digest(check.source):
        return "The record of this source changed since it was checked. Check it again."
    return "A claim cannot stand on this verdict."


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
    def may_answer(self) -> bool:
        return self.finding.severity != Finding.Severity.FIX and not self.finding.orphaned

    def mark(self) -> Mark | None:
        anchor = self.finding.anchor
        if not anchor or self.finding.orphaned:
            return None
        tone = "done" if self.done else self.state.tone
        label = f"Finding {self.number}: {self.finding.get_severity_display().lower()}"
        return Mark(self.key, "finding", tone, anchor["start"], anchor["end"], f"F{self.number}", label)


def finding_rows(dossier: Dossier, user: User, rejection: Rejection | None, opened: str) -> list[FindingRow]:
    """Every finding, those that wait first, the gravest of them on top."""
    order = list(_SEVERITY_TONES)
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
        state = State(
            _SEVERITY_SHAPES[finding.severity],
            finding.get_severity_display(),
            _SEVERITY_TONES[finding.severity],
        )
        rows.append(
            FindingRow(
                finding, number, state, waits, second, second and finding.disposed_by_id != user.pk,
                slot(rejection, f"{key}-answer"), slot(rejection, f"{key}-confirm"), opened == key,
            )
        )  # fmt: skip
    rows.sort(key=lambda r: (r.finding.orphaned, r.done, order.index(r.finding.severity), r.number))
    return rows


@dataclass(frozen=True, slots=True)
class DisclaimerRow:
    version: DisclaimerVersion
    required: bool
    attachment: Attachment | None
    outdated: bool
    may_confirm: bool
    attach_slot: Slot
    waive_slot: Slot
    act_slot: Slot

    @property
    def key(self) -> str:
        return f"disclaimer-{self.version.disclaimer.key}"

    @property
    def attached(self) -> bool:
        return self.attachment is not None and self.attachment.state == Attachment.State.ATTACHED

    @property
    def waived(self) -> bool:
        return self.attachment is not None and self.attachment.state == Attachment.State.WAIVED

    @property
    def done(self) -> bool:
        if self.attachment is None:
            return not self.required
        return not self.outdated if self.attached else self.attachment.confirmed_by_id is not None

    @property
    def state(self) -> State:
        if self.attachment is None:
            return State("○", "Not attached", "stop" if self.required else "quiet")
        if self.waived:
            waits = self.attachment.confirmed_by_id is None
            return State(
                "–", "Waived, to be confirmed" if waits else "Waived", "attention" if waits else "quiet"
            )
        return (
            State("↻", "Newer words exist", "attention")
            if self.outdated
            else State("✓", "Attached", "signed")
        )

    @property
    def placement(self) -> str:
        """The place that the form starts with."""
        typed = self.attach_slot.values.get("placement")
        return typed or (
            self.attachment.placement if self.attached and self.attachment else self.version.placement
        )

    def mark(self) -> Mark | None:
        anchor = self.attachment.anchor if self.attached and self.attachment else None
        if not anchor:
            return None
        name = self.version.disclaimer.name
        return Mark(
            self.key, "disclaimer", "placed", anchor["start"], anchor["end"], "!", f"Disclaimer here: {name}"
        )


def disclaimer_rows(
    dossier: Dossier, versions: list[DisclaimerVersion], user: User, rejection: Rejection | None
) -> list[DisclaimerRow]:
    """Required disclaimers first, then what else is attached, then what could be.

    `versions` are all of them, the newest of each disclaimer first.
    """
    newest: dict[str, DisclaimerVersion] = {}
    for version in versions:
        newest.setdefault(version.disclaimer.key, version)
    here = {a.disclaimer.key: a for a in dossier.attachments}
    words = {d["key"]: d["text"] for d in dossier.policy.content["disclaimers"]}
    rows = []
    for key, version in newest.items():
        attachment = here.get(key)
        if attachment is None and key not in words:
            continue  # the policy dropped it
        waiting = (
            attachment is not None
            and attachment.state == Attachment.State.WAIVED
            and attachment.confirmed_by_id is None
            and attachment.by_id != user.pk
        )
        rows.append(
            DisclaimerRow(
                version,
                key in dossier.required_disclaimers,
                attachment,
                attachment is not None and words.get(key) not in (None, attachment.version.text),
                waiting,
                *(slot(rejection, f"disclaimer-{key}-{name}") for name in ("attach", "waive", "act")),
            )
        )
    order = {key: place for place, key in enumerate(words)}
    rows.sort(
        key=lambda r: (not r.required, r.attachment is None, order.get(r.version.disclaimer.key, len(order)))
    )
    return rows


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
