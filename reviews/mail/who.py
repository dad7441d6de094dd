"""Whom an event concerns. Asked when it happened, and again when the mail leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.contrib.auth.models import User
from django.db.models import Q

from reviews import permissions
from reviews.assigning import candidates
from reviews.mail.kinds import Group
from reviews.models import Alert, Event, Review

People = set[int]
"""Primary keys of accounts."""

PERMISSION: dict[Group, str] = {
    Group.WRITERS: "submit_review",
    Group.REVIEWERS: "judge_review",
    Group.IN_HAND: "judge_review",
    Group.JUDGED: "judge_review",
    Group.ASSIGNEE: "view_review",
    Group.EDITORS: "publish_review",
    Group.LEAD: "revoke_sign_off",
}
"""Without it nobody is in the group."""


def groups_open_to(person: User) -> set[Group]:
    """The groups that somebody may come to be in, by their permissions."""
    return {group for group, permission in PERMISSION.items() if person.has_perm(f"reviews.{permission}")}


class Newsroom:
    """Who is in which group now. What was asked once is remembered: a digest asks about many events."""

    def __init__(self) -> None:
        self._known: dict[object, People] = {}
        self._newest: dict[int | None, Review | None] = {}

    def concerned(self, event: Event, groups: Iterable[Group]) -> dict[int, list[Group]]:
        """Primary keys of those in `groups` as they stand now, each with the groups that they are in.

        Only active accounts that may see the desk, and never the one who did it. Where a judgement is asked
        for, only reviewers whose judgement would count: qualified, of a fitting specialty, no part in the
        text, no conflict of interest.
        """
        review = event.review or self._newest_of(event.article_id)
        may_see = self._with("view_review") - {event.actor_id}
        found: dict[int, list[Group]] = {}
        for group in groups:
            for person in sorted(self._members(group, event, review) & may_see):
                found.setdefault(person, []).append(group)
        return found

    def _newest_of(self, article: int | None) -> Review | None:
        if article not in self._newest:
            self._newest[article] = Review.objects.filter(article=article).order_by("-pk").first()
        return self._newest[article]

    def _members(self, group: Group, event: Event, review: Review | None) -> People:
        members = self._with(PERMISSION[group])
        match group:
            case Group.EDITORS | Group.LEAD:
                return members
            case Group.ASSIGNEE:
                return members & self._assignee(event, review)
            case Group.WRITERS:
                of = (event.article_id, review and review.pk)
                return members & self._once(group, of, lambda: _writers(event, review))
        if review is None:
            return set()
        if group == Group.JUDGED:
            return members & self._once(group, review.pk, lambda: _judged(review))
        fit = self._fit(review)
        if group == Group.IN_HAND:
            # Who took part in it and may still judge it; where nobody has yet, all who may.
            return fit & self._once(group, review.pk, lambda: _took_part(review)) or fit
        return fit

    def _fit(self, review: Review) -> People:
        """Who may judge a review; nobody, once it is closed."""
        if not review.is_open:
            return set()
        return self._once("fit", review.pk, lambda: {one.person.pk for one in candidates(review) if one.fits})

    def _assignee(self, event: Event, review: Review | None) -> People:
        """To whom it was given, unless somebody else has it by now or they may not judge it any more."""
        if "alert" in event.facts:
            alert = Alert.objects.filter(pk=event.facts["alert"], assignee__isnull=False)
            return _still(event, set(alert.values_list("assignee", flat=True)))
        if review is None or review.assignee_id is None:
            return set()
        return _still(event, {review.assignee_id}) & self._fit(review)

    def _with(self, permission: str) -> People:
        # A superuser has every permission and no role in the newsroom.
        people = User.objects.with_perm(f"reviews.{permission}", include_superusers=False)
        return self._once("permission", permission, lambda: set(people.values_list("pk", flat=True)))

    def _once(self, what: str, of: object, ask: Callable[[], People]) -> People:
        if (what, of) not in self._known:
            self._known[what, of] = ask()
        return self._known[what, of]


def _writers(event: Event, review: Review | None) -> People:
    wrote = set(User.objects.filter(contributions__article=event.article_id).values_list("pk", flat=True))
    return wrote | ({review.submitted_by_id} if review else set())


def _took_part(review: Review) -> People:
    part = (
        Q(assigned_reviews=review)
        | Q(sign_offs__review=review)
        | Q(opinions__review=review)
        | Q(source_checks__claim__review=review)
    )
    return set(User.objects.filter(part).values_list("pk", flat=True))


def _judged(review: Review) -> People:
    return _took_part(review) - permissions.conflicted_people(review)


def _still(event: Event, assignees: People) -> People:
    return assignees & {event.facts["assignee"]} if "assignee" in event.facts else assignees
