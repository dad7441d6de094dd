"""Text as searching sees it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.search.queries import parse
from articles.search.stemming import stem
from articles.search.words import fold, stems, tidy

# The English stemmer of Snowball says so.
STEMS = {
    "walking": "walk", "walks": "walk", "walked": "walk", "pains": "pain", "painful": "pain", "therapies": "therapi",
    "therapy": "therapi", "happily": "happili", "hopping": "hop", "hoping": "hope", "agreed": "agre", "dying": "die",
    "skies": "sky", "news": "news", "proceeding": "proceed", "generously": "generous", "communication": "communic",
    "arsenal": "arsenal", "relational": "relat", "conditional": "condit", "rational": "ration", "vitamins": "vitamin",
    "digitizer": "digit", "radically": "radic", "vileness": "vile", "sensibility": "sensibl", "triplicate": "triplic",
    "formative": "format", "electrical": "electr", "replacement": "replac", "adoption": "adopt", "controlling": "control",
    "rolling": "roll", "cease": "ceas", "tied": "tie", "cried": "cri", "gas": "gas", "gaps": "gap", "kiwis": "kiwi",
    "pus": "pus", "bleeding": "bleed", "exceedingly": "exceed", "apnoea": "apnoea", "youth": "youth", "toying": "toy",
    "say": "say", "by": "by", "is": "is", "fluencies": "fluenci", "possibly": "possibl", "pathology": "patholog",
    "carelessly": "careless", "usefulness": "use", "bed": "bed", "b12": "b12", "ménière": "ménière", "bowl": "bowl",
}  # fmt: skip


@pytest.mark.parametrize(("word", "cut"), STEMS.items())
def test_stems(word: str, cut: str) -> None:
    assert stem(word) == cut


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=80))
def test_folding_moves_nothing(text: str) -> None:
    text = tidy(text)
    folded = fold(text)
    assert len(folded) == len(text)
    assert fold(folded) == folded
    assert all(one.isalnum() for one in stems(text))
    assert [stem(word) for word in stems(text) if len(word) > 40] == []


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ('"low back" pain', [(True, ("low", "back")), (False, ("pain",))]),
        ('low "back pain', [(False, ("low",)), (False, ("back", "pain"))]),
        ("Crohn’s COVID-19 and/or B12", [(False, ("crohn", "covid", "19", "and", "or", "b12"))]),
        ('"" "!" “a”', [(True, ("a",))]),
        ("", []),
    ],
)
def test_what_is_typed(typed: str, parts: list[tuple[bool, tuple[str, ...]]]) -> None:
    assert list(parse(typed).parts) == parts
