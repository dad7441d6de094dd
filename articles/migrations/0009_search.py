from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

# `topics` holds the keys of topics, for the filter; see articles/search/sqlite.py.
SQLITE = """
CREATE VIRTUAL TABLE articles_searchindex
USING fts5(title, summary, subjects, body, topics, tokenize = 'ascii')
"""
# See articles/search/postgresql.py. The short vectors stay in their row, where they are read at once, the long
# one outside it. Without the list of pending entries a question costs the same right after a publication as an
# hour later.
POSTGRESQL = (
    "CREATE TABLE articles_searchindex (publication_id bigint PRIMARY KEY, title tsvector NOT NULL, "
    "head tsvector NOT NULL, anywhere tsvector NOT NULL)",
    "ALTER TABLE articles_searchindex ALTER title SET STORAGE MAIN, ALTER head SET STORAGE MAIN, "
    "ALTER anywhere SET STORAGE EXTERNAL",
    *(
        f"CREATE INDEX articles_searchindex_{place} ON articles_searchindex USING gin ({place}) "
        "WITH (fastupdate = off)"
        for place in ("title", "head", "anywhere")
    ),
    # The planner takes it for cheap to read a long vector, and would rather read thousands of them than look into
    # their index; in here it may not. (“+ 0” keeps it from the index of the keys.) Of a word that many articles
    # have, the newest two batches hold as many as are looked at, and the others need not be fetched at all.
    """
    CREATE FUNCTION articles_search_anywhere(
        asked tsquery, phrases tsquery, earliest bigint, latest bigint, looked_at integer, most integer
    ) RETURNS SETOF bigint LANGUAGE plpgsql STABLE SET enable_seqscan = off SET enable_indexscan = off AS $$
    DECLARE
        newest bigint := latest / 1024;
        lately tsquery := ('''#' || newest || ''' | ''#' || (newest - 1) || '''')::tsquery;
        wanted tsquery;
        found bigint[];
    BEGIN
        FOREACH wanted IN ARRAY ARRAY[asked && lately, asked] LOOP
            found := ARRAY(
                SELECT publication_id FROM articles_searchindex
                WHERE anywhere @@ wanted AND publication_id + 0 >= earliest
                ORDER BY publication_id DESC LIMIT looked_at
            );
            EXIT WHEN cardinality(found) >= looked_at;
        END LOOP;
        IF phrases IS NULL THEN
            RETURN QUERY SELECT unnest(found[:most]);
        ELSE
            RETURN QUERY SELECT publication_id FROM articles_searchindex
                WHERE publication_id = ANY (found) AND anywhere @@ phrases
                ORDER BY publication_id DESC LIMIT most;
        END IF;
    END
    $$
    """,
)


def create(apps: Any, schema_editor: Any) -> None:
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else (SQLITE,):
        schema_editor.execute(statement)


def drop(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION articles_search_anywhere")
    schema_editor.execute("DROP TABLE articles_searchindex")


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0008_reports"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "publication",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="search_entry",
                        serialize=False,
                        to="articles.publication",
                    ),
                ),
                ("reviewed_on", models.DateField(db_index=True)),
                (
                    "text",
                    models.TextField(
                        help_text="The signed body as plain text, out of which results are quoted."
                    ),
                ),
                (
                    "review_line",
                    models.TextField(
                        help_text="Who reviewed it and when: finished HTML, made when it was added."
                    ),
                ),
            ],
            options={"verbose_name_plural": "search entries"},
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[("word", models.CharField(max_length=40, primary_key=True, serialize=False))],
        ),
        migrations.RunPython(create, drop),
    ]
