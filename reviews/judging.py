"""What reviewers decide about an edition: claims, source checks, findings, disclaimers, conflicts.

Every verb locks article and review, asks whether this person may, changes one thing and writes its
event, in one transaction. Done to a signed or scheduled review, it takes the review back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from articles.canonical import digest
from articles.freezing import edition_document
from articles.models import Source, record
from articles.sources.library import pin
from reviews import audit, dossier, permissions
from reviews.anchors import Anchor, NotInText, anchor_quote
from reviews.intake import tier_of
from reviews.models import (
    Attachment,
    Claim,
    Comment,
    Conflict,
    Disclaimer,
    DisclaimerVersion,
    Finding,
    Review,
    SourceCheck,
)
from reviews.models.disclaimers import Placement
from reviews.policy import current_policy
from reviews.refusals import Refused
from reviews.workflow import lock, reopen_because

Status = Review.Status
JUDGED_IN = (Status.IN_REVIEW, Status.SIGNED_OFF, Status.SCHEDULED)
"""States in which reviewers may judge; from the last two the review goes back to the first."""


class Act:
    """One judgement under way: the locked review, and what the event will say of it."""

    def __init__(self, review: Review) -> None:
        self.review = review
        self.facts: dict[str, object] = {}
        self.reason = ""

    def anchor(self, quote: str) -> Anchor:
        try:
            return anchor_quote(edition_document(self.review.edition), quote)
        except NotInText as error:
            raise Refused(str(error), "quote") from error


@contextmanager
def _act(
    name: str,
    review: Review,
    *,
    by: User,
    may: Callable[[User, Review], None] = permissions.check_can_judge,
    allowed_in: tuple[Review.Status, ...] = JUDGED_IN,
    reopens: bool = True,
) -> Iterator[Act]:
    with transaction.atomic():
        locked = lock(review)
        may(by, locked)
        if locked.status not in allowed_in:
            raise Refused(
                f"This cannot be done now: the article is {Status(locked.status).label.lower()}.", "state"
            )
        act = Act(locked)
        yield act
        audit.record(
            name,
            by=by,
            article=locked.article,
            review=locked,
            after=locked.edition.digest,
            reason=act.reason,
            facts=act.facts,
        )
        if reopens:
            reopen_because(locked, by=by, reason="Something was judged anew after the signature.")
    review.refresh_from_db()


judgement = _act
"""The same shape, for verbs that stand in files of their own."""


# --- Claims ---------------------------------------------------------------------------------------


def add_claim(review: Review, *, by: User, quote: str) -> Claim:
    """Mark a passage of the edition as a claim that needs a source."""
    with _act("add_claim", review, by=by) as act:
        anchor = act.anchor(quote)
        for other in review.claims.exclude(state=Claim.State.ORPHANED):
            if other.anchor["start"] == anchor["start"] and other.anchor["end"] == anchor["end"]:
                raise Refused("This passage is a claim already.", "duplicate")
        claim = Claim.objects.create(
            review=act.review,
            edition=act.review.edition,
            anchor=anchor,
            origin=Claim.Origin.REVIEWER,
            added_by=by,
        )
        act.facts |= {"claim": claim.pk, "text": anchor["exact"]}
    return claim


def dismiss_claim(claim: Claim, *, by: User, reason: str) -> None:
    """Decide, with a reason, that a passage makes no claim."""
    with _act("dismiss_claim", claim.review, by=by) as act:
        claim.refresh_from_db()
        if claim.state not in (Claim.State.OPEN, Claim.State.RECONFIRM):
            raise Refused("This claim is not open.", "state")
        _check_alone(act.review, claim, by=by)
        act.reason = claim.dismissed_reason = _needed(reason, "Dismissing a claim needs a reason.")
        claim.state, claim.dismissed_by = Claim.State.DISMISSED, by
        claim.save()
        act.facts |= {"claim": claim.pk}


def reinstate_claim(claim: Claim, *, by: User) -> None:
    """Take a dismissal back: the claim needs its source after all."""
    with _act("reinstate_claim", claim.review, by=by) as act:
        claim.refresh_from_db()
        if claim.state != Claim.State.DISMISSED:
            raise Refused("This claim was not dismissed.", "state")
        claim.state, claim.dismissed_by, claim.dismissed_reason = Claim.State.OPEN, None, ""
        claim.save()
        act.facts |= {"claim": claim.pk}


def check_claim(
    claim: Claim,
    *,
    by: User,
    source: Source,
    verdict: str,
    level: int,
    directness: str,
    passage: str,
    locator: str,
    read: str,
    note: str = "",
) -> SourceCheck:
    """Record what a source, read by a reviewer, means for a claim. A later check of both replaces it.

    `level` is OCEBM 2011 (1 to 5); `passage` the words relied on and `locator` where they stand.
    """
    with _act("check_claim", claim.review, by=by) as act:
        claim.refresh_from_db()
        if claim.state not in (Claim.State.OPEN, Claim.State.RECONFIRM):
            raise Refused("This claim is not open.", "state")
        _one_of(verdict, SourceCheck.Verdict.values, "verdict")
        _one_of(level, SourceCheck.Level.values, "evidence level")
        _one_of(directness, SourceCheck.Directness.values, "directness")
        _one_of(read, SourceCheck.Read.values, "answer to what was read")
        cited = {reference["source"] for reference in act.review.edition.content["references"]}
        if source.pk not in cited:
            raise Refused("This source is not among the article's references.", "source")
        if not note.strip():
            _check_unchanged(act.review, claim, by=by)
        source = Source.objects.select_for_update(no_key=True).get(pk=source.pk)
        check = _add_check(
            claim,
            source,
            known=record(source),
            source_version=pin(source).number,
            by=by,
            verdict=verdict,
            level=level,
            directness=directness,
            passage=_needed(passage, "Quote the passage that you rely on."),
            locator=_needed(locator, "Say where the passage stands (page, table, section)."),
            read=read,
            note=note.strip(),
        )
        _set_open(claim, act.review)
        # The verdict stands in the check, which may be kept back; the log is read by others.
        act.facts |= {"claim": claim.pk, "check": check.pk, "source": source.pk}
    return check


def reconfirm_claim(claim: Claim, *, by: User) -> None:
    """Say that the checks made on a claim's earlier words hold for its present ones."""
    with _act("reconfirm_claim", claim.review, by=by) as act:
        claim.refresh_from_db()
        if claim.state != Claim.State.RECONFIRM:
            raise Refused("This claim does not wait for reconfirmation.", "state")
        made = claim.checks.select_related("source").order_by("id")
        alone = _judged_apart(act.review)
        if alone:  # in an independent review, everyone speaks for themselves
            made = made.filter(by=by)
        newest = {check.source_id: check for check in made}
        if alone and not newest:
            raise Refused("You have not checked this claim yet: check it against a source.", "no_check")
        in_force = dossier.checks_in_force(claim, of_each=alone)
        done = {check.source_id for check in in_force if not alone or check.by_id == by.pk}
        for check in newest.values():
            if check.source_id not in done:
                # Of the source as it was read then: one whose record changed since must be read again.
                _add_check(
                    claim,
                    check.source,
                    known=check.source_record,
                    source_version=check.source_version,
                    by=by,
                    verdict=check.verdict,
                    level=check.level,
                    directness=check.directness,
                    passage=check.passage,
                    locator=check.locator,
                    read=check.read,
                    note=check.note,
                )
        _set_open(claim, act.review)
        act.facts |= {"claim": claim.pk}


