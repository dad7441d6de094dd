"""Screening: what can be seen in an article's text before anyone reviews it.

Pure text analysis over `articles.documents.Document`: no database, no network, no Django. The same
document always gives the same answer, and every offset points into `document.text`.

To add a rule: its sentences and examples go into `rules.toml`, its words into `lexicons/`, and a detector
that yields its hits into `DETECTORS`. `manage.py screening_rules` then writes its page in the documentation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import cast

from articles.documents import Document
from reviews.screening import (
    dosing,
    evidence,
    law,
    metadata,
    readability,
    safety,
    selling,
    spelling,
    structure,
    testimony,
    wording,
)
from reviews.screening.citations import citations_in
from reviews.screening.claims import claims
from reviews.screening.context import Context, read
from reviews.screening.hits import Hit, Rule, Severity, rules
from reviews.screening.identity import identity
from reviews.screening.sentences import Span, sentences

__all__ = [
    "OFF",
    "Hit",
    "Rule",
    "Severity",
    "Span",
    "citations_in",
    "claims",
    "identity",
    "rules",
    "screen",
    "sentences",
    "subjects",
]

Detector = Callable[[Document, Context], Iterator[Hit]]

DETECTORS: tuple[Detector, ...] = (
    metadata.missing_metadata,
    metadata.references,
    structure.page_chrome,
    structure.repeated_title,
    structure.duplicates,
    structure.near_duplicates,
    structure.empty_lists,
    spelling.tricks,
    dosing.doses,
    wording.vague_attribution,
    wording.absolute_language,
    wording.hype,
    testimony.anecdotes,
    law.legal_status,
    selling.promotion,
    selling.links,
    selling.procurement,
    evidence.statistics,
    evidence.unsupported_claims,
    evidence.mechanisms,
    evidence.comparisons,
    evidence.mismatches,
    evidence.named_sources,
    safety.omissions,
    safety.played_down,
    safety.vulnerable_groups,
    readability.hard_to_read,
)


OFF = "off"
"""The weight of a rule that a policy switched off."""


def screen(document: Document, *, weights: Mapping[str, str] | None = None) -> list[Hit]:
    """Everything the rules find in `document`, by position, then by rule. Takes any text without raising.

    Hits about the whole document (start and end 0, quote '') come first. What stands twice is judged
    once, where it stands first. `weights` gives rules, by id, another severity than the catalogue's, or
    switches them `OFF`.
    """
    context = read(document)
    hits = (hit for detector in DETECTORS for hit in detector(document, context))
    if weights:
        hits = (_weighed(hit, weights) for hit in hits if weights.get(hit.rule) != OFF)
    return sorted(hits, key=lambda hit: (hit.start, hit.end, hit.rule, hit.message))


def _weighed(hit: Hit, weights: Mapping[str, str]) -> Hit:
    return replace(hit, severity=cast(Severity, weights[hit.rule])) if hit.rule in weights else hit


def subjects(document: Document) -> dict[str, list[Span]]:
    """What `document` is about: each subject of `lexicons/subjects.toml` with its sentences, in order."""
    return {subject: list(spans) for subject, spans in read(document).subjects.items()}
