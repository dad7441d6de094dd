"""`manage.py run_jobs` and `manage.py publish_due`."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from articles.models import Outbox, Publication
from articles.outbox import enqueue
from config.environment import ROOT
from reviews import jobs, workflow
from reviews.models import Review
from tests import factories


def due(cast: SimpleNamespace) -> Review:
    """A scheduled review whose hour has come."""
    review = factories.signed(cast.writer, cast.reviewer)
    workflow.schedule(review, by=cast.editor, at=timezone.now() + dt.timedelta(milliseconds=400))
    time.sleep(0.41)
    return review


def once() -> str:
    out = StringIO()
    call_command("run_jobs", "--once", stdout=out)
    return out.getvalue()


def publish_due(*args: str) -> tuple[int, str]:
    out, code = StringIO(), 0
    try:
        call_command("publish_due", *args, stdout=out)
    except SystemExit as end:
        assert isinstance(end.code, int)
        code = end.code
    return code, out.getvalue()


@pytest.mark.django_db
def test_run_jobs_once(cast: SimpleNamespace) -> None:
    assert once() == "0 jobs done.\n"
    review = factories.submitted(cast.writer)
    assert once() != "0 jobs done.\n"  # and the mails that the first job promised
    assert {message.to[0] for message in mail.outbox} == {
        f"{name}@example.org" for name in ("rita", "ravi", "lena")
    }
    assert review.edition.title in mail.outbox[0].subject
    assert once() == "0 jobs done.\n"


@pytest.mark.django_db
def test_once_is_all_that_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of the jobs that nobody waits for, and those after a batch of which each one failed."""

    def look(payload: dict[str, int]) -> None:
        if payload["n"] < 30:
            raise OSError("away")

    monkeypatch.setitem(jobs.JOBS, "check_link", look)
    for n in range(50):
        enqueue("check_link", key=f"link:{n}", payload={"n": n})
    assert once() == "20 jobs done.\n"
    assert Outbox.objects.filter(done_at=None, attempts=1).count() == 30


@pytest.mark.django_db
def test_run_jobs_publishes_at_the_hour_and_not_before(cast: SimpleNamespace) -> None:
    later = factories.scheduled(cast.writer, cast.reviewer, cast.editor)
    now = due(cast)
    once()
    assert list(Publication.objects.values_list("article", flat=True)) == [now.article_id]
    later.refresh_from_db()
    assert later.status == "scheduled"


@pytest.mark.django_db
def test_a_job_that_fails_is_tried_again_then_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(payload: object) -> None:
        raise RuntimeError("The mail server is away.")

    monkeypatch.setitem(jobs.JOBS, "failing", fail)
    enqueue("failing", key="one", payload={})
    enqueue("unheard of", key="two", payload={})
    for attempt in range(1, jobs.ATTEMPTS + 1):
        assert once() == "0 jobs done.\n"
        job = Outbox.objects.get(key="one")
        assert (job.attempts, job.last_error) == (attempt, "RuntimeError: The mail server is away.")
        assert bool(job.failed_at) == (attempt == jobs.ATTEMPTS)
        assert attempt == jobs.ATTEMPTS or job.run_at > timezone.now()
        Outbox.objects.update(run_at=timezone.now())
    assert Outbox.objects.filter(failed_at__isnull=False, done_at=None).count() == 2
    assert once() == "0 jobs done.\n"
    assert Outbox.objects.get(key="one").attempts == jobs.ATTEMPTS


@pytest.mark.django_db
def test_publish_due(cast: SimpleNamespace) -> None:
    assert publish_due() == (0, "0 of 0 published.\n")
    assert publish_due("--json") == (0, "[]\n")
    review = due(cast)
    slug = review.article.slug
    assert publish_due() == (0, f"{slug}: published\n1 of 1 published.\n")
    assert publish_due() == (0, "0 of 0 published.\n")


@pytest.mark.django_db
def test_publish_due_says_what_the_gate_refused(cast: SimpleNamespace) -> None:
    good, bad = due(cast), due(cast)  # both rest on a signer whose qualification ends meanwhile
    cast.reviewer.reviewer.qualified_until = dt.date(2020, 1, 1)
    cast.reviewer.reviewer.save()
    code, out = publish_due("--json")
    assert code == 1
    assert json.loads(out) == [
        {"review": review.pk, "slug": review.article.slug, "published": False} for review in (good, bad)
    ]
    assert not Publication.objects.exists()
    assert set(Review.objects.values_list("status", flat=True)) == {"in_review"}


@pytest.fixture
def scratch(tmp_path: Path) -> dict[str, str]:
    """An environment with a database file of its own, migrated."""
    environment = {
        **{key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG")},
        "READ_ENV_FILE": "false",
        "SECRET_KEY": "x" * 50,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'scratch.sqlite3'}",
        "PYTHONUNBUFFERED": "1",
    }
    subprocess.run(
        [sys.executable, ROOT / "manage.py", "migrate", "-v", "0"], env=environment, check=True, timeout=120
    )
    return environment


def test_the_loop_stops_when_told(scratch: dict[str, str]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        process = subprocess.Popen(
            [sys.executable, ROOT / "manage.py", "run_jobs", "--interval", "60"],
            env=scratch, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            _until_it_listens(process.pid, number)
            told = time.monotonic()
            process.send_signal(number)
            out, err = process.communicate(timeout=15)
            assert time.monotonic() - told < 5
        finally:
            if process.poll() is None:
                process.kill()
                process.communicate()
        assert (process.returncode, out, err) == (0, "", "")


def _until_it_listens(pid: int, number: int) -> None:
    """Until the process has its handler for the signal (Linux says so in /proc)."""
    status, end = Path(f"/proc/{pid}/status"), time.monotonic() + 60
    if not status.exists():
        time.sleep(10)
        return
    while time.monotonic() < end:
        caught = next(line for line in status.read_text().splitlines() if line.startswith("SigCgt:"))
        # Python itself catches SIGINT from its start; the loop installs SIGTERM first, SIGINT second.
        if int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1:
            time.sleep(0.3)
            return
        time.sleep(0.05)
    raise AssertionError("the loop never began")


def test_the_loop_outlives_an_absent_database(tmp_path: Path) -> None:
    """A database that is not there for a moment is said on stderr; the loop goes on."""
    environment = {
        "READ_ENV_FILE": "false",
        "SECRET_KEY": "x" * 50,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'no.db'}",
    }
    process = subprocess.Popen(
        [sys.executable, ROOT / "manage.py", "run_jobs", "--interval", "0.2"],
        env={**os.environ, **environment, "PYTHONUNBUFFERED": "1"}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        lines = [process.stderr.readline() for _ in range(2)]
        assert all("Jobs could not be run: no such table" in line for line in lines), lines
        assert process.poll() is None
        process.terminate()
        process.communicate(timeout=15)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    assert process.returncode == 0
