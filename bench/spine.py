"""From a saved draft to a served page: milliseconds, queries, and the multiple of one bare insert.

Milliseconds depend on the machine; the multiple of a bare indexed insert of the same run travels better.
"""

from __future__ import annotations

import logging
import statistics
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, get_runner, setup_test_environment

from articles.editing import save_draft
from articles.outbox import enqueue
from reviews import audit, workflow
from reviews.models import Review
from tests import factories as f

ROUNDS = 20
PARAGRAPH = (
    "<p>Walking most days eases low back pain in many adults [1]. Most people can begin with ten "
    "minutes and add a little each week, and a physiotherapist can help to find the pace that suits. {0}</p>"
)


def main() -> None:
    """Measure on a database made for the purpose and print a table."""
    from django.conf import settings

    logging.disable(logging.ERROR)
    setup_test_environment(debug=False)
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        _measure()
    finally:
        runner.teardown_databases(databases)


def _measure() -> None:
    f.policy()
    writer, editor = f.user("w", "Writer"), f.user("e", "Managing editor")
    reviewer = f.reviewer("r")
    body = "".join(PARAGRAPH.format(f"Paragraph {n}.") for n in range(34))  # about 1,500 words
    bare = _times(lambda n: enqueue("announce", key=f"bench:{n}", payload={}))[0]
    rows: list[tuple[str, float, int]] = [("bare indexed insert", bare, 1)]
    drafts = [f.draft(writer, body=body) for _ in range(ROUNDS)]
    rows.append(
        (
            "save a draft",
            *_times(lambda n: save_draft(drafts[n], by=writer, version=1, body=body + f"<p>{n}</p>")),
        )
    )
    reviews: list[Review] = []
    rows.append(("submit", *_times(lambda n: reviews.append(workflow.submit(drafts[n], by=writer)))))
    for review in reviews:
        f.judge(review, reviewer)
    rows.append(("sign", *_times(lambda n: workflow.sign_off(reviews[n], by=reviewer, meaning="accurate"))))
    rows.append(("publish", *_times(lambda n: workflow.publish(reviews[n], by=editor))))
    client = Client()
    path = f"/articles/{drafts[0].slug}/"
    rows.append(("serve the page", *_times(lambda _: client.get(path))))
    events = audit.verify().counts["events"]
    rows.append((f"verify {events} events", *_times(lambda _: audit.verify(), rounds=3)))
    print(f"{connection.vendor}, median of {ROUNDS}")
    print(f"{'step':<24}{'ms':>9}{'queries':>9}{'× insert':>10}")
    for name, seconds, queries in rows:
        print(f"{name:<24}{seconds * 1000:>9.2f}{queries:>9}{seconds / bare:>10.1f}")


def _times(action: Callable[[int], Any], rounds: int = ROUNDS) -> tuple[float, int]:
    taken = []
    for n in range(rounds - 1):
        start = time.perf_counter()
        action(n)
        taken.append(time.perf_counter() - start)
    with CaptureQueriesContext(connection) as captured:
        action(rounds - 1)
    return statistics.median(taken), len(captured)
