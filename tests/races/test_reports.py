"""Readers who send at the same moment, and jobs that run at the same moment."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from articles import reporting
from articles.models import Outbox, Publication, ReaderReport
from reviews.models import Alert
from reviews.refusals import Refused
from reviews.watching import alerts, reports
from tests import factories
from tests.races.racing import Referee, race
from tests.races.test_races import rounds, withdrawing

pytestmark = pytest.mark.django_db(transaction=True)
_keys = itertools.count()


def reporter(page: Publication, address: str = "192.0.2.1", key: str = "") -> Callable[[], Any]:
    key = key or f"key {next(_keys)}"
    return lambda: reporting.report(
        article=page.article_id, edition=1, kind="mistake", text="Wrong.", passage="", email="",
        address=address, key=key,
    )  # fmt: skip


@pytest.fixture
def page(cast: SimpleNamespace) -> Publication:
    return factories.published(cast.writer, cast.reviewer, cast.editor)


def test_the_limit_holds_for_those_who_come_together(page: Publication) -> None:
    outcomes = race(*[("", reporter(page)) for _ in range(8)])
    lost = [outcome.error for outcome in outcomes if not outcome.won]
    assert all(isinstance(error, reporting.TooMany) for error in lost), lost
    assert ReaderReport.objects.count() == reporting.PER_SENDER == 8 - len(lost)


def test_the_same_form_at_once_is_one_report(page: Publication) -> None:
    outcomes = race(*[("", reporter(page, key="the same")) for _ in range(4)])
    assert all(outcome.won for outcome in outcomes), outcomes
    assert {outcome.value.pk for outcome in outcomes} == {ReaderReport.objects.get().pk}
    assert Outbox.objects.filter(job="reader_report").count() == 1


def test_two_jobs_open_one_alert(page: Publication) -> None:
    for _ in rounds():
        Alert.objects.filter(decision="").update(
            decision="mistaken", reason="x", decided_at="2027-01-01T00:00Z"
        )
        made = [reporter(page, f"192.0.2.{next(_keys) % 250}")() for _ in range(2)]
        outcomes = race(*[("", lambda pk=one.pk: reports.take_in(pk)) for one in made])
        assert all(outcome.won for outcome in outcomes), outcomes
        assert outcomes[0].value == outcomes[1].value
        assert outcomes[0].value.reports.count() == 2


def test_a_report_and_a_decision(page: Publication, cast: SimpleNamespace) -> None:
    """Whoever decides has read every report that the decision is about."""
    for number in rounds():
        first, second = (reporter(page, f"198.51.100.{n}")() for n in (2 * number, 2 * number + 1))
        alert = reports.take_in(first.pk)
        assert alert is not None
        outcomes = race(
            ("", lambda pk=second.pk: reports.take_in(pk)),
            (
                "alert_decided",
                lambda a=alert: alerts.decide(a, by=cast.editor, decision="stands", reason="So.", reports_seen=1),
            ),
        )  # fmt: skip
        assert outcomes[0].won, outcomes
        alert.refresh_from_db()
        if outcomes[1].won:
            assert (alert.decision, alert.reports.count()) == ("stands", 1)
            alert = outcomes[0].value
        else:
            assert isinstance(outcomes[1].error, Refused)
        assert alert.decision == ""
        alerts.decide(
            alert, by=cast.editor, decision="stands", reason="So.", reports_seen=alert.reports.count()
        )
        Referee().check_record()


def test_a_report_and_a_take_down(page: Publication, cast: SimpleNamespace) -> None:
    outcomes = race(("", reporter(page)), withdrawing(page.article, cast.lead))
    assert outcomes[1].won, outcomes
    assert outcomes[0].won or isinstance(outcomes[0].error, reporting.NotLive), outcomes
