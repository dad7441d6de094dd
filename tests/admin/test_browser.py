"""The writer's pages in Chromium, under the policy that is sent to everyone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from articles.editing import save_draft
from articles.models import Article
from reviews import workflow
from reviews.models import Review
from tests import factories as f
from tests.admin import pages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def page(browser: Any, live_server: Any, cast: SimpleNamespace) -> Iterator[Page]:
    """Wanda's browser. Whatever it logs as an error or a warning fails the test."""
    context = pages.signed_in(browser, live_server, cast.writer)
    opened = context.new_page()
    said: list[str] = []
    opened.on(
        "console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None
    )
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    # The answer to a conflict is a 409, which Chromium logs as a resource that failed.
    assert [words for words in said if "409 (Conflict)" not in words] == []
    context.close()


def editor(page: Page) -> Any:
    # Until the script has run, the plain text area has the same role and name.
    named = page.get_by_role("textbox", name="Text", exact=True)
    return page.locator(".ProseMirror").and_(named)


def test_write_save_and_submit(page: Page, cast: SimpleNamespace) -> None:
    source = f.source(title="A trial of swimming")
    topic = f.topic()
    page.goto(pages.ADD)
    page.get_by_label("Title").press_sequentially("Swimming and back pain")
    expect(page.get_by_label("Address")).to_have_value("swimming-and-back-pain")
    page.get_by_label("Summary").fill("What a weekly swim can do.")
    editor(page).click()
    page.keyboard.type("Swimming eases back pain in some adults [1].")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="heading 2").click()
    page.keyboard.type("What to expect")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="unordered list").click()
    page.keyboard.type("Begin slowly")
    page.get_by_label(topic.name).check()
    expect(page.get_by_label("Wanda Writer")).to_be_checked()
    page.locator("#citations-0 .select2-selection").click()
    page.locator(".select2-search__field").fill("swimming")
    page.get_by_role("option", name="A trial of swimming").click()
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("is saved as version 1")).to_be_visible()
    article = Article.objects.get()
    assert article.body == (
        "<p>Swimming eases back pain in some adults [1].</p><h2>What to expect</h2>"
        "<ul><li><p>Begin slowly</p></li></ul>"
    )
    assert list(article.citations.values_list("number", "source")) == [(1, source.pk)]

    # What is not saved cannot be submitted; the button says so.
    editor(page).click()
    page.keyboard.press("End")
    page.keyboard.type(".")
    expect(page.get_by_role("button", name="Submit for review")).to_be_disabled()
    expect(page.get_by_text("Save your changes first")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_text("Edition 1 is with the reviewers.")).to_be_visible()
    assert Review.objects.get().article == article


def test_every_part_that_may_be_stored_survives_the_editor(page: Page, cast: SimpleNamespace) -> None:
    body = (
        "<h2>Two</h2><h3>Three</h3><h4>Four</h4><p><strong>b</strong> <em>i</em> <u>u</u> <s>s</s> "
        'H<sub>2</sub>O x<sup>2</sup> <code>c</code> <a href="https://example.org/">link</a><br>next</p>'
        "<ul><li><p>one</p></li></ul><ol><li><p>first</p></li></ol><blockquote><p>q</p></blockquote><hr>"
        "<table><tbody><tr><th><p>H</p></th></tr><tr><td><p>D</p></td></tr></tbody></table><p>last</p>"
    )
    article = f.draft(cast.writer, body=body)
    page.goto(pages.change(article))
    expect(editor(page)).to_contain_text("last")
    editor(page).locator("p", has_text="last").click()
    page.keyboard.press("End")
    page.keyboard.type("!")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text(" as version 2")).to_be_visible()
    stored = Article.objects.get().body
    for attribute in (' colspan="1"', ' rowspan="1"', ' rel="noopener noreferrer nofollow"'):
        stored = stored.replace(attribute, "")
    assert stored == body.replace("last", "last!")


