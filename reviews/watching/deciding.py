"""What people do about an alert: take it, give it to somebody, decide on it in writing.

Each verb locks the article, the review and the alert, asks whether this person may and whether the alert is
still open, changes it and writes its event, in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.models import User
from django.db import transaction

from articles.models import Article, Source
from reviews import audit, permissions, workflow
from reviews.counting import agree, counted
from reviews.models import Alert
from reviews.refusals import Refused
from reviews.states import hour, name_of
from reviews.watching import settling, using

Decision = Alert.Decision
_CHOICES = (Decision.STANDS, Decision.TAKEN_DOWN, Decision.MISTAKEN)


def choices_for(alert: Alert) -> tuple[Alert.Decision, ...]:
    """What a person can decide about an alert.

    “Revised” is what publishing a new edition does, but for what readers report: only a person can say
    whether the new edition answers that.
    """
    if alert.kind == Alert.Kind.READER_REPORT:
        return (Decision.REVISED, *_CHOICES)
    return _CHOICES


def take(alert: Alert, *, by: User) -> None:
    """Take an alert that nobody has. Theirs already: nothing happens. Somebody else's: `Refused`."""
    with locked(alert) as found:
        permissions.check_can_take_alert(by, found)
        check_open(found)
        if found.assignee_id == by.pk:
            return
        if found.assignee is not None:
            raise Refused(f"{name_of(found.assignee)} has this alert already.", "taken", "state")
        _hand_over(found, to=by, by=by)
    alert.refresh_from_db()


def assign(alert: Alert, *, by: User, to: User) -> None:
    """Give an alert to somebody who may decide on it, whoever has it now."""
    with locked(alert) as found:
        permissions.check_can_assign_alert(by)
        check_open(found)
        if found.assignee_id == to.pk:
            return
        try:
            permissions.check_can_take_alert(to, found)
        except Refused as refusal:
            sentence = f"This alert cannot be given to {name_of(to)}. {refusal.sentence}"
            raise Refused(sentence, "unfit") from refusal
        _hand_over(found, to=to, by=by)
    alert.refresh_from_db()


def decide(alert: Alert, *, by: User, decision: str, reason: str, reports_seen: int = 0) -> None:
    """Close an alert with a written decision, one of its choices; taking the page down is done at once.

    A page of which a claim rests on a retracted source alone cannot stand, and no alert about it is
    mistaken. While the source is retracted, only who may tell readers calls an alert mistaken. Of readers'
    reports, `reports_seen` is how many were on the screen: nobody decides about others unread.
    """
    if decision not in choices_for(alert):
        raise Refused("Say whether the page stands, comes down, or the alert was mistaken.", "decision")
    with locked(alert) as found:
        permissions.check_can_decide_alert(by, found)
        check_open(found)
        reason = reason.strip()
        if not reason:
            raise Refused("Give the reason for your decision.", "reason")
        if decision == Decision.TAKEN_DOWN:
            workflow.withdraw(found.article, by=by, reason=reason)  # which settles all its alerts
        else:
            _check_seen(found, reports_seen)
            if decision == Decision.REVISED:
                _check_revised(found)
            if decision == Decision.MISTAKEN:
                _check_may_call_mistaken(found, by)
            _check_may_stand(found)
            workflow.announce(settling.close(found, decision=decision, by=by, reason=reason))
    alert.refresh_from_db()


@contextmanager
def locked(alert: Alert) -> Iterator[Alert]:
    """Lock an alert's article, its review, then the alert, until the transaction ends; as it is now."""
    with transaction.atomic():
        if alert.review is None:
            article = Article.objects.select_for_update().get(pk=alert.article_id)
        else:
            article = workflow.lock(alert.review).article
        rows = Alert.objects.select_for_update(of=("self",))
        found = rows.select_related(
            "publication__edition", "source", "turn", "review__edition", "assignee", "decided_by"
        ).get(pk=alert.pk)
        found.article = article
        yield found


def check_open(alert: Alert) -> None:
    """Raise `Refused` where an alert was decided on already."""
    if alert.decided_at is not None:
        who = name_of(alert.decided_by) if alert.decided_by else "Signoff"
        raise Refused(
            f"{who} decided on this alert already, on {hour(alert.decided_at)}: "
            f"{alert.get_decision_display().lower()}.",
            "state",
        )


def still_retracted(alert: Alert) -> bool:
    """Whether the alert's source is retracted or withdrawn today."""
    gone = (Source.Standing.RETRACTED, Source.Standing.WITHDRAWN)
    return alert.source is not None and using.family(alert.source).filter(standing__in=gone).exists()


def _check_seen(alert: Alert, reports_seen: int) -> None:
    if alert.reports.count() != reports_seen:
        raise Refused("Another report came in since you opened this page. Read it first.", "stale")


def _check_revised(alert: Alert) -> None:
    if alert.publication.published_at < alert.opened_at:
        raise Refused(
            "No new edition was published since readers reported the problem. Publish one, or say whether "
            "the page stands.",
            "state",
        )


def _check_may_call_mistaken(alert: Alert, by: User) -> None:
    if not still_retracted(alert):
        return
    try:
        permissions.check_can_tell_readers(by)
    except Refused as refusal:
        raise Refused(
            "The source is still retracted or withdrawn. Only a managing editor or the medical lead may call "
            "this alert mistaken.",
            *refusal.codes,
        ) from refusal


def _check_may_stand(alert: Alert) -> None:
    if alert.source is None or not still_retracted(alert):
        return
    if alone := using.sole_support(alert.publication, alert.source):
        number = len(alone)
        raise Refused(
            f"{counted(number, 'claim').capitalize()} of this page {agree(number, 'rests', 'rest')} on this "
            "source alone, and it no longer stands. Claims must rest on something: publish a revised "
            "edition, or take the page down.",
            "sole_support",
        )


def _hand_over(alert: Alert, *, to: User, by: User) -> None:
    facts: dict[str, object] = {"alert": alert.pk, "assignee": to.pk, "name": name_of(to)}
    if alert.assignee_id is not None:
        facts["was"] = alert.assignee_id
    alert.assignee = to
    alert.save(update_fields=["assignee"])
    workflow.announce(
        audit.record("alert_assigned", by=by, article=alert.article, review=alert.review, facts=facts)
    )
