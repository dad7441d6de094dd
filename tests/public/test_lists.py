"""The front page and the topics: what they list, and what they cost."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from articles.models import Publication
from articles.public import views
from reviews import workflow
from tests import factories as f
from tests.public.pages import ids, soup

SHORT = "<p>Speak to a physiotherapist first [1].</p>"  # no claim in it, so 200 are published sooner


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def publish(cast: SimpleNamespace, count: int, **fields: object) -> list[Publication]:
    return [f.published(cast.writer, cast.reviewer, cast.editor, **fields) for _ in range(count)]


def test_an_empty_site(client: Client, db: None) -> None:
    assert "Nothing has been published yet" in client.get("/").content.decode()
    assert "Nothing has been published yet" in client.get("/topics/").content.decode()


def test_the_newest_come_first_with_who_reviewed_them(client: Client, cast: SimpleNamespace) -> None:
    first, second = publish(cast, 2)
    html = client.get("/").content.decode()
    assert html.index(second.title) < html.index(first.title)
    assert html.count("<strong>Dr Rita Reviewer</strong>, MD, FRCP") == 2
    assert html.count(escape(first.summary)) == 2
    assert ids(html)
    assert soup(html).xpath("//nav[@aria-label='Topics']//a/@href") == ["/topics/chronic-pain/"]


def test_only_what_is_live_is_listed(client: Client, cast: SimpleNamespace) -> None:
    live, withdrawn, retracted = publish(cast, 3, topics=[f.topic("sleep")])
    drafted = f.draft(cast.writer, title="Only a draft", topics=[f.topic("sleep")])
    waiting = f.submitted(cast.writer, title="Waiting for review", topics=[f.topic("sleep")])
    workflow.withdraw(withdrawn.article, by=cast.lead, reason="An error in the second section.")
    workflow.retract(retracted.article, by=cast.lead, reason="Its main source was retracted.")
    for url in ("/", "/topics/sleep/"):
        html = client.get(url).content.decode()
        assert live.title in html
        for gone in (withdrawn.title, retracted.title, drafted.title, waiting.article.title):
            assert gone not in html
    assert "1 article<" in client.get("/topics/").content.decode()


def test_a_topic_without_live_articles_is_not_listed_but_has_a_page(client: Client, db: None) -> None:
    f.topic("empty")
    assert "/topics/empty/" not in client.get("/topics/").content.decode()
    assert "no articles on this topic" in client.get("/topics/empty/").content.decode()
    assert client.get("/topics/none-such/").status_code == 404


def test_lists_cost_the_same_at_10_and_at_200(client: Client, cast: SimpleNamespace) -> None:
    urls = ("/", "/?page=2", "/topics/", "/topics/chronic-pain/")
    source = f.source()
    publish(cast, 10, body=SHORT, citations=[source])
    at_10 = [queries(client, url) for url in urls]
    publish(cast, 190, body=SHORT, citations=[source])
    assert Publication.objects.count() == 200
    assert [queries(client, url) for url in urls] == at_10 == [3, 3, 1, 3]


def test_paging_links_both_ways(
    client: Client, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PER_PAGE", 2)
    made = publish(cast, 5)
    page = soup(client.get("/?page=2").content.decode())
    assert page.xpath("//head/link[@rel='prev']/@href") == ["http://127.0.0.1:8000/?page=1"]
    assert page.xpath("//head/link[@rel='next']/@href") == ["http://127.0.0.1:8000/?page=3"]
    assert page.xpath("//head/link[@rel='canonical']/@href") == ["http://127.0.0.1:8000/?page=2"]
    assert page.xpath("//nav[@aria-label='Pages']//a/@rel") == ["prev", "next"]
    listed = [
        href
        for number in (1, 2, 3)
        for href in soup(client.get(f"/?page={number}").content.decode()).xpath(
            "//ol[@class='articles']//a/@href"
        )
    ]
    assert listed == [f"/articles/{p.slug}/" for p in reversed(made)]


@pytest.mark.parametrize(
    "page", ["abc", "999999", "0", "-1", "%00", "9" * 5000, "1e400", "²", "1;DROP", "", "[]"]
)
def test_a_strange_page_number_shows_a_page(client: Client, cast: SimpleNamespace, page: str) -> None:
    publish(cast, 1)
    for url in ("/", "/topics/chronic-pain/"):
        assert client.get(f"{url}?page={page}").status_code == 200
