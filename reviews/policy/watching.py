"""What the policy says of alerts: until when somebody decides, when readers are told, what comes down,
and how long what readers report is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from articles.reporting import Kept

_KEPT = Kept()
DEFAULTS: Mapping[str, Any] = {
    "decide_within_working_days": 3,
    "decide_lesser_within_working_days": 10,
    "notice_within_working_days": 1,
    "answer_reports_within_working_days": 5,
    "answer_unsafe_within_working_days": 1,
    "forget_reports_days_after_decision": _KEPT.after_decision,
    "forget_reports_after_days": _KEPT.at_most,
    "unpublish_sole_support": False,
    "unpublish_sole_support_tiers": [],
    "holidays": [],
    "notice": "A source of this article, {which}, {turn}. We are reviewing what rests on it.",
    "notice_reviewed": "A source of this article, {which}, {turn}. We have reviewed what rests on it.",
}
"""Every key of the policy's `[watching]` table, with what holds where the table does not say."""
DAYS = tuple(key for key, value in DEFAULTS.items() if type(value) is int)
NOTICES = ("notice", "notice_reviewed")
LONGEST_NOTICE = 400
"""Characters of a sentence for readers."""


@dataclass(frozen=True, slots=True)
class Watching:
    """The `[watching]` table of a policy, complete."""

    table: Mapping[str, Any]

    def decide_days(self, *, serious: bool) -> int:
        """Working days until somebody must have decided on an alert."""
        return int(
            self.table["decide_within_working_days" if serious else "decide_lesser_within_working_days"]
        )

    @property
    def notice_days(self) -> int:
        """Working days until readers are told of a retraction."""
        return int(self.table["notice_within_working_days"])

    def answer_days(self, *, unsafe: bool) -> int:
        """Working days until somebody must have decided about what readers report."""
        return int(
            self.table[
                "answer_unsafe_within_working_days" if unsafe else "answer_reports_within_working_days"
            ]
        )

    @property
    def kept(self) -> Kept:
        """How long what readers type into a report is kept."""
        return Kept(
            after_decision=int(self.table["forget_reports_days_after_decision"]),
            at_most=int(self.table["forget_reports_after_days"]),
        )

    @property
    def holidays(self) -> frozenset[dt.date]:
        return frozenset(dt.date.fromisoformat(day) for day in self.table["holidays"])

    def takes_down(self, tier: str) -> bool:
        """Whether a page of a risk tier comes down at once when a claim loses its only support."""
        return bool(
            self.table["unpublish_sole_support"] or tier in self.table["unpublish_sole_support_tiers"]
        )

    def notice(self, *, which: str, turn: str, reviewed: bool) -> str:
        """The sentence for readers: `which` source it is, and how it turned."""
        sentence: str = self.table["notice_reviewed" if reviewed else "notice"]
        return sentence.format(which=which, turn=turn)


def watching(content: Mapping[str, Any]) -> Watching:
    """The table of a policy's content, with the defaults for what it does not say."""
    return Watching({**DEFAULTS, **content.get("watching", {})})
