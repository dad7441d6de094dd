"""Retraction records at full size: loading them, comparing every cited source with them, finding the pages.

    DATABASE_URL=postgres://… python -m bench watching --sources 100000 --records 115000 --pages 10000

A database of its own is filled in bulk; nothing is shown here but speed and memory. Of the sources, one in
two hundred is named by a record, and `--unknown` of them were never compared before. The live pages have ten
claims each.
"""

from __future__ import annotations

import argparse
import csv
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Model
from django.test.utils import get_runner, setup_test_environment
from django.utils import timezone

from articles.models import Article, Edition, Publication, PublishedReference, Source
from reviews.models import Claim, RetractionRecord, RetractionSet, Review, SignOff
from reviews.retractions.loading import load
from reviews.watching.matching import match_all
from reviews.watching.using import live_pages_using
from tests import factories as f

ROUNDS = 20
PAGES = 10
GROUPS = 100
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
    asked.add_argument("--pages", type=int, default=1_000, help="live pages with claims (1,000)")
    options = asked.parse_args(sys.argv[1:])
    print(f"python -m bench watching --sources {options.sources} --records {options.records}", end="")
    print(f" --unknown {options.unknown} --pages {options.pages}   ({connection.vendor})")
    setup_test_environment(debug=False)
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        loading(options.records)
        matching(options.sources, options.unknown)
        blast_radius()
        words_of_claims(options.pages)
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
    some = list(Source.objects.filter(published_references__isnull=False).order_by("pk")[: ROUNDS * 50 : 50])
    times = [_seconds(lambda source=source: list(live_pages_using(source=source))) for source in some]  # type: ignore[misc]
    print(
        f"{f'pages that rest on a source, p50 of {len(some)}':<44}{statistics.median(times) * 1e3:>9.1f} ms"
    )


SAID = (
    "Walking for {week} weeks eases low back pain in many adults, as trial {page} of group {group} found [1]."
)


def words_of_claims(pages: int) -> None:
    """Milliseconds from words of a claim to its live pages, as the desk asks: a count and 25 rows."""
    fill_pages(pages)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    print(f"{f'words of a claim, {pages:,} live pages':<44}{'found':>9}{'p50 ms':>9}{'p95 ms':>9}")
    for name, words in (
        ("on one page", "trial {n} of group"),
        ("on one page, pasted whole", SAID.format(week=3, page="{n}", group="{g}")),
        (f"on one page in {GROUPS}", "of group {g} found"),
        ("on every page", "eases low back pain"),
        ("on none, of words on every page", "back pain eases low"),
        ("on none", "cures every migraine"),
    ):
        times, found = [], 0
        for n in range(ROUNDS):
            page = n * 37 % pages
            asked = words.format(n=page, g=page % GROUPS)
            began = time.perf_counter()
            rows = live_pages_using(claim=asked)
            found = rows.count()
            list(rows[:25])
            times.append(time.perf_counter() - began)
        p95 = statistics.quantiles(times, n=20)[-1]
        print(
            f"  {name:<42}{found:>9,}{statistics.median(times) * 1e3:>9.1f}{p95 * 1e3:>9.1f}",
            flush=True,
        )


def fill_pages(pages: int) -> None:
    """Live pages with ten claims each, and a review that was published for each."""
    writer, editor, signer = f.user("w2", "Writer"), f.user("e2", "Managing editor"), f.reviewer("r2")
    now, first = timezone.now(), (Article.objects.aggregate(most=Max("pk"))["most"] or 0) + 1
    articles = [(first + n, f"Walking and back pain, page {n}", f"walk-{n}") for n in range(pages)]
    _save(Article, (Article(pk=pk, title=title, slug=slug, body="") for pk, title, slug in articles))
    _save(
        Edition,
        (
            Edition(
                pk=pk, article_id=pk, number=1, article_version=1, title=title, canonical="{}",
                digest="0" * 64, created_by=writer, created_at=now,
            )
            for pk, title, _ in articles
        ),
    )  # fmt: skip
    _save(
        Review,
        (
            Review(
                pk=pk, article_id=pk, edition_id=pk, submitted_by=writer, opened_at=now, submitted_at=now,
                closed_at=now, due_on=now.date(), tier="standard", status=Review.Status.PUBLISHED,
            )
            for pk, _, _ in articles
        ),
    )  # fmt: skip
    _save(
        SignOff,
        (
            SignOff(
                review_id=pk, edition_id=pk, signer=signer, printed_name="R", credentials="MD",
                registration="1", meaning="accurate", interests="None.", statement='{"signatures": 1}',
                signed_digest="1" * 64, at=now,
            )
            for pk, _, _ in articles
        ),
    )  # fmt: skip
    _save(
        Publication,
        (
            Publication(
                article_id=pk, edition_id=pk, slug=slug, locale="en-GB", title=title, signed_digest="1" * 64,
                required_signatures=1, attestation={}, html="<p>Walk.</p>" * 500, first_published_at=now,
                published_at=now, published_by=editor, review_due=now.date(),
            )
            for pk, title, slug in articles
        ),
    )  # fmt: skip
    _save(
        Claim,
        (
            Claim(review_id=pk, edition_id=pk, anchor=_anchor(n, week), origin="screening")
            for n, (pk, _, _) in enumerate(articles)
            for week in range(10)
        ),
    )


def _anchor(page: int, week: int) -> dict[str, Any]:
    said = SAID.format(week=week, page=page, group=page % GROUPS)
    return {"exact": said, "prefix": "", "suffix": "", "start": 0, "end": len(said)}


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
