"""The desk's pages at a publisher's size: server time and queries of each.

    python -m bench desk --articles 100000 --open 10000

A database of its own is filled in bulk, past the workflow: nothing is shown here but speed. Times are of
the whole stack from the first middleware to the last byte, without the network.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.core.handlers.base import BaseHandler
from django.db import connection
from django.db.models import Model
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext, get_runner
from django.utils import timezone

from articles.models import Article, Contribution, Edition, Publication, Source, Topic
from reviews import judging
from reviews.models import ChainHead, Claim, Event, Finding, Review, Reviewer, SignOff, SourceCheck
from tests import factories as f

M = TypeVar("M", bound=Model)
Get = Callable[[str], Any]

ROUNDS = 30
CLAIMS = 10
REVIEWERS = 40
BATCH = 2_000
PARAGRAPH = (
    "<p>Walking most days eases low back pain in many adults [1]. Most people can begin with ten "
    "minutes and add a little each week, and a physiotherapist can help to find the pace that suits. {0}</p>"
)
LONG = "".join(PARAGRAPH.format(f"Paragraph {n}.") for n in range(34))
"""About 1,500 words."""


def main() -> None:
    """Fill a database made for the purpose, measure, and print a table."""
    from django.conf import settings

    asked = argparse.ArgumentParser(prog="python -m bench desk", description=__doc__)
    asked.add_argument("--articles", type=int, default=2_000, help="articles in all (default 2,000)")
    asked.add_argument("--open", type=int, default=200, help="of them in review (default 200)")
    options = asked.parse_args(sys.argv[1:])
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        began = time.perf_counter()
        fill(options.articles, options.open)
        print(f"{connection.vendor}: {options.articles:,} articles, {options.open:,} open reviews", end="")
        print(f" (filled in {time.perf_counter() - began:.0f} s); p50 and p95 of {ROUNDS}")
        print(f"{'page':<44}{'p50 ms':>9}{'p95 ms':>9}{'cpu ms':>9}{'queries':>9}")
        for name, path in pages():
            row = measured(browser(_reader(name)), path)
            print("{:<44}{:>9.1f}{:>9.1f}{:>9.1f}{:>9}".format(name, *row), flush=True)
    finally:
        runner.teardown_databases(databases)


# --- What is measured -----------------------------------------------------------------------------


def pages() -> Iterator[tuple[str, str]]:
    """Every measured page: its name and address. A function for each part of the desk."""
    yield from queue_pages()
    yield from other_pages()
    yield from review_pages()


def queue_pages() -> Iterator[tuple[str, str]]:
    """The queue, plain and narrowed by each filter."""
    someone = Reviewer.objects.earliest("pk").user_id
    yield "queue, as a reviewer sees it", "/desk/"
    yield "queue, as an editor sees it", "/desk/"
    yield "queue, page 100", "/desk/?page=100"
    for query in (
        "status=in_review", "status=changes_requested", "assignee=me", "assignee=nobody",
        f"assignee={someone}", "topic=topic-3", "tier=high", "due=overdue", "due=week",
        "age=3", "age=7", "age=14", "waits=second", "waits=assignee", "alert=yes",
        "status=in_review&topic=topic-3&due=overdue&assignee=nobody",
    ):  # fmt: skip
        yield f"queue, {query}"[:43], f"/desk/?{query}"


def other_pages() -> Iterator[tuple[str, str]]:
    """Workload, figures and live pages."""
    yield "workload", "/desk/workload/"
    yield "figures", "/desk/figures/"


def review_pages() -> Iterator[tuple[str, str]]:
    """The review's screen, by claims; twelve sources, half of the claims checked, twenty comments."""
    writer, judge = User.objects.get(username="writer0"), User.objects.get(username="reviewer1")
    sources = list(Source.objects.order_by("pk")[:12])
    for number in (15, 60):
        said = "".join(
            f"<p>Walking for {n} weeks eases low back pain in most adults [{n % 12 + 1}].</p>"
            for n in range(2, number + 2)
        )
        review = f.submitted(
            writer,
            title=f"A review with {number} claims",
            body=said,
            citations=sources,
            topics=[f.topic("topic-0")],
        )
        assert review.claims.count() == number
        for n, claim in enumerate(review.claims.order_by("pk")[: number // 2]):
            f.check(claim, judge, sources[n % 12])
        for n in range(20):
            judging.comment(review, by=writer, text=f"Comment {n}.")
        here = f"/desk/reviews/{review.pk}/"
        yield f"review, {number} claims, as a reviewer", here
        yield f"review, {number} claims, a form open", f"{here}?open=claim-{review.claims.latest('pk').pk}"
        yield f"review, {number} claims, as the editor", here
        yield f"sign page, {number} claims", f"{here}sign/"


def _reader(name: str) -> User:
    return User.objects.get(username="editor" if "editor" in name else "reviewer0")


def browser(person: User) -> Get:
    """What `person` gets at an address, signed in, through every middleware."""
    client = Client()
    client.force_login(person)
    requests = RequestFactory(
        headers={"cookie": "; ".join(f"{k}={m.value}" for k, m in client.cookies.items())}
    )
    handler = BaseHandler()
    handler.load_middleware()

    def get(path: str) -> Any:
        response = handler.get_response(requests.get(path))
        assert response.status_code == 200, (path, response.status_code)
        return response

    return get


def measured(get: Get, path: str) -> tuple[float, float, float, int]:
    """Milliseconds at p50 and p95, those of this process's own work at p50, and queries."""
    get(path)
    with CaptureQueriesContext(connection) as captured:
        get(path)
    taken, worked = [], []
    for _ in range(ROUNDS):
        start, began = time.perf_counter(), time.process_time()
        get(path)
        taken.append((time.perf_counter() - start) * 1000)
        worked.append((time.process_time() - began) * 1000)
    p95 = statistics.quantiles(taken, n=20)[-1]
    return statistics.median(taken), p95, statistics.median(worked), len(captured)


# --- Filling --------------------------------------------------------------------------------------


def fill(articles: int, open_ones: int) -> None:
    """Fill the database: the newest `open_ones` of `articles` in review, the others published."""
    f.policy()
    cast = Cast()
    fields = (
        (Review, "opened_at"), (SignOff, "at"), (Contribution, "at"), (Edition, "created_at"),
    )  # fmt: skip
    with at_their_own_times(*fields):
        _articles(cast, articles, open_ones)
        made = list(Edition.objects.order_by("pk").values_list("pk", "article"))
        split = len(made) - open_ones
        _closed(cast, made[:split])
        _open(cast, made[split:])
    last = Event.objects.latest("sequence")
    ChainHead.objects.update(sequence=last.sequence, hash=last.hash)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


class Cast:
    """Who works at this publisher."""

    def __init__(self) -> None:
        self.writers = [f.user(f"writer{n}", "Writer", name=f"Wanda Writer {n}") for n in range(10)]
        self.reviewers = [f.reviewer(f"reviewer{n}", name=f"Rita Reviewer {n}") for n in range(REVIEWERS)]
        self.editor = f.user("editor", "Managing editor", name="Edgar Editor")
        self.topics = [f.topic(f"topic-{n}") for n in range(30)]
        self.sources = [f.source() for _ in range(12)]
        for n, person in enumerate(self.reviewers[::3]):
            Reviewer.objects.get(user=person).specialties.set(self.topics[n % 10 : n % 10 + 8])
        self.now = timezone.now()

    def writer(self, n: int) -> User:
        return self.writers[n % len(self.writers)]

    def reviewer(self, n: int) -> User:
        return self.reviewers[n % len(self.reviewers)]

    def topic(self, n: int) -> Topic:
        return self.topics[n % len(self.topics)]


@contextmanager
def at_their_own_times(*columns: tuple[type[Model], str]) -> Iterator[None]:
    """Let rows say themselves when they came to be, in columns that are otherwise filled with the hour."""
    fields: list[Any] = [model._meta.get_field(name) for model, name in columns]
    for field in fields:
        field.auto_now_add = False
    try:
        yield
    finally:
        for field in fields:
            field.auto_now_add = True


def _save(model: type[M], rows: Iterable[M]) -> None:
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        model._default_manager.bulk_create(batch)


def _articles(cast: Cast, number: int, open_ones: int) -> None:
    _save(
        Article,
        (
            Article(
                title=f"Walking and back pain {n}", slug=f"walking-and-back-pain-{n}", body="<p>Walk.</p>"
            )
            for n in range(number)
        ),
    )
    keys = list(Article.objects.order_by("pk").values_list("pk", flat=True))
    under: Any = Article.topics.through
    _save(under, (under(article_id=pk, topic_id=cast.topic(n).pk) for n, pk in enumerate(keys)))
    _save(
        Contribution,
        (
            Contribution(
                article_id=pk, person=cast.writer(n), version=1, action="created", draft_digest="0" * 64,
                at=cast.now,
            )
            for n, pk in enumerate(keys)
        ),
    )  # fmt: skip
    _save(Edition, (_edition(cast, n, pk, long=n >= number - open_ones) for n, pk in enumerate(keys)))


def _edition(cast: Cast, n: int, article: int, *, long: bool) -> Edition:
    topic, writer = cast.topic(n), cast.writer(n)
    content = {
        "schema": 1, "article": article, "number": 1, "slug": f"walking-and-back-pain-{n}", "locale": "en-GB",
        "title": f"Walking and back pain {n}", "summary": "What a daily walk can do for your back.",
        "body": LONG if long else "<p>Walk.</p>", "topics": [{"slug": topic.slug, "name": topic.name}],
        "authors": [{"id": writer.pk, "name": writer.get_full_name()}], "contributors": [writer.pk],
        "interests": "", "correction": None,
        "references": [
            {"number": place, "source": source.pk, "record": {"title": source.title}, "digest": "0" * 64}
            for place, source in enumerate(cast.sources, start=1)
        ],
    }  # fmt: skip
    return Edition(
        article_id=article, number=1, article_version=1, title=content["title"],
        canonical=json.dumps(content), digest="0" * 64, created_by=writer, created_at=cast.now,
    )  # fmt: skip


def _review(cast: Cast, n: int, edition: int, article: int, *, opened: dt.datetime, **fields: Any) -> Review:
    return Review(
        article_id=article, edition_id=edition, submitted_by=cast.writer(n), opened_at=opened,
        submitted_at=opened, due_on=(opened + dt.timedelta(days=7)).date(),
        tier="high" if n % 5 == 0 else "standard", **fields,
    )  # fmt: skip


def _closed(cast: Cast, made: list[tuple[int, int]]) -> None:
    """One published review for each edition, over the last three years."""

    def times(n: int) -> tuple[dt.datetime, dt.datetime]:
        opened = cast.now - dt.timedelta(days=20 + n * 1075 / max(len(made), 1))
        return opened, opened + dt.timedelta(days=n % 19, hours=n % 24)

    _save(
        Review,
        (
            _review(
                cast, n, edition, article, opened=times(n)[0], closed_at=times(n)[1],
                status=Review.Status.PUBLISHED if n % 20 else Review.Status.DECLINED,
            )
            for n, (edition, article) in enumerate(made)
        ),
    )  # fmt: skip
    closed = list(Review.objects.order_by("pk").values_list("pk", "edition", "article", "status"))
    digest = "1" * 64
    _save(
        SignOff,
        (_signature(cast, n, pk, edition, times(n)[1]) for n, (pk, edition, _, _) in enumerate(closed)),
    )
    _save(
        Publication,
        (
            Publication(
                article_id=article, edition_id=edition, slug=f"walking-and-back-pain-{n}", locale="en-GB",
                title=f"Walking and back pain {n}", signed_digest=digest, required_signatures=1,
                attestation={}, html="<p>Walk.</p>", first_published_at=times(n)[1],
                published_at=times(n)[1], published_by=cast.editor,
                review_due=(times(n)[1] + dt.timedelta(days=1080)).date(),
            )
            for n, (_, edition, article, status) in enumerate(closed)
            if status == Review.Status.PUBLISHED
        ),
    )  # fmt: skip
    under: Any = Publication.topics.through
    live = Publication.objects.order_by("pk").values_list("pk", flat=True)
    _save(under, (under(publication_id=pk, topic_id=cast.topic(n).pk) for n, pk in enumerate(live)))
    _log(
        (pk, article, action, at)
        for n, (pk, _, article, status) in enumerate(closed)
        for action, at in (
            ("submit", times(n)[0]),
            ("sign_off", times(n)[1]),
            ("publish" if status == Review.Status.PUBLISHED else "decline", times(n)[1]),
        )
    )


def _open(cast: Cast, made: list[tuple[int, int]]) -> None:
    """One open review for each edition, with claims, checks, findings and a signature here and there."""
    states = (
        (Review.Status.IN_REVIEW,) * 7 + (Review.Status.CHANGES_REQUESTED,) * 2 + (Review.Status.SIGNED_OFF,)
    )
    _save(
        Review,
        (
            _review(
                cast, n, edition, article, opened=cast.now - dt.timedelta(hours=n % 480),
                status=states[n % 10], assignee=cast.reviewer(n) if n % 3 else None,
                alert="The record of a source changed." if n % 50 == 0 else "",
            )
            for n, (edition, article) in enumerate(made)
        ),
    )  # fmt: skip
    reviews = list(
        Review.objects.filter(status__in=Review.OPEN).order_by("pk").values_list("pk", "edition", "article")
    )
    anchor = {"exact": "Walking eases low back pain [1].", "prefix": "", "suffix": "", "start": 0, "end": 32}
    _save(
        Claim,
        (
            Claim(review_id=pk, edition_id=edition, anchor=anchor, origin="screening")
            for pk, edition, _ in reviews
            for _ in range(CLAIMS)
        ),
    )
    source: Source = cast.sources[0]
    claims = Claim.objects.order_by("pk").values_list("pk", "edition")
    _save(
        SourceCheck,
        (
            SourceCheck(
                claim_id=pk, source=source, edition_id=edition, claim_text=anchor["exact"], source_record={},
                source_digest="0" * 64, verdict="supports", level=2, directness="direct", passage="It helps.",
                locator="Table 2", read="full_text", by=cast.reviewer(n),
            )
            for n, (pk, edition) in enumerate(claims)
            if n % 10 < 6
        ),
    )  # fmt: skip
    _save(
        Finding,
        (
            Finding(
                review_id=pk, edition_id=edition, rule="reviewer", category="reviewer",
                message="Say in whom.",
                severity="advise" if place == 3 else "resolve", disposition="fixed" if place == 0 else "",
            )
            for pk, edition, _ in reviews
            for place in range(4)
        ),
    )  # fmt: skip
    _save(
        SignOff,
        (
            _signature(cast, n, pk, edition, cast.now)
            for n, (pk, edition, _) in enumerate(reviews)
            if n % 10 in (0, 9)
        ),
    )
    _log((pk, article, "submit", cast.now) for pk, _, article in reviews)


def _signature(cast: Cast, n: int, review: int, edition: int, at: dt.datetime) -> SignOff:
    signer = cast.reviewer(n + 1)
    return SignOff(
        review_id=review, edition_id=edition, signer=signer, printed_name=signer.get_full_name(),
        credentials="MD, FRCP", registration="GMC 7000000", meaning="accurate", interests="None.",
        statement='{"signatures": 1}', signed_digest="1" * 64, at=at,
    )  # fmt: skip


def _log(entries: Iterable[tuple[int, int, str, dt.datetime]]) -> None:
    begin = Event.objects.count() + 1
    _save(
        Event,
        (
            Event(
                sequence=begin + n, action=action, actor_name="Somebody", article_id=article,
                review_id=review, facts={"to": "signed_off"}, at=at, previous="0" * 64, hash="0" * 64,
            )
            for n, (review, article, action, at) in enumerate(entries)
        ),
    )  # fmt: skip
