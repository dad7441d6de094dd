"""What a source stands for after all that was noted about it, and the one way to change it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery

from articles.models import Source, SourceVersion
from articles.outbox import enqueue
from articles.sources import library
from articles.sources.natures import GRAVITY
from reviews import audit
from reviews.models import Event, RetractionRecord, RetractionSet, StandingChange

Standing = Source.Standing
BAD = (Standing.RETRACTED, Standing.WITHDRAWN, Standing.EXPRESSION_OF_CONCERN, Standing.CORRECTION)
"""Turns after which somebody must look at the pages that rest on the source."""
_TAKEN_BACK = (Standing.RETRACTED, Standing.WITHDRAWN)
_SILENT = (Standing.NONE, Standing.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice about a work: what it says (a `Source.Standing`), of which day, and who told of it."""

    nature: str
    noted_on: dt.date | None = None
    notice_doi: str = ""
    dataset: str = ""
    dataset_digest: str = ""


@dataclass(frozen=True, slots=True)
class Stands:
    """A standing, and the notice that decides it; no notice where there is none."""

    standing: str
    notice: Notice | None = None


def standing_of(notices: Iterable[Notice], *, silence: str = Standing.UNKNOWN) -> Stands:
    """The one standing that all notices of one work come to. Pure; their order does not matter.

    A work that was taken back stays so until a reinstatement that is certainly later: both have a day, and no
    retraction or withdrawal is of that day, after it or without a day. What a reinstated work was accused of
    before is over; a notice after it, or without a day, counts. Of what counts the gravest is the standing
    (an expression of concern outlasts corrections); a notice that nobody understands is graver than a
    correction. Notices that take nothing back say nothing. `silence` is the standing without any notice.
    """
    said = [notice for notice in notices if notice.nature != Standing.NONE]
    back = _newest([n for n in said if n.nature == Standing.REINSTATED])
    if back:
        said = [n for n in said if n == back or (n.nature != Standing.REINSTATED and not _before(n, back))]
    if not said:
        return Stands(str(silence))
    gravest = max(GRAVITY[notice.nature] for notice in said)
    deciding = _newest([notice for notice in said if GRAVITY[notice.nature] == gravest])
    assert deciding is not None
    return Stands(deciding.nature, deciding)


def set_standing(
    source: Source,
    after: str,
    *,
    dataset: str,
    dataset_digest: str = "",
    notice_doi: str = "",
    noted_on: dt.date | None = None,
) -> StandingChange | None:
    """Have a source stand otherwise, because `dataset` (a file or registry) says so.

    Returns the change; None, and changes nothing, where `set_standings` says that what is known stays.
    """
    notice = Notice(str(after), noted_on, notice_doi, dataset, dataset_digest)
    changes = set_standings([(source, notice)])
    source.refresh_from_db()
    return changes[0] if changes else None


def set_standings(wanted: Sequence[tuple[Source, Notice]]) -> list[StandingChange]:
    """Have sources, each named once, stand as a notice says; returns the changes, in their order.

    Left as they are: those that stand so already, those of which `may_follow` says that what is known stays,
    and those of which a loaded record says worse than a turn for the better. The records' new versions, the
    changes, their events and, after turns for the worse, the jobs that raise alerts are one transaction.
    """
    with transaction.atomic():
        turns = _turns(wanted)
        if not turns:
            return []
        versions = library.restate([(s, n.nature, f"{_label(n)}, says {n.dataset}") for s, _, n in turns])
        changes = StandingChange.objects.bulk_create(
            StandingChange(
                source=source,
                before=before,
                after=new.nature,
                dataset=new.dataset[:200],
                dataset_digest=new.dataset_digest,
                notice_doi=new.notice_doi[:200],
                noted_on=new.noted_on,
            )
            for source, before, new in turns
        )
        told = zip(turns, versions, changes, strict=True)
        audit.append([_event(before, new, version, change) for (_, before, new), version, change in told])
        for change in changes:
            # The better turn eases the alerts that the worse one raised.
            if change.after in BAD or change.before in BAD:
                enqueue("raise_alerts", key=f"raise_alerts:{change.pk}", payload={"change": change.pk})
    return changes


Turn = tuple[Source, str, Notice]
"""A source, locked; how it stood; what has it stand otherwise."""


