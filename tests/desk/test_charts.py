"""Drawings from numbers: well-formed, escaped, labelled, and in proportion."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from xml.etree import ElementTree as ET

import pytest

from reviews.desk import charts
from reviews.desk.charts import Bar, Strip

SVG = "{http://www.w3.org/2000/svg}"
EVIL = '<script>alert("1")</script> & “Ärzte”'
Draw = Callable[[Sequence[Bar]], str]


def strips(bars: Sequence[Bar], *, key: str = "k", title: str = "T", desc: str = "D") -> str:
    return charts.strips([Strip("One", "brand", bars)], key=key, title=title, desc=desc)


DRAWINGS = {"columns": charts.columns, "lying": charts.lying, "strips": strips}
each = pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 (our own drawing)


@each
def test_it_is_a_labelled_image(draw: Callable[..., str]) -> None:
    root = parsed(draw([Bar("a", 1)], key="k", title="Time in review", desc="Half within a day."))
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    named = {element.get("id"): element.text for element in root}
    assert [named[key] for key in str(root.get("aria-labelledby")).split()] == [
        "Time in review", "Half within a day."
    ]  # fmt: skip


@each
def test_text_is_escaped(draw: Callable[..., str]) -> None:
    svg = draw([Bar(EVIL, 3, EVIL)], key="k", title=EVIL, desc=EVIL)
    assert "<script>" not in svg
    assert EVIL in "".join(parsed(svg).itertext())


@each
def test_nothing_that_the_content_policy_forbids(draw: Callable[..., str]) -> None:
    for element in parsed(draw([Bar("a", 1), Bar("b", 0)], key="k", title="T", desc="D")).iter():
        assert not {"style", "onload", "onclick", "href"} & set(element.attrib)


@each
@pytest.mark.parametrize("values", [[], [0], [0, 0], [7], [1, 10**9]])
def test_odd_numbers_are_drawn_within_the_frame(draw: Callable[..., str], values: list[int]) -> None:
    root = parsed(draw([Bar(str(v), v) for v in values], key="k", title="T", desc="D"))
    width, height = map(float, str(root.get("viewBox")).split()[2:])
    for rect in root.iter(f"{SVG}rect"):
        x, y, w, h = (float(rect.get(name, "nan")) for name in ("x", "y", "width", "height"))
        assert 0 <= x <= x + w <= width
        assert 0 <= y <= y + h <= height


def test_columns_are_in_proportion_and_say_their_values() -> None:
    root = parsed(charts.columns([Bar("0–1", 50), Bar("2–3", 100)], key="k", title="T", desc="D"))
    heights = [float(rect.get("height", "0")) for rect in root.iter(f"{SVG}rect")]
    assert heights[1] == pytest.approx(2 * heights[0])
    words = [element.text for element in root.iter(f"{SVG}text")]
    assert words == ["50", "0–1", "100", "2–3"]


def test_a_little_can_be_seen_and_nothing_cannot() -> None:
    root = parsed(charts.lying([Bar("a", 1), Bar("b", 0), Bar("c", 100_000)], key="k", title="T", desc="D"))
    widths = [float(rect.get("width", "0")) for rect in root.iter(f"{SVG}rect")]
    assert widths[0] == 2
    assert widths[1] == 0
    assert "100,000" in "".join(root.itertext())


def test_strips_share_one_scale_and_name_the_ends_of_their_axis() -> None:
    rows = [
        Strip("Submitted: 30", "waiting", [Bar("1 June", 10), Bar("8 June", 20)]),
        Strip("Declined: 5", "stop", [Bar("1 June", 0), Bar("8 June", 5)]),
    ]
    root = parsed(charts.strips(rows, key="k", title="T", desc="D"))
    heights = [float(rect.get("height", "0")) for rect in root.iter(f"{SVG}rect")]
    assert heights[1] == pytest.approx(4 * heights[3])
    assert [e.text for e in root.iter(f"{SVG}text")] == ["Submitted: 30", "Declined: 5", "1 June", "8 June"]
    assert {rect.get("class") for rect in root.iter(f"{SVG}rect")} == {"chart-waiting", "chart-stop"}
