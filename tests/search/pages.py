"""Publishing articles to search for, and reading the search page."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from django.test import Client
from lxml import html

from articles.models import Publication
from tests import factories as f

_count = itertools.count()
PLAIN = "<p>Speak to a physiotherapist first [1].</p>"  # no claim in it, so it is published sooner


def publish(cast: SimpleNamespace, title: str, body: str = PLAIN, **fields: Any) -> Publication:
    """A live article of these words alone."""
    given = {"title": title, "body": body, "summary": "", "slug": f"a{next(_count)}", **fields}
    return f.published(cast.writer, cast.reviewer, cast.editor, **given)


class Answer:
    """A search page, read."""

    def __init__(self, client: Client, q: str, **more: str) -> None:
        self.read(client, f"?{urlencode({'q': q, **more})}")

    def read(self, client: Client, query: str) -> None:
        response = client.get(f"/search/{query}")
        assert response.status_code == 200
        self.html = response.content.decode()
        self.page = html.fromstring(self.html)

    def turn(self, client: Client, rel: str) -> bool:
        """Go to the next page, or the previous one, if there is a link to it."""
        links = self.page.xpath(f"//nav[@aria-label='Pages']/a[@rel='{rel}']/@href")
        if links:
            self.read(client, str(links[0]))
        return bool(links)

    @property
    def titles(self) -> list[str]:
        return [
            " ".join(h2.text_content().split()) for h2 in self.page.xpath("//ol[@class='articles']/li/h2")
        ]

    @property
    def passages(self) -> list[str]:
        return [
            "".join(html.tostring(part, encoding="unicode", with_tail=True) for part in p).join(
                [p.text or "", ""]
            )
            for p in self.page.xpath("//ol[@class='articles']/li/p[@class='summary']")
        ]

    @property
    def marked(self) -> list[str]:
        return [mark.text_content() for mark in self.page.xpath("//ol[@class='articles']//mark")]

    @property
    def said(self) -> str:
        """What a screen reader is told."""
        [status] = self.page.xpath("//p[@role='status']")
        return " ".join(status.text_content().split())

    @property
    def instead(self) -> list[str]:
        return [str(a.text_content()) for a in self.page.xpath("//p[@class='search-instead']/a")]


def titles(client: Client, q: str, **more: str) -> list[str]:
    """The titles that are found, in order."""
    return Answer(client, q, **more).titles
