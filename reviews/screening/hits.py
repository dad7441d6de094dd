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
from reviews.screening.context import Context, Sentence

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
    """One entry of the catalogue. `message` and `remedy` may hold `{names}` that the detector fills in."""

    id: str
    category: str
    severity: Severity
    message: str
    remedy: str
    fires: tuple[str, ...]
    """Sentences in which it finds something."""
    silent: tuple[str, ...]
    """Sentences that look like it and are in order."""
    elsewhere: Severity | None = None
    """Its weight in an article that is not about an unproven remedy, where that differs."""
    why: str = ""
    """For the documentation: what the rule protects readers from, and where it stops."""


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by its id, in the order of `rules.toml`. Raises ValueError on an unknown severity."""
    source = (files("reviews.screening") / "rules.toml").read_text(encoding="utf-8")
    found: dict[str, Rule] = {}
    for family, members in tomllib.loads(source).items():
        for name, fields in members.items():
            fires, silent = (tuple(fields.pop(key, ())) for key in ("fires", "silent"))
            rule = Rule(id=f"{family}.{name}", fires=fires, silent=silent, **fields)
            for severity in filter(None, (rule.severity, rule.elsewhere)):
                if severity not in get_args(Severity):
                    raise ValueError(f"{rule.id}: unknown severity {severity!r}")
            found[rule.id] = rule
    return MappingProxyType(found)


def hit(
    rule_id: str,
    document: Document,
    start: int = 0,
    end: int = 0,
    *,
    unproven: bool | None = None,
    **words: str,
) -> Hit:
    """A hit of `rule_id` at `text[start:end]`, its sentences filled in with `words`.

    `unproven` says whether the article is about an unproven remedy; a rule whose weight depends on that
    must be told.
    """
    rule = rules()[rule_id]
    if rule.elsewhere is not None and unproven is None:
        raise TypeError(f"{rule_id} weighs differently elsewhere: say what the article is about")
    return Hit(
        rule=rule.id,
        category=rule.category,
        severity=rule.elsewhere if rule.elsewhere and not unproven else rule.severity,
        quote=document.text[start:end],
        start=start,
        end=end,
        message=rule.message.format(**words),
        remedy=rule.remedy.format(**words),
    )


def hit_on(rule_id: str, document: Document, sentence: Sentence, context: Context, **words: str) -> Hit:
    """A hit of `rule_id` at a whole sentence, weighed by what the article is about."""
    span = sentence.span
    return hit(rule_id, document, span.start, span.end, unproven=context.unproven, **words)
