"""`manage.py index_search [--json]`"""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from articles import search

PROGRESS_EVERY = 500


class Command(BaseCommand):
    help = (
        "Make the search index anew from the live articles. The site may be used meanwhile. Needed once "
        "after an update that says so; publishing and taking down keep the index by themselves."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object with the count")

    def handle(self, *args: Any, **options: Any) -> None:
        count = search.rebuild(progress=self._progress)
        if options["json"]:
            self.stdout.write(json.dumps({"articles": count}))
        else:
            self.stdout.write(f"{count} article{'s' * (count != 1)} can be searched.")

    def _progress(self, done: int) -> None:
        if done % PROGRESS_EVERY == 0:
            self.stderr.write(f"{done} articles", self.style.NOTICE)
