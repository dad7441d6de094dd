"""The head of an article: its one address, what is shown where a link is shared, and what search engines hear."""

from __future__ import annotations

from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from articles.editing import SlugTaken, save_draft
from reviews import workflow
from tests import factories as f
from tests.public.pages import soup
from tests.public.test_article_page import again
from tests.public.test_hostile import BREAKOUTS

SITE = "http://127.0.0.1:8000"


def head(client: Client, path: str = "/articles/walking/") -> Any:
    return soup(client.get(path).content.decode()).xpath("//head")[0]


def shared(client: Client) -> dict[str, str]:
    """What a page tells those who show a link to it (ogp.me)."""
    tags = head(client).xpath("meta[@property]")
    found = {tag.get("property"): tag.get("content") for tag in tags}
    assert len(found) == len(tags)
    return found


def test_a_link_to_an_article_when_it_is_shared(client: Client, cast: SimpleNamespace, settings: Any) -> None:
    page = f.published(
        cast.writer,
        cast.reviewer,
        cast.editor,
        slug="walking",
        title="Walking & pain",
        summary="Two\n lines.",
    )
    at = page.published_at.isoformat(timespec="seconds")
    assert shared(client) == {
        "og:type": "article",
        "og:title": "Walking & pain",
        "og:description": "Two lines.",
        "og:url": f"{SITE}/articles/walking/",
        "og:site_name": "Signoff",
        "article:published_time": at,
        "article:modified_time": at,
        "article:section": "Chronic pain",
    }
    assert head(client).xpath("meta[@name='description']/@content") == ["Two lines."]
    assert head(client).xpath("meta[@name='twitter:card']/@content") == ["summary"]
    settings.SITE_IMAGE = "https://health.example.org/picture.png"
    call_command("render_pages", stdout=StringIO())
    assert shared(client)["og:image"] == "https://health.example.org/picture.png"


def test_what_there_is_not_is_not_said(client: Client, cast: SimpleNamespace, settings: Any) -> None:
    settings.SITE_NAME = ""
    f.published(cast.writer, cast.reviewer, cast.editor, slug="walking", summary=" ")
    assert not {"og:description", "og:site_name", "og:image"} & set(shared(client))
    assert not head(client).xpath("meta[@name='description']")


def test_a_new_edition_keeps_the_day_of_the_first(client: Client, cast: SimpleNamespace) -> None:
    first = f.published(cast.writer, cast.reviewer, cast.editor, slug="walking")
    second = again(first, cast, title="Anew")
    assert second.published_at > first.published_at
    found = shared(client)
    assert found["article:published_time"] == first.published_at.isoformat(timespec="seconds")
    assert found["article:modified_time"] == second.published_at.isoformat(timespec="seconds")
    assert found["og:title"] == "Anew"


def test_every_address_names_the_one_that_counts(client: Client, cast: SimpleNamespace) -> None:
    page = again(f.published(cast.writer, cast.reviewer, cast.editor, slug="old"), cast, slug="walking")
    for path in ("/articles/walking/", "/articles/walking/?utm_source=x", "/articles/old/"):
        answer = client.get(path, follow=True)
        assert soup(answer.content.decode()).xpath("//link[@rel='canonical']/@href") == [
            f"{SITE}/articles/walking/"
        ]
    workflow.withdraw(page.article, by=cast.lead, reason="The dose was wrong.")
    gone = client.get("/articles/old/", follow=True).content.decode()
    assert soup(gone).xpath("//meta[@name='robots']/@content") == ["noindex"]
    for unsaid in ("ld+json", "og:title", "canonical"):
        assert unsaid not in gone


def test_a_retired_address_leads_to_its_own_article_and_to_no_other(
    client: Client, cast: SimpleNamespace
) -> None:
    """Nobody gets it: not by a draft, not by an edition that was signed while it was still free."""
    early = f.signed(cast.writer, cast.reviewer, slug="walking", title="The other article")
    article = early.article
    article.refresh_from_db()
    save_draft(article, by=cast.writer, version=article.version, slug="other")
    page = f.published(cast.writer, cast.reviewer, cast.editor, slug="walking", title="The first article")
    page = again(page, cast, slug="walking-more")
    with pytest.raises(workflow.Refused, match="address"):
        workflow.publish(early, by=cast.editor)
    with pytest.raises(SlugTaken):
        f.draft(cast.colleague, slug="walking")
    assert client.get("/articles/walking/", follow=True).redirect_chain == [("/articles/walking-more/", 301)]
    workflow.withdraw(page.article, by=cast.lead, reason="The dose was wrong.")
    gone = client.get("/articles/walking/", follow=True)
    assert (gone.redirect_chain, gone.status_code) == ([("/articles/walking-more/", 301)], 410)
    assert "The other article" not in gone.content.decode()


@pytest.mark.parametrize("evil", BREAKOUTS)
def test_nothing_breaks_out_of_the_head(
    client: Client, cast: SimpleNamespace, settings: Any, evil: str
) -> None:
    settings.SITE_NAME = evil
    settings.SITE_IMAGE = f"https://example.org/{evil}"
    f.published(cast.writer, cast.reviewer, cast.editor, slug="walking", title=evil, summary=evil)
    found = head(client)
    assert {str(element.tag) for element in found} == {"meta", "title", "link", "script"}
    assert shared(client)["og:title"] == " ".join(evil.split())
    assert [e.get("type") for e in found.xpath("script")] == ["application/ld+json"]
