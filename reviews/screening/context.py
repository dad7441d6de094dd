"""An article read once for all rules: its sentences, which of them are sourced, what it is about."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from articles.documents import Block, Document
from reviews.screening import layout
from reviews.screening.citations import citations_in
from reviews.screening.folding import Trick, fold
from reviews.screening.phrases import normalise
from reviews.screening.sentences import Span, sentences_between
from reviews.screening.subjects import is_unproven, subjects_in

LONGEST_HEADING = 14  # words
_MARKS = ("- ", "* ", "• ", "– ")

SOURCE_HOST = (
    r"(?<![\w.-])(?:https?://)?(?:[\w-]+\.)*(?:doi\.org|nih\.gov|cdc\.gov|fda\.gov|clinicaltrials\.gov|who\.int"
    r"|nhs\.uk|gov\.uk|nice\.org\.uk|cochranelibrary\.com|europa\.eu)(?=[/\s).,;]|$)"
)
"""The address of a register of works, or of a health authority."""

_LISTED_NUMBER = re.compile(r"\s*\[?([0-9]{1,3})(?:[.)\]]|\s)\s*\S")
# A DOI, a PubMed or trial number, or an address names its work as well as a marker does.
_IDENTIFIER = re.compile(
    r"\b10\.\d{4,9}/\S|\bPMID:? ?\d{4}|\bPMC\d{5}|\bNCT ?0\d{7}|\bISRCTN\d{6}|\barXiv:\d{4}\."
    rf"|{SOURCE_HOST}",
    re.IGNORECASE,
)
# One of these stands in each; looking for them first is quick.
_MARKS_OF_IDENTIFIERS = (
    ":",
    "10.",
    ".gov",
    ".uk",
    ".int",
    ".org",
    ".eu",
    "cochrane",
    "PM",
    "pm",
    "Pm",
    "NCT",
    "nct",
    "Nct",
    "ISRCTN",
    "isrctn",
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the article's own prose."""

    span: Span
    block: Block
    index: int
    """Of its block in the document."""
    words: str
    """The sentence as lexicons see it: folded and `phrases.normalise`d."""
    citations: tuple[int, ...]
    """The numbers of its citation markers, whether or not such references exist."""
    sourced: bool
    """Whether one of them points to a reference of the article, or the sentence names its source's number."""
    answered: bool
    """Whether it or a sentence beside it in the same block is sourced."""
    subjects: Mapping[str, str]
    """The subjects that it speaks of, each with the words that say so."""
    is_question: bool
    is_item: bool
    """Of a list, or of one that lost its markup and kept its marks."""
    is_heading: bool
    """A title or heading, or a short paragraph without a stop: a heading that lost its markup."""
    lead_in: str
    """For an item of a list: the sentence or heading that introduces the list, as lexicons see it; or ''."""


@dataclass(frozen=True, slots=True)
class Context:
    """What every rule may ask about the document beside its text."""

    sentences: tuple[Sentence, ...]
    """The prose to judge, each passage once: no interface text, no second copies, no reference list."""
    copies: tuple[layout.Copy, ...]
    chrome: frozenset[int]
    alt_texts: frozenset[int]
    back_matter: frozenset[int]
    references: frozenset[int]
    """The numbers of the article's references: of its list, and of one that stands in the text."""
    tricks: tuple[Trick, ...]
    subjects: Mapping[str, Sequence[Span]]
    """Every subject of the article, with the sentences that speak of it, in order."""
    unproven: bool
    """Whether it is about something sold or taken as a remedy without an approval for it."""


@lru_cache(maxsize=8)
def read(document: Document) -> Context:
    """The context of `document`, in time that grows with the length of its text.

    It is kept for a moment: screening, claims and subjects are asked of a text one after the other.
    """
    chrome, alt_texts = layout.chrome_lines(document), layout.alt_texts(document)
    copies = tuple(layout.copies(document, layout.title_block(document, chrome)))
    back_matter = layout.back_matter(document)
    passed_over = chrome | alt_texts | back_matter
    passed_over |= {index for copy in copies for index in range(copy.first, copy.last + 1)}
    references = frozenset(document.references) | _listed_in_text(document, back_matter)
    folded = fold(document.text)
    found: list[Sentence] = []
    subjects: dict[str, list[Span]] = {}
    lead_in = ""
    for index, block in enumerate(document.blocks):
        if index in passed_over:
            continue
        start, end = folded.place(block.start), folded.place(block.end)
        spans = list(sentences_between(folded.text, start, end))
        cited = [citations_in(plain.quote) for plain in spans]
        sourced = [
            not references.isdisjoint(numbers) or _names_a_work(plain.quote)
            for plain, numbers in zip(spans, cited, strict=True)
        ]
        is_item = block.kind == "item" or document.text[block.start : block.start + 2] in _MARKS
        for place, plain in enumerate(spans):
            began = folded.origin(plain.start)
            ended = min(folded.origin(plain.end - 1) + 1, block.end)
            while ended < folded.origin(plain.end) and not document.text[ended].isspace():
                ended += 1  # what cannot be seen at the end of a word belongs to it
            span = Span(began, ended, document.text[began:ended])
            words = normalise(plain.quote)
            spoken_of = subjects_in(words)
            for subject in spoken_of:
                subjects.setdefault(subject, []).append(span)
            answered = any(sourced[max(0, place - 1) : place + 2])
            found.append(
                Sentence(
                    span,
                    block,
                    index,
                    words,
                    cited[place],
                    sourced[place],
                    answered,
                    spoken_of,
                    is_question=plain.quote.rstrip("\"'”’»)] ").endswith("?"),
                    is_item=is_item,
                    is_heading=_is_heading(block, span, words),
                    lead_in=lead_in if is_item else "",
                )
            )
            if not is_item:
                lead_in = words if words.endswith(":") or found[-1].is_heading else ""
    return Context(
        tuple(found),
        copies,
        chrome,
        alt_texts,
        back_matter,
        references,
        folded.tricks,
        subjects,
        is_unproven(subjects, [s for s in found if s.block.kind == "title"], len(found)),
    )


def _names_a_work(quote: str) -> bool:
    return any(mark in quote for mark in _MARKS_OF_IDENTIFIERS) and _IDENTIFIER.search(quote) is not None


def _is_heading(block: Block, span: Span, words: str) -> bool:
    if block.kind != "paragraph":
        return block.kind in ("title", "heading")
    whole = (span.start, span.end) == (block.start, block.end)
    return whole and words[-1:].isalnum() and words.count(" ") < LONGEST_HEADING


def _listed_in_text(document: Document, back_matter: frozenset[int]) -> frozenset[int]:
    """The numbers of the entries in a reference list that is part of the text."""
    found: set[int] = set()
    place = 0
    for index in sorted(back_matter):
        block = document.blocks[index]
        if block.kind == "heading" or layout.opens_back_matter(document, block):
            place = 0
            continue
        place += 1
        number = _LISTED_NUMBER.match(document.block_text(block))
        found.add(int(number.group(1)) if number else place)
    return frozenset(found)
