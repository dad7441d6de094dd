"""The record at the desk: a page in the order that a reader asks in, and a file that stays the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reviews import records, workflow
from reviews.models import Review
from tests import factories as f
from tests.desk.conftest import address, said

At = Callable[[User], Client]


def at(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_the_page_says_everything_in_order(cast: SimpleNamespace, review: Review) -> None:
    html = said(at(cast.writer).get(address("record", review)))
    places = [html.index(f'<h2 id="{name}">') for name in
              ("what", "who", "warnings", "grounds", "found", "history", "check", "text")]  # fmt: skip
    assert places == sorted(places)
    for words in (
        "<strong>Dr Rita Reviewer</strong>, MD, FRCP", "GMC 7000", "I have no competing interests.",
        "I misread a table.", "I advise the maker.", "This article is general information.", "Not here.",
        "Walking reduced pain at twelve weeks.", "Results, table 2", "Advice, not a claim.",
        "Fair as it stands.", "Say in whom.", review.edition.digest, "manage.py verify --record",
    ):  # fmt: skip
        assert words in html, words
    assert "✗" not in html
    assert "Not approved." not in html


def test_the_file(cast: SimpleNamespace, review: Review) -> None:
    client = at(cast.editor)
    response = client.get(address("record_file", review))
    assert response["Content-Type"] == "application/json"
    name = f"approval-record-{review.pk}-{review.article.slug}.json"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert records.parse(response.content) == records.record(review)
    assert client.get(address("record_file", review)).content == response.content
    workflow.withdraw(review.article, by=cast.editor, reason="Prices out of date.")
    after = client.get(address("record_file", review)).content
    assert after != response.content
    assert all(line.ok for line in records.check(records.parse(after)))


def test_the_pages_lead_there(cast: SimpleNamespace, review: Review) -> None:
    client, link = at(cast.reviewer), f'href="{address("record", review)}"'
    assert link in said(client.get(reverse("desk:review", args=[review.pk])))
    assert link in said(client.get(reverse("desk:article", args=[review.article_id])))
    assert f'href="{address("record_file", review)}"' in said(client.get(address("record", review)))


@pytest.mark.parametrize("view", ["record", "record_file"])
def test_who_may(view: str, cast: SimpleNamespace, review: Review) -> None:
    assert at(cast.outsider).get(address(view, review)).status_code == 403
    assert Client().get(address(view, review)).status_code == 302
    for person in (cast.writer, cast.reviewer, cast.editor, cast.lead):
        assert at(person).get(address(view, review)).status_code == 200
    assert at(cast.writer).post(address(view, review)).status_code == 405
    assert at(cast.writer).get(reverse(f"desk:{view}", args=[987654])).status_code == 404


def test_before_anybody_signed(cast: SimpleNamespace) -> None:
    review = f.submitted(cast.writer)
    html = said(at(cast.reviewer).get(address("record", review)))
    assert "Not approved." in html
    assert "Nobody has signed." in html
    assert "as readers would have it" in html
    assert "Walking most days eases low back pain in many adults" in html
    assert "✗" not in html


def test_it_does_not_tell_one_reviewer_what_the_other_found(cast: SimpleNamespace) -> None:
    review = f.submitted(cast.writer, topics=[f.topic("psychedelics")])
    for view in ("record", "record_file"):
        response = at(cast.second).get(address(view, review))
        assert response.status_code == 409
        assert "would show one reviewer what the other found" in said(response)
    workflow.decline(review, by=cast.reviewer, reason="Not for our readers.")
    assert at(cast.second).get(address("record", review)).status_code == 200


def test_the_price_does_not_grow(cast: SimpleNamespace, review: Review) -> None:
    def price(of: Review) -> int:
        client = at(cast.reviewer)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address("record", of)).status_code == 200
        return len(queries)

    small = f.signed(cast.writer, cast.reviewer)
    assert price(review) <= price(small) + 3
    assert price(review) <= 35


def test_numbers_and_times(record: dict[str, Any]) -> None:
    assert all(event["at"].endswith("+00:00") for event in record["events"])
    assert json.loads(records.file_bytes(record)) == record
    assert {s["signer"] for s in record["sign_offs"]} <= {p["id"] for p in record["people"]}
