"""The public past of an article: the editions that readers had, and what they were told about each.

Nothing here shows a text that was taken down: what was withdrawn or retracted is compared with nothing,
although a later edition be live.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.html import escape

from articles.changes import Part, ReferenceChange, reference_changes, text_changes
from articles.differences import stretches
from articles.models import Edition, Notice, Publication

_Status = Publication.Status
TAKEN_DOWN = (_Status.WITHDRAWN, _Status.RETRACTED)


@dataclass(frozen=True, slots=True)
class Entry:
    """One publication among those of its article; the first of them has `place` 1."""

    place: int
    publication: Publication
    before: Publication | None
    told: list[Notice]
    """What readers were told of it, the earliest first."""
    time: int
    """The how-manieth publication of this very edition it is; more than 1 where it was signed again."""

    @property
    def number(self) -> int:
        return self.publication.edition.number

    @property
    def taken_down(self) -> bool:
        return self.publication.status in TAKEN_DOWN

    @property
    def signed_again(self) -> bool:
        """Whether it is the text of the publication before it, with new signatures."""
        return self.before is not None and self.before.edition_id == self.publication.edition_id

    @property
    def comparable(self) -> bool:
        """Whether readers may see what changed in it: neither it nor what it replaced was taken down."""
        return self.before is not None and not self.taken_down and self.before.status not in TAKEN_DOWN


@dataclass(frozen=True, slots=True)
class Past:
    """All that was ever public of an article, the newest first."""

    entries: list[Entry]

    @property
    def current(self) -> Entry:
        """What is live, or else what ended last."""
        live = (entry for entry in self.entries if entry.publication.status == _Status.LIVE)
        return next(live, self.entries[0])

    def edition(self, number: int) -> list[Entry]:
        """The publications of one edition, the newest first."""
        return [entry for entry in self.entries if entry.number == number]


@dataclass(frozen=True, slots=True)
class DisclaimerChange:
    """A disclaimer that came, went or was reworded, with its words marked."""

    what: str
    part: Part


@dataclass(frozen=True, slots=True)
class Changes:
    """What a publication changed for readers against the one before it."""

    texts: list[Part]
    references: list[ReferenceChange]
    disclaimers: list[DisclaimerChange]
    signers_before: list[dict[str, Any]]
    """Who had signed what was public before, where others signed this; otherwise nobody."""

    def __bool__(self) -> bool:
        return any((self.texts, self.references, self.disclaimers, self.signers_before))


def past_of(slug: str) -> Past | None:
    """The past of the article that was ever at this address; None where none is public or was. Two queries.

    Neither the pages' HTML nor the editions' texts are read.
    """
    ever = Publication.objects.filter(slug=slug).values("article")
    pages = list(
        Publication.objects.filter(article__in=ever)
        .select_related("edition")
        .defer("html", "edition__canonical")
        .order_by("published_at", "pk")
    )
    if not pages:
        return None
    told: dict[int, list[Notice]] = {}
    for notice in Notice.objects.filter(article=pages[0].article_id).order_by("at", "pk"):
        told.setdefault(notice.publication_id, []).append(notice)
    entries = []
    for place, (page, before) in enumerate(zip(pages, [None, *pages], strict=False), start=1):
        time = sum(other.edition_id == page.edition_id for other in pages[:place])
        entries.append(Entry(place, page, before, told.get(page.pk, []), time))
    return Past(entries[::-1])


def changes_in(entry: Entry) -> Changes | None:
    """What a publication changed; None where nothing may be compared (see `Entry.comparable`)."""
    if entry.before is None or not entry.comparable:
        return None
    old, new = entry.before, entry.publication
    editions = Edition.objects.in_bulk({old.edition_id, new.edition_id})
    was, now = editions[old.edition_id], editions[new.edition_id]
    signers = [_names(page) for page in (old, new)]
    return Changes(
        texts=[part for part in text_changes(was, now) if part.changed],
        references=reference_changes(was, now),
        disclaimers=_disclaimer_changes(old, new),
        signers_before=old.attestation["signers"] if signers[0] != signers[1] else [],
    )


def _names(page: Publication) -> set[str]:
    return {signer["name"] for signer in page.attestation["signers"]}


def _disclaimer_changes(old: Publication, new: Publication) -> list[DisclaimerChange]:
    before, after = ({d["key"]: d["text"] for d in page.attestation["disclaimers"]} for page in (old, new))
    found = []
    for key in {**after, **before}:
        was, now = before.get(key, ""), after.get(key, "")
        if was != now:
            what = "Reworded" if was and now else "Added" if now else "Taken out"
            found.append(DisclaimerChange(what, Part(what, stretches(escape(was), escape(now)))))
    return found
