"""Screening of the three articles Signoff was made for, and the sentences in them that must be left alone."""

from __future__ import annotations

import html
import json
from functools import cache
from pathlib import Path

import pytest

from articles.documents import Document, document
from reviews.screening import Hit, Span, claims, screen, sentences
from reviews.screening.phrases import normalise

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"test material is absent: {DATA}")

PAIN, MUSHROOMS, CLINICAL = "000_f15c87025efebf2f.txt", "001_d7ef4f48d5166541.txt", "002_571502ae577a0270.txt"
SEEDS = (PAIN, MUSHROOMS, CLINICAL)


@cache
def seed(name: str) -> Document:
    """A seed as an import would leave it: each line a paragraph, the first real line the title."""
    lines = [line.strip() for line in (DATA / "seeds" / name).read_text(encoding="utf-8").splitlines()]
    lines = [line for line in lines if line]
    title = next(line for line in lines if len(line) > 30)
    body = "".join(f"<p>{html.escape(line)}</p>" for line in lines if line != title)
    return document(title=title, body=body, dated=False)


@cache
def screened(name: str) -> tuple[Hit, ...]:
    return tuple(screen(seed(name)))


def quotes(name: str, category: str) -> list[str]:
    return [hit.quote for hit in screened(name) if hit.category == category]


@pytest.mark.parametrize("name", SEEDS)
def test_offsets_are_exact(name: str) -> None:
    article = seed(name)
    parts: list[Hit | Span] = [*screen(article), *claims(article), *sentences(article)]
    assert len(parts) > 50
    assert [part for part in parts if article.text[part.start : part.end] != part.quote] == []


@pytest.mark.parametrize("name", SEEDS)
def test_metadata_is_missing(name: str) -> None:
    assert len(quotes(name, "missing_metadata")) == 3


def test_interface_text() -> None:
    assert quotes(PAIN, "page_chrome") == []
    assert quotes(MUSHROOMS, "page_chrome") == ["Share"]
    lines = quotes(CLINICAL, "page_chrome")
    assert lines[:2] == ["Skip to content", "brown concrete building during daytime"]
    assert len(lines) == 5 and all(line.startswith("See also") for line in lines[2:])


def test_repeated_section() -> None:
    (quote,) = quotes(MUSHROOMS, "duplicated_section")
    assert quote.startswith("How to Safely Microdose") and quote.endswith("knowledgeable medical support.")
    assert quotes(PAIN, "duplicated_section") == quotes(CLINICAL, "duplicated_section") == []


def test_doses() -> None:
    found = " ".join(quotes(MUSHROOMS, "dosing_guidance"))
    assert "An initial dose of 0.1 to 0.3 " in found and "The Fadiman Protocol is a popu" in found
    assert "1/10th to 1/20th" in quotes(CLINICAL, "dosing_guidance")[0]


def labelled(category: str) -> list[tuple[str, str]]:
    gold = json.loads((DATA / "screening" / "gold.json").read_text(encoding="utf-8"))
    return [(entry["file"], entry["quote"]) for entry in gold if entry["category"] == category]


@pytest.mark.parametrize(
    ("category", "share"),
    [("page_chrome", 1.0), ("duplicated_section", 1.0), ("statistic_without_source", 1.0), ("vague_attribution", 0.92),
     ("unsupported_efficacy_claim", 0.9), ("absolute_language", 0.92), ("promotional", 0.92),
     ("dosing_guidance", 0.92), ("anecdote_as_evidence", 0.92), ("vulnerable_group", 0.9),
     ("hype_language", 0.9), ("mechanism_claim", 0.9), ("named_source_uncited", 0.92)],
)  # fmt: skip
def test_share_of_labelled_passages_found(category: str, share: float) -> None:
    passages = labelled(category)
    missed = [quote for name, quote in passages if not touches(quote, quotes(name, category))]
    assert 1 - len(missed) / len(passages) >= share, missed


def touches(passage: str, found: list[str]) -> bool:
    wanted = normalise(passage).removeprefix("- ")
    return any(wanted in normalise(quote) or normalise(quote) in wanted for quote in found)


def test_controls_are_left_alone() -> None:
    controls = json.loads((DATA / "screening" / "controls.json").read_text(encoding="utf-8"))
    assert len(controls) > 20
    flagged = [
        (category, control["quote"])
        for control in controls
        for category in control["must_not_flag"]
        if touches(control["quote"], quotes(control["file"], category))
    ]
    assert flagged == []


@pytest.mark.parametrize("name", SEEDS)
def test_claims_are_a_part_of_the_sentences(name: str) -> None:
    article = seed(name)
    listed, all_sentences = claims(article), sentences(article)
    assert set(listed) < set(all_sentences)
    assert 0.2 < len(listed) / len(all_sentences) < 0.7
