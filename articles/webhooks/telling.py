"""Promising messages: a job for each webhook that wants to know, in the transaction of the change."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.utils import timezone

from articles.models import Notice, Webhook
from articles.outbox import enqueue

PING = "test.ping"


def tell(event: Webhook.Event, publication: int, *, at: dt.datetime, notice: Notice | None = None) -> None:
    """Promise a message about a publication (its primary key) to each webhook that asked for this event.

    Must be called inside the transaction of the change. The same event is the same message, told once.
    """
    told = f"{settings.SITE_URL}/{event}/{publication}/{notice.pk if notice else ''}"
    message = f"msg_{uuid.uuid5(uuid.NAMESPACE_URL, told).hex}"
    facts = {"event": event, "publication": publication, "notice": notice and notice.pk, "at": at.isoformat()}
    for webhook in Webhook.objects.filter(active=True):
        if event in webhook.events:
            _promise(webhook, message, facts)


def ping(webhook: Webhook) -> None:
    """Promise a message without content, whatever events the webhook is told of."""
    facts = {"event": PING, "publication": None, "notice": None, "at": timezone.now().isoformat()}
    _promise(webhook, f"msg_{uuid.uuid4().hex}", facts)


def _promise(webhook: Webhook, message: str, facts: dict[str, Any]) -> None:
    payload = {"webhook": webhook.pk, "message": message, **facts}
    enqueue("send_webhook", key=f"webhook:{webhook.pk}:{message}", payload=payload)
