"""The desk through its HTTP door: who is signed in, and what a form on the page would send."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from reviews.models import Review
from tests import factories as f

CHECK = {
    "verdict": "supports",
    "level": "2",
    "directness": "direct",
    "passage": "Walking reduced pain at twelve weeks.",
    "locator": "Table 2",
    "read": "full_text",
    "note": "",
}


@pytest.fixture
def at(cast: SimpleNamespace) -> Callable[[User], Client]:
    """`at(cast.reviewer)` is a browser in which they are signed in; it enforces CSRF like a real one."""

    def sign_in(person: User) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return sign_in


@pytest.fixture
def review(cast: SimpleNamespace) -> Review:
    """Wanda's article, in review."""
    return f.submitted(cast.writer)


def address(view: str, review: Review, **numbers: int | str) -> str:
    return reverse(f"desk:{view}", kwargs={"pk": review.pk, **numbers})


def seen(review: Review, **fields: Any) -> dict[str, Any]:
    """Form fields, with the edition that is on the screen."""
    review.refresh_from_db()
    return {"edition": review.edition.number, **fields}


def check_form(review: Review, **fields: Any) -> dict[str, Any]:
    return seen(review, **{**CHECK, "source": review.edition.content["references"][0]["source"], **fields})


def said(response: Any) -> str:
    """What a page says, in one line."""
    return " ".join(response.content.decode().split())
