"""`make demo`: everything in place after one command, nothing doubled by the next, all stopped by Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from articles.models import Article, Publication
from config.environment import ROOT
from reviews import audit
from reviews.demo import cast, library, stages
from reviews.models import Event, Review
from reviews.policy.loading import load_policy
from reviews.requirements import missing_for_draft

ARTICLES = sorted((Path(stages.__file__).parent / "articles").glob("*.txt"))


@pytest.fixture
def _passwords_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cast, "PASSWORDS", tmp_path / "people.json")


@pytest.fixture
def staged(db: None, _passwords_elsewhere: None) -> dict[str, str]:
    """The demo's articles at their stages: stage by title."""
    load_policy()
    return dict(stages.stage_all(cast.people(), library.library()))


def test_every_article_is_at_the_stage_that_is_announced(staged: dict[str, str], client: Client) -> None:
    def answers(article: Article) -> int:
        return client.get(f"/articles/{article.slug}/").status_code

    by_stage = {stage: Article.objects.get(title=title) for title, stage in staged.items()}
    assert len(by_stage) == len(ARTICLES) == 8
    live = ("live, a source of it gone", "live, two signatures", "live, with a newer draft in review")
    assert [answers(by_stage[stage]) for stage in live] == [200, 200, 200]
    assert by_stage["live, two signatures"].publications.get().required_signatures == 2
    reviewing = by_stage["live, with a newer draft in review"].reviews.get(status=Review.Status.IN_REVIEW)
    assert "sleep diary" in reviewing.edition.content["body"]
    page = client.get(f"/articles/{reviewing.article.slug}/").content.decode()
    assert "sleep diary to print" not in page
    assert by_stage["changes requested"].reviews.get().status == Review.Status.CHANGES_REQUESTED
    assert by_stage["signed and scheduled"].reviews.get().status == Review.Status.SCHEDULED
    assert by_stage["retracted"].publications.get().status == Publication.Status.RETRACTED
    assert by_stage["in review"].reviews.get().status == Review.Status.IN_REVIEW
    assert not by_stage["an untouched draft"].reviews.exists()
    assert len(missing_for_draft(by_stage["an untouched draft"])) > 5
    hidden = ("changes requested", "signed and scheduled", "an untouched draft", "in review")
    assert {answers(by_stage[stage]) for stage in hidden} == {404}
    assert audit.verify().faults == []


def test_a_second_run_adds_nothing(staged: dict[str, str]) -> None:
    def counts() -> tuple[int, ...]:
        return Article.objects.count(), Review.objects.count(), Event.objects.count()

    before = counts()
    dict(stages.stage_all(cast.people(), library.library()))
    assert counts() == before


def test_the_printed_passwords_are_right_even_when_their_file_was_lost(
    staged: dict[str, str], client: Client
) -> None:
    cast.PASSWORDS.unlink()
    cast.people()
    for person, password in cast.sheet():
        assert client.login(username=person.username, password=password), person.username


def test_the_samples_are_of_the_promised_length() -> None:
    assert {path.name for path in ARTICLES if not 600 <= len(path.read_text().split()) <= 1500} == set()


def test_a_site_that_is_no_demo_is_left_alone(db: None) -> None:
    with pytest.raises(CommandError, match="not a demo's"):
        call_command("demo", "--no-serve")
    assert Article.objects.count() == 0


@pytest.mark.parametrize(("port", "says"), [(0, "not a port"), (70000, "not a port")])
def test_a_bad_port_gets_a_sentence(db: None, settings: Any, port: int, says: str) -> None:
    settings.DEMO = True
    with pytest.raises(CommandError, match=says):
        call_command("demo", f"--port={port}")


@pytest.mark.django_db(transaction=True)
def test_it_serves_until_ctrl_c_and_leaves_nothing_running(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DEMO": "true",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'demo.sqlite3'}",
        "VAR_DIR": str(tmp_path),
        "EMAIL_URL": f"filemail://{tmp_path / 'mail'}",
        "STATIC_HASHED": "true",
    }
    demo = subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--port", str(port)],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        html = _fetch(f"http://127.0.0.1:{port}/", demo)
        assert "Living well with chronic low back pain" in html
        page = _fetch(f"http://127.0.0.1:{port}/articles/living-well-with-chronic-low-back-pain/", demo)
        assert set(re.findall(r"http://127\.0\.0\.1:(\d+)", page)) == {str(port)}
        for path in re.findall(r'href="(/static/[^"]+)"', html):
            assert _fetch(f"http://127.0.0.1:{port}{path}", demo)
        assert f"http://127.0.0.1:{port}/desk/" in _mails_in(tmp_path / "mail", demo)
        group = demo.pid
        os.killpg(group, signal.SIGINT)
        out, err = demo.communicate(timeout=90)
    finally:
        if demo.poll() is None:
            os.killpg(demo.pid, signal.SIGKILL)
    assert demo.returncode == 0, err
    assert "Stopped." in out
    assert len(json.loads((tmp_path / "demo-people.json").read_text())) == 5
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


def _mails_in(folder: Path, demo: subprocess.Popen[str]) -> str:
    deadline = time.monotonic() + 90
    while "http://" not in (said := "".join(mail.read_text("utf-8") for mail in folder.glob("*.log"))):
        assert demo.poll() is None, demo.communicate()
        assert time.monotonic() < deadline, "no mail was written"
        time.sleep(0.3)
    return said


def _fetch(address: str, demo: subprocess.Popen[str]) -> str:
    deadline = time.monotonic() + 90
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return answer.read().decode("utf-8", "replace")
        except OSError:  # among them urllib.error.URLError: not up yet
            assert demo.poll() is None, demo.communicate()
            assert time.monotonic() < deadline, "the demo did not come up"
            time.sleep(0.3)
