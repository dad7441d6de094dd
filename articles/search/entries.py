"""What is shown of publications that were found: read once more from what is live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from articles import statements

_LIVE = """
SELECT page.id, page.slug, page.title, page.summary, entry.text, entry.review_line
  FROM articles_searchentry entry
  JOIN articles_publication page ON page.id = entry.publication_id AND page.status = 'live'
 WHERE entry.publication_id IN ({})"""


class Entry(NamedTuple):
    """A live publication; `review_line` is HTML made by a template, all else is plain text."""

    pk: int
    slug: str
    title: str
    summary: str
    text: str
    review_line: str


def live_entries(keys: Sequence[int]) -> list[Entry]:
    """Those of these publications that are live at this moment, in no order. One query, none for no keys."""
    if not keys:
        return []
    return [Entry(*row) for row in statements.rows(_LIVE.format(", ".join(["%s"] * len(keys))), keys)]
