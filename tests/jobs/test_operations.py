"""The operations page, and the banner that says that nobody runs the jobs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import DataError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles import outbox
from articles.models import Heartbeat, Outbox
from reviews import audit, jobs
from reviews.desk import operations
from reviews.jobs import retrying, schedule, signs
from reviews.jobs.telling import told
from reviews.models import Event
from reviews.refusals import Refused
from tests.desk.conftest import at, said

__all__ = ["at"]
At = Callable[[User], Client]
HERE = "/desk/operations/"
BANNER = "nobody runs them"


@pytest.fixture
def failed(cast: SimpleNamespace) -> list[Outbox]:
    """Two jobs that were given up."""
    now = timezone.now()
    return [
        Outbox.objects.create(
            job="announce", key=f"announce:{n}", payload={"event": n}, run_at=now, attempts=5, failed_at=now,
            last_error="ConnectionError: no mail server",
        )
        for n in (901, 902)
    ]  # fmt: skip


@pytest.mark.parametrize("who", ["writer", "reviewer", "lead"])
def test_others_get_a_sentence(who: str, cast: SimpleNamespace, at: At, failed: list[Outbox]) -> None:
    client = at(getattr(cast, who))
    for response in (
        client.get(HERE),
        client.post(reverse("desk:retry", args=[failed[0].pk])),
        client.post(reverse("desk:retry_all")),
    ):
        assert response.status_code == 403
        assert "Only a managing editor looks after the jobs." in said(response)
    assert Outbox.objects.filter(failed_at__isnull=False).count() == 2
    assert HERE not in client.get("/desk/").content.decode()


def test_everything_is_on_the_page(
    cast: SimpleNamespace, at: At, failed: list[Outbox], django_assert_max_num_queries: Any
) -> None:
    now, hour = timezone.now(), dt.timedelta(hours=1)
    make = Outbox.objects.create
    make(job="check_served", key="served:7", run_at=now + hour, leased_until=now + hour, attempts=1)
    make(job="publish_scheduled", key="publish:8", run_at=now + hour)
    make(job="announce", key="announce:3", run_at=now, attempts=2, last_error="OSError: away")
    make(job="announce", key="announce:4", run_at=now, done_at=now - hour)
    make(job="announce", key="announce:5", run_at=now, done_at=now - 30 * hour)
    make(job="tidy", key="schedule:tidy:2026-11-20T04:30:00+00:00", run_at=now, done_at=now - 2 * hour)
    signs.alive()
    client = at(cast.editor)
    client.get(HERE)
    with django_assert_max_num_queries(12):
        page = said(client.get(HERE))
    for number, words in ((1, "Due now"), (1, "Waiting for their hour"), (1, "Running"), (2, "Given up")):
        assert f"<dt>{words}</dt><dd>{number}</dd>" in page
    assert "<dt>Done in the last day</dt><dd>2</dd>" in page
    for words in (
        "ConnectionError: no mail server", "announce:901", "Publish at its hour", "OSError: away", "Running",
        "To be tried again", "Last sign of life", "every Sunday at 03:30", "Forget jobs that were done",
    ):  # fmt: skip
        assert words in page, words
    assert f'href="{HERE}" aria-current="page"' in page


def test_every_job_has_words_of_its_own() -> None:
    assert set(jobs.JOBS) - {"nothing"} == set(operations._WORDS)
    assert len(set(operations._WORDS.values())) == len(operations._WORDS)


def test_one_is_tried_again(
    cast: SimpleNamespace, at: At, failed: list[Outbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[int] = []
    monkeypatch.setitem(jobs.JOBS, "announce", lambda payload: ran.append(payload["event"]))
    address = reverse("desk:retry", args=[failed[0].pk])
    client = at(cast.editor)
    assert client.get(address).status_code == 405
    assert client.post(address).status_code == 302
    event = Event.objects.get(action="retry_job")
    assert (event.actor, event.facts["key"], event.facts["error"]) == (
        cast.editor,
        "announce:901",
        "ConnectionError: no mail server",
    )
    again = client.post(address)  # a double click
    assert again.status_code == 409
    assert "somebody had it tried again" in said(again)
    jobs.run_due()
    assert ran == [901]
    assert client.post(reverse("desk:retry", args=[10**9])).status_code == 409


def test_all_are_tried_again(
    cast: SimpleNamespace, at: At, failed: list[Outbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[int] = []
    monkeypatch.setitem(jobs.JOBS, "announce", lambda payload: ran.append(payload["event"]))
    client = at(cast.editor)
    assert "2 jobs to be tried again now." in said(client.post(reverse("desk:retry_all"), follow=True))
    assert Event.objects.get(action="retry_jobs").facts == {"jobs": {"announce": 2}}
    jobs.run_due()
    assert ran == [901, 902]
    client.post(reverse("desk:retry_all"))
    assert Event.objects.filter(action="retry_jobs").count() == 1  # of nothing there is nothing to say
    assert audit.verify().ok


def test_the_price_of_trying_thousands_again_does_not_grow(
    cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[int] = []
    monkeypatch.setattr(outbox, "_wakers", [woken.append])
    now = timezone.now()
    Outbox.objects.bulk_create(
        Outbox(
            job=("announce", "check_link")[n % 2], key=f"job:{n}", run_at=now, leased_until=now, attempts=5,
            failed_at=now, last_error="OSError: away",
        )
        for n in range(2_000)
    )  # fmt: skip
    done = Outbox.objects.create(job="announce", key="done", run_at=now, done_at=now, attempts=1)
    with CaptureQueriesContext(connection) as queries:
        assert retrying.retry_all(by=cast.editor) == 2_000
    assert len([q for q in queries if "articles_outbox" in q["sql"]]) == 2
    waiting = Outbox.objects.filter(attempts=0, failed_at=None, leased_until=None, last_error="OSError: away")
    assert waiting.count() == 2_000
    assert Event.objects.get(action="retry_jobs").facts == {"jobs": {"announce": 1_000, "check_link": 1_000}}
    assert not woken
    done.refresh_from_db()
    assert (done.attempts, done.run_at) == (1, now)


@pytest.mark.parametrize(
    ("beat", "due", "expected"),
    [
        (None, dt.timedelta(minutes=6), True),
        (None, dt.timedelta(minutes=4), False),
        (dt.timedelta(minutes=6), dt.timedelta(minutes=6), True),
        (dt.timedelta(minutes=4), dt.timedelta(minutes=60), False),
        (dt.timedelta(days=-2), dt.timedelta(minutes=6), True),  # a clock that was wrong is no sign of life
        (dt.timedelta(hours=9), None, False),
    ],
)
def test_when_nobody_runs_them(
    beat: dt.timedelta | None, due: dt.timedelta | None, expected: bool, cast: SimpleNamespace, at: At
) -> None:
    now = timezone.now()
    if beat is not None:
        Heartbeat.objects.create(name="jobs", at=now - beat)
    if due is not None:
        Outbox.objects.create(job="announce", key="announce:1", payload={"event": 1}, run_at=now - due)
    for who, path, words in (
        (cast.writer, "/admin/", "Tell whoever looks after this site."),
        (cast.reviewer, "/desk/", "Tell whoever looks after this site."),
        (cast.editor, "/desk/live/", "See what waits"),
    ):
        cache.delete(signs.KEY)
        page = said(at(who).get(path))
        assert ((BANNER in page), (words in page)) == (expected, expected), path


def test_the_question_is_asked_once_in_a_while(cast: SimpleNamespace, django_assert_num_queries: Any) -> None:
    cache.delete(signs.KEY)
    with django_assert_num_queries(1):
        for _ in range(5):
            signs.stalled()


def test_readers_are_told_nothing(client: Client, cast: SimpleNamespace) -> None:
    Outbox.objects.create(job="announce", key="a", run_at=timezone.now() - dt.timedelta(hours=1))
    cache.delete(signs.KEY)
    for path in ("/", "/accounts/login/", "/login/", "/desk/"):
        assert BANNER not in client.get(path, follow=True).content.decode()


def test_an_error_tells_no_secret_and_no_text() -> None:
    draft = "Take forty tablets at once."
    cases: list[tuple[Exception, str]] = [
        (DataError(f"Failing row contains ({draft})"), "DataError; the log of who ran it says more."),
        (ValueError(draft), "ValueError; the log of who ran it says more."),
        (Refused(f"“{draft}” is unchecked.", "claim_unchecked"), "Refused: claim_unchecked."),
        (OSError("redis://user:geheim@10.0.0.1 is away"), "OSError: redis://10.0.0.1 is away"),
        (ConnectionError("{'wanda@example.org': refused}"), "ConnectionError: {'…': refused}"),
        (RuntimeError(f"first line\n{draft}"), "RuntimeError: first line"),
        (RuntimeError(""), "RuntimeError."),
    ]
    for error, expected in cases:
        assert told(error) == expected
    assert len(told(OSError("x" * 10_000))) == 300


def test_the_schedule_is_shown_with_what_became_of_it(cast: SimpleNamespace, at: At) -> None:
    hour = schedule.SCHEDULE[-1].last(timezone.now())
    Outbox.objects.create(
        job="tidy", key=f"schedule:tidy:{hour.isoformat()}", run_at=hour, failed_at=timezone.now()
    )
    page = said(at(cast.editor).get(HERE))
    row = page[page.index("Forget jobs that were done") :].partition("</tr>")[0]
    assert "⊘</span> Given up" in row
