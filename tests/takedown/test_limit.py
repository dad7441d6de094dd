"""From the click to the last byte: five seconds, and then nothing of the page is anywhere but its notice."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import brotli
import pytest
from django.test import Client

from articles.copies import files
from articles.models import Publication
from tests.crawler import Crawler, Visit
from tests.jobs.processes import open_jobs, processes
from tests.takedown.conftest import REASON, TITLE, shown_in

LIMIT = 5.0
"""Seconds."""
TELLS_OF_TAKE_DOWNS = ("/corrections/", "/feeds/corrections.", "/api/v1/notices/")
"""Where readers are told that an article came down: by its title and with the reason, on purpose."""
ABOUT_THE_SITE = {"/.well-known/signoff-keys.json"}
"""Holds nothing of any article, and may be kept for longer."""
pytestmark = pytest.mark.django_db(transaction=True)


def slugs(page: Publication) -> list[str]:
    return [page.slug, "sleep", "pain", "rita"]


def crawled(page: Publication) -> dict[str, Visit]:
    crawler = Crawler(Client(), slugs(page))
    crawler.crawl(queries=["before=99999999", f"q={TITLE}"])
    return crawler.seen


def remains(visit: Visit) -> set[str]:
    """Words of the page in an answer, but for the title where its end is told and for what was asked."""
    found = shown_in(visit.text + visit.headers)
    notice = visit.status == 410 and REASON in visit.text
    if notice or visit.url.startswith(TELLS_OF_TAKE_DOWNS) or TITLE in visit.url:
        found -= {TITLE}
    return found


def files_with(root: Path) -> list[str]:
    """The exported files that hold a word of the page, but for the notice with its title."""
    found = []
    for file in root.rglob("*"):
        try:
            text = file.read_text("utf-8", "replace") if file.is_file() else ""
        except FileNotFoundError:  # it went while we looked
            continue
        allowed = {TITLE} if file.name == files.NOTICE or "corrections" in file.as_posix() else set()
        if shown_in(text) - allowed:
            found.append(file.as_posix())
    return found


@pytest.mark.parametrize("name", ["withdraw", "retract"])
def test_from_the_click_to_the_last_byte(
    name: str,
    cast: SimpleNamespace,
    page: Publication,
    exported: Path,
    take_down: Callable[[str], None],
    tmp_path: Path,
) -> None:
    article, client = f"/articles/{page.slug}/", Client()
    stage = tmp_path / "stage"
    stage.mkdir()
    with processes(stage, CELERY_BROKER_URL="", EXPORT_DIR=str(exported)) as site:
        site.loop()
        before = crawled(page)
        held = {url for url, visit in before.items() if shown_in(visit.text)}
        assert {article, "/", "/topics/sleep/", "/topics/pain/", "/reviewers/rita/"} <= held
        assert f"{article}references.ris" in before
        tags = {url: client.get(url).get("ETag", "") for url in held}
        assert client.get(article, headers={"If-None-Match": tags[article]}).status_code == 304
        packed = client.get(article, headers={"Accept-Encoding": "br"})
        assert shown_in(brotli.decompress(packed.content).decode())
        assert files_with(exported)
        site.until("nothing is left to do", lambda: open_jobs() == 0)

        clicked = time.monotonic()
        take_down(name)
        assert files_with(exported) == []
        for url in held:
            answer = client.get(url, headers={"If-None-Match": tags[url], "Accept-Encoding": "br"})
            assert answer.status_code != 304, url
            content = answer.content
            text = brotli.decompress(content) if answer.get("Content-Encoding") == "br" else content
            assert not remains(Visit(url, "", answer.status_code, str(answer.headers), text.decode())), url
        seconds = time.monotonic() - clicked
        assert seconds <= LIMIT

        def done() -> bool:
            assert files_with(exported) == []
            return open_jobs() == 0

        site.until("the lists are written again", done)
        print(
            f"Gone after {seconds:.2f} s, everything written anew after {time.monotonic() - clicked:.2f} s."
        )
    assert (exported / "index.html").exists()
    assert REASON in (exported / "articles" / page.slug / files.NOTICE).read_text()
    after = crawled(page)
    assert {url: remains(visit) for url, visit in after.items() if remains(visit)} == {}
    assert gone_of(before, page) == dict.fromkeys(gone_of(before, page), 410), "every address that it had"


def gone_of(before: dict[str, Visit], page: Publication) -> dict[str, int]:
    """What the article's own addresses answer, that answered 200 before; forms to write to us may stay."""
    own = [
        url
        for url, visit in before.items()
        if url.startswith(f"/articles/{page.slug}/") and visit.status == 200
    ]
    return {url: Client().get(url).status_code for url in own if "?" not in url}


def seconds_kept(cache_control: str) -> int:
    """For how long an answer may be shown without asking whether it still holds (RFC 9111, RFC 5861)."""
    said = cache_control.lower()
    assert said, "an answer that says nothing may be kept for as long as anybody likes"
    if "no-store" in said or "no-cache" in said:
        return 0
    given = {name: int(value) for name, value in re.findall(r"([\w-]+)=(\d+)", said)}
    stale = max(given.get("stale-while-revalidate", 0), given.get("stale-if-error", 0))
    return max(given.get("max-age", 10**9), given.get("s-maxage", 0)) + stale


def test_nothing_may_be_kept_for_longer(
    page: Publication, take_down: Callable[[str], None], settings: Any
) -> None:
    visits = crawled(page)
    take_down("withdraw")
    for visit in [*visits.values(), *crawled(page).values()]:
        if visit.url.partition("?")[0] not in ABOUT_THE_SITE:
            assert seconds_kept(visit.cache_control) <= LIMIT, visit.url


def test_what_counts_as_kept() -> None:
    assert seconds_kept("public, max-age=2, stale-while-revalidate=3") == 5
    assert seconds_kept("max-age=2, s-maxage=60") == 60
    assert seconds_kept("public") > LIMIT
    assert seconds_kept("private, no-cache") == 0
