"""`manage.py check_sources [--all] [--json]`: the nightly round."""

from __future__ import annotations

import json
import sys
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reviews.watching import nightly

PROGRESS_EVERY = 1_000


class Command(BaseCommand):
    help = (
        "Look up again what is known of the sources that live pages and open reviews cite; meant to be run "
        "every night. Run twice, the second changes nothing; a run that was killed is run again. What turned "
        "for the worse is put into the outbox, and run_jobs raises the alerts. The exit status is 1 when a "
        "part of the round failed; the other parts are done all the same."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--all",
            action="store_true",
            help="compare every source with the retraction records, cited or not",
        )
        parser.add_argument(
            "--json", action="store_true", help="print one JSON list of name, ok, seconds, facts and error"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        ours = partial(nightly.retractions, everything=options["all"], progress=self._progress)
        rounds = tuple((name, ours if work is nightly.retractions else work) for name, work in nightly.ROUNDS)
        ran = nightly.run(rounds, started=lambda name: self.stderr.write(f"{name} …", self.style.NOTICE))
        if options["json"]:
            self.stdout.write(json.dumps([_row(one) for one in ran], indent=2))
        for one in ran:
            if one.summary is None:
                self.stderr.write(f"{one.name} failed: {one.error}")
            elif not options["json"]:
                self.stdout.write(f"{one.name}: {one.summary.sentence} ({one.seconds:.1f} s)")
        if any(one.error for one in ran):
            sys.exit(1)

    def _progress(self, changed: int) -> None:
        if changed % PROGRESS_EVERY == 0:
            self.stderr.write(f"{changed} changed", self.style.NOTICE)


def _row(one: nightly.Ran) -> dict[str, Any]:
    return {
        "name": one.name,
        "ok": not one.error,
        "seconds": round(one.seconds, 3),
        "facts": one.summary.facts if one.summary else {},
        "error": one.error,
    }
