"""`manage.py demo [--port N] [--no-serve]`"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles import pages
from config.environment import ROOT
from reviews.demo import cast, library, stages
from reviews.policy.loading import load_policy


class Command(BaseCommand):
    help = "Set up a site with people and sample articles at every stage, and serve it until Ctrl-C."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="port on 127.0.0.1 (default 8000)")
        parser.add_argument("--no-serve", action="store_true", help="set everything up, then stop")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "This site's .env is not a demo's, and the demo would put its people into your database. "
                "Try it in another folder."
            )
        port = options["port"]
        if not options["no_serve"]:
            _check_free(port)
        # Links in pages and mails lead to this port, unless the site was given an address of its own.
        settings.SITE_URL = os.environ.get("SITE_URL", f"http://127.0.0.1:{port}")
        self._set_up()
        self._print_sheet(port)
        if not options["no_serve"]:
            self._serve(port)

    def _set_up(self) -> None:
        self.stdout.write("Setting up the database …")
        call_command("migrate", verbosity=0)
        load_policy()
        people = cast.people()
        for title, stage in stages.stage_all(people, library.library()):
            self.stdout.write(f"  {title}: {stage}")
        for _ in pages.render_all():  # the port may be another one than the last time
            pass
        call_command("collectstatic", interactive=False, verbosity=0)

    def _print_sheet(self, port: int) -> None:
        rows = "\n".join(
            f"  {person.role:<17} {person.username:<8} {password}" for person, password in cast.sheet()
        )
        self.stdout.write(
            f"\nPeople (role, username, password):\n{rows}\n\n"
            f"  Readers   http://127.0.0.1:{port}/\n"
            f"  Reviewers http://127.0.0.1:{port}/desk/\n"
            f"  Writers   http://127.0.0.1:{port}/admin/\n"
        )

    def _serve(self, port: int) -> None:
        web = [
            sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2",
            "--threads", "4", "--log-level", "warning",
        ]  # fmt: skip
        jobs = [sys.executable, str(ROOT / "manage.py"), "run_jobs"]
        for number in (signal.SIGINT, signal.SIGTERM):  # SIGINT too: a shell's background job ignores it
            signal.signal(number, _interrupt)
        environment = {**os.environ, "SITE_URL": settings.SITE_URL}
        # Each in a group of its own: Ctrl-C comes to us alone, and nothing of theirs outlives them.
        running = [
            subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)  # noqa: S603
            for command in (web, jobs)
        ]
        self.stdout.write("Serving. Ctrl-C stops it.")
        self.stdout.flush()
        try:
            while all(process.poll() is None for process in running):
                time.sleep(0.3)
            failed = True
        except KeyboardInterrupt:
            failed = False
        finally:
            for process in running:
                process.terminate()
            for process in running:
                try:
                    process.wait(timeout=10)
                except subprocess.TimeoutExpired:
                    process.kill()
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
        if failed:
            raise CommandError("The server or the job loop stopped by itself; what it said stands above.")
        self.stdout.write("\nStopped. `make demo` starts it again with everything in place.")


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _check_free(port: int) -> None:
    if not 1 <= port <= 65535:
        raise CommandError(f"{port} is not a port; choose one from 1 to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be used ({error.strerror}). Choose another: make demo PORT=8001"
            ) from error
