"""What a notice says of a work: the one table of spellings, and what titles give away.

Registries and retraction lists both read it, so that one notice means one thing, whoever told of it. The
spellings are those of Crossref (update types), PubMed (comment and correction types), JATS and NISO CREC
2024, the Retraction Watch database, and what publishers send in their place.
"""

from __future__ import annotations

import re

from articles.models import Source

Standing = Source.Standing

_SPELLINGS: dict[str, tuple[str, ...]] = {
    Standing.RETRACTED: (
        "retraction", "retracted", "retraction in", "retraction of", "retraction notice", "retraction note",
        "retracted article", "retracted paper", "retracted publication", "retraction of publication",
        "retracted article notice", "full retraction", "notice of retraction", "retract and replace",
        "retraction and replacement", "retracted and replaced", "retracted and republished",
        "retracted and republished in", "retracted and republished from", "retractedand republished in",
        "retractedand republished from",
    ),
    Standing.WITHDRAWN: (
        "withdrawal", "withdrawn", "withdrawal notice", "notice of withdrawal", "withdrawn article",
        "withdrawn publication", "removal", "removed", "article removal", "removal notice",
        "temporary removal", "permanent removal",
    ),
    Standing.EXPRESSION_OF_CONCERN: (
        "expression of concern", "expressions of concern", "expression of concern in",
        "expression of concern for", "editorial expression of concern", "update to expression of concern",
        "concern", "eoc", "editorial concern",
        # A retraction of a part is none of the work: readers would be told what is not so. Yet it alarms.
        "partial retraction", "partial retraction in", "partial retraction of", "partially retracted",
    ),
    Standing.CORRECTION: (
        "correction", "corrections", "corrected", "corrected article", "correction notice",
        "notice of correction", "erratum", "errata", "err", "erratum in", "erratum for", "published erratum",
        "corrigendum", "corrigenda", "author correction", "publisher correction", "publisher note",
        "publishers note", "addendum", "addenda", "amendment", "clarification", "correction in situ",
        "corrected and republished", "corrected and republished in", "corrected and republished from",
        "correctedand republished in", "correctedand republished from", "corrected and republished article",
        "republication", "notice of republication",
    ),
    Standing.REINSTATED: (
        "reinstatement", "reinstated", "reinstated article", "reinstatement notice",
        "notice of reinstatement", "retraction of retraction", "retraction withdrawn", "retraction rescinded",
    ),
    # Notices that take nothing back and put nothing right.
    Standing.NONE: (
        "comment", "comment in", "comment on", "commentary", "note discuss", "reply", "response", "rebuttal",
        "new version", "new edition", "update in", "update of", "summary for patients in", "reprint in",
    ),
}  # fmt: skip
NATURES: dict[str, str] = {
    spelling: str(nature) for nature, spellings in _SPELLINGS.items() for spelling in spellings
}
"""Nature by spelling, as `folded` writes it."""

GRAVITY: dict[str, int] = {
    str(nature): rank
    for rank, nature in enumerate(
        (
            Standing.NONE,
            Standing.CORRECTION,
            Standing.REINSTATED,
            Standing.UNKNOWN,
            Standing.EXPRESSION_OF_CONCERN,
            Standing.WITHDRAWN,
            Standing.RETRACTED,
        )
    )
}
"""How much each says against resting on the work. What nobody understands may be worse than a correction."""

_HINT = re.compile(r"retract|withdr|remov|concern", re.IGNORECASE)
_AFTER = r"(?=\s*(?:[:\]\).–—-]|\b(?:to|of|for|on|regarding|related)\b|$))"
_NOTE = r"(?:\s+(?:note|notice|statement|announcement)s?)"
_BEFORE = re.compile(
    r"^(?:(?:author |publisher )?(?:corrections?|correction|corrigend(?:um|a)|errat(?:um|a)|update)"
    r"\s*(?:\([^)]*\))?\s*(?:to|for)?\s*[:\-–—]?\s*[“”\"'‘’«\[(]*\s*)"
)
_MARKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        str(Standing.RETRACTED),
        re.compile(
            r"^(?:retracted(?:\s+(?:article|paper|chapter|publication))?\s*(?:[:\]\)]|$)"
            rf"|(?:notice of )?retraction{_NOTE}{_AFTER}"
            r"|notice of retraction\b|retraction\s*(?:(?:to|of|for)\s*)?(?:[:\]]|$))"
            r"|[–—\[\(-]\s*(?:retraction|retracted(?:\s+article)?)\s*[\]\)]?\W*$"
            r"|\(retracted (?:article|paper)\b"
        ),
    ),
    (
        str(Standing.WITHDRAWN),
        re.compile(
            r"^(?:withdrawn(?:\s+(?:article|paper))?\s*(?:[:\]\)]|$)|withdrawn notices?\s*$"
            rf"|withdrawal{_NOTE}?\s*(?:(?:to|of|for)\s*)?(?:[:\]]|$)|notice of withdrawal\b"
            rf"|(?:temporary |permanent )?removal{_NOTE}?\s*(?:[:\]]|$)|removed\s*[:\]])"
            r"|[–—\[\(-]\s*withdrawn\s*[\]\)]?\W*$"
        ),
    ),
    (
        str(Standing.EXPRESSION_OF_CONCERN),
        re.compile(
            r"^(?:this is a |update to |editorial |publisher’?s? |notice of |an? )*expressions? of concern\b"
            r"|[–—\[\(-]\s*(?:editorial )?expression of concern\s*[\]\)]?\W*$"
        ),
    ),
)


def folded(given: str) -> str:
    """A spelling as the table writes it: words in lower case, one space between them.

    >>> folded("expression-of_concern"), folded("RetractionIn"), folded("Publisher’s Note")
    ('expression of concern', 'retraction in', 'publishers note')
    """
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.sub(r"['’]", "", given))
    return " ".join(re.findall(r"[^\W_]+", words.casefold()))


def nature_of(given: str, title: str = "") -> str:
    """What a notice says, one of `Source.Standing`, from its type as given and its title.

    A type that the table does not have is `unknown`. A title that says worse than the type
    (“RETRACTED: …”, “Expression of concern: …” on a correction) is believed; one that says better is not.
    A reinstatement of a work that still calls itself retracted is `unknown`.
    """
    nature, mark = nature_named(given), mark_in(title)
    if nature == Standing.REINSTATED:
        return str(Standing.UNKNOWN) if mark else nature
    return graver(nature, mark) if mark else nature


def mark_in(title: str) -> str:
    """What a title says of its work by one of the marks that publishers put there; empty: nothing.

    Only marks count: a paper about retracted papers is not retracted, nor one about nerve retraction.
    """
    if not _HINT.search(title):
        return ""
    plain = " ".join(title.casefold().split()).lstrip("“”\"'‘’«[( ")
    plain = _BEFORE.sub("", plain, count=1)
    return next((nature for nature, pattern in _MARKS if pattern.search(plain)), "")


def nature_named(given: str) -> str:
    """What a type of notice says by itself, one of `Source.Standing`; `unknown` where the table lacks it."""
    return NATURES.get(folded(given), str(Standing.UNKNOWN))


def graver(one: str, other: str) -> str:
    """The one of two natures that says more against resting on the work."""
    return max(one, other, key=GRAVITY.__getitem__)
