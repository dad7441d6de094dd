"""`manage.py anchor [--json]`"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from reviews.audit import anchoring


class Command(BaseCommand):
    help = (
        "Sign where the log ends now, and keep that outside the database: in ANCHOR_FILE, at ANCHOR_URL and "
        "with ANCHOR_MAIL. `verify` holds the log against it. Done every night by the jobs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the anchor as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = anchoring.anchor()
        except (anchoring.NotAnchored, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(asdict(made) if made else None))
        elif made is None:
            self.stdout.write("There is nothing in the log yet.")
        else:
            self.stdout.write(f"The log ends with event {made.sequence}. Kept in {anchoring.file()}.")