def _add_check(claim: Claim, source: Source, *, known: dict[str, Any], **fields: object) -> SourceCheck:
    return SourceCheck.objects.create(
        claim=claim,
        source=source,
        edition=claim.edition,
        claim_text=claim.anchor["exact"],
        source_record=known,
        source_digest=digest(known),
        **fields,
    )


def _set_open(claim: Claim, review: Review) -> None:
    """What was checked in its present words needs no reconfirmation; by everyone, if they judge apart."""
    if claim.state == Claim.State.OPEN:
        return
    tier = tier_of(review.edition, current_policy())
    people = {check.by_id for check in dossier.checks_in_force(claim, of_each=True)}
    if not tier.independent or len(people) >= tier.signatures:
        claim.state = Claim.State.OPEN
        claim.save()


def _judged_apart(review: Review) -> bool:
    """Whether reviewers judge this one without seeing one another's verdicts."""
    return tier_of(review.edition, current_policy()).independent


def _check_alone(review: Review, claim: Claim, *, by: User) -> None:
    """Raise `Refused` when a claim would be dismissed over a verdict that is kept back from `by`."""
    if not claim.checks.exclude(by=by).exists():
        return
    loaded = dossier.load(review)
    if loaded.keeps_back(claim) and any(check.by_id != by.pk for check in loaded.checks_of(claim)):
        raise Refused(
            "Another reviewer has checked this claim, so it cannot be set aside before you both see each "
            "other’s verdicts. Give yours.",
            "checked_by_another",
        )


