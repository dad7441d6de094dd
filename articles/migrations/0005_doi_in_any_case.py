from __future__ import annotations

from typing import Any

import django.db.models.functions.text
from django.db import migrations, models


def settle_twins(apps: Any, schema_editor: Any) -> None:
    """Of sources whose DOIs differ in case only, the first keeps it and stands for the others."""
    Source = apps.get_model("articles", "Source")
    kept: dict[str, int] = {}
    moved: dict[int, int] = {}
    known = Source.objects.exclude(doi="").order_by(models.F("merged_into").asc(nulls_first=True), "pk")
    for pk, doi, merged_into in known.values_list("pk", "doi", "merged_into"):
        keep = kept.setdefault(doi.upper(), pk)
        if keep == pk:
            continue
        # What it was merged into may itself have become another's twin a moment ago.
        moved[pk] = moved.get(merged_into, merged_into) or keep
        Source.objects.filter(pk=pk).update(doi="", merged_into=moved[pk])
        Source.objects.filter(merged_into=pk).update(merged_into=moved[pk])
    if schema_editor.connection.vendor == "postgresql":
        # A table with unchecked foreign keys cannot be altered in the same transaction.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0004_leases"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="source",
            name="source_doi_once",
        ),
        migrations.RunPython(settle_twins, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="source",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Upper("doi"),
                condition=models.Q(("doi", ""), _negated=True),
                name="source_doi_once",
            ),
        ),
    ]
