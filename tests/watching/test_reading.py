"""What the rows of retraction files say, and that no row, however broken, goes by unseen."""

from __future__ import annotations

import tempfile
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.sources.identifiers import doi_of, pmid_of
from articles.sources.natures import NATURES, folded, mark_in, nature_of
from reviews.retractions import loading
from reviews.retractions.files import LONGEST_LINE, Lines, NotRetractionRecords
from reviews.retractions.reading import examine, rows
from tests.watching.files import COLUMNS, as_csv, file, update, watched


def one(path: Path) -> Any:
    (row,) = rows(path)
    (found,) = row.found
    return found


# --- What a row says --------------------------------------------------------------------------------


def test_a_row_of_the_csv(tmp_path: Path) -> None:
    found = one(file(tmp_path, as_csv(watched(7, OriginalPaperPubMedID="00123456"))))
    assert (found.doi, found.pmid) == ("10.1000/work.7", "123456")
    assert (found.nature, found.given) == ("retracted", "Retraction")
    assert (found.notice_doi, found.noted_on) == ("10.1000/notice.7", "2024-03-09")
    assert found.reasons == "Concerns/Issues about Data; Unreliable Results"


def test_a_line_of_updates(tmp_path: Path) -> None:
    found = one(file(tmp_path, update(7), "updates.jsonl.gz"))
    assert (found.doi, found.nature, found.notice_doi) == ("10.1000/work.7", "retracted", "10.1000/notice.7")
    assert found.noted_on == "2024-03-09", "the day of the notice, not of the report about it"


@pytest.mark.parametrize(
    ("given", "title", "nature"),
    [
        ("Retraction", "", "retracted"),
        ("RetractionIn", "", "retracted"),
        ("expression_of_concern", "", "expression_of_concern"),
        ("Expression-of-Concern", "", "expression_of_concern"),
        ("err", "", "correction"),
        ("Publisher’s note", "", "correction"),
        ("withdrawal", "", "withdrawn"),
        ("removal", "", "withdrawn"),
        ("partial_retraction", "", "expression_of_concern"),
        ("Reinstatement", "", "reinstated"),
        ("comment", "", "none"),
        ("", "", "unknown"),
        ("retraktion", "", "unknown"),
        ("err", "Retraction notice to ‘Reduced syntaxin-5’", "retracted"),
        ("correction", "RETRACTED: Walking and pain", "retracted"),
        ("correction", "Walking and pain – RETRACTION", "retracted"),
        ("correction", "[Retracted] Walking and pain", "retracted"),
        ("correction", "Correction: Retraction: Walking", "retracted"),
        ("erratum", "Erratum to “WITHDRAWN: Walking”", "withdrawn"),
        ("correction", "Expression of Concern to: Walking", "expression_of_concern"),
        ("retraction", "Correction to: Walking", "retracted"),
        ("retraction", "Expression of concern: Walking", "retracted"),
        ("retraktion", "RETRACTED: Walking", "retracted"),
        ("Reinstatement", "RETRACTED: Walking", "unknown"),
        ("correction", "Discrepancies in retracted reports of trials", "correction"),
        ("correction", "Retraction of the lateral rectus in Duane syndrome", "correction"),
        ("erratum", "Erratum to: The goldfish conditioned withdrawal preparation", "correction"),
    ],
)
def test_natures(given: str, title: str, nature: str) -> None:
    assert nature_of(given, title) == nature


def test_the_table_of_spellings() -> None:
    assert len(NATURES) >= 40
    assert [spelling for spelling in NATURES if folded(spelling) != spelling] == []
    assert mark_in("") == ""


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.1000/ABC", "10.1000/abc"),
        ("https://doi.org/10.1000/abc", "10.1000/abc"),
        ("doi: 10.1000/abc", "10.1000/abc"),
        ("DOI:https://dx.doi.org/10.1000/abc.", "10.1000/abc"),
        ("10.1000/a%28b%29", "10.1000/a(b)"),
        ("10.1000/a(b", "10.1000/a(b"),
        ("10.1000/é|B", "10.1000/é|b"),
        ("10.1002/1521-4095(200010)12:20<1539::AID-ADMA1539>3.0.CO;2-S", "10.1002/1521-4095(200010)12:20<1539::aid-adma1539>3.0.co;2-s"),
        ("unavailable", ""),
        ("10.1000/a 10.1000/b", ""),
        ("10.1000/" + "x" * 300, ""),
        ("", ""),
    ],
)  # fmt: skip
def test_dois(text: str, doi: str) -> None:
    assert doi_of(text) == doi


