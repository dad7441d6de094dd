"""The cast, and what every test may count on."""

from __future__ import annotations

import logging
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from _pytest.runner import CallInfo, runtestprotocol
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from playwright.sync_api import Browser, sync_playwright

from articles import guards
from articles.public import frame
from reviews.jobs import signs
from reviews.templatetags import alerts as badge
from tests import factories

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test talks to anything but this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            raise RuntimeError(f"A test tried to reach {address[0]}.")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _jobs_are_looked_after() -> None:
    """No page of a test asks whether they are, or how many alerts are open, but where it forgets the answer."""
    cache.set(signs.KEY, False, None)
    cache.set(badge.KEY, 0, None)


@pytest.fixture(autouse=True)
def _anchors_of_its_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What one test anchors must not be held against the log of another."""
    path = Path(settings.VAR_DIR) / f"anchors-{os.getpid()}.jsonl"
    monkeypatch.setattr(settings, "ANCHOR_FILE", path)
    yield
    path.unlink(missing_ok=True)


@pytest.fixture(autouse=True)
def _a_frame_of_its_own() -> None:
    """A test may give the site another name; pages are framed anew for each."""
    frame.frame.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def _last_one_out(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """PostgreSQL does not drop a database that somebody is in: see the live server's threads out first."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(autouse=True)
def _no_server_errors() -> Iterator[None]:
    """Whatever a test sends in, the site never answers with a 500."""
    seen: list[str] = []

    class Watch(logging.Handler):
        def emit(self, entry: logging.LogRecord) -> None:
            seen.append(entry.getMessage())

    watch = Watch(level=logging.ERROR)
    logging.getLogger("django.request").addHandler(watch)
    yield
    logging.getLogger("django.request").removeHandler(watch)
    assert not seen, f"Server errors: {seen}"


@pytest.fixture(autouse=True)
def _emptied_after_commits(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests that commit leave rows that the guards protect; take the guards out before the flush.

    They are back before the next test: Django sends post_migrate after it has emptied the database.
    """
    commits = {"transactional_db", "live_server"} & set(request.fixturenames)
    marker = request.node.get_closest_marker("django_db")
    if commits or (marker and marker.kwargs.get("transaction")):
        request.getfixturevalue("transactional_db")
        yield
        guards.remove()
    else:
        yield


@pytest.fixture
def cast(db: None) -> SimpleNamespace:
    """A fixed company: they are the same people, in the same roles, in every test."""
    factories.policy()
    return SimpleNamespace(
        writer=factories.user("wanda", "Writer", name="Wanda Writer"),
        colleague=factories.user("walter", "Writer", name="Walter Writer"),
        reviewer=factories.reviewer("rita", name="Rita Reviewer"),
        second=factories.reviewer("ravi", name="Ravi Reviewer"),
        lead=factories.reviewer("lena", "Medical lead", name="Lena Lead"),
        editor=factories.user("edgar", "Managing editor", name="Edgar Editor"),
        outsider=factories.user("oscar", name="Oscar Outsider"),
    )


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Debian's Chromium; where there is none the test is skipped, or fails if REQUIRE_BROWSER is set."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found is None:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("REQUIRE_BROWSER is set and there is no Chromium.")
        pytest.skip("no browser: install Chromium to run this test")
    return found


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """Chromium, which talks to nobody but the test."""
    quiet = ("background-networking", "component-update", "sync", "gpu")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium_path, args=["--no-sandbox", *(f"--disable-{name}" for name in quiet)]
        )
        yield opened
        opened.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """How a page looks is asked once, on SQLite."""
    if connection.vendor != "sqlite":
        asked_elsewhere = pytest.mark.skip(reason="how a page looks does not hang on the database")
        for item in items:
            if item.get_closest_marker("looks"):
                item.add_marker(asked_elsewhere)


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """A test in the browser that fails is run once more: a busy machine can keep Chromium waiting too long.

    What passes only then is named in the JUnit report (`second_try`), so that it can be looked at. Between the two
    only what is the test's own is taken down: were it the worker's last test, its live server and its database
    would be gone before the second try.
    """
    if item.get_closest_marker("browser") is None:
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, nextitem=item.parent, log=False)  # type: ignore[arg-type]
    if any(report.failed for report in reports):
        item.user_properties.append(("second_try", "yes"))
        item.user_properties.extend(("first_try", report.longreprtext) for report in reports if report.failed)
        item._initrequest()  # type: ignore[attr-defined]
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
    else:
        rest = CallInfo.from_call(lambda: item.session._setupstate.teardown_exact(nextitem), when="teardown")
        if rest.excinfo:
            reports.append(item.ihook.pytest_runtest_makereport(item=item, call=rest))
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True
