"""How references are printed: a table of right answers, what holds for any work, and 1,306 real ones."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.sources.names import read_name
from articles.sources.pages import printed_pages
from articles.sources.style import parts, vancouver
from articles.sources.works import Work
from tests.sources.strategies import CROSSREF, any_text, awkward, crossref, works

TABLE = tomllib.loads((Path(__file__).parent / "references.toml").read_text(encoding="utf-8"))["reference"]
STRAY = re.compile(
    r"\.\.(?!\.)(?<!\.\.\.)|, ,|,,|\( *\)|\[ *\]|: ;|;:|; ;|[?!]\.|[,;:]\.| [.,;:]|  |^[.,;:]|[,;:]$"
)


def work(row: dict[str, Any]) -> Work:
    known = {name: value for name, value in row.items() if name not in ("shape", "printed")}
    return Work(**{name: tuple(value) if isinstance(value, list) else value for name, value in known.items()})


@pytest.mark.parametrize("row", TABLE, ids=[row["shape"] for row in TABLE])
def test_table(row: dict[str, Any]) -> None:
    assert vancouver(work(row)) == row["printed"]


def test_table_covers_every_kind() -> None:
    assert len(TABLE) >= 110
    assert {row.get("kind") for row in TABLE} >= {
        "systematic-review", "trial", "guideline", "preprint", "book", "book-chapter", "report", "conference-paper",
        "thesis", "dataset", "trial-record", "web-page", "statute", "other",
    }  # fmt: skip


def test_parts_of_a_chapter() -> None:
    chapter = Work(
        kind="book-chapter", title="Fever?", authors=("Stone AB",), editors=("Reed C",), container="Symptoms",
        publisher="Faber", year=2002, pages="10-19", doi="10.1000/x",
    )  # fmt: skip
    assert [tuple(part) for part in parts(chapter)] == [
        ("authors", "Stone AB."),
        ("title", "Fever?"),
        ("container", "In: Reed C, editor. Symptoms."),
        ("place", "Faber; 2002."),
        ("place", "p. 10–19."),
        ("identifier", "doi:10.1000/x"),
    ]


@settings(max_examples=200, deadline=None)
@given(works())
def test_whatever_is_missing_leaves_no_punctuation(made: Work) -> None:
    sound = {name: re.sub(r"[^\w ]", "", value) for name, value in _texts(made)}
    text = vancouver(
        Work(**{**_fields(made), **{name: " ".join(value.split()) for name, value in sound.items()}})
    )
    assert not STRAY.search(text), text


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_marks_at_the_ends_of_fields_do_not_pile_up(data: st.DataObject) -> None:
    ends = st.sampled_from(["", ".", ",", ";", ":", "?", "!", " .", ".,", " "])
    made = data.draw(works())
    texts = {
        name: "word" + data.draw(ends)
        for name, value in _texts(made)
        if value and name not in ("pages", "url")
    }
    text = vancouver(Work(**{**_fields(made), **texts, "authors": ("Stone AB",), "editors": ()}))
    assert not re.search(r"(?<!\.)\.\.(?!\.)|, ,|,,|: ;|[,;:]\.|[?!]\. | [.,;:](?!\w)", text), text


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted({row.get("kind", "journal-article") for row in TABLE})), st.lists(any_text | awkward, min_size=12, max_size=12))  # fmt: skip
def test_any_text_is_one_line(kind: str, texts: list[str]) -> None:
    names = ("title", "container", "publisher", "place", "edition", "volume", "issue", "pages", "accessed")
    made = Work(
        kind=kind,
        authors=(texts[9], texts[10]),
        editors=(texts[11],),
        **dict(zip(names, texts, strict=False)),
    )
    assert len(vancouver(made).splitlines()) <= 1
    assert all(part.text.strip() == part.text != "" for part in parts(made))


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 20_000), st.integers(0, 20_000), st.sampled_from(["", "S", "e"]), st.booleans())
def test_ranges_are_printed_in_full(first: int, more: int, prefix: str, again: bool) -> None:
    last, before = first + more, prefix if again else ""
    whole = f"{prefix}{first}–{before}{last}" if more else f"{prefix}{first}"
    shared = next((n for n, (a, b) in enumerate(zip(str(first), str(last), strict=False)) if a != b), 0)
    short = str(last)[shared:] if len(str(first)) == len(str(last)) else str(last)
    assert printed_pages(f"{prefix}{first}-{before}{last}") == whole
    assert printed_pages(f"{prefix}{first}-{before}{short}") == whole


@pytest.mark.skipif(not CROSSREF.exists(), reason=f"test material is absent: {CROSSREF}")
def test_crossref_works() -> None:
    assert len(crossref()) == 1306
    assert [vancouver(each) for each in crossref() if not vancouver(each)] == []
    assert [text for each in crossref() if (text := _stray(each))] == []
    assert [
        (each.pages, start, end)
        for each in crossref()
        for start, end in _ranges(each)
        if _shrinks(start, end)
    ] == []


@pytest.mark.skipif(not CROSSREF.exists(), reason=f"test material is absent: {CROSSREF}")
def test_crossref_ranges_are_many() -> None:
    """So that the test above cannot pass because nothing is a range."""
    assert sum(1 for each in crossref() for _ in _ranges(each)) > 650


def _stray(made: Work) -> str:
    """The printed reference, if it holds stray marks that none of the work's own texts hold."""
    text = vancouver(made)
    own = " ".join([value for _, value in _texts(made)] + [made.doi, *made.authors, *made.editors])
    return text if any(found.group() not in own for found in STRAY.finditer(text)) else ""


def _ranges(made: Work) -> Iterator[tuple[str, str]]:
    yield from re.findall(r"(\d+)–[A-Za-z]?(\d+)", printed_pages(made.pages))


def _shrinks(start: str, end: str) -> bool:
    return int(start[: max(0, len(start) - len(end))] + end) < int(start)


def _fields(made: Work) -> dict[str, Any]:
    return {name: getattr(made, name) for name in Work.__dataclass_fields__}


def _texts(made: Work) -> list[tuple[str, str]]:
    names = ("title", "container", "publisher", "place", "edition", "volume", "issue", "pages", "url")
    return [(name, getattr(made, name)) for name in names]


@pytest.mark.parametrize("name", ["Stone AB", "van der Berg JA", "World Health Organization"])
def test_printed_names_read_as_themselves(name: str) -> None:
    assert read_name(name) == name
