"""Identifiers in every spelling that people paste: the table, real DOIs, running text, made-up and hostile text."""

from __future__ import annotations

import gzip
import json
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.sources import spellings
from articles.sources.identifiers import Identifier, identifiers_in, identify, why_not

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
SPELLINGS = tomllib.loads(Path(__file__).with_name("identifiers.toml").read_text(encoding="utf-8"))[
    "spelling"
]
EXAMPLES = settings(deadline=None, max_examples=200)


# --- The table --------------------------------------------------------------------------------------


@pytest.mark.parametrize("spelling", SPELLINGS, ids=lambda spelling: ascii(spelling["text"]))
def test_spelling(spelling: dict[str, Any]) -> None:
    expected = None if spelling.get("none") else Identifier(spelling["kind"], spelling["value"])
    assert identify(spelling["text"]) == expected


def test_table_is_large_enough() -> None:
    assert len(SPELLINGS) >= 180
    assert len({spelling["text"] for spelling in SPELLINGS}) == len(SPELLINGS)


# --- Real DOIs --------------------------------------------------------------------------------------


def crossref() -> Iterator[str]:
    with gzip.open(DATA / "crossref" / "works.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["DOI"]


def retractions() -> Iterator[str]:
    with gzip.open(DATA / "retractions" / "updates.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            for named in (record, *record["updates"]):
                if found := named["identifier"].get("doi"):
                    yield found


@pytest.mark.skipif(not DATA.exists(), reason=f"test material is absent: {DATA}")
@pytest.mark.parametrize(
    ("source", "least"), [(crossref, 1300), (retractions, 30_000)], ids=["crossref", "retractions"]
)
def test_every_real_doi_comes_back(source: Any, least: int) -> None:
    dois = list(source())
    assert len(dois) >= least
    wrong = [
        text
        for written in set(dois)
        for text in (f"https://doi.org/{quote(written)}", f"doi: {written}.", f"(doi:{written})")
        if identify(text) != Identifier("doi", written.lower())
    ]
    assert wrong == []


# --- Running text -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Smith J. Sleep. Lancet. 2020;12(3):1234-1243. doi: 10.1016/S0140-6736(20)30183-5. PMID: 31986264; PMCID: PMC7159299.",
            ["10.1016/s0140-6736(20)30183-5", "31986264", "PMC7159299"],
        ),
        ("J Sleep 2020;12:0140-6736 and 1932-6203", []),
        ("Published in 2019 and in 20201231, pages 31986264 to 31986270.", []),
        ("We searched PubMed 2020 and PubMed, 2010 to 2020.", []),
        ("doi:10.1000/abc1,10.1000/abc2;10.1000/abc3", ["10.1000/abc1", "10.1000/abc2", "10.1000/abc3"]),
        ("10.1038/s41586-020-2012-7PMID:32015507", ["10.1038/s41586-020-2012-7", "32015507"]),
        ("10.1000/abc1https://doi.org/10.1000/abc2", ["10.1000/abc1", "10.1000/abc2"]),
        ("https://doi.org/10.1000/abc1, https://doi.org/10.1000/ABC1", ["10.1000/abc1"]),
        ('<a href="https://doi.org/10.1000/abc1">10.1000/abc1</a>', ["10.1000/abc1"]),
        ("See [the paper](https://doi.org/10.1000/abc1) and NCT01234567.", ["10.1000/abc1", "NCT01234567"]),
        ("doi:10.1126/science. 1109070 is broken by a space", []),
        ("doi:10.1016/j.sleep.\n2020.01.001 is broken by a line", []),
        ("doi:10.1016/j.sleep.2020.\n01.001 is broken by a line", []),
        ("doi:10.1016/j.sleep.2020.\n2. Jones", ["10.1016/j.sleep.2020"]),
        ("It scored 10.1000/total.", []),
        ("doi:10.1000/ abc1 is whole", ["10.1000/abc1"]),
        ("ISBN 0-306-40615-2 2005, ISSN 0140-6736, arXiv:2101.00001v2.", ["9780306406157", "0140-6736", "2101.00001"]),
        ("Reprinted as 978-0-306-40615-7, not 978-0-306-40615-8.", ["9780306406157"]),
        ("10.1007/978-3-540-20844-0_1", ["10.1007/978-3-540-20844-0_1"]),
        ("Read https://www.who.int/a?utm_source=b, then https://b.example/c_(d).", ["https://www.who.int/a", "https://b.example/c_(d)"]),
        ("论文10.1000/abc1。另见", ["10.1000/abc1"]),
        ("PMID: 31986264PMCID: PMC7159299DOI: 10.1000/abc1", ["31986264", "PMC7159299", "10.1000/abc1"]),
    ],
)  # fmt: skip
def test_running_text(text: str, expected: list[str]) -> None:
    assert [identifier.value for identifier in identifiers_in(text)] == expected


