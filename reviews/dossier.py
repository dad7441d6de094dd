"""Everything that bears on one review, read once: what the gate weighs and what a signature covers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.db.models import Exists, F, Func, IntegerField, OuterRef, Prefetch, QuerySet, Subquery

from articles.canonical import canonical, digest, digest_text
from articles.documents import Document
from articles.editing import pages_of_others
from articles.evidence import CheckedClaim, CheckedSource
from articles.freezing import edition_document
from articles.models import Article, Notice, Source, record
from articles.rendering import PlacedDisclaimer
from reviews import verdicts
from reviews.models import (
    Attachment,
    Claim,
    Conflict,
    Event,
    Finding,
    Opinion,
    Review,
    Revocation,
    Settlement,
    SignOff,
    SourceCheck,
)
from reviews.permissions import (
    contributors_since_signed,
    reviewers_among,
    signer_faults,
    those_who_may,
)
from reviews.policy import Policy, Tier, Words, current_policy
from reviews.policy.requiring import Evidence, Facts, Required, remember
from reviews.screening import identity

SCHEMA = 1
_TAKE_DOWNS = (Notice.Kind.REMOVAL, Notice.Kind.RETRACTION)


@dataclass(frozen=True)
class Dossier:
    """A review with its edition, judgements and signatures as they stand now."""

    review: Review
    policy: Policy
    claims: list[Claim]
    checks: dict[int, list[SourceCheck]]
    """Every check of each claim, by its primary key, oldest first."""
    findings: list[Finding]
    attachments: list[Attachment]
    sign_offs: list[SignOff]
    takedowns: int
    revocations: int
    reopenings: int
    address_taken: bool
    """Another article was live at the edition's address since the draft was saved."""

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
    def known_by(self) -> SignOff | None:
        """A signature under today's digest, given by the screening of today.

        The gate let the same text, disclaimers and checks pass then, by the same rules and policy: there was
        nothing to mend, no disclaimer was missing, and what the text speaks of stands with the signature.
        Whether its signer may still sign, and how the sources stand today, are other questions.
        """
        today = (s for s in self.sign_offs if s.screening == identity())
        known = next((s for s in today if s.signed_digest == self.signed_digest), None)
        if known is None or digest_text(self.review.edition.canonical) != self.review.edition.digest:
            return None
        remember(self.document, known.subjects)
        return known

    @cached_property
    def required(self) -> list[Required]:
        """The disclaimers that the policy asks for, each with what asks for it. Checks may add some."""
        return self.policy.required_disclaimers(
            Facts(
                topics={topic["slug"]: topic["name"] for topic in self.content["topics"]},
                document=self.document,
                locale=self.content["locale"],
                interests=self.content["interests"],
                evidence=list(self._evidence()),
            )
        )

    @property
    def required_disclaimers(self) -> list[str]:
        """Their keys alone."""
        return [found.key for found in self.required]

    def _evidence(self) -> Iterator[Evidence]:
        """How firmly each claim stands, by the checks that let it stand; nothing of what is kept back."""
        for claim in (c for c in self.claims if c.state == Claim.State.OPEN):
            if good := self.rests_on(claim):
                indirect = {
                    check.directness: check.get_directness_display()
                    for check in good
                    if check.directness != SourceCheck.Directness.DIRECT
                }
                best = min(check.level for check in good)
                yield Evidence(claim.anchor["start"], claim.anchor["end"], best, indirect)

    @cached_property
    def checked_claims(self) -> list[CheckedClaim]:
        """The claims with what they rest on, as readers will see them; nothing of what is kept back."""
        numbers = {r["source"]: r["number"] for r in self.content["references"]}
        claims = sorted(
            (c for c in self.claims if c.state == Claim.State.OPEN), key=lambda c: c.anchor["start"]
        )
        return [
            {
                "text": claim.anchor["exact"],
                "sources": [_checked(check, numbers[check.source_id]) for check in self.rests_on(claim)],
            }
            for claim in claims
        ]

    def words_for(self, key: str) -> Words | None:
        """The words in force of a disclaimer for this article; None where the policy dropped it."""
        return self.policy.words_for(key, self.content["locale"])

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
            "claims": [
                _claim(c, self.checks_of(c)) | self._settled(c)
                for c in self.claims
                if c.state != Claim.State.ORPHANED
            ],
            "findings": [_finding(f) for f in self.findings if not f.orphaned],
            "takedowns": self.takedowns,
            "revocations": self.revocations,
            "reopenings": self.reopenings,
            **({"opinions": sorted(self.givers)} if self.independent else {}),
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
        return list(declared.prefetch_related("person").order_by("at", "pk"))

    @cached_property
    def conflicted(self) -> set[int]:
        """Those who declared one; see `reviews.permissions.conflicted_people`."""
        return {conflict.person_id for conflict in self.conflicts}

    @cached_property
    def _standing(self) -> dict[int, list[tuple[str, str]]]:
        if not self.sign_offs:
            return {}
        people = [s.signer_id for s in self.sign_offs]
        reviewers = reviewers_among(people)
        may_sign = those_who_may("sign_review", people)
        standing = {}
        for signer in {s.signer for s in self.sign_offs}:
            reviewer, specialties = reviewers.get(signer.pk, (None, None))
            faults = signer_faults(
                signer,
                self.review,
                reviewer=reviewer,
                specialties=specialties,
                barred=self.barred,
                conflicted=self.conflicted,
                topics=self.topics,
                credentials=self.tier.credentials,
            )
            if signer.is_active and signer.pk not in may_sign:
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
        if self.independent and sign_off.signer_id not in self.givers:
            return [("signer_no_opinion", f"{sign_off.printed_name} gave no verdicts on this edition.")]
        return self._standing[sign_off.signer_id]

    @cached_property
    def valid_sign_offs(self) -> list[SignOff]:
        """Signatures that hold today: not revoked, under today's digest, by people who may still sign."""
        return [s for s in self.sign_offs if not self.faults_of(s)]

    # --- Verdicts -----------------------------------------------------------------------------------

    @cached_property
    def opinions(self) -> list[Opinion]:
        """Who has given all their verdicts on this edition; see `reviews.verdicts.opinions_on`."""
        if not self.tier.independent:
            return []
        return verdicts.opinions_on(
            self.review,
            barred=self.barred,
            conflicted=self.conflicted,
            topics=self.topics,
            credentials=self.tier.credentials,
        )

    @cached_property
    def givers(self) -> set[int]:
        """The primary keys of those who gave `opinions`."""
        return {opinion.by_id for opinion in self.opinions}

    @cached_property
    def independent(self) -> bool:
        """Whether the second look at this edition is one of its own. A closed review without any was not."""
        return self.tier.independent and (self.review.is_open or bool(self.opinions))

    @cached_property
    def sealed(self) -> bool:
        """Whether verdicts are kept back from everyone but who gave them."""
        return self.independent and self.review.is_open and len(self.givers) < self.tier.signatures

    def keeps_back(self, claim: Claim) -> bool:
        """Whether a claim's verdicts are: it may have come in after everyone had given the others."""
        if not self.independent or not self.review.is_open:
            return False
        people = {check.by_id for check in self.checks_of(claim)}
        return self.sealed or len(people & self.givers) < self.tier.signatures

    def checks_of(self, claim: Claim) -> list[SourceCheck]:
        """`checks_in_force`: one by each person where the second look is independent."""
        if claim.pk not in self._in_force:
            made = self.checks[claim.pk]
            self._in_force[claim.pk] = checks_in_force(claim, of_each=self.independent, made=made)
        return self._in_force[claim.pk]

    @cached_property
    def _in_force(self) -> dict[int, list[SourceCheck]]:
        return {}

    def settlement_of(self, claim: Claim) -> Settlement | None:
        """How the reviewers settled their disagreement on a claim, if this is how it still stands."""
        if not self._differ(claim):
            return None
        return verdicts.settled_by(self.checks_of(claim), self._settlements.get(claim.pk, ()))

    def is_disputed(self, claim: Claim) -> bool:
        """Whether the reviewers disagree on an open claim and have not settled it."""
        return (
            claim.state == Claim.State.OPEN
            and not self.keeps_back(claim)
            and self._differ(claim)
            and self.settlement_of(claim) is None
        )

    def _differ(self, claim: Claim) -> bool:
        checks = self.checks_of(claim)
        return self.independent and verdicts.disagree(checks, self.policy.passing_verdicts)

    def rests_on(self, claim: Claim) -> list[SourceCheck]:
        """The checks on which a claim passes; none where it does not, or where that is not decided yet."""
        good = passing(self.checks_of(claim), self.policy)
        if not self.independent:
            return good
        if self.keeps_back(claim) or self.is_disputed(claim):
            return []
        if settlement := self.settlement_of(claim):
            return [check for check in good if check.pk == settlement.stands_id]
        enough = len({check.by_id for check in good} & self.givers) >= self.tier.signatures
        return good if enough else []

    @cached_property
    def _settlements(self) -> dict[int, list[Settlement]]:
        return verdicts.settlements_of(self.claims) if self.independent and not self.sealed else {}

    def _settled(self, claim: Claim) -> dict[str, Any]:
        settlement = self.settlement_of(claim)
        if settlement is None:
            return {}
        return {
            "settlement": {
                "id": settlement.pk,
                "stands": settlement.stands_id,
                "reason": settlement.reason,
                "by": settlement.by_id,
            }
        }

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


