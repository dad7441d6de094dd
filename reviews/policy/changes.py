"""What one policy says of its disclaimers and another does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Changes:
    """Keys of the disclaimers that came in, that have other words for somebody, and that are gone."""

    new: list[str]
    changed: list[str]
    dropped: list[str]


def between(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> Changes:
    """What changed from one policy's content to the next one's; everything is new where there was none."""
    was, now = _entries(before), _entries(after)
    regions = (before or {}).get("jurisdictions") != after.get("jurisdictions")
    return Changes(
        new=[key for key in now if key not in was],
        changed=[
            key
            for key, entry in now.items()
            if key in was and (_words(was[key]) != _words(entry) or (regions and entry.get("variants")))
        ],
        dropped=[key for key in was if key not in now],
    )


def _entries(content: Mapping[str, Any] | None) -> dict[str, Any]:
    return {entry["key"]: entry for entry in content["disclaimers"]} if content else {}


def _words(entry: Mapping[str, Any]) -> object:
    variants = {v["jurisdiction"]: v["text"] for v in entry.get("variants", ())}
    return entry["text"], entry.get("strictest", ""), variants
