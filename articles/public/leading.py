"""What leads on from an article to others, asked anew for each reader: none of it names what is not live.

The links to see also come in the statement that finds the page; only a part of a series costs another one.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import NamedTuple

from django.db import connection
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from articles import statements

_GAP = "@@links@@"
_LINKS = """
    SELECT other.link
      FROM articles_seealso see
      JOIN articles_page other ON other.article_id = see.other_id
      JOIN articles_publication shown ON shown.id = other.publication_id AND shown.status = 'live'
     WHERE see.article_id = page.article_id
     ORDER BY see.place"""
# An array keeps the order that it is filled in, where an aggregate that sorts costs PostgreSQL more.
_JOINED = (
    f"array_to_string(ARRAY({_LINKS}), '</li><li>')"
    if connection.vendor == "postgresql"
    else f"(SELECT group_concat(link, '</li><li>') FROM ({_LINKS}))"  # noqa: S608 (nothing in it comes from outside)
)

# For a statement that has `page`: what `around` takes, and what else must be joined.
COLUMNS = f"page.article_id, part.series_id, {_JOINED}"
JOINS = "LEFT JOIN articles_seriespart part ON part.article_id = page.article_id"

_PART = """
SELECT name, slug, number, total, before, after FROM (
    SELECT part.article_id, series.name, series.slug,
           row_number() OVER parts AS number, count(*) OVER () AS total,
           lag(page.link) OVER parts AS before, lead(page.link) OVER parts AS after
      FROM articles_seriespart part
      JOIN articles_series series ON series.id = part.series_id
      JOIN articles_page page ON page.article_id = part.article_id
      JOIN articles_publication publication
        ON publication.id = page.publication_id AND publication.status = 'live'
     WHERE part.series_id = %s
    WINDOW parts AS (ORDER BY part.place, part.id)
) live WHERE article_id = %s"""


class Around(NamedTuple):
    """HTML that stands above and below an article, and a digest of it (empty where there is none)."""

    above: str
    below: str
    digest: str


_NOTHING = Around("", "", "")


def around(article: int, series: int | None, links: str | None) -> Around:
    """What leads on from an article, from the columns that `COLUMNS` names."""
    if not links and series is None:
        return _NOTHING
    above, below = _part(article, series) if series is not None else ("", "")
    if links:
        before, after = _see_also()
        below = "".join((below, before, links, after))
    return Around(above, below, hashlib.sha256(f"{above}\x00{below}".encode()).hexdigest()[:12])


def _part(article: int, series: int) -> tuple[str, str]:
    found = statements.row(_PART, [series, article])
    if found is None or found[3] == 1:  # alone in its series, for now
        return "", ""
    return _rendered(*found)


@lru_cache(maxsize=256)
def _rendered(
    name: str, slug: str, number: int, total: int, before: str | None, after: str | None
) -> tuple[str, str]:
    """Everything that is shown is an argument, so what is kept can never be out of date."""
    context = {"name": name, "slug": slug, "number": number, "total": total}
    # Links were made by a template, which escaped what is in them.
    links = {"before": mark_safe(before or ""), "after": mark_safe(after or "")}  # noqa: S308
    return (
        render_to_string("components/series_part.html", context),
        render_to_string("components/series_neighbours.html", {**context, **links}),
    )


@lru_cache(maxsize=1)
def _see_also() -> tuple[str, str]:
    before, after = render_to_string("components/see_also.html", {"links": _GAP}).split(_GAP)
    return before, after
