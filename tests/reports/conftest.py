"""A live page, and readers who report a problem with it through the form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import Publication
from reviews import jobs
from tests import factories as f
from tests.desk.conftest import at  # noqa: F401 - the fixture
from tests.public.pages import soup

NOON = dt.datetime(2027, 3, 10, 12, tzinfo=dt.UTC)
"""A Wednesday."""


class Clock:
    """What time it is, in a test that travels."""

    def __init__(self) -> None:
        self.now = NOON

    def forward(self, **length: float) -> None:
        self.now += dt.timedelta(**length)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    yield clock


@pytest.fixture
def page(cast: SimpleNamespace, clock: Clock) -> Publication:
    return f.published(cast.writer, cast.reviewer, cast.editor, slug="walking", title="Walking and your back")


@pytest.fixture
def work() -> Callable[[], None]:
    """Run every job that is due, and those that they promise."""

    def run() -> None:
        while jobs.run_due():
            pass

    return run


WORDS = {"kind": "mistake", "text": "It was a quarter, not a third.", "passage": "", "email": ""}


def stamp_of(html: str) -> str:
    return str(soup(html).xpath("//input[@name='stamp']/@value")[0])


class Reader:
    """Somebody with a browser that keeps no cookie."""

    def __init__(self, clock: Clock, address: str = "192.0.2.1") -> None:
        self.clock = clock
        self.client = Client(enforce_csrf_checks=True, REMOTE_ADDR=address)

    def opens(self, slug: str = "walking") -> str:
        """Open the form, and take the time to fill it in; the stamp that is in it."""
        stamp = stamp_of(self.client.get(f"/articles/{slug}/report/").content.decode())
        self.clock.forward(seconds=20)
        return stamp

    def posts(self, stamp: str, slug: str = "walking", headers: Any = None, **words: str) -> Any:
        fields = {**WORDS, "stamp": stamp, "website": "", **words}
        return self.client.post(f"/articles/{slug}/report/", fields, headers=headers)

    def reports(self, slug: str = "walking", **words: str) -> Any:
        return self.posts(self.opens(slug), slug, **words)


@pytest.fixture
def reader(clock: Clock) -> Reader:
    return Reader(clock)
