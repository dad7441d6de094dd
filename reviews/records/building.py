"""A review as its approval record: one JSON value with all that was approved, by whom and on which grounds.

People are named by number; `people` says who they are. Times are ISO 8601 in UTC, digests SHA-256 in hex.
docs/approval-record.md explains every part.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q

from articles.canonical import canonical, digest
from articles.models import Edition, Publication
from reviews import dossier as dossiers
from reviews import permissions, states
from reviews.audit.verification import one_moment
from reviews.models import Attachment, Claim, Conflict, Event, PolicyVersion, Review, SignOff
from reviews.records import rows
from reviews.refusals import Refused

FORMAT = "signoff-approval-record"
SCHEMA = 1


def open_record(review: Review, *, by: User) -> dict[str, Any]:
    """The record of `review` for somebody of the desk. Raises `Refused`.

    While verdicts are kept back, the record stays closed: it would show each reviewer what the others found
    before they have judged for themselves.
    """
    permissions.check_can_view(by)
    dossier = dossiers.load(review)
    if dossier.sealed or any(_would_tell(dossier, claim) for claim in dossier.claims):
        raise Refused(
            "The record opens when both reviewers have given their verdicts: until then it would show "
            "one reviewer what the other found.",
            "state",
        )
    return record(review)


def _would_tell(dossier: dossiers.Dossier, claim: Claim) -> bool:
    """Whether a claim has verdicts that are kept back still; what left the text is judged by nobody again."""
    here = claim.state != Claim.State.ORPHANED
    return here and bool(claim.checks.all()) and dossier.keeps_back(claim)


def file_bytes(value: dict[str, Any]) -> bytes:
    """The record as a file: canonical JSON (RFC 8785), the same bytes for the same record."""
    return canonical(value).encode("utf-8")


def record(review: Review) -> dict[str, Any]:
    """Everything on record about a review, as it is at one moment, in a constant number of queries."""
    with one_moment():
        body = _body(review)
    return {**body, "digest": digest(body)}


def _body(review: Review) -> dict[str, Any]:
    review = Review.objects.select_related("edition").get(pk=review.pk)
    sign_offs = list(review.sign_offs.select_related("edition", "revocation").order_by("pk"))
    editions = {e.pk: e for e in (*(s.edition for s in sign_offs), review.edition)}
    article = review.article_id
    published = Edition.objects.filter(article=article, publications__isnull=False).distinct()
    pages = Publication.objects.filter(
        article=article, edition__in=editions, signed_digest__in={s.signed_digest for s in sign_offs}
    )
    attachments = list(review.attachments.select_related("version", "disclaimer").order_by("pk"))
    policies = list(PolicyVersion.objects.filter(digest__in=_named(sign_offs, "policy")).order_by("number"))
    newest = max(e.article_version for e in editions.values())
    events = Event.objects.filter(
        Q(article=article) | Q(action="load_policy", after__in=[p.digest for p in policies])
    )
    content = review.edition.content
    body: dict[str, Any] = {
        "format": FORMAT,
        "schema": SCHEMA,
        "site": {"name": settings.SITE_NAME, "address": settings.SITE_URL},
        "article": {"id": article, **{key: content[key] for key in ("title", "slug", "locale")}},
        "review": rows.review_row(review),
        "editions": [rows.edition_row(e) for e in sorted(editions.values(), key=lambda e: e.number)],
        "contributions": [
            {"version": c.version, "person": c.person_id, "action": c.action, "at": rows.iso(c.at)}
            for c in review.article.contributions.filter(version__lte=newest).order_by("version")
        ],
        "published_editions": [
            {"number": e.number, "digest": e.digest, "article_version": e.article_version}
            for e in published.order_by("number")
        ],
        "policies": [
            {"number": p.number, "digest": p.digest, "loaded_at": rows.iso(p.loaded_at), "content": p.content}
            for p in policies
        ],
        "disclaimers": rows.disclaimer_rows(sign_offs, attachments),
        "attachments": [rows.attachment_row(a) for a in attachments if a.state != Attachment.State.REMOVED],
        "claims": [
            rows.claim_row(c)
            for c in review.claims.prefetch_related("checks__source", "settlements").order_by("pk")
        ],
        "findings": [rows.finding_row(f) for f in review.findings.order_by("pk")],
        "conflicts": [
            {"review": c.review_id, "person": c.person_id, "text": c.text, "at": rows.iso(c.at)}
            for c in Conflict.objects.filter(review__article=article).order_by("pk")
        ],
        "opinions": [
            {"person": o.by_id, "edition": o.edition.digest, "at": rows.iso(o.at)}
            for o in review.opinions.select_related("edition").order_by("pk")
        ],
        "sign_offs": [rows.sign_off_row(s) for s in sign_offs],
        "publications": [rows.publication_row(p) for p in pages.select_related("edition").order_by("pk")],
        "events": [rows.event_row(e) for e in events.order_by("sequence")],
    }
    rows.add_served(body["publications"])
    people = User.objects.filter(pk__in=set(_people(body))).order_by("pk")
    return {**body, "people": [{"id": p.pk, "name": states.name_of(p)} for p in people]}


_BY = ("person", "by", "confirmed_by", "signer", "actor", "disposed_by", "dismissed_by", "added_by",
       "answered_by", "submitted_by", "frozen_by", "published_by", "ended_by")  # fmt: skip


def _people(value: Any, key: str = "") -> Iterable[int]:
    """Everybody whom the record names by number; what a text or a policy says is not looked into."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "contributors":
                yield from inner
            elif name == "authors" and isinstance(inner, list):
                yield from (author["id"] for author in inner)
            elif name not in ("facts", "attestation", "source_record"):
                yield from _people(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _people(inner)
    elif key in _BY and isinstance(value, int):
        yield value


def _named(sign_offs: list[SignOff], key: str) -> set[str]:
    return {rows.statement_of(s)[key] for s in sign_offs}
