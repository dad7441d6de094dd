"""The screening beside the editor, in Chromium: marks, pins, answers, and saving without leaving the page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from articles.admin.article import ArticleAdmin
from articles.editing import save_draft
from articles.models import Article
from reviews import answers
from reviews.models import Answer
from tests import factories as f
from tests import remarks
from tests.admin import pages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
DOSE = "Take 10 mg of melatonin before bed."
VAGUE = "Experts say that a short walk helps."
FILLER = "".join(f"<p>Paragraph {n} says nothing much, and says it slowly.</p>" for n in range(40))
BODY = f"{f.BODY}<p>{DOSE}</p>{FILLER}<p><em>Experts</em> say that a short walk helps.</p>"


@pytest.fixture(autouse=True)
def _few_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    remarks.install(monkeypatch)


@pytest.fixture
def article(cast: SimpleNamespace) -> Article:
    return f.draft(cast.writer, body=BODY, title="Walking and back pain")


@pytest.fixture
def page(browser: Any, live_server: Any, cast: SimpleNamespace, article: Article) -> Iterator[Page]:
    """Wanda's browser at her draft. Whatever it logs as an error or a warning fails the test."""
    context = pages.signed_in(browser, live_server, cast.writer)
    opened = context.new_page()
    said: list[str] = []
    opened.on(
        "console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None
    )
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.goto(pages.change(article))
    expect(opened.locator(".ProseMirror .pin").first).to_be_visible()
    opened.evaluate("window.stayed = true")
    yield opened
    # What the server refuses, Chromium logs as a resource that failed.
    assert [words for words in said if "Failed to load resource" not in words] == []
    context.close()


def stayed(page: Page) -> bool:
    """Whether the page was never loaded again."""
    return page.evaluate("window.stayed === true") is True


def marked(page: Page, words: str) -> Any:
    return page.locator(".ProseMirror .mark", has_text=words)


def entry(page: Page, words: str) -> Any:
    return page.locator("li[data-passage]", has_text=words)


def caret_at(page: Page, words: str) -> None:
    """Put the cursor at the end of the paragraph that says `words`."""
    page.locator(".ProseMirror p", has_text=words).click()
    page.keyboard.press("End")


def test_passages_are_marked_by_colour_line_pin_and_word(page: Page) -> None:
    critical, resolve = marked(page, DOSE), marked(page, "say that a short walk")
    grounds = [one.evaluate("e => getComputedStyle(e).backgroundColor") for one in (critical, resolve)]
    lines = [one.evaluate("e => getComputedStyle(e).textDecorationStyle") for one in (critical, resolve)]
    assert len(set(grounds)) == 2 and len(set(lines)) == 2
    assert page.locator(".ProseMirror .pin").all_text_contents() == ["▲ 1 Critical", "◆ 2 To resolve"]
    assert marked(page, "Experts").count() == 1  # a passage may run across formatting
    assert Article.objects.get().body == BODY  # marks are no part of the text


def test_a_click_in_the_list_goes_to_the_passage(page: Page) -> None:
    page.locator("details[data-group=resolve] > summary").click()
    entry(page, "Experts").locator("[data-go]").click()
    expect(marked(page, "say that a short walk")).to_be_in_viewport()
    expect(page.locator(".ProseMirror")).to_be_focused()
    assert marked(page, "say that").get_attribute("class") == "mark mark-resolve flash"
    expect(page.locator(".ProseMirror .flash")).to_have_count(0)
    page.keyboard.type("X")
    expect(page.locator(".ProseMirror")).to_contain_text("XExperts say that")
    assert stayed(page)


def test_a_pin_goes_to_its_remark_and_the_keyboard_back_to_the_passage(page: Page) -> None:
    page.locator(".ProseMirror .pin", has_text="Critical").click()
    expect(page.locator("#hit-1")).to_be_focused()
    expect(page.locator("#hit-1")).to_be_in_viewport()
    pin = page.locator(".ProseMirror .pin", has_text="To resolve")
    pin.click()
    expect(page.locator("#hit-2")).to_be_focused()
    expect(page.locator("#hit-2")).to_be_in_viewport()
    assert page.locator("details[data-group=resolve]").get_attribute("open") is not None
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".ProseMirror")).to_be_focused()
    page.keyboard.press("Tab")  # by keyboard the list leads to each passage: the pins are no stops
    assert page.evaluate("document.activeElement.matches('.pin')") is False


