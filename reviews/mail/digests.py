"""One mail a day for those who want it so: what waited until the hour, in lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from reviews.mail.announcing import promise
from reviews.models import Message

HOUR = 7
"""O'clock, in the time zone of the site."""
LINES = 100
"""Lines that one digest carries; of more there is the number."""


def send_due(now: dt.datetime | None = None) -> int:
    """Make and promise the digests that are due at `now` (aware); returns how many are new.

    A digest carries what was waiting when it was last `HOUR` o'clock. So it does not matter how often this
    is called, how late, or by how many at once: each person has one digest for each such hour, and none
    where nothing waits.
    """
    hour = last_hour(now or timezone.now())
    waiting = Message.objects.filter(
        for_digest=True, digest=None, dropped_at=None, created_at__lte=hour
    ).order_by()
    made = 0
    for person in waiting.values_list("person", flat=True).distinct():
        with transaction.atomic():
            digest, new = Message.objects.get_or_create(
                key=f"digest:{hour.date().isoformat()}:{person}",
                defaults={
                    "kind": "digest",
                    "person_id": person,
                    "subject": f"{settings.SITE_NAME}: the day until {date_format(hour, 'j F Y, H:i')}",
                    "line": "What happened in a day, in one mail.",
                    "link": "",
                },
            )
            if new and waiting.filter(person=person).update(digest=digest):
                promise(digest)
                made += 1
    return made


def last_hour(now: dt.datetime) -> dt.datetime:
    """The last time that it was `HOUR` o'clock in the time zone of the site."""
    local = timezone.localtime(now)
    hour = local.replace(hour=HOUR, minute=0, second=0, microsecond=0, fold=0)
    # Aware times of one zone are reckoned by the wall clock, also over a night of 23 or 25 hours.
    return hour if hour <= local else hour - dt.timedelta(days=1)


def lines_of(
    digest: Message, *, why_not: Callable[[Message], str]
) -> tuple[list[Message], dict[int, str], int]:
    """What a digest says: the messages that it names, those to be dropped with the reason, how many more.

    `why_not` says why a message is not for its person any more.
    """
    parts = digest.parts.filter(dropped_at=None).order_by("pk")
    total = parts.count()
    named, dropped = [], {}
    for part in parts.select_related("event__review")[:LINES]:
        if reason := why_not(part):
            dropped[part.pk] = reason
        else:
            named.append(part)
    return named, dropped, total - len(named) - len(dropped)
