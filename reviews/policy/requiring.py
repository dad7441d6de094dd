"""Which disclaimers an article must carry, and why: the policy's conditions, held against the article."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from articles.documents import Document
from reviews.screening import Span, sentences, subjects


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the checks say of how firmly one claim stands."""

    start: int
    end: int
    level: int
    """OCEBM 2011, of the best source that it may stand on."""
    indirect: Mapping[str, str] = field(default_factory=dict)
    """In what its sources are indirect: `SourceCheck.Directness` and its words."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What of an article decides which disclaimers it needs."""

    topics: Mapping[str, str]
    """Names by slug."""
    document: Document
    locale: str = ""
    interests: str = ""
    evidence: Sequence[Evidence] = ()
    """Empty until claims have been checked."""


@dataclass(frozen=True, slots=True)
class Required:
    """A disclaimer that an article must carry, and what asks for it."""

    key: str
    because: str
    """Follows “Required because”."""
    start: int = -1
    end: int = -1
    quote: str = ""
    """The passage that asks for it, `text[start:end]`; empty where no passage does."""


def required(entry: Mapping[str, Any], facts: Facts, *, jurisdiction: str) -> Required | None:
    """Why the disclaimer of a policy's `entry` is required for an article; None where it is not.

    Any one of its reasons is enough; where it is limited to jurisdictions or locales, those must fit too.
    """
    if not _applies(entry, facts.locale, jurisdiction):
        return None
    return next(_reasons(entry, facts), None)


def declares(interests: str) -> str:
    """The first sentence of a statement of interests that declares one; '' where it declares none."""
    said = [part.strip() for part in re.split(r"(?<=[.!?;])\s+|\n+", interests) if part.strip(" .–-")]
    return next((part for part in said if not _NOTHING.match(part)), "")


# “None.”, “No outside funding.”, “Nothing to declare.”, “The authors declare no conflicts of interest.” A
# sentence that goes on with “but” or “other than”, speaks of “other” interests, or says what else somebody is
# or has (“… and is employed by”) declares something.
_NOTHING = re.compile(
    r"(?!.*\b(?:but|except|apart from|other|however|although|though|owns?|shares in)\b)"
    r"(?!.*\band (?:also )?(?:is|was|are|were|works?|worked|has|have|holds?|held|receives?|received|sits?"
    r"|serves?|advises?|advised|consults?|consulted)\b(?! (?:no|not|none|nothing|neither|never)\b))"
    r"(?:.{0,80}?\b(?:has|have|had|is|are|declares?|declared|reports?|reported|disclosed?|received)\s+)?"
    r"(?:(?:conflicts?|competing interests?|interests?|funding)(?: of interest)?\s*[:–-]\s*)?"
    r"(?:no\b(?! longer)|none\b|neither\b|nothing\b|nil\b|n/a\b|not applicable\b)",
    re.IGNORECASE | re.DOTALL,
)


def _applies(entry: Mapping[str, Any], locale: str, jurisdiction: str) -> bool:
    only = entry.get("jurisdictions", ())
    if only and jurisdiction not in only:
        return False
    locales = [wanted.casefold() for wanted in entry.get("locales", ())]
    here = locale.casefold()
    return not locales or any(here == wanted or here.startswith(f"{wanted}-") for wanted in locales)


def _reasons(entry: Mapping[str, Any], facts: Facts) -> Iterator[Required]:
    """Those with a passage before the others: they say the most."""
    key, document = entry["key"], facts.document
    if entry["always"]:
        yield Required(key, "every article carries it")
    if place := _word_at(entry["words"], document):
        word, span = place
        yield _at(document, key, f"the text speaks of “{word}”", span.start, span.end)
    for subject in entry.get("subjects", ()):
        if subject in spoken_of(document):
            spans = _read(document)[0][subject]
            first = next((s for s in spans if s.start >= document.body_start), spans[0])
            about = subject.replace("_", " ")
            yield _at(document, key, f"the text speaks of {about}", first.start, first.end)
    weakest, indirect = entry.get("evidence_level", 9), entry.get("indirect", ())
    for claim in facts.evidence:
        if claim.level >= weakest:
            words = f"the best source of a claim is at evidence level {claim.level}"
            yield _at(document, key, words, claim.start, claim.end)
        for kind, label in claim.indirect.items():
            if kind in indirect:
                words = f"a claim rests on a source about something else ({label.lower()})"
                yield _at(document, key, words, claim.start, claim.end)
    for slug in entry["topics"]:
        if slug in facts.topics:
            yield Required(key, f"its topic is “{facts.topics[slug]}”")
    if entry.get("conflicts") and (said := declares(facts.interests)):
        yield Required(key, f"interests are declared: “{said}”")


def _at(document: Document, key: str, because: str, start: int, end: int) -> Required:
    return Required(key, because, start, end, document.text[start:end])


def words_pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Finds any of `words`, as whole words, whatever their case and the shape of their apostrophes."""
    either = "|".join(re.escape(word.replace("’", "'")) for word in words)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)


def _word_at(words: Sequence[str], document: Document) -> tuple[str, Span] | None:
    """The first of `words` in the text (before that of title and summary), and its sentence."""
    if not words:
        return None
    pattern, text = words_pattern(words), document.text.replace("’", "'")
    match = pattern.search(text, document.body_start) or pattern.search(text)
    if match is None:
        return None
    found = Span(match.start(), match.end(), document.text[match.start() : match.end()])
    around = (s for s in _read(document)[1] if s.start <= match.start() and s.end >= match.end())
    return found.quote, next(around, found)


_KEPT = 32
_spoken_of: dict[Document, frozenset[str]] = {}


def spoken_of(document: Document) -> frozenset[str]:
    """The subjects that a document speaks of; the answer is kept for a while."""
    known = _spoken_of.get(document)
    return remember(document, _read(document)[0]) if known is None else known


def remember(document: Document, subjects: Iterable[str]) -> frozenset[str]:
    """Keep what is known of a document's subjects, so that it need not be read for them."""
    for oldest in list(_spoken_of)[: 1 - _KEPT]:
        _spoken_of.pop(oldest, None)
    return _spoken_of.setdefault(document, frozenset(subjects))


@lru_cache(maxsize=_KEPT)
def _read(document: Document) -> tuple[Mapping[str, Sequence[Span]], Sequence[Span]]:
    """The subjects and the sentences of a document: the gate asks for those of an edition again and again."""
    return subjects(document), sentences(document)
