"""The library's pages before a writer: no barrier, nothing that scrolls sideways, no complaint."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page

from articles.models import RegistryAnswer
from articles.sources import library
from articles.sources.works import Work
from reviews.models import LinkCheck
from reviews.watching.standings import set_standing
from tests import factories as f
from tests.admin.pages import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.looks]

LONG = (
    "Melatonin, sleep hygiene and cognitive behavioural therapy for long-lasting insomnia in adults over 55"
)
PASTED = "10.1000/walk.1\nISBN 978-0-306-40615-8\nStone AB. Walking for low back pain. BMJ. 2021;4(2):101-10."


def scenes(page: Page, cast: SimpleNamespace) -> Iterator[str]:
    """Brings one page after the other before the reader and says which it is."""
    twin = library.enter(
        Work(title="Walking for low back pain!", authors=("Stone AB",), year=2021), by=None
    ).source
    known = library.enter(
        Work(
            title=LONG,
            authors=("Reed C",),
            year=2020,
            doi="10.1000/" + "long-" * 20,
            url="https://example.org/a",
        ),
        by=cast.writer,
    ).source
    library.amend(
        known, by=None, cause="evidence looked up", evidence={"design": "cohort", "participants": 1200}
    )
    RegistryAnswer.objects.create(
        registry="crossref", identifier=f"doi:{known.doi}", outcome="unknown", asked_at=timezone.now(),
        problem="Crossref did not answer in time.",
    )  # fmt: skip
    LinkCheck.objects.create(
        source=known, outcome="moved", url=known.url, at=timezone.now(), problem="It leads elsewhere."
    )
    set_standing(known, "correction", dataset="A list", notice_doi="10.1000/notice")
    article = f.draft(cast.writer, citations=[known])
    paste = reverse("admin:articles_article_references", args=[article.pk])
    page.goto(paste)
    yield "pasting"
    page.get_by_role("button", name="Read them").click()
    yield "pasting nothing"
    page.get_by_label("Paste references").fill(PASTED)
    page.get_by_role("button", name="Read them").click()
    yield "what was found"
    page.goto(reverse("admin:articles_source_change", args=[known.pk]))
    yield "a source"
    merge = reverse("admin:articles_source_merge", args=[known.pk])
    page.goto(f"{merge}?q=walking")
    yield "looking for the other record"
    page.goto(f"{merge}?with={twin.pk}")
    yield "two records side by side"


@pytest.mark.parametrize("width", [360, 1280])
def test_no_barrier_and_no_complaint(
    width: int, browser: Browser, live_server: Any, transactional_db: None, cast: SimpleNamespace
) -> None:
    context = signed_in(browser, live_server, cast.writer, viewport={"width": width, "height": 900})
    page = context.new_page()
    said: list[str] = []
    # What has no address is said of the checker's own probes, not of the page.
    page.on("console", lambda message: said.append(message.text) if message.location["url"] else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    for name in scenes(page, cast):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished))")
            where = f"{name}, {scheme}, {width} px"
            found = Axe().run(page)
            assert found.violations_count == 0, f"{where}\n{found.generate_report()}"
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
                f"{where}: scrolls sideways"
            )
    assert [words for words in said if "422" not in words] == []
    context.close()
