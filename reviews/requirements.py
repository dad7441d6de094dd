"""The gate: what still stands between a text and its readers. Nothing else decides.

Asked at submission, at sign-off and again at the moment of publishing, by every door.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from django.urls import reverse

from articles.editing import was_anothers
from articles.freezing import draft_document, unfrozen_because
from articles.models import Article
from reviews import dossier as dossiers
from reviews.counting import agree, counted, in_words
from reviews.dossier import Dossier, source_digest
from reviews.models import Attachment, Claim, Finding, Review
from reviews.policy import screened
from reviews.screening import Hit


class Stops(IntEnum):
    """The first step that a requirement stops; it stops all later ones too."""

    SUBMISSION = 1
    SIGN_OFF = 2
    PUBLICATION = 3


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing still missing: a code for programs, a sentence for people, the place to mend it."""

    code: str
    sentence: str
    place: str
    stops: Stops


def missing_for_draft(article: Article, *, hits: Sequence[Hit] | None = None) -> list[Requirement]:
    """What the writer must mend before the draft can be submitted.

    `hits`, what screening says of the draft, spares its screening where the caller has done it.
    """
    place = reverse("admin:articles_article_change", args=[article.pk])
    found: list[Requirement] = []
    if obstacle := unfrozen_because(article):
        found.append(Requirement("not_freezable", obstacle, place, Stops.SUBMISSION))
    found += _address(was_anothers(article.slug, article_id=article.pk), article.slug, place)
    for hit in screened(draft_document(article)) if hits is None else hits:
        if hit.severity == "fix":
            where = f" (“{_short(hit.quote)}”)" if hit.quote else ""
            found.append(Requirement(hit.rule, f"{hit.message}{where} {hit.remedy}", place, Stops.SUBMISSION))
    return found


def missing_for(review: Review, *, dossier: Dossier | None = None) -> list[Requirement]:
    """Everything that keeps a review's edition from being published now; empty when nothing does.

    `dossier` spares its reading where the caller has it. Raises `reviews.policy.NoPolicy`.
    """
    dossier = dossier or dossiers.load(review)
    place = reverse("desk:review", args=[review.pk])
    return [
        *_address(dossier.address_taken, dossier.content["slug"], place),
        *_housekeeping(dossier, place),
        *_findings(dossier, place + "#findings"),
        *_disclaimers(dossier, place + "#disclaimers"),
        *_claims(dossier, place + "#claims"),
        *_signatures(dossier, place + "#sign"),
    ]


def stopping(requirements: list[Requirement], step: Stops) -> list[Requirement]:
    """Those requirements that stop `step`."""
    return [r for r in requirements if r.stops <= step]


def _address(taken: bool, slug: str, place: str) -> Iterator[Requirement]:
    # Free when the draft was saved, but another article may have been published there since.
    if taken:
        yield Requirement(
            "address_taken",
            f"Another article was published at the address “{slug}”; this one needs its own.",
            place,
            Stops.SUBMISSION,
        )


def _housekeeping(dossier: Dossier, place: str) -> Iterator[Requirement]:
    if dossier.known_by:
        return  # it was asked when that signature was given, by the same rules, of the same words
    # Asked of the text again: a finding row may be missing, the words are not.
    for hit in screened(dossier.document, dossier.policy):
        if hit.severity == "fix":
            yield Requirement(hit.rule, f"{hit.message} Send it back to be mended.", place, Stops.SUBMISSION)


def _findings(dossier: Dossier, place: str) -> Iterator[Requirement]:
    live = [f for f in dossier.findings if not f.orphaned]
    waiting = [
        f
        for f in live
        if f.severity in (Finding.Severity.CRITICAL, Finding.Severity.RESOLVE, Finding.Severity.FIX)
        and not f.disposition
    ]
    if waiting:
        yield Requirement(
            "finding_open",
            f"{counted(len(waiting), 'finding')} still {agree(len(waiting), 'needs', 'need')} an answer.",
            place,
            Stops.SIGN_OFF,
        )
    alone = [
        f
        for f in live
        if f.severity == Finding.Severity.CRITICAL
        and f.disposition == Finding.Disposition.ACCEPTED
        and not f.confirmed_by_id
    ]
    if alone:
        yield Requirement(
            "finding_unconfirmed",
            f"{counted(len(alone), 'critical finding')} {agree(len(alone), 'was', 'were')} accepted by one "
            "person only; a second qualified reviewer must confirm.",
            place,
            Stops.SIGN_OFF,
        )


