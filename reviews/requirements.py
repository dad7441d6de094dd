"""The gate: what still stands between a text and its readers. Nothing else decides.

Asked at submission, at sign-off and again at the moment of publishing, by every door.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from django.urls import reverse

from articles.editing import was_anothers
from articles.freezing import draft_document, unfrozen_because
from articles.models import Article
from reviews import dossier as dossiers
from reviews.dossier import Dossier, checks_in_force, passing, source_digest
from reviews.models import Attachment, Claim, Finding, Review
from reviews.screening import screen


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


def missing_for_draft(article: Article) -> list[Requirement]:
    """What the writer must mend before the draft can be submitted."""
    place = reverse("admin:articles_article_change", args=[article.pk])
    found: list[Requirement] = []
    if obstacle := unfrozen_because(article):
        found.append(Requirement("not_freezable", obstacle, place, Stops.SUBMISSION))
    found += _address(article.pk, article.slug, place)
    for hit in screen(draft_document(article)):
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
        *_address(dossier.review.article_id, dossier.content["slug"], place),
        *_housekeeping(dossier, place),
        *_findings(dossier, place + "#findings"),
        *_disclaimers(dossier, place + "#disclaimers"),
        *_claims(dossier, place + "#claims"),
        *_signatures(dossier, place + "#sign"),
    ]


def stopping(requirements: list[Requirement], step: Stops) -> list[Requirement]:
    """Those requirements that stop `step`."""
    return [r for r in requirements if r.stops <= step]


def _address(article_id: int, slug: str, place: str) -> Iterator[Requirement]:
    # Free when the draft was saved, but another article may have been published there since.
    if was_anothers(slug, article_id=article_id):
        yield Requirement(
            "address_taken",
            f"Another article was published at the address “{slug}”; this one needs its own.",
            place,
            Stops.SUBMISSION,
        )


def _housekeeping(dossier: Dossier, place: str) -> Iterator[Requirement]:
    # Asked of the text again: a finding row may be missing, the words are not.
    for hit in screen(dossier.document):
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
            f"{_count(len(waiting), 'finding')} still {_s(len(waiting), 'needs', 'need')} an answer.",
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
            f"{_count(len(alone), 'critical finding')} {_s(len(alone), 'was', 'were')} accepted by one "
            "person only; a second qualified reviewer must confirm.",
            place,
            Stops.SIGN_OFF,
        )


def _disclaimers(dossier: Dossier, place: str) -> Iterator[Requirement]:
    here = {a.disclaimer.key: a for a in dossier.attachments}
    absent = [key for key in dossier.required_disclaimers if key not in here]
    names = {d["key"]: d["name"] for d in dossier.policy.content["disclaimers"]}
    for key in absent:
        yield Requirement(
            "disclaimer_missing",
            f"The disclaimer “{names.get(key, key)}” is required and not attached.",
            place,
            Stops.SIGN_OFF,
        )
    in_force = {d["key"]: d["text"] for d in dossier.policy.content["disclaimers"]}
    for key, attachment in here.items():
        if attachment.state == Attachment.State.WAIVED and not attachment.confirmed_by_id:
            yield Requirement(
                "waiver_unconfirmed",
                f"Waiving “{attachment.disclaimer.name}” needs a second qualified signature.",
                place,
                Stops.SIGN_OFF,
            )
        if attachment.state == Attachment.State.ATTACHED and in_force.get(key) not in (
            None,
            attachment.version.text,
        ):
            yield Requirement(
                "disclaimer_outdated",
                f"“{attachment.disclaimer.name}” has newer words; attach it again.",
                place,
                Stops.SIGN_OFF,
            )


def _claims(dossier: Dossier, place: str) -> Iterator[Requirement]:
    unchecked = reconfirm = 0
    for claim in dossier.claims:
        if claim.state == Claim.State.RECONFIRM:
            reconfirm += 1
        if claim.state != Claim.State.OPEN:
            continue
        checks = checks_in_force(claim)
        if not passing(checks, dossier.policy):
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
    if unchecked:
        yield Requirement(
            "claim_unchecked",
            f"{_count(unchecked, 'claim')} still {_s(unchecked, 'needs', 'need')} a source that supports "
            f"{_s(unchecked, 'it', 'them')}.",
            place,
            Stops.SIGN_OFF,
        )
    if reconfirm:
        yield Requirement(
            "claim_reconfirm",
            f"{_count(reconfirm, 'claim')} changed since {_s(reconfirm, 'it was', 'they were')} checked and "
            f"{_s(reconfirm, 'needs', 'need')} reconfirming.",
            place,
            Stops.SIGN_OFF,
        )


def _signatures(dossier: Dossier, place: str) -> Iterator[Requirement]:
    have, want = len({s.signer_id for s in dossier.valid_sign_offs}), dossier.tier.signatures
    if have >= want:
        return
    yield Requirement(
        "quorum",
        f"{have} of {_count(want, 'signature')} given ({dossier.tier.name.lower()}).",
        place,
        Stops.PUBLICATION,
    )
    for sign_off in dossier.sign_offs:
        for code, sentence in dossier.faults_of(sign_off):
            yield Requirement(code, sentence, place, Stops.PUBLICATION)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _s(number: int, one: str, many: str) -> str:
    return one if number == 1 else many


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 80 else text[:79].rstrip() + "…"