def load(review: Review, *, for_gate: bool = False) -> Dossier:
    """Read a review's dossier: a constant number of queries, whatever its size.

    `for_gate` leaves out what only pages show of it: people and passages. They are fetched one by one where
    they are asked for all the same.
    """
    claims = review.claims.order_by("id")
    findings = review.findings.exclude(disposition=Finding.Disposition.FIXED).order_by("id")
    attachments = review.attachments.exclude(state=Attachment.State.REMOVED).order_by("id")
    sign_offs = review.sign_offs.select_related("signer", "revocation").order_by("id")
    if for_gate:
        attachments = attachments.select_related("version", "disclaimer")
        sign_offs = sign_offs.defer("statement", "interests")
        loaded = list(claims)
        checks = _weighed_checks(review, loaded)
    else:
        read = SourceCheck.objects.select_related("source", "by").order_by("id")
        claims = claims.select_related("answered_by").prefetch_related(Prefetch("checks", read))
        findings = findings.select_related("disposed_by", "confirmed_by", "added_by", "answered_by")
        attachments = attachments.select_related("version", "disclaimer", "by", "confirmed_by")
        loaded = list(claims)
        checks = {claim.pk: list(claim.checks.all()) for claim in loaded}
    for claim in loaded:
        claim.edition = review.edition  # claims move with their review; this spares a query for each
    return Dossier(
        review=review,
        policy=current_policy(),
        claims=loaded,
        checks=checks,
        findings=list(findings),
        attachments=list(attachments),
        sign_offs=list(sign_offs),
        **_happened(review),
    )


