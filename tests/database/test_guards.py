"""The guards are there, are what they should be, and come back after a migration took them."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.migrations import Migration

from articles import checks, guards
from articles.models import Edition, Publication
from config.environment import ROOT
from reviews import audit
from reviews.models import Event, Review, Revocation, SignOff
from tests import factories

PLAN = [(Migration("0002_anything", "reviews"), False)]


def _drop(name: str) -> None:
    guard = next(guard for guard in guards.REGISTRY if guard.name == name)
    on = f" ON {guard.table}" if connection.vendor == "postgresql" else ""
    connection.cursor().execute(f"DROP TRIGGER {name}{on}")


def _verified() -> list[str]:
    return [fault.sentence for fault in audit.verify().faults]


@pytest.mark.django_db
def test_all_guards_are_there() -> None:
    assert guards.missing() == []
    assert guards.present() == {
        guard.name for guard in guards.REGISTRY if guard.sqlite or connection.vendor == "postgresql"
    }
    assert len({guard.name for guard in guards.REGISTRY}) == len(guards.REGISTRY) > 40


@pytest.mark.django_db
@pytest.mark.parametrize("repair", [guards.install, lambda: call_command("migrate", verbosity=0)])
def test_a_missing_guard_is_found_and_put_back(repair: Callable[[], None]) -> None:
    dropped = set()
    for name in guards.present():
        _drop(name)
        dropped.add(name)
        assert set(guards.missing()) == dropped
    assert guards.present() == set()
    guards.install()
    assert guards.missing() == []
    _drop("reviews_event_no_update")
    assert _verified() == [
        "The trigger reviews_event_no_update is missing, changed or switched off; run `manage.py migrate`."
    ]
    repair()
    assert guards.missing() == []
    assert _verified() == []


@pytest.mark.django_db
def test_a_guard_that_was_weakened_is_missing() -> None:
    """A trigger of the right name that does nothing, or watches another table, is no guard."""
    name, table = "reviews_event_no_delete", "reviews_event"
    weakened = (
        [f"CREATE TRIGGER {name} BEFORE DELETE ON {table} BEGIN SELECT 1; END",
         f"CREATE TRIGGER {name} BEFORE DELETE ON reviews_comment BEGIN SELECT RAISE(ABORT, '{table} keeps what it has'); END"]
        if connection.vendor == "sqlite"
        else [f"CREATE TRIGGER {name} AFTER DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION signoff_refuse('x')",
              f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION signoff_refuse('x')",
              f"CREATE TRIGGER {name} BEFORE DELETE ON {table} FOR EACH ROW WHEN (false) "
              "EXECUTE FUNCTION signoff_refuse('x')",
              f"CREATE TRIGGER {name} BEFORE DELETE ON {table} FOR EACH ROW "
              "EXECUTE FUNCTION suppress_redundant_updates_trigger()"]
    )  # fmt: skip
    for sql in weakened:
        guards.install()
        _drop(name)
        connection.cursor().execute(sql)
        assert guards.missing() == [name], sql
        _drop(name)


@pytest.mark.django_db
def test_switched_off_or_hollowed_out_on_postgresql() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite cannot switch a trigger off, and its triggers call no functions")
    cursor = connection.cursor()
    cursor.execute("ALTER TABLE reviews_event DISABLE TRIGGER reviews_event_no_update")
    assert guards.missing() == ["reviews_event_no_update"]
    guards.install()
    cursor.execute("ALTER TABLE reviews_event DISABLE TRIGGER USER")
    assert set(guards.missing()) == {f"reviews_event_no_{verb}" for verb in ("update", "delete", "truncate")}
    guards.install()
    assert guards.missing() == []
    cursor.execute(
        "CREATE OR REPLACE FUNCTION signoff_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
    )
    assert "reviews_event_no_update" in guards.missing()
    assert "revocation_needs_no_live_page" not in guards.missing()
    guards.install()
    assert guards.missing() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "model", [SignOff, Revocation, Publication, Edition, Review, Event], ids=lambda m: m.__name__
)
def test_a_migration_can_alter_a_guarded_table(cast: SimpleNamespace, model: type[models.Model]) -> None:
    """As `migrate` does: the signal before, the change (on SQLite a rebuilt table), the signal after."""
    page = factories.published(cast.writer, cast.reviewer, cast.editor)
    old = next(f for f in model._meta.concrete_fields if isinstance(f, models.CharField | models.TextField))
    longer = models.CharField(max_length=(old.max_length or 300) + 5)
    longer.set_attributes_from_name(old.name)
    longer.model = model

    emit_pre_migrate_signal(verbosity=0, interactive=False, db="default", plan=PLAN)
    with connection.schema_editor() as editor:
        if connection.vendor == "sqlite":
            editor._remake_table(model)  # type: ignore[attr-defined]
        else:
            editor.alter_field(model, old, longer)
            editor.alter_field(model, longer, old)
    assert guards.missing() != []
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")

    assert guards.missing() == []
    assert _verified() == []
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.filter(pk=page.pk).update(html="<p>Other words</p>")


@pytest.mark.django_db
def test_the_record_stays_closed_while_migrations_run(cast: SimpleNamespace) -> None:
    """Only those guards step aside that would stand in a migration's way; none does for other apps."""
    nothing = [(Migration("0001_initial", "sessions"), False)]
    for plan in ([], nothing):
        emit_pre_migrate_signal(verbosity=0, interactive=False, db="default", plan=plan)
        assert guards.missing() == []
    emit_pre_migrate_signal(verbosity=0, interactive=False, db="default", plan=PLAN)
    assert guards.missing() == [
        "articles_publication_no_update", "publication_needs_sign_off", "publication_does_not_return",
        "revocation_needs_no_live_page",
    ]  # fmt: skip
    guards.install()


