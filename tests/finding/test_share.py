"""Sharing a page: a mail of the reader's own, and an address to copy. Nobody else is told."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from django.test import Client

from tests.finding.conftest import Publish
from tests.public.pages import soup, text


@pytest.mark.parametrize(
    "title",
    ["Walking & pain: 100 % better?", "a=b&cc=evil@example.org#x", '"><script>alert(1)</script>', "Füße 👣 %0D%0Abcc:x"],
)  # fmt: skip
def test_the_mail_has_the_title_and_the_address(client: Client, live: Publish, title: str) -> None:
    live("walking", title=title)
    html = client.get("/articles/walking/").content.decode()
    (mail,) = soup(html).xpath("//p[@class='share']/a/@href")
    parts = urlsplit(mail)
    assert (parts.scheme, parts.path, parts.fragment) == ("mailto", "", "")
    fields = [field.split("=") for field in parts.query.split("&")]
    assert [(name, unquote(value)) for name, value in fields] == [
        ("subject", title),
        ("body", "http://127.0.0.1:8000/articles/walking/"),
    ]
    assert "+" not in parts.query and mail.isascii()
    assert text(html, "//span[@class='address']") == "http://127.0.0.1:8000/articles/walking/"


def test_nothing_on_the_page_is_fetched_from_others(client: Client, live: Publish) -> None:
    live("walking")
    page = soup(client.get("/articles/walking/").content.decode())
    fetched = page.xpath(
        "//*[self::script or self::img or self::iframe]/@src | //head/link[@rel!='canonical']/@href"
    )
    assert fetched
    assert all(str(address).startswith("/") for address in fetched)
    assert not page.xpath("//script[@type!='application/ld+json' or not(@type)]")
