"""Everything that bears on one review, read once: what the gate weighs and what a signature covers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Prefetch

from articles.canonical import canonical, digest, digest_text
from articles.documents import Document
from articles.freezing import edition_document
from articles.models import Notice, Source
from articles.models.content import record
from articles.rendering import PlacedDisclaimer
from reviews.models import (
    Attachment,
    Claim,
    Conflict,
    Event,
    Finding,
    Review,
    Reviewer,
    Revocation,
    SignOff,
    SourceCheck,
)
from reviews.permissions import contributors_since_signed, signer_faults
from reviews.policy import Policy, Tier, current_policy

SCHEMA = 1
_TAKE_DOWNS = (Notice.Kind.REMOVAL, Notice.Kind.RETRACTION)


@dataclass(frozen=True)
class Dossier:
    """A review with its edition, judgements and signatures as they stand now."""

    review: Review
    policy: Policy
    claims: list[Claim]
    findings: list[Finding]
    attachments: list[Attachment]
    sign_offs: list[SignOff]
    takedowns: int
    revocations: int
    reopenings: int

    @cached_property
    def content(self) -> dict[str, Any]:
        return self.review.edition.content

    @cached_property
    def document(self) -> Document:
        return edition_document(self.review.edition)

    @cached_property
    def topics(self) -> list[str]:
        return [topic["slug"] for topic in self.content["topics"]]

    @cached_property
    def tier(self) -> Tier:
        return self.policy.tier(topics=self.topics, text=self.document.text)

    @cached_property
    def required_disclaimers(self) -> list[str]:
        return self.policy.required_disclaimers(topics=self.topics, text=self.document.text)

    @cached_property
    def statement(self) -> dict[str, Any]:
        """All that a signature covers: the text, its disclaimers, checks, dispositions and policy.

        Take-downs, revocations and reopenings are counted in, so that nothing signed before one of
        them counts after it, and whoever signed before may sign again.
        """
        return {
            "schema": SCHEMA,
            "edition": self.review.edition.digest,
            "policy": self.policy.version.digest,
            "tier": self.tier.key,
            "signatures": self.tier.signatures,
            "disclaimers": [_disclaimer(a) for a in sorted(self.attachments, key=lambda a: a.disclaimer.key)],
            "claims": [_claim(c) for c in self.claims if c.state != Claim.State.ORPHANED],
            "findings": [_finding(f) for f in self.findings if not f.orphaned],
            "takedowns": self.takedowns,
            "revocations": self.revocations,
            "reopenings": self.reopenings,
        }

    @cached_property
    def statement_text(self) -> str:
        return canonical(self.statement)

    @cached_property
    def signed_digest(self) -> str:
        """What a signature given now would bind to."""
        return digest_text(self.statement_text)

    @cached_property
    def barred(self) -> set[int]:
        """Those who wrote on it; see `reviews.permissions.contributors_since_signed`."""
        return contributors_since_signed(self.review)

    @cached_property
    def conflicts(self) -> list[Conflict]:
        """Conflicts of interest declared in any review of the article."""
        declared = Conflict.objects.filter(review__article=self.review.article_id)
        return list(declared.select_related("person").order_by("at", "pk"))

    @cached_property
    def conflicted(self) -> set[int]:
        """Those who declared one; see `reviews.permissions.conflicted_people`."""
        return {conflict.person_id for conflict in self.conflicts}

    @cached_property
    def _standing(self) -> dict[int, list[tuple[str, str]]]:
        if not self.sign_offs:
            return {}
        people = [s.signer_id for s in self.sign_offs]
        reviewers = {r.user_id: r for r in Reviewer.objects.filter(user__in=people)}
        may_sign = set(User.objects.with_perm("reviews.sign_review").filter(pk__in=people))
        standing = {}
        for signer in {s.signer for s in self.sign_offs}:
            faults = signer_faults(
                signer,
                self.review,
                reviewer=reviewers.get(signer.pk),
                barred=self.barred,
                conflicted=self.conflicted,
            )
            if signer.is_active and signer not in may_sign:
                name = signer.get_full_name() or signer.get_username()
                faults.append(("signer_role", f"{name} may no longer sign: the role was taken away."))
            standing[signer.pk] = faults
        return standing

    def faults_of(self, sign_off: SignOff) -> list[tuple[str, str]]:
        """Why a signature does not count today, as (code, sentence); empty when it does."""
        if hasattr(sign_off, "revocation"):
            return [("revoked", f"The signature of {sign_off.printed_name} was revoked.")]
        if sign_off.signed_digest != self.signed_digest:
            return [
                (
                    "digest_changed",
                    f"Something changed since {sign_off.printed_name} signed; the signature lapsed.",
                )
            ]
        return self._standing[sign_off.signer_id]

    @cached_property
    def valid_sign_offs(self) -> list[SignOff]:
        """Signatures that hold today: not revoked, under today's digest, by people who may still sign."""
        return [s for s in self.sign_offs if not self.faults_of(s)]

    @cached_property
    def placed_disclaimers(self) -> list[PlacedDisclaimer]:
        """The attached disclaimers as they will be rendered, in the policy's order, then by key."""
        order = {d["key"]: place for place, d in enumerate(self.policy.content["disclaimers"])}
        attached = [a for a in self.attachments if a.state == Attachment.State.ATTACHED]
        attached.sort(key=lambda a: (order.get(a.disclaimer.key, len(order)), a.disclaimer.key))
        return [
            {
                "key": a.disclaimer.key,
                "version": a.version.number,
                "digest": a.version.digest,
                "text": a.version.text,
                "placement": a.placement,
                "after": a.anchor["end"] - self.document.body_start if a.placement == "inline" else -1,
            }
            for a in attached
        ]


