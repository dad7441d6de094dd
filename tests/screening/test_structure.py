"""Housekeeping: metadata, scraped interface text, lost lists, second titles and second copies."""

from __future__ import annotations

import pytest

from articles.documents import document
from reviews.screening import Hit, screen

LONG = "<p>Walking a little further every day is a sensible way of coming back after an illness.</p>"


def found(rule: str, body: str, title: str = "Sleep and mood") -> list[Hit]:
    article = document(title=title, body=body, authors=("Jo",), references=(1,))
    return [hit for hit in screen(article) if hit.rule == rule]


def test_missing_author_sources_and_date_are_three_facts() -> None:
    hits = screen(document(title="T", body="<p>Text.</p>", dated=False))
    assert [(h.rule, h.severity, h.start, h.end, h.quote) for h in hits] == [
        ("metadata.author", "fix", 0, 0, ""),
        ("metadata.date", "fix", 0, 0, ""),
        ("metadata.sources", "fix", 0, 0, ""),
    ]


def test_complete_metadata_is_silent() -> None:
    assert screen(document(title="T", body="<p>Text [1].</p>", authors=("Jo",), references=(1,))) == []


def test_blank_author_is_no_author() -> None:
    hits = screen(document(title="T", body="<p>Text [1].</p>", authors=(" ",), references=(1,)))
    assert [hit.rule for hit in hits] == ["metadata.author"]


CHROME = [
    "Share", "Skip to content", "See also\u00a0 Understanding brain chemistry", "Read more", "Read More >>",
    "Leave a comment", "Leave a Reply", "Related posts", "Your email address will not be published. Required fields are marked *",
    "Sign up for our newsletter", "Table of contents", "Tweet", "Pin it", "Posted by admin on 3 May 2021", "Share on Facebook",
    "We use cookies to give you the best experience.", "Previous post: Five teas", "Filed under: Wellness", "Back to top",
    "You may also like", "No comments", "Click to share on X",
]  # fmt: skip
CONTENT = [
    "Share what you have learned with your doctor.", "Read more about your medicine in the leaflet that comes with it.",
    "Related conditions", "Responses to treatment", "Email", "Home", "Published in 2019, the trial was small.",
    "Cookies and other sweet snacks", "See also your own notes.", "Comments from our readers were kind.", "Contact",
]  # fmt: skip


@pytest.mark.parametrize("line", CHROME)
def test_interface_text_is_found(line: str) -> None:
    (hit,) = found("chrome.line", f"{LONG}<p>{line}</p>")
    assert (hit.quote, hit.severity) == (line, "fix")


@pytest.mark.parametrize("line", CONTENT)
@pytest.mark.parametrize("tag", ["p", "h2", "li"])
def test_content_is_not_taken_for_interface_text(line: str, tag: str) -> None:
    assert not found("chrome.line", f"{LONG}<{tag}>{line}</{tag}>{LONG}")


def test_what_cannot_be_seen_hides_no_chrome_and_no_lost_list() -> None:
    (hit,) = found("chrome.line", f"{LONG}<p>Sk\u200bip to content</p>{LONG}")
    assert hit.quote == "Sk\u200bip to content"
    assert found("structure.empty_list", "<p>The side effects include:\u200b</p><h2>Next</h2>" + LONG)


def test_a_marker_in_wide_letters_is_a_marker() -> None:
    (hit,) = found("references.dangling", "<p>Walking eases pain ［９］.</p>")
    assert (hit.quote, "[9]" in hit.message) == ("［９］", True)
    assert not found("references.uncited", "<p>Walking eases pain ［1］.</p>")


def test_titles_of_other_pages_belong_to_the_heading_above_them() -> None:
    links = "<p>Related posts</p><p>Five Teas for Winter</p><p>Can Cats Help You Sleep?</p>"
    assert [hit.quote for hit in found("chrome.line", f"{LONG}{links}<p>Leave a comment</p>")] == [
        "Related posts",
        "Five Teas for Winter",
        "Can Cats Help You Sleep?",
        "Leave a comment",
    ]
    assert len(found("chrome.line", LONG + links)) == 3


def test_an_article_that_goes_on_is_not_taken_for_links() -> None:
    body = f"<p>Related posts</p><h2>Sleep in winter</h2>{LONG}"
    assert [hit.quote for hit in found("chrome.line", body)] == ["Related posts"]


def test_the_title_is_the_first_line_that_is_no_interface_text() -> None:
    body = f"<p>Sleep in winter</p>{LONG}<p>Sleep in winter</p>"
    (hit,) = found("structure.repeated_title", body, title="Skip to content")
    assert hit.start > len(LONG)
    assert [hit.quote for hit in found("structure.repeated_title", body, title="Menu")] == ["Sleep in winter"]


