"""The one place that knows which database this is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Protocol

from django.db import connection

from articles.search import postgresql, sqlite
from articles.search.indexing import Indexed
from articles.search.places import Place
from articles.search.queries import Query


class Engine(Protocol):
    """What a database must be able to do; `articles.search.sqlite` says what each function promises."""

    def put(self, publication: int, found: Indexed) -> None: ...

    def drop(self, publications: Iterable[int]) -> None: ...

    def match(
        self, query: Query, place: Place, *, topic: int | None, since: tuple[dt.date, int] | None, limit: int
    ) -> list[int]: ...


def engine() -> Engine:
    """The functions of the database that is connected."""
    return postgresql if connection.vendor == "postgresql" else sqlite
