"""Triggers that make the database itself refuse to change what must never change.

Django on SQLite rebuilds a table to alter it and drops its triggers in silence, so they are put back
after every `migrate` and their presence is checked by `manage.py check --database` and `verify`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models.signals import post_migrate


@dataclass(frozen=True, slots=True)
class Guard:
    """One trigger: its name, the table it watches, and the SQL that installs it on each engine."""

    name: str
    table: str
    sqlite: str
    postgresql: str
    function: str = ""
    """The PL/pgSQL function that the trigger runs, where it has one of its own."""


REGISTRY: list[Guard] = []


def immutable(table: str, *, columns: tuple[str, ...] = ()) -> None:
    """Register guards that refuse UPDATE (of `columns`, or of any), DELETE and TRUNCATE on a table."""
    refusal = f"{table} is append-only"
    changed = " OR ".join(f"NEW.{c} IS NOT OLD.{c}" for c in columns) or "1"
    changed_pg = " OR ".join(f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in columns) or "TRUE"
    REGISTRY.append(
        Guard(
            f"{table}_no_update",
            table,
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
            f"WHEN {changed} BEGIN SELECT RAISE(ABORT, '{refusal}'); END",
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW "
            f"WHEN ({changed_pg}) EXECUTE FUNCTION signoff_refuse('{refusal}')",
        )
    )
    undeletable(table)


def undeletable(table: str) -> None:
    """Register guards that refuse DELETE and TRUNCATE on a table."""
    refusal = f"{table} keeps what it has"
    REGISTRY.append(
        Guard(
            f"{table}_no_delete",
            table,
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION signoff_refuse('{refusal}')",
        )
    )
    REGISTRY.append(
        Guard(
            f"{table}_no_truncate",
            table,
            "",  # SQLite has no TRUNCATE
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"EXECUTE FUNCTION signoff_refuse('{refusal}')",
        )
    )


_REFUSE = """
CREATE OR REPLACE FUNCTION signoff_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$
"""


def _wanted(vendor: str) -> Iterator[tuple[Guard, str]]:
    for guard in REGISTRY:
        sql = guard.sqlite if vendor == "sqlite" else guard.postgresql
        if sql:
            yield guard, sql


def present(using: str = DEFAULT_DB_ALIAS) -> set[str]:
    """Names of the triggers that are in the database and switched on."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')")
        return {name for (name,) in cursor.fetchall()}


def missing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Names of the guards that should be in the database and are not."""
    found = present(using)
    return [guard.name for guard, _ in _wanted(connections[using].vendor) if guard.name not in found]


def install(using: str = DEFAULT_DB_ALIAS) -> None:
    """Put every guard of this version in place; existing ones are replaced."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_REFUSE)
        for guard, sql in _wanted(connection.vendor):
            if guard.table not in tables:
                continue
            _drop(cursor, connection.vendor, guard)
            if connection.vendor == "postgresql" and guard.function:
                cursor.execute(guard.function)
            cursor.execute(sql)


def remove(using: str = DEFAULT_DB_ALIAS) -> None:
    """Take every guard out. Only for emptying a test database."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for guard, _ in _wanted(connection.vendor):
            _drop(cursor, connection.vendor, guard)


def _drop(cursor: Any, vendor: str, guard: Guard) -> None:
    on = f" ON {guard.table}" if vendor == "postgresql" else ""
    cursor.execute(f"DROP TRIGGER IF EXISTS {guard.name}{on}")


def _after_migrate(sender: AppConfig, using: str, **_: Any) -> None:
    install(using)


def connect() -> None:
    """Register the guards of `articles` and have them installed after every `migrate`."""
    immutable("articles_edition")
    immutable("articles_contribution")
    immutable("articles_notice")
    immutable(
        "articles_publication",
        columns=(
            "id", "article_id", "edition_id", "slug", "locale", "title", "summary", "signed_digest",
            "required_signatures", "attestation", "html", "first_published_at", "published_at",
            "published_by_id", "review_due",
        ),
    )  # fmt: skip
    post_migrate.connect(_after_migrate, dispatch_uid="articles.guards")
