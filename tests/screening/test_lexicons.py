"""The word lists themselves: in grammar, quick to search, and nothing in them that nobody asks for."""

from __future__ import annotations

import ast
import re
from importlib.resources import files
from pathlib import Path

import pytest

from reviews.screening import phrases
from reviews.screening.phrases import lexicon, parts, pattern, read_phrase

FOLDER = Path(str(files("reviews.screening")))
NAMES = sorted(path.stem for path in (FOLDER / "lexicons").glob("*.toml"))
WIDEST = 140


def literals() -> set[str]:
    """Every string that stands in the code of the screening."""
    found: set[str] = set()
    for path in FOLDER.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found |= {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_phrase_is_found_by_words_that_it_needs(name: str) -> None:
    """A phrase without a word of its own would be tried on every sentence."""
    named = {**lexicon(name), **parts(name)}
    keyless = [
        phrase
        for listed in lexicon(name).values()
        for phrase in listed
        if read_phrase(phrase, named)[1][0] is None
    ]
    assert keyless == []


@pytest.mark.parametrize("name", NAMES)
def test_every_group_is_used(name: str) -> None:
    every = {**lexicon(name), **parts(name)}
    named = set(re.findall(r"\{(\w+)\}", " ".join(phrase for listed in every.values() for phrase in listed)))
    assert sorted(set(parts(name)) - named) == []
    if name != "subjects":  # of which all are asked for together
        assert sorted(set(lexicon(name)) - literals()) == []


@pytest.mark.parametrize("name", NAMES)
def test_no_phrase_stands_twice_in_its_group(name: str) -> None:
    for group, listed in (*lexicon(name).items(), *parts(name).items()):
        assert len(set(listed)) == len(listed), group


@pytest.mark.parametrize("name", NAMES)
def test_lines_can_be_read_without_scrolling(name: str) -> None:
    lines = (FOLDER / "lexicons" / f"{name}.toml").read_text(encoding="utf-8").splitlines()
    assert [line[:60] for line in lines if len(line) > WIDEST] == []


@pytest.mark.parametrize("phrase", ["(one|two", "[one", "one)", "{nobody", "one|two"])
def test_a_phrase_out_of_grammar_is_refused(phrase: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        read_phrase(phrase, {})


def test_a_group_that_is_not_there_is_refused() -> None:
    with pytest.raises(KeyError):
        pattern("claims", "no such group").search("anything")


def test_a_part_of_a_sentence_is_searched_like_the_whole() -> None:
    words = phrases.normalise("Nothing here. It reduces anxiety at once.")
    assert pattern("claims", "lessen").search(words[14:])
    assert not pattern("claims", "lessen").search(words[:13])
