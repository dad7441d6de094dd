"""An approval does not hold for ever: reminders before its end, an alert after it, and the page's end.

How long it holds, when to remind and whether the page comes down is the policy's, by risk tier.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from collections.abc import Iterator

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.formats import date_format

from articles.models import Article, Publication
from reviews import audit, workflow
from reviews.counting import counted
from reviews.models import Alert, Reminder, Review
from reviews.policy import Policy, Tier, current_policy
from reviews.watching import alerts

log = logging.getLogger(__name__)

OVERDUE = "overdue"


def run(today: dt.date | None = None) -> Counter[str]:
    """Remind, alert and take down, as each live page's next review comes near and passes.

    Each page is a transaction of its own; what was done is never done twice, however often this runs.
    Returns how many pages were “reminded”, “overdue”, “taken down”; a page that fails is “failed” and
    keeps none of the others waiting.
    """
    today = today or timezone.localdate()
    policy, done = current_policy(), Counter[str]()
    for pk, tier in _near(today, policy):
        try:
            done.update(_look_at(pk, policy.tier_called(tier or ""), today))
        except Exception:
            log.exception("The next review of publication %s could not be looked after", pk)
            done["failed"] += 1
    return done


def _near(today: dt.date, policy: Policy) -> Iterator[tuple[int, str | None]]:
    """Live pages that are due within the longest time of a reminder, or past it, with their risk tier."""
    longest = max((day for tier in policy.tiers for day in tier.remind_days), default=0)
    behind = Review.objects.filter(edition=OuterRef("edition"), status=Review.Status.PUBLISHED)
    pages = Publication.objects.filter(
        status=Publication.Status.LIVE, review_due__lte=today + dt.timedelta(days=longest)
    ).order_by("review_due", "pk")
    tiers = pages.annotate(tier=Subquery(behind.order_by("-pk").values("tier")[:1]))
    return tiers.values_list("pk", "tier").iterator(chunk_size=500)


def _look_at(publication: int, tier: Tier, today: dt.date) -> list[str]:
    with transaction.atomic():
        article = Article.objects.select_for_update().get(publications=publication)
        page = article.publications.filter(pk=publication, status=Publication.Status.LIVE).first()
        if page is None:
            return []
        page.article = article
        left = (page.review_due - today).days
        if left >= 0:
            return ["reminded"] if _remind(page, tier, left) else []
        done = []
        if _first(page, OVERDUE):
            _overdue(page)
            done.append("overdue")
        if tier.take_down_after_days is not None and -left > tier.take_down_after_days:
            workflow.take_down_by_policy(
                article,
                reason=f"This article was to be reviewed again by {_day(page.review_due)} and was not. It is "
                "taken down until it has been.",
            )
            done.append("taken down")
        return done


def _remind(page: Publication, tier: Tier, left: int) -> bool:
    """Remind of the nearest step that has come; the ones before it, missed by then, are not made up for."""
    steps = [days for days in tier.remind_days if left <= days]
    if not steps:
        return False
    fresh = [_first(page, f"{days} days before") for days in steps]
    in_hand = page.article.reviews.filter(status__in=Review.OPEN).exists()
    if not fresh[-1] or in_hand:  # the list is from the largest number of days to the smallest
        return False
    workflow.announce(
        audit.record(
            "review_reminder",
            by=None,
            article=page.article,
            reason=f"Its next review is due on {_day(page.review_due)}, in {counted(left, 'day')}."
            if left
            else "Its next review is due today.",
            facts={"publication": page.pk, "due": page.review_due.isoformat(), "days": left},
        )
    )
    return True


def _overdue(page: Publication) -> None:
    sentence = f"Its next review was due on {_day(page.review_due)}. Readers are told so until it is done."
    workflow.announce(
        audit.record(
            "review_overdue",
            by=None,
            article=page.article,
            reason=sentence,
            facts={"publication": page.pk, "due": page.review_due.isoformat()},
        )
    )
    alerts.open_for(page.article_id, kind=Alert.Kind.REVIEW_OVERDUE, sentence=sentence)


def _first(page: Publication, step: str) -> bool:
    """Whether a step of this page is taken for the first time; it is noted as taken."""
    return Reminder.objects.get_or_create(publication=page, step=step)[1]


def _day(day: dt.date) -> str:
    return str(date_format(day, "j F Y"))
