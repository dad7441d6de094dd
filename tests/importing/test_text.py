"""Plain text to title and body: no word lost, and the structure a reader of the file would see."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from lxml import html as lxml_html

from articles.documents import document
from articles.html import clean
from articles.importing.text import Parsed, parse

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT.parent / "shared" / "data" / "seeds"
SAMPLES = sorted((ROOT / "reviews" / "demo" / "articles").glob("*.txt"))

BREAK = re.compile("\r\n|[\n\v\f\r\x85\u2028\u2029]")
BULLET = re.compile(r"(?:[-*–·]\s+|[•◦▪‣●○]\s*)(?=.*\w)")
HASHES = re.compile(r"#{1,6}\s+(?=\w)")


def words_of_file(text: str) -> list[str]:
    """The words of a file in order, without bullets and heading hashes, `1)` written as `1.`."""
    first, *others = [line.strip() for line in BREAK.split(text.lstrip("\ufeff")) if line.strip()]
    lines = [first, *(BULLET.sub("", line, count=1) if BULLET.match(line) else line for line in others)]
    return [
        re.sub(r"^(\d{1,3})\)$", r"\1.", word)
        for line in lines
        for word in (HASHES.sub("", line, count=1) if HASHES.match(line) else line).split()
    ]


def words_of_article(parsed: Parsed) -> list[str]:
    """The words a reader sees, in order, with the numbers that the browser draws before list items."""
    root = lxml_html.fragment_fromstring(clean(parsed.body_html), create_parent="div")
    for numbered in root.iter("ol"):
        for number, item in enumerate(numbered.iterchildren("li"), start=int(numbered.get("start", "1"))):
            item.text = f"{number}. {item.text or ''}"
    body = lxml_html.tostring(root, encoding="unicode")
    text = document(title=parsed.title, body=body).text
    return [re.sub(r"^(\d{1,3})\)$", r"\1.", word) for word in text.split()]


def blocks(text: str) -> list[tuple[str, str]]:
    """The elements of the body in order: tag and text; items of nested lists after their parent's."""
    root = lxml_html.fragment_fromstring(parse(text).body_html, create_parent="div")
    return [
        (str(element.tag), (element.text or "").strip())
        for element in root.iter("p", "h2", "h3", "h4", "li", "ul", "ol")
    ]


def seed(start: str) -> str:
    found = sorted(SEEDS.glob(f"{start}_*.txt"))
    if not found:
        pytest.skip(f"the seed articles are not here: {SEEDS}")
    return found[0].read_bytes().decode()


@pytest.mark.parametrize("start", ["000", "001", "002"])
def test_every_word_of_a_seed_is_kept_in_order(start: str) -> None:
    text = seed(start)
    assert words_of_article(parse(text)) == words_of_file(text)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_word_of_a_sample_is_kept_in_order(path: Path) -> None:
    text = path.read_bytes().decode()
    assert words_of_article(parse(text)) == words_of_file(text)


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


def test_everything_is_escaped() -> None:
    nasty = "<script>alert(1)</script> & <b>bold</b> &amp; </p> &lt;"
    text = f"{nasty}\n{nasty} x.\n- {nasty}\n# H {nasty}\n1. {nasty}\n2. {nasty}\nEnd."
    parsed = parse(text)
    assert parsed.title == nasty
    assert "<script" not in parsed.body_html
    assert words_of_article(parsed) == words_of_file(text)


def test_a_hundred_thousand_words() -> None:
    text = "Title\n" + "\n".join(
        " ".join(f"word{n}" for n in range(m, m + 100)) for m in range(0, 100_000, 100)
    )
    assert words_of_article(parse(text)) == words_of_file(text)


def test_one_line_of_nearly_two_megabytes() -> None:
    line = "pain " * 380_000
    parsed = parse(line)
    assert parsed.title == ("pain " * 39).strip() + "…"
    assert words_of_article(Parsed("", parsed.body_html)) == line.split()


VOCABULARY = [
    "pain", "Sleep", "don’t", "naïve", "5%", "1.5", "mg.", "<b>", "&amp;", "&", "(see", "below):", "疼痛", "#tag",
    "https://example.org/a?b=c&d", "a\xa0b", "zero\u200bwidth", "[1].", "x" * 60, "2)", "12.", "end?", "—", "CBT-I",
]  # fmt: skip
PREFIXES = [
    "",
    "",
    "",
    "",
    "  ",
    "\t",
    "- ",
    "• ",
    "   - ",
    "\t• ",
    "1. ",
    "2. ",
    "3. ",
    "  1) ",
    "2) ",
    "12. ",
    "# H",
    "### H",
]
ENDINGS = ["\n", "\n", "\n\n", "\r\n", "\r", "\x85", "\u2028", "\f", "\n \t\n", "\v"]


def soup(seed: int) -> str:
    random_ = random.Random(seed)
    longest = random_.choice([3, 12, 30])
    parts = [random_.choice(["", "\ufeff"]), "Title of soup"]
    for _ in range(random_.randrange(1, 60)):
        words = ["word", *random_.choices(VOCABULARY, k=random_.randrange(longest))]
        parts += [random_.choice(ENDINGS), random_.choice(PREFIXES) + " ".join(words)]
    return "".join(parts)


@pytest.mark.parametrize("start", range(0, 600, 100))
def test_words_survive_any_soup_of_lines(start: int) -> None:
    for number in range(start, start + 100):
        text = soup(number)
        assert words_of_article(parse(text)) == words_of_file(text), f"soup({number})"
