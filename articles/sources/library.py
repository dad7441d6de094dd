"""The shared library: the only writer of `Source`. Every change of a record is a new version of it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Q, Subquery
from rapidfuzz import fuzz

from articles.canonical import digest
from articles.models import Source, SourceVersion, record
from articles.outbox import enqueue
from articles.sources.names import joined_names, split_names
from articles.sources.works import IDENTIFIERS, Work, work_from

UNIQUE = ("doi", "pmid", "pmcid", "nct")
"""Identifiers that only one source can have, and that registries and retraction lists know it by."""
LIKE = 90
"""From this likeness of the titles on (0 to 100), two works of one year and first author are perhaps one."""
_LONGEST_CAUSE = 200
_LONGEST = {f.name: f.max_length for f in Source._meta.concrete_fields if f.max_length}


class Duplicate(ValueError):
    """An identifier (`.name` is its field) belongs to another source already; `.source` is that one."""

    def __init__(self, source: Source, name: str) -> None:
        self.source, self.name = source, name
        super().__init__(f"A source with this {_label(name)} is in the library already: {source}")


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of a work: its source, whether it is new, and sources that are perhaps the same work."""

    source: Source
    is_new: bool
    twins: tuple[Source, ...] = ()


def enter(work: Work, *, by: User | None, cause: str = "entered") -> Entered:
    """Find the work by its identifiers, or add it; a found source's empty fields are filled from the work.

    Sources that are probably the same work without sharing an identifier are named, never merged.
    """
    found = same_as(work)
    if found is None:
        twins = tuple(twins_of(work))
        source = Source(**_columns(work))
        try:
            add(source, by=by, cause=cause)
            return Entered(source, is_new=True, twins=twins)
        except Duplicate as known:  # somebody else entered it at the same time
            found = kept(known.source)
    fill(found, work, by=by, cause=cause)
    return Entered(found, is_new=False)


def add(source: Source, *, by: User | None, cause: str) -> None:
    """Save a new source, begin its history, and promise that lists and registries are asked about it.

    Raises `Duplicate` when another has one of its identifiers.
    """
    with transaction.atomic():
        _save(source)
        pin(source, by=by, cause=cause)
        if any(getattr(source, name) for name in UNIQUE):
            look_up_later(source.pk)


def look_up_later(source: int, occasion: str = "") -> None:
    """Promise that lists and registries are asked about a source (its primary key); once for an occasion."""
    key = f"look_up:{source}:{occasion}" if occasion else f"look_up:{source}"
    enqueue("look_up_source", key=key, payload={"source": source})


def amend(source: Source, *, by: User | None, cause: str, **fields: Any) -> SourceVersion:
    """Set fields of a source, all or none. Raises `Duplicate` when another has one of its identifiers."""
    with transaction.atomic():
        locked = Source.objects.select_for_update(no_key=True).get(pk=source.pk)
        for name, value in fields.items():
            setattr(locked, name, value)
        _save(locked, *fields)
        version = pin(locked, by=by, cause=cause)
    source.refresh_from_db()
    return version


def restate(turns: Sequence[tuple[Source, str, str]]) -> list[SourceVersion]:
    """Have sources, which the caller has locked, stand otherwise: each (source, standing, cause).

    A new version of each record, in their order, in a number of statements that does not grow with theirs.
    """
    newest_of = SourceVersion.objects.filter(source=OuterRef("source")).order_by("-number").values("pk")[:1]
    newest = {
        version.source_id: version
        for version in SourceVersion.objects.filter(
            source__in=[source.pk for source, _, _ in turns], pk=Subquery(newest_of)
        ).only("source", "number")
    }
    versions = []
    for source, standing, cause in turns:
        source.standing = Source.Standing(standing)
        before = newest.get(source.pk)
        today = record(source)
        versions.append(
            SourceVersion(
                source=source,
                number=before.number + 1 if before else 1,
                record=today,
                digest=digest(today),
                evidence=source.evidence,
                cause=cause[:_LONGEST_CAUSE],
            )
        )
    for standing in {standing for _, standing, _ in turns}:
        now = [source.pk for source, other, _ in turns if other == standing]
        Source.objects.filter(pk__in=now).update(standing=standing)
    return SourceVersion.objects.bulk_create(versions)


def _save(source: Source, *fields: str) -> None:
    """Save a source, or some of its fields. The database knows of a duplicate whoever was how fast."""
    try:
        with transaction.atomic():
            source.save(update_fields=fields or None)
    except IntegrityError as error:
        for name in UNIQUE:
            value = getattr(source, name)
            if value and (other := Source.objects.filter(_named(name, value)).exclude(pk=source.pk).first()):
                raise Duplicate(other, name) from error
        raise


def fill(source: Source, work: Work, *, by: User | None, cause: str) -> SourceVersion:
    """Set those fields of a source that are empty and that the work knows; with a title comes its kind.

    An identifier that belongs to another source is left out: whether the two are one, a person says.
    """
    known = _columns(work)
    with transaction.atomic():
        now = Source.objects.select_for_update(no_key=True).get(pk=source.pk)
        empty = {n: v for n, v in known.items() if v and n != "kind" and not getattr(now, n)}
        if work.title and now.title in _stand_ins(now):
            empty |= {"title": known["title"], "kind": known["kind"]}
        for name in UNIQUE:
            if name in empty:
                others = Source.objects.filter(_named(name, empty[name])).exclude(pk=now.pk)
                if others.exists():
                    del empty[name]
        return amend(source, by=by, cause=cause, **empty) if empty else pin(now, by=by, cause=cause)


