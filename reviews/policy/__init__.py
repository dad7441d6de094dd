"""The publisher's rules: which risk tier, which disclaimers, how many signatures, how long it holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reviews.models import PolicyVersion


class NoPolicy(RuntimeError):
    """No policy was ever loaded: nothing can be reviewed."""

    def __init__(self) -> None:
        super().__init__("No policy is loaded yet. Run `manage.py load_policy`.")


@dataclass(frozen=True, slots=True)
class Tier:
    key: str
    name: str
    signatures: int
    review_again_months: int


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy in force."""

    version: PolicyVersion

    @property
    def content(self) -> dict[str, Any]:
        return self.version.content

    def tier(self, *, topics: Sequence[str], text: str) -> Tier:
        """The highest risk tier whose topic slugs or words fit an article."""
        entry = next(
            t for t in self.content["tiers"] if _fits(t, topics, text) or t is self.content["tiers"][-1]
        )
        return Tier(entry["key"], entry["name"], entry["signatures"], entry["review_again_months"])

    def required_disclaimers(self, *, topics: Sequence[str], text: str) -> list[str]:
        """Keys of the disclaimers that an article must carry, in the policy's order."""
        return [d["key"] for d in self.content["disclaimers"] if d["always"] or _fits(d, topics, text)]

    @property
    def passing_verdicts(self) -> frozenset[str]:
        return frozenset(self.content["review"]["passing_verdicts"])

    @property
    def due_days(self) -> int:
        return int(self.content["review"]["due_days"])

    def tier_name(self, key: str) -> str:
        return next((t["name"] for t in self.content["tiers"] if t["key"] == key), key)


def current_policy() -> Policy:
    """The newest policy version. Raises `NoPolicy`."""
    version = PolicyVersion.objects.order_by("-number").first()
    if version is None:
        raise NoPolicy
    return Policy(version)


def _fits(entry: dict[str, Any], topics: Sequence[str], text: str) -> bool:
    if set(entry["topics"]) & set(topics):
        return True
    if not entry["words"]:
        return False
    words = "|".join(re.escape(word.replace("’", "'")) for word in entry["words"])
    return re.search(rf"(?<!\w)(?:{words})(?!\w)", text.replace("’", "'"), re.IGNORECASE) is not None
