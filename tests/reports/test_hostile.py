"""Text that is written to do harm stays text, on the desk too; and none of it ever reaches the public."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from articles import reporting
from articles.models import Publication, ReaderReport
from tests.public.pages import soup
from tests.public.test_hostile import BREAKOUTS
from tests.reports.conftest import Reader
from tests.reports.test_alert import sent

At = Callable[[User], Client]
Work = Callable[[], None]
FORM = "/articles/walking/report/"
NEVER = {"img", "svg", "iframe", "object", "embed", "base", "math"}


def harmless(html: str) -> None:
    page = soup(html)
    assert not {str(e.tag) for e in page.iter()} & NEVER
    assert not [e for e in page.iter("script") if not e.get("src", "").startswith("/static/")]
    for element in page.iter():
        assert not [name for name in element.attrib if name.lower().startswith("on")], element.attrib
        for name in ("href", "src", "action"):
            assert not element.get(name, "").strip().lower().startswith(("javascript:", "data:text", "//"))


@pytest.mark.parametrize("text", BREAKOUTS)
def test_markup_stays_text(
    page: Publication, reader: Reader, work: Work, cast: SimpleNamespace, at: At, text: str
) -> None:
    back = reader.reports(text=text, passage=text, kind="")
    assert back.status_code == 422
    harmless(back.content.decode())
    alert = sent(reader, work, text=text, passage=text)
    assert ReaderReport.objects.get().text == text
    html = at(cast.editor).get(reverse("desk:alert", args=[alert.pk])).content.decode()
    harmless(html)
    assert soup(html).xpath("//div[@class='words']")[0].text_content().strip() == text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("A\x00B", "AB"),
        ("A\x1b[31mB\x07", "A[31mB"),
        ("A\u202eB\u2066C\u2069D", "ABCD"),
        ("شكرا\u200f", "شكرا\u200f"),  # a mark that goes with right-to-left writing
        ("👩‍⚕️ said", "👩‍⚕️ said"),
        ("One\r\nTwo\rThree\tFour", "One\nTwo\nThree\tFour"),
        ("\ud800".encode("utf-8", "replace").decode() + "x", "?x"),
    ],
)
def test_what_nobody_types(page: Publication, reader: Reader, work: Work, typed: str, kept: str) -> None:
    sent(reader, work, text=typed, passage=typed)
    report = ReaderReport.objects.get()
    assert (report.text, report.passage) == (kept, kept)


def test_whoever_calls_the_service(page: Publication) -> None:
    found = reporting.report(
        article=page.article_id, edition=1, kind="other", text="A\x00B\u202e", passage="\x07C", email="",
        address="", key="k",
    )  # fmt: skip
    found.refresh_from_db()
    assert (found.text, found.passage) == ("AB", "C")


def test_nothing_but_what_is_not_typed(page: Publication, reader: Reader) -> None:
    assert reader.reports(text="\x00\u202e\u2066").status_code == 422


def test_a_megabyte(page: Publication, reader: Reader) -> None:
    answer = reader.reports(text="x" * 1_000_000)
    assert answer.status_code == 422
    assert "longer than 4,000 characters" in answer.content.decode()
    assert not ReaderReport.objects.exists()


def test_bodies_that_are_no_form(page: Publication, reader: Reader) -> None:
    for body, kind in (
        (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
        (b'{"text": "x"}', "application/json"),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
        (b"", "text/plain"),
    ):
        assert reader.client.post(FORM, body, content_type=kind).status_code in (400, 422)
    many = "&".join(f"a{n}=1" for n in range(2_000))
    assert reader.client.post(FORM, many, content_type="application/x-www-form-urlencoded").status_code == 400
    assert not ReaderReport.objects.exists()


def test_nothing_of_a_report_is_public(
    page: Publication, reader: Reader, work: Work, cast: SimpleNamespace
) -> None:
    sent(reader, work, text="CANARYTEXT", passage="CANARYPASSAGE", email="canary@example.org")
    for url in ("/", "/topics/", "/topics/chronic-pain/", "/articles/walking/", FORM, f"{FORM}thanks/"):
        answer = Client().get(url)
        assert answer.status_code == 200
        assert b"canary" not in answer.content.lower()
    data = Client().get(FORM, {"text": "CANARY", "passage": "CANARY"})
    assert b"CANARY" not in data.content, "an address fills nothing in"
