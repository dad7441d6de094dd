"""Scheduled publishing, and what a job costs beside its work: milliseconds and queries of each.

    python -m bench jobs --due 500

Articles have 1,500 words, 12 references and 10 claims; each is written, judged, signed and scheduled by the
real functions. Then their hour comes, and each is published by the job that was promised when it was
scheduled, gate, page, audit event and mark that it is done included. All are published in one process.
"""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import statistics
import sys
import time

from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext, get_runner, setup_test_environment
from django.utils import timezone

from articles.models import Outbox, Publication, Source
from articles.outbox import enqueue
from reviews import jobs, policy
from reviews.models import Review
from reviews.policy import requiring
from tests import factories as f

PLAIN = (
    "<p>It helps to begin slowly and to choose a time of day that suits. Some like company, others like to "
    "go alone; both are fine. Comfortable shoes and a bottle of water are all that is wanted. Number {0}.</p>"
)
CLAIM = "<p>Walking for {0} weeks eases low back pain in many adults [{1}].</p>"
TITLE = "Walking and back pain {0}"


def main() -> None:
    """Fill a database made for the purpose, publish what is due, and print a table."""
    from django.conf import settings

    asked = argparse.ArgumentParser(prog="python -m bench jobs", description=__doc__)
    asked.add_argument("--due", type=int, default=100, help="articles whose hour has come (default 100)")
    options = asked.parse_args(sys.argv[1:])
    logging.disable(logging.ERROR)
    setup_test_environment(debug=False)
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        began = time.perf_counter()
        fill(options.due)
        print(f"{connection.vendor}: {options.due} articles due", end="")
        print(f" (filled in {time.perf_counter() - began:.0f} s)", flush=True)
        print(f"{'job':<24}{'p50 ms':>9}{'p95 ms':>9}{'mean ms':>9}{'cpu ms':>9}{'queries':>9}")
        for name in ("nothing", "publish_scheduled"):
            print("{:<24}{:>9.2f}{:>9.2f}{:>9.2f}{:>9.2f}{:>9}".format(name, *measured(name)), flush=True)
        assert Publication.objects.count() == options.due
    finally:
        runner.teardown_databases(databases)


def fill(due: int) -> None:
    """Schedule `due` signed articles for an hour that has passed, and as many jobs that do nothing."""
    f.policy()
    writers = [f.user(f"writer{n}", "Writer") for n in range(5)]
    reviewers = [f.reviewer(f"reviewer{n}") for n in range(5)]
    editor = f.user("editor", "Managing editor")
    sources = [f.source() for _ in range(60)]
    for n in range(due):
        _scheduled(n, writers[n % 5], reviewers[n % 5], editor, sources)
    passed = timezone.now() - dt.timedelta(seconds=1)  # jobs that are late cost one transaction more
    # The clock cannot be put forward for the database; the hour is put back.
    Review.objects.update(scheduled_for=passed)
    Outbox.objects.filter(job="publish_scheduled").update(run_at=passed)
    Outbox.objects.exclude(job="publish_scheduled").delete()
    jobs.JOBS["nothing"] = lambda payload: None
    for n in range(due):
        enqueue("nothing", key=f"nothing:{n}", payload={})


def _scheduled(n: int, writer: User, reviewer: User, editor: User, sources: list[Source]) -> None:
    cited = [sources[(n * 5 + place) % len(sources)] for place in range(12)]
    body = "".join(
        PLAIN.format(place) + (CLAIM.format(place + 2, place % 12 + 1) if place < 10 else "")
        for place in range(34)
    )
    f.scheduled(writer, reviewer, editor, title=TITLE.format(n), body=body, citations=cited)


def measured(name: str) -> tuple[float, float, float, float, int]:
    """Milliseconds of the jobs called `name`: median, 95th percentile, mean, own work; queries of one."""
    first, *others = Outbox.objects.filter(job=name, done_at=None).values_list("pk", flat=True)
    with CaptureQueriesContext(connection) as captured:
        jobs.run(first)
    queries = len(captured)
    # What filled the database has read some of the texts; the worker at their hour has not.
    policy._screened.cache_clear()
    requiring._read.cache_clear()
    requiring._spoken_of.clear()
    taken, began = [], time.process_time()
    for pk in others:
        start = time.perf_counter()
        jobs.run(pk)
        taken.append((time.perf_counter() - start) * 1000)
    worked = (time.process_time() - began) * 1000 / len(others)
    p95 = statistics.quantiles(taken, n=20)[-1]
    return statistics.median(taken), p95, statistics.fmean(taken), worked, queries