def test_pmids() -> None:
    assert [pmid_of(text) for text in ("0", "", "00042", "PMID: 42", "42.0", "4 2", "-42")] == [
        "", "", "42", "42", "42", "", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "day"),
    [("3/9/2024 0:00", "2024-03-09"), ("31/5/2024", "2024-05-31"), ("2024-05-31T00:00:00Z", "2024-05-31"),
     ("12/25/2021 12:00:00 AM", "2021-12-25"), ("2/30/2024", ""), ("soon", ""), ("1/1/2999", ""), ("", "")],
)  # fmt: skip
def test_days(tmp_path: Path, written: str, day: str) -> None:
    assert one(file(tmp_path, as_csv(watched(RetractionDate=written)))).noted_on == day


@pytest.mark.parametrize(
    ("stamp", "day"),
    [(1_153_267_200_000, "2006-07-19"), (1_153_267_200, "2006-07-19"), (-3_126_211_200_000, "1870-12-08"),
     ("2006-07-19", "2006-07-19"), (10**30, "2024-06-01"), (True, "2024-06-01"), (None, "2024-06-01")],
)  # fmt: skip
def test_stamps(tmp_path: Path, stamp: object, day: str) -> None:
    """Without a day of its own the notice has that of the report."""
    assert one(file(tmp_path, update(timestamp=stamp), "u.jsonl")).noted_on == day


def test_a_notice_that_updates_itself(tmp_path: Path) -> None:
    """The DOI cannot tell one such notice from the next, so the day does; the type says what it is."""
    same = [
        watched(1, RetractionDOI="10.1000/work.1", RetractionDate=day, RetractionNature=nature)
        for day, nature in [
            ("1/1/2020", "Retraction"),
            ("1/1/2021", "Reinstatement"),
            ("1/1/2022", "Retraction"),
        ]
    ]
    found = [row.found[0] for row in rows(file(tmp_path, as_csv(*same)))]
    assert len({loading.key_of(f) for f in found}) == 3
    marked = watched(1, RetractionDOI="10.1000/work.1", RetractionNature="?", Title="RETRACTED: Walking")
    unclear = watched(1, RetractionDOI="10.1000/work.1", RetractionNature="?", Title="Walking")
    natures = [row.found[0].nature for row in rows(file(tmp_path, as_csv(marked, unclear)))]
    assert natures == ["retracted", "unknown"]


def test_the_flag_of_an_entry_is_believed_when_it_says_worse(tmp_path: Path) -> None:
    assert one(file(tmp_path, update(kind="correction", retracted=True), "u.jsonl")).nature == "retracted"
    assert one(file(tmp_path, update(kind="withdrawal", retracted=False), "u.jsonl")).nature == "withdrawn"
    assert one(file(tmp_path, update(kind="retraction", retracted=False), "u.jsonl")).nature == "retracted"
    two = [{"type": "correction"}, {"type": "retraction"}]
    (row,) = rows(file(tmp_path, update(updates=two), "u.jsonl"))
    assert [found.nature for found in row.found] == ["correction", "retracted"]


# --- Rows that are half broken ----------------------------------------------------------------------


def test_half_broken_rows_are_told_with_their_lines(tmp_path: Path) -> None:
    text = as_csv(
        watched(1),
        watched(2, OriginalPaperDOI="unavailable"),
        watched(3)[:9],
        watched(4, OriginalPaperDOI="not a DOI"),
        watched(5, RetractionNature=""),
        watched(6, Title="Two\nlines"),
        watched(7),
    )
    told = [(row.line, row.problem, len(row.found)) for row in rows(file(tmp_path, text))]
    assert told == [
        (2, "", 1),
        (3, "It names no DOI and no PMID of a work.", 0),
        (4, "It has 9 fields where there are 20.", 0),
        (5, "Its DOI is not one, and there is no PMID.", 0),
        (6, "It does not say what the notice is.", 0),
        (7, "", 1),
        (9, "", 1),
    ]


def test_an_open_quotation_mark_takes_no_row_with_it(tmp_path: Path) -> None:
    lines = as_csv(*(watched(n) for n in range(1, 6))).splitlines(keepends=True)
    lines[2] = '2,"never closed\r\n'
    found = [f.doi for row in rows(file(tmp_path, "".join(lines))) for f in row.found]
    assert found == ["10.1000/work.1", "10.1000/work.3", "10.1000/work.4", "10.1000/work.5"]


