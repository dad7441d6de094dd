"""The queue: what stands in it, in which order, at a constant price."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles.models import Source
from reviews import judging, workflow
from reviews.desk import queue
from reviews.models import Review
from reviews.policy import Policy, current_policy
from tests import factories as f
from tests.desk.conftest import said

At = Callable[[User], Client]
QUEUE = "/desk/"


def rows(response: Any) -> list[queue.Row]:
    found: list[queue.Row] = response.context["rows"]
    return found


def test_a_row_says_everything(cast: SimpleNamespace, at: At, review: Review) -> None:
    claims = list(review.claims.order_by("id"))
    f.check(claims[0], cast.reviewer, Source.objects.get())
    judging.add_finding(review, by=cast.reviewer, message="Say in whom.")
    judging.add_finding(review, by=cast.reviewer, message="Fine print.", severity="advise")
    html = said(at(cast.editor).get(QUEUE))
    assert '<span class="shape" aria-hidden="true">◐</span> In review' in html
    assert "Edition 1, round 1 · Standard · submitted by Wanda Writer" in html
    assert f"claims checked 1 of {len(claims)}" in html
    assert "findings open 1" in html
    assert "signatures 0 of 1" in html
    assert f'<progress max="{len(claims) + 2}" value="1"' in html
    assert timezone.localdate().strftime("%Y") in html
    assert "Medical reviewer" in html


def shown(reviews: Iterable[Review], policy: Policy) -> queue.Row:
    """What the queue says of the only one of `reviews`."""
    listed = list(reviews)
    return queue.rows(listed, policy, queue.work_of(listed, policy, None))[0]


def test_claims_count_as_the_gate_counts_them(cast: SimpleNamespace, review: Review) -> None:
    policy = current_policy()
    source, claims = Source.objects.get(), list(review.claims.order_by("id"))
    total = len(claims)

    def counted() -> int:
        return shown(Review.objects.filter(pk=review.pk), policy).claims_done

    f.check(claims[0], cast.reviewer, source, verdict="contradicts")
    assert counted() == 0
    f.check(claims[0], cast.reviewer, source)
    assert counted() == 1
    f.check(claims[0], cast.reviewer, source, verdict="silent")  # the newest word of a source counts
    assert counted() == 0
    f.check(claims[0], cast.reviewer, source)
    judging.dismiss_claim(claims[1], by=cast.reviewer, reason="Everyday advice.")
    assert counted() == 2
    source.standing = Source.Standing.RETRACTED
    source.save()
    assert counted() == 1
    assert shown(Review.objects.filter(pk=review.pk), policy).claims_all == total


def test_signatures_count_while_they_hold(cast: SimpleNamespace) -> None:
    review = f.submitted(cast.writer, topics=[f.topic("psychedelics")])
    f.judge(review, cast.reviewer, second=cast.second)
    signature = f.sign(review, cast.reviewer)[0]
    row = shown([review], current_policy())
    assert (row.given, row.needed) == (1, 2)
    assert row.turn == "Another medical reviewer: 1 more to sign"
    workflow.revoke(signature, by=cast.reviewer, reason="I erred.")
    assert shown([review], current_policy()).given == 0


def test_order_and_the_word_overdue(cast: SimpleNamespace, at: At) -> None:
    first, late, last = (f.submitted(cast.writer) for _ in range(3))
    today = timezone.localdate()
    Review.objects.filter(pk=late.pk).update(due_on=today - dt.timedelta(days=1))
    Review.objects.filter(pk=first.pk).update(due_on=today)
    response = at(cast.reviewer).get(QUEUE)
    assert [row.review.pk for row in rows(response)] == [late.pk, first.pk, last.pk]
    assert [row.overdue for row in rows(response)] == [True, False, False]
    assert said(response).count('<strong class="overdue">Overdue</strong>') == 1


def test_whose_turn_in_every_open_state(cast: SimpleNamespace, at: At) -> None:
    waiting = f.submitted(cast.writer)
    back = f.submitted(cast.writer)
    workflow.request_changes(back, by=cast.reviewer, reason="Say in whom.")
    f.signed(cast.writer, cast.reviewer)
    f.scheduled(cast.writer, cast.reviewer, cast.editor)
    turns = {row.review.status: row.turn for row in rows(at(cast.editor).get(QUEUE))}
    assert turns["in_review"] == "Medical reviewer"
    assert turns["changes_requested"] == "Writer: Wanda Writer"
    assert turns["signed_off"] == "Managing editor: publish or schedule"
    assert turns["scheduled"].startswith("Nobody: it goes live on ")
    assert waiting.pk


@pytest.mark.parametrize("status", Review.OPEN)
def test_filter_by_status(status: str, cast: SimpleNamespace, at: At) -> None:
    back = f.submitted(cast.writer)
    workflow.request_changes(back, by=cast.reviewer, reason="Say in whom.")
    f.submitted(cast.writer)
    f.signed(cast.writer, cast.reviewer)
    response = at(cast.editor).get(QUEUE, {"status": status})
    assert [row.review.status for row in rows(response)] == [status] * (status != "scheduled")
    assert "All open <b>3</b>" in said(response)


@pytest.mark.parametrize("status", ["published", "nonsense", "in_review' OR 1=1", "\x00", "<script>"])
def test_a_filter_that_is_none(status: str, cast: SimpleNamespace, at: At) -> None:
    response = at(cast.editor).get(QUEUE, {"status": status})
    assert response.status_code == 400
    assert "There is no such state to filter by." in said(response)


def listed(client: Client, **wanted: str) -> list[int]:
    return [row.review.pk for row in rows(client.get(QUEUE, wanted))]


def test_narrowing_by_topic_risk_day_and_signatures(cast: SimpleNamespace, at: At) -> None:
    client, today = at(cast.editor), timezone.localdate()
    plain = f.submitted(cast.writer)
    risky = f.submitted(cast.writer, topics=[f.topic("psychedelics")])
    Review.objects.filter(pk=plain.pk).update(due_on=today - dt.timedelta(days=1))
    Review.objects.filter(pk=risky.pk).update(due_on=today + dt.timedelta(days=3))
    risky.refresh_from_db()
    assert listed(client, topic="psychedelics") == [risky.pk]
    assert listed(client, tier=risky.tier) == [risky.pk]
    assert listed(client, due="overdue") == [plain.pk]
    assert listed(client, due="week") == [risky.pk]
    assert listed(client, waits="second") == []
    f.judge(risky, cast.reviewer, second=cast.second)
    f.sign(risky, cast.reviewer)
    assert listed(client, waits="second") == [risky.pk]
    assert listed(client, topic="psychedelics", due="overdue") == []
    assert "No open review is like that." in said(client.get(QUEUE, {"due": "overdue", "waits": "second"}))


def test_a_narrowed_queue_keeps_its_choices_in_every_link(cast: SimpleNamespace, at: At) -> None:
    f.submitted(cast.writer, topics=[f.topic("psychedelics")])
    html = said(at(cast.editor).get(QUEUE, {"topic": "psychedelics", "status": "in_review"}))
    assert 'href="?status=signed_off&amp;topic=psychedelics"' in html
    assert '<option value="psychedelics" selected>' in html
    for label in ("Who has it", "Topic", "Risk", "Due", "Waiting", "Signatures", "Reopened"):
        assert f">{label}</label>" in html
    assert '<input type="hidden" name="status" value="in_review">' in html


@pytest.mark.parametrize("name", ["topic", "tier", "due", "waits", "assignee", "age", "alert"])
def test_a_choice_that_is_none(name: str, cast: SimpleNamespace, at: At) -> None:
    response = at(cast.editor).get(QUEUE, {name: "nonsense'"})
    assert response.status_code == 400
    assert "There is no such choice to filter by." in said(response)


def test_an_empty_queue_says_so(cast: SimpleNamespace, at: At) -> None:
    assert "Nothing waits for review." in said(at(cast.reviewer).get(QUEUE))
    f.submitted(cast.writer)
    assert "No open review is in this state." in said(at(cast.reviewer).get(QUEUE, {"status": "scheduled"}))


def test_closed_reviews_have_left_it(cast: SimpleNamespace, at: At, review: Review) -> None:
    workflow.decline(review, by=cast.reviewer, reason="Not for us.")
    assert rows(at(cast.reviewer).get(QUEUE)) == []


def many(cast: SimpleNamespace, number: int) -> None:
    for _ in range(number):
        f.submitted(cast.writer)


def price(client: Client, path: str) -> int:
    client.get(path)  # the counts are kept until the next event
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def test_the_price_does_not_grow(cast: SimpleNamespace, at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    client = at(cast.editor)
    many(cast, 10)
    ten = price(client, QUEUE)
    many(cast, 190)
    assert price(client, QUEUE) == ten
    assert len(rows(client.get(QUEUE))) == 25
    assert len(rows(client.get(QUEUE, {"page": "8"}))) == 25
    monkeypatch.setattr(queue, "PER_PAGE", 500)
    assert price(client, QUEUE) == ten
    assert len(rows(client.get(QUEUE))) == 200
    assert ten <= 12


@pytest.mark.parametrize("page", ["0", "-1", "99", "x", "\x00", "9" * 40])
def test_a_page_that_is_none_shows_the_nearest(
    page: str, cast: SimpleNamespace, at: At, review: Review
) -> None:
    assert at(cast.editor).get(QUEUE, {"page": page}).status_code == 200


def test_live_pages_and_closed_reviews(
    cast: SimpleNamespace, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = f.published(cast.writer, cast.reviewer, cast.editor)
    risky = f.signed(cast.writer, cast.reviewer, cast.second, topics=[f.topic("psychedelics")])
    soon = workflow.publish(risky, by=cast.editor)
    assert soon.review_due < page.review_due
    client, where = at(cast.editor), reverse("desk:live")
    html = said(client.get(where))
    assert html.index(soon.title) < html.index(page.title)
    assert "Review overdue" not in html
    assert reverse("desk:article", args=[page.article_id]) in html
    assert html.count("</span> Published</span>") == 2
    monkeypatch.setattr(
        "reviews.desk.live.timezone.localdate", lambda: soon.review_due + dt.timedelta(days=1)
    )
    assert said(client.get(where)).count("Review overdue") == 1


def test_the_list_of_live_pages_costs_the_same_at_any_length(cast: SimpleNamespace, at: At) -> None:
    client, where = at(cast.editor), reverse("desk:live")
    for _ in range(2):
        f.published(cast.writer, cast.reviewer, cast.editor)
    two = price(client, where)
    for _ in range(4):
        f.published(cast.writer, cast.reviewer, cast.editor)
    assert price(client, where) == two
