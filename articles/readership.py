"""How often each article is read in a month, counted without anything about who reads it.

Each process counts in its memory and adds what it has to the database every `EVERY` seconds, in one statement
and in a thread of its own, so that no page waits for it. Nothing but an article's number is remembered: no
address, no cookie, no name of a browser. Counts may be lost, when a process ends or the database cannot be
written to; a page is never lost for them. What a cache in front of the site answers is not counted.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from articles import statements
from articles.models import Reads

log = logging.getLogger(__name__)

EVERY = 30.0
"""Seconds between two writes of a process. Not a number of views: on a busy day that would be each moment."""
MOST = 2_000
"""Articles that are counted between two writes, the most read surely among them; more would take memory."""
EARLY = 7
"""Days of a month in which the month before says more about what is read."""
_MACHINES = (
    "bot", "crawl", "spider", "slurp", "scrapy", "preview", "facebookexternalhit", "feed", "monitor",
    "uptime", "headless", "lighthouse", "curl", "wget", "python", "java/", "okhttp", "httpclient",
    "http-client", "go-http",
)  # fmt: skip
"""Words in the names of programs that are nobody's browser."""
_NOT_NOW = (
    "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_MOZ",
)  # fmt: skip
"""Headers of a browser that has the page already, or fetches it in case somebody may want it."""

_OF_A_MONTH = """
SELECT * FROM (
    SELECT reads.month, page.slug, page.link
      FROM articles_reads reads
      JOIN articles_page page ON page.article_id = reads.article_id
      JOIN articles_publication publication
        ON publication.id = page.publication_id AND publication.status = 'live'
     WHERE reads.month = %s
     ORDER BY reads.count DESC, reads.article_id LIMIT %s
) of_a_month"""
_OF_TWO_MONTHS = f"{_OF_A_MONTH} UNION ALL {_OF_A_MONTH.replace('of_a_month', 'of_another')}"

_lock = threading.Lock()
_counted: dict[int, int] = {}
_written_at = time.monotonic()


def count(article: int, request: Mapping[str, Any]) -> None:
    """Count a view of an article whose text was sent, if a person seems to have asked for it.

    `request` is the `META` of the request. Not counted: HEAD, what a browser fetches ahead or only asks
    about again, and programs that say what they are. Never raises, takes microseconds, writes nothing here.
    """
    global _written_at
    if not settings.COUNT_READS or not _is_read(request):
        return
    with _lock:
        if article in _counted or len(_counted) < MOST:
            _counted[article] = _counted.get(article, 0) + 1
        if time.monotonic() - _written_at < EVERY:
            return
        _written_at = time.monotonic()
    threading.Thread(target=_write_and_go, name="readership", daemon=True).start()


def write() -> int:
    """Add what was counted to the database; returns how many views. What cannot be written is lost."""
    with _lock:
        counted = sorted(_counted.items())
        _counted.clear()
    if not counted:
        return 0
    month = connection.ops.adapt_datefield_value(timezone.localdate().replace(day=1))
    rows = ", ".join(["(%s, %s, %s)"] * len(counted))
    # Processes write at once: the database adds up. In the order of articles, so that none waits for another
    # that waits for it.
    statement = (
        f"INSERT INTO {Reads._meta.db_table} AS known (article_id, month, count) VALUES {rows} "  # noqa: S608
        "ON CONFLICT (article_id, month) DO UPDATE SET count = known.count + excluded.count"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for article, views in counted for value in (article, month, views)])
    return sum(views for _, views in counted)


class MostRead(NamedTuple):
    """A live article among the most read: its address, and HTML of a link to it."""

    slug: str
    link: SafeString


def most_read(limit: int = 5) -> list[MostRead]:
    """The live articles that were read most this month, the most read first.

    Those of last month in the first days of a new one, or where nothing was counted yet. Always as things
    stand: what was taken down is not among them a moment later.
    """
    today = timezone.localdate()
    this = today.replace(day=1)
    last = (this - dt.timedelta(days=1)).replace(day=1)
    first, second = (last, this) if today.day <= EARLY else (this, last)
    found = statements.rows(_OF_TWO_MONTHS, [first.isoformat(), limit, second.isoformat(), limit])
    # Links were made by a template, which escaped what is in them.
    return [MostRead(slug, mark_safe(link)) for month, slug, link in found if month == found[0][0]]  # noqa: S308


def _is_read(request: Mapping[str, Any]) -> bool:
    if request["REQUEST_METHOD"] != "GET" or any(header in request for header in _NOT_NOW):
        return False
    program = request.get("HTTP_USER_AGENT", "").lower()
    return bool(program) and not any(word in program for word in _MACHINES)


def _write_and_go() -> None:
    try:
        write()
    except Exception:
        log.warning("What was read in the last moments could not be counted", exc_info=True)
    finally:
        connection.close()
