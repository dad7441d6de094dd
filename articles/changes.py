"""What changed between two editions, part by part: for the desk, and for the public history."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from articles.differences import Stretch, stretches
from articles.models import Edition

_TEXTS = {"title": "Title", "summary": "Summary", "body": "Text", "interests": "Conflicts and funding"}


@dataclass(frozen=True, slots=True)
class Part:
    """One text of an article in two editions."""

    label: str
    stretches: list[Stretch]

    @property
    def changed(self) -> bool:
        return not all(stretch.same for stretch in self.stretches)

    @property
    def html(self) -> SafeString:
        """All of it, with its marks."""
        return mark_safe("".join(stretch.html for stretch in self.stretches))  # noqa: S308 - each is clean


@dataclass(frozen=True, slots=True)
class ReferenceChange:
    """What became of one reference; `number` is the new one, or the old one of what was taken out."""

    what: str
    number: int
    title: str


def text_changes(old: Edition, new: Edition) -> list[Part]:
    """Title, summary, text and declared conflicts, the unchanged ones too."""
    parts = []
    for name, label in _TEXTS.items():
        before, after = str(old.content[name]), str(new.content[name])
        if name != "body":
            before, after = escape(before), escape(after)
        parts.append(Part(label, stretches(before, after)))
    return parts


def reference_changes(old: Edition, new: Edition) -> list[ReferenceChange]:
    """References that came, went, moved or are described in another way."""
    before, after = ({r["source"]: r for r in e.content["references"]} for e in (old, new))
    found = []
    for source, entry in after.items():
        title = entry["record"]["title"]
        if source not in before:
            found.append(ReferenceChange("Added", entry["number"], title))
        elif entry["digest"] != before[source]["digest"]:
            found.append(ReferenceChange("Record changed", entry["number"], title))
        elif entry["number"] != before[source]["number"]:
            found.append(ReferenceChange(f"Was {before[source]['number']}", entry["number"], title))
    gone = [r for source, r in before.items() if source not in after]
    return [*found, *(ReferenceChange("Removed", r["number"], r["record"]["title"]) for r in gone)]
