from __future__ import annotations

from typing import Any

from django.db import migrations, models

_OLD, _NEW = "reviews_claim_words", "reviews_claim_words_kept"


def keep(apps: Any, schema_editor: Any) -> None:
    """On PostgreSQL, the words of claims beside the claim; see `reviews.watching.using`.

    An index finds claims that have the words; that they follow each other is read from the row, which must
    not be taken apart into words again each time.
    """
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "ALTER TABLE reviews_claim ADD COLUMN words tsvector "
            "GENERATED ALWAYS AS (to_tsvector('simple', anchor ->> 'exact')) STORED"
        )
        schema_editor.execute(f"CREATE INDEX {_NEW} ON reviews_claim USING gin (words)")
        schema_editor.execute(f"DROP INDEX IF EXISTS {_OLD}")


def drop(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE reviews_claim DROP COLUMN words")
        schema_editor.execute(
            f"CREATE INDEX {_OLD} ON reviews_claim USING gin (to_tsvector('simple', anchor ->> 'exact'))"
        )


class Migration(migrations.Migration):
    dependencies = [("reviews", "0007_reader_reports")]

    operations = [
        migrations.RunPython(keep, drop),
        migrations.AddField(
            model_name="signoff",
            name="screening",
            field=models.CharField(
                blank=True,
                help_text="`reviews.screening.identity` of the rules by which the gate found nothing to mend.",
                max_length=64,
            ),
        ),
        migrations.AddField(
            model_name="signoff",
            name="subjects",
            field=models.JSONField(default=list, help_text="What the text speaks of, by the same rules."),
        ),
    ]
