"""A static export beside the test, and what is asked of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from articles.models import Publication
from reviews import jobs
from tests import factories as f

Work = Callable[[], None]


@pytest.fixture
def exported(tmp_path: Path, settings: Any) -> Path:
    """EXPORT_DIR, with nothing in it yet."""
    settings.EXPORT_DIR = tmp_path / "public"
    return tmp_path / "public"


@pytest.fixture
def work() -> Work:
    """Run every job that is due, and those that they promise."""

    def run() -> None:
        while jobs.run_due():
            pass

    return run


@pytest.fixture
def page(cast: SimpleNamespace) -> Publication:
    return f.published(cast.writer, cast.reviewer, cast.editor)
