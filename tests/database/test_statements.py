"""The statements of readers' requests: planned once in a connection, and answered whatever became of it."""

from __future__ import annotations

import datetime as dt
from threading import Thread

import pytest
from django.db import DatabaseError, connection

from articles import statements
from tests import factories as f

pytestmark = pytest.mark.django_db(transaction=True)
only_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite plans in no time")

VALUES = """
SELECT topic.id, topic.name, topic.name < %s, NULL FROM articles_topic topic
 WHERE topic.slug = %s ORDER BY topic.id LIMIT %s"""


@pytest.fixture(autouse=True)
def topics() -> None:
    f.topic("sleep")
    f.topic("chronic-pain")


def end_it() -> None:
    """Take the connection away, as a restart of the database does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (number,) = cursor.fetchone()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [number])
    other.close()


def test_rows_are_what_any_cursor_gives() -> None:
    with connection.cursor() as cursor:
        cursor.execute(VALUES, ["M", "sleep", 5])
        usual = cursor.fetchall()
    for _ in range(3):  # planned the first time
        assert statements.rows(VALUES, ["M", "sleep", 5]) == usual
    assert statements.rows(VALUES, ["M", "none", 5]) == []
    assert statements.row(VALUES, ["M", "none", 5]) is None
    assert statements.row(VALUES, ["M", "sleep", 5]) == usual[0]


def test_what_a_reader_types_is_never_a_part_of_the_statement() -> None:
    for typed in ("'; DROP TABLE articles_topic; --", "%s", "$1", "§ ☃ 𝔘", "\\", "a" * 10_000):
        assert statements.rows(VALUES, ["M", typed, 5]) == []
    assert len(statements.rows(VALUES, ["M", "sleep", 5])) == 1


def test_a_statement_that_is_wrong_says_why() -> None:
    with pytest.raises(DatabaseError, match="no_such_table"):
        statements.rows("SELECT 1 FROM no_such_table", [])
    assert len(statements.rows(VALUES, ["M", "sleep", 5])) == 1


def test_each_thread_has_plans_of_its_own() -> None:
    heard: list[int] = []

    def ask() -> None:
        heard.append(len(statements.rows(VALUES, ["M", "sleep", 5])))
        connection.close()

    threads = [Thread(target=ask) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert heard == [1] * 4


@pytest.mark.postgres
@only_postgresql
def test_types_are_those_of_the_database() -> None:
    row = statements.row("SELECT %s::date, 2::bigint, 'a'::text, now(), NULL", ["2026-11-22"])
    assert row is not None
    assert row[:3] == (dt.date(2026, 11, 22), 2, "a")
    assert isinstance(row[3], dt.datetime)
    assert row[3].tzinfo
    assert row[4] is None


@pytest.mark.postgres
@only_postgresql
@pytest.mark.parametrize("planned", [True, False])
def test_a_connection_that_was_cut_is_made_anew(planned: bool) -> None:
    if planned:
        statements.rows(VALUES, ["M", "sleep", 5])
    end_it()
    assert len(statements.rows(VALUES, ["M", "sleep", 5])) == 1


@pytest.mark.postgres
@only_postgresql
def test_plans_that_the_database_forgot_are_made_anew() -> None:
    statements.rows(VALUES, ["M", "sleep", 5])
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    for _ in range(2):
        assert len(statements.rows(VALUES, ["M", "sleep", 5])) == 1
