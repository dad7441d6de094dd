"""Searching at a publisher's size: server time of one search page, by what is asked.

    DATABASE_URL=postgres://… python -m bench search --articles 1000 10000 100000

A database of its own is filled in bulk, past the workflow: nothing is shown here but speed. The words of the
articles are spread as those of a language are: the commonest stand in every article many times, most stand
in a few. Beyond 2,000 articles they repeat. Times are of the whole stack from the first middleware to the
last byte, without the network.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import random
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.core.handlers.base import BaseHandler
from django.db import connection, transaction
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext, get_runner

from articles import guards
from articles.batches import batched
from articles.models import Article, Edition, Publication, SearchEntry, SearchWord, Topic
from articles.search.engine import engine
from articles.search.indexing import read
from articles.search.words import COMMON

BATCH = 1_000
DIFFERENT = 2_000
TOPICS = 30
WORDS = 1_500
HEAD = ("search for", "p50 ms", "p95 ms", "p99 ms", "cpu ms", "queries", "results")
FIRST = dt.datetime(2010, 1, 1, tzinfo=dt.UTC)
REVIEW_LINE = "Medically reviewed by <strong>Dr Rita Reviewer</strong>, MD, FRCP, on 22 November 2026"


def main() -> None:
    """Fill a database made for the purpose, step by step to each size, and print a table at each."""
    from django.conf import settings

    asked = argparse.ArgumentParser(prog="python -m bench search", description=__doc__)
    asked.add_argument("--articles", type=int, nargs="+", default=[1_000, 10_000], metavar="N")
    asked.add_argument("--rounds", type=int, default=200, help="times that each page is asked for (200)")
    options = asked.parse_args(sys.argv[1:])
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        guards.remove()  # these publications were never signed
        site = Site()
        for size in sorted(options.articles):
            began = time.perf_counter()
            site.grow(size)
            print(f"\n{connection.vendor}: {size:,} articles of {WORDS:,} words", end="")
            print(f" (filled in {time.perf_counter() - began:.0f} s); {options.rounds} rounds")
            print("{:<40}{:>8}{:>8}{:>8}{:>8}{:>9}{:>9}".format(*HEAD))
            for name, query in questions(site):
                row = measured(f"/search/?{urlencode(query)}", rounds=options.rounds)
                print("{:<40}{:>8.1f}{:>8.1f}{:>8.1f}{:>8.1f}{:>9}{:>9}".format(name, *row), flush=True)
    finally:
        runner.teardown_databases(databases)


def questions(site: Site) -> Iterator[tuple[str, dict[str, str]]]:
    """Every measured question: its name and what the form sends."""
    yield "nothing (the form alone)", {}
    yield "a word in every title", {"q": "health"}
    yield "a word in every text, few titles", {"q": site.word(0)}
    yield "a word in a tenth of the texts", {"q": site.word(900)}
    yield "a word in a hundredth of the texts", {"q": site.word(6_000)}
    yield "a rare word", {"q": site.word(-10)}
    yield "a word that nobody wrote", {"q": "zzxqjk"}
    yield "two words of every text", {"q": f"{site.word(0)} {site.word(1)}"}
    yield "a common and a rare word", {"q": f"health {site.word(6_000)}"}
    yield "two words that are seldom together", {"q": f"{site.word(900)} {site.word(1_000)}"}
    yield (
        "a whole sentence",
        {"q": f"how can I improve my {site.word(3)} {site.word(40)} and {site.word(200)}"},
    )
    yield "a phrase in many texts", {"q": f'"{site.word(0)} {site.word(1)}"'}
    yield "a phrase in few texts", {"q": f'"{site.word(60)} {site.word(61)}"'}
    yield "a mistyped word", {"q": mistyped(site.word(300))}
    yield "a word in every title, of one topic", {"q": "health", "topic": "topic-3"}
    yield "a word in every text, of one topic", {"q": site.word(0), "topic": "topic-3"}
    yield "a word in every title, last month's", {"q": "health", "from": f"{site.newest - dt.timedelta(30)}"}
    yield "a word in every title, page 20", {"q": "health", "page": "20"}
    yield "a word in every text, page 20", {"q": site.word(0), "page": "20"}
    yield "10,000 letters", {"q": " ".join(site.vocabulary[:1_500])}


def mistyped(word: str) -> str:
    """The word with two letters in each other's place."""
    return word[:2] + word[3] + word[2] + word[4:]


def measured(path: str, *, rounds: int) -> tuple[float, float, float, float, int, str]:
    """Milliseconds at p50, p95 and p99, those of this process's own work at p50, queries, results."""
    handler = BaseHandler()
    handler.load_middleware()

    def get() -> bytes:
        response = handler.get_response(RequestFactory().get(path))
        assert response.status_code == 200, path
        return response.content

    html = get().decode()
    with CaptureQueriesContext(connection) as captured:
        get()
    taken, worked = [], []
    for _ in range(rounds):
        start, began = time.perf_counter(), time.process_time()
        get()
        taken.append((time.perf_counter() - start) * 1000)
        worked.append((time.process_time() - began) * 1000)
    cuts = statistics.quantiles(taken, n=100)
    said = html.partition('role="status">')[2].partition("</p>")[0]
    count = "200+" if said.startswith("More") else said.split(" ")[0] if said[:1].isdigit() else "–"
    return statistics.median(taken), cuts[94], cuts[98], statistics.median(worked), len(captured), count


# --- Filling --------------------------------------------------------------------------------------


