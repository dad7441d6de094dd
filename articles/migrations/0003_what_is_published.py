from __future__ import annotations

import json
from typing import Any

from django.db import migrations


def fill(apps: Any, schema_editor: Any) -> None:
    """References and disclaimers of what was published before they had tables of their own."""
    Publication = apps.get_model("articles", "Publication")
    Reference = apps.get_model("articles", "PublishedReference")
    Source = apps.get_model("articles", "Source")
    Shown = apps.get_model("articles", "PublishedDisclaimer")
    for page in Publication.objects.select_related("edition").iterator(chunk_size=200):
        frozen = json.loads(page.edition.canonical)["references"]
        there = set(Source.objects.filter(pk__in=[r["source"] for r in frozen]).values_list("pk", flat=True))
        references = [r for r in frozen if r["source"] in there]
        Reference.objects.bulk_create(
            [Reference(publication=page, source_id=r["source"], number=r["number"]) for r in references],
            ignore_conflicts=True,
        )
        keys = {d["key"] for d in page.attestation["disclaimers"]}
        Shown.objects.bulk_create([Shown(publication=page, key=key) for key in keys], ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("articles", "0002_the_library")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
