"""The queue narrowed by who, by age, by signatures and by alerts; the links on top and their numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reviews import assigning, workflow
from reviews.models import Review
from tests import factories as f
from tests.desk.conftest import said

At = Callable[[User], Client]
QUEUE = "/desk/"


def listed(client: Client, **wanted: str) -> list[int]:
    response = client.get(QUEUE, wanted)
    assert response.status_code == 200
    return [row.review.pk for row in response.context["rows"]]


def once_signed(cast: SimpleNamespace) -> Review:
    """A high-risk review that its first reviewer signed."""
    review = f.submitted(cast.writer, topics=[f.topic("psychedelics")])
    f.judge(review, cast.reviewer, second=cast.second)
    f.sign(review, cast.reviewer)
    return review


def test_by_who_has_it(cast: SimpleNamespace, at: At) -> None:
    free, ritas, ravis = (f.submitted(cast.writer) for _ in range(3))
    assigning.claim(ritas, by=cast.reviewer)
    assigning.assign(ravis, by=cast.editor, to=cast.second)
    client = at(cast.reviewer)
    assert listed(client) == [free.pk, ritas.pk, ravis.pk]
    assert listed(client, assignee="me") == [ritas.pk]
    assert listed(client, assignee="nobody") == [free.pk]
    assert listed(client, assignee=str(cast.second.pk)) == [ravis.pk]
    assert listed(at(cast.second), assignee="me") == [ravis.pk]
    assert listed(at(cast.editor), assignee="me") == []
    html = said(client.get(QUEUE, {"assignee": str(cast.second.pk)}))
    assert f'<option value="{cast.second.pk}" selected>Ravi Reviewer</option>' in html
    assert '<span class="label">Who: </span>Ravi Reviewer' in html


@pytest.mark.parametrize("who", ["someone", "0", "-1", "99999", "9" * 40, "\x00", "me'"])
def test_a_person_who_is_none(who: str, cast: SimpleNamespace, at: At) -> None:
    response = at(cast.editor).get(QUEUE, {"assignee": who})
    assert response.status_code == 400
    assert "There is no such choice to filter by." in said(response)


def test_a_person_who_is_no_reviewer_has_none(cast: SimpleNamespace, at: At) -> None:
    assert at(cast.editor).get(QUEUE, {"assignee": str(cast.writer.pk)}).status_code == 400


@pytest.mark.parametrize(("age", "seen"), [("3", [10, 5]), ("7", [10]), ("14", [])])
def test_by_how_long_it_waits(age: str, seen: list[int], cast: SimpleNamespace, at: At) -> None:
    days = {}
    for number in (10, 5, 1):
        review = f.submitted(cast.writer)
        days[review.pk] = number
        then = timezone.now() - dt.timedelta(days=number)
        Review.objects.filter(pk=review.pk).update(submitted_at=then)
    assert [days[pk] for pk in listed(at(cast.editor), age=age)] == seen


def test_by_the_signature_it_waits_for(cast: SimpleNamespace, at: At) -> None:
    client, other = at(cast.editor), f.submitted(cast.writer)
    review = once_signed(cast)
    assert listed(client, waits="second") == [review.pk]
    assert listed(client, waits="assignee") == []  # nobody has it
    assigning.claim(review, by=cast.reviewer)
    assert listed(client, waits="assignee") == []  # who has it has signed
    assigning.assign(review, by=cast.editor, to=cast.second)
    assert listed(client, waits="assignee") == [review.pk]
    f.sign(review, cast.second)
    assert listed(client, waits="second") == []
    assert listed(client, waits="assignee") == []
    assert other.pk in listed(client)


def test_by_an_alert(cast: SimpleNamespace, at: At) -> None:
    alerted, _other = f.submitted(cast.writer), f.submitted(cast.writer)
    Review.objects.filter(pk=alerted.pk).update(alert="A source was retracted.")
    assert listed(at(cast.editor), alert="yes") == [alerted.pk]


def test_filters_narrow_together(cast: SimpleNamespace, at: At) -> None:
    late, mine, both = (f.submitted(cast.writer) for _ in range(3))
    for review in (mine, both):
        assigning.claim(review, by=cast.reviewer)
    for review in (late, both):
        Review.objects.filter(pk=review.pk).update(due_on=timezone.localdate() - dt.timedelta(days=1))
    client = at(cast.reviewer)
    assert listed(client, assignee="me", due="overdue", status="in_review") == [both.pk]
    html = said(client.get(QUEUE, {"assignee": "me", "due": "overdue"}))
    assert 'href="?status=in_review&amp;assignee=me&amp;due=overdue"' in html
    assert 'aria-current="true">Overdue' not in html


def test_the_links_on_top_and_their_numbers(cast: SimpleNamespace, at: At) -> None:
    second = once_signed(cast)
    late, mine, alerted = (f.submitted(cast.writer) for _ in range(3))
    assigning.claim(mine, by=cast.reviewer)
    Review.objects.filter(pk=late.pk).update(due_on=timezone.localdate() - dt.timedelta(days=1))
    Review.objects.filter(pk=alerted.pk).update(alert="A source was retracted.")
    gone = f.submitted(cast.writer)
    assigning.claim(gone, by=cast.reviewer)
    workflow.decline(gone, by=cast.reviewer, reason="Not for us.")
    client = at(cast.reviewer)
    response = client.get(QUEUE, {"due": "overdue"})
    found = {link.label: link for link in response.context["quick"]}
    assert {label: link.number for label, link in found.items()} == {
        "Mine": 1, "Nobody’s": 3, "Overdue": 1, "Needs a second signature": 1, "Reopened by an alert": 1
    }  # fmt: skip
    for link in found.values():
        rows = client.get(f"{QUEUE}?{link.query}").context["rows"]
        assert len(rows) == link.number, link.label
    assert [label for label, link in found.items() if link.here] == ["Overdue"]
    assert '<a href="?due=overdue" aria-current="true">Overdue <b>1</b></a>' in said(response)
    assert second.pk in listed(client, waits="second")


def test_the_number_of_pages_follows_the_filters(
    cast: SimpleNamespace, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reviews.desk.queue.PER_PAGE", 2)
    for number in range(5):
        review = f.submitted(cast.writer)
        if number % 2:
            assigning.claim(review, by=cast.reviewer)
    client = at(cast.reviewer)
    for wanted, pages in (
        ({}, 3), ({"status": "in_review"}, 3), ({"assignee": "me"}, 1), ({"assignee": "nobody"}, 2),
        ({"status": "in_review", "assignee": "nobody"}, 2), ({"due": "week", "assignee": "nobody"}, 2),
    ):  # fmt: skip
        assert client.get(QUEUE, wanted).context["page"].paginator.num_pages == pages, wanted
    html = said(client.get(QUEUE, {"assignee": "nobody", "page": "2"}))
    assert 'href="?assignee=nobody&amp;page=1"' in html


@pytest.mark.parametrize(
    "wanted",
    [{}, {"assignee": "me"}, {"assignee": "nobody", "due": "week"}, {"waits": "second"}, {"age": "3"},
     {"topic": "chronic-pain", "tier": "standard"}],
)  # fmt: skip
@pytest.mark.parametrize("who", ["reviewer", "lead", "editor"])
def test_the_price_is_the_same_at_any_length(
    who: str, wanted: dict[str, str], cast: SimpleNamespace, at: At
) -> None:
    client = at(getattr(cast, who))

    def price() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(QUEUE, wanted).status_code == 200
        return len(queries)

    def more(number: int) -> None:
        for place in range(number):
            review = f.submitted(cast.writer)
            if place % 2:
                assigning.claim(review, by=getattr(cast, "reviewer" if who == "editor" else who))
        once_signed(cast)
        Review.objects.update(submitted_at=timezone.now() - dt.timedelta(days=4))

    more(2)
    before = price()
    more(4)
    for n in range(3):
        f.reviewer(f"more{n}")
        f.topic(f"more-{n}")
    assert price() == before <= 12
