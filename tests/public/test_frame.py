"""How a page is sent: its entity tag, how long it may be kept, how it is packed, and what makes it anew."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from io import StringIO
from types import SimpleNamespace

import brotli
import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from articles import pages, publishing
from articles.models import Listing, Notice, Page, Publication
from articles.public import frame
from reviews import workflow
from tests import factories as f
from tests.public.test_article_page import again

AT = "/articles/walking/"


@pytest.fixture
def live(cast: SimpleNamespace) -> Publication:
    return f.published(cast.writer, cast.reviewer, cast.editor, slug="walking", title="Walking & pain")


@pytest.mark.parametrize("url", [AT, "/", "/topics/chronic-pain/", "/reviewers/rita/"])
def test_a_reader_whose_copy_is_good_gets_304(client: Client, live: Publication, url: str) -> None:
    first = client.get(url)
    etag = first["ETag"]
    assert first["Cache-Control"] == "public, max-age=2, stale-while-revalidate=3"
    for asked in (etag, f'"x", {etag}', "*"):
        same = client.get(url, headers={"If-None-Match": asked})
        assert (same.status_code, same.content, same["ETag"]) == (304, b"", etag)
        assert same["Cache-Control"] == first["Cache-Control"]
    for asked in ('"x"', "", "W/", etag[:-2]):
        assert client.get(url, headers={"If-None-Match": asked}).status_code == 200


def test_every_change_is_another_tag(client: Client, live: Publication, cast: SimpleNamespace) -> None:
    tags = [client.get(AT)["ETag"]]
    publishing.tell_readers(
        live, by=cast.editor, text="A source is in doubt.", kind=Notice.Kind.CLARIFICATION
    )
    tags.append(client.get(AT)["ETag"])
    assert "A source is in doubt." in client.get(AT).content.decode()
    again(live, cast, body="<p>Another text [1].</p>")
    tags.append(client.get(AT)["ETag"])
    Page.objects.update(below="<p>Something that leads on.</p>", etag="0" * 32)
    tags.append(client.get(AT)["ETag"])
    assert len(set(tags)) == 4
    # None of the old ones is taken for the page as it is.
    for tag in tags[:-1]:
        assert client.get(AT, headers={"If-None-Match": tag}).status_code == 200


def test_a_page_becomes_overdue_without_being_made_anew(
    client: Client, live: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = client.get(AT)["ETag"]
    monkeypatch.setattr(timezone, "localdate", lambda *_: live.review_due + dt.timedelta(days=1))
    late = client.get(AT, headers={"If-None-Match": tag})
    assert late.status_code == 200
    assert "Review overdue." in late.content.decode()
    assert '<meta name="robots" content="noindex">' in late.content.decode()


def test_a_page_that_came_down_is_no_longer_the_same(
    client: Client, live: Publication, cast: SimpleNamespace
) -> None:
    tag = client.get(AT, headers={"Accept-Encoding": "br"})["ETag"]
    workflow.withdraw(live.article, by=cast.lead, reason="The dose in the table was wrong.")
    for headers in ({"If-None-Match": tag}, {"If-None-Match": "*"}, {"Accept-Encoding": "br"}):
        assert client.get(AT, headers=headers).status_code == 410


@pytest.mark.parametrize(
    ("asked", "packing"),
    [
        ("gzip", "gzip"), ("br", "br"), ("gzip, deflate, br", "br"), ("gzip;q=1.0, br;q=0.5", "br"),
        ("br;q=0, gzip", "gzip"), ("gzip;q=0.0", ""), ("identity", ""), ("", ""), ("BR", "br"), ("brotli", ""),
    ],
)  # fmt: skip
def test_it_is_packed_as_the_browser_likes_it(
    client: Client, live: Publication, asked: str, packing: str
) -> None:
    plain = client.get(AT).content
    for _ in range(2):  # packed, then found packed
        response = client.get(AT, headers={"Accept-Encoding": asked})
        assert response.get("Content-Encoding", "") == packing
        assert response["Vary"] == "Accept-Encoding"
        opened = {"gzip": gzip.decompress, "br": brotli.decompress, "": bytes}[packing]
        assert opened(response.content) == plain


def test_few_packed_pages_are_kept(
    client: Client, live: Publication, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame, "_PACKED", 2)
    frame._kept.clear()
    for url in (AT, "/", "/topics/chronic-pain/", "/reviewers/rita/"):
        client.get(url, headers={"Accept-Encoding": "gzip"})
    assert len(frame._kept) == 2


def test_a_shared_cache_keeps_it_for_longer_only_where_it_is_told_of_changes(
    client: Client, live: Publication, settings: SimpleNamespace
) -> None:
    settings.CDN_MAX_AGE = 600
    assert "s-maxage=600" in client.get(AT)["Cache-Control"]


def test_head_has_no_body(client: Client, live: Publication) -> None:
    response = client.head(AT)
    assert (response.status_code, response.content) == (200, b"")


def test_the_site_owners_brand_comes_last(
    client: Client, live: Publication, settings: SimpleNamespace
) -> None:
    settings.BRAND_CSS, settings.SITE_NAME = "brand/ours.css", "Clear <Water>"
    html = client.get(AT).content.decode()
    assert html.index("article.css") < html.index("/static/brand/ours.css")
    assert "Clear &lt;Water&gt;" in html


def test_pages_are_made_anew_by_a_command(client: Client, live: Publication, cast: SimpleNamespace) -> None:
    before = {url: client.get(url).content for url in (AT, "/", "/topics/chronic-pain/")}
    gone = f.published(cast.writer, cast.reviewer, cast.editor, slug="gone")
    left = Page.objects.get(slug="gone")
    workflow.withdraw(gone.article, by=cast.lead, reason="The dose in the table was wrong.")
    Page.objects.all().delete()
    Page.objects.bulk_create([left])
    out = StringIO()
    call_command("render_pages", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"pages": 1}
    assert list(Page.objects.values_list("slug", flat=True)) == ["walking"]
    assert Listing.objects.count() == 1
    assert {url: client.get(url).content for url in before} == before


def test_a_publication_from_before_there_were_pages_gets_its_page(client: Client, live: Publication) -> None:
    """What `migrate` does at the end, for articles that an earlier version put live."""
    before = client.get(AT).content
    Page.objects.all().delete()
    assert client.get(AT).status_code == 404
    call_command("migrate", verbosity=0)
    assert client.get(AT).content == before


def test_making_a_page_twice_changes_nothing(client: Client, live: Publication) -> None:
    tag = client.get(AT)["ETag"]
    pages.put_up(live)
    assert client.get(AT)["ETag"] == tag
