"""In Chromium: a reader without JavaScript reports a problem, and every page on the way can be read and used."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, Page

from articles.models import Publication, ReaderReport, Reads
from articles.public import stamps
from reviews import jobs
from reviews.models import Alert
from tests import factories as f
from tests.desk.test_browser import opened

pytestmark = [pytest.mark.browser, pytest.mark.looks]
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


@pytest.fixture
def page(live_server: Any, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> Publication:
    monkeypatch.setattr(stamps, "SOONEST", dt.timedelta(0))
    published = f.published(
        cast.writer, cast.reviewer, cast.editor, slug="walking", title=f"Walking and {LONG}"
    )
    month = timezone.localdate().replace(day=1)
    Reads.objects.create(article=published.article, month=month, count=3)
    return published


def look_at(seen: Page, what: str) -> None:
    """Nothing that axe finds, nothing wider than the screen, nothing too small for a finger."""
    for width in (1280, 320):
        seen.set_viewport_size({"width": width, "height": 800})
        found = Axe().run(seen)
        assert found.violations_count == 0, f"{what}: {found.generate_report()}"
        assert seen.evaluate("document.documentElement.scrollWidth") <= width, what
    small = seen.evaluate(
        """() => [...document.querySelectorAll('main a, main button, main input, main textarea')].filter(one => {
             if (one.closest('p:not(.topics), .nobody') || one.type === 'hidden' || one.type === 'radio') return false;
             return one.getBoundingClientRect().height < 44;
           }).map(one => one.outerHTML)"""
    )
    assert small == [], what


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_on_the_way(page: Publication, live_server: Any, browser: Browser, theme: Any) -> None:
    seen = browser.new_page(color_scheme=theme)
    said: list[str] = []
    seen.on("console", lambda message: said.append(message.text))
    seen.goto(f"{live_server.url}/")
    look_at(seen, "front page")
    seen.click(".most-read a")
    seen.click("text=Report a problem with this page")
    look_at(seen, "form")
    trap = seen.locator(".nobody").bounding_box()
    assert trap is not None
    assert trap["width"] <= 1
    seen.fill("#email", "no address")
    seen.click("text=Send the report")
    assert "Tell us what is wrong." in seen.inner_text("main")
    look_at(seen, "form with its mistakes")
    assert not [line for line in said if "422" not in line]
    assert not seen.context.cookies()


def test_without_javascript_from_the_article_to_the_desk(
    page: Publication, live_server: Any, browser: Browser, cast: SimpleNamespace
) -> None:
    seen = browser.new_context(java_script_enabled=False).new_page()
    seen.goto(f"{live_server.url}/articles/walking/")
    seen.click("text=Report a problem with this page")
    seen.click("text=Unsafe advice")
    seen.fill("#passage", "often falls by about a third")
    seen.fill("#text", "Not with a fracture.")
    seen.fill("#email", "ruth@example.org")
    seen.click("text=Send the report")
    assert seen.url.endswith("/articles/walking/report/thanks/")
    assert "call your local emergency number now" in seen.inner_text("main")
    seen.reload()
    assert ReaderReport.objects.count() == 1
    while jobs.run_due():
        pass
    desk, said = opened(browser, live_server, cast.editor, "light")
    desk.goto(f"{live_server.url}/desk/alerts/{Alert.objects.get().pk}/")
    assert desk.inner_text(".reported mark") == "often falls by about a third"
    found = Axe().run(desk)
    assert found.violations_count == 0, found.generate_report()
    desk.set_viewport_size({"width": 320, "height": 800})
    assert desk.evaluate("document.documentElement.scrollWidth") <= 320
    desk.click("text=The page is right: it stands as it is")
    desk.fill("#decide-reason", "The section on fractures says so.")
    desk.click("#decide button")
    assert "The page stands" in desk.inner_text("main")
    assert not said
