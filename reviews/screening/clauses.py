"""What governs a phrase: the words before it in the same clause, where a negation would stand."""

from __future__ import annotations

import re

REACH = 60
"""Characters before a phrase in which a negation still governs it."""

_END = re.compile(r"[,;:.!?()] |, | - | but | so | because | and (?=found |it |they |may |can )")
_NOT_ONLY = re.compile(r"(?<!\w)(?:not (?:only|just|merely|simply)|nothing (?:short of|less than|but))(?!\w)")
"""These deny nothing."""


def clause_before(words: str, at: int) -> str:
    """The words before `at` in its clause, in normalised text, no further back than `REACH`."""
    before = words[max(0, at - REACH) : at]
    if _NOT_ONLY.search(before):
        before = _NOT_ONLY.sub("", before)
    ends = [match.end() for match in _END.finditer(before)]
    return before[ends[-1] :] if ends else before


def is_quoted(words: str, start: int, end: int) -> bool:
    """Whether `words[start:end]` stands inside quotation marks, both of them near."""
    opening = words.rfind('"', max(0, start - REACH), start)
    opens = opening != -1 and words[max(0, opening - 1) : opening] in ("", " ", "(")
    return opens and words.find('"', end, end + REACH) != -1
