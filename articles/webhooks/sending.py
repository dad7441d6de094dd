"""The job `send_webhook`: what was promised is read again, and sent only if it is still so."""

from __future__ import annotations

import datetime as dt
import time
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from articles.canonical import canonical
from articles.models import Delivery, Notice, Publication, Webhook
from articles.sources.fetching import NotFetched, check_place, post
from articles.sources.places import place_of
from articles.webhooks.signing import signature
from articles.webhooks.telling import PING

TIME_LIMIT = 15.0
"""Seconds that a receiver has for its answer; the standard recommends 15 to 30."""
_LIVE = Publication.Status.LIVE


class NotReceived(OSError):
    """The receiver answered something else than 2xx."""


def deliver(payload: dict[str, Any]) -> None:
    """Send one promised message, and write down how it went.

    Nothing is sent to a webhook that is switched off, or that is not told of this event any more. A receiver
    that answers 410 is switched off. It may be sent again, when a worker is lost or the answer was: the
    receiver knows it by its id, which stays. Raises `OSError` where it should be tried again.
    """
    webhook = Webhook.objects.filter(pk=payload["webhook"], active=True).first()
    if webhook is None or payload["event"] not in (PING, *webhook.events):
        return
    about = _about(payload)
    if about is None:
        _write_down(webhook, payload, Delivery.Outcome.NOT_SENT)
        return
    content = {"type": payload["event"], "timestamp": _utc(payload["at"]), "data": about}
    try:
        status = _send(webhook, payload["message"], canonical(content).encode())
    except NotFetched as problem:
        _write_down(webhook, payload, Delivery.Outcome.FAILED, problem=str(problem))
        raise
    if 200 <= status < 300:
        _write_down(webhook, payload, Delivery.Outcome.SENT, status=status)
        return
    said = f"{place_of(webhook.url).host} answered {status}."
    _write_down(webhook, payload, Delivery.Outcome.FAILED, status=status, problem=said)
    if status != HTTPStatus.GONE:
        raise NotReceived(said)


def check_address(url: str) -> None:
    """Refuse, with NotFetched, an address to which nothing would ever be sent."""
    _check_encrypted(url)
    check_place(place_of(url))


def _check_encrypted(url: str) -> None:
    if place_of(url).scheme != "https" and not (settings.DEBUG or settings.DEMO):
        raise NotFetched("scheme", "Messages are only sent to https addresses.")


def _send(webhook: Webhook, message: str, body: bytes) -> int:
    _check_encrypted(webhook.url)
    now = int(time.time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Signoff (webhooks)",
        "webhook-id": message,
        "webhook-timestamp": str(now),
        "webhook-signature": signature(webhook.secret, message=message, timestamp=now, body=body),
    }
    return post(webhook.url, body=body, headers=headers, timeout=TIME_LIMIT)


def _about(payload: dict[str, Any]) -> dict[str, Any] | None:
    """What is said of the publication, all of it public; None where the event is not so any more."""
    if payload["event"] == PING:
        return {}
    page = Publication.objects.defer("html").filter(pk=payload["publication"]).first()
    if page is None or not _is_still_so(payload["event"], page):
        return None
    notice = Notice.objects.filter(pk=payload["notice"]).first() if payload["notice"] else None
    return {
        "slug": page.slug,
        "url": f"{settings.SITE_URL}{reverse('public:article', args=[page.slug])}",
        "locale": page.locale,
        "edition": page.attestation["edition"],
        "edition_digest": page.attestation["edition_digest"],
        "signed_digest": page.signed_digest,
        "reviewed_on": page.attestation["reviewed_on"],
        "review_due": page.review_due.isoformat(),
        "first_published_at": _utc(page.first_published_at),
        "published_at": _utc(page.published_at),
        "ended_at": _utc(page.ended_at) if page.ended_at else None,
        "notice": {"kind": notice.kind, "text": notice.text, "at": _utc(notice.at)} if notice else None,
    }


def _is_still_so(event: str, page: Publication) -> bool:
    """A page that is not live is not announced or corrected; one that came back is not taken down."""
    if event == Webhook.Event.PUBLISHED:
        return page.status == _LIVE
    is_live = Publication.objects.filter(article=page.article_id, status=_LIVE).exists()
    if event == Webhook.Event.CORRECTED:
        return is_live
    return event == Webhook.Event.SUPERSEDED or not is_live


def _write_down(
    webhook: Webhook,
    payload: dict[str, Any],
    outcome: Delivery.Outcome,
    *,
    status: int | None = None,
    problem: str = "",
) -> None:
    seen = {"outcome": outcome, "response_code": status, "problem": problem, "at": timezone.now()}
    tried = 0 if outcome == Delivery.Outcome.NOT_SENT else 1
    with transaction.atomic():
        Delivery.objects.update_or_create(
            webhook=webhook,
            message=payload["message"],
            defaults={**seen, "attempts": F("attempts") + tried},
            create_defaults={**seen, "event": payload["event"], "attempts": tried},
        )
        if status == HTTPStatus.GONE:
            why = "The receiver answered 410: it wants no more messages."
            # Unless it has another address by now, which did not say so.
            Webhook.objects.filter(pk=webhook.pk, url=webhook.url).update(active=False, switched_off=why)


def _utc(moment: dt.datetime | str) -> str:
    moment = dt.datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