def test_the_toolbar_makes_links_and_tables(page: Page, cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer, body="<p>word</p>")
    page.goto(pages.change(article))
    editor(page).click()
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="insert link").click()
    page.get_by_label("URL").fill("https://example.org/")
    page.get_by_role("button", name="Update").click()
    expect(editor(page).locator("a")).to_be_visible()
    # The dialog gives the focus back a moment after it has closed, with "word" still selected; what was
    # typed before then would replace it. Saving brings a fresh page.
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text(" as version 2")).to_be_visible()
    editor(page).click()
    page.keyboard.press("Control+End")
    page.get_by_role("button", name="Insert table").click()
    page.get_by_role("dialog").get_by_role("button", name="Insert Table").click()
    expect(editor(page).locator("td")).to_have_count(9)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text(" as version 3")).to_be_visible()
    stored = Article.objects.get().body
    assert '<a href="https://example.org/"' in stored
    assert stored.count("<td") == 9


def test_leaving_with_unsaved_words_asks_first(page: Page, cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer)
    page.goto(pages.change(article))
    editor(page).click()
    page.keyboard.type("Unsaved. ")
    asked: list[str] = []

    def answer(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", answer)
    page.get_by_role("link", name="Articles").first.click(no_wait_after=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert page.url.endswith(pages.change(article))
    page.remove_listener("dialog", answer)
    page.on("dialog", lambda dialog: dialog.accept())


def test_a_conflict_keeps_both_texts(page: Page, cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer)
    page.goto(pages.change(article))
    editor(page).click()
    page.keyboard.type("Mine. ")
    save_draft(article, by=cast.colleague, version=1, body="<p>Theirs.</p>")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Two texts")).to_be_visible()
    expect(editor(page)).to_contain_text("Mine.")
    expect(page.locator(".conflict del").first).to_be_visible()
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text(" as version 3")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_accessibility_violations(
    browser: Any, live_server: Any, cast: SimpleNamespace, width: int, scheme: str
) -> None:
    review = f.submitted(cast.writer)
    article = save_draft(
        review.article, by=cast.writer, version=1, title="Walking", body="<p>Other words [1].</p>"
    )
    workflow.request_changes(review, by=cast.reviewer, reason="Name the trial.")
    history = f"{pages.LIST}{article.pk}/history/"
    version = pages.client(cast.writer).get(history).context["rows"][0].pk
    # axe itself adds a style element, which the policy would refuse.
    context = pages.signed_in(
        browser, live_server, cast.writer,
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True,
    )  # fmt: skip
    page = context.new_page()
    found = {}
    for address in (
        "/admin/", pages.LIST, pages.ADD, pages.change(article), history, f"{history}{version}/",
        "/admin/articles/source/", "/admin/articles/source/add/",
    ):  # fmt: skip
        page.goto(address)
        if address in (pages.ADD, pages.change(article)):
            expect(editor(page)).to_be_visible()
        violations = Axe().run(page, options=RULES).response["violations"]
        problems = [(v["id"], [n["html"][:200] for n in v["nodes"]][:3]) for v in violations]
        if page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") > 0:
            problems.append(("wider than the screen", []))
        if problems:
            found[address] = problems
    context.close()
    assert found == {}, json.dumps(found, indent=1)


def test_stored_scripts_never_run(page: Page, cast: SimpleNamespace) -> None:
    evil = '<script>window.pwned = 1</script><p onclick="window.pwned = 1">Hello</p><img src=x onerror="window.pwned = 1">'
    article = Article.objects.create(title="<script>window.pwned = 1</script>", slug="x", body=evil)
    for address in (pages.LIST, pages.change(article), f"{pages.LIST}{article.pk}/history/"):
        page.goto(address)
        assert page.evaluate("window.pwned") is None
    page.goto(pages.change(article))
    expect(editor(page)).to_have_text("Hello")
