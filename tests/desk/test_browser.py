"""In a real browser: accessibility in both themes, nothing refused by the content policy, one column on a phone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page

from reviews import judging
from reviews.models import Disclaimer, Review
from tests import factories as f
from tests.desk.posts import page as review_page
from tests.desk.scenes import REFUSED, WORLDS

pytestmark = pytest.mark.browser


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


SMALL = """[...document.querySelectorAll("a, button, summary, select, textarea, input:not([type=hidden])")]
    .filter((one) => one.checkVisibility() && getComputedStyle(one).display !== "inline" && !one.matches(".pin, .skip"))
    .map((one) => [one.textContent.trim(), (one.closest(".choice") ?? one).getBoundingClientRect().height])
    .filter(([, height]) => height < 43.5)"""
"""What stands by itself and is less than 44 px high; links in a sentence and pins in the text are let off."""


def signed_in(browser: Browser, live_server: Any, cast: SimpleNamespace, who: str, width: int) -> Any:
    return opened(browser, live_server, getattr(cast, who) if who else None, "light", width)


@pytest.mark.looks
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("world", WORLDS)
def test_no_barrier_and_no_complaint(
    world: str, width: int, browser: Browser, live_server: Any, transactional_db: None, cast: SimpleNamespace
) -> None:
    """Every page, in both themes: axe finds nothing, nothing scrolls sideways, the console is silent."""
    seats: dict[str, tuple[Page, list[str]]] = {}
    for scene in WORLDS[world](cast):
        if scene.who not in seats:
            seats[scene.who] = signed_in(browser, live_server, cast, scene.who, width)
        page, said = seats[scene.who]
        page.goto(live_server.url + scene.path)
        scene.act(page)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            look(page, f"{scene.name}, {scheme}, {width} px")
        if scene.refused:
            said[:] = [words for words in said if not any(answer in words for answer in REFUSED)]
        assert said == [], scene.name
    for page, _ in seats.values():
        page.context.close()


def look(page: Page, where: str) -> None:
    """What is asked of a page as it stands before its reader."""
    found = Axe().run(page)
    assert found.violations_count == 0, f"{where}\n{found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{where}: scrolls sideways"
    if page.evaluate("innerWidth") < 900:
        small = page.evaluate(SMALL)
        assert small == [], f"{where}: too small for a finger"


def test_the_text_stays_on_screen_while_the_rail_scrolls(
    browser: Browser, live_server: Any, cast: SimpleNamespace, review: Review
) -> None:
    page, _ = opened(browser, live_server, cast.reviewer, "light")
    page.goto(f"{live_server.url}{review_page(review)}#history")
    assert page.locator(".article-title").is_visible()
    assert page.evaluate("document.querySelector('.rail').scrollTop") > 0
    assert page.evaluate("document.querySelector('.frozen').scrollTop") == 0
    page.context.close()


def test_what_was_typed_comes_back_where_it_was_typed(
    browser: Browser, live_server: Any, cast: SimpleNamespace
) -> None:
    """A reason for one disclaimer never turns up under another, and outlives a session that ended."""
    review = f.submitted(cast.writer, topics=[f.topic("psychedelics")])
    page, said = opened(browser, live_server, cast.reviewer, "light")
    page.goto(live_server.url + review_page(review))
    unfold = "all => all.forEach(part => part.open = true)"
    page.locator("details:has(> form[action*='/disclaimers/waive/'])").evaluate_all(unfold)
    reasons = page.locator("form[action*='/disclaimers/waive/'] textarea")
    assert reasons.count() >= 2
    reasons.first.fill("Readers are in a clinic.")
    page.reload()
    assert reasons.first.input_value() == "Readers are in a clinic."
    assert [reasons.nth(n).input_value() for n in range(1, reasons.count())] == [""] * (reasons.count() - 1)
    page.context.clear_cookies(name="sessionid")
    page.locator("form[action*='/disclaimers/waive/'] button").first.click()
    page.wait_for_selector("#id_username", timeout=10_000)
    assert "Readers are in a clinic." in page.evaluate("JSON.stringify(sessionStorage)")
    assert said == []
    page.context.close()
