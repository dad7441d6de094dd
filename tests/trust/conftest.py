"""Articles with a past, and the program that readers check pages with."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from articles.editing import save_draft
from articles.models import Publication
from config.environment import ROOT
from reviews import workflow
from tests import factories as f

PROGRAM = ROOT / "static/signoff/signoff_verify.py"
Edited = Callable[..., Publication]


@pytest.fixture(scope="session")
def program() -> ModuleType:
    """The program as a module: it stands outside our packages, as it does on a reader's machine."""
    spec = importlib.util.spec_from_file_location("signoff_verify", PROGRAM)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["signoff_verify"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def edited(cast: SimpleNamespace) -> Edited:
    """`edited(publication, **fields)` publishes the article's next edition with these changes."""

    def publish(page: Publication, *, signer: User | None = None, **fields: Any) -> Publication:
        article = page.article
        article.refresh_from_db()
        save_draft(article, by=cast.writer, version=article.version, **fields)
        review = workflow.submit(article, by=cast.writer)
        f.judge(review, signer or cast.reviewer)
        f.sign(review, signer or cast.reviewer)
        return workflow.publish(review, by=cast.editor)

    return publish


@pytest.fixture
def live(cast: SimpleNamespace) -> Publication:
    """A page at /articles/walking/."""
    return f.published(cast.writer, cast.reviewer, cast.editor, slug="walking", title="Walking and your back")


@pytest.fixture
def files(client: Client, live: Publication, tmp_path: Path) -> list[Path]:
    """The live page, its attestation and the keys, saved as a reader saves them."""
    saved = []
    for name, address in (
        ("page.html", "/articles/walking/"),
        ("attestation.json", "/articles/walking/attestation.json"),
        ("keys.json", "/.well-known/signoff-keys.json"),
    ):
        saved.append(tmp_path / name)
        saved[-1].write_bytes(client.get(address).content)
    return saved


def answered(client: Client, address: str, *, status: int = 200) -> dict[str, Any]:
    """The JSON object at an address, which answers with this status."""
    response = client.get(address)
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/json"
    found: dict[str, Any] = json.loads(response.content)
    return found