def test_broken_lines_of_json(tmp_path: Path) -> None:
    bad = [
        "{\n",
        "[1]\n",
        "null\n",
        '{"identifier": 3, "updates": [1]}\n',
        "\n",
        '{"updates": []}\n',
        "[" * 9999 + "\n",
    ]
    bad += [
        update(updates=["x"]),
        update(updates=[{"type": 3}]),
        update(identifier={"doi": None}),
        "9" * 9999 + "\n",
    ]
    path = file(tmp_path, update(1) + "".join(bad) + update(2), "u.jsonl")
    read = list(rows(path))
    assert [f.doi for row in read for f in row.found] == ["10.1000/work.1", "10.1000/work.2"]
    assert len(read) == 2 + len(bad) - 1  # a blank line is no row
    assert all(row.problem or row.found for row in read)


def test_a_line_without_an_end_is_not_held_in_memory(tmp_path: Path) -> None:
    path = file(tmp_path, update(1) + "{" * 3_000_000 + "\n" + update(2), "u.jsonl.gz")
    assert [(row.line, f.doi) for row in rows(path) for f in row.found] == [
        (1, "10.1000/work.1"),
        (3, "10.1000/work.2"),
    ]
    assert max(len(line) for line in Lines(StringIO("x" * 3_000_000))) == LONGEST_LINE


def test_other_encodings_and_characters_that_no_database_keeps(tmp_path: Path) -> None:
    text = as_csv(watched(1, Title="Müller’s trial"), watched(2, Title="nul\x00and\x1bescape"))
    windows = file(tmp_path, text.encode("cp1252"))
    assert [row.found[0].title for row in rows(windows)] == ["Müller’s trial", "nul and escape"]
    marked = file(tmp_path, text.encode("utf-8-sig"))
    assert next(iter(rows(marked))).found[0].title == "Müller’s trial"
    lone = file(tmp_path, update(title="\ud800 half"), "u.jsonl")
    assert one(lone).title == "half"


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_whatever_follows_a_good_row(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for good, name in ((as_csv(watched(1)), "x.csv"), (update(1), "x.jsonl")):
            read = list(rows(file(Path(folder), good.encode() + raw, name)))
            assert read[0].found and all(row.found or row.problem for row in read)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text(max_size=20), min_size=len(COLUMNS), max_size=len(COLUMNS)), max_size=5))
def test_whatever_stands_in_the_fields(cells: list[list[str]]) -> None:
    text = as_csv(watched(1), *cells).encode("utf-8", "surrogatepass")
    with tempfile.TemporaryDirectory() as folder:
        read = list(rows(file(Path(folder), text)))
    assert read[0].found and all(row.found or row.problem for row in read)
    for found in (f for row in read for f in row.found):
        assert (found.doi or found.pmid) and found.title.isprintable() and len(found.title) <= 500


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=100, deadline=None)
@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(("identifier", "updates", "title", "timestamp", "retracted"), json_values)),
    json_values,
)  # fmt: skip
def test_whatever_stands_in_a_line(fields: dict[str, Any], kind: object) -> None:
    lines = update(1) + update(2, **fields) + update(3, updates=[{"type": kind, "identifier": kind}])
    with tempfile.TemporaryDirectory() as folder:
        read = list(rows(file(Path(folder), lines, "u.jsonl")))
    assert len(read) == 3 and all(row.found or row.problem for row in read)


def test_cut_off_at_every_byte(tmp_path: Path) -> None:
    """No cut makes a record that the whole file does not have, nor a complete set of what has lost a row."""
    whole = as_csv(watched(1, Title="One, “two”\nthree"), watched(2, Notes="with notes")).encode()
    full = {loading.key_of(f) for row in rows(file(tmp_path, whole)) for f in row.found}
    seen = set()
    for cut in range(len(whole)):
        path = file(tmp_path, whole[:cut])
        try:
            examine(path)
        except NotRetractionRecords:
            seen.add("refused")
            continue
        read = list(rows(path))
        keys = {loading.key_of(f) for row in read for f in row.found}
        assert keys <= full
        assert read[-1].cut_off or read[-1].found
        seen.add("cut" if read[-1].cut_off else "whole")
    assert seen == {"refused", "cut", "whole"}
