"""A screening of few and fixed words, for tests of what is made of its remarks, whatever the rules weigh today."""

from __future__ import annotations

import pytest

from articles.documents import Document
from reviews.screening import Hit, Severity, sentences

_RULES: tuple[tuple[str, str, str, Severity, str, str], ...] = (
    ("mg of", "dosing.amount", "dosing_guidance", "critical",
     "The sentence gives an amount to take without a source.", "Remove the amount, or cite its source."),
    ("completely safe", "absolute.safety", "absolute_language", "critical",
     "The sentence promises safety.", "Say which harms are known."),
    ("say that", "attribution.vague", "vague_attribution", "resolve",
     "The sentence rests on unnamed authority.", "Cite the study or the people meant."),
    ("40%", "evidence.statistic", "statistic_without_source", "resolve",
     "The figure has no source in its sentence.", "Cite the source of the figure."),
    ("Swimming reduces", "evidence.unsupported", "unsupported_efficacy_claim", "resolve",
     "The sentence states a benefit and cites no source.", "Cite a source for the benefit."),
    ("[7]", "references.dangling", "missing_metadata", "fix",
     "The marker [7] points to a reference that is not in the list.", "Add the missing reference or correct the number."),
)  # fmt: skip


def screen(document: Document) -> list[Hit]:
    """A hit for each sentence that holds certain words, and one on the whole text for a second reference."""
    hits = []
    if len(document.references) > 1:
        whole = ("references.uncited", "missing_metadata", "advise", "", 0, 0)
        hits.append(Hit(*whole, "Listed but never cited in the text.", "Cite it, or take it off the list."))
    for span in sentences(document):
        text = document.text[span.start : span.end]
        hits += [
            Hit(rule, category, severity, text, span.start, span.end, message, remedy)
            for words, rule, category, severity, message, remedy in _RULES
            if words in text
        ]
    return hits


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have this screening asked, wherever the real one would be."""
    monkeypatch.setattr("reviews.policy._screened", lambda text, weights: tuple(screen(text)))
