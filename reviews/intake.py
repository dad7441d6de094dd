"""What happens to a text when it comes in for review: screening, claims, and what carries over."""

from __future__ import annotations

from collections import Counter
from typing import TypeVar

from django.utils.formats import date_format

from articles.documents import Document
from articles.freezing import edition_document
from articles.models import Article, Edition, Publication
from reviews import answers
from reviews.anchors import Anchor, Match, anchor_at, carry, sentences_around
from reviews.comparing import medical_changes
from reviews.models import Answer, Attachment, Claim, Finding, Review
from reviews.policy import Policy, Tier, screened
from reviews.screening import Hit, citations_in, claims, rules

Anchored = TypeVar("Anchored", Claim, Finding)
Given = dict[answers.Key, Answer]

# These say "this claim has no source", which the claim itself says until it has been checked.
_SAID_BY_CLAIMS = frozenset({"evidence.unsupported"})


def tier_of(edition: Edition, policy: Policy) -> Tier:
    """The risk tier of an edition."""
    topics = [topic["slug"] for topic in edition.content["topics"]]
    return policy.tier(topics=topics, text=edition_document(edition).text)


def begin(review: Review) -> None:
    """Screen the review's edition: a claim for each checkable sentence, a finding for each hit.

    What the writer answered to the screening of the draft goes with them.
    """
    document, given = edition_document(review.edition), answers.answers_to(review.article)
    hits = screened(document)
    _add_claims(review, document, hits, given, known=set())
    _add_findings(review, document, _for_findings(hits), given)


def carry_over(review: Review, old_edition: Edition) -> dict[str, object]:
    """Take claims, findings, comments and inline disclaimers over to the review's new edition.

    Unchanged sentences keep their judgements; reworded ones ask for reconfirmation; a claim whose dose,
    number, negation or the like changed is open again, whatever was found before; what is gone is kept
    as an orphan. Returns how many of each, for the record.
    """
    old, new = edition_document(old_edition), edition_document(review.edition)
    given, hits = answers.answers_to(review.article), screened(new)
    said = _said_of_claims(hits, given)
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
        medical = match is Match.CHANGED and _changed_medically(claim.anchor, anchor, old, new)
        _carry_claim(claim, match, anchor, review.edition, said, reopened=medical)
        counts["claims_reopened" if medical else f"claims_{match.value}"] += 1
        if match is not Match.GONE:
            covered.add(place)
    _add_claims(review, new, hits, given, known=covered)
    _carry_findings(review, old, new, _for_findings(hits), given, counts)
    _carry_notes(review, old, new)
    _carry_disclaimers(review, old, new)
    return dict(counts)


def published_before(article: Article) -> Review | None:
    """The review that put the article live last, whether or not the page still is; None for a new article."""
    reviews = Review.objects.filter(article=article, status=Review.Status.PUBLISHED)
    return reviews.select_related("edition").order_by("-closed_at", "-pk").first()


def review_behind(page: Publication) -> Review:
    """The review that put a page live."""
    reviews = Review.objects.filter(edition=page.edition_id, status=Review.Status.PUBLISHED)
    return reviews.order_by("-closed_at", "-pk")[0]


def take_over(review: Review, before: Review) -> dict[str, object]:
    """Copy the judgements of an earlier review of the article, as far as its text still stands.

    The earlier review stays the record that it is. Copies of checks say where they come from. Returns how
    many of each, for the record.
    """
    when = date_format(before.closed_at or before.submitted_at, "j F Y")
    note = f"Made in the review that was published on {when}, and carried over."
    for claim in before.claims.exclude(state=Claim.State.ORPHANED).prefetch_related("checks").order_by("id"):
        checks = sorted(claim.checks.all(), key=lambda check: check.pk)
        _copy(claim, review)
        for check in checks:
            check.pk, check._state.adding, check.claim = None, True, claim
            check.note = f"{check.note}\n\n{note}".strip()
            check.save(force_insert=True)
    settled = before.findings.filter(orphaned=False).exclude(disposition=Finding.Disposition.FIXED)
    for finding in settled.order_by("id"):
        _copy(finding, review)
    for attachment in before.attachments.exclude(state=Attachment.State.REMOVED).order_by("id"):
        _copy(attachment, review)
    return carry_over(review, before.edition)


