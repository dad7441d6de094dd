"""The public site as readers meet it: requests per second, beside those of a bare view in the same run.

    DATABASE_URL=postgres://… python -m bench public --articles 10000

A database of its own is filled: one article of 1,500 words with 12 references and 3 disclaimers goes the
whole way through review, and the others are copies of it under addresses of their own. Then gunicorn serves
the site with two sync workers and every middleware, DEBUG off, and wrk asks over eight connections for
`--seconds` each. Needs wrk.
The ratio to the bare view travels between machines; requests per second do not.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection
from django.test.utils import get_runner, setup_test_environment
from django.utils import timezone

from articles.models import Article, Edition, Listing, Page, Publication, SearchEntry, SeeAlso
from articles.search import indexing
from articles.search.engine import engine
from reviews.models import Review, SignOff
from tests import factories as f

WORKERS, CONNECTIONS = 2, 8
TOPICS = 20
BATCH = 1_000
CLAIM = "<p>Walking for {0} weeks eases low back pain in many adults [{1}].</p>"
PLAIN = (
    "<p>It helps to begin slowly and to choose a time of day that suits. Some like company, others like to "
    "go alone; both are fine. Comfortable shoes and a bottle of water are all that is wanted. Number {0}.</p>"
)
RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
P99 = re.compile(r"99%\s+([\d.]+)(us|ms|s)")


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of the table: its name, the address, what must be reached of the bare view, more headers."""

    name: str
    path: str
    goal: str = ""
    headers: tuple[str, ...] = ()


class Measured(NamedTuple):
    """Requests per second, their ratio to the bare view just before, p99 in milliseconds."""

    rate: float
    of_bare: float
    slow: float


def main() -> None:
    """Fill a database made for the purpose, serve it, ask, and print each rate with its ratio."""
    from django.conf import settings

    asked = argparse.ArgumentParser(prog="python -m bench public", description=__doc__)
    asked.add_argument("--articles", type=int, default=1_000, help="live articles (1,000)")
    asked.add_argument(
        "--seconds", type=int, default=2, help="how long each address is asked for, each time (2)"
    )
    asked.add_argument("--rounds", type=int, default=5, help="how often; the median counts (5)")
    options = asked.parse_args(sys.argv[1:])
    if shutil.which("wrk") is None:
        print("bench public needs wrk (Debian: apt-get install wrk); nothing was measured.")
        return
    print(f"python -m bench public --articles {options.articles}   ({connection.vendor})")
    setup_test_environment(debug=False)
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        slug = fill(options.articles)
        with served() as (url, first, memory):
            print(f"start to first article {first * 1000:.0f} ms")
            rates = measure(url, slug, seconds=options.seconds, rounds=options.rounds)
            print(f"memory of a worker {memory():.0f} MB")
        report(rates)
    finally:
        connection.close()
        runner.teardown_databases(databases)


# --- Filling ----------------------------------------------------------------------------------------


def fill(number: int) -> str:
    """Publish one article through the workflow and copy it; returns its address."""
    f.policy()
    writer, editor, reviewer = f.user("w", "Writer"), f.user("e", "Managing editor"), f.reviewer("r")
    body = "".join(
        PLAIN.format(place) + (CLAIM.format(place + 2, place % 12 + 1) if place < 10 else "")
        for place in range(34)
    )
    topics = [f.topic(f"topic-{n}") for n in range(TOPICS)]
    page = f.published(
        writer, reviewer, editor, body=body, citations=[f.source() for _ in range(12)], topics=topics[:1],
        slug="walking-and-back-pain", interests="The writer owns shares in a maker of shoes.",
    )  # fmt: skip
    _copies(page, number - 1, topics)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return page.slug


