"""Better an orphan than a wrong anchor: what a passage becomes in the next edition's text."""

from __future__ import annotations

import random

import pytest

from articles.documents import Document, document
from reviews.anchors import CONTEXT, Match, NotInText, anchor_at, anchor_quote, carry, sentences_around
from reviews.screening import sentences

FIRST = "Walking eases low back pain in many adults [1]."
SECOND = "Take 10 mg of melatonin before bed [2]."
THIRD = "It is safe for most people."


def text(*paragraphs: str) -> Document:
    return document(title="Walking", body="".join(f"<p>{p}</p>" for p in paragraphs))


OLD = text(FIRST, SECOND, THIRD)


@pytest.mark.parametrize(
    ("new", "match"),
    [
        (text(FIRST, SECOND, THIRD), Match.SAME),
        (text("A new beginning.", FIRST, "And a middle.", SECOND, THIRD), Match.SAME),
        (text(f"{THIRD} {SECOND} {FIRST}"), Match.SAME),
        (document(title="Running", summary="All new.", body=f"<ul><li>{SECOND}</li></ul>"), Match.SAME),
        (text(FIRST, SECOND.replace("10 mg", "100 mg")), Match.CHANGED),
        (text(FIRST, SECOND.replace("10 mg", "10 g")), Match.CHANGED),
        (text(FIRST, SECOND.replace("Take", "Do not take")), Match.CHANGED),
        (text(FIRST, SECOND.replace("[2]", "[1]")), Match.CHANGED),
        (text(FIRST, SECOND.replace("bed", "bed, unless you are pregnant")), Match.GONE),
        (text(FIRST, THIRD), Match.GONE),
        (text("Something else entirely."), Match.GONE),
        (document(title="Walking", body=""), Match.GONE),
    ],
)
def test_a_sentence(new: Document, match: Match) -> None:
    anchor = anchor_quote(OLD, SECOND)
    found, place = carry(anchor, OLD, new)
    assert found is match
    if match is Match.SAME:
        assert new.text[place["start"] : place["end"]] == place["exact"] == SECOND
    elif match is Match.CHANGED:
        assert new.text[place["start"] : place["end"]] == place["exact"] != SECOND
        assert "melatonin" in place["exact"]
    else:
        assert place == anchor


@pytest.mark.parametrize("quote", ["safe", "most people", THIRD])
@pytest.mark.parametrize(
    "new", ["It is not safe for most people.", "It is safe for most people?", "Is it safe for most people."]
)
def test_a_part_of_a_sentence_stands_only_when_all_of_it_does(quote: str, new: str) -> None:
    anchor = anchor_quote(OLD, quote)
    assert carry(anchor, OLD, text(FIRST, new))[0] is not Match.SAME
    assert carry(anchor, OLD, text(FIRST, THIRD))[0] is Match.SAME


def test_a_short_sentence_that_is_denied_is_never_the_same() -> None:
    old = text("It works.")
    assert carry(anchor_quote(old, "works"), old, text("It never works."))[0] is not Match.SAME


def test_a_sentence_that_stands_twice_is_told_apart_by_what_is_around_it() -> None:
    old = text("Before. Pain fell by a third [1]. After.")
    anchor = anchor_quote(old, "Pain fell by a third [1].")
    new = text("Before. Pain fell by a third [1]. After.", "Nobody knows. Pain fell by a third [1]. Truly.")
    match, place = carry(anchor, old, new)
    assert match is Match.SAME
    assert new.text[: place["start"]] == "Walking\nBefore. "


def test_a_sentence_that_stands_twice_alike_is_for_a_person_to_place() -> None:
    old = text("Pain fell by a third [1].")
    new = text("One. Pain fell by a third [1].", "Two. Pain fell by a third [1].")
    match, place = carry(anchor_quote(old, "Pain fell by a third [1]."), old, new)
    assert match is Match.CHANGED
    assert place["exact"] == "Pain fell by a third [1]."


def test_a_passage_across_two_sentences() -> None:
    anchor = anchor_at(OLD, OLD.text.index("melatonin"), OLD.text.index("for most people"))
    assert carry(anchor, OLD, text(FIRST, SECOND, THIRD))[0] is Match.SAME
    assert carry(anchor, OLD, text(SECOND, FIRST, THIRD))[0] is not Match.SAME


WORDS = "Walking|pain|[1]|not|10|mg|100|mg.|Eases?|Take!|e.g.|Dr.|adults|’|“so”|\u00a0|é|𝒳|½|…".split("|")


@pytest.mark.parametrize("seed", range(60))
def test_what_is_the_same_is_the_same(seed: int) -> None:
    """SAME means the very words, in a sentence of the very words, at the very place."""
    chance = random.Random(seed)

    def passage() -> str:
        return " ".join(chance.choices(WORDS, k=chance.randint(3, 14))) + "."

    before = [passage() for _ in range(6)]
    after = [p for p in before if chance.random() < 0.8]
    after += [chance.choice(before), passage(), chance.choice(before).replace("10", "100")]
    chance.shuffle(after)
    old, new = text(*before), text(*after)
    for span in sentences(old):
        middle = span.start + len(span.quote) // 2
        for anchor in (
            anchor_at(old, span.start, span.end),
            anchor_at(old, span.start, max(middle, span.start + 1)),
        ):
            match, place = carry(anchor, old, new)
            if match is Match.GONE:
                assert place == anchor
                continue
            assert new.text[place["start"] : place["end"]] == place["exact"]
            assert new.text[max(0, place["start"] - CONTEXT) : place["start"]] == place["prefix"]
            assert new.text[place["end"] : place["end"] + CONTEXT] == place["suffix"]
            if match is Match.SAME:
                assert place["exact"] == anchor["exact"]
                whole = sentences_around(old, anchor["start"], anchor["end"])
                assert sentences_around(new, place["start"], place["end"]) == whole


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("Take 10 mg", "Take 10 mg"),
        ("  Take\n10\u00a0mg ", "Take 10 mg"),
        ("[1]. Take", "[1].\nTake"),
        ("Walking Walking", "Walking\nWalking"),
    ],
)
def test_white_space_in_a_quote_is_forgiven(quote: str, found: str) -> None:
    anchor = anchor_quote(OLD, quote)
    assert anchor["exact"] == found == OLD.text[anchor["start"] : anchor["end"]]


@pytest.mark.parametrize("quote", ["", "  \n", "take 10 mg", "Walking", "Take 10mg", "no such words"])
def test_a_quote_must_stand_once(quote: str) -> None:
    with pytest.raises(NotInText):
        anchor_quote(OLD, quote)
