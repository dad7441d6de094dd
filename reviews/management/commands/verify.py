"""`manage.py verify [--anchors FILE] [--record FILE] [--json]`"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reviews import audit, records
from reviews.records import log

EXPLANATION = (
    "With --record, one approval record (the file that the desk gives out for a review) is checked by "
    "itself; no database is opened. It proves that the file says one consistent thing: the text, the "
    "disclaimers, the policy, the page and each entry of the log have their digests, what was signed is "
    "what is shown, and enough people signed who did not write it. It does not prove that this site made "
    "the file, for whoever makes up a whole record makes up its digests too; that is seen by comparing it "
    "with the log of the site, which `verify` checks. Passages quoted from sources, remarks and days that "
    "nobody signed are bound by the file's own digest only. Ends with 0 when all is well, 1 when something "
    "is wrong, 2 when the file cannot be read as a record."
)
_FAULTS_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Recompute every digest, walk the log, check triggers and constraints; non-zero if one is wrong. "
        + EXPLANATION
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of lines")
        parser.add_argument(
            "--record",
            metavar="FILE",
            help="check this approval record, without a database (-: standard input)",
        )

        parser.add_argument(
            "--anchors",
            metavar="FILE",
            help="hold the log against this file of anchors, kept elsewhere (else: the site's own)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["record"] is not None:
            raise SystemExit(self._record(options["record"], as_json=options["json"]))
        report = audit.verify(_anchors(options["anchors"]))
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

    def _record(self, name: str, *, as_json: bool) -> int:
        try:
            record = records.parse(_read(name))
        except records.NotARecord as error:
            if as_json:
                self.stdout.write(json.dumps({"ok": False, "error": str(error), "checks": []}))
            self.stderr.write(_one_line(str(error)))
            return 2
        lines = records.check(record)
        ok = all(line.ok for line in lines)
        if as_json:
            checks = [{"check": line.check, "ok": line.ok, "faults": line.faults} for line in lines]
            told = {"digest": record["digest"], "review": record["review"]["id"]}
            self.stdout.write(json.dumps({"ok": ok, **told, "checks": checks}))
            return 0 if ok else 1
        for line in lines:
            self.stdout.write(f"{'✓' if line.ok else '✗'} {line.what}")
            for fault in line.faults[:_FAULTS_SHOWN]:
                self.stdout.write(f"    {_one_line(fault)}")
            if len(line.faults) > _FAULTS_SHOWN:
                self.stdout.write(f"    and {len(line.faults) - _FAULTS_SHOWN} more")
        joined, loose = log.links(record)
        self.stdout.write(
            f"  {joined} entries of the log follow on one in the file, {loose} on one that is not: where "
            "those stand in the site’s log can be seen on the site only."
        )
        wrong = sum(not line.ok for line in lines)
        self.stdout.write(
            f"“{_one_line(record['article']['title'])}”, review {record['review']['id']}: "
            + ("the record holds together." if ok else f"{wrong} of {len(lines)} checks failed.")
        )
        return 0 if ok else 1


def _anchors(name: str | None) -> Path | None:
    if name is None:
        return None
    if not os.access(name, os.R_OK) or not Path(name).is_file():
        raise CommandError(f"{name} is no file that can be read.")
    return Path(name)


def _read(name: str) -> bytes:
    """The file's bytes, one more than the most at worst. Raises `NotARecord`."""
    try:
        if name == "-":
            return sys.stdin.buffer.read(records.LARGEST + 1)
        with Path(name).open("rb") as file:
            return file.read(records.LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not one of a file"
        raise records.NotARecord(f"{name} cannot be read: {reason}.") from error


def _one_line(text: str) -> str:
    """A forged file must not move the cursor, or write lines of its own, on somebody's terminal."""
    return "".join(c if c.isprintable() else " " for c in text)[:300]
