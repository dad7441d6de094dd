"""How a reference is printed: the style of the NLM's Citing Medicine, which most medical journals follow.

Each part is a sentence of its own, so that what is missing leaves no punctuation behind. Notices such as a
retraction are no part of a reference.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Literal, NamedTuple

from articles.sources.pages import printed_pages
from articles.sources.works import Work

AUTHORS_SHOWN = 6
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()

Role = Literal["authors", "title", "container", "place", "identifier"]


class Part(NamedTuple):
    """One sentence of a reference, with the mark that ends it, in plain text.

    `title` holds the title and what kind of work it is in brackets; `container` the journal, or the book
    that holds a chapter, with its editors; `place` what leads there: publisher, year, volume, pages.
    `identifier` is a DOI or the like, for where a reference is plain text and has no links.
    """

    role: Role
    text: str


_MEDIA = {"preprint": "Preprint", "web-page": "Internet", "thesis": "thesis", "dataset": "dataset"}
_JOURNAL_LIKE = ("journal-article", "systematic-review", "trial", "other")
_IN_BOOKS = ("book-chapter", "conference-paper")
_ENDED = re.compile(r"[.?!…][”’\"'»]*$")


def vancouver(work: Work) -> str:
    """The reference as one line of plain text; empty if nothing is known of the work."""
    return " ".join(part.text for part in parts(work))


def parts(work: Work) -> tuple[Part, ...]:
    """The sentences of the reference in their order, none of them empty.

    A page that shows links of its own leaves out the parts whose role is `identifier`.
    """
    if work.kind == "trial-record" and work.nct:
        written = _trial_record(work)
    elif work.kind == "statute":
        written = _statute(work)
    elif work.kind in _IN_BOOKS:
        written = _in_book(work)
    elif work.kind == "preprint":
        server = work.container or work.publisher or ("arXiv" if work.arxiv else "")
        written = [("container", _text(server)), ("place", _located(work))]
    elif work.container and (work.kind in _JOURNAL_LIKE or (work.kind == "guideline" and work.volume)):
        written = [("container", _text(work.container)), ("place", _located(work))]
    else:
        written = _book(work)
    lead: list[tuple[Role, str]] = [("authors", _lead(work)), ("title", _title(work))]
    found = [Part(role, _sentence(text)) for role, text in (*lead, *written)]
    if identifier := _identifier(work):
        found.append(Part("identifier", identifier))
    return tuple(part for part in found if part.text)


def short_names(names: Sequence[str]) -> str:
    """Names divided by commas; more than six become the first six and “et al.”."""
    kept = [text for name in names if (text := _text(name).removesuffix(";"))]
    rest = len(kept) > AUTHORS_SHOWN or (kept and kept[-1].lower().rstrip(".") == "et al")
    kept = [name for name in kept if name.lower().rstrip(".") != "et al"][:AUTHORS_SHOWN]
    return ", ".join([*kept, "et al."] if rest else kept)


def _lead(work: Work) -> str:
    """The authors; without any, the editors of a whole book or report."""
    if authors := short_names(work.authors):
        return authors
    return "" if work.kind in _IN_BOOKS else _editors(work)


def _editors(work: Work) -> str:
    names = short_names(work.editors)
    return f"{names}, {'editor' if len(work.editors) == 1 else 'editors'}" if names else ""


def _title(work: Work) -> str:
    title = _text(work.title)
    medium = _MEDIA.get(work.kind, "")
    if not medium or re.search(rf"\[{medium}\]", title, re.I):
        return title
    return f"{title.removesuffix('.')} [{medium}]" if title else ""


def _in_book(work: Work) -> list[tuple[Role, str]]:
    editors, book = _editors(work), _text(work.container)
    whole = f"In: {_sentence(editors)} {book}" if editors and book else editors or (book and f"In: {book}")
    if not editors and work.kind == "conference-paper" and _text(work.volume) and not _text(work.publisher):
        return [("container", book), ("place", _located(work))]
    details = [_volume(work), _edition(work), _imprint(work), _book_pages(work)]
    return [("container", whole), *(("place", text) for text in details)]


def _book(work: Work) -> list[tuple[Role, str]]:
    """A work that stands by itself: a book, a report, a thesis, a data set, a page on the web."""
    holder = _text(work.publisher) or _text(work.container)
    details: list[str] = []
    if work.kind in ("report", "guideline"):
        number = _text(work.issue) or _text(work.volume)
        details = [_edition(work), _imprint(work, holder), f"Report No.: {number}" if number else ""]
    else:
        details = [_volume(work), _edition(work), _imprint(work, holder)]
    details.append(_book_pages(work))
    series = _text(work.container)
    if series and series != holder:
        details.append(f"({series})")
    return [("place", text) for text in details]


def _statute(work: Work) -> list[tuple[Role, str]]:
    place = " ".join(
        text for text in (_text(work.volume), _text(work.container), printed_pages(work.pages)) if text
    )
    place = place or _text(work.publisher)
    year = f"({work.year})" if place and work.year else str(work.year or "")
    return [("place", " ".join(text for text in (place, year) if text)), ("place", _cited(work))]


def _trial_record(work: Work) -> list[tuple[Role, str]]:
    registry = _text(work.container) or _text(work.publisher)
    registry = "" if registry.lower() in ("clinicaltrials.gov", "") else registry
    dated = " ".join(text for text in (str(work.year or ""), _cited(work)) if text)
    return [
        ("container", registry),
        ("place", f"ClinicalTrials.gov identifier: {work.nct}"),
        ("place", dated),
    ]


def _located(work: Work) -> str:
    """“2024;12(3):10–19”, as far as it is known."""
    volume, issue = _text(work.volume), _text(work.issue).strip("() ")
    issue = re.sub(r"^(?:(\d+)_suppl|suppl(?:ement)?_(\d+))$", _supplement, issue, flags=re.I)
    if issue.lower().startswith("suppl") and volume:
        volume = f"{volume} {issue}"
    elif issue:
        volume = f"{volume}({issue})"
    where = ":".join(text for text in (volume, printed_pages(work.pages)) if text)
    if not volume and where:
        year = str(work.year or "")
        return f"{year}:{where}" if year else f"p. {where}"
    dated = ";".join(text for text in (str(work.year or ""), where) if text)
    return " ".join(text for text in (dated, _cited(work)) if text)


def _supplement(issue: re.Match[str]) -> str:
    return f"{issue[1]} Suppl" if issue[1] else f"Suppl {issue[2]}"


def _imprint(work: Work, holder: str | None = None) -> str:
    """“Place: Publisher; 2020 [cited 2024 Mar 1]”, as far as it is known."""
    made = ": ".join(
        text for text in (_text(work.place), _text(work.publisher if holder is None else holder)) if text
    )
    dated = "; ".join(text for text in (made, str(work.year or "")) if text)
    return " ".join(text for text in (dated, _cited(work)) if text)


def _cited(work: Work) -> str:
    if not work.accessed:
        return ""
    try:
        day = date.fromisoformat(work.accessed)
    except ValueError:
        return f"[cited {_text(work.accessed)}]" if _text(work.accessed) else ""
    return f"[cited {day.year} {MONTHS[day.month - 1]} {day.day}]"


def _volume(work: Work) -> str:
    volume = _text(work.volume)
    return f"Vol. {volume}" if re.match(r"[\dIVXLC]", volume) else volume


def _edition(work: Work) -> str:
    """“2” and “2nd edition” are “2nd ed.”."""
    edition = re.sub(r"(?i)\s*\b(?:edition|edn|ed)\b\.?", "", _text(work.edition)) or _text(work.edition)
    if number := re.fullmatch(r"(\d{1,3})(?:st|nd|rd|th|\.|/e)?", edition):
        return f"{_ordinal(int(number[1]))} ed."
    return f"{edition.rstrip('. ')} ed." if edition else ""


def _ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _book_pages(work: Work) -> str:
    pages = printed_pages(work.pages)
    return f"p. {pages}" if pages else ""


def _identifier(work: Work) -> str:
    """The one identifier that leads to the work; it takes no full stop that could be read as its end."""
    if work.doi:
        return f"doi:{work.doi}"
    if work.arxiv:
        return f"arXiv:{work.arxiv}"
    if work.pmid:
        return f"PMID: {work.pmid}"
    if work.pmcid:
        return f"PMCID: {work.pmcid}"
    return f"Available from: {work.url}" if work.url else ""


def _text(text: str) -> str:
    """One line, without the stray marks at either end that records are full of."""
    return re.sub(r" +\.$", ".", " ".join(text.split()).strip(" ,;:"))


def _sentence(text: str) -> str:
    text = _text(text)
    rest = text.rstrip(". ")
    if not rest:
        return ""
    if text.endswith("."):
        return (
            text
            if text.endswith("...") or rest.endswith("…")
            else f"{rest}{'' if _ENDED.search(rest) else '.'}"
        )
    return text if _ENDED.search(text) else f"{text}."