def test_marks_move_with_the_text_and_an_edited_one_fades_until_it_is_saved(page: Page) -> None:
    page.locator(".ProseMirror p").first.click()
    page.keyboard.press("Home")
    page.keyboard.type("New words before it. ")
    expect(marked(page, DOSE)).to_have_text(DOSE)
    page.locator(".ProseMirror p", has_text="melatonin").click()
    page.keyboard.press("Home")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.keyboard.type("only ")
    expect(page.locator(".ProseMirror .mark-changed")).to_have_text(
        "Take only 10 mg of melatonin before bed."
    )
    expect(entry(page, "melatonin")).to_contain_text("Changed since it was saved.")
    expect(page.locator(".ProseMirror .pin")).to_have_text(["↻", "◆ 2 To resolve"])
    page.keyboard.press("Control+z")
    expect(marked(page, DOSE)).to_have_class("mark mark-critical")
    expect(entry(page, "melatonin").locator("[data-changed]")).to_be_hidden()


def test_saving_keeps_cursor_scroll_and_focus_and_reads_the_text_again(page: Page, article: Article) -> None:
    caret_at(page, "Paragraph 20")
    page.keyboard.type(" Take 40 mg of caffeine daily.")
    top = page.evaluate("scrollY")
    assert top > 0
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("as version 2")
    assert stayed(page)
    expect(page.get_by_text("Not saved yet")).to_be_hidden()
    assert page.evaluate("scrollY") == top
    expect(page.locator(".ProseMirror")).to_be_focused()
    expect(marked(page, "caffeine")).to_have_class("mark mark-critical")
    expect(page.locator("details[data-group=critical] > summary")).to_contain_text("0 of 2 answered")
    page.keyboard.type(" And on.")
    expect(page.locator(".ProseMirror")).to_contain_text("And on.")
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-saved]")).to_contain_text("as version 3")
    assert stayed(page)
    article.refresh_from_db()
    assert (article.version, "caffeine daily. And on." in article.body) == (3, True)


def test_what_was_mended_leaves_the_list(page: Page) -> None:
    page.locator(".ProseMirror p", has_text="melatonin").click(click_count=3)
    page.keyboard.type("Ask a pharmacist about melatonin.")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("as version 2")
    expect(page.locator("details[data-group=critical]")).to_have_count(0)
    expect(page.locator(".ProseMirror .pin")).to_have_text(["◆ 1 To resolve"])


def test_words_typed_while_it_saves_are_not_called_saved(page: Page) -> None:
    caret_at(page, "Paragraph 20")
    page.keyboard.type(" One.")
    page.route("**/change/", lambda route: (page.wait_for_timeout(300), route.continue_()))
    page.keyboard.press("Control+s")
    page.keyboard.type(" Two.")
    expect(page.locator("[data-saved]")).to_contain_text("as version 2")
    page.unroute("**/change/")
    if "Two." not in Article.objects.get().body:
        expect(page.get_by_text("Not saved yet")).to_be_visible()
        page.keyboard.press("Control+s")
        expect(page.locator("[data-saved]")).to_contain_text("as version 3")
    assert "One. Two." in Article.objects.get().body


def test_a_conflict_comes_with_its_page_and_both_texts(
    page: Page, article: Article, cast: SimpleNamespace
) -> None:
    caret_at(page, "Paragraph 3 says")
    page.keyboard.type(" Mine.")
    save_draft(article, by=cast.colleague, version=1, summary="Theirs.")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("heading", name="Two texts")).to_be_visible()
    expect(page.locator(".ProseMirror")).to_contain_text("Mine.")
    article.refresh_from_db()
    assert article.version == 2
    page.locator(".ProseMirror p").first.click()
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("as version 3")
    expect(page.get_by_role("heading", name="Two texts")).to_have_count(0)


