"""Retraction records at full size: loading them, comparing every cited source with them, finding the pages.

    DATABASE_URL=postgres://… python -m bench watching --sources 100000 --records 115000

A database of its own is filled in bulk; nothing is shown here but speed and memory. Of the sources, one in
two hundred is named by a record, and `--unknown` of them were never compared before.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import importlib.util
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Model
from django.test.utils import get_runner, setup_test_environment

from articles.models import PublishedReference, Source
from reviews.models import RetractionRecord, RetractionSet
from reviews.retractions.loading import load
from reviews.watching.matching import match_all
from tests import factories as f

ROUNDS = 20
PAGES = 10
NAMED = 200
BATCH = 2_000
COLUMNS = (
    "Record ID", "Title", "RetractionDate", "RetractionDOI", "RetractionPubMedID", "OriginalPaperDOI",
    "OriginalPaperPubMedID", "RetractionNature", "Reason",
)  # fmt: skip
NATURES = ("Retraction",) * 17 + ("Correction", "Expression of concern", "Reinstatement")


def main() -> None:
    """Fill a database made for the purpose, measure, and print each figure with what it is compared with."""
    from django.conf import settings

    asked = argparse.ArgumentParser(prog="python -m bench watching", description=__doc__)
    asked.add_argument("--sources", type=int, default=5_000, help="sources that live pages cite (5,000)")
    asked.add_argument("--records", type=int, default=10_000, help="retraction records (10,000)")
    asked.add_argument("--unknown", type=int, default=500, help="sources never compared before (500)")
    options = asked.parse_args(sys.argv[1:])
    print(f"python -m bench watching --sources {options.sources} --records {options.records}", end="")
    print(f" --unknown {options.unknown}   ({connection.vendor})")
    setup_test_environment(debug=False)
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        loading(options.records)
        matching(options.sources, options.unknown)
        blast_radius()
    finally:
        runner.teardown_databases(databases)


# --- Loading ----------------------------------------------------------------------------------------


def loading(most: int) -> None:
    """`load_retractions` for files of growing size, then again, then with a hundred rows more."""
    print(f"{'load_retractions':<44}{'seconds':>9}{'cpu s':>9}{'rows/s':>9}{'peak MB':>9}")
    print(f"{'before any file':<44}{'':>27}{_peak():>9.0f}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for size in sorted({n for n in (10_000, 50_000) if n < most} | {most}):
            RetractionRecord.objects.all().delete()
            RetractionSet.objects.all().delete()
            path = records(Path(folder) / "records.csv", size)
            _loaded(f"a file of {size:,} rows ({path.stat().st_size / 1e6:.0f} MB)", path, size)
        _loaded("the same file again", path, most)
        _loaded("a newer file with 100 rows more", records(path, most + 100), most + 100)
    bare = _seconds(lambda: _bare_insert(most))
    print(
        f"{f'bare bulk insert of {most:,} such records':<44}{bare:>9.1f}{'':>9}{most / bare:>9,.0f}",
        flush=True,
    )


def _loaded(name: str, path: Path, size: int) -> None:
    busy = time.process_time()
    took = _seconds(lambda: load(path))
    busy = time.process_time() - busy
    print(f"{name:<44}{took:>9.1f}{busy:>9.1f}{size / took:>9,.0f}{_peak():>9.0f}", flush=True)


def records(path: Path, size: int) -> Path:
    """A file in the shape of Retraction Watch's, about 500 characters a row."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for n in range(size):
            title = f"Walking and low back pain in adults who sit for most of the day: trial {n} " * 4
            reason = "+Concerns/Issues about Data;+Unreliable Results;+Investigation by Journal/Publisher;"
            nature = NATURES[n % len(NATURES)]
            number = 20_000_000 + n if n % 3 == 0 else 0
            rows.writerow(
                (n, title, f"{n % 12 + 1}/{n % 28 + 1}/{2000 + n % 26} 0:00", f"10.5555/notice.{n}", 0,
                 f"10.5555/Work.{n}", number, nature, reason)
            )  # fmt: skip
    return path


