"""What several reviewers' verdicts on one claim say together: who has given theirs, where they differ.

Pure reading, for tiers whose second look is independent (docs/adr/0013); nothing here is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef

from reviews.models import Claim, Opinion, Review, Settlement, SourceCheck
from reviews.permissions import reviewers_among, signer_faults


def opinions_on(
    review: Review,
    *,
    barred: set[int],
    conflicted: set[int],
    topics: Sequence[str],
    credentials: Sequence[str],
) -> list[Opinion]:
    """The opinions on a review's present edition, the first on top, by people who may still judge it.

    A closed review is a record: there, all of them. The rest is as for `reviews.permissions.signer_faults`.
    """
    may_judge = User.objects.with_perm("reviews.judge_review").filter(pk=OuterRef("by"))
    given = (
        Opinion.objects.filter(review=review, edition=review.edition_id)
        .select_related("by")
        .annotate(may_judge=Exists(may_judge))
        .order_by("pk")
    )
    opinions: list[Any] = list(given)
    if not review.is_open or not opinions:
        return opinions
    reviewers = reviewers_among(opinion.by_id for opinion in opinions)
    held: list[Opinion] = []
    for opinion in opinions:
        reviewer, specialties = reviewers.get(opinion.by_id, (None, None))
        faults = reviewer is None or signer_faults(
            opinion.by,
            review,
            reviewer=reviewer,
            specialties=specialties,
            barred=barred,
            conflicted=conflicted,
            topics=topics,
            credentials=credentials,
        )
        if opinion.may_judge and not faults:
            held.append(opinion)
    return held


def settlements_of(claims: Sequence[Claim]) -> dict[int, list[Settlement]]:
    """Every settlement of these claims, the newest first, by claim. One query."""
    found: dict[int, list[Settlement]] = defaultdict(list)
    given = Settlement.objects.filter(claim__in=[claim.pk for claim in claims])
    for settlement in given.select_related("by").order_by("-pk"):
        found[settlement.claim_id].append(settlement)
    return dict(found)


def disagree(checks: Iterable[SourceCheck], passing_verdicts: frozenset[str]) -> bool:
    """Whether people differ on a claim: in their verdict on one source, or in whether it may stand.

    `checks` are those in force, the newest by each person of each source.
    """
    of_source: dict[int, set[str]] = defaultdict(set)
    of_person: dict[int, bool] = {}
    for check in checks:
        of_source[check.source_id].add(check.verdict)
        may_stand = check.verdict in passing_verdicts
        of_person[check.by_id] = of_person.get(check.by_id, False) or may_stand
    return len(set(of_person.values())) > 1 or any(len(verdicts) > 1 for verdicts in of_source.values())


def settled_by(checks: Iterable[SourceCheck], settlements: Iterable[Settlement]) -> Settlement | None:
    """The settlement of exactly these checks, of which a newer one by anybody leaves none."""
    now = sorted(check.pk for check in checks)
    return next((s for s in settlements if s.checks == now), None)
