"""The pages in plain words, and how a site replaces them."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.public import pages

pytestmark = pytest.mark.django_db


def test_every_page_leads_to_them(client: Client) -> None:
    for address in ("/", "/topics/", "/no-such-page", "/how-we-review/"):
        html = client.get(address).content.decode()
        for link in ("/how-we-review/", "/corrections/", "/check-this-page/"):
            assert f'href="{link}"' in html


@pytest.mark.parametrize("address", ["/how-we-review/", "/check-this-page/"])
def test_they_need_no_database_and_set_no_cookie(
    client: Client, address: str, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        response = client.get(address)
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    html = response.content.decode()
    pages.ids(html)
    for part in ("<style", "<script", " style="):
        assert part not in html


def test_they_speak_of_this_site(client: Client, settings: Any) -> None:
    settings.SITE_NAME = "Clearwater <Health>"
    settings.SITE_URL = "https://health.example.org"
    how = pages.text(client.get("/how-we-review/").content.decode())
    assert "Nothing appears on Clearwater <Health> unless" in how
    check = pages.text(client.get("/check-this-page/").content.decode())
    assert "signoff_verify.py https://health.example.org/articles/ADDRESS/" in check
    assert "https://health.example.org/.well-known/signoff-keys.json" in check


@pytest.mark.parametrize("asks", [True, False])
def test_registries_are_named_where_they_are_asked(client: Client, settings: Any, asks: bool) -> None:
    settings.ASK_REGISTRIES = asks
    assert ("Registries and lists" in client.get("/how-we-review/").content.decode()) is asks


def test_a_site_puts_its_own_in_their_place(client: Client, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/how_we_review.html").write_text(
        '{% extends "articles/how_we_review.html" %}{% block who %}<h2>Our board</h2>{% endblock %}'
    )
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [tmp_path, *templates[0]["DIRS"]]
    settings.TEMPLATES = templates
    text = pages.text(client.get("/how-we-review/").content.decode())
    assert "Our board" in text and "Who may sign" not in text and "What is checked" in text
