"""The structure a reader of the file would see: title, headings, paragraphs."""

from __future__ import annotations

import pytest
from lxml import html as lxml_html

from articles.importing.text import Parsed, parse
from tests.importing.test_words import SAMPLES, seed


def blocks(text: str) -> list[tuple[str, str]]:
    """The elements of the body in order: tag and text; items of nested lists after their parent's."""
    root = lxml_html.fragment_fromstring(parse(text).body_html, create_parent="div")
    return [
        (str(element.tag), (element.text or "").strip())
        for element in root.iter("p", "h2", "h3", "h4", "li", "ul", "ol")
    ]


# Line numbers counted by reading the files: headings, then the first and last line of each list.
@pytest.mark.parametrize(
    ("start", "headings", "lists", "paragraphs"),
    [
        ("000", [3, 5, 7, 10, 17, 19], [(12, 16), (21, 23)], 8),
        ("001", [6, 12, 14, 16, 18, 20, 23, 28, 35, 42, 47], [], 38),
        ("002", [3, 7, 15, 27, 39, 49, 63, 71, 83, 95], [], 41),
    ],
)
def test_the_structure_of_a_seed(
    start: str, headings: list[int], lists: list[tuple[int, int]], paragraphs: int
) -> None:
    text = seed(start)
    lines = text.split("\n")
    found = blocks(text)
    assert [said for tag, said in found if tag == "h2"] == [lines[number - 1] for number in headings]
    items = [lines[number - 1] for first, last in lists for number in range(first, last + 1)]
    assert ["- " + said for tag, said in found if tag == "li"] == items
    assert [tag for tag, _ in found].count("ul") == len(lists)
    assert [tag for tag, _ in found].count("p") == paragraphs


# Headings, bulleted items, numbered items; counted by reading the samples.
@pytest.mark.parametrize(
    ("stem", "headings", "bulleted", "numbered"),
    [
        ("antidepressants-for-nerve-pain", 7, 6, 0),
        ("exercise-as-treatment-for-depression", 7, 6, 0),
        ("ketamine-clinics-what-to-ask", 10, 16, 0),
        ("living-well-with-chronic-low-back-pain", 7, 5, 5),
        ("microdosing-changed-my-mornings", 12, 2, 4),
        ("sleep-and-depression", 6, 5, 5),
        ("st-johns-wort-and-your-medicines", 12, 5, 0),
        ("what-we-know-about-microdosing-psilocybin", 8, 5, 0),
    ],
)
def test_the_structure_of_a_sample(stem: str, headings: int, bulleted: int, numbered: int) -> None:
    (path,) = [path for path in SAMPLES if path.stem == stem]
    root = lxml_html.fragment_fromstring(parse(path.read_text("utf-8")).body_html, create_parent="div")
    counts = [len(root.findall(path)) for path in ("h2", "ul/li", "ol/li")]
    assert counts == [headings, bulleted, numbered]


def test_the_title_is_the_first_line_whatever_it_says() -> None:
    parsed = parse("\ufeff\n \nSkip to content\n\nPain and sleep\n\nText follows here.\n")
    assert parsed.title == "Skip to content"
    assert parsed.body_html == "<h2>Pain and sleep</h2>\n<p>Text follows here.</p>"


@pytest.mark.parametrize("text", ["", " \n\t\n", "\ufeff", "\u200b\n\u200e"])
def test_nothing_visible_is_nothing(text: str) -> None:
    assert parse(text) == Parsed("", "")


def test_a_title_alone_has_no_body() -> None:
    assert parse("A title\n\n") == Parsed("A title", "")


def test_a_title_with_hashes_loses_them_and_one_with_a_number_keeps_it() -> None:
    assert parse("# Pain\n\nText.").title == "Pain"
    assert parse("1. Pain\n\nText.").title == "1. Pain"
    assert parse("- Pain\n\nText.").title == "- Pain"


