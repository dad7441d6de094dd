"""Readers are told of a retraction within a working day: by a person, or else by Signoff."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Notice, Outbox, Publication, Source
from reviews import audit, workflow
from reviews.models import Alert, Event
from reviews.refusals import Refused
from reviews.watching import alerts, notices
from tests import factories as f
from tests.watching.conftest import cleared, retract, source_of, turn
from tests.watching.test_alerts import republished, two_sources

Work = Callable[[], None]
TOLD = (
    "A source of this article, number 1 in its list, was retracted on 1 November 2026. "
    "We are reviewing what rests on it."
)


@pytest.fixture
def alert(page: Publication, work: Work) -> Alert:
    retract(source_of(page))
    work()
    return Alert.objects.get()


def hour_comes(alert: Alert) -> None:
    """What only the passing of time brings about."""
    past = timezone.now() - dt.timedelta(minutes=1)
    Alert.objects.filter(pk=alert.pk).update(notice_due_at=past)
    Outbox.objects.filter(job="alert_notice").update(run_at=past)


def read(client: Client, page: Publication) -> str:
    return " ".join(client.get(f"/articles/{page.slug}/").content.decode().split())


def test_a_person_posts_it(cast: SimpleNamespace, alert: Alert, work: Work, client: Client) -> None:
    assert notices.proposed(alert) == TOLD
    assert TOLD not in read(client, alert.publication)
    stored = alert.publication.html
    notice = notices.post(alert, by=cast.editor, text=TOLD)
    assert (notice.kind, notice.by) == (Notice.Kind.EXPRESSION_OF_CONCERN, cast.editor)
    assert alert.notified_at == notice.at
    html = read(client, alert.publication)
    assert html.count(TOLD) == 1
    assert html.index(TOLD) < html.index('<article class="article"')
    assert Publication.objects.get(pk=alert.publication_id).html == stored
    event = Event.objects.get(action="tell_readers")
    assert (event.actor, event.reason, event.facts["notice"]) == (cast.editor, TOLD, notice.pk)
    # The job finds nothing left to do.
    hour_comes(alert)
    work()
    assert Notice.objects.count() == 1
    with pytest.raises(Refused, match="told already") as refusal:
        notices.post(alert, by=cast.editor, text=TOLD)
    assert refusal.value.codes == ("state",)
    assert audit.verify().ok


def test_signoff_posts_it_when_nobody_did(alert: Alert, work: Work, client: Client) -> None:
    work()
    assert not Notice.objects.exists()
    hour_comes(alert)
    work()
    notice = Notice.objects.get()
    assert (notice.by, notice.text) == (None, TOLD)
    assert TOLD in read(client, alert.publication)
    Outbox.objects.filter(job="alert_notice").update(done_at=None)
    work()
    assert Notice.objects.count() == 1
    assert audit.verify().ok


def test_it_costs_readers_no_query(cast: SimpleNamespace, alert: Alert, client: Client) -> None:
    page = alert.publication

    def price() -> int:
        with CaptureQueriesContext(connection) as queries:
            read(client, page)
        return len(queries)

    before = price()
    notices.post(alert, by=cast.editor, text=TOLD)
    assert (before, price()) == (1, 1)  # it was put into the page when it was posted


def test_the_next_edition_has_it_in_its_history_once(
    cast: SimpleNamespace, alert: Alert, client: Client
) -> None:
    notices.post(alert, by=cast.editor, text=TOLD)
    new = republished(alert, cast, citations=[f.source()])
    html = read(client, new)
    assert html.count(TOLD) == 1
    assert html.index('<article class="article"') < html.index(TOLD)


def test_after_the_decision_that_it_stands(cast: SimpleNamespace, work: Work) -> None:
    page = two_sources(cast)
    retract(source_of(page))
    work()
    alert = Alert.objects.get()
    alerts.decide(alert, by=cast.editor, decision="stands", reason="The other trial says the same.")
    hour_comes(alert)
    work()
    assert Notice.objects.get().text == TOLD.replace("We are reviewing", "We have reviewed")


@pytest.mark.parametrize("what", ["taken_down", "mistaken", "revised", "reinstated"])
def test_nothing_to_tell(what: str, cast: SimpleNamespace, alert: Alert, work: Work) -> None:
    if what == "revised":
        republished(alert, cast, citations=[f.source()])
    elif what == "reinstated":
        turn(source_of(alert.publication), Source.Standing.REINSTATED)
        # Even where its job has not come to the alert yet.
        hour_comes(alert)
        assert notices.post_when_due(alert.pk) is None
    else:
        if what == "mistaken":
            cleared(source_of(alert.publication))
        alerts.decide(alert, by=cast.editor, decision=what, reason="It is another paper.")
    hour_comes(alert)
    work()
    assert not Notice.objects.filter(kind=Notice.Kind.EXPRESSION_OF_CONCERN).exists()
    assert not Outbox.objects.filter(failed_at__isnull=False).exists()


def test_not_before_its_hour(alert: Alert) -> None:
    assert notices.post_when_due(alert.pk) is None
    assert notices.post_when_due(0) is None
    assert not Notice.objects.exists()


@pytest.mark.parametrize("who", ["writer", "reviewer", "outsider"])
def test_who_may_not(who: str, cast: SimpleNamespace, alert: Alert) -> None:
    with pytest.raises(Refused) as refusal:
        notices.post(alert, by=getattr(cast, who), text=TOLD)
    assert refusal.value.codes == ("permission",)


@pytest.mark.parametrize("text", [" \n ", "a" * 401, "Read <b>this</b>.", "Read \x07this."])
def test_words_that_readers_do_not_get(text: str, cast: SimpleNamespace, alert: Alert) -> None:
    with pytest.raises(Refused) as refusal:
        notices.post(alert, by=cast.editor, text=text)
    assert refusal.value.codes == ("text",)
    assert not Notice.objects.exists()


def test_a_small_p_value_is_plain_text(cast: SimpleNamespace, alert: Alert, client: Client) -> None:
    notices.post(alert, by=cast.editor, text="A trial with p < 0.05\n was retracted & more.")
    assert "A trial with p &lt; 0.05 was retracted &amp; more." in read(client, alert.publication)


def test_a_lesser_turn_is_not_told(cast: SimpleNamespace, page: Publication, work: Work) -> None:
    turn(source_of(page), Source.Standing.CORRECTION)
    work()
    with pytest.raises(Refused, match="retractions and withdrawals"):
        notices.post(Alert.objects.get(), by=cast.editor, text=TOLD)


def test_the_policys_own_words(
    cast: SimpleNamespace, rules: Callable[..., None], page: Publication, work: Work
) -> None:
    rules(
        ("notice = \"A source of this article, {which}, {turn}. We are reviewing what rests on it.\"",
         'notice = "Please note: {which} {turn}."'),
        ("holidays = [2026-12-25, 2026-12-28, 2027-01-01]", "holidays = []"),
    )  # fmt: skip
    retract(source_of(page), noted_on=None)
    work()
    assert notices.proposed(Alert.objects.get()) == "Please note: number 1 in its list was retracted."


def test_a_withdrawn_page_has_nobody_to_tell(cast: SimpleNamespace, alert: Alert, work: Work) -> None:
    workflow.withdraw(alert.publication.article, by=cast.editor, reason="Wrong.")
    hour_comes(alert)
    work()
    assert Notice.objects.get().kind == Notice.Kind.REMOVAL


def test_values_of_the_wrong_kind_in_a_policy(rules: Callable[..., None], subtests: Any) -> None:
    from reviews.policy.loading import BadPolicy

    for old, new, word in (
        ("decide_within_working_days = 3", "decide_within_working_days = 0", "whole number"),
        ("unpublish_sole_support = false", 'unpublish_sole_support = "no"', "true or false"),
        ("unpublish_sole_support_tiers = []", 'unpublish_sole_support_tiers = ["top"]', "no tier “top”"),
        ("holidays = [2026-12-25, 2026-12-28, 2027-01-01]", 'holidays = ["2026-12-25"]', "list of dates"),
        ("{which}, {turn}. We are", "{which}. We are", "must name"),
        ("{which}, {turn}. We are", "{which}, {turn}, {more}. We are", "no other brace"),
        ("{which}, {turn}. We are", "{which}, {turn}. " + "Very " * 80 + "We are", "longer than 400"),
        ("notice_within_working_days = 1", "notice_within_days = 1", "unknown key"),
    ):
        with subtests.test(word), pytest.raises(BadPolicy, match=word):
            rules((old, new))
