"""`manage.py export_site DIR [--json]`"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.copies.exporting import export_site

PROGRESS_EVERY = 500


class Command(BaseCommand):
    help = (
        "Write the public site as static files for nginx (docs/static-export.md). Files of what is not live "
        "any more are removed first; only files that differ are written. DIR must be empty, or hold an "
        "export: whatever else lies in it is removed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", metavar="DIR", type=Path)
        parser.add_argument("--json", action="store_true", help="print one JSON object with the numbers")

    def handle(self, *args: Any, **options: Any) -> None:
        done: Counter[str] = Counter()
        try:
            for number, outcome in enumerate(export_site(options["directory"]), start=1):
                done[outcome] += 1
                if number % PROGRESS_EVERY == 0:
                    self.stderr.write(f"{number:,} addresses")
        except OSError as error:
            raise CommandError(str(error)) from error
        numbers = {word: done[word] for word in ("written", "unchanged", "removed")}
        if options["json"]:
            self.stdout.write(json.dumps(numbers))
        else:
            self.stdout.write(f"{', '.join(f'{n:,} {word}' for word, n in numbers.items())}.")
