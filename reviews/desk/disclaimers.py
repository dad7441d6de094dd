"""The disclaimers on a review's rail: what is required and why, what is attached, what could be."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.contrib.auth.models import User

from reviews.desk.answering import Rejection, Slot, slot
from reviews.dossier import Dossier
from reviews.marking import Mark
from reviews.models import Attachment, Disclaimer, DisclaimerVersion
from reviews.models.disclaimers import Placement
from reviews.policy import Words
from reviews.policy.requiring import Required
from reviews.states import State


@dataclass(frozen=True, slots=True)
class DisclaimerRow:
    """One disclaimer. `version` holds the words in force for this article."""

    version: DisclaimerVersion
    why: Required | None
    """What asks for it; None where nothing does."""
    fallback_for: str
    """The article's country, where the disclaimer has words for others and not for it."""
    attachment: Attachment | None
    outdated: bool
    may_confirm: bool
    body_start: int
    attach_slot: Slot
    waive_slot: Slot
    act_slot: Slot
    marked_by: str = ""
    """The row whose mark shows the passage that asks for this one: several may share a passage."""

    @property
    def key(self) -> str:
        return f"disclaimer-{self.version.disclaimer.key}"

    @property
    def required(self) -> bool:
        return self.why is not None

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
    def at_once(self) -> str:
        """The label of the button that attaches it as proposed; empty where there is nothing to propose."""
        if self.attached:
            return "Attach the new words" if self.outdated else ""
        return "Attach" if self.required and not self.waived else ""

    @property
    def proposed(self) -> str:
        """The place that is proposed: where it stands now, or else where the policy wants it.

        One that belongs at its passage is proposed for the end when no passage of the text asks for it.
        """
        if self.attached and self.attachment:
            return self.attachment.placement
        wanted = self.version.placement
        return Placement.END if wanted == Placement.INLINE and not self.quote else wanted

    @property
    def quote(self) -> str:
        """The passage that is proposed for it: where it stands now, or what asks for it in the text."""
        anchor = self.attachment.anchor if self.attached and self.attachment else None
        if anchor:
            return str(anchor["exact"])
        return self.why.quote if self.why and self.why.start >= self.body_start else ""

    @property
    def placement(self) -> str:
        """The place that the form starts with."""
        return self.attach_slot.values.get("placement") or self.proposed

    @property
    def quoted(self) -> str:
        """The passage that the form starts with."""
        if self.attach_slot.came_back:
            return self.attach_slot.values.get("quote", "")
        return self.quote

    def mark(self) -> Mark | None:
        """Where it stands in the text, or else what asks for it there."""
        name = self.version.disclaimer.name
        anchor = self.attachment.anchor if self.attached and self.attachment else None
        if anchor:
            return Mark(
                self.key,
                "disclaimer",
                "placed",
                anchor["start"],
                anchor["end"],
                "!",
                f"Disclaimer here: {name}",
            )
        if self.why and self.marked_by == self.key:
            label = f"This passage requires a disclaimer: {name}"
            return Mark(self.key, "disclaimer", "asked", self.why.start, self.why.end, "!", label)
        return None


def disclaimer_rows(dossier: Dossier, user: User, rejection: Rejection | None) -> list[DisclaimerRow]:
    """Required disclaimers first, then what else is attached, then what could be."""
    here = {a.disclaimer.key: a for a in dossier.attachments}
    required = {found.key: found for found in dossier.required}
    country = dossier.policy.jurisdiction_of(dossier.content["locale"])
    names = {d["key"]: d["name"] for d in dossier.policy.content["disclaimers"]}
    rows = []
    order: dict[str, int] = {}
    for key in dict.fromkeys([*(d["key"] for d in dossier.policy.content["disclaimers"]), *here]):
        words, attachment = dossier.words_for(key), here.get(key)
        order[key] = len(order)
        # What the policy dropped is shown where it is attached, in the words that stand there.
        if words is not None:
            found = _in_force(key, names[key], words)
        elif attachment is not None:
            found = attachment.version
        else:
            continue
        waiting = (
            attachment is not None
            and attachment.state == Attachment.State.WAIVED
            and attachment.confirmed_by_id is None
            and attachment.by_id != user.pk
        )
        rows.append(
            DisclaimerRow(
                found,
                required.get(key),
                (country or dossier.content["locale"]) if words and words.fallback else "",
                attachment,
                attachment is not None and words is not None and words.text != attachment.version.text,
                waiting,
                dossier.document.body_start,
                slot(rejection, f"disclaimer-{key}-attach"),
                slot(rejection, f"disclaimer-{key}-waive"),
                slot(rejection, f"disclaimer-{key}-act"),
            )
        )
    rows.sort(key=lambda r: (not r.required, r.attachment is None, order[r.version.disclaimer.key]))
    return _one_mark_a_passage(rows)


def _in_force(key: str, name: str, words: Words) -> DisclaimerVersion:
    """The words in force, as they would be attached; the policy says them, so nothing is read."""
    return DisclaimerVersion(
        disclaimer=Disclaimer(key=key, name=name),
        text=words.text,
        placement=words.placement,
        variant=words.variant,
    )


def _one_mark_a_passage(rows: list[DisclaimerRow]) -> list[DisclaimerRow]:
    first: dict[tuple[int, int], str] = {}
    for place, row in enumerate(rows):
        stands_there = row.attached and row.attachment is not None and row.attachment.anchor
        if row.why and row.why.quote and not stands_there:
            rows[place] = replace(row, marked_by=first.setdefault((row.why.start, row.why.end), row.key))
    return rows
