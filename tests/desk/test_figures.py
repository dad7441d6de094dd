"""The workload and the figures: what they count, whom they are shown to, and at what price."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reviews import assigning, workflow
from reviews.desk import figures, workload
from reviews.models import Review, Reviewer
from tests import factories as f
from tests.desk.conftest import said
from tests.desk.test_narrowing import once_signed

At = Callable[[User], Client]
WORKLOAD, FIGURES = "/desk/workload/", "/desk/figures/"


def loads(response: Any) -> dict[str, workload.Load]:
    return {load.name: load for load in response.context["loads"]}


def took(review: Review, **length: float) -> None:
    """As if the review had taken that long."""
    review.refresh_from_db()
    assert review.closed_at
    Review.objects.filter(pk=review.pk).update(opened_at=review.closed_at - dt.timedelta(**length))


@pytest.mark.parametrize("where", [WORKLOAD, FIGURES])
def test_pages(where: str, cast: SimpleNamespace, at: At, client: Client) -> None:
    assert client.get(where).status_code == 302
    for who in ("writer", "reviewer", "lead", "editor"):
        html = said(at(getattr(cast, who)).get(where))
        assert f'href="{where}" aria-current="page"' in html
    assert at(cast.outsider).get(where).status_code == 403
    assert at(cast.lead).post(where).status_code == 405


def test_the_workload_of_each_reviewer(cast: SimpleNamespace, at: At) -> None:
    late, plain, second = f.submitted(cast.writer), f.submitted(cast.writer), once_signed(cast)
    for review in (late, plain, second):
        assigning.assign(review, by=cast.editor, to=cast.second)
    Review.objects.filter(pk=late.pk).update(due_on=timezone.localdate() - dt.timedelta(days=2))
    f.submitted(cast.writer)  # nobody's
    Reviewer.objects.filter(user=cast.lead).update(qualified_until=dt.date(2020, 1, 1))
    until = timezone.localdate() + dt.timedelta(days=40)
    Reviewer.objects.filter(user=cast.second).update(qualified_until=until)
    Reviewer.objects.get(user=cast.second).specialties.set([f.topic("psychedelics"), f.topic("chronic-pain")])
    response = at(cast.editor).get(WORKLOAD)
    found = loads(response)
    assert next(iter(found)) == "Ravi Reviewer"
    ravi, rita, lena = found["Ravi Reviewer"], found["Rita Reviewer"], found["Lena Lead"]
    assert (ravi.has, ravi.overdue, ravi.second, ravi.signed, ravi.median) == (3, 1, 1, 0, "")
    assert (rita.has, rita.overdue, rita.second, rita.signed) == (0, 0, 0, 1)
    assert (ravi.qualified, lena.qualified) == (True, False)
    html, person = said(response), cast.second.pk
    assert "Chronic pain, Psychedelics" in html
    assert "1 open review</a> belongs to nobody yet" in html
    for query, number in ((f"assignee={person}", 3), (f"assignee={person}&due=overdue", 1),
                          (f"assignee={person}&waits=assignee", 1)):  # fmt: skip
        assert f'href="/desk/?{query.replace("&", "&amp;")}"' in html
        assert len(at(cast.editor).get(f"/desk/?{query}").context["rows"]) == number
    assert f"until {until.day} {until:%B %Y}" in html


def test_the_median_time_of_what_somebody_signed(cast: SimpleNamespace, at: At) -> None:
    for days in (2, 4, 30):
        took(f.published(cast.writer, cast.reviewer, cast.editor).edition.reviews.get(), days=days)
    for days in (1, 3):
        took(f.published(cast.writer, cast.second, cast.editor).edition.reviews.get(), days=days)
    old = f.published(cast.writer, cast.second, cast.editor).edition.reviews.get()
    ago = timezone.now() - dt.timedelta(days=400)
    Review.objects.filter(pk=old.pk).update(opened_at=ago - dt.timedelta(days=90), closed_at=ago)
    found = loads(at(cast.lead).get(WORKLOAD))
    assert found["Rita Reviewer"].median == "4 days"
    assert found["Ravi Reviewer"].median == "2 days"
    assert found["Lena Lead"].median == ""
    assert (found["Rita Reviewer"].signed, found["Ravi Reviewer"].signed) == (3, 3)


def test_revoked_signatures_do_not_count(cast: SimpleNamespace, at: At) -> None:
    review = once_signed(cast)
    workflow.revoke(review.sign_offs.get(), by=cast.reviewer, reason="I erred.")
    assert loads(at(cast.lead).get(WORKLOAD))["Rita Reviewer"].signed == 0


def test_time_in_review(cast: SimpleNamespace, at: At) -> None:
    for length in ({"hours": 5}, {"days": 3}, {"days": 5}, {"days": 100}):
        took(f.published(cast.writer, cast.reviewer, cast.editor).edition.reviews.get(), **length)
    declined = f.submitted(cast.writer)
    workflow.decline(declined, by=cast.reviewer, reason="Not for us.")
    took(declined, days=10)
    f.submitted(cast.writer)
    figure = figures.time_in_review()
    assert figure.body == [
        ["0–1", "1", "0", "0", "1"], ["2–3", "1", "0", "0", "1"], ["4–7", "1", "0", "0", "1"],
        ["8–14", "0", "1", "0", "1"], ["15–30", "0", "0", "0", "0"], ["31–60", "0", "0", "0", "0"],
        ["60+", "1", "0", "0", "1"],
    ]  # fmt: skip
    assert figure.sentence == (
        "5 reviews were closed in the last 12 months; half of them within 5 days of the first submission."
    )


def test_throughput_by_week(cast: SimpleNamespace) -> None:
    f.published(cast.writer, cast.reviewer, cast.editor)
    workflow.decline(f.submitted(cast.writer), by=cast.reviewer, reason="Not for us.")
    once_signed(cast)  # one of two signatures: not signed yet
    figure = figures.throughput()
    assert len(figure.body) == figures.WEEKS
    assert figure.body[0][1:] == ["3", "1", "1", "1"]
    assert all(row[1:] == ["0"] * 4 for row in figure.body[1:])
    assert figure.sentence.endswith("3 submitted, 1 signed, 1 published, 1 declined.")


def test_overdue_pages_by_topic(cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    f.published(cast.writer, cast.reviewer, cast.editor, topics=[f.topic("sleep"), f.topic("chronic-pain")])
    page = f.published(cast.writer, cast.reviewer, cast.editor)
    gone = f.published(cast.writer, cast.reviewer, cast.editor)
    workflow.withdraw(gone.article, by=cast.editor, reason="Wrong.")
    assert figures.overdue_by_topic().drawing == ""
    later = page.review_due + dt.timedelta(days=1)
    monkeypatch.setattr("reviews.desk.figures.timezone.localdate", lambda: later)
    figure = figures.overdue_by_topic()
    assert figure.body == [["Chronic pain", "2"], ["Sleep", "1"]]
    assert figure.sentence == "2 live pages are overdue for their next review."


def test_no_numbers_say_so(cast: SimpleNamespace, at: At) -> None:
    html = said(at(cast.editor).get(FIGURES))
    assert "No review was closed in the last 12 months." in html
    assert "Nothing was submitted, signed, published or declined in the last 26 weeks." in html
    assert "No live page is overdue for its next review." in html
    assert "<svg" not in html
    assert "<table" not in html
    assert "Every open review has somebody." in said(at(cast.editor).get(WORKLOAD))
    Reviewer.objects.all().delete()
    assert "There are no reviewers yet." in said(at(cast.editor).get(WORKLOAD))


def years_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page is overdue by then."""
    later = timezone.localdate() + dt.timedelta(days=5000)
    real = figures.overdue_by_topic

    def then() -> figures.Figure:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("reviews.desk.figures.timezone.localdate", lambda: later)
            return real()

    monkeypatch.setattr(figures, "overdue_by_topic", then)


