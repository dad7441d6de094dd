"""`manage.py load_policy [FILE]`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reviews.alerts import pages_with_old_words
from reviews.models import PolicyVersion
from reviews.policy import Policy
from reviews.policy.changes import between
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
        if new:
            self._tell(version)

    def _tell(self, version: PolicyVersion) -> None:
        before = PolicyVersion.objects.filter(number=version.number - 1).first()
        changes = between(before.content if before else None, version.content)
        for label, keys in (
            ("New disclaimers", changes.new),
            ("With other words", changes.changed),
            ("No longer in the policy", changes.dropped),
        ):
            if keys:
                self.stdout.write(f"{label}: {', '.join(keys)}.")
        if changes.changed:
            old = pages_with_old_words(Policy(version), changes.changed)
            pages = {page.article for found in old.values() for page in found}
            for key, found in old.items():
                self.stdout.write(f"  {key}: old words on {len(found)} live page{'s' * (len(found) != 1)}.")
            self.stdout.write(
                f"Reviews of {len(pages)} live page{'s' * (len(pages) != 1)} will open by themselves, "
                "where none is open."
                if pages
                else "No live page carries the old words."
            )