def load(review: Review) -> Dossier:
    """Read a review's dossier: a constant number of queries, whatever its size."""
    claims = list(
        review.claims.prefetch_related(
            Prefetch("checks", SourceCheck.objects.select_related("source", "by").order_by("id"))
        ).order_by("id")
    )
    for claim in claims:
        claim.edition = review.edition  # claims move with their review; this spares a query for each
    return Dossier(
        review=review,
        policy=current_policy(),
        claims=claims,
        findings=list(
            review.findings.exclude(disposition=Finding.Disposition.FIXED)
            .select_related("disposed_by", "confirmed_by", "added_by")
            .order_by("id")
        ),
        attachments=list(
            review.attachments.exclude(state=Attachment.State.REMOVED)
            .select_related("version", "disclaimer", "by", "confirmed_by")
            .order_by("id")
        ),
        sign_offs=list(review.sign_offs.select_related("signer", "revocation").order_by("id")),
        # One notice each: a page that is withdrawn and then retracted was taken down twice.
        takedowns=Notice.objects.filter(article=review.article_id, kind__in=_TAKE_DOWNS).count(),
        revocations=Revocation.objects.filter(sign_off__review__article=review.article_id).count(),
        reopenings=Event.objects.filter(review=review, action="reopen").count(),
    )


def checks_in_force(claim: Claim) -> list[SourceCheck]:
    """The newest check of a claim, in its present words, against each source still cited; oldest first."""
    words = claim.anchor["exact"]
    cited = {reference["source"] for reference in claim.edition.content["references"]}
    newest = {
        check.source_id: check
        for check in claim.checks.all()
        if check.claim_text == words and check.source_id in cited
    }
    return sorted(newest.values(), key=lambda check: check.pk)


def source_digest(source: Source) -> str:
    """SHA-256 of what Signoff knows of a source today."""
    return digest(record(source))


def passing(checks: Iterable[SourceCheck], policy: Policy) -> list[SourceCheck]:
    """Those checks on which a claim can stand: a passing verdict on an unchanged, unretracted source."""
    return [
        c
        for c in checks
        if c.verdict in policy.passing_verdicts
        and not c.source.is_retracted
        and c.source_digest == source_digest(c.source)
    ]


def _disclaimer(attachment: Attachment) -> dict[str, Any]:
    return {
        "key": attachment.disclaimer.key,
        "version": attachment.version.digest,
        "state": attachment.state,
        "placement": attachment.placement,
        "passage": (attachment.anchor or {}).get("exact", ""),
        "end": (attachment.anchor or {}).get("end", -1),
        "reason": attachment.reason,
        "by": attachment.by_id,
        "confirmed_by": attachment.confirmed_by_id,
    }


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "id": claim.pk,
        "text": claim.anchor["exact"],
        "state": claim.state,
        "reason": claim.dismissed_reason if claim.state == Claim.State.DISMISSED else "",
        "checks": [
            {
                "id": check.pk,
                "source": check.source_id,
                "record": check.source_digest,
                "verdict": check.verdict,
                "level": check.level,
                "directness": check.directness,
                "by": check.by_id,
            }
            for check in checks_in_force(claim)
        ],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.pk,
        "rule": finding.rule,
        "severity": finding.severity,
        "text": (finding.anchor or {}).get("exact", ""),
        "disposition": finding.disposition,
        "reason": finding.reason,
        "disposed_by": finding.disposed_by_id,
        "confirmed_by": finding.confirmed_by_id,
    }
