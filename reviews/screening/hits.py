"""What screening reports, and the catalogue that gives every rule its words and weight.

The catalogue is `rules.toml`: a rule is added or reworded there, and found by a detector elsewhere.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, get_args

from articles.documents import Document

Severity = Literal["fix", "critical", "resolve", "advise"]
"""`fix`: the writer mends it before submitting. `critical`: accepting it takes a reason and a second
signature. `resolve`: the reviewer fixes, sources or accepts it with a reason. `advise`: a remark."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing a rule found. `quote == document.text[start:end]`; 0, 0 and '' mean the whole document."""

    rule: str
    category: str
    severity: Severity
    quote: str
    start: int
    end: int
    message: str
    """A sentence saying what is wrong."""
    remedy: str
    """A sentence saying what would mend it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the catalogue. `message` and `remedy` may hold `{names}` that the detector fills in."""

    id: str
    category: str
    severity: Severity
    message: str
    remedy: str


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by its id, in the order of `rules.toml`. Raises ValueError on an unknown severity."""
    source = (files("reviews.screening") / "rules.toml").read_text(encoding="utf-8")
    found: dict[str, Rule] = {}
    for family, members in tomllib.loads(source).items():
        for name, fields in members.items():
            rule = Rule(id=f"{family}.{name}", **fields)
            if rule.severity not in get_args(Severity):
                raise ValueError(f"{rule.id}: unknown severity {rule.severity!r}")
            found[rule.id] = rule
    return MappingProxyType(found)


def hit(rule_id: str, document: Document, start: int = 0, end: int = 0, **words: str) -> Hit:
    """A hit of `rule_id` at `text[start:end]`, its sentences filled in with `words`."""
    rule = rules()[rule_id]
    return Hit(
        rule=rule.id,
        category=rule.category,
        severity=rule.severity,
        quote=document.text[start:end],
        start=start,
        end=end,
        message=rule.message.format(**words),
        remedy=rule.remedy.format(**words),
    )
