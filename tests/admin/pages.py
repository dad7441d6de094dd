"""The writer's pages through HTTP: what a browser would send, read off the page that it was sent."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from lxml import html
from reversion.models import Version

from articles.models import Article, Citation, Contribution, Edition, Publication
from reviews.models import Event, Review

ADD = "/admin/articles/article/add/"
LIST = "/admin/articles/article/"


def client(person: User) -> Client:
    here = Client()
    here.force_login(person)
    return here


def signed_in(browser: Any, server: Any, person: Any, **options: Any) -> Any:
    """A browser of one's own in which `person` is signed in."""
    context = browser.new_context(
        base_url=server.url, **{"viewport": {"width": 1280, "height": 900}, **options}
    )
    cookie = client(person).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": server.url}])
    return context


def change(article: Article) -> str:
    return reverse("admin:articles_article_change", args=[article.pk])


def submit(article: Article) -> str:
    return reverse("admin:articles_article_submit", args=[article.pk])


def values(page: str, form_id: str = "article_form") -> dict[str, Any]:
    """What the browser would send back for this page's form, unchanged."""
    form = html.fromstring(page).get_element_by_id(form_id)
    found: dict[str, Any] = {}
    for name, value in form.form_values():
        value = value.removeprefix("\n")  # a browser drops the first line end of a text area
        if name in found:
            found[name] = [*(found[name] if isinstance(found[name], list) else [found[name]]), value]
        else:
            found[name] = value
    return {name: value for name, value in found.items() if "__prefix__" not in name}


def opened(who: Client, address: str, **changes: Any) -> dict[str, Any]:
    """The form at an address as it would be sent after typing `changes`; it is saved and stays open."""
    page = who.get(address)
    assert page.status_code == 200, page.content[:500]
    return {**values(page.content.decode()), "_continue": "1", **changes}


def text_of(response: Any) -> str:
    """The page as a reader sees it, in one line."""
    return " ".join(html.fromstring(response.content.decode()).text_content().split())


def everything() -> dict[str, list[Any]]:
    """All rows that an attempt that failed must have left alone."""
    return {
        model.__name__: list(model._default_manager.order_by("pk").values())
        for model in (Article, Contribution, Citation, Edition, Publication, Review, Event, Version)
    }
