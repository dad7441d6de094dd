"""Citation markers, and how they must agree with the reference list."""

from __future__ import annotations

import pytest

from articles.documents import document
from reviews.screening import Hit, citations_in, screen


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("no marker", ()),
        ("one [1].", (1,)),
        ("two [1, 2]", (1, 2)),
        ("close [1,2]", (1, 2)),
        ("semicolons [1; 4]", (1, 4)),
        ("range [2–4]", (2, 3, 4)),
        ("hyphen [2-4]", (2, 3, 4)),
        ("mixed [1, 3–5, 9]", (1, 3, 4, 5, 9)),
        ("side by side [3][1]", (3, 1)),
        ("again [1] and [1, 2]", (1, 2)),
        ("spaced [ 7 ]", (7,)),
        ("widest [1–51]", tuple(range(1, 52))),
        ("too wide [1–52]", ()),
        ("descending [4–2]", ()),
        ("one bad part spoils the marker [1, 9–3]", ()),
        ("aside [sic]", ()),
        ("year [2019]", ()),
        ("interval [0, 1]", ()),
        ("link [1a]", ()),
        ("open [1", ()),
        ("round (1)", ()),
        ("empty []", ()),
    ],
)
def test_numbers_in_markers(text: str, numbers: tuple[int, ...]) -> None:
    assert citations_in(text) == numbers


def hits_of(rule: str, body: str, references: tuple[int, ...]) -> list[Hit]:
    return [hit for hit in screen(document(title="T", body=body, references=references)) if hit.rule == rule]


def test_marker_without_a_reference_is_found_where_it_stands() -> None:
    (hit,) = hits_of("references.dangling", "<p>It fell [1]. It rose [2, 7–8].</p>", (1, 2))
    assert (hit.quote, hit.severity) == ("[2, 7–8]", "fix")
    assert "7, 8" in hit.message


def test_markers_with_references_are_silent() -> None:
    assert not hits_of("references.dangling", "<p>It fell [1]. It rose [2, 3].</p>", (1, 2, 3))


def test_references_never_cited_are_named_in_one_hit() -> None:
    (hit,) = hits_of("references.uncited", "<p>It fell [2].</p>", (1, 2, 3))
    assert (hit.start, hit.end, hit.quote, hit.severity) == (0, 0, "", "advise")
    assert "1, 3" in hit.message


def test_a_reference_list_in_the_body_cites_nothing() -> None:
    body = "<p>It fell [1].</p><h2>References</h2><p>[1] Smith 2020.</p><p>[2] Lee 2021.</p><p>[9] Roe.</p>"
    assert [hit.message for hit in hits_of("references.uncited", body, (1, 2))] == [
        "Listed but never cited in the text: 2."
    ]
    assert not hits_of("references.dangling", body, (1, 2))
