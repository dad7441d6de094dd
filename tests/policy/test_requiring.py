"""What asks for a disclaimer, and what limits where it is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from articles.documents import document
from reviews.policy.requiring import Evidence, Facts, Required, declares, required

BODY = "<p>Walking eases back pain.</p><p>Some people were given tramadol for it. They fell more often.</p>"
ENTRY: dict[str, Any] = {"key": "x", "always": False, "topics": [], "words": []}


def facts(**fields: Any) -> Facts:
    about = document(
        title=fields.pop("title", "Walking"), summary="A summary.", body=fields.pop("body", BODY)
    )
    return Facts(**{"topics": {"pain": "Chronic pain"}, "document": about, "locale": "en-GB", **fields})


def why(entry: dict[str, Any], given: Facts | None = None, jurisdiction: str = "GB") -> Required | None:
    return required({**ENTRY, **entry}, given or facts(), jurisdiction=jurisdiction)


def test_nothing_asks_for_it() -> None:
    assert why({}) is None
    assert why({"topics": ["depression"], "words": ["lithium"], "subjects": ["psilocybin"]}) is None


def test_always_and_topics() -> None:
    assert why({"always": True}) == Required("x", "every article carries it")
    assert why({"topics": ["pain"]}) == Required("x", "its topic is “Chronic pain”")


def test_a_word_is_shown_in_its_sentence() -> None:
    given = facts()
    found = why({"words": ["Tramadol"]}, given)
    assert found is not None
    assert found.because == "the text speaks of “tramadol”"
    assert found.quote == "Some people were given tramadol for it."
    assert given.document.text[found.start : found.end] == found.quote


def test_the_text_is_quoted_before_its_title() -> None:
    found = why({"words": ["tramadol"]}, facts(title="Tramadol"))
    assert found is not None
    assert found.quote.startswith("Some people")
    alone = why({"words": ["lithium"]}, facts(title="Lithium"))
    assert alone is not None
    assert (alone.quote, alone.start) == ("Lithium", 0)


def test_a_subject_that_screening_finds() -> None:
    given = facts(body="<p>Be kind.</p><p>Magic mushrooms are another matter. Sleep well.</p>")
    found = why({"subjects": ["lsd", "psilocybin"]}, given)
    assert found is not None
    assert (found.because, found.quote) == (
        "the text speaks of psilocybin",
        "Magic mushrooms are another matter.",
    )


@pytest.mark.parametrize(
    ("level", "asked", "wanted"), [(2, 4, False), (3, 4, False), (4, 4, True), (5, 4, True), (5, 5, True)]
)
def test_weak_evidence(level: int, asked: int, wanted: bool) -> None:
    given = facts(evidence=[Evidence(8, 18, 1), Evidence(19, 35, level)])
    found = why({"evidence_level": asked}, given)
    assert (found is not None) is wanted
    if found:
        assert (found.start, found.end) == (19, 35)
        assert f"level {level}" in found.because


def test_indirect_evidence() -> None:
    given = facts(evidence=[Evidence(19, 35, 1, {"not_human": "Animals or in vitro"})])
    found = why({"indirect": ["other_dose", "not_human"]}, given)
    assert found is not None
    assert "(animals or in vitro)" in found.because
    assert why({"indirect": ["other_dose"]}, given) is None


def test_declared_interests() -> None:
    found = why({"conflicts": True}, facts(interests="No funding. Paid by Brightcap."))
    assert found == Required("x", "interests are declared: “Paid by Brightcap.”")
    assert why({"conflicts": True}, facts(interests="None declared.")) is None


def test_limits_take_away_and_never_add() -> None:
    assert why({"jurisdictions": ["GB"]}) is None
    assert why({"always": True, "jurisdictions": ["GB", "IE"]})
    assert why({"always": True, "jurisdictions": ["US"]}) is None
    assert why({"always": True, "jurisdictions": ["GB"]}, jurisdiction="") is None
    assert why({"always": True, "locales": ["en"]})
    assert why({"always": True, "locales": ["EN-gb"]})
    assert why({"always": True, "locales": ["en-US", "e"]}) is None
    assert why({"always": True, "locales": ["en"], "jurisdictions": ["US"]}) is None


@pytest.mark.parametrize(
    "statement",
    [
        "", " ", "None", "None.", "None declared.", "n/a", "Nothing to declare.", "No outside funding.",
        "The author declares no interests. No outside funding.", "There are no conflicts of interest.",
        "The author declares no interests and has never worked for a clinic.", "Conflicts of interest: none",
        "The authors declare that they have no competing interests.", "Neither author has interests.",
        "The author has no competing interests and received no funding.",
    ],
)  # fmt: skip
def test_no_interests(statement: str) -> None:
    assert declares(statement) == ""


@pytest.mark.parametrize(
    "statement",
    [
        "Paid by Brightcap.", "The author has a paid partnership with Brightcap.", "Funding: Brightcap.",
        "None, but I own shares in Brightcap.", "No funding. The author is married to the owner.",
        "The author is a member of a running club and declares no other interests.", "Funded by X; no conflicts.",
        "The author has no conflicts of interest and is employed by Brightcap.",
    ],
)  # fmt: skip
def test_some_interests(statement: str) -> None:
    assert declares(statement)
