"""Works as files for reference managers: RIS, BibTeX, CSL-JSON. `articles.sources.reading` is the way in."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

from articles.sources.kinds import WRITTEN, Names
from articles.sources.names import read_name, split_name
from articles.sources.reading.latex import to_latex
from articles.sources.works import Work

_IN_BOOKS = ("book-chapter", "conference-paper")
_LITERALS = {"\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}"}


def to_ris(works: Iterable[Work]) -> str:
    """The works in RIS, one record each, in their order; a value can never begin a line of its own."""
    return "".join(
        "".join(f"{tag}  - {_one_line(value)}\n" for tag, value in _ris(work) if value) + "ER  - \n\n"
        for work in works
    )


def to_bibtex(works: Iterable[Work]) -> str:
    """The works in BibTeX, in their order.

    Keys are the first name's letters and the year (“stone2024”); works that would share one get a, b, c … in
    their order, so the same works always have the same keys.
    """
    works = list(works)
    entries = []
    for key, work in zip(_keys(works), works, strict=True):
        fields = "".join(f"  {name} = {{{value}}},\n" for name, value in _bibtex(work) if value)
        entries.append(f"@{_written(work).bibtex}{{{key},\n{fields}}}\n")
    return "\n".join(entries)


def to_csl(works: Iterable[Work]) -> str:
    """The works as a CSL-JSON list (schema 1.0.2), in their order; ids are the keys of `to_bibtex`."""
    works = list(works)
    items = [{"id": key, **_csl(work)} for key, work in zip(_keys(works), works, strict=True)]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def _ris(work: Work) -> Iterator[tuple[str, str]]:
    written = _written(work)
    yield "TY", written.ris
    yield "M3", written.words
    for name in work.authors:
        yield "AU", _ris_name(name)
    for name in work.editors:
        yield "ED", _ris_name(name)
    yield "TI", work.title
    yield ("JF" if written.ris == "JOUR" else "T2"), work.container
    yield "PB", work.publisher
    yield "CY", work.place
    yield "ET", work.edition
    yield "PY", _year(work)
    yield "VL", work.volume
    yield "IS", work.issue
    start, end = _page_range(work.pages)
    yield "SP", start
    yield "EP", end
    yield "DO", work.doi
    yield "SN", work.isbn
    yield "SN", work.issn
    if work.pmid:
        yield "DB", "PubMed"
    yield "AN", work.pmid
    yield "C2", work.pmcid
    yield "N1", work.nct
    yield "N1", f"arXiv:{work.arxiv}" if work.arxiv else ""
    yield "UR", work.url
    yield "Y2", work.accessed.replace("-", "/")


def _bibtex(work: Work) -> Iterator[tuple[str, str]]:
    written = _written(work)
    yield "type", to_latex(written.words)
    yield "author", " and ".join(map(_bibtex_name, work.authors))
    yield "editor", " and ".join(map(_bibtex_name, work.editors))
    yield "title", to_latex(work.title)
    container = {"book": "series", "techreport": "series", "article": "journal", "unpublished": "journal"}
    yield (
        container.get(written.bibtex, "booktitle" if work.kind in _IN_BOOKS else "journaltitle"),
        to_latex(work.container),
    )
    yield (
        {"phdthesis": "school", "techreport": "institution"}.get(written.bibtex, "publisher"),
        to_latex(work.publisher),
    )
    yield "address", to_latex(work.place)
    yield "edition", to_latex(work.edition)
    yield "year", _year(work)
    yield "volume", to_latex(work.volume)
    yield "number", to_latex(work.issue)
    yield (
        "pages",
        to_latex(work.pages).replace("-", "--")
        if re.fullmatch(r"\w+-\w+", work.pages)
        else to_latex(work.pages),
    )
    for name in ("doi", "pmid", "pmcid", "isbn", "issn"):
        yield name, _literal(getattr(work, name))
    yield "eprint", _literal(work.arxiv)
    yield "archiveprefix", "arXiv" if work.arxiv else ""
    yield "note", work.nct
    yield "url", _literal(work.url)
    yield "urldate", work.accessed


def _csl(work: Work) -> dict[str, object]:
    written = _written(work)
    item: dict[str, object] = {
        "type": written.csl,
        "genre": written.words,
        "title": work.title,
        "author": [_csl_name(name) for name in work.authors],
        "editor": [_csl_name(name) for name in work.editors],
        "container-title": work.container,
        "publisher": work.publisher,
        "publisher-place": work.place,
        "edition": work.edition,
        "issued": {"date-parts": [[work.year]]} if work.year else None,
        "volume": work.volume,
        "issue": work.issue,
        "page": work.pages,
        "DOI": work.doi,
        "PMID": work.pmid,
        "PMCID": work.pmcid,
        "ISBN": work.isbn,
        "ISSN": work.issn,
        "number": work.nct,
        "archive": "arXiv" if work.arxiv else "",
        "archive_location": f"arXiv:{work.arxiv}" if work.arxiv else "",
        "URL": work.url,
        "accessed": {"date-parts": [[int(part) for part in work.accessed.split("-")]]}
        if work.accessed
        else None,
    }
    return {name: value for name, value in item.items() if value}


def _ris_name(name: str) -> str:
    """“Stone, A. B.”, or the name of a group in the way that reads back as it stands."""
    if person := split_name(name):
        turned = f"{person.family}, {_dotted(person.initials)}"
        turned += f", {person.suffix}" if person.suffix else ""
        if read_name(turned) == name:
            return turned
    return name if read_name(name) == name else name.replace(",", ",,") + ","


def _bibtex_name(name: str) -> str:
    if person := split_name(name):
        parts = [person.family, person.suffix, _dotted(person.initials)]
        turned = ", ".join(part for part in parts if part)
        if read_name(turned) == name and not re.search(r"\band\b", name):
            return to_latex(turned)
    return "others" if name == "et al." else "{" + to_latex(name) + "}"


def _csl_name(name: str) -> dict[str, str]:
    person = split_name(name)
    if person is None:
        return {"literal": name}
    return {
        "family": person.family,
        "given": _dotted(person.initials),
        **({"suffix": person.suffix} if person.suffix else {}),
    }


def _keys(works: list[Work]) -> list[str]:
    stems = [_stem(work) for work in works]
    shared = Counter(stems)
    seen: Counter[str] = Counter()
    keys = []
    for stem in stems:
        seen[stem] += 1
        keys.append(f"{stem}{_letters(seen[stem])}" if shared[stem] > 1 else stem)
    return keys


def _stem(work: Work) -> str:
    name = next(iter((*work.authors, *work.editors)), "")
    person = split_name(name)
    words = (person.family if person else name or work.title).split()
    text = "".join(words if person else words[:1])
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z]", "", plain.lower()) or "work"
    return f"{stem}{work.year or '-nd-'}"


def _letters(number: int) -> str:
    """1 is a, 26 is z, 27 is aa."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters


def _page_range(pages: str) -> tuple[str, str]:
    """First and last page of a simple range; anything else is left whole, as the first."""
    start, _, end = pages.partition("-")
    return (start, end) if re.fullmatch(r"\w+-\w+", pages) else (pages, "")


def _written(work: Work) -> Names:
    return WRITTEN.get(work.kind, WRITTEN["other"])


def _year(work: Work) -> str:
    return str(work.year or "")


def _dotted(initials: str) -> str:
    return " ".join(f"{letter}." for letter in initials)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _literal(text: str) -> str:
    return "".join(_LITERALS.get(letter, letter) for letter in text)
