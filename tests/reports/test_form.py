"""The form: what is taken, what comes back, and what it never does to a reader."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles.editing import save_draft
from articles.models import Outbox, Publication, ReaderReport
from articles.public import stamps
from reviews import workflow
from tests import factories as f
from tests.public.pages import ids, soup, text
from tests.reports.conftest import WORDS, Reader, stamp_of

FORM, THANKS = "/articles/walking/report/", "/articles/walking/report/thanks/"


def said(answer: object) -> str:
    return text(answer.content.decode())  # type: ignore[attr-defined]


def test_from_the_article_to_the_thanks(page: Publication, reader: Reader) -> None:
    article = reader.client.get("/articles/walking/").content.decode()
    assert soup(article).xpath("//a[text()='Report a problem with this page']/@href") == [FORM]
    form = reader.client.get(FORM)
    assert form.status_code == 200
    assert "call your local emergency number now" in said(form)
    assert "30 days after we have decided about it, and after 90 days at the latest" in said(form)
    assert {"kind", "passage", "text", "email"} <= ids(form.content.decode())
    answer = reader.reports(
        passage="by about a\n third", text="A quarter,\r\nnot a third.", email="ruth@example.org"
    )
    assert (answer.status_code, answer["Location"]) == (302, THANKS)
    report = ReaderReport.objects.get()
    assert (report.publication, report.edition, report.kind) == (page, 1, "mistake")
    assert (report.passage, report.text) == ("by about a\n third", "A quarter,\nnot a third.")
    assert (report.email, report.forgotten_at) == ("ruth@example.org", None)
    assert report.forget_at - report.created_at == dt.timedelta(days=90)
    assert Outbox.objects.get(job="reader_report").payload == {"report": report.pk}
    thanks = reader.client.get(THANKS)
    assert thanks.status_code == 200
    assert said(thanks).index("emergency number") < said(thanks).index("What happens next")
    assert "ruth" not in said(thanks)


@pytest.mark.parametrize("url", [FORM, THANKS, "/articles/walking/", "/"])
def test_no_cookie_and_nothing_kept(page: Publication, client: Client, url: str) -> None:
    answer = client.get(url)
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert ("no-store" in answer.headers.get("Cache-Control", "")) == ("report" in url)


def test_what_is_sent_sets_no_cookie_and_is_kept_nowhere(page: Publication, reader: Reader) -> None:
    for answer in (reader.reports(), reader.reports(text="")):
        assert "Set-Cookie" not in answer.headers
        assert "no-store" in answer["Cache-Control"]
    assert not reader.client.cookies


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"text": "  \n "}, "Tell us what is wrong."),
        ({"text": "w" * 4001}, "This is longer than 4,000 characters."),
        ({"passage": "w" * 1001}, "This is longer than 1,000 characters."),
        ({"kind": ""}, "Choose what kind of problem it is."),
        ({"kind": "rude"}, "Choose what kind of problem it is."),
        ({"email": "ruth at example"}, "This is not an e-mail address."),
        ({"email": f"{'r' * 250}@example.org"}, "This is not an e-mail address."),
        ({"website": "https://casino.example"}, "A field that people do not see was filled in"),
        ({"stamp": ""}, "We could not tell which page this form belongs to."),
        ({"stamp": "made:up:☃"}, "We could not tell which page this form belongs to."),
    ],
)
def test_bad_input_keeps_what_was_typed(
    page: Publication, reader: Reader, wrong: dict[str, str], sentence: str
) -> None:
    typed = {**WORDS, "passage": "by about a <third>", "email": "ruth@example.org", **wrong}
    answer = reader.posts(**{"stamp": reader.opens(), **typed})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in said(answer)
    assert not ReaderReport.objects.exists()
    found = soup(html)
    assert found.xpath("//textarea[@name='text']")[0].text.strip() == typed["text"].strip()
    assert found.xpath("//textarea[@name='passage']")[0].text.strip() == typed["passage"]
    assert found.xpath("//input[@name='email']/@value") == [typed["email"]]
    assert found.xpath("//input[@name='website']/@value") == []
    assert ids(html)
    reader.clock.forward(seconds=5)
    again = reader.posts(stamp_of(html), text="It is a quarter.")
    assert again.status_code == 302, "the form that came back can be sent"


def test_too_fast_too_late_and_for_another_page(
    page: Publication, reader: Reader, cast: SimpleNamespace
) -> None:
    f.published(cast.writer, cast.reviewer, cast.editor, slug="sitting")
    stamp = reader.opens("sitting")
    assert "which page this form belongs to" in said(reader.posts(stamp))
    stamp = reader.opens()
    reader.clock.forward(seconds=-18)
    answer = reader.posts(stamp)
    assert "faster than anybody can write" in said(answer)
    assert stamp_of(answer.content.decode()) == stamp, "who waits a moment may send it"
    reader.clock.forward(seconds=2)
    assert reader.posts(stamp).status_code == 302
    reader.clock.forward(days=1)
    late = reader.posts(stamp, text="Something new.")
    assert "open for more than a day" in said(late)
    reader.clock.forward(seconds=5)
    assert reader.posts(stamp_of(late.content.decode()), text="Something new.").status_code == 302


def test_nobody_forges_a_stamp(page: Publication, reader: Reader, settings: object) -> None:
    stamp = str(stamps.make(article=page.article_id, edition=1))
    reader.clock.forward(seconds=20)
    settings.SECRET_KEY = "another" * 10  # type: ignore[attr-defined]
    assert reader.posts(stamp).status_code == 422


def test_a_foreign_site_does_not_send_it_for_a_reader(page: Publication, reader: Reader) -> None:
    stamp = reader.opens()
    answer = reader.posts(stamp, headers={"sec-fetch-site": "cross-site"})
    assert "This form was sent from another site." in said(answer)
    assert not ReaderReport.objects.exists()
    assert reader.posts(stamp, headers={"sec-fetch-site": "same-origin"}).status_code == 302


def test_the_second_click_is_the_same_report(page: Publication, reader: Reader) -> None:
    stamp = reader.opens()
    for _ in range(3):
        assert reader.posts(stamp)["Location"] == THANKS
    assert ReaderReport.objects.count() == Outbox.objects.filter(job="reader_report").count() == 1
    assert reader.posts(stamp, text="And the dose is wrong too.").status_code == 302
    assert ReaderReport.objects.count() == 2, "who goes back and writes something else is heard"


def test_only_a_live_page_is_reported(page: Publication, reader: Reader, cast: SimpleNamespace) -> None:
    f.draft(cast.writer, slug="drafted")
    for slug in ("drafted", "never-was"):
        assert reader.client.get(f"/articles/{slug}/report/").status_code == 404
        assert reader.client.get(f"/articles/{slug}/report/thanks/").status_code == 404
        assert reader.posts("", slug).status_code == 404
    stamp = reader.opens()
    workflow.withdraw(page.article, by=cast.lead, reason="The dose was wrong.")
    for answer in (reader.client.get(FORM), reader.posts(stamp), reader.client.get(THANKS)):
        assert answer.status_code == 410
        assert "This article was taken down" in said(answer)
        assert "no-store" in answer["Cache-Control"]
    assert not ReaderReport.objects.exists()
    workflow.retract(page.article, by=cast.lead, reason="It was all wrong.")
    assert reader.client.get(FORM).status_code == 410


def test_taken_down_at_the_last_moment(
    page: Publication, reader: Reader, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the page and the report."""
    from articles.public import reporting

    stamp, take = reader.opens(), reporting.sender

    def meanwhile(request: object) -> str:
        workflow.withdraw(page.article, by=cast.lead, reason="The dose was wrong.")
        return take(request)  # type: ignore[arg-type]

    monkeypatch.setattr(reporting, "sender", meanwhile)
    assert reader.posts(stamp).status_code == 410
    assert not ReaderReport.objects.exists()