def test_a_save_by_another_right_after_ours_is_a_conflict_too(
    page: Page, article: Article, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = ArticleAdmin.changeform_view

    def overtaken(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Between our save and the page that comes of it, a colleague saves."""
        if request.GET.get("saved") == "2" and Article.objects.get().version == 2:
            save_draft(Article.objects.get(), by=cast.colleague, version=2, summary="Theirs.")
        return shown(self, request, *args, **kwargs)

    monkeypatch.setattr(ArticleAdmin, "changeform_view", overtaken)
    caret_at(page, "Paragraph 3 says")
    page.keyboard.type(" Mine.")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("heading", name="Two texts")).to_be_visible()
    expect(page.locator(".ProseMirror")).to_contain_text("Mine.")
    article.refresh_from_db()
    assert (article.version, article.summary, "Mine." in article.body) == (3, "Theirs.", True)


def open_answer(page: Page, words: str) -> Any:
    """The box for the reason in the answer to the remark on `words`."""
    item = entry(page, words)
    page.locator("details.hits", has=item).evaluate("one => one.open = true")
    item.locator("details.answer").evaluate("one => one.open = true")
    return item.locator("textarea")


def add_an_earlier_remark(page: Page) -> None:
    caret_at(page, "Paragraph 3 says")
    page.keyboard.type(" Take 40 mg of caffeine daily.")


def test_a_save_that_renumbers_the_remarks_keeps_the_focus_and_the_words(page: Page) -> None:
    add_an_earlier_remark(page)
    box = open_answer(page, "Experts")
    box.fill("Half thought")
    for _ in range(len(" thought")):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("as version 2")
    expect(entry(page, "Experts").locator(".remark")).to_have_id("hit-3")
    expect(box).to_be_focused()
    page.keyboard.type(" a")
    expect(box).to_have_value("Half a thought")
    radio = entry(page, "Experts").get_by_label("I disagree")
    radio.check()
    caret_at(page, "Paragraph 2 says")
    page.keyboard.type(" Take 50 mg of caffeine daily.")
    radio.focus()
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("as version 3")
    expect(radio).to_be_focused()
    expect(radio).to_be_checked()
    assert stayed(page)


def test_a_save_that_takes_the_remark_away_leaves_the_focus_in_the_list(page: Page) -> None:
    page.locator(".ProseMirror p", has_text="melatonin").click(click_count=3)
    page.keyboard.type("Ask a pharmacist.")
    open_answer(page, "melatonin").fill("My words")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("as version 2")
    expect(page.locator("#screening-heading")).to_be_focused()
    expect(page.locator(".rail-notice")).to_contain_text("You were writing: “My words”")


@pytest.mark.parametrize("is_gone", [False, True])
def test_an_answer_overtaken_by_a_save_comes_back_to_its_own_remark(page: Page, is_gone: bool) -> None:
    words = "melatonin" if is_gone else "Experts"
    if is_gone:
        page.locator(".ProseMirror p", has_text=words).click(click_count=3)
        page.keyboard.type("Ask a pharmacist.")
    else:
        add_an_earlier_remark(page)
    box = open_answer(page, words)
    entry(page, words).get_by_label("I disagree").check()
    box.fill("A quote.")
    held: list[Any] = []
    page.route("**/answer/", lambda route: held.append(route))
    entry(page, words).get_by_role("button", name="Give this answer").click()
    page.wait_for_timeout(200)
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("as version 2")
    held[0].continue_()
    place = page.locator(".rail-notice") if is_gone else entry(page, words).locator("[data-error]")
    expect(place).to_contain_text("what you typed is still here")
    if is_gone:
        expect(place).to_contain_text(f"The remark on “{DOSE}” is not in the list any more.")
        expect(place).to_contain_text("You wrote: “A quote.”")
    else:
        expect(box).to_have_value("A quote.")
        expect(page.locator("[data-error]:visible")).to_have_count(1)
    assert not Answer.objects.exists()
    assert stayed(page)


def test_an_answer_to_an_old_version_asks_to_save_first(
    page: Page, article: Article, cast: SimpleNamespace
) -> None:
    save_draft(article, by=cast.colleague, version=1, summary="Theirs.")
    box = open_answer(page, "melatonin")
    entry(page, "melatonin").get_by_label("I disagree").check()
    box.fill("A quote.")
    entry(page, "melatonin").get_by_role("button", name="Give this answer").click()
    expect(entry(page, "melatonin").locator("[data-error]")).to_contain_text(
        "Save, or load the page again, first"
    )
    expect(box).to_have_value("A quote.")
    assert stayed(page)


@pytest.mark.parametrize(
    ("cookie", "sentence"),
    [("sessionid", "you are signed out"), (None, "the server does not know you any more")],
)
def test_an_answer_after_the_session_ended_can_be_given_again(
    page: Page, cookie: str | None, sentence: str
) -> None:
    box = open_answer(page, "melatonin")
    entry(page, "melatonin").get_by_label("I disagree").check()
    box.fill("A quote.")
    page.context.clear_cookies(name=cookie)
    give = entry(page, "melatonin").get_by_role("button", name="Give this answer")
    give.click()
    expect(entry(page, "melatonin").locator("[data-error]")).to_contain_text(sentence)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in in a new tab").click()
    other = opened.value
    other.locator("[name=username]").fill("wanda")
    other.locator("[name=password]").fill(f.PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    other.wait_for_url("**/change/")
    other.close()
    give.click()
    expect(entry(page, "melatonin").locator(".remark-answer")).to_contain_text("A quote.")
    assert stayed(page)


def test_an_answer_keeps_the_pins_of_edited_passages(page: Page) -> None:
    page.locator(".ProseMirror p", has_text="melatonin").click()
    page.keyboard.press("Home")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.keyboard.type("only ")
    expect(page.locator(".ProseMirror .pin")).to_have_text(["↻", "◆ 2 To resolve"])
    open_answer(page, "Experts")
    item = entry(page, "Experts")
    item.get_by_label("It has its source").check()
    item.get_by_role("button", name="Give this answer").click()
    expect(item.locator(".remark-answer")).to_contain_text("has its source")
    expect(item.locator(".remark")).to_be_focused()
    expect(page.locator(".ProseMirror .pin")).to_have_text(["↻", "◆ 2 To resolve"])
    expect(entry(page, "melatonin")).to_contain_text("Changed since it was saved.")


def test_a_mistake_comes_with_its_page_and_the_text(page: Page) -> None:
    caret_at(page, "Paragraph 3 says")
    page.keyboard.type(" Mine.")
    page.get_by_label("Language").fill("not a language!")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Write the language as its tag")).to_be_visible()
    expect(page.locator(".ProseMirror")).to_contain_text("Mine.")
    assert not stayed(page)


@pytest.mark.parametrize(
    ("cookie", "sentence"),
    [("sessionid", "you are signed out"), (None, "the server does not know you any more")],
)
def test_a_session_that_ended_loses_no_text(page: Page, cookie: str | None, sentence: str) -> None:
    caret_at(page, "Paragraph 3 says")
    page.keyboard.type(" Mine.")
    page.context.clear_cookies(name=cookie)
    page.keyboard.press("Control+s")
    expect(page.locator("[data-not-saved]")).to_contain_text(f"{sentence}. Your text is still here.")
    expect(page.locator(".ProseMirror")).to_contain_text("Mine.")
    assert stayed(page)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in in a new tab").click()
    other = opened.value
    other.locator("[name=username]").fill("wanda")
    other.locator("[name=password]").fill(f.PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    other.wait_for_url("**/change/")
    other.close()
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("as version 2")
    expect(page.locator("[data-not-saved]")).to_be_empty()
    assert "Mine." in Article.objects.get().body
    assert stayed(page)


def test_a_server_that_is_away_loses_no_text(page: Page) -> None:
    caret_at(page, "Paragraph 3 says")
    page.keyboard.type(" Mine.")
    page.route("**/change/", lambda route: route.abort())
    page.keyboard.press("Control+s")
    expect(page.locator("[data-not-saved]")).to_contain_text("the server cannot be reached")
    page.unroute("**/change/")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("as version 2")
    assert stayed(page)


def test_an_answer_is_given_without_a_page_load(page: Page, article: Article) -> None:
    other = page.locator("#hit-2")
    page.locator("details[data-group=resolve] > summary").click()
    other.locator("summary", has_text="Answer").click()
    other.locator("textarea").fill("Half a thought")
    first = page.locator("#hit-1")
    first.locator("summary", has_text="Answer").click()
    first.get_by_label("I disagree").check()
    first.get_by_role("button", name="Give this answer").click()
    expect(first.locator("[data-error]")).to_have_text("Say why you disagree: the reviewer reads it.")
    first.locator("textarea").fill("It is a quote.")
    first.get_by_role("button", name="Give this answer").click()
    expect(first.locator(".remark-answer")).to_contain_text("Wanda Writer: disagrees. It is a quote.")
    expect(page.locator("details[data-group=critical] > summary")).to_contain_text("1 of 1 answered")
    expect(other.locator("textarea")).to_have_value("Half a thought")
    assert Answer.objects.get().kind == "disagree"
    assert stayed(page)
    expect(page.get_by_text("Not saved yet")).to_be_hidden()  # an answer is no change of the text
    caret_at(page, "Paragraph 3 says")
    page.keyboard.type(" More.")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("as version 2")
    expect(other.locator("textarea")).to_have_value("Half a thought")
    expect(first.locator(".remark-answer")).to_contain_text("It is a quote.")


def test_a_remark_on_the_title_leads_to_its_field(
    page: Page, article: Article, cast: SimpleNamespace
) -> None:
    title = "Walking is completely safe"
    article = save_draft(article, by=cast.writer, version=1, title=title)
    (row,) = [row for row in answers.answered_hits(article) if row.hit.quote == title]
    assert row.answer is None
    page.reload()
    expect(page.locator(".field-pins .pin")).to_be_visible()
    page.locator(".field-pins .pin").click()
    expect(
        page.locator(f"#hit-{[r.hit.quote for r in answers.answered_hits(article)].index(title) + 1}")
    ).to_be_focused()
    entry(page, title).locator("[data-go]").click()
    expect(page.get_by_label("Title")).to_be_focused()
    assert page.evaluate("getSelection().toString()") == title


def test_without_scripts_it_all_works(
    browser: Any, live_server: Any, cast: SimpleNamespace, article: Article
) -> None:
    context = pages.signed_in(browser, live_server, cast.writer, java_script_enabled=False)
    page = context.new_page()
    page.goto(pages.change(article))
    page.locator("#hit-1 summary").click()
    page.locator("#hit-1").get_by_label("It has its source").check()
    page.locator("#hit-1").get_by_role("button", name="Give this answer").click()
    assert "sourced" in [answer.kind for answer in Answer.objects.all()]
    expect(page.locator("#hit-1 .remark-answer")).to_contain_text("has its source")
    entry(page, "melatonin").locator("[data-go]").click()
    assert page.url.endswith("/marks/#passage-hit-1")
    expect(page.locator("#passage-hit-1")).to_have_text(DOSE)
    page.get_by_role("link", name="Screening: remark 2, to resolve").click()
    expect(page.locator("#hit-2")).to_be_in_viewport()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_no_accessibility_violations(
    browser: Any, live_server: Any, cast: SimpleNamespace, width: int, scheme: str
) -> None:
    article = f.draft(
        cast.writer,
        body=f"{BODY}<p>See [7].</p>",
        title="Experts say that walking helps",
        citations=[f.source(), f.source()],
    )
    for row in answers.answered_hits(article):
        if row.may_be_answered and row.hit.severity == "critical":
            answers.answer(
                article,
                by=cast.writer,
                version=1,
                rule=row.hit.rule,
                quote=row.hit.quote,
                kind="disagree",
                reason="No.",
            )
    # axe itself adds a style element, which the policy would refuse.
    context = pages.signed_in(
        browser, live_server, cast.writer,
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True,
    )  # fmt: skip
    page = context.new_page()
    found = {}
    for address in (pages.change(article), f"{pages.LIST}{article.pk}/marks/"):
        page.goto(address)
        if address == pages.change(article):
            expect(page.locator(".ProseMirror .pin").first).to_be_visible()
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        violations = Axe().run(page, options=RULES).response["violations"]
        problems = [(v["id"], [n["html"][:200] for n in v["nodes"]][:3]) for v in violations]
        if page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") > 0:
            problems.append(("wider than the screen", []))
        if problems:
            found[address] = problems
    context.close()
    assert found == {}, json.dumps(found, indent=1)
