"""Screening: what can be seen in an article's text before anyone reviews it.

Pure text analysis over `articles.documents.Document`: no database, no network, no Django. The same
document always gives the same answer, and every offset points into `document.text`.

To add a rule: its sentences go into `rules.toml`, its words into `lexicons/`, and a detector that yields
its hits into `DETECTORS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from articles.documents import Document
from reviews.screening import dosing, evidence, metadata, structure, wording
from reviews.screening.citations import citations_in
from reviews.screening.claims import claims
from reviews.screening.context import Context, read
from reviews.screening.hits import Hit, Rule, Severity, rules
from reviews.screening.sentences import Span, sentences

__all__ = ["Hit", "Rule", "Severity", "Span", "citations_in", "claims", "rules", "screen", "sentences"]

Detector = Callable[[Document, Context], Iterator[Hit]]

DETECTORS: tuple[Detector, ...] = (
    metadata.missing_metadata,
    metadata.references,
    structure.page_chrome,
    structure.repeated_title,
    structure.duplicates,
    structure.empty_lists,
    dosing.doses,
    wording.vague_attribution,
    wording.absolute_language,
    wording.promotion,
    evidence.statistics,
    evidence.unsupported_claims,
)


def screen(document: Document) -> list[Hit]:
    """Everything the rules find in `document`, by position, then by rule. Takes any text without raising.

    Hits about the whole document (start and end 0, quote '') come first. What stands twice is judged
    once, where it stands first.
    """
    context = read(document)
    hits = (hit for detector in DETECTORS for hit in detector(document, context))
    return sorted(hits, key=lambda hit: (hit.start, hit.end, hit.rule, hit.message))
