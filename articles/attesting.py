"""Publication → Attestation: what the site states about a page, in a form that anybody can check.

The statement is canonical JSON (RFC 8785), signed with the site's key (`articles.keys`). Readers check it
with `static/signoff/signoff_verify.py`, which needs nothing of ours; docs/attestations.md describes every
member.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any, TypedDict

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from articles import keys
from articles.canonical import canonical, digest_text
from articles.models import Attestation, Publication

SCHEMA = "signoff-attestation"
VERSION = 1

_START, _END = '<article class="article"', "</article>"
_OF_A_SIGNER = ("name", "credentials", "registration", "meaning", "interests", "on")
_OF_A_DISCLAIMER = ("key", "version", "digest")


class Position(TypedDict):
    """Where an event stands in the hash-chained log: its number and its SHA-256."""

    sequence: int
    hash: str


def attest(publication: Publication, *, event: Position) -> Attestation:
    """Sign what was published. `event` is the log's entry that says so.

    Must run in the transaction of the publication, so that nothing is public without it.
    Raises `ImproperlyConfigured` where the site's key can be neither read nor made.
    """
    site = {"name": settings.SITE_NAME, "url": settings.SITE_URL}
    document = canonical(_document(publication, event=event, site=site, attested_at=_utc(timezone.now())))
    key, signature = keys.sign(document)
    return Attestation.objects.create(
        publication=publication, document=document, signature=signature, key=key
    )


def fragment(html: str) -> str:
    """The article in a page or in a publication's HTML: from its opening tag to its end, as it stands there.

    Raises `ValueError` where there is none.
    """
    start = html.index(_START)
    return html[start : html.index(_END, start) + len(_END)]


def faults(attestation: Attestation) -> Iterator[str]:
    """A sentence for each thing in which an attestation does not hold against its publication today."""
    if not keys.holds(attestation.document, key=attestation.key, signature=attestation.signature):
        yield (
            f"Its attestation is not signed by a key of this site ({attestation.key}); "
            "if that key was replaced, ATTESTATION_OLD_KEYS lacks it."
        )
    try:
        said = json.loads(attestation.document)
        unbound = {name: said[name] for name in ("event", "site", "attested_at")}
        if canonical(_document(attestation.publication, **unbound)) != attestation.document:
            yield "Its attestation says something else than what was published."
    except (ValueError, KeyError, TypeError):
        yield "Its attestation cannot be read."


def _document(
    publication: Publication, *, event: Position, site: dict[str, str], attested_at: str
) -> dict[str, Any]:
    shown = publication.attestation
    edition = publication.edition
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "site": site,
        "article": {
            "url": site["url"] + reverse("public:article", args=[publication.slug]),
            "slug": publication.slug,
            "locale": publication.locale,
            "title": publication.title,
        },
        "edition": {"number": edition.number, "digest": edition.digest},
        "signed_digest": publication.signed_digest,
        "article_html": digest_text(fragment(publication.html)),
        **{name: shown[name] for name in ("policy",) if name in shown},
        "required_signatures": publication.required_signatures,
        "signers": [{name: s[name] for name in _OF_A_SIGNER if name in s} for s in shown["signers"]],
        "disclaimers": [{name: d[name] for name in _OF_A_DISCLAIMER} for d in shown["disclaimers"]],
        "reviewed_on": shown["reviewed_on"],
        "review_due": publication.review_due.isoformat(),
        "first_published_at": _utc(publication.first_published_at),
        "published_at": _utc(publication.published_at),
        "attested_at": attested_at,
        "event": {"sequence": event["sequence"], "hash": event["hash"]},
    }


def _utc(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds")
