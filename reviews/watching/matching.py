"""Every source held against the loaded retraction records; only those that stand otherwise are touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Lower, NullIf

from articles.models import Citation, Edition, Publication, PublishedReference, Source
from reviews.models import RetractionRecord, RetractionSet, Review, SourceCheck
from reviews.retractions.loading import newest
from reviews.watching.standings import (
    Notice,
    from_files,
    may_follow,
    notices_about,
    set_standings,
    standing_of,
    voices_of,
)

Standing = Source.Standing
_BATCH = 200
"""Sources that are compared, and changed, in one transaction: while they change, others wait for the log."""
_CAN_BE_ASKED = ~Q(doi="") | ~Q(pmid="")
_CANNOT_BE_ASKED = Q(doi="", pmid="")


@dataclass(slots=True)
class Matched:
    """What a comparison found and did."""

    compared: int = 0
    """Sources that were looked at."""
    with_notices: int = 0
    """Of them, those that a record names."""
    without_identifier: int = 0
    """Of them, those that cannot be looked up: neither DOI nor PMID, or merged into one that has them."""
    changed: int = 0
    kept: int = 0
    """Sources of which others know worse than the records do: left as they were."""
    after: Counter[str] = field(default_factory=Counter)
    """What the changed ones stand for now."""


def match_all(
    *, only: QuerySet[Source] | None = None, progress: Callable[[int], None] = lambda changed: None
) -> Matched:
    """Compare sources with the retraction records by DOI or PMID, and set the standing of those that differ.

    Without `only`, the sources that a live page or an open review cites. A source without a record stands for
    `none` only if a set was loaded to its end and the source has a DOI or PMID. One that was merged
    into another stands as that one does. Each batch of changes is a transaction of its own, so a killed run
    is run again; run twice, the second changes nothing. `progress` is called with the changes so far.
    """
    scope = (in_use() if only is None else only).order_by().values("pk")
    merged = Source.objects.filter(merged_into__isnull=False, pk__in=scope)
    kept = set(merged.values_list("merged_into", flat=True))
    sources = Source.objects.filter(Q(pk__in=scope) | Q(pk__in=kept) if kept else Q(pk__in=scope))
    found = Matched(
        **sources.aggregate(compared=Count("pk"), without_identifier=Count("pk", filter=_CANNOT_BE_ASKED))
    )
    complete = newest()
    named, silent = _due(sources.filter(merged_into__isnull=True), complete)
    found.with_notices = len(named)
    # In this order: what was merged follows what it was merged into.
    for wanted in (_noticed(named), _silent(silent, complete), _merged(merged)):
        for batch in _allowed(wanted, found):
            changes = set_standings(batch)
            found.changed += len(changes)
            found.after.update(change.after for change in changes)
            if changes:
                progress(found.changed)
    return found


def in_use() -> QuerySet[Source]:
    """Sources that a live page rests on, or that an article in review, its frozen edition or its claims cite.

    Where one was merged into another, the other too: that is the one by whose numbers the work is known.
    """
    live = PublishedReference.objects.filter(publication__status=Publication.Status.LIVE)
    cited = Citation.objects.filter(
        Q(article__reviews__status__in=Review.OPEN) | Q(article__publications__status=Publication.Status.LIVE)
    )
    checked = SourceCheck.objects.filter(claim__review__status__in=Review.OPEN)
    used = (rows.order_by().values("source") for rows in (live, cited, checked))
    found = Source.objects.filter(reduce(or_, (Q(pk__in=keys) for keys in used), Q(pk__in=_only_frozen())))
    merged = found.filter(merged_into__isnull=False).order_by()
    return Source.objects.filter(
        Q(pk__in=found.order_by().values("pk")) | Q(pk__in=merged.values("merged_into"))
    )


def _only_frozen() -> set[int]:
    """Keys of the sources that an edition under review cites while its draft has moved on."""
    moved_on = Edition.objects.filter(
        reviews__status__in=Review.OPEN, article_version__lt=F("article__version")
    ).distinct()
    return {one["source"] for edition in moved_on.iterator() for one in edition.content["references"]}


Wanted = Iterator[list[tuple[Source, Notice]]]
"""In batches, sources that stand otherwise than the records say, and what decides it."""


def _allowed(wanted: Wanted, found: Matched) -> Wanted:
    for batch in wanted:
        voices = voices_of(source for source, _ in batch)
        allowed = []
        for source, notice in batch:
            if may_follow(source.standing, voices.get(source.pk), notice):
                allowed.append((source, notice))
            elif notice.nature not in (Standing.NONE, Standing.UNKNOWN):
                found.kept += 1
        yield allowed


# --- What the records say ---------------------------------------------------------------------------


def _due(sources: QuerySet[Source], complete: RetractionSet | None) -> tuple[list[int], list[int]]:
    """Keys of the sources that a record names which says something, and of others that may stand wrong."""
    telling = RetractionRecord.objects.exclude(nature=Standing.NONE)
    told = Exists(telling.filter(doi=OuterRef("looked_up"))) | Exists(telling.filter(pmid=OuterRef("number")))
    # No identifier is nothing to look up, not the empty one that many records have.
    nothing = Value("")
    asked = sources.annotate(looked_up=NullIf(Lower("doi"), nothing), number=NullIf("pmid", nothing))
    silent = Q(pk__in=[])
    if complete:
        silent = (_CAN_BE_ASKED & ~Q(standing=Standing.NONE)) | (
            _CANNOT_BE_ASKED & ~Q(standing=Standing.UNKNOWN)
        )
    due = asked.annotate(named=told).filter(Q(named=True) | silent)
    keys: dict[bool, list[int]] = {True: [], False: []}
    for key, named in due.order_by("pk").values_list("pk", "named"):
        keys[bool(named)].append(key)
    return keys[True], keys[False]


def _noticed(keys: list[int]) -> Wanted:
    """Sources that records name."""
    for batch in _batches(keys):
        wanted = []
        for source, notices in zip(batch, notices_about(batch), strict=True):
            stands = standing_of(notices)
            if stands.notice and stands.standing != source.standing:
                wanted.append((source, stands.notice))
        yield wanted


def _silent(keys: list[int], complete: RetractionSet | None) -> Wanted:
    """Sources that no record names: those that can be called `none` now, and those that records once named.

    What a person or a registry says of a source stays.
    """
    for batch in _batches(keys):
        assert complete is not None
        voices = voices_of(batch)
        wanted = []
        for source in batch:
            standing = Standing.NONE if source.doi or source.pmid else Standing.UNKNOWN
            notice = Notice(standing, dataset=complete.name, dataset_digest=complete.digest)
            voice = voices.get(source.pk)
            if source.standing == Standing.UNKNOWN or (voice and from_files(voice, notice)):
                wanted.append((source, notice))
        yield wanted


def _merged(sources: QuerySet[Source]) -> Wanted:
    """Sources that were merged into one that stands otherwise."""
    differ = sources.exclude(standing=F("merged_into__standing"))
    for batch in _batches(list(differ.order_by("pk").values_list("pk", flat=True))):
        kept = Source.objects.in_bulk({source.merged_into_id for source in batch if source.merged_into_id})
        voices = voices_of(kept.values())
        wanted = []
        for source in batch:
            assert source.merged_into_id is not None
            standing = kept[source.merged_into_id].standing
            voice = voices.get(source.merged_into_id)
            wanted.append((source, voice or Notice(standing, dataset=f"source {source.merged_into_id}")))
        yield wanted


def _batches(keys: list[int]) -> Iterator[list[Source]]:
    for start in range(0, len(keys), _BATCH):
        batch = Source.objects.filter(pk__in=keys[start : start + _BATCH]).order_by("pk")
        yield list(batch.only("pk", "standing", "doi", "pmid", "merged_into"))
