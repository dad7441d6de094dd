"""Facts that stand outside the text: authors, date, sources, and whether citations and sources agree."""

from __future__ import annotations

from collections.abc import Iterator

from articles.documents import Document
from reviews.screening.citations import markers
from reviews.screening.context import Context
from reviews.screening.folding import fold
from reviews.screening.hits import Hit, hit


def missing_metadata(document: Document, context: Context) -> Iterator[Hit]:
    """No author, no list of sources, no date: one hit each, about the whole document."""
    if not any(author.strip() for author in document.authors):
        yield hit("metadata.author", document)
    if not context.references:
        yield hit("metadata.sources", document)
    if not document.dated:
        yield hit("metadata.date", document)


def references(document: Document, context: Context) -> Iterator[Hit]:
    """Markers without a reference, each where it stands; references without a marker, in one hit.

    Numbers inside a reference list that is part of the text cite nothing.
    """
    known = context.references
    cited: set[int] = set()
    for index, block in enumerate(document.blocks):
        if index in context.back_matter:
            continue
        plain = fold(document.text[block.start : block.end])
        for first, last, numbers in markers(plain.text, 0, len(plain.text)):
            cited.update(numbers)
            missing = [number for number in dict.fromkeys(numbers) if number not in known]
            if missing:
                start, end = block.start + plain.origin(first), block.start + plain.origin(last - 1) + 1
                marker = plain.text[first:last]
                yield hit(
                    "references.dangling", document, start, end, marker=marker, numbers=_listed(missing)
                )
    uncited = [number for number in dict.fromkeys(document.references) if number not in cited]
    if uncited:
        yield hit("references.uncited", document, numbers=_listed(uncited))


def _listed(numbers: list[int]) -> str:
    return ", ".join(str(number) for number in numbers)
