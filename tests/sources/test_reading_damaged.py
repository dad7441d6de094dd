"""Half-broken, truncated and random files: whole records come through, and every record is accounted for."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.sources.exporting import to_bibtex, to_csl, to_ris
from articles.sources.reading import Reading, Unreadable, read
from articles.sources.works import Work

FILES = Path(__file__).parent / "files"
THREE = [
    Work(title=title, authors=("Stone AB",), container="BMJ", year=2020, pages="1-10")
    for title in ("Eins", "Zwei", "Drei")
]
NBIB = "\n".join(
    f"PMID- {n}\nTI  - {work.title}.\nAU  - Stone AB\nTA  - BMJ\nDP  - 2020\nPG  - 1-10\nSO  - BMJ. 2020.\n"
    for n, work in enumerate(THREE, 1)
)
WHOLE = {"ris": to_ris(THREE), "bibtex": to_bibtex(THREE), "csl-json": to_csl(THREE), "nbib": NBIB}
BEGINS = {"ris": "TY  -", "bibtex": "@article{", "csl-json": '"id"', "nbib": "PMID-"}


def records(reading: Reading) -> int:
    return len(reading.works) + sum(problem.left_out for problem in reading.problems)


@pytest.mark.parametrize("form", WHOLE)
def test_cut_anywhere(form: str) -> None:
    """At every place: the records before the cut are whole, and the cut one is told."""
    text = WHOLE[form]
    whole = read(text).works
    starts = [place for place in range(len(text)) if text.startswith(BEGINS[form], place)]
    ends = [
        *(text.rstrip().rfind(_last(form), 0, start) for start in starts[1:]),
        text.rstrip().rfind(_last(form)),
    ]
    for cut in range(starts[0] + len(BEGINS[form]) + 1, len(text)):
        reading = read(text[:cut], name=f"cut.{form}")
        begun = sum(start + len(BEGINS[form]) < cut for start in starts)
        finished = sum(end + len(_last(form)) <= cut for end in ends)
        assert reading.works[:finished] == whole[:finished], text[:cut]
        assert finished <= records(reading) <= max(begun + 1, finished), text[:cut]
        if finished < begun:
            assert records(reading) == begun, text[:cut]
            assert any("The file ends in the middle" in problem.sentence for problem in reading.problems), (
                text[:cut]
            )


def _last(form: str) -> str:
    """What stands at the end of every whole record."""
    return {"ris": "ER  -", "bibtex": "\n}", "csl-json": "\n  }", "nbib": "SO  - BMJ. 2020."}[form]


@pytest.mark.parametrize("form", WHOLE)
def test_cut_in_the_middle_of_a_record(form: str) -> None:
    """What stood before the cut is kept: the title and the journal of the last record, for one."""
    text = WHOLE[form]
    last = text.rindex("Drei") if form != "csl-json" else text.rindex('"container-title"')
    reading = read(text[: text.index("\n", last) + 1])
    assert [work.title for work in reading.works] == ["Eins", "Zwei", "Drei"]
    assert len(reading.problems) == 1
    assert not reading.problems[0].left_out


BROKEN = {
    "RIS without ER": (
        "TY  - JOUR\nTI  - A\nTY  - JOUR\nTI  - B\nER  - \n",
        ["A", "B"], [(1, "The record does not end with ER.", False)],
    ),
    "RIS without TY": (
        "TY  - JOUR\nTI  - A\nER  - \n\nTI  - B\nAU  - Stone, A.\nER  - \n",
        ["A", "B"], [(5, "The record does not begin with TY, so its kind is not known.", False)],
    ),
    "RIS with lines between records": (
        "TY  - JOUR\nTI  - A\nER  - \nlost words\nTY  - JOUR\nTI  - B\nER  - \nER  - \n",
        ["A", "B"],
        [(4, "This line belongs to no record and was not read.", False), (8, "An ER line ends no record here.", False)],
    ),
    "RIS among references of other kinds": (
        "10.1000/first\nPMID: 12x\nTY  - JOUR\nTI  - A\nER  - \nStone AB. Walking. BMJ. 2021;4(2):101-10.\nTY  - JOUR\nTI  - B\nER  - \n",
        ["", "A", "Walking", "B"], [(2, "PMID 12x is none: a PMID is one to eight digits.", False)],
    ),
    "PubMed after identifiers": (
        "10.1000/first\nwords\nPMID- 1234567\nTI  - A\nSO  - X. 2020.\n",
        ["", "A"], [(2, "This line belongs to no record and was not read.", False)],
    ),
    "BibTeX among identifiers": (
        "10.1000/first\n% see 10.1000/other\nMade by hand.\n@article{a, title = {A}}\nNCT01234567\n", ["", "A", ""], [],
    ),
    "RIS without anything": (
        "TY  - JOUR\nAU  - Stone, A.\nER  - \nTY  - JOUR\nDO  - 10.1000/x\nER  - \n",
        [""], [(1, "The record has neither a title nor an identifier.", True)],
    ),
    "BibTeX without a brace": (
        "@article{a,\n title = {A {B},\n year = 2020\n}\n\n@article{b, title = {C}}\n",
        ["A B", "C"], [(1, "The entry is no valid BibTeX; only a part of it could be read.", False)],
    ),
    "BibTeX without a comma": (
        "@article{a,\n title = {A}\n year = {2020}\n}\n@article{b, title = {C}}\n",
        ["A", "C"], [(1, "The entry is no valid BibTeX; only a part of it could be read.", False)],
    ),
    "BibTeX with a brace too many": (
        "@article{a,\n title = {A}},\n year = {2020}\n}\n@article{b, title = {C}}\n",
        ["A", "C"], [(5, "These fields stand outside any entry and were not read.", False)],
    ),
    "BibTeX with a field twice": (
        "@article{a, title = {A}, title = {B}}", ["A"], [],
    ),
    "BibTeX without any field": (
        "@article{a}\n@article{b, title = {C}}\n",
        ["C"], [(1, "The record has neither a title nor an identifier.", True)],
    ),
    "nbib without PMID": (
        "PMID- 1\nTI  - A.\nSO  - x.\n\nTI  - B.\nSO  - y.\n", ["A", "B"], [],
    ),
    "JSON with a comma too many": (
        '[\n{"type": "book", "title": "A",},\n{"type": "book", "title": "B"}\n]',
        ["A", "B"], [(2, "The record is no valid JSON; only a part of it could be read.", False)],
    ),
    "JSON with things that are no records": (
        '[{"title": "A"},\n3,\n"x",\n{"author": []}]',
        ["A"],
        [
            (2, "A reference is an object in braces; this is none.", True),
            (3, "A reference is an object in braces; this is none.", True),
            (4, "The record has neither a title nor an identifier.", True),
        ],
    ),
    "JSON with something behind": (
        '[{"title": "A"}]\nand so on', ["A"], [(1, "What follows the end of the list was not read.", False)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "titles", "problems"), BROKEN.values(), ids=BROKEN)
def test_half_broken(text: str, titles: list[str], problems: list[tuple[int, str, bool]]) -> None:
    reading = read(text)
    assert [work.title for work in reading.works] == titles
    assert [(each.line, each.sentence, each.left_out) for each in reading.problems] == problems


def test_a_problem_quotes_the_beginning() -> None:
    [problem] = read("TY  - JOUR\nAU  - " + "x" * 200 + "\nER  - \n").problems
    assert problem.text == ("TY - JOUR AU - " + "x" * 200)[:79] + "…"


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=200)))
def test_random_files(data: bytes | str) -> None:
    try:
        reading = read(data)
    except Unreadable as refused:
        assert str(refused).endswith(".")
    else:
        assert reading.works or reading.problems


SCRAPS = st.lists(
    st.sampled_from(
        ["TY  - JOUR\n", "ER  - \n", "TI  - A\n", "AU  - \n", "UR  - http://[\n", "@article{a,", "@string{x = ", "@", "title = ",
         "{", "}", '"', "#", ",", "\\", "\\'", "{\\\"", "$", "\n", "\n\n", "PMID- 1\n", "SO  - x\n", "      more\n", "[", "]", "{",
         '"title"', ":", '"A"', '{"title": "A", "type": "book"}', '"author": [{"family": 1}]', "\x00", "é", "\ufeff", "null", " and "]
    ),
    max_size=30,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["TY  - JOUR\n", "@article{a,", "PMID- 1\n", "[", "{"]), SCRAPS)
def test_scraps_of_files(start: str, scraps: list[str]) -> None:
    try:
        read(start + "".join(scraps))
    except Unreadable:
        return


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([*WHOLE, "manager.ris", "latex.bib", "pubmed.nbib"]),
    st.lists(st.tuples(st.integers(min_value=0), st.integers(0, 255)), max_size=6),
)
def test_flipped_bytes(name: str, flips: list[tuple[int, int]]) -> None:
    data = bytearray(WHOLE[name].encode() if name in WHOLE else (FILES / name).read_bytes())
    for place, byte in flips:
        data[place % len(data)] = byte
    try:
        reading = read(bytes(data), name=name)
    except Unreadable:
        return
    assert records(reading) or reading.problems


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(WHOLE)), st.lists(st.booleans(), min_size=1, max_size=12))
def test_every_record_is_a_work_or_a_problem(form: str, good: list[bool]) -> None:
    nothing = {
        "ris": "TY  - JOUR\nAU  - Nobody, N.\nER  - \n", "bibtex": "@misc{x, author = {Nobody, N.}}\n",
        "nbib": "PMID- \nAU  - Nobody N\nSO  - x.\n\n", "csl-json": '{"type": "book", "author": []}',
    }[form]  # fmt: skip
    sound = {
        "ris": to_ris(THREE[:1]), "bibtex": to_bibtex(THREE[:1]), "nbib": NBIB.split("\n\n")[0] + "\n\n",
        "csl-json": json.dumps(json.loads(to_csl(THREE[:1]))[0]),
    }[form]  # fmt: skip
    parts = [sound if each else nothing for each in good]
    reading = read(f"[{','.join(parts)}]" if form == "csl-json" else "".join(parts))
    assert len(reading.works) == sum(good)
    assert sum(problem.left_out for problem in reading.problems) == len(good) - sum(good)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000, '{"a":' * 20_000, "[" + '{"type": "x", "title": [' * 40_000, '{"title": "' + "\\" * 100_001,
        "[" + "{ " * 50_000, '[{"type":"book","title":' + "[1," * 30_000, "@a{" * 30_000, "@article{a, title = {" + "{" * 100_000,
        "@article{a, title = {" + "\\'{" * 30_000 + "}}", "@a{b, x = " + '"" # ' * 20_000, "@article{a, author = {" + "A and " * 20_000 + "}}",
        "TY  - JOUR\n" + "AU  - x\n" * 20_000, "TY  - JOUR\nTI  - " + "<i>" * 30_000, "TY  - JOUR\nTI  - " + "&amp;" * 20_000,
        "TY  - JOUR\nAU  - " + "A." * 50_000, "TY  - JOUR\nAU  - " + "A, " * 30_000, "PMID- 1\n" + "TI  - x\n\n" * 20_000,
        "TY  - JOUR\nTI  - " + "<i>abc" * 15_000, "TY  - JOUR\nSP  - " + "1 " * 50_000, "TY  - JOUR\nTI  - " + "$" * 50_001, " " * 100_000 + "@",
        "TY  - JOUR\nTI  - " + "<math " * 20_000, "TY  - JOUR\nSP  - " + " " * 50_000 + "1", "@a{b, c = {" + "\n and" * 20_000,
    ],
    ids=range(24),
)  # fmt: skip
def test_hostile_files_take_no_long_time(text: str) -> None:
    began = time.monotonic()
    with suppress(Unreadable):
        read(text)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("tail", ["E", "ER", "ER ", "PY", "PY  "])
def test_half_a_tag_at_the_end_joins_no_field(tail: str) -> None:
    assert [work.title for work in read("TY  - JOUR\nTI  - Eins\n" + tail).works] == ["Eins"]
