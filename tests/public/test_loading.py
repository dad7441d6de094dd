"""How pages load in Chromium: nothing jumps, nothing waits for a script, what matters is in the first answer."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser, Response

from reviews import workflow
from tests import factories as f
from tests.public.pages import soup
from tests.public.test_weight import prose

pytestmark = [pytest.mark.browser, pytest.mark.looks]

WATCH = """
  window.seen = {shift: 0, largest: null, blocked: []};
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) window.seen.shift += entry.value;
  }).observe({type: 'layout-shift', buffered: true});
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) window.seen.largest = entry.element && entry.element.textContent;
  }).observe({type: 'largest-contentful-paint', buffered: true});
  document.addEventListener('securitypolicyviolation', event => window.seen.blocked.push(event.violatedDirective));
"""


@pytest.fixture
def site(live_server: Any, cast: SimpleNamespace) -> str:
    f.published(
        cast.writer,
        cast.reviewer,
        cast.editor,
        slug="walking",
        body=prose(400, references=1),
        interests="None.",
    )
    gone = f.published(cast.writer, cast.reviewer, cast.editor, slug="gone")
    workflow.withdraw(gone.article, by=cast.lead, reason="The dose in the table was wrong.")
    return str(live_server.url)


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(
    "path",
    ["/", "/topics/", "/topics/chronic-pain/", "/search/?q=walking", "/articles/walking/", "/articles/gone/"],
)
def test_a_page_is_there_at_once_and_stays_put(site: str, browser: Browser, path: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.add_init_script(WATCH)
    said: list[str] = []
    asked: list[Response] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("response", lambda response: asked.append(response))
    first = page.goto(site + path, wait_until="load")
    assert first is not None
    page.wait_for_timeout(300)  # what is painted or moves late
    page.mouse.wheel(0, 2_000)
    page.wait_for_timeout(300)

    seen = json.loads(page.evaluate("JSON.stringify(window.seen)"))
    assert seen["shift"] == 0
    assert seen["blocked"] == []
    assert [line for line in said if "410 (Gone)" not in line] == []
    sent = first.body().decode()
    largest = " ".join((seen["largest"] or "").split())
    assert len(largest) > 10
    assert largest in " ".join("".join(soup(sent).xpath("//body")[0].itertext()).split())
    # Nothing is fetched but style sheets and the site's mark, all of it ours; no script stands in the way.
    assert all(response.url.startswith(site) for response in asked)
    assert {response.request.resource_type for response in asked} <= {
        "document",
        "stylesheet",
        "image",
        "other",
    }
    assert not soup(sent).xpath("//script[@src or not(@type='application/ld+json')]")


def test_the_watch_sees_what_jumps_and_what_is_blocked(site: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.add_init_script(WATCH)
    page.goto(f"{site}/articles/walking/")
    page.wait_for_timeout(300)
    page.evaluate(
        """() => {
             const late = document.createElement('div'), script = document.createElement('script');
             late.style.height = '200px';
             script.textContent = 'window.ran = true';
             document.body.prepend(late, script);
           }"""
    )
    page.wait_for_timeout(300)
    assert page.evaluate("window.seen.shift") > 0
    assert page.evaluate("window.seen.blocked") == ["script-src-elem"]


def test_the_data_for_search_engines_breaks_no_rule_of_ours(site: str, browser: Browser) -> None:
    """A data block is no script: the Content-Security-Policy has nothing to say to it."""
    page = browser.new_page()
    page.add_init_script(WATCH)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    answer = page.goto(f"{site}/articles/walking/")
    assert answer is not None
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    block = page.evaluate("document.querySelector('script[type=\"application/ld+json\"]').textContent")
    assert json.loads(block)["@type"] == "MedicalWebPage"
    assert page.evaluate("window.seen.blocked") == []
    assert said == []
