"""Readers are told that a source of what they read was retracted: by a person, or in time by Signoff."""

from __future__ import annotations

import re

from django.contrib.auth.models import User
from django.utils import timezone

from articles import publishing
from articles.models import Notice, Publication
from reviews import audit, permissions
from reviews.models import Alert
from reviews.policy import current_policy
from reviews.policy.watching import LONGEST_NOTICE
from reviews.refusals import Refused
from reviews.watching import using, words
from reviews.watching.alerts import SERIOUS
from reviews.watching.deciding import locked, still_retracted

_MARKUP = re.compile(r"<[A-Za-z/!?]|[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_UNTOLD = (Alert.Decision.REVISED, Alert.Decision.TAKEN_DOWN, Alert.Decision.MISTAKEN)
"""Decisions after which readers need not be told: what they read is another text, or was never concerned."""


def proposed(alert: Alert) -> str:
    """The policy's sentence about an alert's source for the readers of its page."""
    assert alert.source is not None, "only a source is told about"
    return current_policy().watching.notice(
        which=words.listed(using.numbers_on(alert.publication, alert.source)),
        turn=words.turned(alert.turn) if alert.turn else "was retracted",
        reviewed=alert.decision == Alert.Decision.STANDS,
    )


def why_not(alert: Alert) -> str:
    """Why readers cannot or need not be told now; empty where they can."""
    if alert.source is None or alert.kind not in SERIOUS:
        return "Readers are told of retractions and withdrawals of a source only."
    if alert.notified_at:
        return "Readers were told already."
    if alert.decision in _UNTOLD or alert.publication.status != Publication.Status.LIVE:
        return "Readers have another text now, or none: there is nothing to tell them."
    return ""


def post(alert: Alert, *, by: User, text: str) -> Notice:
    """Post a sentence above the alert's page. Plain text of at most `LONGEST_NOTICE` characters.

    Raises `Refused`: for another person, for other words than these, or where readers were told already.
    """
    with locked(alert) as found:
        permissions.check_can_tell_readers(by)
        if sentence := why_not(found):
            raise Refused(sentence, "state")
        notice = _tell(found, by=by, text=_checked(text))
    alert.refresh_from_db()
    return notice


def post_when_due(alert: int) -> Notice | None:
    """Post the policy's sentence if nobody told readers in time; None where there is nothing to tell.

    The job `alert_notice`. Does nothing before the hour, for a source that stands again, or a second time.
    """
    row = Alert.objects.filter(pk=alert).select_related("review").first()
    if row is None:
        return None
    with locked(row) as found:
        due = found.notice_due_at
        if due is None or due > timezone.now() or why_not(found) or not still_retracted(found):
            return None
        return _tell(found, by=None, text=proposed(found))


def _checked(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise Refused("Write the sentence that readers will see.", "text")
    if len(text) > LONGEST_NOTICE:
        raise Refused(f"Readers get at most {LONGEST_NOTICE} characters; this has {len(text)}.", "text")
    if _MARKUP.search(text):
        raise Refused("Readers get plain text: leave out tags and control characters.", "text")
    return text


def _tell(alert: Alert, *, by: User | None, text: str) -> Notice:
    notice = publishing.tell_readers(
        alert.publication, by=by, text=text, kind=Notice.Kind.EXPRESSION_OF_CONCERN
    )
    alert.notified_at = notice.at
    alert.save(update_fields=["notified_at"])
    audit.record(
        "tell_readers",
        by=by,
        article=alert.article,
        review=alert.review,
        before=alert.publication.edition.digest,
        reason=text,
        facts={"alert": alert.pk, "notice": notice.pk, "publication": alert.publication_id},
    )
    return notice
