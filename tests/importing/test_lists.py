"""Lists, and lines that belong together."""

from __future__ import annotations

import pytest

from articles.importing.text import Parsed, parse
from tests.importing.test_text import blocks
from tests.importing.test_words import words_of_article, words_of_file


@pytest.mark.parametrize("sign", ["- ", "* ", "• ", "– ", "•", "· ", "-\t", "•\xa0"])
def test_bullets(sign: str) -> None:
    assert parse(f"Title\n{sign}one\n{sign}two\n\n{sign}three").body_html == (
        "<ul><li>one</li><li>two</li><li>three</li></ul>"
    )


def test_only_bullets() -> None:
    assert parse("- one\n- two\n- three") == Parsed("- one", "<ul><li>two</li><li>three</li></ul>")


@pytest.mark.parametrize("line", ["* p < 0.05 against placebo", "– Jane Smith, nurse"])
def test_one_asterisk_or_dash_in_a_file_is_a_footnote_or_a_name(line: str) -> None:
    assert blocks(f"Title\nText.\n{line}")[-1] == ("p", line)


@pytest.mark.parametrize(
    ("rows", "html"),
    [
        (["1. one", "2. two"], "<ol><li>one</li><li>two</li></ol>"),
        (["1) one", "", "2) two"], "<ol><li>one</li><li>two</li></ol>"),
        (["4. four", "5. five"], '<ol start="4"><li>four</li><li>five</li></ol>'),
        (["0. nought", "1. one"], '<ol start="0"><li>nought</li><li>one</li></ol>'),
        (["1. One tablet.", "3. Three tablets."], "<p>1. One tablet.</p>\n<p>3. Three tablets.</p>"),
        (["1. One tablet.", "1. One more."], "<p>1. One tablet.</p>\n<p>1. One more.</p>"),
        (["1. One.", "2) Two."], "<p>1. One.</p>\n<p>2) Two.</p>"),
        (["01. One.", "02. Two."], "<p>01. One.</p>\n<p>02. Two.</p>"),
        (["2023. A year.", "2024. Another."], "<p>2023. A year.</p>\n<p>2024. Another.</p>"),
        (["1.5 mg is one.", "2.5 mg is another."], "<p>1.5 mg is one.</p>\n<p>2.5 mg is another.</p>"),
        (["1. Introduction", "Text."], "<h2>1. Introduction</h2>\n<p>Text.</p>"),
        (
            ["1. One", "- a", "- b", "2. Two."],
            "<h2>1. One</h2>\n<ul><li>a</li><li>b</li></ul>\n<p>2. Two.</p>",
        ),
    ],
)
def test_numbers(rows: list[str], html: str) -> None:
    assert parse("\n".join(["Title", *rows])).body_html == html


def test_lists_in_lists() -> None:
    text = "Title\n1. One\n   - a\n   - b\n     1) deep\n2. Two\n"
    assert parse(text).body_html == (
        "<ol><li>One<ul><li>a</li><li>b<ol><li>deep</li></ol></li></ul></li><li>Two</li></ol>"
    )


def test_lists_are_never_nested_deeper_than_three() -> None:
    text = "Title\n" + "\n".join("  " * depth + f"- level {depth}" for depth in range(2000))
    parsed = parse(text)
    assert parsed.body_html.count("<ul>") == 3
    assert words_of_article(parsed) == words_of_file(text)


def test_an_indented_line_belongs_to_its_item_and_another_does_not() -> None:
    text = "Title\n- one goes\n  on and\n\ton\n- two\nText.\n- three\n\n  Apart."
    assert blocks(text) == [
        ("ul", ""),
        ("li", "one goes on and on"),
        ("li", "two"),
        ("p", "Text."),
        ("ul", ""),
        ("li", "three"),
        ("p", "Apart."),
    ]


WRAPPED = """Pain
Many people with low back pain find that walking on most days of the
week eases it within about twelve weeks, though nobody can say for whom.

What to expect
In the first days the pain may well grow a little, which is no sign of
any harm. See a physiotherapist when it does not fall after that, or if
your legs feel weak.

- Begin with an amount so small that it seems hardly worth the trouble
of putting on your shoes.
- Rest.
"""


def test_paragraphs_broken_into_lines_are_put_together() -> None:
    found = blocks(WRAPPED)
    assert [tag for tag, _ in found] == ["p", "h2", "p", "ul", "li", "li"]
    assert found[0][1].endswith("though nobody can say for whom.")
    assert found[2][1].endswith("or if your legs feel weak.")
    assert found[4][1].endswith("hardly worth the trouble of putting on your shoes.")
    assert words_of_article(parse(WRAPPED)) == words_of_file(WRAPPED)


def test_a_short_paragraph_that_was_put_together_is_no_heading() -> None:
    line = "Acetylsalicylic preparations and gastrointestinal haemorrhage in those"
    assert blocks(f"{WRAPPED}\n{line}\nhospitalised\n\nText.\n")[-2] == ("p", f"{line} hospitalised")


def test_a_few_lines_of_one_width_among_many_others_are_paragraphs() -> None:
    line = "It hurts at night, they say, and it is worst in winter."
    text = "Title\n" + "It passes.\n" * 9 + f"{line}\n" * 3
    assert [tag for tag, _ in blocks(text)] == ["p"] * 12


def test_short_lines_that_fill_no_common_width_are_paragraphs() -> None:
    text = "Title\nIt hurts at night, they say, and it is worst in winter.\nIt passes.\nIt comes back.\nNobody knows why."
    assert [tag for tag, _ in blocks(text)] == ["p"] * 4


def test_every_kind_of_line_break() -> None:
    text = "Title\r\nA one.\rB two.\nC three.\x85D four.\fE five.\vF six.\u2028G seven.\u2029H eight."
    assert [said for _, said in blocks(text)] == [
        "A one.", "B two.", "C three.", "D four.", "E five.", "F six.", "G seven.", "H eight."
    ]  # fmt: skip


def test_tabs_are_spaces_and_a_no_break_space_stays() -> None:
    assert parse("T\n\tTake\t5\xa0mg.").body_html == "<p>Take 5\xa0mg.</p>"
