"""The alert about readers' reports on the desk: what is shown, to whom, and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles import reporting
from articles.models import Publication, ReaderReport
from reviews.models import Alert
from reviews.watching import alerts
from tests import factories as f
from tests.desk.conftest import said
from tests.public.pages import ids, soup
from tests.reports.conftest import Reader
from tests.reports.test_alert import revised, sent

At = Callable[[User], Client]
Work = Callable[[], None]


def address(alert: Alert, name: str = "alert") -> str:
    return reverse(f"desk:{name}", args=[alert.pk])


def test_the_page_shows_the_report(
    page: Publication, reader: Reader, work: Work, cast: SimpleNamespace, at: At
) -> None:
    sent(reader, work, passage=" “often falls by\nabout a third” ", text="It was a quarter.\n\nSee table 2.")
    alert = sent(reader, work, kind="unsafe", text="Not with a fracture.", passage="Walk it off at once.")
    html = said(at(cast.editor).get(address(alert)))
    assert "often falls by about a third</mark> within twelve weeks" in html
    assert "These words do not stand in the text of edition 1" in html
    assert html.index("Not with a fracture.") < html.index("It was a quarter."), "unsafe advice is on top"
    assert "<p>See table 2.</p>" in html
    assert "nobody has checked it, and readers never see it" in html
    assert "Signoff added a reader’s report and brought the day forward" in html
    assert ids(html)
    listed = said(at(cast.editor).get("/desk/alerts/?kind=reader_report"))
    assert address(alert) in listed
    assert "Readers sent 2 reports" in listed
    assert "It was a quarter" not in listed


def test_a_passage_copied_from_the_page(reader: Reader, work: Work, cast: SimpleNamespace, at: At) -> None:
    body = (
        "<p>Walking eases pain [1] [2]. Most people were glad of it [2], they said.</p><p>Rest did not.</p>"
    )
    f.published(
        cast.writer, cast.reviewer, cast.editor, slug="walking", body=body, citations=[f.source(), f.source()]
    )
    shown = soup(reader.client.get("/articles/walking/").content.decode())
    paragraphs = [p.text_content() for p in shown.xpath("//div[@class='body']/p")]
    assert "pain1,2. Most" in paragraphs[0]
    alert = sent(reader, work, passage="\n\n".join(paragraphs))
    html = said(at(cast.editor).get(address(alert)))
    assert f"<mark>{' '.join(paragraphs)}</mark>" in html


@pytest.mark.parametrize(
    ("who", "sees"), [("editor", True), ("lead", True), ("reviewer", False), ("writer", False)]
)
def test_the_address_is_for_those_who_decide(
    page: Publication, reader: Reader, work: Work, cast: SimpleNamespace, at: At, who: str, sees: bool
) -> None:
    alert, person = sent(reader, work, email="ruth@example.org"), getattr(cast, who)
    html = said(at(person).get(address(alert)))
    assert "It was a quarter, not a third." in html
    assert ("ruth@example.org" in html) == sees
    if who == "reviewer":
        alerts.assign(alert, by=cast.editor, to=person)
        assert "mailto:ruth@example.org" in said(at(person).get(address(alert)))


def test_the_door(page: Publication, reader: Reader, work: Work, cast: SimpleNamespace, at: At) -> None:
    alert = sent(reader, work)
    assert Client().get(address(alert)).status_code == 302
    assert at(cast.outsider).get(address(alert)).status_code == 403
    for name in ("take_alert", "assign_alert", "decide_alert"):
        assert at(cast.writer).post(address(alert, name), {"to": cast.writer.pk}).status_code in (403, 422)
    alert.refresh_from_db()
    assert (alert.assignee, alert.decision) == (None, "")


def test_a_decision_through_the_form(
    page: Publication, reader: Reader, work: Work, cast: SimpleNamespace, at: At
) -> None:
    alert, editor = sent(reader, work), at(cast.editor)
    html = said(editor.get(address(alert)))
    assert '<input type="hidden" name="seen" value="1">' in html
    assert "name no reader" in html
    assert "A new edition was published that answers it" in html
    assert "settles this alert by itself" not in html
    sent(reader, work, text="Another.")
    fields = {"decision": "stands", "reason": "Table 2 says a third.", "seen": "1"}
    late = editor.post(address(alert, "decide_alert"), fields)
    assert late.status_code == 409
    assert "Another report came in since you opened this page" in said(late)
    assert "Table 2 says a third." in said(late)
    assert 'name="seen" value="2"' in said(late)
    assert editor.post(address(alert, "decide_alert"), {**fields, "seen": "x"}).status_code == 422
    assert editor.post(address(alert, "decide_alert"), {**fields, "seen": "2"}).status_code == 302
    again = editor.post(address(alert, "decide_alert"), {**fields, "seen": "2"})
    assert again.status_code == 409
    assert "Edgar Editor decided on this alert already" in said(again)


def test_after_a_new_edition_the_report_says_which_one_it_is_about(
    page: Publication, reader: Reader, work: Work, cast: SimpleNamespace, at: At
) -> None:
    alert = sent(reader, work)
    assert "about edition" not in said(at(cast.editor).get(address(alert)))
    revised(page, cast, reader.clock)
    assert "about edition 1; edition 2 is live now" in said(at(cast.editor).get(address(alert)))


def test_a_flood_is_one_alert_of_one_page(
    page: Publication,
    reader: Reader,
    work: Work,
    cast: SimpleNamespace,
    at: At,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("reviews.desk.reports.SHOWN", 3)
    sent(reader, work, kind="unsafe", text="Not with a fracture.")
    for number in range(4):
        alert = sent(reader, work, text=f"Report {number}.")
    html = said(at(cast.editor).get(address(alert)))
    assert "The newest 3 of 5 are shown." in html
    assert [f"Report {n}." in html for n in range(4)] == [False, False, True, True]
    assert "Not with a fracture." in html
    assert 'name="seen" value="5"' in html


def test_the_price_does_not_grow(
    page: Publication, reader: Reader, work: Work, cast: SimpleNamespace, at: At
) -> None:
    editor = at(cast.editor)

    def price(url: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert editor.get(url).status_code == 200
        return len(queries)

    alert = sent(reader, work, text="Report", kind="unsafe")
    before = [price("/desk/alerts/"), price(address(alert))]
    for number in range(3):
        sent(reader, work, text=f"Report {number}", kind="unsafe")
    f.published(cast.writer, cast.reviewer, cast.editor, slug="sitting")
    reader.clock.forward(hours=2)
    sent(reader, work, slug="sitting")
    assert [price("/desk/alerts/"), price(address(alert))] == before


def test_what_was_forgotten_is_said(
    page: Publication, reader: Reader, work: Work, cast: SimpleNamespace, at: At
) -> None:
    alert = sent(reader, work, email="ruth@example.org", passage="about a third")
    reader.clock.forward(days=91)
    reporting.forget_due()
    html = said(at(cast.editor).get(address(alert)))
    assert "What was typed was deleted on 9 June 2027." in html
    assert "ruth" not in html
    assert not ReaderReport.objects.exclude(passage="").exists()
