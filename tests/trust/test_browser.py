"""The pages of this folder in Chromium: axe, the console, phones, fingers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from articles import publishing
from articles.models import Notice
from reviews import workflow
from tests import factories as f
from tests.trust.conftest import Edited

pytestmark = [pytest.mark.browser, pytest.mark.looks]
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
TABLE = "<table><caption>Doses</caption><tbody><tr>{}</tr></tbody></table>"
URLS = {
    "/articles/live/": 200, "/articles/live/history/": 200, "/articles/live/history/1/": 200, "/articles/live/history/2/": 200,
    "/articles/gone/history/": 410, "/articles/back/history/": 410, "/articles/back/history/1/": 410, "/corrections/": 200,
    "/corrections/?kind=removal": 200, "/how-we-review/": 200, "/check-this-page/": 200,
}  # fmt: skip


@pytest.fixture
def site(live_server: Any, cast: SimpleNamespace, edited: Edited) -> str:
    body = f"{f.BODY}<p>One.</p><ul><li>Rest for two weeks, {LONG}.</li></ul>" + TABLE.format(
        "<td>212 mg</td>" * 9
    )
    live = f.published(
        cast.writer, cast.reviewer, cast.editor, slug="live", title=f"Walking and {LONG}", body=body
    )
    page = edited(
        live, body=body.replace("two", "nine").replace("212", "210") + "<p>Two.</p>", title="Walking",
        correction_kind="correction", correction_text=f"The dose was wrong: {LONG}", interests="None.",
        citations=[*[r.source for r in live.references.all()], f.source(title=LONG)],
    )  # fmt: skip
    publishing.tell_readers(
        page, by=cast.editor, text="A source fell.", kind=Notice.Kind.EXPRESSION_OF_CONCERN
    )
    gone = f.published(cast.writer, cast.reviewer, cast.editor, slug="gone")
    workflow.withdraw(gone.article, by=cast.lead, reason="The dose in the table was wrong.")
    back = f.published(cast.writer, cast.reviewer, cast.editor, slug="back")
    workflow.retract(back.article, by=cast.lead, reason="Its only trial was invented.")
    return str(live_server.url)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_and_the_console_are_silent(site: str, browser: Browser, theme: Any) -> None:
    page = browser.new_page(color_scheme=theme, viewport={"width": 360, "height": 900})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for url, status in URLS.items():
        response = page.goto(site + url)
        assert response is not None and response.status == status, url
        for closed in page.locator("details").all():
            closed.locator("summary").click()
        found = Axe().run(page)
        assert found.violations_count == 0, f"{url}: {found.generate_report()}"
        assert not [line for line in said if "410 (Gone)" not in line], url


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_nothing_is_wider_than_the_screen_or_too_small_for_a_finger(
    site: str, browser: Browser, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800}, has_touch=True)
    for url in URLS:
        page.goto(site + url)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, url
        small = page.evaluate(
            """() => [...document.querySelectorAll('a, summary')].filter(a => {
                 if (a.closest('.skip, .body a, .message p, .meta, .plain p, .plain li, .review-line, .references li, .provenance li, .ref')) return false;
                 const box = a.getBoundingClientRect();
                 return box.height < 44 || box.width < 44;
               }).map(a => a.outerHTML)"""
        )
        assert small == [], url


def test_a_notice_and_its_place_in_the_history_lead_to_one_another(site: str, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{site}/articles/live/")
    page.locator(".notice", has_text="The dose was wrong").get_by_role("link").click()
    assert "/articles/live/history/#notice-" in page.url
    notice = page.locator(":target")
    assert "The dose was wrong" in notice.inner_text()
    notice.get_by_role("link").click()
    assert "/articles/live/#notice-" in page.url
    assert "The dose was wrong" in page.locator(":target").inner_text()
