"""How alerts end: by a person's decision, by a new edition that answers them, or when the page comes down.

These are the parts of `reviews.watching.alerts` that a transition of `reviews.workflow` brings about.
Callers hold the article's lock and announce the events.
"""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from articles import reporting
from articles.models import Article, Publication, ReaderReport
from reviews import audit
from reviews import dossier as dossiers
from reviews.models import Alert, Claim, Event, Review
from reviews.watching import using

Decision = Alert.Decision


def open_alerts(article: Article | int) -> QuerySet[Alert]:
    """The alerts of an article that nobody has decided on, locked until the transaction ends."""
    rows = Alert.objects.select_for_update().filter(article=article, decision=Decision.OPEN).order_by("pk")
    # Most articles have none: what belongs to one is read only where there is one.
    return rows.prefetch_related("article", "publication__edition", "source", "turn", "review")


def settle_after(publication: Publication, *, review: Review, by: User) -> list[Event]:
    """Settle the article's open alerts that its new edition answers; the others follow it to the new page.

    An edition answers an alert about a source that it no longer cites, or whose every check was made after
    the turn; checks that were carried over are not made again. An alert about the page itself is answered
    by any new edition; one about what readers report by none: a person says whether it is.
    """
    events = []
    for alert in open_alerts(publication.article_id):
        reason = _answer_of(publication, review, alert)
        if reason:
            events.append(close(alert, decision=Decision.REVISED, by=by, reason=reason))
        else:
            alert.publication = publication
            alert.sole_support = _still_alone(review, alert)
            alert.save(update_fields=["publication", "sole_support"])
    return events


def settle_taken_down(article: Article, *, by: User | None, reason: str) -> list[Event]:
    """Close the open alerts of an article whose page came down, with the reason of the take-down."""
    return [
        close(alert, decision=Decision.TAKEN_DOWN, by=by, reason=reason) for alert in open_alerts(article)
    ]


def close(alert: Alert, *, decision: str, by: User | None, reason: str) -> Event:
    """Write a decision and its event. The alert is open and locked."""
    alert.decision, alert.reason = decision, reason
    alert.decided_by, alert.decided_at = by, timezone.now()
    alert.save(update_fields=["decision", "reason", "decided_by", "decided_at"])
    reporting.decided(ReaderReport.objects.filter(in_alert__alert=alert), at=alert.decided_at)
    return audit.record(
        "alert_decided",
        by=by,
        article=alert.article,
        review=alert.review,
        reason=reason,
        facts={"alert": alert.pk, "decision": decision, "publication": alert.publication_id},
    )


def _answer_of(publication: Publication, review: Review, alert: Alert) -> str:
    number = publication.edition.number
    if alert.kind == Alert.Kind.READER_REPORT:
        return ""
    if alert.source is None:
        return f"Edition {number} was published."
    if not using.numbers_on(publication, alert.source):
        return f"Edition {number} no longer cites the source."
    since = alert.turn.at if alert.turn else alert.opened_at
    made = Event.objects.filter(review=review, action="check_claim", at__gte=since)
    anew = set(made.values_list("facts__check", flat=True))
    found = _checks_against(review, alert)
    if found and found <= anew:
        return f"In edition {number} everything that rests on the source was checked anew."
    return ""


def _checks_against(review: Review, alert: Alert) -> set[int]:
    """The checks in force of a review's claims against the alert's source."""
    assert alert.source is not None
    members = {found.pk for found in using.family(alert.source)}
    loaded = dossiers.load(review)
    return {
        check.pk
        for claim in loaded.claims
        if claim.state == Claim.State.OPEN
        for check in loaded.checks_of(claim)
        if check.source_id in members
    }


def _still_alone(review: Review, alert: Alert) -> bool:
    return alert.source is not None and bool(using.claims_alone(review, alert.source))
