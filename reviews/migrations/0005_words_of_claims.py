from __future__ import annotations

from typing import Any

from django.db import migrations

_INDEX = "reviews_claim_words"


def make(apps: Any, schema_editor: Any) -> None:
    """On PostgreSQL, an index of the words of claims; see `reviews.watching.using`."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE INDEX {_INDEX} ON reviews_claim USING gin (to_tsvector('simple', anchor ->> 'exact'))"
        )


def drop(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX IF EXISTS {_INDEX}")


class Migration(migrations.Migration):
    dependencies = [("reviews", "0004_watching")]

    operations = [migrations.RunPython(make, drop)]