def _copies(page: Publication, number: int, topics: list[Any]) -> None:
    edition, review = page.edition, Review.objects.get(edition=page.edition)
    signed, row = SignOff.objects.get(review=review), page.page
    for begin in range(0, number, BATCH):
        some = range(begin, min(begin + BATCH, number))
        articles = Article.objects.bulk_create(
            Article(title=f"{page.title} {n}", slug=f"{page.slug}-{n}", body="<p>Walk.</p>") for n in some
        )
        editions = Edition.objects.bulk_create(
            Edition(
                article=article, number=1, article_version=1, title=article.title, digest=edition.digest,
                canonical=edition.canonical, created_by_id=edition.created_by_id,
            )
            for article in articles
        )  # fmt: skip
        reviews = Review.objects.bulk_create(
            Review(
                article=e.article, edition=e, status=review.status, tier=review.tier,
                submitted_by_id=review.submitted_by_id, submitted_at=review.submitted_at,
                due_on=review.due_on, closed_at=review.closed_at,
            )
            for e in editions
        )  # fmt: skip
        SignOff.objects.bulk_create(
            _copy(signed, review=r, edition=r.edition, signed_digest=page.signed_digest) for r in reviews
        )
        pages = Publication.objects.bulk_create(
            _copy(page, article=e.article, edition=e, slug=e.article.slug, title=e.title,
                  published_at=timezone.now())
            for e in editions
        )  # fmt: skip
        Publication.topics.through.objects.bulk_create(
            Publication.topics.through(publication_id=p.pk, topic_id=topics[n % TOPICS].pk)
            for n, p in enumerate(pages)
        )
        rows = Page.objects.bulk_create(
            Page(
                article=p.article, publication=p, slug=p.slug, etag=f"{p.pk:032}",
                head=row.head, above="", below=row.below, card=row.card.replace(page.slug, p.slug),
                link=row.link.replace(page.slug, p.slug),
            )
            for p in pages
        )  # fmt: skip
        # As on the original, four links; every one of these pages is led to by others.
        SeeAlso.objects.bulk_create(
            SeeAlso(article=a, other=articles[(n + far) % len(articles)], place=6 + far)
            for n, a in enumerate([page.article, *articles] if begin == 0 else articles)
            for far in range(1, 5)
            if len(articles) > 5
        )
        _let_be_found(page, pages)
        Listing.objects.bulk_create(
            Listing(page=r, topic=topics[n % TOPICS], publication_id=r.publication_id)
            for n, r in enumerate(rows)
        )  # fmt: skip


def _let_be_found(page: Publication, copies: list[Publication]) -> None:
    """Put the copies into the search index, with the text of the original."""
    found = indexing.read(page.edition.content, topics=list(page.topics.values_list("pk", flat=True)))
    SearchEntry.objects.bulk_create(
        SearchEntry(publication=copy, **_values(page.search_entry, without=["publication_id"]))
        for copy in copies
    )
    for copy in copies:
        engine().put(copy.pk, found)


def _copy(row: Any, **changed: Any) -> Any:
    return type(row)(**_values(row, without=["id", *(f"{name}_id" for name in changed)]) | changed)


def _values(row: Any, *, without: Iterable[str]) -> dict[str, Any]:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name: value for name, value in values.items() if name not in without}


# --- Serving ----------------------------------------------------------------------------------------


