"""From an event to the messages that it is worth, one for each person concerned."""

from __future__ import annotations

import unicodedata

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from articles.outbox import enqueue
from reviews.mail.kinds import KINDS, Way, news_of
from reviews.mail.preferences import ways_for
from reviews.mail.who import Newsroom
from reviews.models import Event, Message

NAME = 120
"""Characters of an article's title that stand in a subject."""


def announce(sequence: int) -> int:
    """Make the messages about event number `sequence`, and promise those to be sent at once.

    Called again, or twice at the same moment, it makes none twice. Returns how many are new. Who chose
    not to hear of the kind gets none.
    """
    event = Event.objects.select_related("article", "review__edition").get(sequence=sequence)
    news = news_of(event)
    if news is None or event.article is None:
        return 0
    named, new = name_of_article(event), 0
    with transaction.atomic():
        ways = ways_for(KINDS[news.kind], Newsroom().concerned(event, news.groups))
        for person, way in ways.items():
            if way == Way.NEVER:
                continue
            message, made = Message.objects.get_or_create(
                key=f"event:{event.sequence}:{person}",
                defaults={
                    "kind": news.kind,
                    "person_id": person,
                    "event": event,
                    "subject": f"{named} {news.words}",
                    "line": f"{named} {news.words}.",
                    "link": _link(event),
                    "for_digest": way == Way.DAILY,
                },
            )
            new += made
            if made and not message.for_digest:
                promise(message)
    return new


def promise(message: Message) -> None:
    """Promise that a message is sent, inside the transaction that makes it."""
    enqueue("send_message", key=job_key(message), payload={"message": message.pk})


def job_key(message: Message) -> str:
    """The key of the job that sends a message."""
    return f"send_message:{message.pk}"


def name_of_article(event: Event) -> str:
    """How mail names the article of an event: by the title under review, or as MAIL_NAMES_ARTICLES has it.

    One line without control characters, so that it can stand in a header, and not long.
    """
    if not settings.MAIL_NAMES_ARTICLES:
        return f"Article {event.article_id}"
    assert event.article is not None
    title = event.review.edition.title if event.review else event.article.title
    plain = " ".join("".join(_plain(character) for character in title).split())
    return f"“{plain if len(plain) <= NAME else plain[: NAME - 1].rstrip() + '…'}”"


def _plain(character: str) -> str:
    if unicodedata.category(character) in ("Cc", "Zl", "Zp"):
        return " "
    return "" if unicodedata.bidirectional(character) in _TURNS else character


_TURNS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""What turns the direction of text (Unicode Standard Annex 9), and could dress up the words after it."""


def _link(event: Event) -> str:
    if "alert" in event.facts:
        return reverse("desk:alert", args=[event.facts["alert"]])
    if event.review_id:
        return reverse("desk:review", args=[event.review_id])
    return reverse("desk:article", args=[event.article_id])
