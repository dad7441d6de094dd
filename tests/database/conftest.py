"""A record with something in every table that the database protects, and raw SQL to try it with."""

# ruff: noqa: S608 (the SQL is put together from our own table names)

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from articles.editing import save_draft
from reviews import answers, judging, workflow
from reviews.models import Alert, Message, StandingChange
from tests import factories
from tests.database.raw import Refuses, Rows

NOW = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def record(cast: SimpleNamespace) -> SimpleNamespace:
    """Pages live, superseded and withdrawn; a signed review, a revoked signature, and one review of all sorts."""
    live = factories.published(cast.writer, cast.reviewer, cast.editor)
    article = live.article
    article.refresh_from_db()
    save_draft(article, by=cast.writer, version=article.version, summary="A daily walk, and what it does.")
    again = workflow.submit(article, by=cast.writer)
    factories.judge(again, cast.reviewer)
    factories.sign(again, cast.reviewer)
    newer = workflow.publish(again, by=cast.editor)
    live.refresh_from_db()
    down = factories.published(cast.writer, cast.second, cast.editor)
    workflow.withdraw(down.article, by=cast.editor, reason="Prices out of date.")
    down.refresh_from_db()
    signed = factories.signed(cast.writer, cast.reviewer)
    revoked = factories.signed(cast.writer, cast.reviewer)
    workflow.revoke(revoked.sign_offs.get(), by=cast.reviewer, reason="I misread a table.")
    busy = factories.submitted(cast.writer)
    for words in ("Too strong.", "Too long."):
        judging.add_finding(busy, by=cast.reviewer, message=words)
        judging.comment(busy, by=cast.writer, text=words)
    judging.declare_conflict(busy, by=cast.second, text="I sit on the sponsor's board.")
    vague = "Experts say that rest is bad."
    talked = factories.draft(cast.writer, body=f"{factories.BODY}<p>{vague}</p>")
    hit = next(row.hit for row in answers.answered_hits(talked) if row.may_be_answered)
    answers.answer(
        talked, by=cast.writer, version=1, rule=hit.rule, quote=hit.quote, kind="fixed", reason="Reworded."
    )
    source = newer.references.get().source
    turn = StandingChange.objects.create(source=source, before="none", after="retracted", dataset="A list")
    Alert.objects.create(
        kind="retracted", article=newer.article, publication=newer, source=source, turn=turn, sentence="Retracted.",
        opened_at=NOW, due_at=NOW,
    )  # fmt: skip
    Message.objects.create(
        key="1:wanda", kind="signed", person=cast.writer, subject="Signed", line="Signed.", link="/"
    )
    for review in (signed, revoked, busy):
        review.refresh_from_db()
    return SimpleNamespace(
        live=newer, superseded=live, withdrawn=down, signed=signed, revoked=revoked, busy=busy
    )


@pytest.fixture
def rows() -> Callable[[str], Rows]:
    def read(table: str) -> Rows:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")
            return [tuple(row) for row in cursor.fetchall()]

    return read


@pytest.fixture
def refuses(rows: Callable[[str], Rows]) -> Refuses:
    """Run a statement that the database must refuse; returns what it said. Nothing may have changed."""

    def run(table: str, sql: str, params: Any = ()) -> str:
        before = rows(table)
        assert before, f"there is nothing in {table} to protect"
        with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":  # TRUNCATE waits for no deferred check
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(sql, params)
        assert rows(table) == before
        return str(refusal.value).splitlines()[0]

    return run
