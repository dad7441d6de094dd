"""No word of a plain-text file is lost or moved."""

from __future__ import annotations

import random
import re
import time
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


@pytest.mark.parametrize("start", ["- ", "1. ", "# ", "", "• "])
def test_a_million_spaces_take_no_time(start: str) -> None:
    spaces = "\xa0" * 900_000
    begun = time.perf_counter()
    parsed = parse(f"Title\n{start}{spaces}%\n{spaces}x")
    assert time.perf_counter() - begun < 10  # hours, if white space were tried one by one
    assert parsed.title == "Title"


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