# --- Made up ----------------------------------------------------------------------------------------

LABELS = {
    "doi": ("doi:", "DOI: ", "doi ", "https://doi.org/", "http://dx.doi.org/"),
    "pmid": ("PMID: ", "pmid:", "PMID", "PubMed ID: ", "https://pubmed.ncbi.nlm.nih.gov/"),
    "pmcid": ("PMCID: ", "pmcid:", "https://europepmc.org/articles/"),
    "nct": ("", "ClinicalTrials.gov: ", "https://clinicaltrials.gov/study/"),
    "arxiv": ("arXiv:", "arxiv: ", "https://arxiv.org/abs/"),
    "isbn": ("ISBN ", "isbn: ", "ISBN-13: "),
    "issn": ("ISSN ", "issn: ", "eISSN: "),
    "url": ("", "URL: "),
}


def isbn(number: int) -> str:
    digits = f"978{number:09}"
    return digits + spellings.isbn13_check(digits)


def issn(number: int) -> str:
    digits = f"{number:07}"
    return f"{digits[:4]}-{digits[4:]}{spellings.issn_check(digits)}"


VALUES = {
    "doi": st.from_regex(r"10\.[1-9][0-9]{3,6}/[a-z0-9]{1,6}[0-9]([-._(][a-z0-9]{1,6}\)?){0,3}[0-9]", fullmatch=True).filter(
        lambda doi: "pm" not in doi and doi.count("(") == doi.count(")") and ")(" not in doi
        and all(doi[: place + 1].count("(") >= doi[: place + 1].count(")") for place in range(len(doi)))
    ),
    "pmid": st.integers(1, 99_999_999).map(str),
    "pmcid": st.integers(1, 99_999_999).map("PMC{}".format),
    "nct": st.integers(0, 99_999_999).map("NCT{:08}".format),
    "arxiv": st.builds("{:02}{:02}.{:05}".format, st.integers(15, 26), st.integers(1, 12), st.integers(0, 99_999)),
    "isbn": st.integers(0, 999_999_999).map(isbn),
    "issn": st.integers(1, 9_999_999).map(issn),
    "url": st.from_regex(r"https?://[a-z]{1,9}\.example/[a-z0-9]{1,9}(/[a-z]{1,5}){0,2}", fullmatch=True),
}  # fmt: skip
IDENTIFIERS = st.sampled_from(sorted(VALUES)).flatmap(
    lambda kind: st.builds(Identifier, st.just(kind), VALUES[kind])
)


@EXAMPLES
@given(IDENTIFIERS, st.data())
def test_normal_form_with_its_label_is_itself(identifier: Identifier, data: st.DataObject) -> None:
    label = data.draw(st.sampled_from(LABELS[identifier.kind]))
    assert identify(label + identifier.value) == identifier


