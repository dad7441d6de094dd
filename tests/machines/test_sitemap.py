"""Sitemaps and robots.txt: what search engines are told of, and what not."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import publishing
from articles.models import Notice
from articles.public import sitemap
from reviews import workflow
from tests import factories as f
from tests.machines.feed_rules import read_xml, rfc3339
from tests.public.pages import soup
from tests.public.test_article_page import again
from tests.public.test_lists import SHORT, publish, queries

NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
SITE = "http://127.0.0.1:8000"


def places(client: Client, path: str) -> dict[str, str]:
    """Address and lastmod of everything in a sitemap, once it is found to keep the rules of the protocol."""
    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/xml; charset=utf-8"
    assert response["Cache-Control"] == "no-cache"
    root = read_xml(response.content)
    inside = {f"{NAMESPACE}urlset": "url", f"{NAMESPACE}sitemapindex": "sitemap"}[root.tag]
    assert 1 <= len(root) <= 50_000
    assert len(response.content) <= 50 * 2**20
    found: dict[str, str] = {}
    for place in root:
        assert place.tag == NAMESPACE + inside
        names = [part.tag.removeprefix(NAMESPACE) for part in place]
        assert names in (["loc"], ["loc", "lastmod"])
        address, changed = place.findtext(f"{NAMESPACE}loc") or "", place.findtext(f"{NAMESPACE}lastmod")
        assert address.startswith(f"{SITE}/")
        assert len(address) < 2_048
        assert changed is None or rfc3339(changed)
        assert address not in found
        found[address.removeprefix(SITE)] = changed or ""
    return found


def listed(client: Client) -> dict[str, str]:
    """Everything in all the sitemaps that the index names."""
    found: dict[str, str] = {}
    for path in places(client, "/sitemap.xml"):
        part = places(client, path)
        assert not set(part) & set(found)
        found |= part
    return found


def said(at: dt.datetime) -> str:
    return at.isoformat(timespec="seconds")


PLAIN = ("/how-we-review/", "/check-this-page/", "/corrections/")


def test_an_empty_site(client: Client, db: None) -> None:
    assert set(listed(client)) == {"/", "/topics/", *PLAIN}


def test_what_is_live_and_the_topics_of_it(client: Client, cast: SimpleNamespace) -> None:
    page = f.published(cast.writer, cast.reviewer, cast.editor, slug="walking")
    f.topic("empty")
    for slug, end in (("gone", workflow.withdraw), ("back", workflow.retract)):
        ended = f.published(
            cast.writer, cast.reviewer, cast.editor, slug=slug, topics=[f.topic(f"of-{slug}")]
        )
        end(ended.article, by=cast.lead, reason="The dose was wrong.")
    f.draft(cast.writer, slug="drafted")
    f.scheduled(cast.writer, cast.reviewer, cast.editor, slug="scheduled")
    found = listed(client)
    assert set(found) == {"/", "/topics/", "/topics/chronic-pain/", "/articles/walking/", *PLAIN}
    assert found["/articles/walking/"] == found["/"] == said(page.published_at)
    for address in found:
        html = client.get(address)
        assert html.status_code == 200
        assert soup(html.content.decode()).xpath("//link[@rel='canonical']/@href") == [SITE + address]
        assert not soup(html.content.decode()).xpath("//meta[@name='robots']")


def test_only_the_newest_address_of_an_article(client: Client, cast: SimpleNamespace) -> None:
    page = again(f.published(cast.writer, cast.reviewer, cast.editor, slug="old"), cast, slug="new")
    assert "/articles/old/" not in listed(client)
    assert listed(client)["/articles/new/"] == said(page.published_at)


def test_a_later_notice_is_a_change(client: Client, cast: SimpleNamespace, monkeypatch: Any) -> None:
    f.published(cast.writer, cast.reviewer, cast.editor, slug="same")
    page = f.published(cast.writer, cast.reviewer, cast.editor, slug="walking")
    later = page.published_at + dt.timedelta(hours=3)
    with monkeypatch.context() as clock:
        clock.setattr(timezone, "now", lambda: later)
        publishing.tell_readers(page, by=cast.lead, text="A source was corrected.", kind=Notice.Kind.UPDATE)
    assert (
        listed(client)["/articles/walking/"]
        == said(later)
        == places(client, "/sitemap.xml")["/sitemap-1.xml"]
    )
    assert listed(client)["/articles/same/"] < said(later)


@pytest.mark.parametrize("days", [-1, 0, 1])
def test_a_page_is_listed_unless_it_says_noindex(
    client: Client, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    """One rule for both: from the day after its review was due."""
    page = f.published(cast.writer, cast.reviewer, cast.editor, slug="walking")
    today = page.review_due + dt.timedelta(days=days)
    monkeypatch.setattr(timezone, "localdate", lambda *_: today)
    robots = soup(client.get("/articles/walking/").content.decode()).xpath("//meta[@name='robots']/@content")
    assert robots == (["noindex"] if days > 0 else [])
    assert ("/articles/walking/" in listed(client)) is (days <= 0)


def test_many_articles_are_many_files(
    client: Client, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemap, "SITEMAP", 3)
    made = publish(cast, 8, body=SHORT, topics=[f.topic()])
    workflow.withdraw(made[0].article, by=cast.lead, reason="The dose was wrong.")
    files = [path for path in places(client, "/sitemap.xml") if path != "/sitemap-0.xml"]
    assert 3 <= len(files) <= 4  # where the three-packs begin hangs on the numbers of the articles
    assert all(len(places(client, path)) <= 3 for path in files)
    assert {f"/articles/{page.slug}/" for page in made[1:]} < set(listed(client))


def test_a_file_of_which_everything_came_down_is_gone(
    client: Client, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemap, "SITEMAP", 1)
    page = f.published(cast.writer, cast.reviewer, cast.editor)
    path = f"/sitemap-{page.article_id}.xml"
    assert path in places(client, "/sitemap.xml")
    workflow.withdraw(page.article, by=cast.lead, reason="The dose was wrong.")
    assert path not in places(client, "/sitemap.xml")
    assert client.get(path).status_code == 404


def test_what_they_cost_does_not_grow(client: Client, cast: SimpleNamespace) -> None:
    urls = ("/sitemap.xml", "/sitemap-0.xml", "/sitemap-1.xml", "/robots.txt")
    publish(cast, 1, body=SHORT)
    at_1 = [queries(client, url) for url in urls]
    publish(cast, 9, body=SHORT)
    assert [queries(client, url) for url in urls] == at_1 == [3, 2, 2, 0]
    with CaptureQueriesContext(connection) as captured:
        listed(client)
    assert not any('"html"' in query["sql"] for query in captured)


@pytest.mark.parametrize("number", ["2", "999999999", "9" * 30, "9" * 5_000, "-1", "x", "1.5"])
def test_files_that_there_are_not(client: Client, cast: SimpleNamespace, number: str) -> None:
    publish(cast, 1)
    assert client.get(f"/sitemap-{number}.xml").status_code == 404


def test_addresses_are_escaped(client: Client, cast: SimpleNamespace, settings: Any) -> None:
    settings.SITE_URL = "http://127.0.0.1:8000/a&b<c"
    publish(cast, 1)
    for path in ("/sitemap.xml", "/sitemap-0.xml", "/sitemap-1.xml"):
        assert places(client, path)


# --- robots.txt --------------------------------------------------------------------------------------


def rules(client: Client) -> list[tuple[str, str]]:
    response = client.get("/robots.txt")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    lines = [line for line in response.content.decode().splitlines() if line]
    assert all(re.fullmatch(r"[A-Za-z-]+: \S+", line) for line in lines)
    return [(name, value) for name, _, value in (line.partition(": ") for line in lines)]


def test_robots_may_read_all_but_the_desk_the_admin_and_the_search(client: Client, db: None) -> None:
    assert rules(client) == [
        ("User-agent", "*"), ("Disallow", "/admin/"), ("Disallow", "/desk/"), ("Disallow", "/search/"),
        ("Sitemap", f"{SITE}/sitemap.xml"),
    ]  # fmt: skip


def test_robots_stay_away_from_a_demo(client: Client, db: None, settings: Any) -> None:
    settings.DEMO = True
    assert rules(client) == [("User-agent", "*"), ("Disallow", "/")]