def _bare_insert(size: int) -> None:
    with transaction.atomic():
        dataset = RetractionSet.objects.create(name="bare", digest="0" * 64)
        _save(
            RetractionRecord,
            (
                RetractionRecord(
                    key=f"{n:064}", doi=f"10.5555/bare.{n}", nature="retracted", notice_doi=f"10.5555/n.{n}",
                    title="Walking and low back pain in adults who sit for most of the day " * 4,
                    dataset=dataset, given="Retraction", reasons="Unreliable Results",
                )
                for n in range(size)
            ),
        )  # fmt: skip
        transaction.set_rollback(True)


# --- Matching ---------------------------------------------------------------------------------------


def matching(sources: int, unknown: int) -> None:
    """`check_sources`: the first night, when many differ; a quiet one; and one after a new retraction."""
    fill(sources, unknown)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    print(f"{'check_sources (retractions)':<44}{'seconds':>9}{'cpu s':>9}{'changed':>9}{'ms each':>9}")
    first = _matched("the first night")
    second = _matched("the second night")
    one = Source.objects.get(doi="10.5555/source.1")
    RetractionRecord.objects.filter(doi="10.5555/work.1").update(doi=one.doi)
    _matched("a night after one retraction")
    print(f"a quiet night takes {second / first:.2f} of the first", flush=True)


def _matched(name: str) -> float:
    began, busy = time.perf_counter(), time.process_time()
    found = match_all()
    took, busy = time.perf_counter() - began, time.process_time() - busy
    each = f"{took / found.changed * 1e3:.1f}" if found.changed else "–"
    print(
        f"{f'{name}, {found.compared:,} sources':<44}{took:>9.1f}{busy:>9.1f}{found.changed:>9,}{each:>9}",
        flush=True,
    )
    return took


def fill(sources: int, unknown: int) -> None:
    """Sources that a few live pages cite; of each `NAMED`, one is in the records."""
    f.policy()
    writer, editor, reviewer = f.user("w", "Writer"), f.user("e", "Managing editor"), f.reviewer("r")
    pages = [f.published(writer, reviewer, editor).pk for _ in range(PAGES)]
    _save(
        Source,
        (
            Source(
                title=f"Walking for low back pain: trial {n}", authors="Stone AB, Reed C", year=2024,
                container="Journal of Samples",
                doi=f"10.5555/work.{n}" if n % NAMED == 0 else f"10.5555/source.{n}",
                pmid=str(10_000_000 + n) if n % 2 else "",
                standing="unknown" if n < unknown or n % NAMED == 0 else "none",
            )
            for n in range(sources)
        ),
    )  # fmt: skip
    keys = Source.objects.filter(doi__startswith="10.5555/").order_by("pk").values_list("pk", flat=True)
    _save(
        PublishedReference,
        (
            PublishedReference(publication_id=pages[n % PAGES], source_id=key, number=n // PAGES + 2)
            for n, key in enumerate(keys.iterator())
        ),
    )


# --- The pages that rest on a source ----------------------------------------------------------------


def blast_radius() -> None:
    """Milliseconds from a source to the live pages that rest on it."""
    if importlib.util.find_spec("reviews.watching.using") is None:
        return
    using: Any = importlib.import_module("reviews.watching.using")
    some = list(Source.objects.filter(published_references__isnull=False).order_by("pk")[: ROUNDS * 50 : 50])
    find: Callable[..., Iterable[object]] = using.live_pages_using
    times = [_seconds(partial(lambda source: list(find(source=source)), source)) for source in some]
    print(
        f"{f'pages that rest on a source, p50 of {len(some)}':<44}{statistics.median(times) * 1e3:>9.1f} ms"
    )


def _save(model: type[Model], rows: Iterable[Model]) -> None:
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        model._default_manager.bulk_create(batch)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _peak() -> float:
    """The most memory that this process ever held, in MB; it can only grow."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
