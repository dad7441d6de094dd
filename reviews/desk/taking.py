"""What the reader of the queue can do about having each review: take it, let it go, or be told why not."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Case, Exists, F, OuterRef, QuerySet, TextField, Value, When

from articles.models import Topic
from reviews import permissions
from reviews.models import Review, Reviewer
from reviews.policy import Policy


@dataclass(frozen=True, slots=True)
class Taking:
    """One row's button: "claim", "release" or none; `why_not` says why none where it might be expected."""

    action: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever reads the queue, with what their fitness for each review is judged by."""

    user: User
    policy: Policy
    judges: bool
    reviewer: Reviewer | None
    specialties: list[Topic]
    topics: list[tuple[str, str]]
    """Every topic, as (slug, name)."""
    people: list[tuple[str, str]]
    """Every reviewer, as (primary key of their account, name)."""

    def with_part(self, reviews: QuerySet[Review]) -> QuerySet[Review]:
        """`reviews` with what `taking` needs to know of each, in the same query."""
        if not self.judges:
            return reviews
        # Only of those that can be taken: an edition is long, and the database sends it for nothing else.
        content = Case(
            When(assignee__isnull=True, then=F("edition__canonical")),
            default=Value("{}"),
            output_field=TextField(),
        )
        return permissions.with_part_of(self.user, reviews).annotate(frozen=content)

    def taking(self, review: Review) -> Taking | None:
        """What the reader can do about having a review of `with_part`; None: nothing, and nothing to say."""
        if not self.judges:
            return None
        if review.assignee_id == self.user.pk:
            return Taking("release")
        if review.assignee_id is not None:
            return None
        own, content = {self.user.pk}, json.loads(review.frozen)  # type: ignore[attr-defined]
        wrote = review.wrote or self.user.pk in {author["id"] for author in content["authors"]}  # type: ignore[attr-defined]
        faults = permissions.signer_faults(
            self.user,
            review,
            reviewer=self.reviewer,
            specialties=self.specialties,
            barred=own if wrote else set(),
            conflicted=own if review.conflicted else set(),  # type: ignore[attr-defined]
            topics=[topic["slug"] for topic in content["topics"]],
            credentials=self.policy.credentials_of_tier(review.tier),
        )
        return Taking(why_not=" ".join(sentence for _, sentence in faults)) if faults else Taking("claim")


def reader_of(user: User, policy: Policy) -> Reader:
    """The reader, every topic and every reviewer: two queries."""
    reviewers = list(Reviewer.objects.select_related("user"))
    held = Reviewer.specialties.through.objects.filter(reviewer__user=user, topic=OuterRef("pk"))
    topics = list(Topic.objects.defer("description").annotate(held=Exists(held)))
    reviewer = next((r for r in reviewers if r.user_id == user.pk), None)
    return Reader(
        user=user,
        policy=policy,
        judges=user.has_perm("reviews.judge_review") and reviewer is not None,
        reviewer=reviewer,
        specialties=[topic for topic in topics if topic.held],
        topics=[(topic.slug, topic.name) for topic in topics],
        people=[(str(r.user_id), r.user.get_full_name() or r.user.get_username()) for r in reviewers],
    )
