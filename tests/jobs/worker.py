"""The Celery app of a worker under test: the site's own, with jobs whose effects can be counted.

Each effect is an event, so that the audit log's chain is held to it as well. Files in $STAGE say how far a
slow job has come, and let it go on.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import datetime as dt  # noqa: E402

from config.celery import app  # noqa: E402
from reviews import audit, jobs  # noqa: E402

STAGE = Path(os.environ["STAGE"])
app.conf.beat_schedule["sweep"]["schedule"] = 1.0
app.conf.beat_max_loop_interval = 1.0


def effect(payload: dict[str, Any]) -> None:
    audit.record("effect", by=None, facts={"n": payload["n"]})


def wait(payload: dict[str, Any]) -> str:
    (STAGE / f"began-{payload['n']}-{os.getpid()}").touch()
    until = time.monotonic() + 30
    while not (STAGE / "go").exists() and time.monotonic() < until:
        time.sleep(0.05)
    return "waited"


def slow(payload: dict[str, Any]) -> None:
    effect(payload)
    wait(payload)


jobs.JOBS["effect"] = effect
jobs.JOBS["slow"] = slow
jobs.JOBS["slow outside"] = jobs.Outside(
    wait, lambda payload, found: effect(payload), lease=dt.timedelta(seconds=3)
)
