"""A whole review of a long article: by keyboard alone, and without any script."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from reviews import workflow
from reviews.models import Finding, Review
from tests import factories as f
from tests.desk.posts import page as review_page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CLAIMS = 20
CALM = (
    "A person may plan a route beforehand, wear shoes that they like, and go with "
    "somebody else. A note in a diary shows how the weeks went. Shops, parks and quiet streets will all do. "
    "If the weather is poor, a long corridor or a shopping centre serves as well. Nobody needs to hurry, and nobody has to keep a count."
)


def long_article() -> str:
    """About 1,500 words with twenty claims, one to a paragraph."""
    return "".join(
        f"<h2>Week {number}</h2><p>Walking for {number} weeks eases low back pain in adults [1]. {CALM}</p>"
        for number in range(2, CLAIMS + 2)
    )


@pytest.fixture
def review(cast: SimpleNamespace) -> Review:
    review = f.submitted(cast.writer, body=long_article())
    assert review.claims.count() == CLAIMS
    assert 1400 <= len(review.edition.content["body"].split()) <= 1700
    return review


@pytest.fixture
def page(browser: Browser, live_server: Any) -> Iterator[Page]:
    """A browser in which nobody is signed in. Whatever it complains of fails the test."""
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    said: list[str] = []
    # A refusal is a 409 or a 422, which Chromium logs as a resource that failed.
    refusals = ("409 (Conflict)", "422 (Unprocessable")
    opened.on("console", lambda m: None if any(r in m.text for r in refusals) else said.append(m.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    assert said == []
    context.close()


def focused(page: Page) -> Any:
    return page.locator(":focus")


def tab_to(page: Page, wanted: Any) -> None:
    """Press Tab until the keyboard is on `wanted`, as a person would."""
    for _ in range(200):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab never came to {wanted}")


def sign_in(page: Page) -> None:
    page.goto(reverse("desk:queue"))
    tab_to(page, page.get_by_label("User name"))
    page.keyboard.type("rita")
    page.keyboard.press("Tab")
    page.keyboard.type(f.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()


def test_by_keyboard_alone(page: Page, review: Review, cast: SimpleNamespace) -> None:
    sign_in(page)
    tab_to(page, page.get_by_role("link", name=review.edition.title))
    page.keyboard.press("Enter")
    expect(page.locator(".article-title")).to_be_visible()
    page.wait_for_load_state()  # the keys answer once the page's scripts have run
    for number, claim in enumerate(review.claims.order_by("id"), start=1):
        page.keyboard.press("j")
        entry = page.locator(f"#claim-{claim.pk}")
        expect(entry).to_be_focused()
        page.keyboard.press("s")
        expect(entry.get_by_label("Passage relied on")).to_be_focused()
        page.keyboard.type("Walking reduced pain at twelve weeks.")
        page.keyboard.press("Tab")
        page.keyboard.type("Table 2")
        page.keyboard.press("Tab")
        if number == 1:
            page.keyboard.type("2")  # the level; the next claims begin with it
        page.keyboard.press("Tab")
        page.keyboard.type("Same")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("Control+Enter")
        expect(entry).to_be_focused()
        expect(entry).to_contain_text("Checked")
        expect(page.locator("#claims .count").first).to_have_text(f"{number} of {CLAIMS} checked")
    # A sentence of the text is selected and becomes a finding, another one a comment.
    for _ in range(4):  # the title, the summary, a heading
        page.keyboard.press("]")
    picked = page.evaluate("getSelection().toString()")
    assert picked.startswith("Walking for 2 weeks"), picked
    page.keyboard.press("f")
    expect(page.get_by_label("What is wrong")).to_be_focused()
    page.keyboard.type("Say how often they walked.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#findings")).to_contain_text("Say how often they walked.")
    finding = Finding.objects.get(rule="reviewer")
    assert finding.anchor["exact"] == picked
    page.keyboard.press("]")
    page.keyboard.press("m")
    expect(page.get_by_label("Your comment")).to_be_focused()
    page.keyboard.type("Which route?")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#comments .item")).to_contain_text("Which route?")
    # What still waits is answered: the one button leads there.
    for _ in range(review.findings.exclude(severity="advise").count()):
        page.keyboard.press(".")
        expect(focused(page)).to_have_attribute("name", "disposition")
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.type("Read, and right as it stands.")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".messages")).to_contain_text("Answer recorded.")
        expect(page.locator(".opened")).to_have_count(0)
    # The disclaimer that the policy asks for is attached, and the text is signed.
    page.keyboard.press("5")
    page.keyboard.press("j")
    asked_for = page.locator("#disclaimer-information-not-advice")
    expect(asked_for).to_be_focused()
    page.keyboard.press("Enter")
    expect(asked_for).to_contain_text("Attached")
    expect(page.locator(".nothing-missing, #missing")).to_contain_text("signature")
    page.keyboard.press(".")
    expect(page.get_by_role("heading", name="Sign", exact=True)).to_be_visible()
    tab_to(page, page.get_by_label("Your interests"))
    page.keyboard.type("None.")
    tab_to(page, page.get_by_label("Your password, once more"))
    page.keyboard.type(f.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your name now stands under exactly this text.")).to_be_visible()
    review.refresh_from_db()
    assert review.status == "signed_off"


def test_without_any_script(
    browser: Browser, live_server: Any, review: Review, cast: SimpleNamespace
) -> None:
    context = browser.new_context(
        base_url=live_server.url, java_script_enabled=False, viewport={"width": 1280, "height": 800}
    )
    page = context.new_page()
    page.goto(reverse("desk:queue"))
    page.fill("[name=username]", "rita")
    page.fill("[name=password]", f.PASSWORD)
    page.click("text=Sign in >> nth=-1")
    page.click(f"text={review.edition.title}")
    for _ in range(CLAIMS):
        page.click("text=Check the next claim")
        form = page.locator("form.opened")
        form.locator("[name=verdict][value=supports]").check()
        form.locator("[name=passage]").fill("Walking reduced pain.")
        form.locator("[name=locator]").fill("Table 2")
        form.locator("[name=level]").select_option("2")
        form.locator("[name=directness]").select_option("direct")
        form.locator("[name=read][value=full_text]").check()
        form.locator("button").click()
    item = page.locator("#disclaimer-information-not-advice")
    item.locator("button", has_text="Attach").first.click()
    page.click(".primary-action a")
    page.fill("[name=interests]", "None.")
    page.fill("[name=password]", f.PASSWORD)
    page.click("text=Sign edition 1")
    assert page.locator("text=Your name now stands under exactly this text.").is_visible()
    context.close()
    review.refresh_from_db()
    assert review.status == "signed_off"


def test_what_is_typed_outlives_a_reload(page: Page, review: Review) -> None:
    sign_in(page)
    claim = review.claims.order_by("id")[0]
    page.goto(f"{review_page(review)}?open=claim-{claim.pk}")
    page.get_by_label("Passage relied on").fill("A long passage, typed from a book.")
    page.reload()
    expect(page.get_by_label("Passage relied on")).to_have_value("A long passage, typed from a book.")
    expect(page.get_by_text("this is what you had typed")).to_be_visible()
    page.get_by_role("link", name="Close claim 1").click()
    expect(page.get_by_label("Passage relied on")).to_have_count(0)
    entry = page.locator(f"#claim-{claim.pk}")
    expect(entry.get_by_role("link", name="(unfinished)")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    assert page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('signoff:'))") == []


def test_a_refusal_keeps_the_words_and_the_keyboard(
    page: Page, review: Review, cast: SimpleNamespace
) -> None:
    sign_in(page)
    claim = review.claims.order_by("id")[0]
    page.goto(review_page(review))
    page.locator("#add-claim summary").click()
    quote = page.get_by_label("Words of the text, copied exactly", exact=True)
    quote.fill("Words that stand nowhere.")
    page.get_by_role("button", name="Add claim").click()
    expect(page.locator(".rejection")).to_contain_text("do not stand in the text")
    expect(quote).to_be_focused()
    expect(quote).to_have_value("Words that stand nowhere.")
    assert page.url.rstrip("/").endswith(str(review.pk)), page.url
    # Somebody else's new edition: told in a sentence, nothing judged.
    page.goto(f"{review_page(review)}?open=claim-{claim.pk}-dismiss")
    workflow.request_changes(review, by=cast.second, reason="Say how often.")
    page.get_by_label("Why it needs no source").fill("Everyday advice.")
    page.get_by_role("button", name="Mark as not a claim").click()
    expect(page.locator(".rejection")).to_contain_text("cannot be done now")
    expect(page.locator(".rejection")).to_contain_text("Everyday advice.")
    claim.refresh_from_db()
    assert claim.state == "open"


def test_the_keys_can_be_switched_off(page: Page, review: Review) -> None:
    sign_in(page)
    page.goto(review_page(review))
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    page.get_by_label("Single letters act as keys").uncheck()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Keys")).to_be_hidden()
    page.keyboard.press("j")
    expect(page.locator(".rail .item:focus")).to_have_count(0)