def _copy(row: Claim | Finding | Attachment, review: Review) -> None:
    row.pk, row._state.adding, row.review = None, True, review
    row.save(force_insert=True)


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


def _changed_medically(before: Anchor, after: Anchor, old: Document, new: Document) -> bool:
    """Whether a dose, a number, a negation or the like changed in the sentences that an anchor is in."""
    if before["exact"] == after["exact"]:
        return False  # checks of these very words would count again
    was = sentences_around(old, before["start"], before["end"])
    return bool(medical_changes(was, sentences_around(new, after["start"], after["end"])))


def _for_findings(hits: list[Hit]) -> list[Hit]:
    # A policy that weighs such a rule otherwise wants it answered as well.
    return [h for h in hits if h.rule not in _SAID_BY_CLAIMS or h.severity != rules()[h.rule].severity]


def _said_of_claims(hits: list[Hit], given: Given) -> list[tuple[int, int, Answer]]:
    """What the writer answered to remarks that the desk shows as claims: from where to where, and what."""
    answered = [(h, answers.answer_for(h, given)) for h in hits if h.rule in _SAID_BY_CLAIMS]
    return [(hit.start, hit.end, answer) for hit, answer in answered if answer]


def _carry_answer(claim: Claim, said: list[tuple[int, int, Answer]]) -> None:
    start, end = claim.anchor["start"], claim.anchor["end"]
    there = (answer for first, last, answer in said if first < end and last > start)
    answers.carry_to(claim, next(there, None))


def _add_claims(
    review: Review, document: Document, hits: list[Hit], given: Given, *, known: set[tuple[int, int]]
) -> None:
    said = _said_of_claims(hits, given)
    rows = [
        Claim(
            review=review,
            edition=review.edition,
            anchor=anchor_at(document, span.start, span.end),
            origin=Claim.Origin.SCREENING,
        )
        for span in claims(document)
        if not any(start < span.end and end > span.start for start, end in known)
    ]
    for row in rows:
        _carry_answer(row, said)
    Claim.objects.bulk_create(rows)


def _add_findings(review: Review, document: Document, hits: list[Hit], given: Given) -> None:
    rows = [
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
    ]
    for row, hit in zip(rows, hits, strict=True):
        answers.carry_to(row, answers.answer_for(hit, given))
    Finding.objects.bulk_create(rows)


def _carry_claim(
    claim: Claim,
    match: Match,
    anchor: Anchor,
    edition: Edition,
    said: list[tuple[int, int, Answer]],
    *,
    reopened: bool,
) -> None:
    claim.edition = edition
    claim.anchor = anchor
    if match is Match.GONE:
        claim.state = Claim.State.ORPHANED
    elif match is Match.CHANGED:
        # Whatever was decided was decided about other words.
        claim.state = Claim.State.OPEN if reopened else Claim.State.RECONFIRM
        claim.dismissed_by, claim.dismissed_reason = None, ""
    if match is not Match.GONE:
        _carry_answer(claim, said)
    claim.save()


def _carry_findings(
    review: Review, old: Document, new: Document, hits: list[Hit], given: Given, counts: Counter[str]
) -> None:
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
            graver = again is not None and not by_person and _graver(hits[again].severity, finding.severity)
            if match is Match.CHANGED or graver:
                finding.disposition, finding.reason = Finding.Disposition.OPEN, ""
                finding.disposed_by = finding.confirmed_by = None
            if again is not None and not by_person:
                _reword(finding, hits[again])
                answers.carry_to(finding, answers.answer_for(hits[again], given))
        if again is not None and not by_person and match is not Match.GONE:
            taken.add(again)
        finding.save()
        counts[f"findings_{match.value}"] += 1
    _add_findings(review, new, [hit for place, hit in enumerate(hits) if place not in taken], given)


def _graver(now: str, before: str) -> bool:
    """Whether the policy came to ask more of an answer: a second person's, or words mended in the text."""
    return now != before and now in (Finding.Severity.CRITICAL, Finding.Severity.FIX)


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
