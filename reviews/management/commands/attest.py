"""`manage.py attest`"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from reviews.attestations import attest_now, unattested


class Command(BaseCommand):
    help = "Sign an attestation for every publication that has none; non-zero if the log speaks against one."

    def handle(self, *args: Any, **options: Any) -> None:
        missing = unattested()
        refused = 0
        for done, publication in enumerate(missing, start=1):
            if sentence := attest_now(publication):
                refused += 1
                self.stderr.write(sentence)
            if done % 500 == 0:
                self.stdout.write(f"{done} of {len(missing)} ...")
        made = len(missing) - refused
        self.stdout.write(
            f"Attested {made} publication{'s' * (made != 1)}."
            if missing
            else "Every publication is attested."
        )
        if refused:
            raise SystemExit(1)
