"""The whole way, as people go it: a writer, a reviewer, an editor and a reader, each in a browser of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from articles.models import Article
from reviews import audit
from reviews.models import Review
from tests import factories as f

SENTENCE = "Walking for half an hour on most days eased low back pain in a trial of adults [1]."
LATER = "This sentence was never reviewed."


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What any page says on its console; a policy violation or a script error fails the journey."""
    heard: list[str] = []
    yield heard
    assert heard == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_from_a_draft_to_a_page_that_stays_as_it_was_signed(
    browser: Browser, live_server: Any, cast: SimpleNamespace, complaints: list[str]
) -> None:
    f.topic("chronic-pain")
    f.source(title="Daily walking for low back pain: a randomised trial", authors="Stone AB")

    def open_as(who: Any, path: str) -> Page:
        page = browser.new_context(base_url=live_server.url).new_page()
        page.on(
            "console",
            lambda m: (
                complaints.append(m.text) if m.type == "error" and "status of 4" not in m.text else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if who:
            page.goto(f"/login/?next={path}")
            page.locator("[name=username]").fill(who.username)
            page.locator("[name=password]").fill(f.PASSWORD)
            page.locator("[name=password]").press("Enter")
        else:
            page.goto(path)
        return page

    # The writer drafts, with a line of page furniture left in and no source.
    writing = open_as(cast.writer, "/admin/articles/article/add/")
    writing.get_by_label("Title").fill("Walking and your back")
    writing.get_by_label("Summary").fill("What a daily walk can do for low back pain.")
    _write(writing, SENTENCE, "Speak to a physiotherapist before you start.", "Share")
    writing.get_by_label("Chronic pain").check()
    _save(writing)
    article = Article.objects.get()
    assert f"/admin/articles/article/{article.pk}/change/" in writing.url
    expect(writing.get_by_text("no list of sources")).to_be_visible()

    # She submits, and is told why not.
    writing.get_by_role("button", name="Submit for review").click()
    expect(writing.get_by_text("cannot be submitted yet").first).to_be_visible()
    assert Review.objects.count() == 0

    # She mends it, and submits again.
    _write(writing, SENTENCE, "Speak to a physiotherapist before you start.")
    writing.locator(".select2-selection").first.click()
    writing.locator(".select2-search__field").fill("Daily walking")
    writing.get_by_role("option", name=re.compile("Daily walking")).click()
    _save(writing)
    writing.get_by_role("button", name="Submit for review").click()
    expect(writing.locator(".panel-states")).to_contain_text("In review")
    review = Review.objects.get()
    address = f"/articles/{article.slug}/"
    reading = open_as(None, address)
    expect(reading.get_by_role("heading", level=1)).not_to_contain_text("Walking and your back")

    # The reviewer finds it in the queue, checks each claim, attaches what is required and signs.
    judging = open_as(cast.reviewer, "/desk/")
    judging.get_by_role("link", name="Walking and your back").click()
    for claim in review.claims.all():
        _check_claim(judging, claim.pk)
    asked_for = judging.locator("button.at-once")
    for left in reversed(range(asked_for.count())):
        asked_for.first.click()
        expect(asked_for).to_have_count(left)
    judging.goto(f"/desk/reviews/{review.pk}/sign/")
    expect(judging.get_by_text(SENTENCE.removesuffix(" [1].")).first).to_be_visible()
    judging.get_by_label(re.compile("find it accurate")).check()
    judging.get_by_label("Your interests").fill("I have no competing interests.")
    judging.get_by_label(re.compile("password", re.IGNORECASE)).fill("not my password")
    judging.get_by_role("button", name=re.compile("^Sign edition")).click()
    expect(judging.locator("#sign-error")).to_be_visible()
    assert review.sign_offs.count() == 0
    judging.get_by_label(re.compile("password", re.IGNORECASE)).fill(f.PASSWORD)
    judging.get_by_role("button", name=re.compile("^Sign edition")).click()
    expect(judging.get_by_text("Signed").first).to_be_visible()
    assert review.sign_offs.count() == 1

    # The editor publishes; the reader reads.
    editing = open_as(cast.editor, f"/desk/reviews/{review.pk}/")
    publishing = editing.locator("#do-publish")
    if publishing.get_attribute("open") is None:
        publishing.locator("summary").click()
    publishing.get_by_role("button", name="Publish now").click()
    expect(editing.locator(".messages")).to_contain_text("Published. Readers see it now.")
    reading.goto(address)
    expect(reading.get_by_role("heading", level=1)).to_have_text("Walking and your back")
    expect(reading.get_by_text("Medically reviewed by")).to_contain_text("Dr Rita Reviewer")
    expect(reading.get_by_text("general information")).to_be_visible()
    reading.get_by_role("link", name="Reference 1").first.click()
    assert reading.url.endswith("#reference-1")
    seen = reading.locator("article").inner_text()

    # The writer goes on writing; the reader still sees what was signed.
    writing.goto(f"/admin/articles/article/{article.pk}/change/")
    _write(writing, SENTENCE, LATER)
    _save(writing)
    article.refresh_from_db()
    assert LATER in article.body
    reading.goto(address)
    assert reading.locator("article").inner_text() == seen
    assert audit.verify().faults == []


def _write(page: Page, *paragraphs: str) -> None:
    """Put paragraphs into the editor in place of what it holds, by keyboard."""
    editor = page.locator(".ProseMirror")
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    for place, paragraph in enumerate(paragraphs):
        if place:
            page.keyboard.press("Enter")
        page.keyboard.insert_text(paragraph)


def _save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text(" as version ")).to_be_visible()


def _check_claim(page: Page, pk: int) -> None:
    form = page.locator(f"form[action*='/claims/{pk}/check/']")
    page.locator(f"#claim-{pk} a.open").click()
    form.get_by_label("Source").select_option(index=1)
    form.get_by_label("Supports the claim").check()
    form.get_by_label("Passage relied on").fill("Walking reduced pain at twelve weeks.")
    form.get_by_label(re.compile("^Where it stands")).fill("Table 2")
    form.get_by_label(re.compile("^Level of evidence")).select_option("2")
    form.get_by_label("How directly").select_option("direct")
    form.get_by_label("Full text").check()
    form.get_by_role("button", name="Record check").click()
    expect(page.locator(f"#claim-{pk} .state").first).to_contain_text("Checked")
