"""What was recorded stays: raw SQL cannot change it, delete it, replace it or empty its table."""

# ruff: noqa: S608 (the SQL is put together from our own table names)

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import CharField, DateField, Field, JSONField, Model, TextField

from articles.models import Attestation, Contribution, Edition, Notice, Publication
from reviews.models import (
    Attachment,
    ChainHead,
    Claim,
    Comment,
    Conflict,
    DisclaimerVersion,
    Event,
    Finding,
    PolicyVersion,
    Review,
    Revocation,
    SignOff,
    SourceCheck,
)
from tests.database.raw import Refuses

pytestmark = pytest.mark.django_db

IMMUTABLE: list[type[Model]] = [
    Edition, Attestation, Contribution, Notice, SourceCheck, SignOff, Revocation, Event, PolicyVersion, DisclaimerVersion, Conflict,
]  # fmt: skip
KEPT: list[type[Model]] = [*IMMUTABLE, Publication, Review, Claim, Finding, Comment, Attachment, ChainHead]
ENDING = {"status", "ended_at", "ended_by_id", "ended_reason"}
"""The columns of a publication that say how it ended; all others are what readers were shown."""


def columns(model: type[Model]) -> list[str]:
    return [field.column for field in model._meta.concrete_fields]


def other(field: Field[Any, Any]) -> str:
    """SQL for a value that the column does not have now and could have."""
    if isinstance(field, JSONField):
        return "'{\"a\": 1}'"
    if isinstance(field, DateField):
        return "'2001-01-01 00:00:00+00'"
    if isinstance(field, CharField | TextField):
        return "'other'"
    return f"COALESCE({field.column}, 0) + 1000"


def table(model: type[Model]) -> str:
    return model._meta.db_table


def test_no_column_of_a_recorded_row_changes(record: SimpleNamespace, refuses: Refuses) -> None:
    for model in IMMUTABLE:
        for field in model._meta.concrete_fields:
            for value in (other(field), field.column):  # not even to what it is already
                said = refuses(table(model), f"UPDATE {table(model)} SET {field.column} = {value}")
                assert said == f"{table(model)} is append-only"


def test_nothing_that_readers_were_shown_changes(record: SimpleNamespace, refuses: Refuses) -> None:
    shown = [field for field in Publication._meta.concrete_fields if field.column not in ENDING]
    assert len(shown) == len(columns(Publication)) - len(ENDING)
    for field in shown:
        said = refuses(
            "articles_publication", f"UPDATE articles_publication SET {field.column} = {other(field)}"
        )
        assert said == "articles_publication is append-only"


def test_no_row_is_deleted(record: SimpleNamespace, refuses: Refuses) -> None:
    for model in KEPT:
        said = refuses(table(model), f"DELETE FROM {table(model)}")
        assert said == f"{table(model)} keeps what it has"
        refuses(table(model), f"DELETE FROM {table(model)} WHERE id = (SELECT MAX(id) FROM {table(model)})")


def test_no_table_is_emptied(record: SimpleNamespace, refuses: Refuses) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    for model in KEPT:
        said = refuses(table(model), f"TRUNCATE {table(model)} CASCADE")
        assert said.endswith("keeps what it has")


def test_no_table_is_emptied_through_another(record: SimpleNamespace, refuses: Refuses) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    for parent in ("auth_user", "articles_article", "articles_source", "reviews_disclaimer"):
        assert refuses(parent, f"TRUNCATE {parent} CASCADE").endswith("keeps what it has")


def test_no_row_is_replaced(record: SimpleNamespace, refuses: Refuses) -> None:
    for model in KEPT:
        name = table(model)
        if connection.vendor == "sqlite":
            refuses(name, f"INSERT OR REPLACE INTO {name} SELECT * FROM {name}")
            refuses(name, f"REPLACE INTO {name} SELECT * FROM {name} ORDER BY id DESC LIMIT 1")
            if model is not ChainHead:  # which has one row only
                refuses(name, f"UPDATE OR REPLACE {name} SET id = (SELECT MAX(id) FROM {name})")
        if model in IMMUTABLE:
            # ("WHERE true" tells SQLite that ON begins no join.)
            upsert = f"INSERT INTO {name} SELECT * FROM {name} WHERE true ON CONFLICT (id) DO UPDATE SET id = EXCLUDED.id"
            assert refuses(name, upsert) == f"{name} is append-only"


def test_a_replacement_cannot_use_another_unique_key(record: SimpleNamespace, refuses: Refuses) -> None:
    """An edition, event or live page is not pushed out by a new row with the same number or place either."""
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL has no OR REPLACE")
    for model in (Edition, Event, PolicyVersion, Publication):
        name = table(model)
        listed = ", ".join(
            f"(SELECT MAX(id) + 1 FROM {name})" if column == "id" else column for column in columns(model)
        )
        where = "WHERE status = 'live'" if model is Publication else "WHERE true"
        refuses(
            name,
            f"INSERT OR REPLACE INTO {name} ({', '.join(columns(model))}) SELECT {listed} FROM {name} {where} LIMIT 1",
        )


def test_django_cannot_either(record: SimpleNamespace) -> None:
    """The same through the ORM's back doors: `.update()`, `.delete()`, `bulk_update`."""
    for attempt in (
        lambda: Edition.objects.update(title="Another"),
        lambda: Event.objects.filter(sequence=1).update(reason="None."),
        lambda: Revocation.objects.all()._raw_delete("default"),  # type: ignore[attr-defined]
        lambda: SignOff.objects.bulk_update(
            [s for s in SignOff.objects.all() if not setattr(s, "printed_name", "X")], ["printed_name"]
        ),
        lambda: Publication.objects.update(html="<p>Other words</p>"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
