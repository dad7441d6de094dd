"""Two people and one alert, or a person and the job: one is first, the other is told or finds nothing to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from articles.models import Article, Notice, Publication
from reviews import workflow
from reviews.models import Alert
from reviews.refusals import Refused
from reviews.watching import alerts, notices
from tests import factories
from tests.races.racing import NOTHING, Referee, race
from tests.races.test_races import rounds, signing, withdrawing
from tests.watching.conftest import cleared, retract, source_of

pytestmark = pytest.mark.django_db(transaction=True)


def published(cast: SimpleNamespace) -> Publication:
    return factories.published(cast.writer, cast.reviewer, cast.editor)


def raised(cast: SimpleNamespace) -> Alert:
    page = published(cast)
    change = retract(source_of(page))
    alert = alerts.open_alert(change=change.pk, publication=page.pk)
    assert alert is not None
    return alert


def deciding(alert: Alert, by: User, decision: str = "mistaken") -> tuple[str, Callable[[], Any]]:
    return "alert_decided", lambda: alerts.decide(
        Alert.objects.get(pk=alert.pk), by=by, decision=decision, reason="Read again."
    )


def test_two_decisions(cast: SimpleNamespace) -> None:
    for _ in rounds():
        alert = raised(cast)
        cleared(source_of(alert.publication))
        referee = Referee()
        outcomes = race(deciding(alert, cast.editor), deciding(alert, cast.lead))
        assert [o.won for o in outcomes].count(True) == 1
        winner = cast.editor if outcomes[0].won else cast.lead
        loser = next(o.error for o in outcomes if not o.won)
        assert isinstance(loser, Refused)
        assert winner.get_full_name() in loser.sentence
        alert.refresh_from_db()
        assert alert.decided_by == winner
        referee.check(outcomes)


def test_a_decision_and_a_take_down(cast: SimpleNamespace) -> None:
    for _ in rounds():
        alert = raised(cast)
        cleared(source_of(alert.publication))
        outcomes = race(deciding(alert, cast.editor), withdrawing(alert.article, cast.lead))
        assert outcomes[1].won, outcomes
        alert.refresh_from_db()
        assert alert.decision == ("mistaken" if outcomes[0].won else "taken_down")
        Referee().check_record()


def test_a_notice_by_a_person_and_by_the_job(cast: SimpleNamespace) -> None:
    for _ in rounds():
        alert = raised(cast)
        Alert.objects.filter(pk=alert.pk).update(notice_due_at=timezone.now() - dt.timedelta(hours=1))
        referee = Referee()
        outcomes = race(
            ("tell_readers", lambda a=alert: notices.post(Alert.objects.get(pk=a.pk), by=cast.editor, text="It was.")),
            ("tell_readers", lambda a=alert: notices.post_when_due(a.pk) or NOTHING),
        )  # fmt: skip
        assert Notice.objects.filter(article=alert.article_id).count() == 1
        referee.check(outcomes)


def test_the_same_job_twice(cast: SimpleNamespace) -> None:
    for _ in rounds():
        page = published(cast)
        change = retract(source_of(page))
        job = ("", lambda c=change, p=page: alerts.open_alert(change=c.pk, publication=p.pk))
        outcomes = race(job, job)
        assert all(o.won for o in outcomes), outcomes
        assert outcomes[0].value == outcomes[1].value == Alert.objects.get(publication=page)
        Referee().check_record()


def test_an_alert_and_a_signature(cast: SimpleNamespace) -> None:
    """Whichever is first, nothing stays signed that rests on the retracted source."""
    for _ in rounds():
        page = published(cast)
        again = workflow.submit(Article.objects.get(pk=page.article_id), by=cast.writer)
        factories.judge(again, cast.second)
        change = retract(source_of(page))
        outcomes = race(
            ("", lambda c=change, p=page: alerts.open_alert(change=c.pk, publication=p.pk)),
            signing(again, cast.second),
        )
        assert outcomes[0].won, outcomes
        again.refresh_from_db()
        assert again.status == "in_review"
        Referee().check_record()
