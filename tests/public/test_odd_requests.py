"""Requests that nobody means well by get an answer, never a 500."""

from __future__ import annotations

import copy
import logging
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from pytest import MonkeyPatch

from articles.public import errors, frame
from tests import factories as f
from tests.public.pages import without_data

PAGES = (
    "/", "/topics/", "/topics/chronic-pain/", "/articles/walking/", "/feeds/articles.atom", "/feeds/articles.json",
    "/feeds/topics/chronic-pain.atom", "/feeds/corrections.json", "/sitemap.xml", "/sitemap-0.xml", "/sitemap-1.xml",
    "/robots.txt", "/healthz",
)  # fmt: skip


@pytest.fixture
def site(cast: SimpleNamespace) -> None:
    f.published(cast.writer, cast.reviewer, cast.editor, slug="walking")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("url", PAGES)
def test_pages_are_only_read(client: Client, site: None, url: str, method: str) -> None:
    assert getattr(client, method)(url).status_code == 405
    guarded = Client(enforce_csrf_checks=True)
    assert getattr(guarded, method)(url).status_code == 403


@pytest.mark.parametrize("url", PAGES)
def test_head_and_get_answer(client: Client, site: None, url: str) -> None:
    assert client.get(url).status_code == 200
    head = client.head(url)
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize(
    "url",
    [
        "/articles/%00/", "/articles/walking%00/", "/topics/%00/", f"/articles/{'a' * 10_000}/", f"/topics/{'a' * 10_000}/",
        "/articles/walking/junk", "/articles/walking/junk/", "/articles/walking//", "/articles/", "/articles/../walking/",
        "/articles/walking;x=1/", "/articles/WALKING/", "/articles/%E2%98%83/", "/articles/%FF%FE/", "/topics/chronic-pain/x/",
        "/%00", "/no-such-page", "/articles/' OR 1=1 --/", "/articles/%2e%2e%2fwalking/", "/articles/walking%0d%0aX-A: b/",
    ],
)  # fmt: skip
def test_addresses_that_lead_nowhere(client: Client, site: None, url: str) -> None:
    response = client.get(url)
    assert response.status_code == 404
    assert "There is no page at this address" in response.content.decode()


def test_a_missing_slash_is_put_there(client: Client, site: None) -> None:
    assert client.get("/articles/walking")["Location"] == "/articles/walking/"


@pytest.mark.parametrize(
    "query",
    [
        "?%00=%00",
        "?page=1&page=2",
        "?" + "a" * 20_000,
        "?utm_source=x",
        "?page=\ud800".encode("utf-8", "replace").decode(),
    ],
)
@pytest.mark.parametrize("url", PAGES)
def test_what_is_added_to_an_address_changes_nothing(
    client: Client, site: None, url: str, query: str
) -> None:
    assert client.get(url + query).status_code == 200


def test_a_foreign_host_gets_the_400_page(client: Client, settings: Any) -> None:
    client.raise_request_exception = False
    response = client.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "could not be understood" in response.content.decode()
    assert "evil.example" not in response.content.decode()


def test_the_500_page_needs_nothing(rf: RequestFactory, settings: Any) -> None:
    """No database (this test has none), no context processors, no manifest of static files, no URL names."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "tests.public.test_odd_requests.Broken"},
    }
    settings.ROOT_URLCONF = "tests.public.no_such_urls"

    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"]["context_processors"] = ["tests.public.test_odd_requests.broken"]
    settings.TEMPLATES = templates
    response = errors.server_error(rf.get("/"))
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.content.decode()
    assert "could not be understood" in render_to_string("400.html")


def broken(request: object) -> dict[str, object]:
    raise RuntimeError


class Broken:
    def __init__(self, *_: object, **__: object) -> None:
        raise RuntimeError


def test_a_view_that_breaks_gives_the_500_page(client: Client, db: None, monkeypatch: MonkeyPatch) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr(logging.root.manager, "disable", logging.ERROR)  # this one is wanted

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a detail of ours")

    monkeypatch.setattr("articles.public.views.current_at", broken)
    response = client.get("/articles/walking/")
    assert response.status_code == 500
    assert "Something went wrong" in response.content.decode()
    assert "detail of ours" not in response.content.decode()


def test_a_form_without_its_token_gets_a_sentence(db: None) -> None:
    response = Client(enforce_csrf_checks=True).post("/login/", {"username": "a"})
    assert response.status_code == 403
    assert "The form was not sent" in response.content.decode()


@pytest.mark.parametrize("url", [*PAGES, "/no-such-page"])
def test_headers(client: Client, site: None, url: str) -> None:
    headers = client.get(url).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    for directive in ("script-src", "style-src", "img-src"):
        assert f"{directive} 'self'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "Set-Cookie" not in headers  # a reader is not followed
    assert "Cookie" not in headers.get("Vary", "")  # and a cache may keep the page


@pytest.mark.parametrize("url", [*PAGES[:-1], "/no-such-page"])
def test_no_style_or_script_in_the_page(client: Client, site: None, url: str) -> None:
    html = without_data(client.get(url).content.decode()).lower()
    for part in ("<style", "<script", " style=", " onclick=", "javascript:"):
        assert part not in html


def test_health(client: Client, db: None) -> None:
    assert client.get("/healthz").content == b"ok\n"
    assert connection.vendor in ("sqlite", "postgresql")


def test_the_demo_says_that_it_is_one(client: Client, db: None, settings: Any) -> None:
    settings.DEMO = False
    assert "Sample content" not in client.get("/").content.decode()
    settings.DEMO = True
    frame.frame.cache_clear()
    assert "Sample content. Not medical advice." in client.get("/").content.decode()
