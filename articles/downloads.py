"""References as files that other programs read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpResponse

from articles.sources.exporting import to_bibtex, to_csl, to_ris
from articles.sources.works import Work


@dataclass(frozen=True, slots=True)
class Format:
    """How a file of references is written, and what it is called on the way."""

    name: str
    write: Callable[[Iterable[Work]], str]
    content_type: str


FORMATS = {
    "ris": Format("RIS", to_ris, "application/x-research-info-systems"),
    "bib": Format("BibTeX", to_bibtex, "application/x-bibtex"),
    "json": Format("CSL-JSON", to_csl, "application/vnd.citationstyles.csl+json"),
}
"""By the ending of the file's name."""


def references_file(works: Iterable[Work], *, name: str, ending: str) -> HttpResponse:
    """A file of references to be saved as `name`-references.`ending`, one of FORMATS."""
    form = FORMATS[ending]
    answer = HttpResponse(form.write(works), content_type=f"{form.content_type}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}-references.{ending}"'
    return answer
