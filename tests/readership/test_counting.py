"""How often a page is read: what is counted, what is not, and what counting never does to a page."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import readership
from articles.models import Publication, Reads
from reviews import workflow
from tests import factories as f
from tests.public.pages import ids, soup

READER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
A_DAY = dt.datetime(2027, 3, 20, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _counting(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Counting is on, and nothing is written but where a test says so."""
    settings.COUNT_READS = True
    monkeypatch.setattr(readership, "EVERY", float("inf"))
    readership._counted.clear()
    yield
    readership._counted.clear()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    shown = SimpleNamespace(now=A_DAY)
    monkeypatch.setattr(timezone, "now", lambda: shown.now)
    return shown


@pytest.fixture
def page(cast: SimpleNamespace) -> Publication:
    return f.published(cast.writer, cast.reviewer, cast.editor, slug="walking")


def read(url: str = "/articles/walking/", program: str = READER, method: str = "get", **headers: str) -> int:
    given = {"user-agent": program, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return int(getattr(Client(), method)(url, headers=given).status_code)


def counts() -> dict[tuple[int, str], int]:
    readership.write()
    return {(r.article_id, r.month.isoformat()): r.count for r in Reads.objects.all()}


def test_a_view_is_counted_in_its_month(page: Publication, clock: SimpleNamespace) -> None:
    for _ in range(3):
        read()
    assert counts() == {(page.article_id, "2027-03-01"): 3}
    read()
    assert counts() == {(page.article_id, "2027-03-01"): 4}
    clock.now += dt.timedelta(days=20)
    read()
    assert counts() == {(page.article_id, "2027-03-01"): 4, (page.article_id, "2027-04-01"): 1}


@pytest.mark.parametrize(
    "asked",
    [
        {"method": "head"},
        {"if_none_match": '"5"'},
        {"if_modified_since": "Sat, 20 Mar 2027 12:00:00 GMT"},
        {"sec_purpose": "prefetch;prerender"},
        {"purpose": "prefetch"},
        {"x_moz": "prefetch"},
        {"program": ""},
        {"program": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"program": "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0 Safari/537.36"},
        {"program": "curl/8.5.0"},
        {"program": "python-requests/2.32"},
        {"url": "/articles/walking/references.ris"},
        {"url": "/articles/walking/report/"},
        {"url": "/articles/never/"},
        {"url": "/"},
    ],
)
def test_what_is_nobody_reading(page: Publication, asked: dict[str, str]) -> None:
    read(**asked)  # type: ignore[arg-type]
    assert counts() == {}


@pytest.mark.parametrize(
    "program",
    [
        READER,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Edg/140.0",
        "Lynx/2.9.2",
    ],
)
def test_what_is_somebody_reading(page: Publication, program: str) -> None:
    read(program=program)
    assert sum(counts().values()) == 1


def test_what_was_taken_down_is_not_read(page: Publication, cast: SimpleNamespace) -> None:
    workflow.withdraw(page.article, by=cast.lead, reason="The dose was wrong.")
    assert read() == 410
    assert counts() == {}


def test_it_can_be_switched_off(page: Publication, settings: Any) -> None:
    settings.COUNT_READS = False
    read()
    assert counts() == {}


def test_nothing_about_the_reader_is_stored(page: Publication) -> None:
    read(program="Unusual/1.0")
    assert readership._counted == {page.article_id: 1}
    counts()
    assert [field.name for field in Reads._meta.fields] == ["id", "article", "month", "count"]


def test_the_whole_buffer_is_one_statement(page: Publication, cast: SimpleNamespace) -> None:
    f.published(cast.writer, cast.reviewer, cast.editor, slug="sitting")
    for _ in range(3):
        read()
        read("/articles/sitting/")
    with CaptureQueriesContext(connection) as queries:
        assert readership.write() == 6
    assert len(queries) == 1
    with CaptureQueriesContext(connection) as queries:
        assert readership.write() == 0
    assert len(queries) == 0


def test_the_buffer_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readership, "MOST", 3)
    asked = {"REQUEST_METHOD": "GET", "HTTP_USER_AGENT": READER}
    for article in (1, 2, 3, 4, 1, 5):
        readership.count(article, asked)
    assert readership._counted == {1: 2, 2: 1, 3: 1}


