"""Medical changes between two versions of a sentence: every harmful edit is called out, few harmless ones."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from articles.documents import document
from reviews.comparing import KINDS, changed_passages, medical_changes

EDITS = tomllib.loads((Path(__file__).resolve().parent / "edits.toml").read_text(encoding="utf-8"))
MOST_ALARMS = 0.05


@pytest.mark.parametrize("edit", EDITS["harmful"], ids=lambda edit: f"{edit['kind']}-{edit['after'][:40]}")
def test_a_harmful_edit_is_called_out(edit: dict[str, str]) -> None:
    changes = medical_changes(edit["before"], edit["after"])
    assert changes
    for change in changes:
        assert change.kind in KINDS and (change.before or change.after)
    assert medical_changes(edit["after"], edit["before"])


def test_few_harmless_edits_are_called_out() -> None:
    alarms = [e for e in EDITS["harmless"] if medical_changes(e["before"], e["after"])]
    assert len(alarms) <= MOST_ALARMS * len(EDITS["harmless"]), [e["after"] for e in alarms]


def test_the_table_is_as_long_as_it_should_be() -> None:
    assert len(EDITS["harmful"]) + len(EDITS["harmless"]) >= 120


@pytest.mark.parametrize(
    ("before", "after", "kind", "was", "now"),
    [
        ("Take 5 mg.", "Take 50 mg.", "dose", "5 mg", "50 mg"),
        ("Take 5 mg.", "Take 5 mcg.", "unit", "5 mg", "5 mcg"),
        ("Take it 2 times a day.", "Take it 3 times a day.", "frequency", "2 times a day", "3 times a day"),
        ("Not for children under 12.", "Not for children under 2.", "age", "under 12", "under 2"),
        ("Do not drive.", "Do drive.", "negation", "not", ""),
    ],
)
def test_a_change_says_what_it_was_and_what_it_is(
    before: str, after: str, kind: str, was: str, now: str
) -> None:
    change = medical_changes(before, after)[0]
    assert (change.kind, change.before, change.after) == (kind, was, now)


@pytest.mark.parametrize(
    "text", ["", " ", "[1]", "1/0 of it", "½", "\u202e 5 mg", "a" * 50_000, "5 mg " * 5_000]
)
def test_any_text_is_compared(text: str) -> None:
    assert medical_changes(text, text) == []
    medical_changes(text, "Take 5 mg.")


def test_passages_of_two_editions() -> None:
    old = document(
        title="T", body="<p>Take 5 mg a day. Walk daily.</p><p>Do not take it if you are pregnant.</p>"
    )
    new = document(title="T", body="<p>Walk daily.</p><p>Take 50 mg a day. It also helps 20% of people.</p>")
    passages = changed_passages(old, new)
    assert [(p.old.quote if p.old else "", p.new.quote if p.new else "") for p in passages] == [
        ("Take 5 mg a day.", "Take 50 mg a day."),
        ("", "It also helps 20% of people."),
        ("Do not take it if you are pregnant.", ""),
    ]
    assert changed_passages(old, old) == []