def _disclaimers(dossier: Dossier, place: str) -> Iterator[Requirement]:
    here = {a.disclaimer.key: a for a in dossier.attachments}
    names = {d["key"]: d["name"] for d in dossier.policy.content["disclaimers"]}
    # Nothing is missing where a signature knows the text: what it asks for was attached when that was given.
    for required in () if dossier.known_by else dossier.required:
        if required.key in here:
            continue
        yield Requirement(
            "disclaimer_missing",
            f"The disclaimer “{names.get(required.key, required.key)}” is required and not attached.",
            place,
            Stops.SIGN_OFF,
        )
    for key, attachment in here.items():
        if attachment.state == Attachment.State.WAIVED and not attachment.confirmed_by_id:
            yield Requirement(
                "waiver_unconfirmed",
                f"Waiving “{attachment.disclaimer.name}” needs a second qualified signature.",
                place,
                Stops.SIGN_OFF,
            )
        words = dossier.words_for(key)
        if (
            attachment.state == Attachment.State.ATTACHED
            and words is not None
            and words.text != attachment.version.text
        ):
            yield Requirement(
                "disclaimer_outdated",
                f"“{attachment.disclaimer.name}” has newer words; attach it again.",
                place,
                Stops.SIGN_OFF,
            )


def _claims(dossier: Dossier, place: str) -> Iterator[Requirement]:
    if dossier.sealed:
        # Nothing else of the claims: it would tell one reviewer what another found.
        have, want = len(dossier.givers), dossier.tier.signatures
        yield Requirement(
            "opinion_missing",
            f"{in_words(want).capitalize()} reviewers must each give their verdicts; "
            f"{have} of {want} {agree(have, 'has', 'have')}.",
            place,
            Stops.SIGN_OFF,
        )
        return
    unchecked = reconfirm = disputed = 0
    for claim in dossier.claims:
        if claim.state == Claim.State.RECONFIRM:
            reconfirm += 1
        if claim.state != Claim.State.OPEN:
            continue
        if dossier.keeps_back(claim):
            unchecked += 1
            continue
        checks = dossier.checks_of(claim)
        if dossier.is_disputed(claim):
            disputed += 1
        elif not dossier.rests_on(claim):
            unchecked += 1
        # Asked of a claim with another, sound source too: it is said to rest on both.
        for check in (c for c in checks if c.verdict in dossier.policy.passing_verdicts):
            if check.source.is_retracted:
                yield Requirement(
                    "source_retracted",
                    f"“{_short(claim.anchor['exact'])}” rests on a retracted source: {check.source}.",
                    place,
                    Stops.SIGN_OFF,
                )
            elif check.source_digest != source_digest(check.source):
                yield Requirement(
                    "source_changed",
                    f"The record of a source changed since it was checked: {check.source}.",
                    place,
                    Stops.SIGN_OFF,
                )
    if disputed:
        yield Requirement(
            "disagreement_open",
            f"The reviewers disagree on {counted(disputed, 'claim')}; settle "
            f"{agree(disputed, 'it', 'them')} in writing.",
            place,
            Stops.SIGN_OFF,
        )
    if unchecked:
        each = f", in the verdict of {dossier.tier.signatures} reviewers" if dossier.independent else ""
        yield Requirement(
            "claim_unchecked",
            f"{counted(unchecked, 'claim')} still {agree(unchecked, 'needs', 'need')} a source that supports "
            f"{agree(unchecked, 'it', 'them')}{each}.",
            place,
            Stops.SIGN_OFF,
        )
    if reconfirm:
        yield Requirement(
            "claim_reconfirm",
            f"{counted(reconfirm, 'claim')} changed since {agree(reconfirm, 'it was', 'they were')} checked "
            f"and {agree(reconfirm, 'needs', 'need')} reconfirming.",
            place,
            Stops.SIGN_OFF,
        )


def _signatures(dossier: Dossier, place: str) -> Iterator[Requirement]:
    have, want = len({s.signer_id for s in dossier.valid_sign_offs}), dossier.tier.signatures
    if have >= want:
        return
    yield Requirement(
        "quorum",
        f"{have} of {counted(want, 'signature')} given ({dossier.tier.name.lower()}).",
        place,
        Stops.PUBLICATION,
    )
    for sign_off in dossier.sign_offs:
        for code, sentence in dossier.faults_of(sign_off):
            yield Requirement(code, sentence, place, Stops.PUBLICATION)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 80 else text[:79].rstrip() + "…"
