"""Readers who ask without a pause while a page comes down: none sees it after the click was answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from django.db import connections
from django.test import Client

from articles.copies import exporting
from articles.models import Publication
from articles.public.asking import Answer
from tests.takedown.conftest import TEXT, shown_in

pytestmark = pytest.mark.django_db(transaction=True)
Seen = tuple[float, str, bool]
"""When it was asked for, what, and whether it held a word of the page."""


def test_nobody_sees_it_after_the_click(
    page: Publication, exported: Path, take_down: Callable[[str], None]
) -> None:
    article = f"/articles/{page.slug}/"
    lists = ["/", "/topics/sleep/", "/topics/pain/", "/reviewers/rita/"]
    seen: list[Seen] = []
    faults: list[BaseException] = []
    stop = threading.Event()

    def read(urls: list[str]) -> None:
        client = Client()
        while not stop.is_set():
            for url in urls:
                asked = time.monotonic()
                answer = client.get(url)
                words = shown_in(answer.content.decode())
                seen.append((asked, url, answer.status_code != 410 and bool(words)))

    def look_at_files(_: list[str]) -> None:
        while not stop.is_set():
            for file in (exported / article.strip("/") / "index.html", exported / "index.html"):
                asked = time.monotonic()
                with suppress(FileNotFoundError):
                    seen.append((asked, file.name, bool(shown_in(file.read_text()))))
            time.sleep(0.001)

    def export_again(_: list[str]) -> None:
        while not stop.is_set():
            exporting.export_publication(page.pk)

    def run(act: Callable[[list[str]], None], urls: list[str]) -> None:
        try:
            act(urls)
        except BaseException as error:
            faults.append(error)
        finally:
            connections.close_all()

    acts = [(read, [article]), (read, [article]), (read, lists), (look_at_files, []), (export_again, [])]
    threads = [threading.Thread(target=run, args=act) for act in acts]
    for thread in threads:
        thread.start()
    time.sleep(1)
    take_down("withdraw")
    answered = time.monotonic()
    time.sleep(1)
    stop.set()
    for thread in threads:
        thread.join(timeout=30)
    assert faults == []
    assert {url for asked, url, words in seen if words} == {article, *lists, "index.html"}
    assert [url for asked, url, words in seen if asked > answered and words] == []
    assert {article, *lists} <= {url for asked, url, _ in seen if asked > answered}
    assert TEXT not in Client().get("/").content.decode()


def test_what_was_asked_before_the_click_is_not_written_after_it(
    page: Publication,
    exported: Path,
    take_down: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Somebody who exports has the page in hand, and is slow to write it."""
    asked = threading.Event()
    ask = exporting.ask

    def slow(path: str) -> Answer:
        answer = ask(path)
        asked.set()
        time.sleep(0.5)
        return answer

    def export_again() -> None:
        try:
            exporting.export_publication(page.pk)
        finally:
            connections.close_all()

    file = exported / "articles" / page.slug / "index.html"
    file.write_text("Older, so that it is written.")
    monkeypatch.setattr(exporting, "ask", slow)
    thread = threading.Thread(target=export_again)
    thread.start()
    asked.wait(timeout=10)
    take_down("withdraw")
    assert not file.exists()
    thread.join(timeout=60)
    assert not file.exists()
