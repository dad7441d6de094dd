"""`manage.py run_jobs [--once]`"""

from __future__ import annotations

import signal
import threading
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from reviews import jobs
from reviews.jobs import schedule

LOOK_AT_SCHEDULE = 10.0
"""Seconds between two looks at the schedule."""


class Command(BaseCommand):
    help = "Run the jobs in the outbox as they fall due, until stopped. Needs no broker."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="run everything that is due now and stop")
        parser.add_argument("--interval", type=float, default=1.0, help="seconds between looks (default 1)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            schedule.enqueue_due()
            self.stdout.write(f"{jobs.run_all_due()} jobs done.")
            return
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        look_again = 0.0
        while not stopped.is_set():
            close_old_connections()
            try:
                if time.monotonic() >= look_again:
                    schedule.enqueue_due()
                    look_again = time.monotonic() + LOOK_AT_SCHEDULE
                busy = jobs.run_due() > 0
            except Exception as error:  # the database may be away for a moment; the loop must not be
                self.stderr.write(f"Jobs could not be run: {error}")
                busy = False
            if not busy:
                stopped.wait(options["interval"])
