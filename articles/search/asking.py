"""Answering a question: which live publications, in which order, and what of them is shown."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.utils.safestring import SafeString, mark_safe

from articles.models import Publication
from articles.search.engine import engine
from articles.search.entries import live_entries
from articles.search.places import Place
from articles.search.queries import Query, parse
from articles.search.snippets import marked, passage
from articles.search.suggesting import FEW, suggestion

PER_PAGE = 10
MOST = 200
"""Results that can be leafed through. Whoever has more needs another question, not another page."""
_LONG_AGO = dt.date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Result:
    """A publication that was found, in safe HTML: escaped, with `<mark>` around the words of the question."""

    slug: str
    title: SafeString
    passage: SafeString
    review_line: SafeString


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a question; `page` says which of its results these are."""

    query: Query
    page: Page[int]
    found: list[Result]
    more: bool
    """There are more than `MOST`."""
    did_you_mean: str
    """The question without its mistyped words; empty when it has none."""


def search(
    text: str, *, topic: int | None = None, reviewed_from: dt.date | None = None, page: int | str = 1
) -> Results:
    """Find the live publications that have all words of `text`, and its phrases in quotation marks.

    First those with all of it in the title, the shortest title first; then in title, summary, topics,
    headings and the words they say most often; then anywhere, the newest first. Any text gets an answer,
    and any page: one that is not there is the nearest that is. `topic` is the key of one. What it costs does
    not grow with the number of articles that have the words.
    """
    query = parse(text)
    keys = _ordered(query, topic=topic, reviewed_from=reviewed_from)
    shown = Paginator(keys[:MOST], PER_PAGE).get_page(page)
    return Results(
        query=query,
        page=shown,
        found=_results(query, list(shown)),
        more=len(keys) > MOST,
        did_you_mean=suggestion(query) if len(keys) < FEW else "",
    )


def _ordered(query: Query, *, topic: int | None = None, reviewed_from: dt.date | None = None) -> list[int]:
    """Keys of at most `MOST` + 1 live publications, the best first."""
    since = None
    if reviewed_from:
        first = _first_since(reviewed_from)
        if first is None:
            return []
        since = (reviewed_from, first)
    keys: dict[int, None] = {}
    for place in Place if query.stems else ():
        found = engine().match(query, place, topic=topic, since=since, limit=MOST + 1)
        keys |= dict.fromkeys(found)
        if len(keys) > MOST:
            break
    return list(keys)[: MOST + 1]


def _first_since(day: dt.date) -> int | None:
    """The first key that can have been reviewed on `day` or later: what is published was reviewed before."""
    begin = dt.datetime.combine(max(day, _LONG_AGO), dt.time.min, tzinfo=dt.UTC) - dt.timedelta(days=1)
    live = Publication.objects.filter(status=Publication.Status.LIVE, published_at__gte=begin)
    return live.order_by("published_at", "pk").values_list("pk", flat=True).first()


def _results(query: Query, keys: list[int]) -> list[Result]:
    by_key = {
        entry.pk: Result(
            slug=entry.slug,
            title=marked(entry.title, query),
            passage=passage(query, text=entry.text, summary=entry.summary),
            review_line=mark_safe(entry.review_line),  # noqa: S308 (made by a template, which escapes)
        )
        for entry in live_entries(keys)
    }
    return [by_key[key] for key in keys if key in by_key]