def _turns(wanted: Sequence[tuple[Source, Notice]]) -> list[Turn]:
    """Those of `wanted` that may be."""
    rows = Source.objects.select_for_update(no_key=True).filter(pk__in=[source.pk for source, _ in wanted])
    locked = {source.pk: source for source in rows.order_by("pk")}
    voices = voices_of(locked.values())
    turns = []
    for source, new in ((locked[asked.pk], new) for asked, new in wanted):
        before = source.standing
        if before != new.nature and may_follow(before, voices.get(source.pk), new):
            turns.append((source, before, new))
    known = _known_worse([(s, new) for s, before, new in turns if GRAVITY[new.nature] < GRAVITY[before]])
    return [turn for turn in turns if turn[0].pk not in known]


def _known_worse(better: Sequence[tuple[Source, Notice]]) -> set[int]:
    """Keys of the sources of which the loaded records say worse than the notice that comes with them."""
    found = zip(better, notices_about([source for source, _ in better]), strict=True)
    return {
        source.pk
        for (source, new), notices in found
        if GRAVITY[standing_of([*notices, new], silence=new.nature).standing] > GRAVITY[new.nature]
    }


def _event(before: str, new: Notice, version: SourceVersion, change: StandingChange) -> Event:
    return audit.entry(
        "source_standing",
        by=None,
        before=before,
        after=new.nature,
        facts={
            "source": version.source_id,
            "version": version.number,
            "change": change.pk,
            "dataset": new.dataset,
            "dataset_digest": new.dataset_digest,
            "notice_doi": new.notice_doi,
            "noted_on": new.noted_on.isoformat() if new.noted_on else "",
        },
    )


def _label(notice: Notice) -> str:
    return str(Standing(notice.nature).label).lower()


def may_follow(before: str, last: Notice | None, new: Notice) -> bool:
    """Whether `new` may replace the standing `before`, which `last` decided (nothing: a person did).

    What a file or registry says may be worse than what was known, but not better: a retraction that Crossref
    knows is not undone by a file that lacks it. Only the same registry may take back what it said, the
    loaded files what they said, and a reinstatement of a later day anybody's retraction. No answer (unknown)
    takes nothing back, unless it is the files' own: the source has another identifier now.
    """
    if before in _SILENT or (last and from_files(last, new)):
        return True
    if new.nature == Standing.UNKNOWN:
        return False
    if last and last.dataset == new.dataset:
        return True
    days = bool(last and last.noted_on and new.noted_on)
    later = bool(last and last.noted_on and new.noted_on and new.noted_on > last.noted_on)
    if before == Standing.REINSTATED and days and not later:
        return False  # that is what it was reinstated from
    if new.nature == Standing.REINSTATED and before in _TAKEN_BACK:
        return later
    return GRAVITY[new.nature] > GRAVITY[before]


def voice_of(last: StandingChange | None, before: str) -> Notice | None:
    """What decided the standing of today, unless somebody changed it by hand since."""
    if last is None or last.after != before:
        return None
    return Notice(last.after, last.noted_on, last.notice_doi, last.dataset, last.dataset_digest)


def voices_of(sources: Iterable[Source]) -> dict[int, Notice]:
    """`voice_of` each of many sources, by primary key; those that nothing decided are left out."""
    by_key = {source.pk: source for source in sources}
    newest_of = StandingChange.objects.filter(source=OuterRef("source")).order_by("-pk").values("pk")[:1]
    changes = StandingChange.objects.filter(source__in=by_key, pk=Subquery(newest_of))
    voices = {c.source_id: voice_of(c, by_key[c.source_id].standing) for c in changes}
    return {source: voice for source, voice in voices.items() if voice}


def from_files(last: Notice, new: Notice) -> bool:
    """Whether both are from loaded files, the same or two."""
    digests = {last.dataset_digest, new.dataset_digest}
    return RetractionSet.objects.filter(digest__in=digests).count() == len(digests)


def notices_about(batch: Sequence[Source]) -> Iterator[list[Notice]]:
    """What the loaded records say of each source of a batch, by DOI or PMID: one query."""
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


def _before(notice: Notice, back: Notice) -> bool:
    """Certainly earlier: where one of the two has no day, nobody knows."""
    return bool(notice.noted_on and back.noted_on and notice.noted_on < back.noted_on)


def _newest(notices: list[Notice]) -> Notice | None:
    return max(notices, key=lambda n: (n.noted_on or dt.date.min, n.notice_doi, n.dataset), default=None)
