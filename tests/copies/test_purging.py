"""A network in front of the site is asked to forget what changed: in time, with its token, until it says yes."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from articles import publishing
from articles.copies import purging
from articles.editing import save_draft
from articles.models import Notice, Outbox, Publication
from articles.outbox import enqueue
from reviews import jobs, workflow
from reviews.jobs import running
from tests import factories as f
from tests.copies.conftest import Work

Committed = DjangoCaptureOnCommitCallbacks


@dataclass
class Network:
    """Stands in for a network: what it was asked, and how it answers."""

    asked: list[tuple[dict[str, str], list[str]]] = field(default_factory=list)
    status: int = 204
    delay: float = 0.0

    @property
    def paths(self) -> set[str]:
        return {path for _, paths in self.asked for path in paths}


@pytest.fixture
def network(settings: Any) -> Iterator[Network]:
    made = Network()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            made.asked.append((dict(self.headers), body["paths"]))
            time.sleep(made.delay)
            self.send_response(made.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.PURGE_URL = f"http://127.0.0.1:{server.server_port}/forget?site=1"
    settings.PURGE_TOKEN = "a-token"
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


def withdraw(page: Publication, by: Any) -> None:
    workflow.withdraw(page.article, by=by, reason="An error in the second section.")


def test_what_is_published_is_forgotten(cast: SimpleNamespace, network: Network, work: Work) -> None:
    page = f.published(cast.writer, cast.reviewer, cast.editor, topics=[f.topic("sleep")])
    assert network.asked == []  # nothing is asked before the commit
    work()
    ((headers, paths),) = network.asked
    assert headers["Authorization"] == "Bearer a-token"
    article = f"/articles/{page.slug}/"
    assert paths[0] == article
    assert {article, f"{article}references.ris", "/", "/topics/", "/topics/sleep/", "/reviewers/rita/"} <= {
        *paths
    }
    assert len(paths) == len({*paths})


def test_without_a_token_none_is_sent(
    cast: SimpleNamespace, network: Network, work: Work, settings: Any
) -> None:
    settings.PURGE_TOKEN = ""
    f.published(cast.writer, cast.reviewer, cast.editor)
    work()
    assert "Authorization" not in network.asked[0][0]


def test_a_new_edition_lets_the_old_addresses_be_forgotten(
    cast: SimpleNamespace, network: Network, work: Work
) -> None:
    page = f.published(cast.writer, cast.reviewer, cast.editor, topics=[f.topic("sleep")])
    work()
    network.asked.clear()
    article = save_draft(
        page.article, by=cast.writer, version=page.article.version, slug="moved", topics=[f.topic("pain")]
    )
    review = workflow.submit(article, by=cast.writer)
    f.judge(review, cast.second)
    f.sign(review, cast.second)
    workflow.publish(review, by=cast.editor)
    work()
    assert {
        "/articles/moved/", f"/articles/{page.slug}/", "/topics/sleep/", "/topics/pain/", "/reviewers/rita/",
        "/reviewers/ravi/",
    } <= network.paths  # fmt: skip


def test_a_notice_to_readers_is_told(network: Network, page: Publication, work: Work) -> None:
    work()
    network.asked.clear()
    publishing.tell_readers(page, by=None, text="A source is doubted.", kind=Notice.Kind.UPDATE)
    work()
    assert f"/articles/{page.slug}/" in network.paths


def test_a_take_down_asks_at_once_and_once_more(
    cast: SimpleNamespace,
    network: Network,
    page: Publication,
    work: Work,
    django_capture_on_commit_callbacks: Committed,
) -> None:
    work()
    network.asked.clear()
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(page, cast.lead)
    assert [f"/articles/{page.slug}/" in paths for _, paths in network.asked] == [True]
    work()
    assert len(network.asked) == 2


@pytest.mark.parametrize("trouble", ["slow", "error", "redirect", "gone"])
def test_a_network_in_trouble_holds_up_nobody_and_is_asked_again(
    trouble: str,
    cast: SimpleNamespace,
    network: Network,
    page: Publication,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Committed,
) -> None:
    monkeypatch.setattr(purging, "AT_ONCE", 0.2)
    monkeypatch.setattr(purging, "PATIENCE", 0.2)
    jobs.run_due()
    network.status = {"error": 503, "redirect": 302}.get(trouble, 204)
    network.delay = 0.5 if trouble == "slow" else 0.0
    if trouble == "gone":
        settings.PURGE_URL = "http://127.0.0.1:1/"
    began = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(page, cast.lead)
    assert time.monotonic() - began < 3
    assert Client().get(f"/articles/{page.slug}/").status_code == 410
    jobs.run_due()
    job = Outbox.objects.filter(job="purge").latest("pk")
    assert (job.done_at, job.attempts) == (None, 1)
    assert "The network in front of the site" in job.last_error
    assert "a-token" not in job.last_error
    network.status, network.delay = 200, 0.0


def test_it_goes_before_all_else(
    network: Network, monkeypatch: pytest.MonkeyPatch, page: Publication
) -> None:
    order: list[str] = []
    monkeypatch.setitem(jobs.JOBS, "purge", lambda payload: order.append("purge"))
    monkeypatch.setitem(jobs.JOBS, "other", lambda payload: order.append("other"))
    Outbox.objects.all().delete()
    for n in range(3):
        enqueue("other", key=f"other:{n}", payload={})
    enqueue("purge", key="purge:1", payload={})
    jobs.run_due()
    assert order == ["purge", "other", "other", "other"]


def test_it_does_not_wait_for_what_is_being_run(
    network: Network, monkeypatch: pytest.MonkeyPatch, page: Publication
) -> None:
    """A page comes down while a hundred other jobs are run one by one."""
    order: list[str] = []
    monkeypatch.setattr(running, "LOOK_FOR_URGENT", 0.0)
    monkeypatch.setitem(jobs.JOBS, "purge", lambda payload: order.append("purge"))
    Outbox.objects.all().delete()

    def other(payload: dict[str, Any]) -> None:
        order.append("other")
        if payload["n"] == 1:
            enqueue("purge", key="purge:1", payload={})

    monkeypatch.setitem(jobs.JOBS, "other", other)
    for n in range(4):
        enqueue("other", key=f"other:{n}", payload={"n": n})
    jobs.run_due()
    assert order == ["other", "other", "purge", "other", "other"]


def test_only_what_can_be_forgotten_is_kept_longer(page: Publication, settings: Any) -> None:
    client, article = Client(), f"/articles/{page.slug}/"
    for path in ("/", article, "/topics/chronic-pain/", "/reviewers/rita/"):
        assert "s-maxage" not in client.get(path)["Cache-Control"]
    settings.CDN_MAX_AGE = 3600
    for path in ("/", article, "/topics/chronic-pain/", "/reviewers/rita/"):
        answer = client.get(path)
        assert "s-maxage=3600" in answer["Cache-Control"]
        assert "s-maxage=3600" in client.get(path, headers={"If-None-Match": answer["ETag"]})["Cache-Control"]
        assert "s-maxage" not in client.get(f"{path}?before=99999999")["Cache-Control"]
    for path in ("/topics/", f"{article}references.ris", "/articles/none-such/"):
        assert client.get(path)["Cache-Control"] == "private, no-cache"
