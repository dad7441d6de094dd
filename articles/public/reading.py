"""The few statements that readers' requests are answered with, written by hand and asked without ceremony.

Composing such a statement anew for each reader costs more than running it, and so does planning it:
PostgreSQL keeps the plan of each in every connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import DatabaseError, InterfaceError, connection
from psycopg import Cursor

Rows = list[tuple[Any, ...]]


def rows(sql: str, params: Sequence[str | int]) -> Rows:
    """The rows that a SELECT finds.

    A connection that was kept is not tried out beforehand, which would be a second question for each reader.
    If it turns out to be gone, or to be one that cannot keep plans, the question goes to a new one.
    """
    if connection.vendor != "postgresql" or connection.queries_logged or connection.in_atomic_block:
        return _asked(sql, params)
    try:
        return _planned_once(sql, params)
    except (DatabaseError, InterfaceError):
        connection.close()
        return _asked(sql, params)


def row(sql: str, params: Sequence[str | int]) -> tuple[Any, ...] | None:
    """The first row that a SELECT finds, or None."""
    return next(iter(rows(sql, params)), None)


def _asked(sql: str, params: Sequence[str | int]) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _planned_once(sql: str, params: Sequence[str | int]) -> Rows:
    connection.health_check_done = True  # type: ignore[attr-defined]
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.execute(sql, params, prepare=True)
        return cursor.fetchall()
