"""Whatever got into the database by another door is harmless on every page of the admin."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import reversion
from django.contrib.auth.models import User
from lxml import html
from reversion.models import Version

from articles.models import Article, Citation, Contribution, Source
from tests.admin import pages

pytestmark = pytest.mark.django_db

EVIL = '<script>alert(1)</script><p onclick="alert(2)">Hello</p><img src=x onerror=alert(3)><a href="javascript:alert(4)">x</a>'


@pytest.fixture
def evil(cast: SimpleNamespace) -> Article:
    with reversion.create_revision():
        article = Article.objects.create(
            title="<script>alert(1)</script>", slug="evil", body=EVIL, summary=EVIL, interests=EVIL
        )
        source = Source.objects.create(title=EVIL[:200], authors=EVIL[:100])
        Citation.objects.create(article=article, source=source, number=1)
        Contribution.objects.create(
            article=article, person=cast.writer, version=1, action="created", draft_digest="0" * 64
        )
        reversion.add_to_revision(article)
    User.objects.filter(pk=cast.writer.pk).update(first_name="<script>alert(1)</script>", last_name="")
    return article


def harmless(page: str) -> None:
    tree = html.fromstring(page)
    for element in tree.iter("*"):
        assert not any(name.lower().startswith("on") for name in element.attrib), html.tostring(element)
        assert "javascript:" not in element.get("href", "")
        if element.tag == "script":
            assert "alert" not in (element.text or "")
        if element.tag == "img":
            assert element.get("src", "").startswith("/static/")
    assert not [e for e in tree.iter("script") if not e.get("src") and e.get("type") != "application/json"]


def addresses(article: Article) -> list[str]:
    base = f"{pages.LIST}{article.pk}"
    version = Version.objects.get_for_object(article).get().pk
    source = article.citations.get().source_id
    return [
        pages.LIST, f"{base}/change/", f"{base}/history/", f"{base}/history/{version}/",
        f"{base}/history/{version}/?against=current", "/admin/", "/admin/articles/source/",
        f"/admin/articles/source/{source}/change/", f"/admin/articles/source/{source}/history/",
    ]  # fmt: skip


def test_on_every_page_of_a_writer(cast: SimpleNamespace, evil: Article) -> None:
    writer = pages.client(cast.writer)
    for address in addresses(evil):
        response = writer.get(address)
        assert response.status_code == 200, address
        harmless(response.content.decode())
    form = pages.values(writer.get(pages.change(evil)).content.decode())
    assert form["body"] == '<p>Hello</p><a rel="noopener noreferrer nofollow">x</a>'


def test_on_the_page_that_is_only_read_and_on_that_of_a_superuser(
    cast: SimpleNamespace, evil: Article
) -> None:
    harmless(pages.client(cast.reviewer).get(pages.change(evil)).content.decode())
    chief = pages.client(User.objects.create_superuser("chief"))
    for address in (*addresses(evil), f"{pages.LIST}{evil.pk}/delete/", "/admin/auth/user/"):
        response = chief.get(address)
        assert response.status_code in (200, 403)
        harmless(response.content.decode())


def test_in_a_conflict(cast: SimpleNamespace, evil: Article) -> None:
    writer = pages.client(cast.writer)
    form = pages.opened(writer, pages.change(evil), title="Mine", body="<p>Mine</p>" + EVIL, version="0")
    response = writer.post(pages.change(evil), form)
    assert response.status_code == 409
    harmless(response.content.decode())


def test_saving_cleans_it(cast: SimpleNamespace, evil: Article) -> None:
    writer = pages.client(cast.writer)
    form = pages.opened(writer, pages.change(evil), title="Mine", body=EVIL)
    assert writer.post(pages.change(evil), form).status_code == 302
    evil.refresh_from_db()
    assert evil.body == '<p>Hello</p><a rel="noopener noreferrer nofollow">x</a>'


def test_the_policy_is_sent_with_every_page(cast: SimpleNamespace) -> None:
    policy = pages.client(cast.writer).get(pages.ADD).headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    page = html.fromstring(pages.client(cast.writer).get(pages.ADD).content.decode())
    assert page.xpath("//style | //*[@style]") == []
