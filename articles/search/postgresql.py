"""The index on PostgreSQL: `articles_searchindex`, a row for each publication, a tsvector for each place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import connection

from articles import statements
from articles.search.indexing import BREAK, Indexed
from articles.search.places import Place
from articles.search.queries import Query

MOST_CHECKED = 1_000
"""Articles with all words of a phrase, the newest first, that are read for whether they stand together."""
LEAST_LOOKED_AT = 200
"""For fewer the planner would rather read the newest articles until it has them: all, for a rare word."""
BATCH = 1_024
"""Publications whose long vectors have one lexeme more in common, as `articles_search_anywhere` knows."""

_SHORT = """
    SELECT publication_id, {place} AS words FROM articles_searchindex
    WHERE {place} @@ %s::tsquery AND publication_id >= %s ORDER BY publication_id DESC LIMIT %s
"""
_LONG = """
    SELECT publication_id, NULL::tsvector AS words FROM articles_search_anywhere(
        %s::tsquery, nullif(%s, '')::tsquery, %s, (SELECT max(publication_id) FROM articles_searchindex),
        %s, %s
    ) AS publication_id
"""
_SINCE = "EXISTS (SELECT 1 FROM articles_searchentry e WHERE e.publication_id = p.id AND e.reviewed_on >= %s)"
# The best are first: short titles, then what says it in its title, its summary, its subjects.
_RANK = {
    Place.TITLE: "length(p.title)",
    Place.HEAD: "-ts_rank('{0.1, 0.2, 0.5, 1}', words, %s::tsquery, 1)",
    Place.ANYWHERE: "NULL::int",
}


def put(publication: int, found: Indexed) -> None:
    """Index a publication, in place of what was there under its key."""
    head = [(found.title, "A"), (found.summary, "B"), (found.subjects, "C")]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO articles_searchindex (publication_id, title, head, anywhere)
            VALUES (%s, %s::tsvector, %s::tsvector, %s::tsvector)
            ON CONFLICT (publication_id) DO UPDATE
            SET title = excluded.title, head = excluded.head, anywhere = excluded.anywhere
            """,
            [
                publication,
                _vector(head[:1], found.topics),
                _vector(head, found.topics),
                _vector([*head, (found.body, "D")], found.topics, batch=publication // BATCH),
            ],
        )


def drop(publications: Iterable[int]) -> None:
    """Take publications out of the index, by their keys."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM articles_searchindex WHERE publication_id = ANY(%s)", [list(publications)]
        )


def match(
    query: Query, place: Place, *, topic: int | None, since: tuple[dt.date, int] | None, limit: int
) -> list[int]:
    """Keys of at most `limit` live publications that have all of the query at that place, the best first.

    Where more have it, the newest `limit` are looked at; of those that have all the words of a phrase, the
    newest `MOST_CHECKED`. `since` is a day and the first key reviewed then or later.
    """
    wanted = " & ".join(map(_quoted, query.stems))
    if topic is not None:
        wanted = f"{wanted} & {_topic(topic)}"
    phrases = " & ".join(f"({' <-> '.join(map(_quoted, phrase))})" for phrase in query.phrases)
    day, first = since or (None, 0)
    looked_at = MOST_CHECKED if phrases else max(limit, LEAST_LOOKED_AT)
    conditions, params = ["p.status = 'live'"], list[str | int]()
    if place is Place.ANYWHERE:
        found = _LONG
        params += [wanted, phrases, first, looked_at, limit]
    else:
        found = _SHORT.format(place=place.value)
        params += [wanted, first, looked_at]
        if phrases:
            conditions.append("words @@ %s::tsquery")
            params.append(phrases)
    if day:
        conditions.append(_SINCE)
        params.append(day.isoformat())
    if place is Place.HEAD:
        params.append(wanted)
    rows = statements.rows(
        f"""
        SELECT p.id FROM ({found}) found JOIN articles_publication p ON p.id = found.publication_id
        WHERE {" AND ".join(conditions)} ORDER BY {_RANK[place]}, p.id DESC LIMIT %s
        """,  # noqa: S608 (our own names)
        [*params, limit],
        plan_anew=True,
    )
    return [key for (key,) in rows]


def _vector(parts: list[tuple[list[str], str]], topics: list[int], *, batch: int | None = None) -> str:
    """A tsvector, written out: each stem with its places and their weight; `BREAK` leaves a place empty."""
    places: dict[str, list[str]] = {}
    at = 0
    for stems, weight in parts:
        for one in (BREAK, *stems):
            at += 1
            if one != BREAK:
                places.setdefault(one, []).append(f"{at}{weight}")
    written = [f"{_quoted(one)}:{','.join(where)}" for one, where in places.items()]
    in_batch = [] if batch is None else [f"'#{batch}'"]
    return " ".join([*written, *map(_topic, topics), *in_batch])


def _quoted(stem: str) -> str:
    """A lexeme. Stems hold letters and digits only, so there is nothing in them to escape."""
    return f"'{stem}'"


def _topic(key: int) -> str:
    return f"'§{key}'"