class Site:
    """A publisher of made-up articles, all live."""

    def __init__(self) -> None:
        self.chance = random.Random(1)
        self.vocabulary = self._vocabulary()
        weights = (1 / (place + 1) for place in range(len(self.vocabulary)))
        self.weights = list(itertools.accumulate(weights))
        self.editor = User.objects.create_user("editor")
        self.topics = [Topic.objects.create(slug=f"topic-{n}", name=f"Topic {n}") for n in range(TOPICS)]
        self.newest = FIRST.date()
        self.keys: list[int] = []
        self.size = 0

    def _vocabulary(self) -> list[str]:
        """Words from the commonest to the rarest: those of English first, then made-up ones."""
        syllables = [a + b for a in "bdfgklmnprtvz" for b in ("a", "e", "i", "o", "u", "on", "ar")]
        made = ("".join(self.chance.choices(syllables, k=self.chance.randint(2, 4))) for _ in range(60_000))
        return list(dict.fromkeys([*sorted(COMMON), *(word for word in made if len(word) > 4)]))[:30_000]

    def word(self, place: int) -> str:
        """The word of that commonness, the function words of English left out."""
        return self.vocabulary[place if place < 0 else len(COMMON) + place]

    def grow(self, size: int) -> None:
        """Publish articles until there are `size`; those after the first `DIFFERENT` repeat them."""
        with without_indexes(), transaction.atomic():
            for numbers in batched(range(self.size, min(size, DIFFERENT)), BATCH):
                self._write(numbers)
            for numbers in batched(range(max(self.size, DIFFERENT), size), DIFFERENT):
                self._repeat(numbers)
        self.size = size
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")

    def _write(self, numbers: list[int]) -> None:
        contents = [self._content(n) for n in numbers]
        words: set[str] = set()
        for one, content, n in zip(self._publish(numbers, contents), contents, numbers, strict=True):
            found = read(content, topics=[self.topics[n % TOPICS].pk])
            engine().put(one.pk, found)
            SearchEntry.objects.filter(pk=one.pk).update(text=found.text)
            words |= found.vocabulary
            self.keys.append(one.pk)
        SearchWord.objects.bulk_create((SearchWord(word=word) for word in words), ignore_conflicts=True)

    def _repeat(self, numbers: list[int]) -> None:
        """The index's rows of the first articles, under new keys."""
        originals = self.keys[: len(numbers)]
        kept = Publication.objects.in_bulk(originals)
        contents = [{"title": kept[key].title, "summary": kept[key].summary} for key in originals]
        further = self._publish(numbers, contents)[0].pk - originals[0]
        key, columns = (
            ("publication_id", "title, head, anywhere")
            if connection.vendor == "postgresql"
            else ("rowid", "title, summary, subjects, body, topics")
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO articles_searchindex ({key}, {columns}) "  # noqa: S608
                f"SELECT {key} + %s, {columns} FROM articles_searchindex WHERE {key} BETWEEN %s AND %s",
                [further, originals[0], originals[-1]],
            )
            cursor.execute(
                "UPDATE articles_searchentry SET text = first.text FROM articles_searchentry first "
                "WHERE articles_searchentry.publication_id = first.publication_id + %s "
                "AND first.publication_id BETWEEN %s AND %s",
                [further, originals[0], originals[-1]],
            )

    def _say(self, count: int) -> str:
        return " ".join(self.chance.choices(self.vocabulary, cum_weights=self.weights, k=count))

    def _content(self, number: int) -> dict[str, Any]:
        paragraphs = "".join(f"<p>{self._say(50).capitalize()}.</p>" for _ in range(WORDS // 50 // 6))
        return {
            "title": f"Health and {self._say(4)} {number}",
            "summary": self._say(20).capitalize(),
            "body": "".join(f"<h2>{self._say(3)}</h2>{paragraphs}" for _ in range(6)),
            "topics": [{"name": f"Topic {number % TOPICS}"}],
        }

    def _publish(self, numbers: list[int], contents: list[dict[str, Any]]) -> list[Publication]:
        """Rows of live publications, twenty for each day."""
        days = [FIRST + dt.timedelta(days=n / 20) for n in numbers]
        articles = Article.objects.bulk_create(
            Article(title=content["title"], slug=f"health-{n}")
            for n, content in zip(numbers, contents, strict=True)
        )
        editions = Edition.objects.bulk_create(
            Edition(
                article=article, number=1, article_version=1, title=article.title, canonical="{}",
                digest="0" * 64, created_by=self.editor,
            )
            for article in articles
        )  # fmt: skip
        made = Publication.objects.bulk_create(
            Publication(
                article=edition.article, edition=edition, slug=edition.article.slug, locale="en-GB",
                title=edition.title, summary=content["summary"], signed_digest="0" * 64,
                required_signatures=1, attestation={}, html="<p>Walk.</p>",
                first_published_at=day, published_at=day, published_by=self.editor, review_due=day.date(),
            )
            for edition, content, day in zip(editions, contents, days, strict=True)
        )  # fmt: skip
        under = Publication.topics.through
        under.objects.bulk_create(
            under(publication_id=one.pk, topic_id=self.topics[n % TOPICS].pk)
            for n, one in zip(numbers, made, strict=True)
        )
        SearchEntry.objects.bulk_create(
            SearchEntry(publication=one, reviewed_on=day.date(), review_line=REVIEW_LINE)
            for one, day in zip(made, days, strict=True)
        )
        self.newest = days[-1].date()
        return made


@contextmanager
def without_indexes() -> Iterator[None]:
    """On PostgreSQL, an index that is made of a full table costs a tenth of one that grows with it."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes "
            "WHERE tablename = 'articles_searchindex' AND indexdef LIKE '%USING gin%'"
        )
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f"DROP INDEX {name}")
        yield
        for _, definition in found:
            cursor.execute(definition)