def pin(source: Source, *, by: User | None = None, cause: str = "as it was found") -> SourceVersion:
    """The version that is the source's record today; made now if the record is not the newest version's."""
    today = record(source)
    value = digest(today)
    newest = source.versions.order_by("-number").first()
    if newest and newest.digest == value and newest.evidence == source.evidence:
        return newest
    return SourceVersion.objects.create(
        source=source,
        number=newest.number + 1 if newest else 1,
        record=today,
        digest=value,
        evidence=source.evidence,
        cause=cause,
        by=by,
    )


def same_as(work: Work) -> Source | None:
    """The source that shares an identifier with the work; of one that was merged, what it was merged into.

    A work without one is known by its address, a book by its ISBN, anything by being the very same entry.
    """
    for name in (*UNIQUE, "arxiv"):
        if found := known_by(name, getattr(work, name)):
            return kept(found)
    if any(getattr(work, name) for name in UNIQUE):
        return None
    sources = Source.objects.order_by("pk")
    found = None
    if work.url:
        found = sources.filter(url=work.url, doi="", pmid="", pmcid="", nct="").first()
    if found is None and work.isbn and work.kind == "book":
        found = sources.filter(isbn=work.isbn, kind="book").first()
    found = found or sources.filter(merged_into=None, **_columns(work)).first()
    return kept(found) if found else None


def known_by(name: str, value: str) -> Source | None:
    """The source that has this identifier, of the kind `name`."""
    return Source.objects.filter(_named(name, value)).order_by("pk").first() if value else None


def kept(source: Source) -> Source:
    """The source itself, or the one that it was merged into."""
    return source.merged_into or source


def twins_of(work: Work, *, but: Source | None = None) -> list[Source]:
    """Sources of the same year and first author whose titles are very much alike, the likest first."""
    title = plain(work.title)
    if not title:
        return []
    first = _first_author(", ".join(work.authors))
    rows = Source.objects.filter(year=work.year, merged_into=None)
    rows = rows.exclude(pk=but.pk) if but else rows
    scored = [
        (fuzz.ratio(title, plain(found.title)), -found.pk, found)
        for found in rows.filter(authors__istartswith=first)[:500]
        if _first_author(found.authors).casefold() == first.casefold()
    ]
    return [found for score, _, found in sorted(scored, reverse=True, key=lambda s: s[:2]) if score >= LIKE][
        :5
    ]


def merge(keep: Source, drop: Source, *, by: User) -> None:
    """Make two records of one work one: what cites `drop` goes on citing it, what is new cites `keep`.

    Identifiers and other fields that only `drop` has go over to `keep`, which is looked up again. Nothing
    is deleted.
    """
    with transaction.atomic():
        rows = Source.objects.select_for_update(no_key=True).filter(pk__in=(keep.pk, drop.pk)).order_by("pk")
        now = {source.pk: source for source in rows}
        keep, drop = now[keep.pk], now[drop.pk]
        if keep.pk == drop.pk or keep.merged_into_id or drop.merged_into_id:
            raise ValueError("Choose two different sources that are not merged already.")
        for name in UNIQUE:
            if getattr(keep, name) and getattr(drop, name) and getattr(keep, name) != getattr(drop, name):
                raise ValueError(f"These are two works: each has a {_label(name)} of its own.")
        moved = work_of(drop)
        gone = {name: "" for name in UNIQUE if getattr(drop, name)}
        amend(drop, by=by, cause=f"merged into source {keep.pk}", merged_into=keep, **gone)
        fill(keep, moved, by=by, cause=f"merged with source {drop.pk}")
        drop.duplicates.update(merged_into=keep)
        look_up_later(keep.pk, f"merged:{drop.pk}")


def work_of(source: Source) -> Work:
    """A source as a `Work`."""
    return work_from(record(source))


def untitled(work: Work | Source) -> str:
    """What stands for the title of a work of which only an identifier is known."""
    return _stand_ins(work)[0]


def plain(text: str) -> str:
    """A title as it is compared: letters and digits in lower case, one space between words."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def _stand_ins(work: Work | Source) -> list[str]:
    numbers = [f"{_label(name)} {value}" for name in IDENTIFIERS if (value := getattr(work, name))]
    return [*numbers, *filter(None, [work.url[:400]]), "Title not known"]


def _label(name: str) -> str:
    return next(str(f.verbose_name) for f in Source._meta.concrete_fields if f.name == name)


def _first_author(authors: str) -> str:
    names = split_names(authors)
    return names[0].rsplit(" ", 1)[0] if names else ""


def _columns(work: Work) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for name in Work.__dataclass_fields__:
        value = getattr(work, name)
        if name in ("authors", "editors"):
            value = joined_names(value)
        elif name == "accessed":
            value = dt.date.fromisoformat(value) if value else None
        elif isinstance(value, str) and len(value) > (most := _LONGEST.get(name) or len(value)):
            # Part of an identifier would be another one.
            value = "" if name in (*IDENTIFIERS, "url") else value[: most - 1] + "…"
        columns[name] = value
    columns["title"] = columns["title"] or untitled(work)
    return columns


def _named(name: str, value: str) -> Q:
    """A DOI is the same in any case (DOI Handbook, 2.4); the other identifiers are written in one.

    That it is not empty is said, so that the index of those that are not can be used.
    """
    return Q(**{"doi__iexact" if name == "doi" else name: value}) & ~Q(**{name: ""})