@EXAMPLES
@given(IDENTIFIERS, st.data())
def test_found_in_running_text(identifier: Identifier, data: st.DataObject) -> None:
    label = data.draw(st.sampled_from(LABELS[identifier.kind]))
    before, after = data.draw(
        st.sampled_from(
            [
                ("", ""),
                ("A title. ", ". More"),
                ("(", ")."),
                ("see [", "]; and"),
                ("“", "”, then"),
                ("x, ", ", y"),
            ]
        )
    )
    recase = data.draw(st.sampled_from([str, str.upper, str.lower]))
    written = label + identifier.value if identifier.kind == "url" else recase(label + identifier.value)
    assert identifiers_in(f"{before}{written}{after}") == [identifier]


PIECES = st.sampled_from(
    ["10.1000/", "doi:", "https://", "doi.org/", "PMID", "PMC", "NCT", "ISBN ", "ISSN ", "arXiv:", "978", "(", ")", "[", "]",
     "<", ">", "&lt;", "%2F", "%", "\u200b", "\u00ad", "–", "@", ":", "/", "?", "#", " ", "\n", "xn--", "12345678", "X", "é"]
)  # fmt: skip


@EXAMPLES
@given(st.one_of(st.text(), st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=20).map("".join)))
def test_no_text_is_too_odd(text: str) -> None:
    one, found, reason = identify(text), identifiers_in(text), why_not(text)
    assert one is None or not reason
    for identifier in {*found, *filter(None, [one])}:
        label = LABELS[identifier.kind][0]
        assert identify(label + identifier.value) == identifier


# --- Why not ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ISBN 978-0-306-40615-8", "check digit of ISBN 978-0-306-40615-8 is wrong: it ends in 8 and should end in 7"),
        ("ISBN 0-8044-2957-0", "should end in X"),
        ("ISBN 030640615", "has 9 digits"),
        ("ISBN 03064061X2", "something else than digits"),
        ("ISBN 1111111111", "filler"),
        ("ISBN 979-0-2600-0043-8", "does not begin with 978"),
        ("0306406152", "write “ISBN” before it"),
        ("ISSN 0140-6737", "should end in 6"),
        ("ISSN 140-6736", "four digits, a hyphen"),
        ("PMID: 123456789", "one to eight digits"),
        ("PMC123456789", "a PMCID is"),
        ("NCT0123456", "eight digits"),
        ("10.1000/", "is not whole"),
        ("doi: 11.1000/abc", "begins with “10.”"),
        ("10.1126/science. 1109070", "space in the DOI"),
        ("10.1000/abé1", "that no DOI does"),
        ("2101.00001", "write “arXiv:” before it"),
        ("arXiv:2113.00001", "an arXiv number is"),
        ("https://user:secret@example.org/", "a user's name"),
        ("ftp://example.org/a", "https:// or http://"),
        ("https://exa mple.org", "not complete"),
        ("www.who.int/a", "with https:// before it"),
        ("20201231", "a PMID or a date"),
        ("19326203", "a PMID or an ISSN"),
        ("2020", "PMID 2020"),
        ("10.1000/abc1 PMID: 12345678", "2 identifiers"),
        ("see 10.1000/abc1 for more", "more here than the identifier 10.1000/abc1"),
    ],
)  # fmt: skip
def test_why_not(text: str, words: str) -> None:
    assert identify(text) is None
    assert words in why_not(text)
    assert why_not(text).endswith(".")


@pytest.mark.parametrize("text", ["", "hello", "Sleep and pain", "10.1000/abc1", "PMID: 12345678"])
def test_nothing_to_explain(text: str) -> None:
    assert why_not(text) == ""


# --- Hostile text -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "piece",
    ["10.", "10.1111.", "10.1000/(", "doi: ", "https://", "https://x.example/10.1000/", "<1:", "&amp;", "978-", "9 ", "ISBN ",
     "PMID ", "arxiv ", ";", "(", " ", "\n", "\u200b", "/full", "%25"],
)  # fmt: skip
def test_hostile_text_takes_no_longer_than_its_length(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    for hostile in (text, f"https://x.example/10.1000/a{text}"):
        began = time.process_time()
        identifiers_in(hostile)
        identify(hostile)
        assert time.process_time() - began < 5
