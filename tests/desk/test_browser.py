"""In a real browser: accessibility in both themes, nothing refused by the content policy, one column on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, sync_playwright

from reviews import judging
from reviews.models import Disclaimer, Review
from tests import factories as f
from tests.desk.conftest import address
from tests.desk.posts import page as review_page

pytestmark = pytest.mark.browser
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium_path, args=ARGS)
        yield opened
        opened.close()


@pytest.fixture
def review(transactional_db: None, cast: SimpleNamespace) -> Review:
    """A review with one of everything on its page."""
    review = f.submitted(cast.writer)
    claims = list(review.claims.order_by("id"))
    from articles.models import Source

    f.check(claims[0], cast.reviewer, Source.objects.get())
    judging.add_finding(
        review,
        by=cast.reviewer,
        message="Say in whom.",
        quote=claims[1].anchor["exact"][:20],
        severity="critical",
    )
    judging.comment(review, by=cast.writer, text="Is this right?", quote="Speak to a physiotherapist first.")
    judging.attach_disclaimer(
        review, by=cast.reviewer, disclaimer=Disclaimer.objects.get(key="do-not-stop-medicine"), placement="inline",
        quote="Speak to a physiotherapist first.",
    )  # fmt: skip
    return review


def opened(
    browser: Browser, live_server: Any, person: Any, scheme: str, width: int = 1280
) -> tuple[Page, list[str]]:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})  # type: ignore[arg-type]
    if person is not None:
        client = Client()
        client.force_login(person)
        cookie = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return page, said


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_barrier_and_no_complaint(
    scheme: str, width: int, browser: Browser, live_server: Any, cast: SimpleNamespace, review: Review
) -> None:
    ready = f.submitted(cast.writer)
    f.judge(ready, cast.reviewer)
    page, said = opened(browser, live_server, cast.reviewer, scheme, width)
    claim = review.claims.order_by("id")[1]
    for path in (
        reverse("desk:queue"),
        reverse("desk:live"),
        f"{review_page(review)}?open=claim-{claim.pk}",
        address("changes", review),
        address("sign", review),
        address("sign", ready),
        reverse("desk:article", args=[review.article_id]),
    ):
        page.goto(live_server.url + path)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}\n{found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    page.context.close()
    anonymous, more = opened(browser, live_server, None, scheme, width)
    anonymous.goto(live_server.url + reverse("login"))
    found = Axe().run(anonymous)
    assert found.violations_count == 0, found.generate_report()
    anonymous.context.close()
    assert said + more == []


def test_the_text_stays_on_screen_while_the_rail_scrolls(
    browser: Browser, live_server: Any, cast: SimpleNamespace, review: Review
) -> None:
    page, _ = opened(browser, live_server, cast.reviewer, "light")
    page.goto(f"{live_server.url}{review_page(review)}#history")
    assert page.locator(".article-title").is_visible()
    assert page.evaluate("document.querySelector('.rail').scrollTop") > 0
    assert page.evaluate("document.querySelector('.frozen').scrollTop") == 0
    page.context.close()


def test_a_claim_is_checked_and_signed_without_any_script(
    chromium_path: str, browser: Browser, live_server: Any, cast: SimpleNamespace
) -> None:
    review = f.submitted(cast.writer)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(live_server.url + reverse("desk:queue"))
    page.fill("[name=username]", "rita")
    page.fill("[name=password]", f.PASSWORD)
    page.click("text=Sign in >> nth=-1")
    page.click(f"text={review.edition.title}")
    while page.locator("text=Check the next claim").count():
        page.click("text=Check the next claim")
        form = page.locator(".deed[open] form")
        form.locator("[name=source]").select_option(index=1)
        form.locator("[name=verdict][value=supports]").check()
        form.locator("[name=passage]").fill("Walking reduced pain.")
        form.locator("[name=locator]").fill("Table 2")
        form.locator("[name=level]").select_option("2")
        form.locator("[name=directness]").select_option("direct")
        form.locator("[name=read][value=full_text]").check()
        form.locator("button").click()
    item = page.locator("#disclaimer-information-not-advice")
    item.locator("summary", has_text="Attach").click()
    item.locator("button", has_text="Attach").click()
    page.click(".primary-action a")
    page.fill("[name=interests]", "None.")
    page.fill("[name=password]", f.PASSWORD)
    page.click("text=Sign edition 1")
    assert page.locator("text=Your name now stands under exactly this text.").is_visible()
    context.close()
    review.refresh_from_db()
    assert review.status == "signed_off"
