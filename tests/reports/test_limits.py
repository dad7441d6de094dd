"""Limits: few people read what comes in, and nobody can be recognised by what the limits need."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import RequestFactory

from articles import reporting
from articles.models import Publication, ReaderReport, ReportSalt
from articles.public.senders import sender
from tests import factories as f
from tests.public.pages import text
from tests.reports.conftest import NOON, Clock, Reader


def many(reader: Reader, number: int, slug: str = "walking") -> list[int]:
    return [reader.reports(slug, text=f"Report {n} at {reader.clock.now}").status_code for n in range(number)]


def test_five_an_hour_from_one_sender(page: Publication, reader: Reader) -> None:
    assert many(reader, 5) == [302] * 5
    answer = reader.reports(text="The sixth of them.")
    html = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (429, "3600")
    assert "several reports from your connection" in text(html)
    assert "The sixth of them." in html
    assert ReaderReport.objects.count() == 5
    assert many(Reader(reader.clock, "192.0.2.2"), 1) == [302], "others may go on"
    reader.clock.forward(hours=1)
    assert many(reader, 1) == [302]


def test_a_second_click_is_told_nothing_of_limits(page: Publication, reader: Reader) -> None:
    many(reader, 4)
    stamp = reader.opens()
    assert [reader.posts(stamp).status_code for _ in range(3)] == [302] * 3


def test_a_limit_for_a_page_and_one_for_the_site(
    page: Publication, clock: Clock, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporting, "PER_PAGE", 3)
    monkeypatch.setattr(reporting, "PER_SITE", 4)
    f.published(cast.writer, cast.reviewer, cast.editor, slug="sitting")
    f.published(cast.writer, cast.reviewer, cast.editor, slug="lying")
    crowd = iter([Reader(clock, f"192.0.2.{n}") for n in range(9)])
    assert [next(crowd).reports().status_code for _ in range(3)] == [302] * 3
    answer = next(crowd).reports()
    assert (answer.status_code, "about this page" in answer.content.decode()) == (429, True)
    assert next(crowd).reports("sitting").status_code == 302
    answer = next(crowd).reports("lying")
    assert (answer.status_code, "about this page" in answer.content.decode()) == (429, False)
    clock.forward(hours=1)
    assert next(crowd).reports().status_code == 302


def test_senders_are_forgotten_with_the_day(page: Publication, reader: Reader) -> None:
    reader.reports()
    hashed, salt = ReaderReport.objects.get().sender, ReportSalt.objects.get()
    assert len(hashed) == 64
    assert salt.day == dt.date(2027, 3, 10)
    Reader(reader.clock).reports(text="Another.")
    assert set(ReaderReport.objects.values_list("sender", flat=True)) == {hashed}
    reader.clock.forward(days=1)
    reader.reports(text="The next day.")
    assert list(ReaderReport.objects.order_by("pk").values_list("sender", flat=True))[:2] == ["", ""]
    assert ReaderReport.objects.latest("pk").sender not in ("", hashed)
    assert ReportSalt.objects.get().salt != salt.salt
    reader.clock.forward(days=1)
    reporting.forget_due()
    assert not ReportSalt.objects.exists()
    assert not ReaderReport.objects.exclude(sender="").exists()


def test_no_address_is_stored(page: Publication, reader: Reader) -> None:
    reader.reports()
    for row in (*ReaderReport.objects.values(), *ReportSalt.objects.values()):
        assert "192.0.2.1" not in str(row)


def test_who_has_no_address_is_limited_with_all_the_others(page: Publication, clock: Clock) -> None:
    assert many(Reader(clock, ""), 6) == [302] * 6
    assert not ReaderReport.objects.exclude(sender="").exists()


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "address"),
    [
        (0, "192.0.2.1", None, "192.0.2.1"),
        (0, "192.0.2.1", "198.51.100.7", "192.0.2.1"),  # nobody is believed unasked
        (1, "192.0.2.1", "198.51.100.7", "198.51.100.7"),
        (1, "192.0.2.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"),  # the left one is the reader's word
        (2, "192.0.2.1", "203.0.113.9, 198.51.100.7, 192.0.2.2", "198.51.100.7"),
        (2, "192.0.2.1", "198.51.100.7", "192.0.2.1"),  # somebody came past a proxy
        (1, "192.0.2.1", None, ""),
        (1, "192.0.2.1", "unknown", ""),
        (0, "", None, ""),
        (0, "unix:", None, ""),
        (0, "2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::/64"),
        (0, "2001:db8:1:2:ffff::1", None, "2001:db8:1:2::/64"),
        (0, "::ffff:192.0.2.1", None, "192.0.2.1"),
    ],
)
def test_whose_address_it_is(
    rf: RequestFactory, settings: Any, proxies: int, remote: str, forwarded: str | None, address: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    told = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    assert sender(rf.get("/", REMOTE_ADDR=remote, **told)) == address


def test_at_midnight(page: Publication, reader: Reader) -> None:
    reader.clock.now = NOON.replace(hour=23, minute=59)
    many(reader, 3)
    assert reader.clock.now.day == 11
    assert ReportSalt.objects.get().day == dt.date(2027, 3, 11)
