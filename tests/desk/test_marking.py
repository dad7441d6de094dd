"""Passages marked in the frozen text: right words, right nesting, valid HTML, nothing executable."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import html as lxml_html

from articles.documents import document
from reviews.marking import Mark, Marked, mark_up


def content(body: str, *, title: str = "A title", summary: str = "", references: int = 1) -> dict[str, Any]:
    return {
        "title": title,
        "summary": summary,
        "body": body,
        "references": [{"number": n} for n in range(1, references + 1)],
    }


def mark(what: dict[str, Any], words: str, key: str = "claim-1", kind: str = "claim") -> Mark:
    text = document(title=what["title"], summary=what["summary"], body=what["body"]).text
    start = text.index(words)
    return Mark(key, kind, "open", start, start + len(words), "1○", "Claim 1: to be checked")


def marked_words(html: str, key: str) -> str:
    root = lxml_html.fragment_fromstring(html, create_parent="div")
    for pin in root.findall(".//a[@class]"):
        if "pin" in pin.get("class", ""):
            pin.text = ""
    found = root.xpath(".//mark[@data-claim=$k or @data-finding=$k]", k=key)
    return "".join(m.text_content() for m in found)


def whole(marked: Marked) -> str:
    return f"{marked.title}|{marked.summary}|{marked.body}"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<p>Walking eases pain.</p>", "eases"),
        ("<p>Walking <strong>eases</strong> pain.</p>", "Walking eases pain."),
        ("<p>Walking <em><strong>ea</strong>ses</em> pain.</p>", "g eases p"),
        ("<p>5 &lt; 6 &amp; 7 &gt; 6, so walk.</p>", "< 6 & 7 >"),
        ("<p>One.</p><p>Two and three.</p>", "Two"),
        ("<p>  Spaced   out \n words  here </p>", "out words here"),
        ("<ul><li>first point</li><li>second point</li></ul>", "second point"),
        ("<table><tr><td>cell one</td><td>cell two</td></tr></table>", "cell two"),
        ("<p>before<br>after</p>", "after"),
        ("<p>caf\u00e9 \U0001f6b6 walk \U0001f9d8 rest</p>", "\U0001f6b6 walk \U0001f9d8"),
        ("bare words without a paragraph", "words without"),
        ("<blockquote><p>quoted words</p></blockquote>", "quoted"),
        ("<p>see <a href='https://example.org'>this link</a> now</p>", "see this link now"),
    ],
)
def test_exactly_the_words_are_marked(body: str, words: str) -> None:
    what = content(body)
    result = mark_up(what, [mark(what, words)])
    assert " ".join(marked_words(result.body, "claim-1").split()) == " ".join(words.split())


@pytest.mark.parametrize("words", ["A title", "title", "short", "short summary.", "Body words"])
def test_title_and_summary_count_in_the_offsets(words: str) -> None:
    what = content("<p>Body words.</p>", summary="A short  summary.")
    assert marked_words(whole(mark_up(what, [mark(what, words)])), "claim-1") == words


def test_text_is_unchanged_by_marks() -> None:
    what = content("<p>Walking <strong>most days</strong> eases pain [1].</p><p>Rest &amp; sleep.</p>")
    marks = [mark(what, "most days eases", "claim-1"), mark(what, "eases pain", "finding-1", "finding")]
    plain = lxml_html.fragment_fromstring(mark_up(what, []).body, create_parent="div").text_content()
    both = lxml_html.fragment_fromstring(mark_up(what, marks).body, create_parent="div")
    for pin in both.xpath(".//a[contains(@class, 'pin')]"):
        pin.drop_tag() if pin.text is None else pin.set("data-gone", "1")
        pin.text = ""
    assert both.text_content() == plain


def test_overlapping_marks_each_cover_their_own_words() -> None:
    what = content("<p>one two three four five</p>")
    marks = [mark(what, "one two three", "claim-1"), mark(what, "three four five", "finding-1", "finding")]
    body = mark_up(what, marks).body
    assert marked_words(body, "claim-1") == "one two three"
    assert marked_words(body, "finding-1") == "three four five"


@pytest.mark.parametrize("inner", ["one", "two", "three"])
def test_a_mark_inside_another_is_nested_and_the_outer_one_is_not_cut(inner: str) -> None:
    what = content("<p>one two three</p>")
    marks = [mark(what, inner, "finding-1", "finding"), mark(what, "one two three", "claim-1")]
    root = lxml_html.fragment_fromstring(mark_up(what, marks).body, create_parent="div")
    outer = root.findall(".//mark[@data-claim='claim-1']")
    assert len(outer) == 1
    assert outer[0].find("mark").get("data-finding") == "finding-1"


def test_two_marks_on_the_same_words() -> None:
    what = content("<p>one two</p>")
    body = mark_up(what, [mark(what, "one", "claim-1"), mark(what, "one", "claim-2")]).body
    assert marked_words(body, "claim-1") == marked_words(body, "claim-2") == "one"


def test_every_id_stands_once_and_every_pin_once() -> None:
    what = content("<p>one <em>two</em> three</p><p>four</p>")
    marks = [mark(what, "one two three", f"claim-{n}") for n in range(1, 4)]
    marks.append(mark(what, "two three\nfour", "finding-1", "finding"))
    root = lxml_html.fragment_fromstring(mark_up(what, marks).body, create_parent="div")
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert sorted(ids) == ["passage-claim-1", "passage-claim-2", "passage-claim-3", "passage-finding-1"]
    pins = [a.get("href") for a in root.findall(".//a") if "pin" in a.get("class", "")]
    assert sorted(pins) == ["#claim-1", "#claim-2", "#claim-3", "#finding-1"]


def test_no_link_stands_inside_a_link() -> None:
    what = content("<p>see <a href='https://example.org'>the whole of it [1]</a>, then walk</p>")
    root = lxml_html.fragment_fromstring(
        mark_up(what, [mark(what, "the whole of it")]).body, create_parent="div"
    )
    assert not root.findall(".//a//a")
    pin = root.xpath(".//a[contains(@class, 'pin')]")[0]
    assert pin.getprevious().tag == "a"
    assert pin.tail == ", then walk"


def test_citations_lead_to_their_references_and_unknown_ones_do_not() -> None:
    what = content("<p>Pain falls [1], as was said [7].</p>")
    body = mark_up(what, []).body
    assert '<a href="#reference-1" class="cite">[1]</a>' in body
    assert "[7]" in body
    assert "reference-7" not in body


@pytest.mark.parametrize(
    "bad", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><b onclick=x>']
)
def test_nothing_that_runs_survives(bad: str) -> None:
    what = content(f"<p>words {bad} more</p>", title=f"T {bad}", summary=f"S {bad}")
    html = whole(mark_up(what, [mark(what, "words")]))
    root = lxml_html.fragment_fromstring(html, create_parent="div")
    assert not root.xpath(".//script | .//img | .//b")
    assert not root.xpath(".//@onerror | .//@onclick")


def test_what_a_mark_says_of_itself_is_escaped() -> None:
    what = content("<p>words</p>")
    evil = Mark('c"><script>', "claim", 'x"y', what["body"].index("w") + 6, 13, "<b>", '"><i>')
    root = lxml_html.fragment_fromstring(mark_up(what, [evil]).body, create_parent="div")
    assert not root.xpath(".//script | .//i | .//b")


def test_empty_text_and_marks_beyond_it_do_no_harm() -> None:
    beyond = Mark("claim-1", "claim", "open", 900, 950, "1", "Claim 1")
    assert mark_up(content(""), [beyond]).body == ""
    nothing = Mark("claim-2", "claim", "open", 3, 3, "2", "Claim 2")
    assert "mark" not in whole(mark_up(content("<p>abc</p>"), [nothing]))
