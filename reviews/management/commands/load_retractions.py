"""`manage.py load_retractions FILE [--json]`"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.management.commands.import_articles import printable
from articles.models import Source
from reviews.retractions.files import NotRetractionRecords
from reviews.retractions.loading import CutOff, Loaded, LoadedElsewhere, load

PROGRESS_EVERY = 10_000


class Command(BaseCommand):
    help = (
        "Load retraction records: the Retraction Watch CSV, or JSON lines of updates by DOI; packed with "
        "gzip or not. The same file again changes nothing, and of a newer one only what is new comes in. A "
        "run that was stopped goes on where it was. Rows that say nothing usable are counted, and the first "
        "are told; they are no failure. check_sources then compares the sources with the records."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--json", action="store_true", help="print the summary as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load(options["file"], progress=self._progress)
        except (NotRetractionRecords, CutOff, LoadedElsewhere) as error:
            raise CommandError(printable(str(error))) from error
        if options["json"]:
            self.stdout.write(json.dumps(_summary(loaded), indent=2))
        else:
            self._tell(loaded)

    def _progress(self, rows: int) -> None:
        if rows % PROGRESS_EVERY == 0:
            self.stderr.write(f"{rows} rows", self.style.NOTICE)

    def _tell(self, loaded: Loaded) -> None:
        name = printable(loaded.name)
        if loaded.already:
            self.stdout.write(
                f"{name} was loaded before ({loaded.rows} rows, digest {loaded.digest[:12]}…): "
                "nothing changed."
            )
            return
        if loaded.resumed_after:
            self.stdout.write(f"Went on after row {loaded.resumed_after}, where an earlier run stopped.")
        self.stdout.write(
            f"{name}: {loaded.rows} rows, {loaded.notices} notices; {loaded.new} records are new, "
            f"{loaded.changed} changed."
        )
        for nature, number in sorted(loaded.natures.items(), key=lambda item: -item[1]):
            self.stdout.write(f"  {number:>7} {Source.Standing(nature).label.lower()}")
        if loaded.unknown:
            told = ", ".join(f"“{printable(given)}” ({n})" for given, n in loaded.unknown.most_common())
            self.stdout.write(f"Types that Signoff does not know, read as “not known”: {told}.")
        if loaded.problems:
            self.stdout.write(f"{loaded.problems} rows say nothing usable, or not all of it:")
            for line, sentence in loaded.told:
                self.stdout.write(f"  line {line}: {printable(sentence)}")
            if loaded.problems > len(loaded.told):
                self.stdout.write(f"  and {loaded.problems - len(loaded.told)} more")


def _summary(loaded: Loaded) -> dict[str, Any]:
    return {
        "file": loaded.name,
        "digest": loaded.digest,
        "already_loaded": loaded.already,
        "resumed_after": loaded.resumed_after,
        "rows": loaded.rows,
        "notices": loaded.notices,
        "new": loaded.new,
        "changed": loaded.changed,
        "natures": dict(loaded.natures),
        "unknown_types": dict(loaded.unknown),
        "problems": loaded.problems,
        "told": [{"line": line, "problem": sentence} for line, sentence in loaded.told],
    }
