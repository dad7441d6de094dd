"""An article read once for all rules: its sentences, which of them are sourced, which blocks are noise."""

from __future__ import annotations

from dataclasses import dataclass

from articles.documents import Block, Document
from reviews.screening import layout
from reviews.screening.citations import citations_in
from reviews.screening.phrases import normalise
from reviews.screening.sentences import Span, sentences_between

LONGEST_HEADING = 14  # words


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the article's own prose."""

    span: Span
    block: Block
    words: str
    """The sentence as lexicons see it: `phrases.normalise`d."""
    citations: tuple[int, ...]
    """The numbers of its citation markers, whether or not such references exist."""
    sourced: bool
    """Whether one of them points to a reference of the article."""

    @property
    def is_question(self) -> bool:
        return self.span.quote.rstrip("\"'”’»)] ").endswith("?")

    @property
    def is_heading(self) -> bool:
        """A title or heading, or a short paragraph without a stop: a heading that lost its markup."""
        if self.block.kind != "paragraph":
            return self.block.kind in ("title", "heading")
        whole = (self.span.start, self.span.end) == (self.block.start, self.block.end)
        return whole and self.words[-1].isalnum() and self.words.count(" ") < LONGEST_HEADING


@dataclass(frozen=True, slots=True)
class Context:
    """What every rule may ask about the document beside its text."""

    sentences: tuple[Sentence, ...]
    """The prose to judge, each passage once: no interface text, no second copies, no reference list."""
    copies: tuple[layout.Copy, ...]
    chrome: frozenset[int]
    alt_texts: frozenset[int]
    back_matter: frozenset[int]


def read(document: Document) -> Context:
    """The context of `document`, in time that grows with the length of its text."""
    copies = tuple(layout.copies(document))
    chrome, alt_texts = layout.chrome_lines(document), layout.alt_texts(document)
    back_matter = layout.back_matter(document)
    passed_over = chrome | alt_texts | back_matter
    passed_over |= {index for copy in copies for index in range(copy.first, copy.last + 1)}
    references = frozenset(document.references)
    found: list[Sentence] = []
    for index, block in enumerate(document.blocks):
        if index in passed_over:
            continue
        for span in sentences_between(document.text, block.start, block.end):
            citations = citations_in(span.quote)
            sourced = not references.isdisjoint(citations)
            found.append(Sentence(span, block, normalise(span.quote), citations, sourced))
    return Context(tuple(found), copies, chrome, alt_texts, back_matter)
