"""Files for reference managers: what is written is read back, whatever stands in the fields."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.sources.exporting import to_bibtex, to_csl, to_ris
from articles.sources.reading import read
from articles.sources.works import Work
from tests.sources.strategies import CROSSREF, crossref, works

WRITERS = [to_ris, to_bibtex, to_csl]
Writer = Callable[[Iterable[Work]], str]


@pytest.mark.parametrize("write", WRITERS)
@settings(max_examples=80, deadline=None)
@given(made=st.lists(works(), min_size=1, max_size=4))
def test_round_trip(write: Writer, made: list[Work]) -> None:
    reading = read(write(made))
    assert reading.problems == ()
    assert list(reading.works) == made


@pytest.mark.parametrize("write", WRITERS)
@settings(max_examples=50, deadline=None)
@given(made=works(), text=st.text(max_size=40))
def test_no_text_breaks_out_of_its_field(write: Writer, made: Work, text: str) -> None:
    """Works may come from anywhere; a hostile title stays a title."""
    hostile = f"A{text}\nER  - \nTY  - JOUR\n}}\n@book{{x,\n{text}"
    known = {name: getattr(made, name) for name in Work.__dataclass_fields__}
    reading = read(write([Work(**(known | {"title": hostile, "container": hostile})), Work(title="Next")]))
    assert len(reading.works) == 2
    assert reading.works[1] == Work(title="Next")


@pytest.mark.skipif(not CROSSREF.exists(), reason=f"test material is absent: {CROSSREF}")
@pytest.mark.parametrize("write", WRITERS)
def test_crossref_round_trip(write: Writer) -> None:
    reading = read(write(crossref()))
    assert reading.problems == ()
    assert reading.works == crossref()


def test_ris() -> None:
    work = Work(
        title="A title", authors=("Stone AB", "WHO"), container="BMJ", year=2024, pages="1-10", pmid="123456"
    )
    assert to_ris([work]).splitlines() == [
        "TY  - JOUR", "AU  - Stone, A. B.", "AU  - WHO", "TI  - A title", "JF  - BMJ", "PY  - 2024", "SP  - 1",
        "EP  - 10", "DB  - PubMed", "AN  - 123456", "ER  - ", "",
    ]  # fmt: skip


def test_bibtex_is_escaped() -> None:
    work = Work(title="50% of A & B_{x} #1 ~ \\ $5", authors=("Stone AB", "Rock and Roll Trust"), year=2024)
    text = to_bibtex([work])
    assert r"title = {50\% of A \& B\_\textbraceleft{}x\textbraceright{} \#1 \textasciitilde{}" in text
    assert "author = {Stone, A. B. and {Rock and Roll Trust}}" in text
    assert text.startswith("@article{stone2024,\n")


def test_keys() -> None:
    stone, reed = (
        Work(title="A", authors=("Stone AB",), year=2024),
        Work(title="B", authors=("Réed C",), year=2023),
    )
    nobody = Work(title="Fever in children")
    text = to_bibtex([stone, reed, stone, nobody, Work(title="王")])
    keys = [line.partition("{")[2].rstrip(",") for line in text.splitlines() if line.startswith("@")]
    assert keys == ["stone2024a", "reed2023", "stone2024b", "fever-nd-", "work-nd-"]
    assert [item["id"] for item in json.loads(to_csl([stone, reed, stone]))] == [
        "stone2024a",
        "reed2023",
        "stone2024b",
    ]


def test_csl() -> None:
    work = Work(
        kind="trial",
        title="A",
        authors=("van der Berg JA Jr", "WHO"),
        container="BMJ",
        year=2024,
        doi="10.1000/x",
    )
    assert json.loads(to_csl([work])) == [
        {
            "id": "vanderberg2024",
            "type": "article-journal",
            "genre": "Clinical Trial",
            "title": "A",
            "author": [{"family": "van der Berg", "given": "J. A.", "suffix": "Jr"}, {"literal": "WHO"}],
            "container-title": "BMJ",
            "issued": {"date-parts": [[2024]]},
            "DOI": "10.1000/x",
        }
    ]


@pytest.mark.parametrize("write", WRITERS)
def test_no_works(write: Writer) -> None:
    assert write([]).strip() in ("", "[]")