def _weighed_checks(review: Review, claims: Sequence[Claim]) -> dict[int, list[SourceCheck]]:
    made: dict[int, list[SourceCheck]] = {claim.pk: [] for claim in claims}
    rows = SourceCheck.objects.filter(claim__review=review).select_related("source").order_by("id")
    for check in rows.defer("source__evidence", "source_record", "passage"):
        made[check.claim_id].append(check)
    return made


def _happened(review: Review) -> dict[str, Any]:
    """What befell the article, counted in one query."""
    slug = review.edition.content["slug"]
    counted = Article.objects.values(
        # One notice each: a page that is withdrawn and then retracted was taken down twice.
        takedowns=_number_of(Notice.objects.filter(article=OuterRef("pk"), kind__in=_TAKE_DOWNS)),
        revocations=_number_of(Revocation.objects.filter(sign_off__review__article=OuterRef("pk"))),
        reopenings=_number_of(Event.objects.filter(review=review.pk, action="reopen")),
        address_taken=Exists(pages_of_others(slug, article_id=OuterRef("pk"))),
    )
    return dict(counted.get(pk=review.article_id))


def _number_of(rows: QuerySet[Any]) -> Subquery:
    counted = rows.order_by().annotate(number=Func(F("pk"), function="COUNT")).values("number")
    return Subquery(counted, output_field=IntegerField())


def checks_in_force(
    claim: Claim, *, of_each: bool = False, made: Sequence[SourceCheck] | None = None
) -> list[SourceCheck]:
    """The newest check of a claim, in its present words, against each source still cited; oldest first.

    With `of_each`, the newest by each person. `made` are all of its checks, where the caller has them.
    """
    words = claim.anchor["exact"]
    cited = {reference["source"] for reference in claim.edition.content["references"]}
    newest = {
        (check.source_id, check.by_id if of_each else 0): check
        for check in (claim.checks.all() if made is None else made)
        if check.claim_text == words and check.source_id in cited
    }
    return sorted(newest.values(), key=lambda check: check.pk)


def source_digest(source: Source) -> str:
    """SHA-256 of what Signoff knows of a source today."""
    return _digest(tuple(record(source).items()))


@lru_cache(maxsize=4096)
def _digest(facts: tuple[tuple[str, Any], ...]) -> str:
    return digest(dict(facts))


def passing(checks: Iterable[SourceCheck], policy: Policy) -> list[SourceCheck]:
    """Those checks on which a claim can stand: a passing verdict on an unchanged, unretracted source."""
    return [
        c
        for c in checks
        if c.verdict in policy.passing_verdicts
        and not c.source.is_retracted
        and c.source_digest == source_digest(c.source)
    ]


def _checked(check: SourceCheck, number: int) -> CheckedSource:
    direct = check.directness == SourceCheck.Directness.DIRECT
    return {
        "number": number,
        "verdict": check.get_verdict_display(),
        "level": check.level,
        "indirect": "" if direct else check.get_directness_display(),
    }


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


def _claim(claim: Claim, checks: list[SourceCheck]) -> dict[str, Any]:
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
            for check in checks
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
