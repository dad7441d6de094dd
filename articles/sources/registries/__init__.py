"""What the registries (Crossref, PubMed, ClinicalTrials.gov) say of a work, in one shape."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from html import unescape

from articles.sources.evidence import Evidence
from articles.sources.identifiers import doi_of
from articles.sources.registries.client import Answer
from articles.sources.works import Work


@dataclass(frozen=True, slots=True)
class NoticeSeen:
    """A notice on a work."""

    kind: str
    """What it says, one of `articles.models.Source.Standing`; see `articles.sources.natures`."""
    doi: str = ""
    """Of the notice itself."""
    on: dt.date | None = None
    title: str = ""
    about: str = ""
    """The DOI or PMID of the work that the notice is about, where it is named."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one registry answered about one identifier; without a work, `answer` says why.

    An empty `notices` speaks for the work only where `answer.outcome` is “found”. A record that is itself
    a notice on another work has it in `announces`.
    """

    work: Work | None
    evidence: Evidence
    notices: tuple[NoticeSeen, ...]
    answer: Answer
    announces: tuple[NoticeSeen, ...] = ()


def nothing(answer: Answer, problem: str = "") -> Found:
    """No work. With a `problem`, whatever came is worth nothing, so the outcome is “unknown”."""
    if problem:
        answer = replace(answer, outcome="unknown", problem=problem)
    return Found(None, Evidence(), (), answer)


_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_CONTROL = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff\\s]+")


def plain(text: object) -> str:
    """One line of text without markup, entities or what cannot be seen; empty for what is no text."""
    if not isinstance(text, str):
        return ""
    bare = unescape(_TAG.sub("", unescape(text)))
    return _CONTROL.sub(" ", _INVISIBLE.sub("", bare)).strip()


def doi_in(text: object) -> str:
    """The DOI in a field that promises one, as the library keeps it, or the empty string."""
    return doi_of(plain(text))


def notices_in_title(title: str) -> tuple[list[str], list[str]]:
    """What a title that begins with “RETRACTED:” or “Retraction:” says of its own work and of another."""
    own = [kind for pattern, kind in _OWN if pattern.search(title)]
    other = [kind for pattern, kind in _OTHER if pattern.match(title)]
    return own, other


def _marked(word: str) -> re.Pattern[str]:
    """“Word:”, “WORD ARTICLE:”, “[word]” before a title, or “(word …)” after it."""
    kinds = r"(?: (?:article|paper|chapter|publication))?"
    return re.compile(
        rf"^[\s\[(]*(?:{word}){kinds}\s*[:\])–—.]|[\[(](?:{word}){kinds}\b[^\])]{{0,200}}[\])]\.?$",
        re.IGNORECASE,
    )


_OWN: list[tuple[re.Pattern[str], str]] = [
    (_marked("retracted"), "retracted"),
    (_marked("withdrawn|removed|temporary removal"), "withdrawn"),
]


def _notice(words: str) -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{words})", re.IGNORECASE)


_OTHER: list[tuple[re.Pattern[str], str]] = [
    (
        _notice(r"retraction(?:\s*:| note\b| notice\b)|(?:notice|statement) of retraction\b"),
        "retracted",
    ),
    (_notice(r"withdrawal\s*:|withdrawal notice\b|notice of withdrawal\b"), "withdrawn"),
    (_notice(r"(?:editorial )?expression of concern\b"), "expression_of_concern"),
    (_notice(r"(?:author |publisher )?correction(?: to)?\s*:|corrigendum\b|erratum\b"), "correction"),
]
