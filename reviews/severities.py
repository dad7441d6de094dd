"""How heavy a remark weighs, and what it is about, in words and shapes; the same in every room."""

from __future__ import annotations

from reviews.states import State

_SHOWN: dict[str, State] = {
    "fix": State("■", "Must be mended", "stop"),
    "critical": State("▲", "Critical", "stop"),
    "resolve": State("◆", "To resolve", "attention"),
    "advise": State("○", "Advice", "quiet"),
}
"""The gravest first. Two of them alarm alike; shape, word and the line under the passage tell them apart."""

ORDER = tuple(_SHOWN)

_CATEGORIES = {
    "missing_metadata": "Missing details",
    "page_chrome": "Left over from a web page",
    "empty_list": "Lost list",
    "repeated_title": "Title twice",
    "duplicated_section": "Passage twice",
    "dosing_guidance": "Dosing advice",
    "vague_attribution": "Unnamed authority",
    "absolute_language": "Promise",
    "promotional": "Promotion",
    "statistic_without_source": "Figure without a source",
    "unsupported_efficacy_claim": "Benefit without a source",
    "mechanism_claim": "Mechanism without a source",
    "comparative_claim": "Comparison without data",
    "named_source_uncited": "Named source, no reference",
    "evidence_mismatch": "Evidence from elsewhere",
    "anecdote_as_evidence": "Testimony",
    "legal_status": "The law",
    "procurement": "How to get it",
    "hype_language": "Sensational wording",
    "safety_omission": "Missing warning",
    "vulnerable_group": "Readers at risk",
    "near_duplicate": "Said twice",
    "hidden_spelling": "Deceptive spelling",
    "readability": "Hard to read",
}


def shown(severity: str) -> State:
    """A severity as shape, word and tone."""
    return _SHOWN[severity]


def gravest(severities: list[str]) -> str:
    """The heaviest of several."""
    return min(severities, key=ORDER.index)


def category_words(category: str) -> str:
    """A category of the screening in plain words; of one not known here, its own name."""
    return _CATEGORIES.get(category) or category.replace("_", " ").capitalize()