@pytest.mark.django_db(transaction=True)
def test_it_is_written_by_itself_after_a_while(page: Publication, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[threading.Thread] = []
    start = threading.Thread.start
    monkeypatch.setattr(threading.Thread, "start", lambda self: (started.append(self), start(self))[1])
    read()
    assert not started
    monkeypatch.setattr(readership, "EVERY", 0.0)
    read()
    for thread in started:
        thread.join(10)
    assert len(started) == 1
    assert Reads.objects.get().count == 2


def test_the_page_is_served_when_counting_fails(
    page: Publication, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails() -> int:
        raise IntegrityError("no such article")

    monkeypatch.setattr(readership, "write", fails)
    monkeypatch.setattr(readership, "EVERY", 0.0)
    before = threading.active_count()
    assert read() == 200
    for thread in threading.enumerate():
        if thread.name == "readership":
            thread.join(10)
    assert threading.active_count() == before
    assert "could not be counted" in caplog.text


def test_threads_lose_no_count() -> None:
    asked = {"REQUEST_METHOD": "GET", "HTTP_USER_AGENT": READER}

    def views() -> None:
        for _ in range(2_000):
            readership.count(7, asked)

    threads = [threading.Thread(target=views) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert readership._counted == {7: 8_000}


# --- Most read --------------------------------------------------------------------------------------


def library(cast: SimpleNamespace, *slugs: str) -> list[Publication]:
    return [
        f.published(cast.writer, cast.reviewer, cast.editor, slug=slug, title=slug.title()) for slug in slugs
    ]


def was_read(page: Publication, times: int, month: str = "2027-03-01") -> None:
    Reads.objects.create(article=page.article, month=dt.date.fromisoformat(month), count=times)


def most(limit: int = 5) -> list[str]:
    return [page.slug for page in readership.most_read(limit)]


def test_the_most_read_first(cast: SimpleNamespace, clock: SimpleNamespace) -> None:
    a, b, c, _ = library(cast, "a", "b", "c", "d")
    for page, times in ((a, 2), (b, 5), (c, 2)):
        was_read(page, times)
        was_read(page, 99 - times, "2027-02-01")
    assert most() == ["b", "a", "c"]
    assert most(2) == ["b", "a"]


def test_last_month_while_this_one_is_young(cast: SimpleNamespace, clock: SimpleNamespace) -> None:
    a, b = library(cast, "a", "b")
    was_read(a, 3, "2027-02-01")
    was_read(b, 5, "2027-03-01")
    clock.now = A_DAY.replace(day=7)
    assert most() == ["a"]
    clock.now = A_DAY.replace(day=8)
    assert most() == ["b"]
    clock.now = dt.datetime(2027, 4, 3, tzinfo=dt.UTC)
    assert most() == ["b"]
    clock.now = dt.datetime(2027, 4, 20, tzinfo=dt.UTC)
    assert most() == ["b"], "nothing was read in April yet"
    clock.now = dt.datetime(2027, 6, 1, tzinfo=dt.UTC)
    assert most() == []


def test_take_down_is_at_once(client: Client, cast: SimpleNamespace, clock: SimpleNamespace) -> None:
    a, b = library(cast, "a", "b")
    was_read(a, 3)
    was_read(b, 2)
    path = "//section[@class='most-read']//a/@href"
    html = client.get("/").content.decode()
    assert soup(html).xpath(path) == ["/articles/a/", "/articles/b/"]
    assert ids(html)
    workflow.withdraw(a.article, by=cast.lead, reason="The dose was wrong.")
    assert soup(client.get("/").content.decode()).xpath(path) == ["/articles/b/"]
    workflow.retract(b.article, by=cast.lead, reason="It was all wrong.")
    assert "Most read" not in client.get("/").content.decode()


def test_a_new_edition_keeps_the_counts(cast: SimpleNamespace, clock: SimpleNamespace) -> None:
    (page,) = library(cast, "a")
    was_read(page, 3)
    review = workflow.submit(page.article, by=cast.writer)
    f.judge(review, cast.reviewer)
    f.sign(review, cast.reviewer)
    newer = workflow.publish(review, by=cast.editor)
    assert [one.slug for one in readership.most_read()] == [newer.slug]


def test_the_list_is_one_query_and_on_the_first_page_only(
    client: Client, cast: SimpleNamespace, clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("articles.public.lists.PER_PAGE", 1)
    for page in library(cast, "a", "b", "c"):
        was_read(page, 3)
    with CaptureQueriesContext(connection) as queries:
        assert len(readership.most_read()) == 3
    assert len(queries) == 1
    assert "Most read" not in client.get(f"/?before={Publication.objects.latest('pk').pk}").content.decode()
