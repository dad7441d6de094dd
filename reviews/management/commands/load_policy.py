"""`manage.py load_policy [FILE]`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reviews.policy.loading import STARTER, BadPolicy, load_policy


class Command(BaseCommand):
    help = "Load the publisher's policy (TOML) as a new immutable version; the same content changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=STARTER, help="default: the starter policy")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            version, new = load_policy(options["file"])
        except BadPolicy as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{version} is in force{'' if new else ' already'} (digest {version.digest[:12]}…)."
        )
