"""Ways of writing that hide a sentence from the rules, and harmless text that resembles what they look for.

The sentences stand in `evasions.toml` and `lookalikes.toml`. An evasion must be found as if it were
plainly written; a look-alike must be left alone by the categories it names.
"""

from __future__ import annotations

import html
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from articles.documents import Document, document
from reviews.screening import Hit, screen

HERE = Path(__file__).resolve().parent
SPELLING = "hidden_spelling"
OF_THE_DOCUMENT = {"missing_metadata", "readability"}
"""Categories that speak of the document as a whole; "*" does not forbid them."""


def cases(name: str) -> list[Any]:
    """The tables of `<name>s.toml`, each a parameter with a number and its own words for an id."""
    source = (HERE / f"{name}s.toml").read_text(encoding="utf-8")
    return [
        pytest.param(case, id=f"{case.get('trick', name)}-{number:03}-{plain_words(case['html'])}")
        for number, case in enumerate(tomllib.loads(source)[name], start=1)
    ]


def plain_words(body: str) -> str:
    """What is plain letters and digits in `body`, fit for a test's id."""
    text = html.unescape(re.sub(r"<[^>]*>", "", body)).lower()
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-")[:50]


def article(body: str) -> Document:
    return document(title="A note", body=body, authors=("A. Writer",), dated=True, references=())


def marked(body: str) -> list[Hit]:
    """The hits on a passage of `body`, each checked to quote the text exactly."""
    noted = article(body)
    hits = [hit for hit in screen(noted) if hit.start < hit.end and hit.end > noted.body_start]
    assert [hit for hit in hits if hit.quote != noted.text[hit.start : hit.end]] == []
    return hits


EVASIONS = cases("evasion")
LOOKALIKES = cases("lookalike")


@pytest.mark.parametrize("case", EVASIONS)
def test_evasion_is_found(case: dict[str, Any]) -> None:
    categories = {hit.category for hit in marked(case["html"])}
    assert case["category"] in categories
    if case.get("spelling", False):
        assert SPELLING in categories


@pytest.mark.parametrize("case", LOOKALIKES)
def test_lookalike_is_left_alone(case: dict[str, Any]) -> None:
    hits = [hit for hit in marked(case["html"]) if hit.category not in OF_THE_DOCUMENT]
    if case["categories"] != ["*"]:
        hits = [hit for hit in hits if hit.category in case["categories"]]
    assert hits == []


def test_material_is_ample_and_written_once() -> None:
    assert len(EVASIONS) >= 150 and len(LOOKALIKES) >= 60
    for params in (EVASIONS, LOOKALIKES):
        written = [param.values[0]["html"] for param in params]
        assert len(set(written)) == len(written)


@pytest.mark.parametrize("name", ["evasion", "lookalike"])
def test_every_case_names_what_is_expected(name: str) -> None:
    known = {"trick", "html", "category", "spelling"} if name == "evasion" else {"html", "categories", "note"}
    for param in EVASIONS if name == "evasion" else LOOKALIKES:
        case = param.values[0]
        assert known - {"spelling"} <= set(case) <= known
        assert "<" in case["html"] and (case.get("category") or case.get("categories"))
