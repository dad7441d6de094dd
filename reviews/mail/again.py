"""Sending a mail again of which nobody knows whether it left. A managing editor does, and the log says so."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from articles.models import Outbox
from articles.outbox import promise_again
from reviews import audit, permissions
from reviews.mail.announcing import job_key, promise
from reviews.models import Message
from reviews.refusals import Refused

LEAVING = dt.timedelta(minutes=10)
"""A mail that was claimed this long ago and not marked as sent was perhaps sent."""


def perhaps_sent() -> QuerySet[Message]:
    """The messages that were on their way and of which nobody knows whether they left."""
    since = timezone.now() - LEAVING
    return Message.objects.filter(sent_at=None, dropped_at=None, claimed_at__lt=since)


def send_again(pk: int, *, by: User) -> None:
    """Give a mail that was perhaps sent back to be sent once more; its person may then have it twice.

    A second call finds it waiting, or sent, and raises `Refused`, as for another person or another mail.
    """
    permissions.check_can_send_mail_again(by)
    with transaction.atomic():
        message = perhaps_sent().select_for_update(of=("self",)).select_related("event").filter(pk=pk).first()
        if message is None:
            raise Refused(
                "This mail is not among those that were perhaps sent: it was sent, or is to be sent again.",
                "state",
            )
        Message.objects.filter(pk=pk).update(claimed_at=None, to="", text="")
        if not promise_again(Outbox.objects.filter(key=job_key(message))):
            promise(message)  # its job was done long ago and is forgotten
        audit.record(
            "send_mail_again",
            by=by,
            article=message.event.article if message.event else None,
            review=message.event.review if message.event else None,
            facts={"message": pk, "kind": message.kind, "person": message.person_id},
        )
