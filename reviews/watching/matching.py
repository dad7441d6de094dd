"""Every source held against the loaded retraction records; only those that stand otherwise are touched."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Lower, NullIf

from articles.models import Citation, Publication, PublishedReference, Source
from reviews.models import RetractionRecord, RetractionSet, Review, SourceCheck, StandingChange
from reviews.retractions.loading import newest
from reviews.watching.standings import Notice, from_files, may_follow, set_standing, standing_of, voice_of

Standing = Source.Standing
_BATCH = 400
_HAS_IDENTIFIER = ~Q(doi="") | ~Q(pmid="")


@dataclass(slots=True)
class Matched:
    """What a comparison found and did."""

    compared: int = 0
    """Sources that were looked at."""
    with_notices: int = 0
    """Of them, those that a record names."""
    without_identifier: int = 0
    """Of them, those that cannot be looked up: neither DOI nor PMID."""
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
    into another stands as that one does. Each change is a transaction of its own, so a killed run is run
    again; run twice, the second changes nothing. `progress` is called with the number of changes so far.
    """
    scope = (in_use() if only is None else only).order_by().values("pk")
    merged = Source.objects.filter(pk__in=scope, merged_into__isnull=False)
    sources = Source.objects.filter(Q(pk__in=scope) | Q(pk__in=merged.values("merged_into")))
    alone = sources.filter(merged_into__isnull=True)
    found = Matched(compared=sources.count(), without_identifier=alone.exclude(_HAS_IDENTIFIER).count())
    # In this order: what was merged follows what it was merged into.
    for wanted in (_noticed(alone, found), _silent(alone, newest()), _merged(merged)):
        for source, stands in _allowed(wanted, found):
            _set(source, stands, found)
            progress(found.changed)
    return found


def in_use() -> QuerySet[Source]:
    """Sources that a live page rests on, or that an article in review or its claims cite."""
    live = PublishedReference.objects.filter(publication__status=Publication.Status.LIVE)
    cited = Citation.objects.filter(
        Q(article__reviews__status__in=Review.OPEN) | Q(article__publications__status=Publication.Status.LIVE)
    )
    checked = SourceCheck.objects.filter(claim__review__status__in=Review.OPEN)
    used = (rows.order_by().values("source") for rows in (live, cited, checked))
    return Source.objects.filter(reduce(or_, (Q(pk__in=keys) for keys in used)))


Wanted = Iterator[list[tuple[Source, Notice]]]
"""In batches, sources that stand otherwise than the records say, and what decides it."""


def _allowed(wanted: Wanted, found: Matched) -> Iterator[tuple[Source, Notice]]:
    for batch in wanted:
        voices = _voices(source for source, _ in batch)
        for source, notice in batch:
            if may_follow(source.standing, voices.get(source.pk), notice):
                yield source, notice
            elif notice.nature not in (Standing.NONE, Standing.UNKNOWN):
                found.kept += 1


def _set(source: Source, notice: Notice, found: Matched) -> None:
    changed = set_standing(
        source,
        notice.nature,
        dataset=notice.dataset,
        dataset_digest=notice.dataset_digest,
        notice_doi=notice.notice_doi,
        noted_on=notice.noted_on,
    )
    if changed:
        found.changed += 1
        found.after[notice.nature] += 1


# --- What the records say ---------------------------------------------------------------------------


def _named(sources: QuerySet[Source], *, named: bool) -> QuerySet[Source]:
    """Those whose DOI or PMID a record has that says something; or the others."""
    telling = RetractionRecord.objects.exclude(nature=Standing.NONE)
    told = Exists(telling.filter(doi=OuterRef("looked_up"))) | Exists(telling.filter(pmid=OuterRef("number")))
    # No identifier is nothing to look up, not the empty one that many records have.
    nothing = Value("")
    asked = sources.annotate(looked_up=NullIf(Lower("doi"), nothing), number=NullIf("pmid", nothing))
    return asked.filter(told if named else ~told)


def _noticed(sources: QuerySet[Source], found: Matched) -> Wanted:
    """Sources that records name."""
    for batch in _batches(_named(sources, named=True)):
        found.with_notices += len(batch)
        wanted = []
        for source, notices in zip(batch, _notices(batch), strict=True):
            stands = standing_of(notices)
            if stands.notice and stands.standing != source.standing:
                wanted.append((source, stands.notice))
        yield wanted


def _notices(batch: Sequence[Source]) -> Iterator[list[Notice]]:
    """The notices of each source of the batch."""
    dois = {source.doi.lower() for source in batch} - {""}
    pmids = {source.pmid for source in batch} - {""}
    records = RetractionRecord.objects.filter(Q(doi__in=dois) | Q(pmid__in=pmids)).select_related("dataset")
    by_name: defaultdict[str, dict[int, RetractionRecord]] = defaultdict(dict)
    for record in records.defer("title", "reasons", "given"):
        by_name[f"doi:{record.doi}"][record.pk] = record
        by_name[f"pmid:{record.pmid}"][record.pk] = record
    for source in batch:
        named = by_name[f"doi:{source.doi.lower()}"] if source.doi else {}
        numbered = by_name[f"pmid:{source.pmid}"] if source.pmid else {}
        yield [
            Notice(r.nature, r.noted_on, r.notice_doi, r.dataset.name, r.dataset.digest)
            for r in (named | numbered).values()
        ]


def _silent(sources: QuerySet[Source], complete: RetractionSet | None) -> Wanted:
    """Sources that no record names: those that can be called `none` now, and those that records once named.

    What a person or a registry says of a source stays.
    """
    if complete is None:
        return
    silent = _named(sources, named=False)
    spoken = silent.exclude(_HAS_IDENTIFIER, standing=Standing.NONE)
    for batch in _batches(spoken.exclude(~_HAS_IDENTIFIER, standing=Standing.UNKNOWN)):
        voices = _voices(batch)
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
    for batch in _batches(differ):
        kept = Source.objects.in_bulk({source.merged_into_id for source in batch if source.merged_into_id})
        voices = _voices(kept.values())
        wanted = []
        for source in batch:
            assert source.merged_into_id is not None
            standing = kept[source.merged_into_id].standing
            voice = voices.get(source.merged_into_id)
            wanted.append((source, voice or Notice(standing, dataset=f"source {source.merged_into_id}")))
        yield wanted


def _batches(sources: QuerySet[Source]) -> Iterator[list[Source]]:
    """Their keys are listed first: they are changed while they are gone through."""
    keys = list(sources.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), _BATCH):
        batch = Source.objects.filter(pk__in=keys[start : start + _BATCH]).order_by("pk")
        yield list(batch.only("pk", "standing", "doi", "pmid", "merged_into"))


def _voices(sources: Iterable[Source]) -> dict[int, Notice]:
    """What decided the standing of each, unless a person did."""
    by_key = {source.pk: source for source in sources}
    newest_of = StandingChange.objects.filter(source=OuterRef("source")).order_by("-pk").values("pk")[:1]
    changes = StandingChange.objects.filter(source__in=by_key, pk=Subquery(newest_of))
    voices = {c.source_id: voice_of(c, by_key[c.source_id].standing) for c in changes}
    return {source: voice for source, voice in voices.items() if voice}