def test_the_edition_is_the_one_that_was_open(
    page: Publication, reader: Reader, cast: SimpleNamespace
) -> None:
    stamp, article = reader.opens(), page.article
    article.refresh_from_db()
    save_draft(article, by=cast.writer, version=article.version, slug="walking-daily", summary="Another.")
    review = workflow.submit(article, by=cast.writer)
    f.judge(review, cast.reviewer)
    f.sign(review, cast.reviewer)
    newer = workflow.publish(review, by=cast.editor)
    reader.clock.forward(seconds=1)
    assert reader.client.get(FORM)["Location"] == "/articles/walking-daily/report/"
    assert reader.posts(stamp)["Location"] == reverse("public:report_thanks", args=[newer.slug])
    report = ReaderReport.objects.get()
    assert (report.publication, report.edition) == (newer, 1)


def test_what_the_pages_cost(page: Publication, reader: Reader) -> None:
    def price(*urls: str) -> list[int]:
        found = []
        for url in urls:
            with CaptureQueriesContext(connection) as queries:
                assert reader.client.get(url).status_code == 200
            found.append(len(queries))
        return found

    before = price(FORM, THANKS)
    for number in range(4):
        reader.reports(text=f"Report {number}")
    assert price(FORM, THANKS) == before == [2, 2]  # the page, and the policy's days


def test_methods(page: Publication, reader: Reader) -> None:
    assert reader.client.put(FORM).status_code == 405
    assert reader.client.post(THANKS).status_code in (403, 405)
    assert reader.client.head(FORM).status_code == 200
