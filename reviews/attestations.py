"""Attestations and the log: those that are missing are made, and each is compared with the entry it names."""

from __future__ import annotations

from django.db import transaction

from articles.attesting import attest
from articles.canonical import digest_text
from articles.models import Article, Attestation, Publication
from reviews.audit.log import event_hash
from reviews.models import Event


def unattested() -> list[int]:
    """The publications that have no attestation (those from before there were any), the oldest first."""
    return list(
        Publication.objects.filter(signed_attestation=None).order_by("pk").values_list("pk", flat=True)
    )


def attest_now(publication: int) -> str:
    """Attest a publication as the log has it; empty, or a sentence saying why it cannot be.

    Does nothing where there is an attestation already: a second call, or two at once, are harmless.
    """
    with transaction.atomic():
        page = Publication.objects.select_related("edition").get(pk=publication)
        Article.objects.select_for_update().get(pk=page.article_id)
        if Attestation.objects.filter(publication=page).exists():
            return ""
        event = event_of(page)
        if event is None:
            return (
                f"/articles/{page.slug}/: not attested, since the log does not say that edition "
                f"{page.edition.number} was published as it stands."
            )
        attest(page, event={"sequence": event.sequence, "hash": event.hash})
    return ""


def event_of(page: Publication) -> Event | None:
    """The log's entry of a publication; None where there is none, or it was of other words."""
    events = Event.objects.filter(action="publish", article=page.article_id, facts__publication=page.pk)
    event = events.first()
    if event is None or event_hash(event) != event.hash:
        return None
    said = (event.facts.get("html"), event.facts.get("signed_digest"))
    return event if said == (digest_text(page.html), page.signed_digest) else None
