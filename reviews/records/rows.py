"""The parts of an approval record, each made of one row of the database (or of a few)."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from articles.canonical import digest_text
from articles.models import Edition, Publication
from reviews.models import (
    Attachment,
    Claim,
    DisclaimerVersion,
    Event,
    Finding,
    Review,
    ServedCheck,
    SignOff,
    SourceCheck,
)

_NOT_JUDGED = (Claim.State.DISMISSED, Claim.State.ORPHANED)


def review_row(review: Review) -> dict[str, Any]:
    """Where the review stands."""
    return {
        "id": review.pk,
        "status": review.status,
        "round": review.round,
        "tier": review.tier,
        "edition": review.edition.digest,
        "submitted_by": review.submitted_by_id,
        "opened_at": iso(review.opened_at),
        "submitted_at": iso(review.submitted_at),
        "closed_at": iso(review.closed_at),
    }


def edition_row(edition: Edition) -> dict[str, Any]:
    """A frozen text, whole."""
    return {
        "number": edition.number,
        "digest": edition.digest,
        "article_version": edition.article_version,
        "frozen_by": edition.created_by_id,
        "frozen_at": iso(edition.created_at),
        "content": edition.content,
    }


def statement_of(sign_off: SignOff) -> dict[str, Any]:
    """What was signed, as JSON."""
    value: dict[str, Any] = json.loads(sign_off.statement)
    return value


def disclaimer_rows(sign_offs: list[SignOff], attachments: list[Attachment]) -> list[dict[str, Any]]:
    """Every version of a disclaimer that was signed, or stands on the review now, with its words."""
    signed = {d["version"] for s in sign_offs for d in statement_of(s)["disclaimers"]}
    wanted = signed | {a.version.digest for a in attachments if a.state != Attachment.State.REMOVED}
    keys = {d["key"] for s in sign_offs for d in statement_of(s)["disclaimers"]}
    keys |= {a.disclaimer.key for a in attachments}
    versions = DisclaimerVersion.objects.filter(digest__in=wanted, disclaimer__key__in=keys)
    return [
        {
            "key": v.disclaimer.key,
            "name": v.disclaimer.name,
            "variant": v.variant,
            "number": v.number,
            "text": v.text,
            "placement": v.placement,
            "digest": v.digest,
        }
        for v in versions.select_related("disclaimer").order_by("disclaimer__key", "variant", "number")
    ]


def attachment_row(a: Attachment) -> dict[str, Any]:
    """A disclaimer attached to the review, or waived."""
    return {
        "key": a.disclaimer.key,
        "version": a.version.digest,
        "state": a.state,
        "placement": a.placement,
        "passage": (a.anchor or {}).get("exact", ""),
        "end": (a.anchor or {}).get("end", -1),
        "reason": a.reason,
        "by": a.by_id,
        "confirmed_by": a.confirmed_by_id,
        "at": iso(a.at),
    }


def claim_row(claim: Claim) -> dict[str, Any]:
    """A claim with every check that was ever made of it."""
    return {
        "id": claim.pk,
        "text": claim.anchor["exact"],
        "state": claim.state,
        "origin": claim.origin,
        "added_by": claim.added_by_id,
        "dismissed_by": claim.dismissed_by_id,
        "dismissed_reason": claim.dismissed_reason if claim.state in _NOT_JUDGED else "",
        **_writers_answer(claim),
        "checks": [_check(c) for c in sorted(claim.checks.all(), key=lambda c: c.pk)],
        "settlements": [
            {"checks": s.checks, "stands": s.stands_id, "reason": s.reason, "by": s.by_id, "at": iso(s.at)}
            for s in sorted(claim.settlements.all(), key=lambda s: s.pk)
        ],
    }


def _check(check: SourceCheck) -> dict[str, Any]:
    return {
        "id": check.pk,
        "claim_text": check.claim_text,
        "source": check.source_id,
        "source_record": check.source_record,
        "source_digest": check.source_digest,
        "verdict": check.verdict,
        "level": check.level,
        "directness": check.directness,
        "passage": check.passage,
        "locator": check.locator,
        "read": check.read,
        "note": check.note,
        "by": check.by_id,
        "at": iso(check.at),
    }


def finding_row(finding: Finding) -> dict[str, Any]:
    """A finding and its answer."""
    return {
        "id": finding.pk,
        "rule": finding.rule,
        "category": finding.category,
        "severity": finding.severity,
        "message": finding.message,
        "remedy": finding.remedy,
        "text": (finding.anchor or {}).get("exact", ""),
        "orphaned": finding.orphaned,
        "added_by": finding.added_by_id,
        **_writers_answer(finding),
        "disposition": finding.disposition,
        "reason": finding.reason,
        "disposed_by": finding.disposed_by_id,
        "confirmed_by": finding.confirmed_by_id,
    }


def _writers_answer(row: Claim | Finding) -> dict[str, Any]:
    return {
        "writer_answer": row.writer_answer,
        "writer_reason": row.writer_reason,
        "answered_by": row.answered_by_id,
    }


def sign_off_row(s: SignOff) -> dict[str, Any]:
    """A signature, what was signed, and its revocation."""
    revocation = getattr(s, "revocation", None)
    return {
        "id": s.pk,
        "signer": s.signer_id,
        "printed_name": s.printed_name,
        "credentials": s.credentials,
        "registration": s.registration,
        "meaning": s.meaning,
        "meaning_words": s.get_meaning_display(),
        "interests": s.interests,
        "at": iso(s.at),
        "edition": s.edition.digest,
        "signed_digest": s.signed_digest,
        "statement": statement_of(s),
        "revocation": revocation
        and {"by": revocation.by_id, "reason": revocation.reason, "at": iso(revocation.at)},
    }


def publication_row(p: Publication) -> dict[str, Any]:
    """A page that rests on signatures of this review, as readers had it."""
    return {
        "id": p.pk,
        "edition": p.edition.digest,
        "status": p.status,
        "slug": p.slug,
        "signed_digest": p.signed_digest,
        "required_signatures": p.required_signatures,
        "attestation": p.attestation,
        "html": p.html,
        "html_digest": digest_text(p.html),
        "first_published_at": iso(p.first_published_at),
        "published_at": iso(p.published_at),
        "published_by": p.published_by_id,
        "review_due": p.review_due.isoformat(),
        "ended_at": iso(p.ended_at),
        "ended_by": p.ended_by_id,
        "ended_reason": p.ended_reason,
    }


def add_served(publications: list[dict[str, Any]]) -> None:
    """Put beside each page what was found when it was fetched as readers get it."""
    served = list(ServedCheck.objects.filter(publication__in=[p["id"] for p in publications]).order_by("pk"))
    for page in publications:
        page["served"] = [
            {"problems": s.problems, "html_digest": s.html_digest, "at": iso(s.at)}
            for s in served
            if s.publication_id == page["id"]
        ]


def event_row(event: Event) -> dict[str, Any]:
    """All that an event's hash is made of (see `reviews.audit.log.event_hash`), and the hash."""
    return {
        "sequence": event.sequence,
        "action": event.action,
        "actor": event.actor_id,
        "actor_name": event.actor_name,
        "article": event.article_id,
        "review": event.review_id,
        "before": event.before,
        "after": event.after,
        "reason": event.reason,
        "facts": event.facts,
        "at": iso(event.at),
        "previous": event.previous,
        "hash": event.hash,
    }


def iso(at: dt.datetime | None) -> str | None:
    """A moment in UTC, to the microsecond."""
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds") if at else None
