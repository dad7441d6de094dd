"""Readers report a problem with a live page: taken in, kept within limits, and forgotten in time.

The only writer of `ReaderReport` and `ReportSalt`. Nothing of a report is ever shown on the public site.
"""

from __future__ import annotations

import datetime as dt
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from articles.models import Publication, ReaderReport, ReportSalt
from articles.outbox import enqueue

LONGEST_TEXT, LONGEST_PASSAGE = 4_000, 1_000
"""Characters."""
AN_HOUR = dt.timedelta(hours=1)
PER_SENDER, PER_PAGE, PER_SITE = 5, 20, 100
"""Reports that are taken within an hour. Whatever a flood brings, few people have to read it."""


class NotTaken(Exception):
    """A report was not taken; the sentence says why, for the reader who sent it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotLive(NotTaken):
    """The article has no live page."""


class TooMany(NotTaken):
    """More came within an hour than are taken."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How many days what a reader typed is kept: after the decision about it, and at most."""

    after_decision: int = 30
    at_most: int = 90


_ask: Callable[[], Kept] = Kept


def ask_how_long(ask: Callable[[], Kept]) -> None:
    """Have `ask` say how long what readers typed is kept; content knows no policy by itself."""
    global _ask
    _ask = ask


def kept() -> Kept:
    """How long what a reader types now is kept."""
    return _ask()


def report(
    *, article: int, edition: int, kind: str, text: str, passage: str, email: str, address: str, key: str
) -> ReaderReport:
    """Take in a report and promise that the desk hears of it; the same `key` again is the same report.

    `edition` is the number of the one that the reader had open, `address` their network address or '' where
    it is not known: of it a keyed hash is stored, whose salt is thrown away with the day. Raises `NotLive`
    and `TooMany`.
    """
    now = timezone.now()
    with transaction.atomic():
        salt = _salt_of(timezone.localdate(now))  # its row lets in one report at a time
        if before := ReaderReport.objects.filter(key=key).first():
            return before
        page = Publication.objects.filter(article=article, status=Publication.Status.LIVE).first()
        if page is None:
            raise NotLive("This article is no longer on our site, so there is nothing left to report.")
        sender = salted_hmac(salt, address, algorithm="sha256").hexdigest() if address else ""
        _check_limits(page, sender, now)
        made = ReaderReport.objects.create(
            publication=page,
            edition=edition,
            kind=kind,
            passage=plain(passage),
            text=plain(text),
            email=email,
            sender=sender,
            key=key,
            created_at=now,
            forget_at=now + dt.timedelta(days=kept().at_most),
        )
        enqueue("reader_report", key=f"reader_report:{made.pk}", payload={"report": made.pk})
    return made


def decided(reports: QuerySet[ReaderReport], *, at: dt.datetime) -> None:
    """The desk has decided about `reports`: what was typed is forgotten soon after, if not sooner."""
    soon = at + dt.timedelta(days=kept().after_decision)
    reports.filter(forget_at__gt=soon).update(forget_at=soon)


def forget_due() -> int:
    """Forget what readers typed where its days are over, and the senders of days that are over.

    Where the policy came to keep things for fewer days, that holds for older reports too. Returns how many
    reports were forgotten.
    """
    now = timezone.now()
    too_old = now - dt.timedelta(days=kept().at_most)
    due = ReaderReport.objects.filter(forgotten_at=None).filter(
        Q(forget_at__lte=now) | Q(created_at__lte=too_old)
    )
    with transaction.atomic():
        _forget_senders(timezone.localdate(now))
        return due.update(text="", passage="", email="", sender="", forgotten_at=now)


def plain(text: str) -> str:
    """`text` without what nobody types or sees: control characters, and what turns the direction of text.

    Line ends become “\\n”; white space at both ends goes.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(character for character in lines if not _unseen(character)).strip()


def _unseen(character: str) -> bool:
    if unicodedata.category(character) in ("Cc", "Cs"):
        return character not in "\n\t"
    return unicodedata.bidirectional(character) in _TURNS


_TURNS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""Unicode Standard Annex 9; they could dress up the words of the desk around a report."""


def _salt_of(day: dt.date) -> str:
    """The salt of a day, its row locked until the transaction ends. A new day throws the old ones away."""
    salts = ReportSalt.objects.select_for_update()
    found, is_new = salts.get_or_create(day=day, defaults={"salt": secrets.token_hex()})
    if is_new:
        _forget_senders(day)
    return found.salt


def _forget_senders(today: dt.date) -> None:
    """Throw away the salts of days before today, and the hashes that were made with them."""
    midnight = timezone.make_aware(dt.datetime.combine(today, dt.time()))
    ReaderReport.objects.filter(created_at__lt=midnight).exclude(sender="").update(sender="")
    ReportSalt.objects.filter(day__lt=today).delete()


def _check_limits(page: Publication, sender: str, now: dt.datetime) -> None:
    recent = ReaderReport.objects.filter(created_at__gt=now - AN_HOUR)
    if sender and recent.filter(sender=sender).count() >= PER_SENDER:
        raise TooMany("We already have several reports from your connection. Please wait an hour.")
    if recent.filter(publication__article=page.article_id).count() >= PER_PAGE:
        raise TooMany("Many reports about this page came in within the last hour. Please wait an hour.")
    if recent.count() >= PER_SITE:
        raise TooMany("Many reports came in within the last hour. Please wait an hour.")
