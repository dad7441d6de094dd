"""A place where threads race: real transactions on PostgreSQL, a database file of its own on SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connection, connections

from tests.races.racing import instead


@pytest.fixture
def arena(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """Let every thread have its own connection.

    The suite's SQLite database lives in memory, where threads share a cache and wait for nobody. It is
    copied to a file, as every installation has one, and the connections of this test lead there.
    """
    if connection.vendor == "postgresql":
        yield
        return
    file = tmp_path / "arena.sqlite3"
    suite = connections["default"]
    suite.ensure_connection()
    target = sqlite3.connect(file)
    suite.connection.backup(target)
    target.close()
    with instead(NAME=str(file)):
        yield


@pytest.fixture
def cast(arena: None, cast: SimpleNamespace) -> SimpleNamespace:
    """The cast, in the arena."""
    return cast
