"""From a file of retraction records to rows in the database: in batches, to be resumed where it stopped."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from articles.batches import batched
from articles.models import Source
from articles.sources.natures import NATURES, folded
from reviews import audit
from reviews.models import RetractionRecord, RetractionSet
from reviews.retractions.reading import Found, Row, examine, rows

BATCH = 500
"""Rows of a file that come in together, or not at all."""
TOLD = 20
"""Problems that are told one by one; the others are counted."""
_KEPT_SPELLINGS = 50
_COLUMNS = ("doi", "pmid", "nature", "notice_doi", "noted_on", "title", "reasons", "given")
_FILLED = ("doi", "pmid", "notice_doi", "noted_on", "title", "reasons", "given")
"""What a later file that does not say it leaves as it was."""


class CutOff(ValueError):
    """The file ends inside a row. What came before is kept, but the set does not count as complete."""


class LoadedElsewhere(RuntimeError):
    """Somebody else is loading the same file at this moment."""


@dataclass(slots=True)
class Loaded:
    """What a file holds and what it changed. Counts of rows, problems and natures are of the whole file."""

    name: str
    digest: str
    already: bool = False
    """It had been loaded to its end before: nothing was read."""
    resumed_after: int = 0
    """Rows that an earlier run had taken in."""
    rows: int = 0
    notices: int = 0
    new: int = 0
    changed: int = 0
    problems: int = 0
    told: list[tuple[int, str]] = field(default_factory=list)
    """Line and sentence of the first problems."""
    natures: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    """Types that the table of natures does not have, with how often each came."""

    def take(self, row: Row) -> None:
        """Count one more row of the file."""
        self.rows += 1
        self.notices += len(row.found)
        for found in row.found:
            self.natures[found.nature] += 1
            if folded(found.given) not in NATURES:
                known = found.given in self.unknown or len(self.unknown) < _KEPT_SPELLINGS
                self.unknown[found.given if known else "…"] += 1
        if row.problem:
            self.problems += 1
            if len(self.told) < TOLD:
                self.told.append((row.line, row.problem))


def load(path: Path, *, progress: Callable[[int], None] = lambda rows: None) -> Loaded:
    """Load a file of retraction records; the same file again changes nothing.

    Each batch and how far it reaches are one transaction, so that a killed run goes on where it stopped
    and ends with the same rows. Records of earlier files stay. `progress` is called with the rows read.
    Raises `NotRetractionRecords` (nothing is changed), `CutOff` and `LoadedElsewhere`, each with a sentence.
    """
    digest = examine(path)
    known, _ = RetractionSet.objects.get_or_create(digest=digest, defaults={"name": path.name[-200:]})
    loaded = Loaded(known.name, digest, resumed_after=known.position)
    if known.finished_at:
        loaded.already, loaded.rows, loaded.problems = True, known.position, known.problems
        return loaded
    last: Row | None = None
    source = rows(path)
    for batch in batched(source, BATCH):
        begin = loaded.rows
        for row in batch:
            loaded.take(row)
        if loaded.rows > known.position:
            fresh = batch[max(0, known.position - begin) :]
            _take_in(known, fresh, loaded)
        last = batch[-1]
        progress(loaded.rows)
    if last is not None and last.cut_off:
        raise CutOff(
            f"{path.name} is cut off: its last row, at line {last.line}, is not whole. The {loaded.rows - 1} "
            "rows before it are loaded, but a work that is not among them may still have been retracted. "
            "Get the whole file and load that."
        )
    _finish(known, loaded)
    return loaded


def newest() -> RetractionSet | None:
    """The set that was loaded to its end last: only with one does absence say something."""
    return RetractionSet.objects.filter(finished_at__isnull=False).order_by("-finished_at", "-pk").first()


def key_of(found: Found) -> str:
    """SHA-256 over work, notice and nature: the same notice in two files is one record."""
    work = found.doi or f"pmid:{found.pmid}"
    return hashlib.sha256("\n".join((work, found.notice, found.nature)).encode()).hexdigest()


def _take_in(known: RetractionSet, batch: list[Row], loaded: Loaded) -> None:
    with transaction.atomic():
        locked = RetractionSet.objects.select_for_update().get(pk=known.pk)
        if locked.position != known.position or locked.finished_at:
            raise LoadedElsewhere(f"Another run is loading {known.name}. Wait for it, then run this again.")
        new, changed = _write(batch, locked)
        locked.position += len(batch)
        locked.records += new + changed
        locked.problems = loaded.problems
        locked.save(update_fields=["position", "records", "problems"])
    known.position = locked.position
    loaded.new += new
    loaded.changed += changed


def _write(batch: list[Row], dataset: RetractionSet) -> tuple[int, int]:
    """How many records are new, and how many say something else than before."""
    given = {key_of(found): found for row in batch for found in row.found}
    known = RetractionRecord.objects.filter(key__in=given).in_bulk(field_name="key")
    write = []
    for key, found in sorted(given.items()):
        record = _record(key, found, dataset)
        before = known.get(key)
        if before:
            for name in _FILLED:
                if not getattr(record, name):
                    setattr(record, name, getattr(before, name))
            if all(getattr(record, name) == getattr(before, name) for name in _COLUMNS):
                continue
        write.append(record)
    RetractionRecord.objects.bulk_create(
        write, update_conflicts=True, unique_fields=["key"], update_fields=[*_COLUMNS, "dataset"]
    )
    changed = sum(record.key in known for record in write)
    return len(write) - changed, changed


def _record(key: str, found: Found, dataset: RetractionSet) -> RetractionRecord:
    return RetractionRecord(
        key=key,
        doi=found.doi,
        pmid=found.pmid,
        nature=Source.Standing(found.nature),
        notice_doi=found.notice_doi,
        noted_on=dt.date.fromisoformat(found.noted_on) if found.noted_on else None,
        title=found.title,
        reasons=found.reasons,
        given=found.given,
        dataset=dataset,
    )


def _finish(known: RetractionSet, loaded: Loaded) -> None:
    with transaction.atomic():
        locked = RetractionSet.objects.select_for_update().get(pk=known.pk)
        if locked.finished_at:
            return
        locked.finished_at, locked.problems = timezone.now(), loaded.problems
        locked.save(update_fields=["finished_at", "problems"])
        audit.record(
            "load_retractions",
            by=None,
            after=locked.digest,
            facts={
                "set": locked.pk,
                "name": locked.name,
                "rows": loaded.rows,
                "records": locked.records,
                "problems": locked.problems,
            },
        )