def _check_unchanged(review: Review, claim: Claim, *, by: User) -> None:
    """Raise `Refused` when `by` changes a verdict that others have seen: that is settled in writing."""
    if not claim.checks.filter(by=by).exists():
        return
    loaded = dossier.load(review)
    mine = any(check.by_id == by.pk for check in loaded.checks_of(claim))
    if mine and loaded.independent and not loaded.keeps_back(claim):
        raise Refused("The other reviewer has seen your verdict. Say in the note why it changed.", "note")


# --- Findings and comments ------------------------------------------------------------------------


def add_finding(
    review: Review, *, by: User, message: str, quote: str = "", severity: str = Finding.Severity.RESOLVE
) -> Finding:
    """Write down what is wrong with a passage, or with the whole text where `quote` is empty."""
    with _act("add_finding", review, by=by) as act:
        if severity not in (Finding.Severity.CRITICAL, Finding.Severity.RESOLVE, Finding.Severity.ADVISE):
            raise Refused("Choose critical, to resolve, or advice.", "severity")
        finding = Finding.objects.create(
            review=act.review,
            edition=act.review.edition,
            anchor=act.anchor(quote) if quote.strip() else None,
            rule="reviewer",
            category="reviewer",
            severity=severity,
            message=_needed(message, "Say what is wrong."),
            added_by=by,
        )
        act.facts |= {"finding": finding.pk, "severity": str(severity)}
    return finding


def dispose_finding(finding: Finding, *, by: User, disposition: str, reason: str) -> None:
    """Answer a finding: it has its source after all, or it is accepted as it is, with a reason."""
    with _act("dispose_finding", finding.review, by=by) as act:
        finding.refresh_from_db()
        if finding.severity == Finding.Severity.FIX:
            raise Refused("This must be mended in the text; nobody may accept it.", "fix")
        if disposition not in (Finding.Disposition.SOURCED, Finding.Disposition.ACCEPTED):
            raise Refused(
                "Say whether the passage has its source or is accepted as it stands.", "disposition"
            )
        act.reason = finding.reason = _needed(reason, "Answering a finding needs a reason.")
        # A critical finding that "has its source" is accepted all the same: both need the second look.
        finding.disposition = (
            Finding.Disposition.ACCEPTED if finding.severity == Finding.Severity.CRITICAL else disposition
        )
        finding.disposed_by, finding.confirmed_by = by, None
        finding.save()
        act.facts |= {"finding": finding.pk, "disposition": finding.disposition}


def confirm_finding(finding: Finding, *, by: User) -> None:
    """Put the second qualified signature under an accepted critical finding."""
    with _act("confirm_finding", finding.review, by=by) as act:
        finding.refresh_from_db()
        if (
            finding.severity != Finding.Severity.CRITICAL
            or finding.disposition != Finding.Disposition.ACCEPTED
        ):
            raise Refused("Only an accepted critical finding is confirmed.", "state")
        if finding.disposed_by_id == by.pk:
            raise Refused("A second reviewer must confirm this; you accepted it yourself.", "second_person")
        if finding.confirmed_by_id:
            raise Refused("This is confirmed already.", "state")
        finding.confirmed_by = by
        finding.save()
        act.facts |= {"finding": finding.pk}


def comment(review: Review, *, by: User, text: str, quote: str = "") -> Comment:
    """Say something to the others on this review. Comments never change what is signed."""
    with _act(
        "comment", review, by=by, may=permissions.check_can_comment, allowed_in=Review.OPEN, reopens=False
    ) as act:
        written = Comment.objects.create(
            review=act.review,
            edition=act.review.edition,
            anchor=act.anchor(quote) if quote.strip() else None,
            text=_needed(text, "Write your comment first."),
            by=by,
        )
        act.facts |= {"comment": written.pk}
    return written


# --- Disclaimers ----------------------------------------------------------------------------------


