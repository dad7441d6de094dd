"""What was ever saved can be read, compared and brought back; what is live stays."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.urls import reverse
from reversion.models import Version

from articles.editing import save_draft
from articles.models import Article, Publication
from tests import factories as f
from tests.admin import pages

pytestmark = pytest.mark.django_db


def versions(article: Article) -> list[Version]:
    return list(Version.objects.get_for_object(article).order_by("pk"))


def history(article: Article) -> str:
    return reverse("admin:articles_article_history", args=[article.pk])


def version(article: Article, number: int) -> str:
    return reverse("admin:articles_article_version", args=[article.pk, versions(article)[number - 1].pk])


def restore(article: Article, number: int) -> str:
    return reverse("admin:articles_article_restore", args=[article.pk, versions(article)[number - 1].pk])


@pytest.fixture
def article(cast: SimpleNamespace) -> Article:
    made = f.draft(cast.writer, title="First title", citations=[f.source(), f.source()])
    return save_draft(
        made,
        by=cast.colleague,
        version=1,
        title="Second title",
        body="<p>Swimming eases pain.</p>",
        citations=[],
    )


def test_the_list_says_who_when_and_what(cast: SimpleNamespace, article: Article) -> None:
    response = pages.client(cast.writer).get(history(article))
    assert response.status_code == 200
    text = pages.text_of(response)
    for words in (
        "Version 2",
        "Saved",
        "Walter Writer",
        "Version 1",
        "Created",
        "Wanda Writer",
        "First title",
    ):
        assert words in text


def test_a_version_is_compared_with_the_one_before_and_with_now(
    cast: SimpleNamespace, article: Article
) -> None:
    writer = pages.client(cast.writer)
    page = writer.get(version(article, 2)).content.decode()
    assert "<ins>Second</ins>" in page
    assert "<del>First</del>" in page
    assert "References" in page
    back = writer.get(version(article, 1), {"against": "current"}).content.decode()
    assert "<ins>First</ins>" in back
    assert "<del>Second</del>" in back
    assert "Walking for low back pain" in back


def test_restore_makes_a_new_version_with_its_references(cast: SimpleNamespace, article: Article) -> None:
    writer = pages.client(cast.writer)
    page = writer.get(version(article, 1)).content.decode()
    assert f'action="{restore(article, 1)}"' in page
    response = writer.post(restore(article, 1), {"version": "2"}, follow=True)
    assert "The text of version 1 is back, as version 3." in pages.text_of(response)
    article.refresh_from_db()
    assert (article.title, article.body, article.version) == ("First title", f.BODY, 3)
    assert article.citations.count() == 2
    assert article.contributions.get(version=3).action == "restored"
    assert article.contributions.get(version=3).person == cast.writer


@pytest.mark.parametrize("token", ["1", "3", "", "two", "99999999999999999999", "²"])
def test_restore_needs_the_version_that_was_seen(cast: SimpleNamespace, article: Article, token: str) -> None:
    before = pages.everything()
    response = pages.client(cast.writer).post(restore(article, 1), {"version": token}, follow=True)
    assert response.status_code == 200
    assert "Nothing was restored." in pages.text_of(response)
    assert pages.everything() == before


def test_restore_is_a_post_with_a_csrf_token(cast: SimpleNamespace, article: Article) -> None:
    from django.test import Client

    before = pages.everything()
    assert pages.client(cast.writer).get(restore(article, 1)).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.writer)
    assert strict.post(restore(article, 1), {"version": "2"}).status_code == 403
    assert pages.everything() == before


@pytest.mark.parametrize("who", ["reviewer", "outsider"])
def test_who_may_not_restore(cast: SimpleNamespace, article: Article, who: str) -> None:
    before = pages.everything()
    assert pages.client(getattr(cast, who)).post(restore(article, 1), {"version": "2"}).status_code == 403
    assert pages.everything() == before


def test_a_version_of_another_article_is_not_found(cast: SimpleNamespace, article: Article) -> None:
    other = f.draft(cast.writer)
    foreign = reverse("admin:articles_article_version", args=[article.pk, versions(other)[0].pk])
    writer = pages.client(cast.writer)
    assert writer.get(foreign).status_code == 404
    assert writer.post(foreign + "restore/", {"version": "2"}).status_code == 404


def test_restoring_never_touches_what_is_live(cast: SimpleNamespace) -> None:
    page = f.published(cast.writer, cast.reviewer, cast.editor)
    writer = pages.client(cast.writer)
    before = Publication.objects.values().get()
    save_draft(page.article, by=cast.writer, version=page.article.version, body="<p>Other words.</p>")
    article = Article.objects.get()
    writer.post(restore(article, 1), {"version": str(article.version)})
    article.refresh_from_db()
    assert article.version == 3
    assert Publication.objects.values().get() == before
    assert writer.get(f"/articles/{page.slug}/").status_code == 200


@pytest.mark.parametrize(
    "tail", ["recover/", "recover/1/", "{pk}/history/1/revert/", "{pk}/history/{version}/revert/"]
)
def test_the_stock_revert_and_recover_pages_do_not_exist(
    cast: SimpleNamespace, article: Article, tail: str
) -> None:
    address = pages.LIST + tail.format(pk=article.pk, version=versions(article)[0].pk)
    before = pages.everything()
    for answer in (
        pages.client(cast.writer).get(address, follow=True),
        pages.client(cast.writer).post(address),
    ):
        assert answer.status_code in (302, 404) or "doesn’t exist" in pages.text_of(answer)
    assert pages.everything() == before


def test_a_draft_without_history_says_so(cast: SimpleNamespace) -> None:
    article = Article.objects.create(title="By another door", slug="by-another-door", body="<p>x</p>")
    response = pages.client(cast.writer).get(history(article))
    assert "No version is kept" in pages.text_of(response)


def test_the_list_takes_the_same_number_of_queries(
    cast: SimpleNamespace, article: Article, django_assert_max_num_queries: object
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    writer = pages.client(cast.writer)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert writer.get(history(article)).status_code == 200
        counts.append(len(seen))
        for _ in range(10):
            article = save_draft(article, by=cast.writer, version=article.version, body="<p>x</p>")
    assert counts[0] == counts[1]
