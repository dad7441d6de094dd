"""What the formats of references, and the registries, call each kind of work, in both directions.

A format has fewer kinds than we do; the finer ones travel as words ("Systematic Review") in its field for the
type of work, in the words that PubMed prints as publication types.
"""

from __future__ import annotations

from typing import NamedTuple


class Names(NamedTuple):
    """How one kind is written: RIS `TY`, BibTeX entry, CSL type, and words where these say too little."""

    ris: str
    bibtex: str
    csl: str
    words: str = ""


WRITTEN = {
    "journal-article": Names("JOUR", "article", "article-journal"),
    "systematic-review": Names("JOUR", "article", "article-journal", "Systematic Review"),
    "trial": Names("JOUR", "article", "article-journal", "Clinical Trial"),
    "guideline": Names("RPRT", "techreport", "report", "Guideline"),
    "preprint": Names("UNPB", "unpublished", "article", "Preprint"),
    "book": Names("BOOK", "book", "book"),
    "book-chapter": Names("CHAP", "incollection", "chapter"),
    "report": Names("RPRT", "techreport", "report"),
    "conference-paper": Names("CPAPER", "inproceedings", "paper-conference"),
    "thesis": Names("THES", "phdthesis", "thesis"),
    "dataset": Names("DATA", "misc", "dataset", "Dataset"),
    "trial-record": Names("GEN", "misc", "document", "Clinical Trial Record"),
    "web-page": Names("ELEC", "online", "webpage"),
    "statute": Names("STAT", "misc", "legislation", "Statute"),
    "other": Names("GEN", "misc", "document"),
}


def _by_name(names: dict[str, str]) -> dict[str, str]:
    return {name: kind for kind, several in names.items() for name in several.split()}


RIS = _by_name(
    {
        "journal-article": "JOUR EJOUR JFULL MGZN NEWS INPR ABST",
        "preprint": "UNPB",
        "book": "BOOK EBOOK EDBOOK",
        "book-chapter": "CHAP ECHAP ENCYC DICT",
        "report": "RPRT GOVDOC STAND PAMP",
        "conference-paper": "CPAPER CONF",
        "thesis": "THES",
        "dataset": "DATA AGGR DBASE",
        "web-page": "ELEC BLOG ICOMM",
        "statute": "STAT LEGAL BILL CASE",
    }
)

BIBTEX = _by_name(
    {
        "journal-article": "article review periodical",
        "preprint": "unpublished preprint",
        "book": "book mvbook booklet collection proceedings manual reference",
        "book-chapter": "incollection inbook inreference",
        "report": "techreport report standard",
        "conference-paper": "inproceedings conference",
        "thesis": "phdthesis mastersthesis thesis",
        "dataset": "dataset data",
        "web-page": "online electronic www webpage",
        "statute": "legislation legal jurisdiction",
    }
)

CSL = _by_name(
    {
        "journal-article": "article-journal article-magazine article-newspaper review review-book"
        " journal-article",
        "preprint": "article posted-content",
        "book": "book classic monograph edited-book reference-book proceedings book-set",
        "book-chapter": "chapter entry entry-dictionary entry-encyclopedia book-chapter book-section"
        " book-part book-track reference-entry",
        "report": "report standard pamphlet report-component report-series",
        "conference-paper": "paper-conference proceedings-article",
        "thesis": "thesis dissertation",
        "dataset": "dataset database",
        "web-page": "webpage post post-weblog",
        "statute": "bill legislation legal_case regulation treaty",
    }
)
"""The types of CSL 1.0.2 (appendix III) and Crossref's own."""

_WORDS = {
    "systematic review": "systematic-review", "meta-analysis": "systematic-review",
    "network meta-analysis": "systematic-review", "randomized controlled trial": "trial",
    "randomised controlled trial": "trial", "clinical trial": "trial", "controlled clinical trial": "trial",
    "pragmatic clinical trial": "trial", "equivalence trial": "trial", "adaptive clinical trial": "trial",
    "guideline": "guideline", "practice guideline": "guideline", "preprint": "preprint", "dataset": "dataset",
    "clinical trial record": "trial-record", "trial registration": "trial-record", "statute": "statute",
}  # fmt: skip


def kind_in_words(words: list[str]) -> str:
    """The kind that a publication type among `words` names, or nothing; a phase of a trial is a trial."""
    for text in words:
        plain = " ".join(text.lower().split())
        if plain.startswith("clinical trial, phase"):
            return "trial"
        if plain in _WORDS:
            return _WORDS[plain]
    return ""