def attach_disclaimer(
    review: Review, *, by: User, disclaimer: Disclaimer, placement: str = "", quote: str = ""
) -> Attachment:
    """Attach the words in force for the article's jurisdiction, in the policy's place or another.

    Replaces an earlier one. An inline disclaimer needs the `quote` of the passage that it stands at.
    """
    with _act("attach_disclaimer", review, by=by) as act:
        version = _words(act.review, disclaimer)
        placement = placement or version.placement
        _one_of(placement, Placement.values, "place")
        if placement == Placement.CRISIS != version.placement:
            raise Refused("That place is kept for words that help somebody in a crisis.", "place")
        anchor = act.anchor(quote) if placement == Placement.INLINE else None
        if anchor and anchor["start"] < edition_document(act.review.edition).body_start:
            raise Refused("Quote a passage of the text itself, not of its title or summary.", "quote")
        _take_off(act.review, disclaimer)
        attachment = Attachment.objects.create(
            review=act.review,
            disclaimer=disclaimer,
            version=version,
            placement=placement,
            anchor=anchor,
            by=by,
        )
        act.facts |= {"disclaimer": disclaimer.key, "version": version.number, "placement": placement}
        if version.variant:
            act.facts["variant"] = version.variant
    return attachment


def detach_disclaimer(attachment: Attachment, *, by: User) -> None:
    """Take a disclaimer (or its waiver) off again."""
    with _act("detach_disclaimer", attachment.review, by=by) as act:
        attachment.refresh_from_db()
        if attachment.state == Attachment.State.REMOVED:
            raise Refused("This was taken off already.", "state")
        attachment.state = Attachment.State.REMOVED
        attachment.save()
        act.facts |= {"disclaimer": attachment.disclaimer.key}


def waive_disclaimer(review: Review, *, by: User, disclaimer: Disclaimer, reason: str) -> Attachment:
    """Decide, with a reason, that a required disclaimer is not needed; a second reviewer must confirm."""
    with _act("waive_disclaimer", review, by=by) as act:
        version = _words(act.review, disclaimer)
        act.reason = _needed(reason, "Waiving a disclaimer needs a reason.")
        _take_off(act.review, disclaimer)
        attachment = Attachment.objects.create(
            review=act.review,
            disclaimer=disclaimer,
            version=version,
            state=Attachment.State.WAIVED,
            placement=version.placement,
            reason=act.reason,
            by=by,
        )
        act.facts |= {"disclaimer": disclaimer.key}
    return attachment


def confirm_waiver(attachment: Attachment, *, by: User) -> None:
    """Put the second qualified signature under a waiver."""
    with _act("confirm_waiver", attachment.review, by=by) as act:
        attachment.refresh_from_db()
        if attachment.state != Attachment.State.WAIVED or attachment.confirmed_by_id:
            raise Refused("There is no waiver here that waits for a second signature.", "state")
        if attachment.by_id == by.pk:
            raise Refused("A second reviewer must confirm this; you waived it yourself.", "second_person")
        attachment.confirmed_by = by
        attachment.save()
        act.facts |= {"disclaimer": attachment.disclaimer.key}


def _words(review: Review, disclaimer: Disclaimer) -> DisclaimerVersion:
    """The newest words of a disclaimer for the article; of one that the policy dropped, its last ones."""
    words = current_policy().words_for(disclaimer.key, review.edition.content["locale"])
    versions = disclaimer.versions.filter(variant=words.variant) if words else disclaimer.versions.all()
    version = versions.order_by("-number", "variant").first()
    if version is None:
        raise Refused("This disclaimer has no words yet.", "disclaimer")
    return version


def _take_off(review: Review, disclaimer: Disclaimer) -> None:
    review.attachments.filter(disclaimer=disclaimer).exclude(state=Attachment.State.REMOVED).update(
        state=Attachment.State.REMOVED
    )


# --- Conflicts ------------------------------------------------------------------------------------


def declare_conflict(review: Review, *, by: User, text: str) -> Conflict:
    """Declare a conflict of interest with this article: it bars the declarer from judging it."""
    with _act("declare_conflict", review, by=by, may=permissions.check_can_declare_conflict,
              allowed_in=Review.OPEN) as act:  # fmt: skip
        if Conflict.objects.filter(review=act.review, person=by).exists():
            raise Refused("You have declared a conflict here already.", "state")
        act.reason = _needed(text, "Say what the conflict is.")
        conflict = Conflict.objects.create(review=act.review, person=by, text=act.reason)
    return conflict


def _needed(text: str, sentence: str) -> str:
    text = text.strip()
    if not text:
        raise Refused(sentence, "missing")
    return text


def _one_of(value: object, allowed: object, what: str) -> None:
    if value not in allowed:  # type: ignore[operator]
        raise Refused(f"Choose a {what} from the list.", "choice")
