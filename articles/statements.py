"""The few statements that readers' requests are answered with, written by hand and asked without ceremony.

Composing such a statement anew for each reader costs more than running it, and so does planning it:
PostgreSQL keeps the plan of each in every connection, and libpq is asked to run it with one call
(https://www.psycopg.org/psycopg3/docs/api/pq.html), without the cursor that any statement may need.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from threading import local
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections
from psycopg import pq
from psycopg.adapt import Transformer

Rows = list[tuple[Any, ...]]
Params = Sequence[str | int]


def rows(sql: str, params: Params, *, plan_anew: bool = False) -> Rows:
    """The rows that a SELECT finds; its parameters stand as `%s`.

    `plan_anew` is for one whose best plan hangs on what it is asked for, as that of a search does.
    A connection that was kept is not tried out beforehand, which would be a second question for each reader.
    If it turns out to be gone, or to be one that cannot keep plans, the question goes to a new one.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.vendor != "postgresql" or database.in_atomic_block or database.queries_logged:
        return _asked(sql, params)
    try:
        return _planned(database).rows(sql, params, plan_anew=plan_anew)
    except (DatabaseError, psycopg.Error, _NotRun):
        database.close()
        return _asked(sql, params)


def row(sql: str, params: Params) -> tuple[Any, ...] | None:
    """The first row that a SELECT finds, or None."""
    return next(iter(rows(sql, params)), None)


def _asked(sql: str, params: Params) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


class _NotRun(Exception):
    """The database did not answer with rows. Asked once more in the usual way, it says why."""


class _Planned:
    """The statements that one connection to PostgreSQL has planned."""

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        self.raw = raw
        self._reader = Transformer(raw)
        self._names: dict[str, bytes] = {}

    def rows(self, sql: str, params: Params, *, plan_anew: bool) -> Rows:
        sent = [str(value).encode() for value in params]
        if plan_anew:
            found = self.raw.pgconn.exec_params(_numbered(sql), sent)
        else:
            found = self.raw.pgconn.exec_prepared(self._names.get(sql) or self._plan(sql), sent)
        if found.status != pq.ExecStatus.TUPLES_OK:
            raise _NotRun
        self._reader.set_pgresult(found)
        return self._reader.load_rows(0, found.ntuples, tuple)

    def _plan(self, sql: str) -> bytes:
        name = b"reader-%d" % len(self._names)
        if self.raw.pgconn.prepare(name, _numbered(sql)).status != pq.ExecStatus.COMMAND_OK:
            raise _NotRun
        self._names[sql] = name
        return name


@lru_cache(maxsize=256)
def _numbered(sql: str) -> bytes:
    """A statement as PostgreSQL takes it, with $1, $2 … for its parameters."""
    places = count(1)
    return re.sub("%s", lambda _: f"${next(places)}", sql).encode()


_kept = local()


def _planned(database: Any) -> _Planned:
    """The plans of this thread's connection."""
    if database.connection is None:
        database.connect()
    database.health_check_done = True
    kept: _Planned | None = getattr(_kept, "planned", None)
    if kept is None or kept.raw is not database.connection:
        kept = _kept.planned = _Planned(database.connection)
    return kept
