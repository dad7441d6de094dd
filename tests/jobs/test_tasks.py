"""The Celery tasks, without a broker: what they run, what a sweep sends, and a broker that is away."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from articles.models import Heartbeat, Outbox
from config.celery import SWEEP, app
from reviews import jobs, tasks
from reviews.jobs import running, schedule


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, dict[str, Any]]]:
    """The messages that would go to a broker."""
    messages: list[tuple[int, dict[str, Any]]] = []
    monkeypatch.setattr(
        tasks.run_job, "apply_async", lambda args, **options: messages.append((args[0], options))
    )
    return messages


def promise(key: str, **fields: Any) -> int:
    fields = {"job": "note", "run_at": timezone.now(), **fields}
    return Outbox.objects.create(key=key, payload={}, **fields).pk


def test_a_task_runs_one_job(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[Any] = []
    monkeypatch.setitem(jobs.JOBS, "note", ran.append)
    pk = promise("one")
    promise("two")
    tasks.run_job(pk)
    tasks.run_job(pk)
    assert len(ran) == 1
    assert Heartbeat.objects.filter(name="jobs").exists()


def test_a_sweep_sends_for_what_is_due_in_order(db: None, sent: list[tuple[int, dict[str, Any]]]) -> None:
    now, hour = timezone.now(), dt.timedelta(hours=1)
    second, first = promise("b", run_at=now - hour), promise("a", run_at=now - 2 * hour)
    promise("later", run_at=now + hour)
    promise("done", done_at=now)
    promise("failed", failed_at=now)
    promise("leased", run_at=now + hour, leased_until=now + hour)
    tasks.sweep()
    assert [pk for pk, _ in sent] == [first, second]
    assert all(options == {"expires": tasks.FORGOTTEN} for _, options in sent)
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {
        "jobs",
        *(schedule.beat_of(entry) for entry in schedule.SCHEDULE),
    }


def test_a_sweep_sends_for_a_backlog_last_and_a_few_at_a_time(
    db: None, sent: list[tuple[int, dict[str, Any]]]
) -> None:
    now, hour = timezone.now(), dt.timedelta(hours=1)
    backlog = [promise(f"look_up:{n}", job="look_up_source", run_at=now - hour) for n in range(30)]
    waited_for = promise("mail")
    tasks.sweep()
    assert [pk for pk, _ in sent] == [waited_for, *backlog[: running.MOST_PATIENT]]


def test_a_broker_that_is_away_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def away(args: tuple[int], **options: Any) -> None:
        assert options == {"retry": False}
        asked.append(args[0])
        raise OperationalError("Connection refused")

    monkeypatch.setattr(tasks, "_away_until", 0.0)
    monkeypatch.setattr(tasks.run_job, "apply_async", away)
    for pk in range(50):
        tasks.wake(pk)
    assert asked == [0]


def test_how_workers_are_set_up() -> None:
    assert app.conf.task_acks_late and app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.task_default_queue == settings.CELERY_TASK_DEFAULT_QUEUE == "signoff"
    assert {"reviews.tasks.run_job", "reviews.tasks.sweep"} <= app.tasks.keys()
    sweep = app.conf.beat_schedule["sweep"]
    assert sweep == {"task": "reviews.tasks.sweep", "schedule": SWEEP, "options": {"expires": SWEEP}}
    longest = max(job.lease for job in jobs.JOBS.values() if isinstance(job, jobs.Outside))
    assert longest < dt.timedelta(hours=3)
