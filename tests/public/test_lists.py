"""The front page and the topics: what they list, and what they cost."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from articles.models import Listing, Page, Publication
from articles.public import lists
from reviews import workflow
from reviews.models import Reviewer
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


def test_a_topic_without_live_articles_is_not_listed_but_has_a_page(
    client: Client, cast: SimpleNamespace
) -> None:
    (page,) = publish(cast, 1, topics=[f.topic("empty")])
    workflow.withdraw(page.article, by=cast.lead, reason="An error in the second section.")
    assert "/topics/empty/" not in client.get("/topics/").content.decode()
    assert "no articles on this topic" in client.get("/topics/empty/").content.decode()
    assert client.get("/topics/none-such/").status_code == 404


def test_a_topic_that_only_a_draft_has_is_not_known(client: Client, cast: SimpleNamespace) -> None:
    f.submitted(cast.writer, topics=[f.topic("secret")])
    assert client.get("/topics/secret/").status_code == 404


def test_lists_cost_the_same_at_10_and_at_200(client: Client, cast: SimpleNamespace) -> None:
    urls = ("/", "/?before=9999999999999999", "/topics/", "/topics/chronic-pain/")
    source = f.source()
    publish(cast, 10, body=SHORT, citations=[source])
    at_10 = [queries(client, url) for url in urls]
    publish(cast, 190, body=SHORT, citations=[source])
    assert Publication.objects.count() == 200
    assert [queries(client, url) for url in urls] == at_10 == [3, 2, 1, 2]


def listed(client: Client, url: str) -> tuple[list[str], list[str]]:
    """The addresses of the articles on one page of a list, and of the next page."""
    page = soup(client.get(url).content.decode())
    return page.xpath("//ol[@class='articles']//h2/a/@href"), page.xpath("//head/link[@rel='next']/@href")


def test_a_list_is_read_to_its_end(
    client: Client, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PER_PAGE", 2)
    made = publish(cast, 5)
    for start in ("/", "/topics/chronic-pain/", "/reviewers/rita/"):
        seen, url = [], start
        while url:
            articles, following = listed(client, url)
            seen += articles
            url = following[0].removeprefix("http://127.0.0.1:8000") if following else ""
        assert seen == [f"/articles/{p.slug}/" for p in reversed(made)], start


def test_what_is_published_meanwhile_shifts_nothing(
    client: Client, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PER_PAGE", 2)
    made = publish(cast, 4)
    _, (following,) = listed(client, "/")
    publish(cast, 3)
    articles, _ = listed(client, following.removeprefix("http://127.0.0.1:8000"))
    assert articles == [f"/articles/{p.slug}/" for p in (made[1], made[0])]


def test_older_pages_are_not_indexed_and_lead_back(
    client: Client, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PER_PAGE", 2)
    publish(cast, 3)
    first = soup(client.get("/").content.decode())
    assert first.xpath("//head/link[@rel='canonical']/@href") == ["http://127.0.0.1:8000/"]
    assert not first.xpath("//head/meta[@name='robots']")
    (older,) = first.xpath("//nav[@aria-label='Pages']//a/@href")
    page = soup(client.get(f"/{older}").content.decode())
    assert page.xpath("//head/meta[@name='robots']/@content") == ["noindex, follow"]
    assert page.xpath("//nav[@aria-label='Pages']//a/@href") == ["?"]


@pytest.mark.parametrize(
    "place",
    ["abc", "999999", "0", "-1", "%00", "9" * 5000, "9" * 18, "9" * 19, "1e400", "²", "1;DROP", "", "[]"],
)  # fmt: skip
def test_a_strange_place_shows_a_page(client: Client, cast: SimpleNamespace, place: str) -> None:
    publish(cast, 1)
    for url in ("/", "/topics/chronic-pain/", "/reviewers/rita/"):
        assert client.get(f"{url}?before={place}").status_code == 200


def test_a_row_that_was_left_behind_lists_nothing(client: Client, cast: SimpleNamespace) -> None:
    (page,) = publish(cast, 1)
    row, rows = Page.objects.get(), list(Listing.objects.all())
    workflow.withdraw(page.article, by=cast.lead, reason="An error in the second section.")
    assert not Page.objects.exists()
    assert not Listing.objects.exists()
    Page.objects.bulk_create([row])
    Listing.objects.bulk_create(rows)
    for url in ("/", "/topics/", "/topics/chronic-pain/"):
        assert page.slug not in client.get(url).content.decode()
    assert client.get("/reviewers/rita/").status_code == 404
    assert client.get(f"/articles/{page.slug}/").status_code == 410


def test_a_reviewers_page_says_who_signed(client: Client, cast: SimpleNamespace) -> None:
    Reviewer.objects.filter(slug="rita").update(biography="Twenty years in a pain clinic.")
    publish(cast, 1)
    Reviewer.objects.filter(slug="rita").update(biography="Something that nobody has signed under.")
    html = client.get("/reviewers/rita/").content.decode()
    assert "Dr Rita Reviewer" in html
    assert "Twenty years in a pain clinic." in html
    assert "GMC 70000" in html
    assert client.get("/reviewers/ravi/").status_code == 404
