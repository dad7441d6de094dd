"""Alerts: a source that live pages rest on took a bad turn, and somebody must decide what becomes of them.

The only writer of `Alert`, together with `deciding` (what people do), `settling` (what the workflow itself
settles) and `reports` (what readers report). One job raises a turn and promises one job for each page, so
that no transaction grows with the number of pages. Locks are taken in the order of the house: article,
review, alert.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from articles.models import Article, Publication, Source
from articles.outbox import enqueue
from articles.sources.library import kept
from reviews import audit, intake, workflow
from reviews.models import Alert, Review, StandingChange
from reviews.policy import Policy, current_policy
from reviews.watching import settling, using, words
from reviews.watching.clock import after_working_days
from reviews.watching.deciding import assign, choices_for, decide, take

__all__ = [
    "BATCH", "EASING", "KINDS", "SERIOUS", "assign", "choices_for", "decide", "open_alert", "open_for",
    "raise_for", "record_opened", "take",
]  # fmt: skip

Kind, Decision, Standing = Alert.Kind, Alert.Decision, Source.Standing
BATCH = 500
"""Pages promised a job in one transaction."""
KINDS: dict[str, Alert.Kind] = {
    Standing.RETRACTED: Kind.RETRACTED,
    Standing.WITHDRAWN: Kind.WITHDRAWN,
    Standing.EXPRESSION_OF_CONCERN: Kind.CONCERN,
    Standing.CORRECTION: Kind.CORRECTED,
}
"""The bad turns, and the alert that each raises."""
SERIOUS = (Kind.RETRACTED, Kind.WITHDRAWN)
"""Nothing rests on such a source any more, and readers are told."""
EASING = (Standing.NONE, Standing.REINSTATED)


def raise_for(change: int, *, after: int = 0) -> None:
    """Promise a job for each live page and each open review that rests on the source of a `StandingChange`.

    A batch at a time; `after` is the page where the last one ended. A turn that was overtaken by another
    raises nothing. A turn for the better eases the alerts that are open.
    """
    with transaction.atomic():
        turn = StandingChange.objects.select_related("source__merged_into").get(pk=change)
        if _overtaken(turn):
            return
        if turn.after in KINDS:
            rows = using.live_pages_using(source=turn.source).order_by("pk")
            if not after:
                for review in using.open_reviews_using(turn.source):
                    _promise(change, review=review.pk)
        elif turn.after in EASING:
            eased = Alert.objects.filter(
                source__in=using.family(turn.source), decision=Decision.OPEN
            ).order_by()
            rows = Publication.objects.filter(pk__in=eased.values("publication")).order_by("pk")
        else:
            return
        pages = list(rows.filter(pk__gt=after).values_list("pk", flat=True)[:BATCH])
        for page in pages:
            _promise(change, publication=page)
        if len(pages) == BATCH:
            payload = {"change": change, "after": pages[-1]}
            enqueue("raise_alerts", key=f"raise_alerts:{change}:{pages[-1]}", payload=payload)


def _promise(change: int, **about: int) -> None:
    ((what, pk),) = about.items()
    enqueue("open_alert", key=f"alert:{change}:{what}:{pk}", payload={"change": change, **about})


def open_alert(*, change: int, publication: int | None = None, review: int | None = None) -> Alert | None:
    """Act on a turn for one live page, or for one open review; the job behind `raise_for`.

    Returns the page's alert; None where there is none: the page came down or no longer cites the source.
    """
    turn = StandingChange.objects.select_related("source__merged_into").get(pk=change)
    if _overtaken(turn):
        return None
    if review is not None:
        _tell_review(review, turn)
        return None
    assert publication is not None, "a job is about a page or a review"
    page = Publication.objects.get(pk=publication)
    if turn.after in EASING:
        _ease(page.article_id, turn)
        return None
    return open_for(
        page.article_id, kind=KINDS[turn.after], sentence=words.sentence(turn), source=turn.source, turn=turn
    )


def open_for(
    article: int,
    *,
    kind: Alert.Kind,
    sentence: str,
    source: Source | None = None,
    turn: StandingChange | None = None,
) -> Alert | None:
    """Open an alert on an article's live page, and a review of it where none is open; once for each turn.

    `article` is a primary key. Where the edition of an open review lists `source`, the review is told, and
    goes back if it was signed; what is about another source, or about the page itself, leaves it alone. A
    page with a claim that rests on a retracted source alone comes down at once where the policy says so.
    None where nothing is live, or where the live page does not cite `source`.
    """
    with transaction.atomic():
        locked = Article.objects.select_for_update().get(pk=article)
        page = locked.publications.filter(status=Publication.Status.LIVE).select_related("edition").first()
        if page is None or (source and not using.numbers_on(page, source)):
            return None
        root = kept(source) if source else None
        about = Q(source__in=using.family(source)) if source else Q(source__isnull=True)
        known = Alert.objects.filter(about, article=locked, kind=kind)
        before = known.order_by(F("decided_at").desc(nulls_first=True), "-pk").first()  # an open one first
        if before and _is_the_same(before, turn):
            return before
        review = _reviewed_again(locked, sentence, source)
        alone = using.sole_support(page, root) if root else []
        # An open alert keeps its source: one about what that was merged into may be open beside it.
        alert = before if before and before.decision == Decision.OPEN else Alert(kind=kind, source=root)
        alert.article, alert.publication, alert.review, alert.turn = locked, page, review, turn
        alert.sentence, alert.sole_support, alert.notified_at = sentence, bool(alone), None
        policy = current_policy()
        _start_clock(alert, policy)
        alert.save()
        record_opened(alert, alone=[claim.pk for claim in alone])
        if alone and kind in SERIOUS and policy.watching.takes_down(intake.tier_of(page.edition, policy).key):
            workflow.take_down_by_policy(locked, reason=_why_down(turn))
            alert.refresh_from_db()
    return alert


def _overtaken(turn: StandingChange) -> bool:
    later = StandingChange.objects.filter(source=turn.source_id, pk__gt=turn.pk)
    return later.exclude(after=turn.after).exists()


def _is_the_same(before: Alert, turn: StandingChange | None) -> bool:
    """Whether an alert is about this turn: nothing else became of the work between its turn and this one.

    Merged sources turn one after the other, and are one work.
    """
    if turn is None or before.turn is None:
        return before.decision == Decision.OPEN
    first, last = sorted((before.turn.pk, turn.pk))
    between = StandingChange.objects.filter(source__in=using.family(turn.source), pk__gt=first, pk__lt=last)
    return not between.exclude(after=turn.after).exists()


def _reviewed_again(article: Article, sentence: str, source: Source | None) -> Review:
    review = _open_review(article)
    if review is None:
        return workflow.open_for_alert(article, reason=sentence)
    if source and _lists(review, source):
        workflow.alert_review(review, reason=sentence)
    return review


def _lists(review: Review, source: Source) -> bool:
    members = {found.pk for found in using.family(source)}
    return any(one["source"] in members for one in review.edition.content["references"])


def _open_review(article: Article) -> Review | None:
    rows = Review.objects.select_for_update(of=("self",)).select_related("edition")
    review = rows.filter(article=article, status__in=Review.OPEN).first()
    if review:
        review.article = article
    return review


def _tell_review(pk: int, turn: StandingChange) -> None:
    with transaction.atomic():
        review = workflow.lock(Review.objects.get(pk=pk))
        if review.is_open and _lists(review, turn.source):
            workflow.alert_review(review, reason=words.sentence(turn))


def _start_clock(alert: Alert, policy: Policy) -> None:
    rules, now = policy.watching, timezone.now()
    serious = alert.kind in SERIOUS
    alert.opened_at = now
    alert.due_at = after_working_days(now, rules.decide_days(serious=serious), holidays=rules.holidays)
    alert.notice_due_at = (
        after_working_days(now, rules.notice_days, holidays=rules.holidays) if serious else None
    )


def record_opened(alert: Alert, *, alone: Sequence[int] = ()) -> None:
    """Write the event of a new alert, tell those concerned, and promise what has an hour.

    `alone` are the claims that rest on its source alone, by primary key.
    """
    event = audit.record(
        "alert_opened",
        by=None,
        article=alert.article,
        review=alert.review,
        before=alert.publication.edition.digest,
        reason=alert.sentence,
        facts={
            "alert": alert.pk,
            "kind": str(alert.kind),
            "publication": alert.publication_id,
            "source": alert.source_id,
            "change": alert.turn_id,
            "claims_alone": list(alone),
            "due": alert.due_at.isoformat(),
        },
    )
    workflow.announce(event)
    if alert.notice_due_at:
        enqueue(
            "alert_notice",
            key=f"alert_notice:{alert.pk}:{alert.turn_id}",
            payload={"alert": alert.pk},
            run_at=alert.notice_due_at,
        )


def _why_down(turn: StandingChange | None) -> str:
    what = words.turned(turn) if turn else "was retracted"
    return (
        f"A source of this article {what}, and part of the article rests on no other one. We took it down "
        "while we review it."
    )


def _ease(article: int, turn: StandingChange) -> None:
    """Say on the open alerts about a source that it stands again: readers need not be told then."""
    with transaction.atomic():
        locked = Article.objects.select_for_update().get(pk=article)
        told = words.eased(turn)
        for alert in settling.open_alerts(locked).filter(
            source__in=using.family(turn.source), turn__pk__lt=turn.pk
        ):
            if told not in alert.sentence:
                alert.sentence, alert.notice_due_at = f"{alert.sentence} {told}", None
                alert.save(update_fields=["sentence", "notice_due_at"])
                facts = {"alert": alert.pk, "change": turn.pk}
                audit.record(
                    "alert_eased", by=None, article=locked, review=alert.review, reason=told, facts=facts
                )
