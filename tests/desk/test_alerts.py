"""The alerts on the desk, and the pages that use something, through their HTTP door."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles.models import Notice, Publication
from articles.sources import library
from reviews import jobs
from reviews.desk.used_by import _cell
from reviews.models import Alert, Event
from reviews.templatetags import alerts as badge
from reviews.watching import alerts as service
from tests import factories as f
from tests.desk.conftest import said
from tests.watching.conftest import cleared, retract, source_of, turn

At = Callable[[User], Client]
LIST = "/desk/alerts/"


def published(cast: SimpleNamespace, **fields: Any) -> Publication:
    return f.published(cast.writer, cast.reviewer, cast.editor, **fields)


def raised(page: Publication) -> Alert:
    retract(source_of(page))
    while jobs.run_due():
        pass
    return Alert.objects.get(publication=page)


@pytest.fixture
def alert(cast: SimpleNamespace) -> Alert:
    return raised(published(cast))


def address(alert: Alert, name: str = "alert") -> str:
    return reverse(f"desk:{name}", args=[alert.pk])


def titles(html: str, *alerts: Alert) -> list[bool]:
    return [address(alert) in html for alert in alerts]


# --- The list ---------------------------------------------------------------------------------------


def test_the_door(cast: SimpleNamespace, alert: Alert, at: At, client: Client) -> None:
    for url in (LIST, address(alert), reverse("desk:used_by")):
        assert client.get(url).status_code == 302
        assert at(cast.outsider).get(url).status_code == 403
        assert at(cast.writer).get(url).status_code == 200
        assert at(cast.writer).post(url).status_code == 405
    assert at(cast.editor).get("/desk/alerts/987654/").status_code == 404


def test_the_first_due_is_on_top_and_overdue_is_said(cast: SimpleNamespace, alert: Alert, at: At) -> None:
    other = raised(published(cast))
    Alert.objects.filter(pk=other.pk).update(due_at=timezone.now() - dt.timedelta(hours=3))
    cache.delete(badge.KEY)
    html = said(at(cast.editor).get(LIST))
    assert html.index(address(other)) < html.index(address(alert))
    assert html.count(">Overdue</strong>") == 1
    assert "overdue by 3 hours" in html
    assert "A claim rests on it alone" in html
    assert 'Alerts <b class="number">2<span class="hidden"> open</span></b>' in html


def test_what_readers_need_not_be_told_does_not_wait(cast: SimpleNamespace, alert: Alert, at: At) -> None:
    """Only of retractions and withdrawals are readers told; what needs no notice is not said to lack one."""
    source = f.source()
    page = published(cast, citations=[source])
    turn(source, "correction")
    while jobs.run_due():
        pass
    corrected = Alert.objects.get(publication=page)
    html = said(at(cast.editor).get(LIST))
    told, quiet = html.index("to be told by"), html.index("need not be told")
    assert html.index(address(alert)) < told < html.index(address(corrected)) < quiet
    assert "not told</span>" not in html.replace("need not be told</span>", "")


def test_who_took_an_alert_did_not_give_it_to_themselves(cast: SimpleNamespace, alert: Alert, at: At) -> None:
    service.take(alert, by=cast.editor)
    assert "Edgar Editor took the alert." in said(at(cast.editor).get(address(alert)))
    service.assign(alert, by=cast.editor, to=cast.lead)
    assert "Edgar Editor gave the alert to Lena Lead." in said(at(cast.editor).get(address(alert)))


def test_filters_are_addresses(cast: SimpleNamespace, alert: Alert, at: At) -> None:
    other = raised(published(cast))
    service.take(other, by=cast.editor)
    Alert.objects.filter(pk=other.pk).update(due_at=timezone.now() - dt.timedelta(hours=3))
    client = at(cast.editor)
    for query, found in (
        ("", [True, True]),
        ("assignee=me", [False, True]),
        ("assignee=nobody", [True, False]),
        (f"assignee={cast.editor.pk}", [False, True]),
        ("clock=overdue", [False, True]),
        ("clock=untold", [True, True]),
        ("kind=retracted", [True, True]),
        ("kind=gone", [False, False]),
        ("show=decided", [False, False]),
    ):
        assert titles(said(client.get(f"{LIST}?{query}")), alert, other) == found, query
    for query in ("kind=nonsense", "assignee=987654", "clock=later"):
        assert client.get(f"{LIST}?{query}").status_code == 400
    cleared(source_of(alert.publication))
    service.decide(alert, by=cast.editor, decision="mistaken", reason="Another paper.")
    assert titles(said(client.get(LIST)), alert, other) == [False, True]
    assert titles(said(client.get(f"{LIST}?show=decided")), alert, other) == [True, False]


def test_the_price_does_not_grow(cast: SimpleNamespace, at: At) -> None:
    shared, client = f.source(), at(cast.editor)

    def price() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(LIST).status_code == 200
        return len(queries)

    published(cast, citations=[shared])
    retract(shared)
    while jobs.run_due():
        pass
    one = price()
    for _ in range(3):
        raised(published(cast))
    assert price() == one


def test_a_page_holds_25(cast: SimpleNamespace, alert: Alert, at: At) -> None:
    Alert.objects.bulk_create(
        Alert(
            kind=Alert.Kind.REVIEW_OVERDUE,
            article=alert.article,
            publication=alert.publication,
            sentence="Overdue.",
            opened_at=alert.opened_at,
            due_at=alert.due_at + dt.timedelta(days=1),
        )
        for _ in range(25)
    )
    client = at(cast.editor)
    assert said(client.get(LIST)).count('<th scope="row"') == 25
    html = said(client.get(f"{LIST}?kind=review_overdue&assignee=nobody&page=1"))
    assert html.count('<th scope="row"') == 25
    second = said(client.get(f"{LIST}?page=2"))
    assert second.count('<th scope="row"') == 1
    assert '<a rel="prev" href="?page=1">' in second


# --- One alert --------------------------------------------------------------------------------------


def test_the_page_tells_all(cast: SimpleNamespace, at: At) -> None:
    page = published(cast)
    other = published(cast, citations=[source_of(page)])
    alert = raised(page)
    html = said(at(cast.editor).get(address(alert)))
    assert alert.sentence in html
    assert "test.csv" in html
    assert "rest on no other source" in html
    assert "Walking most days eases low back pain in many adults [1]." in html
    assert other.title in html
    assert reverse("desk:review", args=[alert.review_id]) in html
    assert "We are reviewing what rests on it." in html
    assert "Signoff raised an alert." in html


@pytest.mark.parametrize(
    ("who", "forms"),
    [
        ("editor", {"take", "assign", "decide", "tell"}),
        ("lead", {"take", "assign", "decide", "tell"}),
        ("reviewer", {"take"}),
        ("writer", set()),
    ],
)
def test_everybody_sees_what_they_may_do(
    who: str, forms: set[str], cast: SimpleNamespace, alert: Alert, at: At
) -> None:
    html = said(at(getattr(cast, who)).get(address(alert)))
    assert {name for name in ("take", "assign", "decide", "tell") if f"/{name}/" in html} == forms


POSTS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "take_alert": ({}, ("editor", "lead", "reviewer", "second")),
    "assign_alert": ({"to": "reviewer"}, ("editor", "lead")),
    "decide_alert": ({"decision": "mistaken", "reason": "Another paper."}, ("editor", "lead")),
    "tell_readers": ({"text": "A source was retracted."}, ("editor", "lead")),
}


@pytest.mark.parametrize("name", POSTS)
@pytest.mark.parametrize("who", ["editor", "lead", "reviewer", "second", "writer", "outsider"])
def test_every_form_and_everybody(name: str, who: str, cast: SimpleNamespace, alert: Alert, at: At) -> None:
    fields, may = POSTS[name]
    fields = {key: getattr(cast, value).pk if key == "to" else value for key, value in fields.items()}
    if name == "decide_alert":
        cleared(source_of(alert.publication))
    events = Event.objects.count()
    answer = at(getattr(cast, who)).post(address(alert, name), fields)
    if who in may:
        assert (answer.status_code, answer["Location"]) == (302, address(alert))
        assert Event.objects.count() == events + 1
    else:
        assert answer.status_code == 403
        assert Event.objects.count() == events
    assert at(cast.editor).get(address(alert, name)).status_code == 405


def test_a_form_comes_back_with_what_was_typed(cast: SimpleNamespace, alert: Alert, at: At) -> None:
    client = at(cast.editor)
    stands = {"decision": "stands", "reason": "We believe it all the same."}
    answer = client.post(address(alert, "decide_alert"), stands)
    assert answer.status_code == 422
    html = said(answer)
    assert "rest on this source alone" in html
    assert "We believe it all the same." in html
    assert 'value="stands" required checked' in html
    long = client.post(address(alert, "tell_readers"), {"text": "word " * 100})
    assert long.status_code == 422
    assert "at most 400 characters" in said(long)
    assert not Notice.objects.exists()
    assert client.post(address(alert, "decide_alert"), {"reason": "x"}).status_code == 422
    assert client.post(address(alert, "assign_alert"), {"to": 987654}).status_code == 404


def test_the_second_click(cast: SimpleNamespace, alert: Alert, at: At) -> None:
    cleared(source_of(alert.publication))
    client, fields = at(cast.editor), {"decision": "mistaken", "reason": "Another paper."}
    assert client.post(address(alert, "decide_alert"), fields).status_code == 302
    again = client.post(address(alert, "decide_alert"), fields)
    assert again.status_code == 409
    assert "Edgar Editor decided on this alert already" in said(again)
    assert Event.objects.filter(action="alert_decided").count() == 1


def test_taking_it_down_from_the_page(cast: SimpleNamespace, alert: Alert, at: At) -> None:
    fields = {"decision": "taken_down", "reason": "Its only trial was made up."}
    at(cast.lead).post(address(alert, "decide_alert"), fields)
    assert Client().get(f"/articles/{alert.publication.slug}/").status_code == 410
    html = said(at(cast.lead).get(address(alert)))
    assert "Decided by Lena Lead" in html
    assert "there is nothing to tell them" in html


# --- Where something is used ------------------------------------------------------------------------

USED = "/desk/used-by/"


def test_by_source_in_every_spelling(cast: SimpleNamespace, at: At) -> None:
    source = f.source(doi="10.1000/xYz", pmid="87654321", title="A rare trial of walking")
    page, other = published(cast, citations=[f.source(), source]), published(cast)
    client = at(cast.writer)
    for words in (
        str(source.pk), "10.1000/XYZ", "https://doi.org/10.1000/xyz", "http://dx.doi.org/10.1000/XYZ",
        "DOI: 10.1000/xyz.", "87654321", "PMID: 87654321", "pmid 087654321",
        "https://pubmed.ncbi.nlm.nih.gov/87654321/", "rare trial",
    ):  # fmt: skip
        html = said(client.get(USED, {"source": words}))
        assert "1 live page:" in html, words
        assert page.title in html
        assert other.title not in html
        assert '<span class="label">Number in its list: </span>2</td>' in html
    html = said(client.get(USED, {"source": "Walking for low back pain"}))
    assert "Which of these?" in html
    assert html.count(f"{USED}?source=") >= 2
    for words in ("no such words", "9" * 19, "9" * 20, "9" * 5_000, "PMID: 12345678", "0"):
        assert "The library has no such source." in said(client.get(USED, {"source": words}))


def test_by_merged_source(cast: SimpleNamespace, at: At) -> None:
    keep, drop = f.source(), f.source()
    pages = [published(cast, citations=[one]) for one in (keep, drop)]
    library.merge(keep, drop, by=cast.editor)
    html = said(at(cast.writer).get(USED, {"source": drop.pk}))
    assert all(page.title in html for page in pages)
    assert "It was merged into" in html


def test_by_disclaimer_and_by_claim(cast: SimpleNamespace, at: At) -> None:
    page, client = published(cast), at(cast.reviewer)
    assert page.title in said(client.get(USED, {"disclaimer": "information-not-advice"}))
    assert "No live page uses it." in said(client.get(USED, {"disclaimer": "interactions"}))
    assert "never had such a disclaimer" in said(client.get(USED, {"disclaimer": "made-up"}))
    assert page.title in said(client.get(USED, {"claim": "eases low back pain"}))
    assert "at least 8 characters" in said(client.get(USED, {"claim": "pain"}))
    assert client.get(USED, {"claim": "eases low back pain", "source": "1"}).status_code == 400
    assert client.get(USED, {"claim": "eases\x00 low back pain"}).status_code == 400
    assert "Which live pages use it" in said(client.get(USED, {"claim": "  "}))


def test_the_file(cast: SimpleNamespace, at: At) -> None:
    source = f.source()
    plain = published(cast, citations=[source], title="Walking, and “more”")
    evil = published(cast, citations=[source], title="=HYPERLINK(1)")
    answer = at(cast.editor).get(USED, {"source": source.pk, "format": "csv"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert rows[0] == ["Title", "Address", "Locale", "Published", "Next review due"]
    assert [row[0] for row in rows[1:]] == [f"'{evil.title}", plain.title]
    assert rows[2][1].endswith(f"/articles/{plain.slug}/")
    assert rows[2][3] == timezone.localdate().isoformat()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert _cell(text) == f"'{text}"
    assert _cell(f"Half {text}") == f"Half {text}"
