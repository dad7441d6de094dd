"""PostgreSQL looks for a word in the newest batches first; what it finds is what looking in all of them would."""

from __future__ import annotations

import pytest
from django.db import connection

from articles.search import postgresql
from articles.search.indexing import Indexed

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's index is read from the newest"),
    pytest.mark.django_db,
]
OLD, EARLIER, NEW = 7, 3 * postgresql.BATCH, 5 * postgresql.BATCH - 1


@pytest.fixture(autouse=True)
def index(db: None) -> None:
    with (
        connection.cursor() as cursor
    ):  # what tests that commit leave behind: Django's flush does not know the table
        cursor.execute("DELETE FROM articles_searchindex")
    for key, body in {
        OLD: ["rare", "low", "back", "pain"],
        OLD + 1: ["back", "low"],
        EARLIER: ["low", "back"],
        NEW - 1: ["back", "low", "pain"],
        NEW: ["low", "back", "pain"],
    }.items():
        found = Indexed([], [], [], body, topics=[], text=" ".join(body), vocabulary=set(body))
        postgresql.put(key, found)


def found(
    asked: str, phrases: str | None = None, *, earliest: int = 0, most: int, looked_at: int = 0
) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM articles_search_anywhere(%s::tsquery, %s::tsquery, %s, %s, %s, %s)",
            [asked, phrases, earliest, NEW, looked_at or most, most],
        )
        return [key for (key,) in cursor.fetchall()]


@pytest.mark.parametrize(
    ("asked", "most", "keys"),
    [
        ("low & back", 1, [NEW]),
        ("low & back", 2, [NEW, NEW - 1]),
        ("low & back", 3, [NEW, NEW - 1, EARLIER]),
        ("low & back", 9, [NEW, NEW - 1, EARLIER, OLD + 1, OLD]),
        ("rare", 1, [OLD]),
        ("pain", 3, [NEW, NEW - 1, OLD]),
        ("xylophone", 3, []),
    ],
)
def test_the_newest_first_and_none_left_out(asked: str, most: int, keys: list[int]) -> None:
    assert found(asked, most=most) == keys


def test_a_phrase_among_those_that_are_looked_at() -> None:
    assert found("low & back", "low <-> back", most=9) == [NEW, EARLIER, OLD]
    assert found("low & back", "low <-> back", most=1, looked_at=9) == [NEW]
    assert found("low & back", "back <-> low", most=9, looked_at=2) == [NEW - 1]


def test_none_before_the_earliest() -> None:
    assert found("low & back", earliest=EARLIER, most=9) == [NEW, NEW - 1, EARLIER]
