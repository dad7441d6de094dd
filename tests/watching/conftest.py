"""Sources that turn, and the pages that rest on them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from articles.models import Publication, Source
from articles.outbox import enqueue
from articles.sources import library
from reviews import jobs
from reviews.models import StandingChange
from reviews.policy.loading import STARTER, load_policy
from tests import factories as f

DAY = dt.date(2026, 11, 1)


@pytest.fixture
def work() -> Callable[[], None]:
    """Run every job that is due, and those that they promise."""

    def run() -> None:
        while jobs.run_due():
            pass

    return run


@pytest.fixture
def page(cast: SimpleNamespace) -> Publication:
    """A live page whose every claim rests on its one source."""
    return f.published(cast.writer, cast.reviewer, cast.editor)


@pytest.fixture
def rules(cast: SimpleNamespace, tmp_path: Path) -> Callable[..., None]:
    """Load the starter policy with some of its text replaced."""

    def load(*changes: tuple[str, str]) -> None:
        text = STARTER.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        file = tmp_path / "policy.toml"
        file.write_text(text, encoding="utf-8")
        load_policy(file)

    return load


def source_of(page: Publication, number: int = 1) -> Source:
    return page.references.get(number=number).source


def turn(source: Source, after: str, **fields: Any) -> StandingChange:
    """A source comes to stand otherwise, as a round of the watch writes it."""
    before = source.standing
    library.amend(source, by=None, cause="a test", standing=after)
    change = StandingChange.objects.create(
        source=source, before=before, after=after, **{"dataset": "test.csv", "noted_on": DAY, **fields}
    )
    enqueue("raise_alerts", key=f"raise_alerts:{change.pk}", payload={"change": change.pk})
    return change


def cleared(source: Source) -> None:
    """The notice was about another paper: the record of the source says so, and no turn was raised."""
    library.amend(source, by=None, cause="a test", standing=Source.Standing.NONE)


def retract(source: Source, **fields: Any) -> StandingChange:
    return turn(source, Source.Standing.RETRACTED, **fields)
