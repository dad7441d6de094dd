"""What migrations make of rows that were there before: planted at the old state, looked at in the new one."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction
from django.db.migrations.executor import MigrationExecutor

from tests.races.racing import instead

At = Callable[[str], Any]
NOW = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def at(django_db_setup: None, django_db_blocker: Any, tmp_path: Path) -> Iterator[At]:
    """Brings an empty database of its own to a migration of `articles`; gives the models of that state."""

    def migrate(name: str) -> Any:
        executor = MigrationExecutor(connections["default"])
        return executor.migrate([("articles", name)]).apps

    with django_db_blocker.unblock():
        suite = connections["default"]
        if suite.vendor == "sqlite":
            with instead(NAME=str(tmp_path / "old.sqlite3")):
                yield migrate
            return
        name = f"{suite.settings_dict['NAME']}_old"
        with suite._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}"')
        try:
            with instead(NAME=name):
                yield migrate
        finally:
            with suite._nodb_cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{name}"')


def page(apps: Any, slug: str, *, references: list[tuple[int, int]], disclaimers: list[str]) -> int:
    """A live page as it was published before its references had a table; `references` are (number, source)."""
    make = {
        name: apps.get_model("articles", name).objects.create
        for name in ("Article", "Edition", "Publication")
    }
    writer, _ = apps.get_model("auth", "User").objects.get_or_create(username="wanda")
    article = make["Article"](title=slug, slug=slug, body="")
    content = {"references": [{"number": n, "source": s, "record": {}, "digest": ""} for n, s in references]}
    edition = make["Edition"](
        article=article, number=1, article_version=1, title=slug, canonical=json.dumps(content), digest="0" * 64,
        created_by=writer,
    )  # fmt: skip
    publication = make["Publication"](
        article=article, edition=edition, slug=slug, locale="en-GB", title=slug, signed_digest="1" * 64,
        required_signatures=1, attestation={"disclaimers": [{"key": key} for key in disclaimers]}, html="<p>",
        first_published_at=NOW, published_at=NOW, published_by=writer, review_due=NOW.date(),
    )  # fmt: skip
    return int(publication.pk)


def test_what_was_published_before_gets_its_references_and_disclaimers(at: At) -> None:
    old = at("0002_the_library")
    enter = old.get_model("articles", "Source").objects.create
    first, second = enter(title="First").pk, enter(title="Second").pk
    both = page(old, "both", references=[(1, second), (2, first), (3, 987)], disclaimers=["a", "b", "a"])
    bare = page(old, "bare", references=[], disclaimers=[])
    new = at("0003_what_is_published")
    cited = new.get_model("articles", "PublishedReference").objects.order_by("publication", "number")
    assert list(cited.values_list("publication", "number", "source")) == [(both, 1, second), (both, 2, first)]
    shown = new.get_model("articles", "PublishedDisclaimer").objects.order_by("key")
    assert list(shown.values_list("publication", "key")) == [(both, "a"), (both, "b")]
    assert bare not in cited.values_list("publication", flat=True)


def test_sources_whose_dois_differ_in_case_become_one(at: At) -> None:
    old = at("0004_leases")
    sources = old.get_model("articles", "Source").objects

    def enter(doi: str, **fields: Any) -> int:
        return int(sources.create(title=doi or "Without", doi=doi, **fields).pk)

    kept, twin, other = enter("10.1000/Walk"), enter("10.1000/WALK"), enter("10.1000/other")
    without, again = enter(""), enter("")
    # Merged into the twin before, and still with a spelling of its own.
    merged = enter("10.1000/walk", merged_into_id=twin)
    moved = enter("", merged_into_id=twin)
    new = at("0005_doi_in_any_case")
    sources = new.get_model("articles", "Source").objects
    assert dict(sources.values_list("pk", "doi")) == {
        kept: "10.1000/Walk", twin: "", other: "10.1000/other", without: "", again: "", merged: "", moved: "",
    }  # fmt: skip
    assert dict(sources.values_list("pk", "merged_into")) == {
        kept: None, twin: kept, other: None, without: None, again: None, merged: kept, moved: kept,
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        enter("10.1000/wALK")
