"""Comparing two texts: readable, valid, harmless, and never long."""

from __future__ import annotations

import random
import time

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from articles.differences import LONGEST, marked, stretches
from articles.html import clean

EVIL = '<script>alert(1)</script><p onclick="alert(2)">Hello</p><img src=x onerror=alert(3)><a href="javascript:alert(4)">x</a>'
ROW = "<tr><td>{}</td><td>{}</td></tr>"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("<p>Take it daily.</p>", "<p>Take it daily.</p>", "<p>Take it daily.</p>"),
        ("", "<p>New.</p>", "<p><ins>New.</ins></p>"),
        ("<p>Old.</p>", "", "<p><del>Old.</del></p>"),
        ("", "", ""),
        ("<p>a</p><p>b</p>", "<p>a</p>", "<p>a</p><p><del>b</del></p>"),
        # A list or a table is never torn apart, and a changed dose is marked in its own cell.
        (
            "<ul><li>One</li><li>Two</li></ul>",
            "<ul><li>One</li><li>Half</li><li>Two</li></ul>",
            "<ul><li>One</li><li><ins>Half</ins></li><li>Two</li></ul>",
        ),
        (
            f"<table><tbody>{ROW.format('6', '5 mg')}{ROW.format('12', '9 mg')}</tbody></table>",
            f"<table><tbody>{ROW.format('6', '50 mg')}{ROW.format('12', '9 mg')}</tbody></table>",
            f"<table><tbody>{ROW.format('6', '<ins>50</ins> <del>5</del> mg')}{ROW.format('12', '9 mg')}</tbody></table>",
        ),
        ("<p>One line.</p>", "<h2>One line.</h2>", "<p><del>One line.</del></p><h2><ins>One line.</ins></h2>"),
        ("plain &lt;b&gt;", "plain &lt;i&gt;", "plain <ins>&lt;i&gt;</ins> <del>&lt;b&gt;</del>"),
    ],
)  # fmt: skip
def test_what_is_marked(before: str, after: str, expected: str) -> None:
    assert marked(before, after) == expected


def test_unchanged_stretches_are_known() -> None:
    same = "<p>One paragraph.</p><p>Another paragraph.</p>"
    found = stretches(f"{same}<p>Rest for two weeks.</p>{same}", f"{same}<p>Rest for nine weeks.</p>{same}")
    assert [(stretch.same, stretch.blocks, stretch.words) for stretch in found] == [
        (True, 2, False), (False, 1, True), (True, 2, False),
    ]  # fmt: skip


def test_emphasis_alone_changes_no_words() -> None:
    (found,) = stretches("<p>Call at once.</p>", "<p><strong>Call</strong> at once.</p>")
    assert (found.same, found.words) == (False, False)


def test_marks_are_said_to_those_who_do_not_see_them() -> None:
    (found,) = stretches("<p>Rest for two weeks, then walk.</p>", "<p>Rest for nine weeks, then walk.</p>")
    text = lxml_html.fromstring(str(found.spoken)).text_content()
    assert "[added: nine]" in text
    assert "[taken out: two]" in text


def test_nothing_runs_that_stood_in_either_text() -> None:
    for before, after in (
        ("<p>a</p>", EVIL + "<ins onclick=x>c</ins>"),
        (EVIL, "<p>a</p>"),
        (EVIL, EVIL + EVIL),
    ):
        found = marked(before, after)
        for bad in ("<script", "<img", "onerror", "onclick", "javascript:"):
            assert bad not in found


def without(html: str, mark: str) -> str:
    """The text that is left when what stands in `mark` is taken out."""
    root = lxml_html.fragment_fromstring(html or "<p></p>", create_parent="div")
    for element in list(root.iter(mark)):
        element.drop_tree()
    return "".join(root.text_content().split())


words = st.text("abc <>&é☃\x00", max_size=12)
pieces = st.recursive(
    words,
    lambda inner: st.builds(
        "<{0}>{1}</{0}>".format,
        st.sampled_from("p h2 ul ol li blockquote table tr td th strong em sup br hr ins del script".split()),
        st.lists(inner, max_size=4).map("".join),
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(pieces, pieces)
def test_both_texts_can_be_read_out_of_it_and_it_is_valid(before: str, after: str) -> None:
    found = str(marked(before, after))
    assert without(found, "del") == without(clean(after), "del")
    assert without(found, "ins") == without(clean(before), "ins")
    again = nh3.clean(found, tags=nh3.ALLOWED_TAGS | {"ins", "del"}, link_rel="noopener noreferrer nofollow")
    assert (
        lxml_html.fromstring(f"<div>{again}</div>").text_content()
        == lxml_html.fromstring(f"<div>{found}</div>").text_content()
    )


@pytest.mark.parametrize("kind", ["scattered", "one block", "many blocks", "shuffled", "repeated", "beyond"])
def test_no_text_keeps_a_worker_for_long(kind: str) -> None:
    """Seconds on a slow machine; without its limits, the comparison of some of these takes minutes."""
    chance = random.Random(7)
    some = [f"word{chance.randrange(3000)}" for _ in range(50_000)]
    other = ["new" if place % 50 == 0 else word for place, word in enumerate(some)]
    size = {"one block": 50_000, "many blocks": 2, "beyond": 60}.get(kind, 60)
    if kind == "beyond":
        some, other = some * (LONGEST // 100_000), other * (LONGEST // 100_000)

    def text(words: list[str]) -> list[str]:
        return [f"<p>{' '.join(words[n : n + size])}</p>" for n in range(0, len(words), size)]

    before, after = text(some), text(other)
    if kind == "shuffled":
        chance.shuffle(after)
    if kind == "repeated":
        before, after = ["<p>a b</p>", "<p>b a</p>"] * 5000, ["<p>b a</p>", "<p>c</p>", "<p>a b</p>"] * 5000
    started = time.monotonic()
    marked("".join(before), "".join(after))
    assert time.monotonic() - started < 5


def test_blocks_within_blocks_without_end() -> None:
    """What lies deeper than the parser goes is not shown in the article either."""
    assert marked("<blockquote>" * 3000 + "y", "<blockquote>" * 3000 + "x").startswith("<blockquote>")
