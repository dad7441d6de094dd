"""A job runs once: in its order, at its hour, tried again when it fails, given up in sight of all."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from articles import outbox
from articles.models import Heartbeat, Outbox, Publication
from articles.outbox import enqueue
from reviews import jobs, served
from reviews.jobs import running, signs, tidying
from reviews.models import ServedCheck
from reviews.watching import nightly, rereview
from tests import factories as f

Clock = Callable[..., dt.datetime]
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that only goes on when told to; returns the time it shows."""
    shown = [timezone.now()]
    monkeypatch.setattr(timezone, "now", lambda: shown[0])

    def go_on(by: dt.timedelta = dt.timedelta(0)) -> dt.datetime:
        shown[0] += by
        return shown[0]

    return go_on


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What jobs called “note” were given, in the order in which they ran."""
    notes: list[Any] = []
    monkeypatch.setitem(jobs.JOBS, "note", notes.append)
    return notes


def promise(name: str = "note", *, payload: Any = None, after: dt.timedelta = dt.timedelta(0)) -> Outbox:
    number = Outbox.objects.count()
    return Outbox.objects.create(
        job=name, key=f"{name}:{number}", payload=payload or {"n": number}, run_at=timezone.now() + after
    )


def test_in_the_order_of_their_hour(db: None, ran: list[Any]) -> None:
    for minutes in (-1, -3, -2, 5):
        promise(payload={"at": minutes}, after=minutes * MINUTE)
    assert jobs.run_due() == 3
    assert [payload["at"] for payload in ran] == [-3, -2, -1]


@pytest.mark.parametrize("name", ["look_up_source", "check_link", "check_served"])
def test_the_backlog_of_a_night_keeps_nobody_waiting(
    name: str, db: None, ran: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(jobs.JOBS, name, lambda payload: ran.append("patient"))
    for _ in range(30):
        promise(name, after=-2 * MINUTE)
    promise(payload={"at": 1})
    assert jobs.run_due() == 21
    assert ran == [{"at": 1}, *["patient"] * 20]
    promise(payload={"at": 2})
    assert jobs.run_due() == 11
    assert ran[21:] == [{"at": 2}, *["patient"] * 10]


def test_a_message_that_comes_early_or_twice_runs_nothing(db: None, ran: list[Any]) -> None:
    later, now = promise(after=MINUTE), promise()
    assert [jobs.run(pk) for pk in (later.pk, now.pk, now.pk, 10**9)] == [False, True, False, False]
    assert len(ran) == 1


def test_a_failing_job_that_is_delivered_often_is_not_burnt_through(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[Any] = []

    def fail(payload: Any) -> None:
        tries.append(payload)
        raise OSError("away")

    monkeypatch.setitem(jobs.JOBS, "note", fail)
    job = promise()
    for _ in range(10):
        jobs.run(job.pk)
    job.refresh_from_db()
    assert (len(tries), job.attempts, job.failed_at) == (1, 1, None)


def test_waits_differ(db: None, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(payload: Any) -> None:
        raise OSError("away")

    monkeypatch.setitem(jobs.JOBS, "note", fail)
    pks = [promise().pk for _ in range(20)]
    jobs.run_due()
    waits = {job.run_at - clock() for job in Outbox.objects.filter(pk__in=pks)}
    assert len(waits) > 10
    assert jobs.BACK_OFF[0] <= min(waits) < max(waits) <= jobs.BACK_OFF[0] * (1 + running.JITTER)


def test_a_night_that_failed_in_part_is_tried_again(
    db: None, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights = [[nightly.Ran("registries", 1.0, error="OSError: away"), nightly.Ran("links", 1.0)], []]
    rounds = [Counter(failed=2, reminded=1), Counter(reminded=1)]
    monkeypatch.setattr(nightly, "run", lambda: nights.pop(0))
    monkeypatch.setattr(rereview, "run", lambda: rounds.pop(0))
    sources, reminders = promise("check_sources"), promise("reminders")
    assert jobs.run_due() == 0
    sources.refresh_from_db()
    reminders.refresh_from_db()
    assert sources.last_error == "RuntimeError: These rounds of the night failed: registries."
    assert reminders.last_error == "RuntimeError: The next review of 2 pages could not be looked after."
    clock(MINUTE)
    assert jobs.run_due() == 2


@pytest.mark.parametrize("payload", [[], "words", 7, {"review": "x" * 50}, {"review": None}, {"other": 1}])
def test_a_poisoned_payload_is_given_up_alone(
    payload: Any, db: None, clock: Clock, ran: list[Any], cast: SimpleNamespace
) -> None:
    bad = promise("publish_scheduled", payload={"x": 1})
    Outbox.objects.filter(pk=bad.pk).update(payload=payload)
    worse = promise("no such job")
    for _ in range(jobs.ATTEMPTS):
        promise()
        assert jobs.run_due() >= 1
        clock(dt.timedelta(hours=1))
    bad.refresh_from_db()
    worse.refresh_from_db()
    assert len(ran) == jobs.ATTEMPTS
    assert (bad.attempts, worse.attempts) == (0, 5) if bad.done_at else (5, 5)
    assert worse.failed_at and worse.last_error == "UnknownJob: There is no job called “no such job”."


# --- Jobs that hold no transaction ------------------------------------------------------------------


def outside(
    monkeypatch: pytest.MonkeyPatch, do: Callable[[Any], Any], write: Callable[[Any, Any], Any] | None = None
) -> None:
    monkeypatch.setitem(jobs.JOBS, "look", jobs.Outside(do, write, lease=10 * MINUTE))


@pytest.mark.django_db(transaction=True)
def test_it_holds_no_transaction_while_it_looks(monkeypatch: pytest.MonkeyPatch, ran: list[Any]) -> None:
    def do(payload: Any) -> str:
        assert not connection.in_atomic_block
        seen = Outbox.objects.get(job="look")  # the lease is there for everyone to see
        assert seen.leased_until == seen.run_at > timezone.now()
        jobs.run_due()  # another worker: it runs what else is due, and leaves this one
        return "found"

    def write(payload: Any, found: str) -> None:
        assert connection.in_atomic_block
        ran.append(found)

    outside(monkeypatch, do, write)
    promise("look")
    promise(payload={"n": "other"})
    assert jobs.run_due() == 1
    assert ran == [{"n": "other"}, "found"]
    job = Outbox.objects.get(job="look")
    assert (job.attempts, job.leased_until, job.failed_at) == (1, None, None)
    assert job.done_at


def test_what_was_written_and_the_mark_come_together(
    db: None, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(payload: Any, found: Any) -> None:
        enqueue("note", key="effect", payload={})
        if Outbox.objects.get(job="look").attempts < 3:
            raise OSError("full disk")

    outside(monkeypatch, lambda payload: None, write)
    job = promise("look")
    for tries in (1, 2):
        assert not jobs.run(job.pk)
        job.refresh_from_db()
        assert (job.attempts, job.leased_until, job.done_at) == (tries, None, None)
        assert not Outbox.objects.filter(key="effect").exists()
        clock(dt.timedelta(hours=1))
    assert jobs.run(job.pk)
    assert Outbox.objects.filter(key="effect").count() == 1


def test_a_lost_worker_s_job_is_run_again_when_its_lease_is_over(
    db: None, clock: Clock, monkeypatch: pytest.MonkeyPatch, ran: list[Any]
) -> None:
    class Killed(BaseException):
        """As by SIGKILL: nothing is caught, nothing is written."""

    def die(payload: Any) -> None:
        raise Killed

    outside(monkeypatch, die)
    job = promise("look")
    with pytest.raises(Killed):
        jobs.run(job.pk)
    assert not jobs.run(job.pk)
    clock(9 * MINUTE)
    assert not jobs.run(job.pk)
    outside(monkeypatch, ran.append)
    clock(MINUTE)
    assert jobs.run(job.pk)
    assert len(ran) == 1


def test_a_job_that_takes_its_worker_along_is_given_up(
    db: None, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(payload: Any) -> None:
        raise KeyboardInterrupt

    outside(monkeypatch, die)
    job = promise("look")
    for _ in range(jobs.ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            jobs.run(job.pk)
        clock(dt.timedelta(hours=1))
    assert not jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.attempts, job.failed_at) == (5, clock())
    assert job.last_error == "WorkerLost: Its worker was lost each time it ran."


def test_a_plain_job_that_takes_its_worker_along_is_given_up_too(
    db: None, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Any] = []

    def die(payload: Any) -> None:
        begun.append(payload)
        Heartbeat.objects.create(name=f"written {len(begun)}", at=clock())
        raise KeyboardInterrupt

    monkeypatch.setitem(jobs.JOBS, "note", die)
    job = promise()
    with pytest.raises(KeyboardInterrupt):
        jobs.run(job.pk)  # on time: nobody can tell that it was tried
    for _ in range(jobs.ATTEMPTS):
        clock(running.LATE + 10 * MINUTE)
        with pytest.raises(KeyboardInterrupt):
            jobs.run(job.pk)
        assert not jobs.run(job.pk)  # whoever is sent for at once finds it taken
    clock(dt.timedelta(hours=1))
    assert not jobs.run(job.pk)
    job.refresh_from_db()
    assert (len(begun), job.attempts, job.failed_at) == (6, 5, clock())
    assert job.last_error == "WorkerLost: Its worker was lost each time it ran."
    assert not Heartbeat.objects.filter(name__startswith="written").exists()


def test_a_late_plain_job_is_still_one_effect(
    db: None, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it writes comes with its mark or not at all."""
    told: list[str] = []

    def slow(payload: Any) -> None:
        Heartbeat.objects.create(name=f"effect {len(told)}", at=clock())
        if not told:
            told.append("first")
            raise OSError("away")

    monkeypatch.setitem(jobs.JOBS, "note", slow)
    job = promise(after=-running.LATE)
    assert not jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.attempts, job.leased_until, job.last_error) == (1, None, "OSError: away")
    clock(jobs.BACK_OFF[0] * 2)
    assert [jobs.run(job.pk) for _ in range(3)] == [True, False, False]
    assert [beat.name for beat in Heartbeat.objects.all()] == ["effect 1"]