def test_every_drawing_has_its_table(cast: SimpleNamespace, at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    evil = f.topic("evil")
    evil.name = "<b>Sleep & rest</b>"
    evil.save()
    f.published(cast.writer, cast.reviewer, cast.editor, topics=[evil])
    years_later(monkeypatch)
    html = at(cast.editor).get(FIGURES).content.decode()
    drawings = html.split("<svg")[1:]
    assert len(drawings) == 3
    for drawing in drawings:
        ET.fromstring("<svg" + drawing.split("</svg>")[0] + "</svg>")  # noqa: S314
        assert "<table>" in drawing
    assert "<b>Sleep" not in html


@pytest.mark.parametrize("where", [WORKLOAD, FIGURES])
def test_the_price_does_not_grow(
    where: str, cast: SimpleNamespace, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = at(cast.editor)
    years_later(monkeypatch)

    def price() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(where).status_code == 200
        return len(queries)

    def more(number: int) -> None:
        for n in range(number):
            f.published(cast.writer, cast.reviewer, cast.editor, topics=[f.topic(f"topic-{number}-{n}")])
            assigning.claim(f.submitted(cast.writer), by=cast.second)
            f.reviewer(f"more-{number}-{n}")

    more(1)
    before = price()
    more(4)
    assert price() == before <= 13


@pytest.mark.parametrize(
    ("length", "words"),
    [
        ({"minutes": 5}, "an hour"),
        ({"hours": 5}, "5 hours"),
        ({"hours": 25}, "1 day"),
        ({"days": 6.4}, "6 days"),
    ],
)
def test_lengths_of_time_in_words(length: dict[str, float], words: str) -> None:
    assert figures.in_days(dt.timedelta(**length)) == words