def test_a_title_of_200_characters_is_a_title() -> None:
    assert parse("x" * 200 + "\nText.") == Parsed("x" * 200, "<p>Text.</p>")


def test_a_longer_first_line_is_kept_whole_in_the_body() -> None:
    line = " ".join(["word"] * 60)
    parsed = parse(line + "\nText.")
    assert parsed.title == " ".join(["word"] * 40)[:199].rsplit(" ", 1)[0] + "…"
    assert len(parsed.title) <= 200
    assert parsed.body_html == f"<p>{line}</p>\n<p>Text.</p>"


def test_a_long_first_line_without_spaces_is_cut_in_the_word() -> None:
    parsed = parse("x" * 201)
    assert parsed == Parsed("x" * 199 + "…", f"<p>{'x' * 201}</p>")


@pytest.mark.parametrize(
    "line",
    [
        "What is pain?",
        "It works!",
        "Pain, sleep and mood",
        "1. Introduction",
        "mRNA vaccines and you",
        "pH balance",
        "“Just stress”",
        "2024 in review",
        "10 ways to sleep",
        "2. How it works",
        "By the numbers",
        "Published evidence",
        "Updated guidance on opioids",
        "Évaluer la douleur",
        "疼痛与睡眠",
        " ".join(["Word"] * 12),
        "X" * 90,
    ],
)
def test_a_heading(line: str) -> None:
    assert parse(f"Title\n{line}\nA sentence follows, with its full stop.").body_html.startswith("<h2>")


@pytest.mark.parametrize(
    "line",
    [
        "It hurts.",
        "It hurts:",
        "It hurts;",
        "First, it hurts,",
        "And so on…",
        "She said “it hurts.”",
        "brown concrete building during daytime",
        "Share",
        "Skip to main content",
        "Read more >>",
        "See also\xa0 Understanding Brain Chemistry",
        "5 min read",
        "By Jane Smith, MD",
        "By Dr. Jane Smith",
        "Medically reviewed by J. Smith",
        "Last updated: 3 May 2024",
        "Published on Monday",
        "3 May 2024",
        "May 3, 2024",
        "2024-05-03",
        "https://example.org/pain",
        "Write to desk@example.org",
        "-----",
        "* * *",
        "- - -",
        "42",
        "1. introduction",
        "<div class='intro'>",
        "疼痛很常见。",
        " ".join(["Word"] * 13),
        "X" * 91,
    ],
)
def test_a_short_line_that_is_no_heading(line: str) -> None:
    assert parse(f"Title\n{line}\nA sentence follows, with its full stop.").body_html.startswith("<p>")


def test_the_last_line_is_no_heading() -> None:
    assert blocks("Title\nText.\n\nLeave a comment\n\n \n")[-1] == ("p", "Leave a comment")


def test_a_heading_over_a_list() -> None:
    assert [tag for tag, _ in blocks("Title\nSigns\n- a rash\n- fever")] == ["h2", "ul", "li", "li"]


def test_of_short_lines_in_a_row_the_first_and_the_last_are_headings() -> None:
    text = "Title\nSymptoms\nFever\nCough\nWhen to call\nCall at once if you are worried."
    assert [tag for tag, _ in blocks(text)] == ["h2", "p", "p", "h2", "p"]


def test_short_lines_after_a_colon_are_no_headings() -> None:
    assert {tag for tag, _ in blocks("Title\nThe signs are:\nFever\nCough\nThey soon pass.")} == {"p"}
    assert blocks("Title\nThe signs are:\nFever\nIt soon passes.")[1] == ("h2", "Fever")


def test_markdown_headings() -> None:
    text = "Title\n# One\n## Two.\n### three\n### Three\n#### Four\n###### Six\n# of patients\n#5 here"
    assert blocks(text) == [
        ("h2", "One"),
        ("h2", "Two."),
        ("p", "### three"),
        ("h3", "Three"),
        ("h4", "Four"),
        ("h4", "Six"),
        ("p", "# of patients"),
        ("p", "#5 here"),
    ]
