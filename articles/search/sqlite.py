"""The index on SQLite: `articles_searchindex`, an FTS5 table of stems, whose rowid is the publication's key.

Its tokenizer is `ascii`: every sign that is not ASCII belongs to a word, so it divides our stems, which hold
nothing but letters and digits, exactly where we put a space.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import connection

from articles.models import Publication
from articles.search.indexing import Indexed
from articles.search.places import Place
from articles.search.queries import Query

# The best are first: short titles, then what says it in its title, its summary, its subjects. A smaller bm25
# is a better one. (It looks at every article that has the words, so it is asked for one place only.)
_WHERE = {
    Place.TITLE: ("title", "length(p.title)"),
    Place.HEAD: ("{title summary subjects}", "bm25(articles_searchindex, 10, 5, 2, 0, 0)"),
    Place.ANYWHERE: ("{title summary subjects body}", "0"),
}


def put(publication: int, found: Indexed) -> None:
    """Index a publication, in place of what was there under its key."""
    drop([publication])
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO articles_searchindex (rowid, title, summary, subjects, body, topics) "
            "VALUES (%s, %s, %s, %s, %s, %s)",
            [
                publication,
                *(" ".join(stems) for stems in (found.title, found.summary, found.subjects, found.body)),
                " ".join(map(_topic, found.topics)),
            ],
        )


def drop(publications: Iterable[int]) -> None:
    """Take publications out of the index, by their keys."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "DELETE FROM articles_searchindex WHERE rowid = %s", [(key,) for key in publications]
        )


def match(
    query: Query, place: Place, *, topic: int | None, since: tuple[dt.date, int] | None, limit: int
) -> list[int]:
    """Keys of at most `limit` live publications that have all of the query at that place, the best first.

    Where more have it, the newest `limit` are looked at. `since` is a day and the first key reviewed then or
    later.
    """
    columns, rank = _WHERE[place]
    wanted = [f'"{stem}"' for stem in query.stems] + [f'"{" ".join(phrase)}"' for phrase in query.phrases]
    asked = f"{columns} : ({' AND '.join(wanted)})"
    if topic is not None:
        asked += f' AND topics : "{_topic(topic)}"'
    day, first = since or (dt.date.min, 0)
    reviewed = "CROSS JOIN articles_searchentry e ON e.publication_id = p.id AND e.reviewed_on >= %s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT key FROM (
                SELECT p.id AS key, {rank} AS rank FROM articles_searchindex i
                CROSS JOIN articles_publication p ON p.id = i.rowid AND p.status = %s
                {reviewed if since else ""}
                WHERE articles_searchindex MATCH %s AND i.rowid >= %s
                ORDER BY i.rowid DESC LIMIT %s
            ) ORDER BY rank, key DESC
            """,  # noqa: S608 (our own names)
            [Publication.Status.LIVE, *([day.isoformat()] if since else []), asked, first, limit],
        )
        return [key for (key,) in cursor.fetchall()]


def _topic(key: int) -> str:
    return f"§{key}"
