"""A page with words of its own, live, exported and in every cache, and the lead who takes it down."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from articles.models import Publication
from tests import factories as f

REASON = "An error in the second section."
TITLE, SUMMARY, TEXT = "zqtitlekx", "zqsummarykx", "zqtextkx"
WORDS = (TITLE, SUMMARY, TEXT)


@pytest.fixture
def exported(tmp_path: Path, settings: Any) -> Path:
    """EXPORT_DIR."""
    settings.EXPORT_DIR = tmp_path / "public"
    return tmp_path / "public"


@pytest.fixture
def page(cast: SimpleNamespace, exported: Path, caplog: pytest.LogCaptureFixture) -> Publication:
    """Live among others, exported."""
    caplog.set_level(logging.ERROR, logger="django.request")  # what is gone is asked for again and again
    f.published(cast.writer, cast.reviewer, cast.editor, topics=[f.topic("sleep")])
    made = f.published(
        cast.writer, cast.reviewer, cast.editor, title=f"Walking {TITLE}", summary=f"What it does: {SUMMARY}.",
        slug="walking-down", body=f"{f.BODY}<p>Speak to {TEXT} first.</p>", topics=[f.topic("sleep"), f.topic("pain")],
    )  # fmt: skip
    call_command("export_site", str(exported), "--json")
    return made


@pytest.fixture
def take_down(cast: SimpleNamespace, page: Publication) -> Callable[[str], None]:
    """The click on the desk: `withdraw` or `retract`."""
    lead = Client()
    lead.force_login(cast.lead)

    def click(name: str) -> None:
        answer = lead.post(
            reverse(f"desk:{name}", args=[page.article_id]), {"reason": REASON, "kind": "retraction"}
        )
        assert answer.status_code == 302

    return click


def shown_in(text: str) -> set[str]:
    return {word for word in WORDS if word in text.lower()}
