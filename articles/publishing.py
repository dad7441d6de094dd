"""The only writer of `Publication`.

Nothing here decides whether an edition may go live: `reviews.workflow` has asked the gate, and the
database refuses a publication whose sign-offs do not add up. Callers hold the article's lock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, TypedDict

from django.contrib.auth.models import User
from django.utils import timezone

from articles import copies, pages
from articles.canonical import digest_text
from articles.evidence import CheckedClaim
from articles.models import (
    Article,
    Edition,
    Notice,
    Publication,
    PublishedDisclaimer,
    PublishedReference,
    PublishedSigner,
    Topic,
    Webhook,
)
from articles.rendering import PlacedDisclaimer, ReaderNotice, Signer, render
from articles.webhooks.telling import tell


class SignerRecord(TypedDict):
    """A signer as their page on the site shows them; `slug` is that page's address."""

    slug: str
    name: str
    credentials: str
    registration: str
    biography: str


def publish(
    edition: Edition,
    *,
    by: User,
    signed_digest: str,
    required_signatures: int,
    signers: Sequence[Signer],
    people: Sequence[SignerRecord],
    disclaimers: Sequence[PlacedDisclaimer],
    evidence: Sequence[CheckedClaim],
    reviewed_on: dt.date,
    review_due: dt.date,
) -> Publication:
    """Put `edition` live in place of what is live now, rendered once and stored.

    `people` are the `signers`, in the same order, as their pages on the site show them.
    """
    now = timezone.now()
    content = edition.content
    article = edition.article
    # RETRACTED pages may come back after a full sign-off: the notice then belongs to the past.
    before = Publication.objects.filter(article=article)
    earlier = list(before.order_by("published_at").values_list("pk", "status", "first_published_at"))
    for replaced in (pk for pk, status, _ in earlier if status == Publication.Status.LIVE):
        before.filter(pk=replaced).update(status=Publication.Status.SUPERSEDED, ended_at=now, ended_by=by)
        tell(Webhook.Event.SUPERSEDED, replaced, at=now)
    first_published_at = earlier[0][2] if earlier else now
    past = _notices(article)
    fresh = content["correction"] if content["correction"] not in [_words(n) for n in past] else None
    notices = list(past)
    if fresh:
        notices.append(
            {"kind": fresh["kind"], "text": fresh["text"], "on": timezone.localdate(now).isoformat()}
        )
    html = render(
        content,
        disclaimers=disclaimers,
        signers=signers,
        notices=notices,
        evidence=evidence,
        published_on=timezone.localdate(now),
        first_published_on=timezone.localdate(first_published_at),
        reviewed_on=reviewed_on,
        review_due=review_due,
        content_digest=digest_text(edition.canonical),
    )
    publication = Publication.objects.create(
        article=article,
        edition=edition,
        slug=content["slug"],
        locale=content["locale"],
        title=content["title"],
        summary=content["summary"],
        signed_digest=signed_digest,
        required_signatures=required_signatures,
        attestation={
            "edition": edition.number,
            "edition_digest": edition.digest,
            "signed_digest": signed_digest,
            "signers": list(signers),
            "disclaimers": list(disclaimers),
            "reviewed_on": reviewed_on.isoformat(),
        },
        html=html,
        first_published_at=first_published_at,
        published_at=now,
        published_by=by,
        review_due=review_due,
    )
    PublishedReference.objects.bulk_create(
        PublishedReference(publication=publication, source_id=r["source"], number=r["number"])
        for r in content["references"]
    )
    PublishedDisclaimer.objects.bulk_create(
        PublishedDisclaimer(publication=publication, key=key) for key in {d["key"] for d in disclaimers}
    )
    PublishedSigner.objects.bulk_create(
        PublishedSigner(publication=publication, position=place, **person)
        for place, person in enumerate(people, start=1)
    )
    publication.topics.add(*Topic.objects.filter(slug__in=[t["slug"] for t in content["topics"]]))
    tell(Webhook.Event.PUBLISHED, publication.pk, at=now)
    if fresh:
        notice = Notice.objects.create(
            article=article, publication=publication, kind=fresh["kind"], text=fresh["text"], at=now, by=by
        )
        tell(Webhook.Event.CORRECTED, publication.pk, at=now, notice=notice)
    pages.put_up(publication)
    copies.follow(publication, at=now)
    return publication


def tell_readers(publication: Publication, *, by: User | None, text: str, kind: Notice.Kind) -> Notice:
    """Put a notice above the text of a live page; `by` is None where the policy asks for it.

    The stored page stays as it is. The next edition prints the notice among the earlier ones.
    """
    notice = Notice.objects.create(
        article_id=publication.article_id,
        publication=publication,
        kind=kind,
        text=text,
        at=timezone.now(),
        by=by,
    )
    if publication.status == Publication.Status.LIVE:
        pages.refresh(publication)
    tell(Webhook.Event.CORRECTED, publication.pk, at=notice.at, notice=notice)
    copies.follow(publication, at=notice.at)
    return notice


def withdraw(publication: Publication, *, by: User | None, reason: str) -> Publication:
    """Take a live page down; its address then answers 410 with the reason.

    `by` is None where the policy takes it down.
    """
    return _take_down(
        publication, by=by, reason=reason, status=Publication.Status.WITHDRAWN, kind=Notice.Kind.REMOVAL
    )


def retract(publication: Publication, *, by: User, reason: str, kind: Notice.Kind) -> Publication:
    """Take a page's text down for good; a notice stays at its address."""
    return _take_down(publication, by=by, reason=reason, status=Publication.Status.RETRACTED, kind=kind)


def _take_down(
    publication: Publication, *, by: User | None, reason: str, status: Publication.Status, kind: Notice.Kind
) -> Publication:
    publication.status = status
    publication.ended_at = timezone.now()
    publication.ended_by = by
    publication.ended_reason = reason
    publication.save(update_fields=["status", "ended_at", "ended_by", "ended_reason"])
    pages.take_down(publication)
    notice = Notice.objects.create(
        article=publication.article,
        publication=publication,
        kind=kind,
        text=reason,
        at=publication.ended_at,
        by=by,
    )
    withdrawn = status == Publication.Status.WITHDRAWN
    event = Webhook.Event.WITHDRAWN if withdrawn else Webhook.Event.RETRACTED
    tell(event, publication.pk, at=publication.ended_at, notice=notice)
    copies.follow(publication, at=publication.ended_at)
    return publication


def _notices(article: Article) -> list[ReaderNotice]:
    return [
        {"kind": n.kind, "text": n.text, "on": timezone.localdate(n.at).isoformat()}
        for n in article.notices.order_by("at")
    ]


def _words(notice: ReaderNotice) -> dict[str, Any]:
    return {"kind": notice["kind"], "text": notice["text"]}