def test_a_doubtful_word_counts_beside_sure_chrome() -> None:
    body = f"{LONG}<p>Share</p><p>Facebook</p><p>Email</p><p>A line of text.</p><p>Print</p>"
    assert [hit.quote for hit in found("chrome.line", body)] == ["Share", "Facebook", "Email"]


def test_description_of_a_lost_picture() -> None:
    assert [
        h.quote for h in found("chrome.alt_text", "<p>brown concrete building during daytime</p>" + LONG)
    ] == ["brown concrete building during daytime"]
    assert not found(
        "chrome.alt_text", "<p>We walked during daytime.</p><p>Bring:</p><p>a photo of your rash</p>"
    )


EMPTY = [
    "<p>The benefits include:</p>",
    "<p>The benefits include:</p><h2>Next</h2>" + LONG,
    "<p>He explained:</p><h2>Next</h2>",
    "<p>The benefits include:</p><p>" + "Sleep is a need that many people neglect. " * 5 + "</p>",
    "<p>The benefits include:</p><p>A heading that lost its markup</p><p>" + "Sleep is a need of many people. " * 5 + "</p>",
    "<p>The benefits include:</p><p>Share</p><h2>Next</h2>",
]  # fmt: skip
FILLED = [
    "<p>The benefits include:</p><ul><li>sleep</li></ul>",
    "<p>As she put it:</p><blockquote>I slept.</blockquote>",
    "<p>The doses were:</p><table><tr><td>low</td></tr></table>",
    "<p>The benefits include:</p><p>- sleep</p><p>- rest</p>",
    "<p>The benefits include:</p><p>1. Sleep</p><p>2. Rest</p>",
    "<p>The benefits include:</p><p>Sleep</p><p>Rest</p>",
    "<p>The benefits include:</p><p>Sleep: " + "people who walked slept much better than people who did not. " * 4 + "</p>",
    "<p>One thing matters:</p><p>" + "Sleep is a need that many people neglect. " * 5 + "</p>",
    "<ul><li>Outside:<ul><li>walk</li></ul></li></ul>",
    "<h2>Part one:</h2><h3>Sleep</h3>" + LONG,
    "<p>The stages are:</p><h3>Sleep</h3><p>Sleep comes first.</p><h3>Rest</h3><p>Rest comes next.</p>",
]  # fmt: skip


@pytest.mark.parametrize("body", EMPTY)
def test_a_colon_with_nothing_after_it(body: str) -> None:
    (hit,) = found("structure.empty_list", body)
    assert hit.quote.endswith(":") and hit.severity == "fix"


@pytest.mark.parametrize("body", FILLED)
def test_a_colon_that_is_followed_up(body: str) -> None:
    assert not found("structure.empty_list", body)


@pytest.mark.parametrize("line", ["Sleep and mood", "SLEEP AND MOOD", "Sleep – and mood!"])
def test_repeated_title(line: str) -> None:
    (hit,) = found("structure.repeated_title", f"<h2>{line}</h2>{LONG}")
    assert (hit.quote, hit.severity) == (line, "fix")


def test_similar_heading_is_no_repeated_title() -> None:
    assert not found("structure.repeated_title", f"<h2>Sleep and mood in winter</h2>{LONG}")


def test_empty_title_is_never_repeated() -> None:
    assert not found("structure.repeated_title", f"<p>***</p>{LONG}", title="!!!")


def test_second_copy_is_one_hit_from_its_heading_to_its_end() -> None:
    section = f"<h2>How to begin</h2>{LONG}<p>Start slowly.</p>"
    body = section + "<p>Something in between.</p>" + section + "<p>After.</p>"
    article = document(title="T", body=body, authors=("Jo",), references=(1,))
    (hit,) = (hit for hit in screen(article) if hit.rule == "structure.duplicate")
    assert hit.quote.startswith("How to begin\nWalking") and hit.quote.endswith("Start slowly.")
    assert hit.start == article.text.rindex("How to begin")


@pytest.mark.parametrize(
    "body",
    [
        "<p>Start slowly.</p>" + LONG + "<p>Start slowly.</p>",  # short lines may recur
        LONG + LONG.replace("little", "lot"),
        "<table><tr>" + f"<td>{'word ' * 14}</td>" * 2 + "</tr></table>",
    ],
)
def test_no_second_copy(body: str) -> None:
    assert not found("structure.duplicate", body)


def test_summary_may_be_the_first_paragraph() -> None:
    text = LONG.removeprefix("<p>").removesuffix("</p>")
    article = document(title="T", summary=text, body=LONG, authors=("Jo",), references=(1,))
    assert "structure.duplicate" not in {hit.rule for hit in screen(article)}


def test_what_a_second_copy_says_is_not_reported_again() -> None:
    dose = "<p>Those who are new to this should start with 0.1 g of dried mushroom and wait.</p>"
    assert len(found("dosing.amount", dose + "<p>Between.</p>" + dose)) == 1
