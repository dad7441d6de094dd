"""`manage.py verify [--json]`"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reviews import audit


class Command(BaseCommand):
    help = "Recompute every digest, walk the log, check triggers and constraints; non-zero if one is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        report = audit.verify()
        if options["json"]:
            self.stdout.write(json.dumps({"ok": report.ok, **asdict(report)}))
        else:
            for fault in report.faults:
                self.stdout.write(f"{fault.check}: {fault.sentence}")
            counted = ", ".join(f"{number} {name}" for name, number in report.counts.items())
            self.stdout.write(
                f"Checked {counted}: {'all is well' if report.ok else f'{len(report.faults)} wrong'}."
            )
        if not report.ok:
            raise SystemExit(1)