@contextmanager
def served() -> Iterator[tuple[str, float, Any]]:
    """The site under gunicorn: its address, seconds from start to the first article, memory of a worker."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        environ = {
            **os.environ, "DJANGO_SETTINGS_MODULE": "bench.site", "DATABASE_URL": _database_url(),
            "STATIC_HASHED": "true", "VAR_DIR": folder, "LOG_LEVEL": "ERROR", "CONN_MAX_AGE": "600",
        }  # fmt: skip
        subprocess.run(
            [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"],
            env={**environ, "DJANGO_SETTINGS_MODULE": "config.settings"}, check=True,
        )  # fmt: skip
        command = [sys.executable, "-m", "gunicorn", "config.wsgi", "-b", f"127.0.0.1:{port}"]
        began = time.perf_counter()
        server = subprocess.Popen([*command, "-w", str(WORKERS), "--log-level", "error"], env=environ)
        try:
            first = _first_answer(f"{url}/articles/walking-and-back-pain/", began)
            yield url, first, lambda: _worker_memory(server.pid)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()


def _database_url() -> str:
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    return f"postgres://{values['USER']}@{values['HOST']}:{values['PORT']}/{values['NAME']}"


def _first_answer(url: str, began: float) -> float:
    while time.perf_counter() - began < 30:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                answer.read()
                return time.perf_counter() - began
        except OSError:
            time.sleep(0.005)
    raise RuntimeError("the site did not answer within 30 seconds")


def _worker_memory(parent: int) -> float:
    """Resident megabytes of the largest worker."""
    found = subprocess.run(
        ["ps", "-o", "rss=", "--ppid", str(parent)], capture_output=True, text=True, check=True
    )
    return max(int(line) for line in found.stdout.split()) / 1024


# --- Asking -----------------------------------------------------------------------------------------


def addresses(url: str, slug: str) -> Iterable[Asked]:
    """What is asked for: addresses that exist in this version, each with its goal."""
    with urllib.request.urlopen(f"{url}/articles/{slug}/", timeout=5) as answer:
        etag = answer.headers["ETag"]
    yield Asked("bare view", "/bare/")
    yield Asked("article", f"/articles/{slug}/", "≥ 55 %")
    yield Asked("article, packed", f"/articles/{slug}/", "", ("Accept-Encoding: gzip, br",))
    yield Asked("article, not changed", f"/articles/{slug}/", "≥ 65 %", (f"If-None-Match: {etag}",))
    yield Asked("home", "/", "≥ 25 %")
    yield Asked("topic", "/topics/topic-1/", "≥ 25 %")
    for name, path, goal in (
        ("search, a word in every text", "/search/?q=walking", "≥ 10 %"),
        ("search, two words", "/search/?q=comfortable+shoes", "≥ 10 %"),
        ("search, nothing found", "/search/?q=xylophone", "≥ 10 %"),
    ):
        try:
            urllib.request.urlopen(url + path, timeout=10).close()
        except OSError:
            continue
        yield Asked(name, path, goal)


def measure(url: str, slug: str, *, seconds: int, rounds: int) -> dict[Asked, Measured]:
    """Medians of rounds. The bare view is asked before each address, since machines are not steady."""
    bare, *others = addresses(url, slug)
    found: dict[Asked, list[Measured]] = {one: [] for one in (bare, *others)}
    for one in found:
        _wrk(url, one, 1)
    for _ in range(rounds):
        for one in others:
            usual, slow = _wrk(url, bare, seconds)
            rate, slowest = _wrk(url, one, seconds)
            found[bare].append(Measured(usual, 1.0, slow))
            found[one].append(Measured(rate, rate / usual, slowest))
    return {
        one: Measured(*map(statistics.median, zip(*all_of, strict=True))) for one, all_of in found.items()
    }


def _wrk(url: str, one: Asked, seconds: int) -> tuple[float, float]:
    headers = [part for header in one.headers for part in ("-H", header)]
    command = [
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{seconds}s",
        "--latency",
        *headers,
        url + one.path,
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate, slow = RATE.search(said), P99.search(said)
    assert rate is not None and slow is not None, said
    assert "Non-2xx" not in said, f"{one.path}: {said}"
    return float(rate[1]), float(slow[1]) * {"us": 0.001, "ms": 1, "s": 1000}[slow[2]]


def report(rates: dict[Asked, Measured]) -> None:
    """Print a table; the first row is what the others are compared with."""
    print(f"{'address':<34}{'req/s':>9}{'of bare':>9}{'p99 ms':>9}  goal")
    for one, (rate, ratio, slow) in rates.items():
        print(f"{one.name:<34}{rate:>9,.0f}{ratio:>9.1%}{slow:>9.1f}  {one.goal}")
