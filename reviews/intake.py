"""What happens to a text when it comes in for review: screening, claims, and what carries over."""

from __future__ import annotations

from collections import Counter
from typing import TypeVar

from articles.documents import Document
from articles.freezing import edition_document
from articles.models import Edition
from reviews.anchors import Anchor, Match, anchor_at, carry, sentences_around
from reviews.models import Attachment, Claim, Finding, Review
from reviews.policy import Policy, Tier
from reviews.screening import Hit, citations_in, claims, screen

Anchored = TypeVar("Anchored", Claim, Finding)

# These say "this claim has no source", which the claim itself says until it has been checked.
_SAID_BY_CLAIMS = frozenset({"unsupported_efficacy_claim"})


def tier_of(edition: Edition, policy: Policy) -> Tier:
    """The risk tier of an edition."""
    topics = [topic["slug"] for topic in edition.content["topics"]]
    return policy.tier(topics=topics, text=edition_document(edition).text)


def begin(review: Review) -> None:
    """Screen the review's edition: a claim for each checkable sentence, a finding for each hit."""
    document = edition_document(review.edition)
    _add_claims(review, document, known=set())
    _add_findings(review, document, _hits(document))


def carry_over(review: Review, old_edition: Edition) -> dict[str, object]:
    """Take claims, findings, comments and inline disclaimers over to the review's new edition.

    Unchanged sentences keep their judgements; changed ones ask for reconfirmation; what is gone is
    kept as an orphan. Returns how many of each, for the record.
    """
    old, new = edition_document(old_edition), edition_document(review.edition)
    counts: Counter[str] = Counter()
    covered: set[tuple[int, int]] = set()
    claims_here = list(review.claims.exclude(state=Claim.State.ORPHANED).order_by("id"))
    for claim, match, anchor in _carried(claims_here, old, new):
        cited = _sources_of(claim.anchor, old, old_edition)
        if match is Match.SAME and _sources_of(anchor, new, review.edition) != cited:
            match = Match.CHANGED  # the same words, but “[1]” is another source now
        place = (anchor["start"], anchor["end"])
        if match is not Match.GONE and place in covered:
            match = Match.GONE  # two claims never end up on one passage
        _carry_claim(claim, match, anchor, review.edition)
        counts[f"claims_{match.value}"] += 1
        if match is not Match.GONE:
            covered.add(place)
    _add_claims(review, new, known=covered)
    _carry_findings(review, old, new, counts)
    _carry_notes(review, old, new)
    _carry_disclaimers(review, old, new)
    return dict(counts)


def _carried(rows: list[Anchored], old: Document, new: Document) -> list[tuple[Anchored, Match, Anchor]]:
    """Each row with what became of its anchor. Unchanged ones come first: a passage is theirs before it
    is anything else's that looks like it."""
    found = [carry(row.anchor, old, new) for row in rows]
    carried = [(row, match, anchor) for row, (match, anchor) in zip(rows, found, strict=True)]
    return sorted(carried, key=lambda item: item[1] is not Match.SAME)


def _sources_of(anchor: Anchor, document: Document, edition: Edition) -> list[int | None]:
    """The sources that the sentences around an anchor cite, in order; None for a number not in the list."""
    numbers = {reference["number"]: reference["source"] for reference in edition.content["references"]}
    cited = citations_in(sentences_around(document, anchor["start"], anchor["end"]))
    return [numbers.get(number) for number in cited]


def _hits(document: Document) -> list[Hit]:
    return [h for h in screen(document) if h.category not in _SAID_BY_CLAIMS]


def _add_claims(review: Review, document: Document, *, known: set[tuple[int, int]]) -> None:
    Claim.objects.bulk_create(
        Claim(
            review=review,
            edition=review.edition,
            anchor=anchor_at(document, span.start, span.end),
            origin=Claim.Origin.SCREENING,
        )
        for span in claims(document)
        if not any(start < span.end and end > span.start for start, end in known)
    )


def _add_findings(review: Review, document: Document, hits: list[Hit]) -> None:
    Finding.objects.bulk_create(
        Finding(
            review=review,
            edition=review.edition,
            anchor=anchor_at(document, hit.start, hit.end) if hit.end > hit.start else None,
            rule=hit.rule,
            category=hit.category,
            severity=hit.severity,
            message=hit.message,
            remedy=hit.remedy,
        )
        for hit in hits
    )


def _carry_claim(claim: Claim, match: Match, anchor: Anchor, edition: Edition) -> None:
    claim.edition = edition
    claim.anchor = anchor
    if match is Match.GONE:
        claim.state = Claim.State.ORPHANED
    elif match is Match.CHANGED:
        # Whatever was decided was decided about other words.
        claim.state = Claim.State.RECONFIRM
        claim.dismissed_by, claim.dismissed_reason = None, ""
    claim.save()


def _carry_findings(review: Review, old: Document, new: Document, counts: Counter[str]) -> None:
    hits = _hits(new)
    taken: set[int] = set()
    open_ones = review.findings.filter(orphaned=False).exclude(disposition=Finding.Disposition.FIXED)
    anchored = _carried([f for f in open_ones if f.anchor], old, new)
    whole: list[tuple[Finding, Match, Anchor | None]] = [
        (f, Match.SAME, None) for f in open_ones if not f.anchor
    ]
    for finding, match, anchor in [*whole, *anchored]:
        again = next(
            (
                place
                for place, hit in enumerate(hits)
                if place not in taken
                and hit.rule == finding.rule
                and (anchor is None or (hit.start < anchor["end"] and hit.end > anchor["start"]))
            ),
            None,
        )
        by_person = finding.added_by_id is not None
        finding.edition = review.edition
        if match is Match.GONE:
            finding.orphaned = True
        elif again is None and not by_person:
            finding.disposition = Finding.Disposition.FIXED
        else:
            finding.anchor = anchor
            if match is Match.CHANGED:
                finding.disposition, finding.reason = Finding.Disposition.OPEN, ""
                finding.disposed_by = finding.confirmed_by = None
            if again is not None and not by_person:
                _reword(finding, hits[again])
        if again is not None and not by_person and match is not Match.GONE:
            taken.add(again)
        finding.save()
        counts[f"findings_{match.value}"] += 1
    _add_findings(review, new, [hit for place, hit in enumerate(hits) if place not in taken])


def _reword(finding: Finding, hit: Hit) -> None:
    """What a rule says of the new text: its sentence may quote the words (“10 mg”) that changed."""
    finding.severity, finding.message, finding.remedy = hit.severity, hit.message, hit.remedy


def _carry_notes(review: Review, old: Document, new: Document) -> None:
    for comment in review.comments.filter(orphaned=False, anchor__isnull=False):
        match, anchor = carry(comment.anchor, old, new)
        comment.edition = review.edition
        comment.orphaned = match is Match.GONE
        comment.anchor = anchor
        comment.save()


def _carry_disclaimers(review: Review, old: Document, new: Document) -> None:
    for attachment in review.attachments.filter(anchor__isnull=False).exclude(state=Attachment.State.REMOVED):
        match, anchor = carry(attachment.anchor, old, new)
        if match is Match.SAME:
            attachment.anchor = anchor
        else:  # its passage is not there any more: it must be placed again
            attachment.state = Attachment.State.REMOVED
        attachment.save()
