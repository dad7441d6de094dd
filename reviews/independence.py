"""The second look that is one of its own: nobody sees another's verdicts until everyone has given theirs.

What is kept back, and until when, is said by `Dossier.sealed` and `Dossier.keeps_back`; see
docs/adr/0013. Here are the verbs, and what one person may see meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import User

from reviews import dossier, permissions
from reviews.dossier import Dossier
from reviews.judging import judgement
from reviews.models import Claim, Opinion, Review, Settlement, SourceCheck
from reviews.refusals import Refused

TO_BE_CHECKED = (Claim.State.OPEN, Claim.State.RECONFIRM)
"""Claims on which everybody must have a verdict."""


def shown_to(
    reader: User | None, loaded: Dossier, claim: Claim, checks: Iterable[SourceCheck]
) -> list[SourceCheck]:
    """Those checks of a claim that a person may see: their own alone, while the claim's are kept back.

    It is the same for everybody, writers and editors too: what they know, a reviewer may ask them.
    """
    if not loaded.keeps_back(claim):
        return list(checks)
    return [check for check in checks if reader is not None and check.by_id == reader.pk]


def without_verdict(user: User, loaded: Dossier) -> list[Claim]:
    """The claims of which this person has still to judge a source, in their present words."""
    return [
        claim
        for claim in loaded.claims
        if claim.state in TO_BE_CHECKED and all(check.by_id != user.pk for check in loaded.checks_of(claim))
    ]


def give_opinion(review: Review, *, by: User) -> Opinion:
    """Say that one's verdicts on the edition are complete; once, and before the others' are seen.

    It agrees to the claims that were set aside so far as “not a claim”.
    """
    with judgement(
        "give_opinion", review, by=by, allowed_in=(Review.Status.IN_REVIEW,), reopens=False
    ) as act:
        loaded = dossier.load(act.review)
        if not loaded.independent:
            raise Refused("Here everybody sees all verdicts at once; there is nothing to give.", "state")
        if Opinion.objects.filter(review=act.review, edition=act.review.edition, by=by).exists():
            raise Refused("You have given your verdicts on this edition already.", "opinion_given")
        if not loaded.sealed:
            raise Refused(
                "The verdicts on this edition are open to everybody now, so another look at it would not be "
                "one of its own. A new edition can be judged by you.",
                "opinion_late",
            )
        if left := len(without_verdict(by, loaded)):
            raise Refused(
                f"{left} claim{'' if left == 1 else 's'} still wait{'s' if left == 1 else ''} for your "
                "verdict. Check each against a source first.",
                "opinion_incomplete",
            )
        opinion = Opinion.objects.create(review=act.review, edition=act.review.edition, by=by)
        act.facts |= {"opinion": opinion.pk}
    return opinion


def settle(claim: Claim, *, by: User, stands: SourceCheck, reason: str) -> Settlement:
    """Settle a disagreement in writing: `stands` is the check that counts, until a newer one is made."""
    with judgement("settle_claim", claim.review, by=by) as act:
        loaded = dossier.load(act.review)
        permissions.check_can_settle(by, act.review, givers=loaded.givers)
        here = next((c for c in loaded.claims if c.pk == claim.pk), None)
        if here is None or not loaded.is_disputed(here):
            raise Refused(
                "There is nothing to settle here: the reviewers agree, or it was settled already.", "state"
            )
        checks = loaded.checks_of(here)
        if stands.pk not in {check.pk for check in checks}:
            raise Refused("Choose one of the verdicts that stand side by side.", "choice")
        act.reason = reason.strip()
        if not act.reason:
            raise Refused("Settling a disagreement needs a reason.", "missing")
        settlement = Settlement.objects.create(
            claim=here,
            checks=sorted(check.pk for check in checks),
            stands=stands,
            reason=act.reason,
            by=by,
        )
        act.facts |= {"claim": here.pk, "settlement": settlement.pk, "stands": stands.pk}
    return settlement
