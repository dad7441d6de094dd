"""The catalogue's own examples: what the documentation shows is what the rules do."""

from __future__ import annotations

import pytest

from articles.documents import document
from reviews.screening import Hit, rules, screen

ABOUT_THE_WHOLE = {
    "metadata.author", "metadata.sources", "metadata.date", "references.uncited", "structure.duplicate",
    "structure.near_duplicate", "safety.never_mentioned", "readability.grade", "readability.long_sentence",
}  # fmt: skip
"""Rules that no single sentence shows; their tests stand below and in test_structure.py."""

FIRES = [(rule.id, example) for rule in rules().values() for example in rule.fires]
SILENT = [(rule.id, example) for rule in rules().values() for example in rule.silent]


def found(rule: str, body: str) -> list[Hit]:
    return [hit for hit in screen(document(title="A note", body=body, authors=("Jo",))) if hit.rule == rule]


def test_every_rule_has_an_example() -> None:
    assert set(rules()) - {rule for rule, _ in FIRES} == ABOUT_THE_WHOLE
    assert [rule.id for rule in rules().values() if not rule.why.endswith(".")] == []


@pytest.mark.parametrize(("rule", "example"), FIRES)
def test_example_fires(rule: str, example: str) -> None:
    (hit, *_) = found(rule, f"<p>{example}</p>")
    assert hit.quote and hit.category == rules()[rule].category


@pytest.mark.parametrize(("rule", "example"), SILENT)
def test_example_is_silent(rule: str, example: str) -> None:
    assert found(rule, f"<p>{example}</p>") == []


MUSHROOMS = "<p>Psilocybin is found in mushrooms.</p><p>Psilocybin was taken.</p><p>Psilocybin faded.</p>"


def test_topics_never_mentioned_are_named_in_one_hit() -> None:
    (hit,) = found("safety.never_mentioned", MUSHROOMS)
    assert hit.quote == "" and (hit.start, hit.end) == (0, 0)
    assert "driving" in hit.message and "pregnancy" in hit.message


def test_topics_that_are_mentioned_are_not_asked_for() -> None:
    body = (
        MUSHROOMS
        + """<p>Do not take it in pregnancy, under 18 or with children near, with heart disease,
    bipolar disorder, or lithium: interactions are dangerous.</p><p>Do not drive. The crisis line is open.</p>"""
    )
    assert found("safety.never_mentioned", body) == []


def test_an_article_about_something_else_is_not_asked() -> None:
    assert found("safety.never_mentioned", MUSHROOMS.replace("Psilocybin", "Starch")) == []


def test_a_definition_given_twice_is_a_near_duplicate() -> None:
    body = """<p>Microdosing refers to the practice of taking very small doses of a psychedelic substance.</p>
    <p>Nobody knows who began it.</p>
    <p>Microdosing involves taking very small doses of psychedelic substances such as LSD.</p>"""
    (hit,) = found("structure.near_duplicate", body)
    assert hit.quote.startswith("Microdosing involves") and "refers to the practice" in hit.message


def test_a_long_sentence_is_counted() -> None:
    (hit,) = found("readability.long_sentence", f"<p>{'word ' * 41}end.</p>")
    assert "42 words" in hit.message
    assert not found("readability.long_sentence", f"<p>{'word ' * 39}end.</p>")


def test_a_hard_text_has_a_grade_and_an_easy_one_has_none() -> None:
    hard = "Psychopharmacological investigations necessitate methodological considerations universally. "
    (hit,) = found("readability.grade", f"<p>{hard * 40}</p>")
    assert "grade" in hit.message
    assert not found("readability.grade", f"<p>{'The cat sat on the mat. ' * 50}</p>")


def test_a_citation_beside_a_sentence_answers_it() -> None:
    body = "<p>Psilocybin reduces anxiety. Griffiths and others measured it [1].</p>"
    article = document(title="A note", body=body, authors=("Jo",), references=(1,))
    assert [hit.rule for hit in screen(article) if hit.rule == "evidence.unsupported"] == []
    apart = document(title="A note", body=body.replace(". G", ".</p><p>G"), authors=("Jo",), references=(1,))
    assert "evidence.unsupported" in {hit.rule for hit in screen(apart)}


def test_a_reference_list_in_the_text_counts() -> None:
    body = "<p>Psilocybin reduces anxiety [1].</p><h2>References</h2><p>1. Griffiths R, et al. 2016.</p>"
    rules_hit = {hit.rule for hit in screen(document(title="A note", body=body, authors=("Jo",)))}
    assert rules_hit.isdisjoint({"metadata.sources", "references.dangling", "evidence.unsupported"})
