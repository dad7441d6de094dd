"""Sending a message at most once: claimed, handed over, marked, in that order and each for good."""

from __future__ import annotations

import logging
import smtplib
import socket
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from reviews.mail.letters import letter_of, preferences_address
from reviews.models import Message

log = logging.getLogger(__name__)

_NOTHING_LEFT = (
    ConnectionRefusedError,
    socket.gaierror,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPNotSupportedError,
)
"""A server that is not there, or that answers that it does not take the message (RFC 5321, 4.2)."""

_WAITING = Q(claimed_at=None, sent_at=None, dropped_at=None)


def send(pk: int) -> bool:
    """Send one message, unless it was sent, claimed or dropped before; whether it was sent now.

    Never inside another transaction: the claim is committed before the mail leaves, so that whoever is
    killed in between leaves a message that was perhaps sent, and nobody sends it again. Where the server
    takes nothing, the claim is given back and the error raised, for the job to be tried again. Where it is
    not known what the server took, the claim stays. What the person may not see any more is dropped.
    """
    message = Message.objects.filter(pk=pk).select_related("person", "event__review").filter(_WAITING).first()
    if message is None:
        return False
    letter = letter_of(message)
    if letter.why_not:
        with transaction.atomic(durable=True):
            _drop({pk: letter.why_not, **letter.dropped})
        return False
    mail = _mail(message, letter.text)
    with transaction.atomic(durable=True):
        mine = Message.objects.filter(_WAITING, pk=pk).update(
            claimed_at=timezone.now(), to=message.person.email, text=letter.text
        )
        if not mine:
            return False
        _drop(letter.dropped)
    try:
        known = _hand_over(mail)
    except Exception:
        with transaction.atomic(durable=True):
            Message.objects.filter(pk=pk, sent_at=None).update(claimed_at=None, to="", text="")
        raise
    if known:
        with transaction.atomic(durable=True):
            Message.objects.filter(pk=pk).update(sent_at=timezone.now())
    return known


def _hand_over(mail: EmailMessage) -> bool:
    """Give a mail to the server; False where it is not known what became of it. Raises where nothing left."""
    server = get_connection()
    server.open()  # a server that cannot be reached, or does not let us in, has taken nothing
    try:
        server.send_messages([mail])
    except _NOTHING_LEFT:
        raise
    except Exception:
        log.exception("It is not known whether the mail %s was sent", mail.extra_headers["Message-ID"])
        return False
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.close()
    return True


def _drop(reasons: Mapping[int, str]) -> None:
    now = timezone.now()
    for pk, reason in reasons.items():
        Message.objects.filter(_WAITING, pk=pk).update(dropped_at=now, dropped_because=reason)


def _mail(message: Message, text: str) -> EmailMessage:
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    mail = EmailMessage(
        message.subject,
        text,
        settings.DEFAULT_FROM_EMAIL,
        [message.person.email],
        headers={
            "Message-ID": f"<signoff.{message.pk}.{message.created_at:%Y%m%d%H%M%S}@{host}>",
            "Auto-Submitted": "auto-generated",  # RFC 3834: no out-of-office answers
            "List-Unsubscribe": f"<{preferences_address()}>",  # RFC 2369
        },
    )
    mail.message()  # a header that cannot be is said now, while nothing is claimed
    return mail
