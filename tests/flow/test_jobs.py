"""The outbox: a job that fails is tried again, later each time, and given up in sight of all; done is done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from articles.models import Outbox, Publication
from articles.outbox import enqueue
from reviews import jobs, workflow
from reviews.models import Event, Review
from tests import factories


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[dt.timedelta], dt.datetime]:
    """A clock that only goes on when told to; returns the time it shows."""
    shown = [timezone.now()]
    monkeypatch.setattr(timezone, "now", lambda: shown[0])

    def go_on(by: dt.timedelta = dt.timedelta(0)) -> dt.datetime:
        shown[0] += by
        return shown[0]

    return go_on


def _job(name: str = "announce", **fields: Any) -> Outbox:
    return Outbox.objects.create(
        job=name, key=f"{name}:x", payload={"event": 0}, run_at=timezone.now(), **fields
    )


def test_a_failing_job_is_put_off_longer_each_time_and_given_up(
    db: None, clock: Callable[..., dt.datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def fail(payload: dict[str, Any]) -> None:
        tries.append(len(tries))
        raise ConnectionError("no mail server")

    monkeypatch.setitem(jobs.JOBS, "announce", fail)
    job = _job()
    for attempt, wait in enumerate(jobs.BACK_OFF, start=1):
        assert jobs.run_due() == 0
        job.refresh_from_db()
        assert (job.attempts, job.failed_at) == (attempt, None)
        assert wait <= job.run_at - clock() <= wait * 1.2
        assert job.last_error == "ConnectionError: no mail server"
        clock(wait - dt.timedelta(seconds=1))
        jobs.run_due()
        assert len(tries) == attempt  # not before its time
        clock(wait * 0.2 + dt.timedelta(seconds=1))
    jobs.run_due()
    job.refresh_from_db()
    assert (job.attempts, job.failed_at, job.done_at) == (jobs.ATTEMPTS, clock(), None)
    clock(dt.timedelta(days=30))
    assert jobs.run_due() == 0
    assert len(tries) == jobs.ATTEMPTS == len(jobs.BACK_OFF) + 1


def test_a_job_that_recovers_is_done(
    db: None, clock: Callable[..., dt.datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[Exception | None] = [ConnectionError("away"), None]

    def once(payload: dict[str, Any]) -> None:
        if error := answers.pop(0):
            raise error

    monkeypatch.setitem(jobs.JOBS, "announce", once)
    job = _job()
    assert jobs.run_due() == 0
    clock(jobs.BACK_OFF[0] * 2)
    assert jobs.run_due() == 1
    job.refresh_from_db()
    assert (job.attempts, job.done_at, job.failed_at, job.last_error) == (1, clock(), None, "")
    assert jobs.run_due() == 0


def test_what_a_failing_job_did_is_undone(
    cast: SimpleNamespace, clock: Callable[..., dt.datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    review = factories.scheduled(cast.writer, cast.reviewer, cast.editor)
    publish = workflow.publish_scheduled

    def half(given: Review) -> None:
        publish(given)
        raise RuntimeError("killed")

    clock(dt.timedelta(days=2))
    monkeypatch.setattr(workflow, "publish_scheduled", half)
    jobs.run_due()
    review.refresh_from_db()
    assert review.status == Review.Status.SCHEDULED
    assert not Publication.objects.exists()
    monkeypatch.setattr(workflow, "publish_scheduled", publish)
    clock(jobs.BACK_OFF[0] * 2)
    jobs.run_due()
    assert Publication.objects.count() == 1


def test_one_bad_job_does_not_hold_up_the_others(db: None) -> None:
    bad = Outbox.objects.create(job="no such job", key="bad", run_at=timezone.now() - dt.timedelta(days=1))
    worse = _job(attempts=0)  # its event does not exist
    fine = Outbox.objects.create(
        job="publish_scheduled", key="ok", payload={"review": 0}, run_at=timezone.now()
    )
    assert jobs.run_due() == 1
    for job in (bad, worse, fine):
        job.refresh_from_db()
    assert (bad.attempts, worse.attempts, fine.attempts) == (1, 1, 0)
    assert bad.last_error == "UnknownJob: There is no job called “no such job”."
    assert fine.done_at is not None


def test_the_same_key_is_the_same_job(db: None) -> None:
    for payload in ({"event": 1}, {"event": 2}):
        with transaction.atomic():
            enqueue("announce", key="announce:1", payload=payload)
    assert Outbox.objects.get().payload == {"event": 1}


def test_a_job_run_twice_has_one_effect(cast: SimpleNamespace, clock: Callable[..., dt.datetime]) -> None:
    review = factories.scheduled(cast.writer, cast.reviewer, cast.editor)
    clock(dt.timedelta(days=2))
    while jobs.run_due():  # its mails too, each a job of its own
        pass
    events = Event.objects.count()
    # As after a worker that was killed.
    Outbox.objects.filter(job="publish_scheduled").update(done_at=None, run_at=clock())
    assert jobs.run_due() == 1
    assert (Event.objects.count(), Publication.objects.count()) == (events, 1)
    review.refresh_from_db()
    assert review.status == Review.Status.PUBLISHED


def test_an_hour_that_was_given_up_and_set_again(
    cast: SimpleNamespace, clock: Callable[..., dt.datetime]
) -> None:
    review = factories.signed(cast.writer, cast.reviewer)
    hour = clock() + dt.timedelta(days=1)
    for _ in range(2):
        workflow.schedule(review, by=cast.editor, at=hour)
        workflow.unschedule(review, by=cast.editor)
    clock(dt.timedelta(days=2))
    jobs.run_due()
    assert not Publication.objects.exists()
    workflow.schedule(review, by=cast.editor, at=clock() + dt.timedelta(hours=1))
    clock(dt.timedelta(hours=2))
    jobs.run_due()
    assert Publication.objects.count() == 1


def test_refused_signed_again_and_set_again(cast: SimpleNamespace, clock: Callable[..., dt.datetime]) -> None:
    review = factories.scheduled(cast.writer, cast.reviewer, cast.editor)
    workflow.reopen(review, by=cast.second, reason="I want to read it again.")
    factories.sign(review, cast.second)
    workflow.schedule(review, by=cast.editor, at=clock() + dt.timedelta(days=1))
    clock(dt.timedelta(days=2))
    jobs.run_due()
    jobs.run_due()
    assert Publication.objects.get().attestation["signers"][0]["name"] == "Dr Ravi Reviewer"


def test_those_concerned_are_told_and_never_the_text(cast: SimpleNamespace) -> None:
    review = factories.submitted(cast.writer)
    workflow.request_changes(review, by=cast.reviewer, reason="Say for whom.")
    while jobs.run_due():  # each mail is a job of its own
        pass
    told = {(m.to[0], m.subject.rpartition("” ")[2]) for m in mail.outbox}
    assert told == {
        ("rita@example.org", "waits for your review"),
        ("ravi@example.org", "waits for your review"),
        ("lena@example.org", "waits for your review"),
        ("wanda@example.org", "needs changes"),
    }
    assert not any("eases low back pain" in m.body for m in mail.outbox)
    sent = len(mail.outbox)
    jobs.run_due()
    assert len(mail.outbox) == sent
