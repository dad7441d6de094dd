"""Asking the API as a program would."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

LISTS = ("articles", "topics", "reviewers", "sources", "notices")


def get(path: str = "", *, status: int = 200, **query: Any) -> Any:
    """The JSON at `/api/v1/…`, whose status must be `status`."""
    answer = Client().get(f"/api/v1/{path}", query)
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-cache"
    return answer.json()


def slugs(**query: Any) -> list[str]:
    """The slugs of the articles on the first page."""
    return [one["slug"] for one in get("articles/", **query)["results"]]


def queries(path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        get(path)
    return len(captured)
