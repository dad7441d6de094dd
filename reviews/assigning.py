"""Who has a review: taking it, giving it to somebody, letting it go.

Each verb locks article and review, asks whether this person may, changes the assignee and writes its
event, in one transaction. It changes nothing that is signed, and whoever else fits may still judge.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q

from reviews import audit, permissions
from reviews.dossier import Dossier
from reviews.models import Review, Reviewer
from reviews.refusals import Refused
from reviews.states import name_of
from reviews.workflow import announce, lock


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody to whom a review may be given, or the sentences why it may not."""

    person: User
    name: str
    credentials: str
    load: int
    """Open reviews that they have now, this one included."""
    why_not: tuple[str, ...]

    @property
    def fits(self) -> bool:
        return not self.why_not


def claim(review: Review, *, by: User) -> None:
    """Take a review that nobody has. Theirs already: nothing happens. Somebody else's: `Refused`."""
    with _open(review) as locked:
        permissions.check_can_judge(by, locked)
        _check_open(locked)
        if locked.assignee_id == by.pk:
            return
        if locked.assignee is not None:
            raise Refused(
                f"{name_of(locked.assignee)} has this review already. Ask them to release it, or a managing "
                "editor to give it to you.",
                "taken",
                "state",
            )
        _hand_over(locked, to=by, by=by, action="claim_review")
    review.refresh_from_db()


def release(review: Review, *, by: User) -> None:
    """Let a review go, so that somebody else can take it. One that nobody has stays as it is."""
    with _open(review) as locked:
        permissions.check_can_release(by, locked)
        _check_open(locked)
        if locked.assignee_id is not None:
            _hand_over(locked, to=None, by=by, action="release_review")
    review.refresh_from_db()


def assign(review: Review, *, by: User, to: User) -> None:
    """Give a review to somebody who fits, whoever has it now; they get a message."""
    with _open(review) as locked:
        permissions.check_can_assign(by, locked)
        _check_open(locked)
        if locked.assignee_id == to.pk:
            return
        if not to.has_perm("reviews.judge_review"):
            raise Refused(
                f"{name_of(to)} is no medical reviewer, and only they may judge an article.", "unfit"
            )
        if faults := permissions.signer_faults(to, locked):
            sentences = " ".join(sentence for _, sentence in faults)
            raise Refused(f"This review cannot be given to {name_of(to)}. {sentences}", "unfit")
        _hand_over(locked, to=to, by=by, action="assign_review")
    review.refresh_from_db()


def candidates(review: Review, *, dossier: Dossier | None = None) -> list[Candidate]:
    """Every reviewer, those who fit and have least to do first; a constant number of queries.

    `dossier` spares some of them where the caller has it.
    """
    if dossier:
        barred, conflicted, credentials = dossier.barred, dossier.conflicted, dossier.tier.credentials
    else:
        barred = permissions.contributors_since_signed(review)
        conflicted = permissions.conflicted_people(review)
        credentials = permissions.credentials_asked_for(review.edition)
    topics = permissions.topics_of(review.edition)
    judges = User.objects.with_perm("reviews.judge_review").filter(pk=OuterRef("user"))
    open_ones = Count("user__assigned_reviews", filter=Q(user__assigned_reviews__status__in=Review.OPEN))
    found = []
    for reviewer in (
        Reviewer.objects.select_related("user")
        .prefetch_related("specialties")
        .annotate(may_judge=Exists(judges), load=open_ones)
    ):
        person = reviewer.user
        faults = permissions.signer_faults(
            person, review, reviewer=reviewer, barred=barred, conflicted=conflicted, topics=topics,
            credentials=credentials,
        )  # fmt: skip
        sentences = [sentence for _, sentence in faults]
        if person.is_active and not reviewer.may_judge:
            sentences.append(f"{name_of(person)} is no medical reviewer at present.")
        found.append(
            Candidate(person, name_of(person), reviewer.credentials, reviewer.load, tuple(sentences))
        )
    return sorted(found, key=lambda c: (not c.fits, c.load, c.name))


@contextmanager
def _open(review: Review) -> Iterator[Review]:
    with transaction.atomic():
        yield lock(review)


def _check_open(locked: Review) -> None:
    if not locked.is_open:
        raise Refused(
            f"This review is closed: the article is {locked.get_status_display().lower()}. "
            "Nobody needs to have it.",
            "state",
        )


def _hand_over(locked: Review, *, to: User | None, by: User, action: str) -> None:
    facts: dict[str, object] = {}
    if locked.assignee is not None:
        facts["was"] = locked.assignee_id
    if to is not None:
        facts |= {"assignee": to.pk, "name": name_of(to)}
    locked.assignee = to
    locked.save(update_fields=["assignee"])
    event = audit.record(
        action, by=by, article=locked.article, review=locked, after=locked.edition.digest, facts=facts
    )
    announce(event)