@pytest.mark.django_db
def test_installing_is_all_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation that fails half-way leaves the guards that were there."""
    broken = guards.Guard("broken", "reviews_event", "CREATE TRIGGER nonsense", "CREATE TRIGGER nonsense")
    monkeypatch.setattr(guards, "REGISTRY", [*guards.REGISTRY, broken])
    with pytest.raises(DatabaseError), transaction.atomic():
        guards.install()
    assert guards.missing() == ["broken"]


@pytest.mark.django_db
def test_the_system_check(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.check_guards(None, databases=None) == []
    assert checks.check_guards(None, databases=["default"]) == []
    _drop("reviews_signoff_no_delete")
    (error,) = checks.check_guards(None, databases=["default"])
    assert error.is_serious()
    assert "reviews_signoff_no_delete" in error.msg
    assert "manage.py migrate" in error.hint
    monkeypatch.setattr(sys, "argv", ["manage.py", "migrate"])
    assert checks.check_guards(None, databases=["default"]) == []


def test_check_and_migrate_from_the_shell(tmp_path: Path) -> None:
    """Not migrated: nothing to say. Migrated: all there. One dropped: `check` fails, `migrate` mends it."""
    file = tmp_path / "scratch.sqlite3"

    def manage(*args: str) -> subprocess.CompletedProcess[str]:
        environment = {"SECRET_KEY": "x" * 50, "READ_ENV_FILE": "false", "DATABASE_URL": f"sqlite:///{file}"}
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *args],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    assert manage("check", "--database", "default").returncode == 0
    assert manage("migrate", "-v", "0").returncode == 0
    with sqlite3.connect(file) as other:
        other.execute("DROP TRIGGER articles_edition_no_update")
    other.close()
    check = manage("check", "--database", "default")
    assert check.returncode == 1
    assert "articles.E001" in check.stderr
    assert "articles_edition_no_update" in check.stderr
    mended = manage("migrate", "-v", "0")
    assert (mended.returncode, mended.stderr) == (0, "")
    assert manage("check", "--database", "default").returncode == 0
