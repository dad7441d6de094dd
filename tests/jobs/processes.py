"""Processes of the site beside the test, on the test's own database: loops, workers, and their sudden end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.db import connection

from articles.models import Outbox
from config.environment import ROOT
from reviews.models import Event

PATIENCE = 40.0
"""Seconds; a busy machine takes a while to start a worker."""


class Processes:
    """The processes of one test; whatever is left of them is killed when the test ends."""

    def __init__(self, stage: Path, **environment: str) -> None:
        self.stage = stage
        self.environment = {
            **os.environ,
            "DATABASE_URL": _url(),
            "VAR_DIR": str(stage),
            "STAGE": str(stage),
            "LOG_LEVEL": "WARNING",
            "PYTHONPATH": str(ROOT),
            **environment,
        }
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a Python process in a group of its own; what it says goes to a file on the stage."""
        log = (self.stage / f"log-{len(self._running)}").open("wb")
        with log:
            process = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=self.environment, start_new_session=True, stdout=log,
                stderr=log,
            )  # fmt: skip
        self._running.append(process)
        return process

    def loop(self) -> subprocess.Popen[bytes]:
        """`manage.py run_jobs`, with the jobs under test."""
        code = (
            "import tests.jobs.worker; from django.core.management import call_command; "
            "call_command('run_jobs', '--interval', '0.1')"
        )
        return self.start("-c", code)

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """SIGKILL to it and all of its children, at once."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)

    def kill_all(self) -> None:
        for process in self._running:
            self.kill(process)

    def until(self, what: str, true: Callable[[], bool]) -> None:
        """Wait until something is true, or fail with what the processes said."""
        end = time.monotonic() + PATIENCE
        while not true():
            if time.monotonic() > end:
                said = "\n".join(log.read_text("utf-8") for log in sorted(self.stage.glob("log-*")))
                raise AssertionError(f"Never came true: {what}.\n{said[-6000:]}")
            time.sleep(0.1)

    def began(self, n: int) -> bool:
        return any(self.stage.glob(f"began-{n}-*"))


@contextmanager
def processes(stage: Path, **environment: str) -> Iterator[Processes]:
    """Processes that do not outlive the test."""
    made = Processes(stage, **environment)
    try:
        yield made
    finally:
        made.kill_all()


def effects() -> list[int]:
    """Which effects were had, in order; twice where they were had twice."""
    return sorted(event.facts["n"] for event in Event.objects.filter(action="effect"))


def open_jobs() -> int:
    return Outbox.objects.filter(done_at=None).count()


def _url() -> str:
    """The address of the test's own database."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    head, _, _ = settings.DATABASE_URL.rpartition("/")
    return f"{head}/{name}"
