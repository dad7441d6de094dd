"""RIS, BibTeX, PubMed's format and CSL-JSON as programs and registries write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from articles.sources.reading import LARGEST, Reading, Unreadable, read
from articles.sources.works import Work
from tests.sources.strategies import CROSSREF, crossref

FILES = Path(__file__).parent / "files"


def read_file(name: str) -> Reading:
    return read((FILES / name).read_bytes(), name=name)


def test_ris() -> None:
    reading = read_file("manager.ris")
    assert reading.format == "ris"
    drinks, gargling, tea, page = reading.works
    assert drinks == Work(
        kind="journal-article", title="Warm drinks & sore throats", container="Lancet", year=2023, volume="401",
        authors=("van der Berg JA", "World Health Organization", "Allen SJ Jr"), issue="10380", pages="805-812",
        doi="10.1000/made.up.2023.1", pmid="40000001", pmcid="PMC9999991", nct="NCT01234567", issn="0140-6736",
        url="https://example.org/a;b?c=d",
    )  # fmt: skip
    assert gargling == Work(
        kind="book-chapter", title="Gargling", authors=("Reed C",), editors=("Stone AB",), container="Sore throats",
        publisher="Nowhere Press", place="Nowhere", edition="2", year=2015, pages="10-19", isbn="9780306406157",
    )  # fmt: skip
    assert tea == Work(kind="systematic-review", title="Tea", container="BMJ", year=2001)
    assert (page.kind, page.publisher, page.accessed) == ("web-page", "NHS", "2024-03-01")
    assert page.url == "https://www.nhs.uk/conditions/sore-throat/"
    [problem] = reading.problems
    assert (problem.line, problem.left_out) == (52, True)
    assert problem.text == "TY - GEN AU - Nobody, N. ER -"
    assert problem.sentence == "The record has neither a title nor an identifier."


def test_bibtex() -> None:
    reading = read_file("latex.bib")
    assert reading.format == "bibtex"
    drinks, gargling, tea, arxiv, page, report = reading.works
    assert drinks == Work(
        title="Warm TEA & sore throats: étude of Überdruck in α-cells and H2O in São Paulo",
        authors=("van der Berg JA", "Allen SJ Jr", "World Health Organization", "de la Cruz JA", "et al."),
        container="The Lancet Oncology", year=2023, volume="401", issue="10380", pages="805-812",
        doi="10.1000/made_up.2023.1", pmid="40000001", issn="0140-6736",
    )  # fmt: skip
    assert gargling == Work(
        kind="book-chapter", title="Gargling", authors=("Reed C",), editors=("Stone AB",), container="Sore throats",
        publisher="Nowhere Press", place="Nowhere", edition="2", year=2015, pages="10-19", isbn="9780306406157",
    )  # fmt: skip
    assert tea == Work(kind="book", title='Tea "hot"', year=2001)
    assert (arxiv.kind, arxiv.arxiv, arxiv.title) == ("preprint", "1706.03762", "On CO2")
    assert arxiv.authors == ("Erdős P", "Škoda J", "Østergaard Å")
    assert page == Work(
        kind="web-page", title="Sore throat (and what to do)", publisher="NHS", accessed="2024-03-01",
        url="https://www.nhs.uk/a_b?c=d%20e~f",
    )  # fmt: skip
    assert (report.kind, report.publisher) == ("guideline", "WHO")
    [problem] = reading.problems
    assert (problem.line, problem.left_out, problem.text) == (
        32,
        True,
        "@misc{nothing, author = {Nobody, N.}}",
    )


def test_nbib() -> None:
    reading = read_file("pubmed.nbib")
    assert (reading.format, reading.problems) == ("nbib", ())
    trial, guideline, chapter = reading.works
    assert trial == Work(
        kind="trial", container="Lancet", year=2023, volume="401", issue="10380", pages="805-12",
        title="Warm drinks for sore throats in adults: a randomised, placebo-controlled trial that was made up for a test",
        authors=("van der Berg JA", "Allen SJ Jr", "Warm Drinks Study Group"), doi="10.1000/made.up.2023.1",
        pmid="40000001", pmcid="PMC9999991", nct="NCT01234567", issn="0140-6736",
    )  # fmt: skip
    assert guideline == Work(
        kind="guideline", title="[Fever in children]", authors=("Stone AB",), container="Ugeskr Laeger", year=1999,
        pmid="40000002",
    )  # fmt: skip
    assert chapter == Work(
        kind="book-chapter", title="Chapter about gargling", authors=("Reed C",), editors=("Stone AB",), year=2015,
        container="Sore throats", publisher="Nowhere Press", place="Nowhere (NW)", pmid="40000003",
    )  # fmt: skip


CSL: dict[str, Any] = {
    "id": "a",
    "type": "article-journal",
    "title": "Warm <i>drinks</i>",
    "author": [
        {"family": "Berg", "given": "Jan Arend", "non-dropping-particle": "van der"},
        {"family": "Allen", "given": "Stephen J.", "suffix": "Jr."},
        {"literal": "World Health Organization"},
    ],
    "container-title": "The Lancet",
    "issued": {"date-parts": [["2023", 3, 11]]},
    "page": "805–812",
    "volume": 401,
    "DOI": "10.1000/MADE",
    "URL": "https://doi.org/10.1000/made",
    "accessed": {"date-parts": [[2024, 3, 1]]},
}
READ = Work(
    title="Warm drinks", authors=("van der Berg JA", "Allen SJ Jr", "World Health Organization"), year=2023,
    container="The Lancet", pages="805-812", volume="401", doi="10.1000/made", accessed="2024-03-01",
)  # fmt: skip


@pytest.mark.parametrize(
    "whole",
    [
        CSL,
        [CSL],
        {"items": [CSL]},
        {"status": "ok", "message": CSL},
        {"message": {"total-results": 1, "items": [CSL]}},
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_csl(whole: object, indent: int | None) -> None:
    reading = read(json.dumps(whole, indent=indent))
    assert (reading.format, reading.works, reading.problems) == ("csl-json", (READ,), ())


def test_crossrefs_dialect() -> None:
    deposited = {
        "DOI": "10.1000/x",
        "type": "posted-content",
        "subtype": "preprint",
        "title": ["Masks in\n  schools"],
        "subtitle": ["a survey."],
        "author": [
            {"name": "The Mask Group"},
            {"family": "CHEN", "given": "Jun‐xin"},
            {"family": "Hausmann"},
        ],
        "container-title": [],
        "institution": [{"name": "medRxiv"}],
        "publisher": "Cold Spring Harbor Laboratory",
        "issued": {"date-parts": [[None]]},
        "posted": {"date-parts": [[2023, 1, 2]]},
        "page": "n/a-n/a",
    }
    assert read(json.dumps(deposited)).works == (
        Work(
            kind="preprint", title="Masks in schools: a survey", authors=("The Mask Group", "CHEN JX", "Hausmann"),
            container="medRxiv", publisher="Cold Spring Harbor Laboratory", year=2023, doi="10.1000/x",
        ),
    )  # fmt: skip


@pytest.mark.skipif(not CROSSREF.exists(), reason=f"test material is absent: {CROSSREF}")
def test_crossref_works_are_plain() -> None:
    texts = [text for work in crossref() for text in (work.title, work.container, *work.authors)]
    assert [text for text in texts if "&amp;" in text or "</" in text or "\n" in text or "  " in text] == []
    assert sum(bool(work.doi) for work in crossref()) == 1306
    assert not any(work.title.endswith(".") and not work.title.endswith("..") for work in crossref())


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
@pytest.mark.parametrize(
    "text",
    [
        "TY  - JOUR\nTI  - Fièvre élevée\nAU  - Bühler, J.\nER  - \n",
        "@article{a,\n title = {Fièvre élevée},\n author = {Bühler, J.}\n}\n",
        "PMID- 1\nTI  - Fièvre élevée.\nAU  - Bühler J\nSO  - x.\n",
        '[{"title": "Fièvre élevée",\n "author": [{"family": "Bühler", "given": "J"}]}]\n',
    ],
    ids=["ris", "bibtex", "nbib", "csl-json"],
)
def test_encodings_and_line_ends(text: str, encoding: str, end: str) -> None:
    reading = read(text.replace("\n", end).encode(encoding))
    assert reading.problems == ()
    assert [(work.title, work.authors) for work in reading.works] == [("Fièvre élevée", ("Bühler J",))]


def test_one_damaged_byte_leaves_the_others_alone() -> None:
    data = "TY  - JOUR\nTI  - Fièvre élevée à Genève\nER  - \n".encode()
    reading = read(data.replace("é".encode(), b"\xff", 1))
    assert [work.title for work in reading.works] == ["Fièvre \ufffdlevée à Genève"]
    assert [(problem.line, problem.left_out) for problem in reading.problems] == [(2, False)]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf \r\n", "The file is empty."),
        (b"x" * (LARGEST + 1), "The file is larger than 5 MB. Divide it and import the parts."),
        (b"Dear colleagues,\n", "The file is none of RIS, BibTeX, PubMed (nbib) and CSL-JSON."),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "The file is none of RIS, BibTeX, PubMed (nbib) and CSL-JSON."),
        (b"[]", "The file holds no references."),
        (b"@comment{a}", "The file holds no references."),
        (b"TY  - JOUR\nTI  - A\nER  - \n" * 10_001,
         "The file holds more than 10,000 references. Divide it and import the parts."),
    ],
)  # fmt: skip
def test_unreadable(data: bytes, sentence: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(data)
    assert str(refused.value) == sentence


def test_ten_thousand_records() -> None:
    assert len(read(b"TY  - JOUR\nTI  - A\nER  - \n" * 10_000).works) == 10_000


def test_the_name_is_only_a_hint() -> None:
    assert read(b"TY  - JOUR\nTI  - A\nER  - \n", name="a.bib").format == "ris"
    assert read(b"TI  - A\nAU  - Stone, A.\nER  - \n", name="a.ris").format == "ris"
    with pytest.raises(Unreadable):
        read(b"TI  - A\nAU  - Stone, A.\nER  - \n")


def test_what_is_no_identifier_is_told() -> None:
    reading = read("TY  - JOUR\nTI  - A\nDO  - see the journal\nER  - \n")
    assert reading.works == (Work(title="A"),)
    assert [problem.sentence for problem in reading.problems] == [
        "“see the journal” is not a DOI, so it was left out."
    ]
