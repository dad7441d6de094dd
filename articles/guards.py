"""Triggers that make the database itself refuse to change what must never change.

Django on SQLite rebuilds a table to alter it and drops its triggers in silence, so they are put back
after every `migrate` and their presence is checked by `manage.py check --database default` and `verify`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig, apps
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models.signals import post_migrate, pre_migrate


@dataclass(frozen=True, slots=True)
class Guard:
    """One trigger: its name, the table it watches, and the SQL that installs it on each engine."""

    name: str
    table: str
    sqlite: str
    postgresql: str
    function: str = ""
    """The PL/pgSQL function that the trigger runs, where it has one of its own."""
    steps_aside: bool = False
    """Taken out while migrations run: it speaks of other tables or columns, and under it SQLite refuses
    to rebuild the one (“no such table”), PostgreSQL to alter the other (“used in a trigger definition”)."""


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
            steps_aside=bool(columns),
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
    """Names of the guards that are in the database as this version wants them, and switched on."""
    connection = connections[using]
    found = _on_sqlite(connection) if connection.vendor == "sqlite" else _on_postgresql(connection)
    wanted = _wanted(connection.vendor)
    return {guard.name for guard, sql in wanted if found.get(guard.name) == _sought(guard, sql)}


def missing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Names of the guards that should be in the database and are not, or were changed there."""
    found = present(using)
    return [guard.name for guard, _ in _wanted(connections[using].vendor) if guard.name not in found]


def install(using: str = DEFAULT_DB_ALIAS) -> None:
    """Put every guard of this version in place; existing ones are replaced, all at once or not at all."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with transaction.atomic(using), connection.cursor() as cursor:
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
    _remove(using, [guard for guard, _ in _wanted(connections[using].vendor)])


def _remove(using: str, guards: list[Guard]) -> None:
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with transaction.atomic(using), connection.cursor() as cursor:
        for guard in guards:
            if guard.table in tables:
                _drop(cursor, connection.vendor, guard)


def _drop(cursor: Any, vendor: str, guard: Guard) -> None:
    on = f" ON {guard.table}" if vendor == "postgresql" else ""
    cursor.execute(f"DROP TRIGGER IF EXISTS {guard.name}{on}")


# What a trigger is recognised by. SQLite keeps the very text that made it. PostgreSQL does not: there it
# is the table, the moment, whether it has a condition, and the text of the function that it runs.
_Mark = tuple[object, ...]


def _sought(guard: Guard, sql: str) -> _Mark:
    if sql == guard.sqlite:
        return (guard.table, sql)
    source = (guard.function or _REFUSE).split("$$")[1]
    return (guard.table, _moment(guard.name, sql), " WHEN (" in sql, source)


def _on_sqlite(connection: Any) -> dict[str, _Mark]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
        return {name: (table, sql) for name, table, sql in cursor.fetchall()}


def _on_postgresql(connection: Any) -> dict[str, _Mark]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT t.tgname, c.relname, pg_get_triggerdef(t.oid), t.tgqual IS NOT NULL, p.prosrc
            FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
            WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND pg_table_is_visible(c.oid)
            """
        )
        return {
            name: (table, _moment(name, definition), conditional, source)
            for name, table, definition, conditional, source in cursor.fetchall()
        }


def _moment(name: str, definition: str) -> str:
    return definition.removeprefix(f"CREATE TRIGGER {name} ").partition(" ON ")[0]


def _before_migrate(sender: AppConfig, using: str, plan: list[tuple[Any, bool]], **_: Any) -> None:
    guarded = {guard.table.partition("_")[0] for guard in REGISTRY}
    if any(migration.app_label in guarded for migration, _backwards in plan):
        _remove(using, [guard for guard, _ in _wanted(connections[using].vendor) if guard.steps_aside])


def _after_migrate(sender: AppConfig, using: str, **_: Any) -> None:
    install(using)


def connect() -> None:
    """Register the guards of `articles`, and have all guards installed after every `migrate`."""
    immutable("articles_edition")
    immutable("articles_attestation")
    immutable("articles_contribution")
    immutable("articles_notice")
    immutable("articles_sourceversion")
    immutable("articles_publishedreference")
    immutable("articles_publisheddisclaimer")
    immutable("articles_publishedsigner")
    immutable(
        "articles_publication",
        columns=(
            "id", "article_id", "edition_id", "slug", "locale", "title", "summary", "signed_digest",
            "required_signatures", "attestation", "html", "first_published_at", "published_at",
            "published_by_id", "review_due",
        ),
    )  # fmt: skip
    # Both signals are sent once for every app; once is enough, and all tables are there by then.
    sender = apps.get_app_config("articles")
    pre_migrate.connect(_before_migrate, sender=sender, dispatch_uid="articles.guards")
    post_migrate.connect(_after_migrate, sender=sender, dispatch_uid="articles.guards")
