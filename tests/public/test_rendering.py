"""`articles.rendering.render`: where everything stands on the page."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from articles.documents import parse_body
from articles.rendering import PlacedDisclaimer, render
from tests.public.pages import ids, soup, text

DAY = dt.date(2027, 3, 14)
RITA = {"name": "Dr Rita", "credentials": "MD", "meaning": "I agree", "on": "2027-03-14"}


def reference(number: int, **record: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("authors", "container", "volume", "issue", "pages", "doi", "pmid", "url"), "")
    return {
        "number": number,
        "source": number,
        "digest": "0" * 64,
        "record": {**empty, "kind": "trial", "title": "A trial", "year": 2024, "standing": "none", **record},
    }


def rendered(body: str, *, references: list[dict[str, Any]] | None = None, **more: Any) -> str:
    content = {
        "schema": 1, "article": 1, "number": 3, "slug": "s", "locale": "en-GB", "title": "Title", "summary": "",
        "body": body, "topics": [], "authors": [], "contributors": [], "interests": "",
        "references": references or [], "correction": None, **more.pop("content", {}),
    }  # fmt: skip
    published = {
        "disclaimers": [], "signers": [RITA], "notices": [], "published_on": DAY, "first_published_on": DAY,
        "reviewed_on": DAY, "review_due": dt.date(2030, 3, 14),
    }  # fmt: skip
    return render(content, **{**published, **more})


def disclaimer(key: str, placement: str, after: int = -1) -> PlacedDisclaimer:
    return {
        "key": key, "version": 1, "digest": "0" * 64, "text": f"Words of {key}.\n\nIt's “R&D” <now>.",
        "placement": placement, "after": after,
    }  # fmt: skip


def after(body: str, passage: str) -> int:
    read = parse_body(body).text
    return read.index(passage) + len(passage)


def order(html: str, *parts: str) -> list[str]:
    assert all(html.count(part) == 1 for part in parts), [html.count(part) for part in parts]
    return sorted(parts, key=html.index)


# --- Dates and names ------------------------------------------------------------------------------


def test_the_review_line_of_a_published_page() -> None:
    html = rendered("<p>Text.</p>", first_published_on=dt.date(2025, 1, 2))
    assert text(html, "//p[@class='review-line']") == (
        "✓ Medically reviewed by Dr Rita, MD on 14 March 2027 "
        "Published 2 January 2025 Updated 14 March 2027 Next review due 14 March 2030"
    )


def test_signatures_of_different_days_each_carry_theirs() -> None:
    ravi = {"name": "Dr Ravi", "credentials": "", "meaning": "I agree too", "on": "2027-03-15"}
    line = text(rendered("<p>Text.</p>", signers=[RITA, ravi]), "//p[@class='review-line']")
    assert "by Dr Rita, MD on 14 March 2027 and Dr Ravi on 15 March 2027 " in line


def test_a_preview_says_that_it_is_not_published() -> None:
    none = dict.fromkeys(("published_on", "first_published_on", "reviewed_on", "review_due"))
    html = rendered("<p>Text.</p>", signers=[], **none)
    assert text(html, "//p[@class='review-line']") == "Not published yet"
    assert "Nobody has signed this text yet." in html
    ids(html)


# --- Contents -------------------------------------------------------------------------------------


def test_contents_from_five_headings_on() -> None:
    four = "".join(f"<h2>Part {n} [1]</h2><p>Text.</p>" for n in range(4))
    assert "On this page" not in rendered(four)
    html = rendered(four + "<h2>Part 4</h2><p>Text.</p>", references=[reference(1)])
    assert soup(html).xpath("//nav[@class='contents']//a/text()") == [
        "Part 0", "Part 1", "Part 2", "Part 3", "Part 4", "References",
    ]  # fmt: skip
    ids(html)


# --- References -----------------------------------------------------------------------------------


def test_references_jump_and_come_back() -> None:
    body = "<p>One [1]. Two [2, 4]. <em>Many [1–3]</em>. Unknown [9]. Year [2024].</p><h2>More [2]</h2>"
    html = rendered(body, references=[reference(n) for n in (1, 2, 3, 4, 7)])
    found = ids(html)
    assert {"cited-1", "cited-2", "cited-3", "cited-4"} <= found
    assert "cited-7" not in found
    page = soup(html)
    assert page.xpath("//sup[@class='ref']//a/@href") == [f"#reference-{n}" for n in (1, 2, 4, 1, 2, 3, 2)]
    assert page.xpath("//section[@class='references']//li/@value") == ["1", "2", "3", "4", "7"]
    assert page.xpath("//section[@class='references']//a[starts-with(@href, '#')]/@href") == [
        f"#cited-{n}" for n in (1, 2, 3, 4)
    ]
    assert text(html, "//div[@class='body']/p") == "One1. Two2,4. Many1,2,3. Unknown [9]. Year [2024]."


@pytest.mark.parametrize("between", ["", " ", "\n "])
def test_neighbouring_markers_do_not_run_together(between: str) -> None:
    html = rendered(f"<p>Twice [1]{between}[2] said.</p>", references=[reference(1), reference(2)])
    assert text(html, "//sup") == "1,2"
    assert text(html, "//div[@class='body']") == "Twice1,2 said."


def test_a_marker_inside_a_link_stays_text() -> None:
    html = rendered('<p><a href="https://example.org/">See [1]</a></p>', references=[reference(1)])
    assert "See [1]" in html
    assert not soup(html).xpath("//sup")
    ids(html)


@pytest.mark.parametrize(
    ("standing", "words", "alarm"),
    [
        ("retracted", "⊗ Retracted", "stop"),
        ("withdrawn", "⊗ Withdrawn", "stop"),
        ("expression_of_concern", "▲ Expression of concern", "attention"),
    ],
)
def test_a_source_that_does_not_stand_is_marked(standing: str, words: str, alarm: str) -> None:
    html = rendered("<p>Text [1].</p>", references=[reference(1, standing=standing)])
    assert text(html, f"//strong[@class='badge badge-{alarm}']") == words


@pytest.mark.parametrize("standing", ["none", "correction", "reinstated", "unknown"])
def test_other_standings_raise_no_alarm(standing: str) -> None:
    assert "badge" not in rendered("<p>Text [1].</p>", references=[reference(1, standing=standing)])


def test_a_full_reference() -> None:
    full = reference(
        1, authors="Stone AB, Reed C", title="Does walking help?", container="Journal of Samples", volume="12",
        issue="3", pages="101-9", doi="10.1000/a<b>", pmid="12345", url="https://example.org/x?a=1&b=2",
    )  # fmt: skip
    html = rendered("<p>Text [1].</p>", references=[full])
    assert text(html, "//section[@class='references']//li") == (
        "Stone AB, Reed C. Does walking help? Journal of Samples. 2024;12(3):101–109. Clinical trial. "
        "doi:10.1000/a<b> PubMed 12345 example.org ↩"
    )
    assert soup(html).xpath("//section[@class='references']//a[not(starts-with(@href, '#'))]/@href") == [
        "https://doi.org/10.1000/a%3Cb%3E", "https://pubmed.ncbi.nlm.nih.gov/12345/", "https://example.org/x?a=1&b=2",
    ]  # fmt: skip


# --- Disclaimers ----------------------------------------------------------------------------------

BODY = (
    "<p>First passage.</p><p>Second passage [1].</p><ul><li>An item.</li><li>Another item.</li></ul>"
    "<table><tbody><tr><td>A cell.</td></tr></tbody></table><p>Last passage.</p>"
)


def test_top_body_references_end_in_this_order() -> None:
    html = rendered(
        BODY,
        references=[reference(1)],
        disclaimers=[
            disclaimer("e1", "end"),
            disclaimer("t1", "top"),
            disclaimer("e2", "end"),
            disclaimer("t2", "top"),
        ],
    )
    parts = (
        "Words of t1.", "Words of t2.", "First passage.", "Last passage.", 'id="references"', "Words of e1.",
        "Words of e2.", 'id="how-checked"',
    )  # fmt: skip
    assert order(html, *parts) == list(parts)
    page = soup(html)
    assert page.xpath("//*[@data-disclaimer]/@data-disclaimer") == ["t1", "t2", "e1", "e2"]
    for aside in page.xpath("//aside"):  # each is named by its own heading
        assert page.get_element_by_id(aside.get("aria-labelledby")).getparent() is aside
    assert not page.xpath("//details")
    ids(html)


@pytest.mark.parametrize(
    ("passage", "before", "behind"),
    [
        ("First passage.", "First passage.", "Second passage"),
        ("First", "First passage.", "Second passage"),
        ("passage [1]", "Second passage", "An item."),
        ("An item.", "Another item.", "A cell."),
        ("A cell.", "A cell.", "Last passage."),
        ("Last passage.", "Last passage.", 'id="references"'),
    ],
)
def test_an_inline_disclaimer_stands_behind_its_passage(passage: str, before: str, behind: str) -> None:
    placed = disclaimer("here", "inline", after(BODY, passage))
    html = rendered(BODY, references=[reference(1)], disclaimers=[placed])
    assert order(html, behind, "Words of here.", before) == [before, "Words of here.", behind]
    box = soup(html).xpath("//div[@data-disclaimer='here']")[0]
    assert box.get("role") == "note"
    assert box.getparent().get("class") == "body"


def test_inline_disclaimers_at_one_passage_keep_their_order() -> None:
    place = after(BODY, "First passage.")
    placed = [disclaimer(key, "inline", place) for key in ("a", "b", "c")]
    html = rendered(BODY, disclaimers=[*placed, disclaimer("d", "inline", after(BODY, "An item."))])
    assert soup(html).xpath("//*[@data-disclaimer]/@data-disclaimer") == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    "body", ["Bare text.", "Bare <em>text</em>.<p>Later.</p>", "<p>Before.</p>Bare text.<p>Later.</p>"]
)
def test_an_inline_disclaimer_in_bare_text(body: str) -> None:
    html = rendered(body, disclaimers=[disclaimer("here", "inline", after(body, "Bare"))])
    said = text(html, "//div[@class='body']")
    assert said.index("text") < said.index("Words of here.")
    assert "Later." not in said or said.index("Words of here.") < said.index("Later.")


def test_a_disclaimer_is_shown_word_for_word() -> None:
    # `manage.py verify` looks for each escaped paragraph on the page, in every place.
    for placement, position in (("top", -1), ("inline", 3), ("end", -1)):
        html = rendered(BODY, disclaimers=[disclaimer("d", placement, position)])
        assert "<p>It&#x27;s “R&amp;D” &lt;now&gt;.</p>" in html


# --- Tables ---------------------------------------------------------------------------------------


def test_a_table_scrolls_in_a_frame_that_the_keyboard_reaches() -> None:
    html = rendered(BODY + BODY)
    frames = soup(html).xpath("//div[@class='table-frame'][table]")
    assert [frame.get("aria-label") for frame in frames] == ["Table 1", "Table 2"]
    assert {(frame.get("role"), frame.get("tabindex")) for frame in frames} == {("region", "0")}
    assert text(html, "//div[@class='body']").count("Last passage.") == 2


def test_the_same_content_gives_the_same_page() -> None:
    assert rendered(BODY, references=[reference(1)]) == rendered(BODY, references=[reference(1)])
