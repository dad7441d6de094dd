"""Names in every usual way of writing them, and the one way they are printed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.sources.names import person, read_name, split_name, split_names


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("van der Berg, J. A.", "van der Berg JA"),
        ("van der Berg, J.A.", "van der Berg JA"),
        ("van der Berg, Jan Arend", "van der Berg JA"),
        ("Berg, Jan van der", "van der Berg J"),
        ("J. A. van der Berg", "van der Berg JA"),
        ("J.A. Stone", "Stone JA"),
        ("Stone AB", "Stone AB"),
        ("Stone, AB", "Stone AB"),
        ("Allen, S. J., Jr.", "Allen SJ Jr"),
        ("Allen, Jr, Stephen", "Allen S Jr"),
        ("King, Martin L., III", "King ML 3rd"),
        ("Langabeer II, James", "Langabeer J 2nd"),
        ("Liu, Wei Victor V.", "Liu WVV"),
        ("Bonnet-Garnier, Jean-Pierre", "Bonnet-Garnier JP"),
        ("Chen, Jun‐xin", "Chen JX"),
        ("O’Toole, Peter", "O’Toole P"),
        ("STONE, ANNA", "STONE A"),
        ("Force, Thomas", "Force T"),
        ("Leung, On Kei", "Leung OK"),
        ("Паршин, Д. А.", "Паршин ДА"),
        ("王, 小明", "王 小明"),
        ("{World Health Organization}", "World Health Organization"),
        ("World Health Organization", "World Health Organization"),
        ("World Health Organization,", "World Health Organization"),
        ("University of Nowhere,, Medical School", "University of Nowhere, Medical School"),
        (
            "School of Medicine, University of Nowhere, Nowhere",
            "School of Medicine, University of Nowhere, Nowhere",
        ),
        ("RECOVERY Collaborative Group", "RECOVERY Collaborative Group"),
        ("Friends of Gargling, Nowhere", "Friends of Gargling, Nowhere"),
        ("The Lancet", "The Lancet"),
        ("Hausmann", "Hausmann"),
        ("H.J.H.", "H.J.H."),
        ("", ""),
    ],
)
def test_read_name(written: str, printed: str) -> None:
    assert read_name(written) == printed


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("Carol Reed", "Reed C"),
        ("Vincent van Gogh", "van Gogh V"),
        ("World Health Organization", "World Health Organization"),
        ("Govindjee", "Govindjee"),
    ],
)
def test_given_names_first(written: str, printed: str) -> None:
    assert read_name(written, natural=True) == printed


@pytest.mark.parametrize(
    ("family", "given", "suffix", "particle", "printed"),
    [
        ("Berg", "Jan", "", "van der", "van der Berg J"),
        ("Silva", "Edilene Oliveira da", "", "", "da Silva EO"),
        ("Butarelli", "Ana Carolina de Araújo", "", "", "Butarelli ACA"),
        ("Giddings Jr", "James", "", "", "Giddings J Jr"),
        ("Fox", "James W.", "IV", "", "Fox JW 4th"),
        ("Ehrlichman", "M.\u2009P.", "", "", "Ehrlichman MP"),
        ("Chun-Li Chang", "", "", "", "Chun-Li Chang"),
        ("", "Govindjee", "", "", "Govindjee"),
        ("", "", "", "", ""),
    ],
)
def test_person(family: str, given: str, suffix: str, particle: str, printed: str) -> None:
    assert person(family, given, suffix=suffix, particle=particle) == printed


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("van der Berg JA", ("van der Berg", "JA", "")),
        ("Allen SJ Jr", ("Allen", "SJ", "Jr")),
        ("World Health Organization", None),
        ("Study Group UK", None),
        ("Hausmann", None),
        ("王 小明", None),
    ],
)
def test_split_name(name: str, parts: tuple[str, str, str] | None) -> None:
    assert split_name(name) == parts


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        ("Stone AB", ["Stone AB"]),
        ("Stone AB, Reed C", ["Stone AB", "Reed C"]),
        ("Stone AB; Reed C;", ["Stone AB", "Reed C"]),
        ("Stone, Anna B.; Reed, C.", ["Stone AB", "Reed C"]),
        ("Stone AB, Reed C; Fox D", ["Stone AB", "Reed C", "Fox D"]),
        ("A, B", ["A", "B"]),
    ],
)
def test_split_names(text: str, names: list[str]) -> None:
    assert split_names(text) == names


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.booleans())
def test_any_text_is_a_name(text: str, natural: bool) -> None:
    name = read_name(text, natural=natural)
    assert name == " ".join(name.split())
    split_names(text)
    split_name(text)