def test_a_job_on_time_costs_one_transaction(
    db: None, clock: Clock, ran: list[Any], django_assert_num_queries: Any
) -> None:
    job = promise(after=-running.LATE + dt.timedelta(seconds=1))
    with django_assert_num_queries(4):  # begin, take, mark, end
        assert jobs.run(job.pk)


def test_whoever_lost_the_lease_writes_nothing(
    db: None, clock: Clock, monkeypatch: pytest.MonkeyPatch, ran: list[Any]
) -> None:
    """A worker that is slower than its lease meets the one that took over."""

    def slow(payload: Any) -> str:
        if not ran:
            clock(11 * MINUTE)
            ran.append("first began")
            assert jobs.run(Outbox.objects.get(job="look").pk)
            return "first"
        return "second"

    outside(monkeypatch, slow, lambda payload, found: ran.append(found))
    assert not jobs.run(promise("look").pk)
    assert ran == ["first began", "second"]


def test_a_slow_failure_does_not_undo_another_s_work(
    db: None, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []

    def slow(payload: Any) -> None:
        begun.append(1)
        if len(begun) == 1:
            clock(11 * MINUTE)
            assert jobs.run(Outbox.objects.get(job="look").pk)
            raise OSError("too late")

    outside(monkeypatch, slow)
    job = promise("look")
    assert not jobs.run(job.pk)
    job.refresh_from_db()
    assert job.done_at and not job.last_error


def test_a_page_is_checked_once_however_often_the_job_comes(
    cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = f.published(cast.writer, cast.reviewer, cast.editor)
    job = Outbox.objects.get(job="check_served")
    assert jobs.run(job.pk)
    assert not jobs.run(job.pk)
    assert ServedCheck.objects.filter(publication=page).count() == 1

    def away(path: str) -> Any:
        raise ConnectionError("Connection refused")

    monkeypatch.setattr(served, "fetch", away)
    Outbox.objects.filter(pk=job.pk).update(done_at=None, run_at=timezone.now())
    assert not jobs.run(job.pk)
    job.refresh_from_db()
    assert job.last_error == "ConnectionError: Connection refused"
    assert ServedCheck.objects.count() == 1


# --- Waking, signs of life, forgetting ----------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_whoever_promises_wakes_after_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[int] = []
    monkeypatch.setattr(outbox, "_wakers", [])
    outbox.on_new_job(woken.append)
    outbox.on_new_job(woken.append)
    with transaction.atomic():
        enqueue("note", key="now", payload={})
        enqueue("note", key="later", payload={}, run_at=timezone.now() + MINUTE)
        assert woken == []
    with transaction.atomic():
        enqueue("note", key="now", payload={})
    assert set(woken) == {Outbox.objects.get(key="now").pk}  # twice does no harm
    told = len(woken)
    with pytest.raises(OSError, match="undone"), transaction.atomic():
        enqueue("note", key="never", payload={})
        raise OSError("undone")
    assert len(woken) == told


def test_signs_of_life_are_cheap(
    db: None, clock: Clock, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    jobs.run_due()
    first = Heartbeat.objects.get(name="jobs").at
    clock(dt.timedelta(seconds=9))
    with django_assert_num_queries(1):
        signs.alive()
    assert Heartbeat.objects.get(name="jobs").at == first
    clock(dt.timedelta(seconds=2))
    signs.alive()
    assert Heartbeat.objects.get(name="jobs").at == clock()
    clock(-dt.timedelta(days=3))  # the clock had been wrong, and was put right
    signs.alive()
    assert Heartbeat.objects.get(name="jobs").at == clock()


def test_done_jobs_are_forgotten_in_the_end(db: None) -> None:
    old, now = timezone.now() - dt.timedelta(days=91), timezone.now()
    for key, fields in (
        ("old and done", {"done_at": old}), ("done", {"done_at": now}), ("failed", {"failed_at": old}), ("waits", {}),
    ):  # fmt: skip
        Outbox.objects.create(job="note", key=key, run_at=old, **fields)
    assert tidying.forget_done() == 1
    assert set(Outbox.objects.values_list("key", flat=True)) == {"done", "failed", "waits"}


def test_what_a_night_promised_is_forgotten_within_days(db: None) -> None:
    for name in ("look_up_source", "check_link", "check_served", "announce"):
        for days in (2, 4):
            then = timezone.now() - dt.timedelta(days=days)
            Outbox.objects.create(job=name, key=f"{name}:{days}", run_at=then, done_at=then)
    tidy = promise("tidy")
    assert jobs.run(tidy.pk)
    left = set(Outbox.objects.exclude(pk=tidy.pk).values_list("key", flat=True))
    assert left == {"look_up_source:2", "check_link:2", "check_served:2", "announce:2", "announce:4"}


def test_scheduled_publishing_is_one_effect(cast: SimpleNamespace, clock: Clock) -> None:
    f.scheduled(cast.writer, cast.reviewer, cast.editor)
    job = Outbox.objects.get(job="publish_scheduled")
    assert not jobs.run(job.pk)  # a message that came before its hour
    clock(dt.timedelta(days=2))
    assert [jobs.run(job.pk) for _ in range(5)] == [True, False, False, False, False]
    assert Publication.objects.count() == 1
