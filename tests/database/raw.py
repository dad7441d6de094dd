"""Raw SQL for tests of what the database itself refuses."""

# ruff: noqa: S608 (the SQL is put together from our own table names)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

Rows = list[tuple[Any, ...]]
Refuses = Callable[..., str]


def insert_copy(model: type[Model], pk: int, **instead: Any) -> None:
    """INSERT a row like row `pk`, under a new id, with other values in the columns named."""
    name = model._meta.db_table
    wanted = [field.column for field in model._meta.concrete_fields if field.column != "id"]
    assert instead.keys() <= set(wanted)
    listed = ", ".join("%s" if column in instead else column for column in wanted)
    values = [instead[column] for column in wanted if column in instead]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {name} ({', '.join(wanted)}) SELECT {listed} FROM {name} WHERE id = %s",
            [*values, pk],
        )
