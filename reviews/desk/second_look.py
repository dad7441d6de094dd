"""What the desk shows where reviewers judge apart: one's own verdicts, then all of them side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual

from reviews.counting import in_words
from reviews.desk.answering import EMPTY, Rejection, Slot, slot
from reviews.dossier import Dossier
from reviews.independence import TO_BE_CHECKED, shown_to, without_verdict
from reviews.models import Claim, Opinion, Settlement, SourceCheck
from reviews.policy import Policy
from reviews.states import State
from reviews.verdicts import disagree

NOT_SHOWN = State("◌", "Verdicts not shown yet", "quiet")
DISPUTED = State("≠", "The reviewers disagree", "stop")


@dataclass(frozen=True, slots=True)
class Side:
    """What one reviewer says of a claim."""

    person: User
    checks: list[SourceCheck]


@dataclass(frozen=True, slots=True)
class ClaimLook:
    """A claim as one reader may see it; empty where everybody sees everything."""

    state: State | None = None
    """Where it is not said by the claim's checks."""
    given: bool = False
    """The reader's own verdict is there, and it waits for another's."""
    hidden: bool = False
    """Somebody else's verdict is there and kept back."""
    sides: list[Side] = field(default_factory=list)
    """Who says what, where reviewers disagree or did."""
    settlement: Settlement | None = None
    stands: SourceCheck | None = None
    settle_slot: Slot = EMPTY

    @property
    def checks(self) -> list[SourceCheck]:
        """Those of all sides, to choose one from."""
        return [check for side in self.sides for check in side.checks]


PLAIN = ClaimLook()


def of_claim(
    dossier: Dossier, claim: Claim, reader: User | None, rejection: Rejection | None = None
) -> ClaimLook:
    """What `reader` may see of a claim beside its own checks."""
    if not dossier.independent or claim.state not in TO_BE_CHECKED:
        return PLAIN
    checks = dossier.checks_of(claim)
    if dossier.keeps_back(claim):
        own = shown_to(reader, dossier, claim, checks)
        judges = reader is not None and reader.has_perm("reviews.judge_review")
        return ClaimLook(
            state=None if judges or own else NOT_SHOWN, given=bool(own), hidden=len(own) < len(checks)
        )
    if not disagree(checks, dossier.policy.passing_verdicts):
        return PLAIN
    settlement = dossier.settlement_of(claim)
    return ClaimLook(
        state=None if settlement else DISPUTED,
        sides=_sides(checks),
        settlement=settlement,
        stands=next((c for c in checks if settlement and c.pk == settlement.stands_id), None),
        settle_slot=slot(rejection, f"claim-{claim.pk}-settle"),
    )


def _sides(checks: Sequence[SourceCheck]) -> list[Side]:
    sides: dict[int, Side] = {}
    for check in checks:
        sides.setdefault(check.by_id, Side(check.by, [])).checks.append(check)
    return list(sides.values())


@dataclass(frozen=True, slots=True)
class OpinionBox:
    """The notice on top of the claims, and the button with which one's verdicts are given."""

    opinions: list[Opinion]
    needed: int
    sealed: bool
    mine: bool
    judges: bool
    left: int
    """Claims without the reader's verdict."""
    may_settle: bool
    set_aside: list[Claim]
    """Claims that somebody else marked as none; giving one's verdicts agrees to them."""
    slot: Slot

    @property
    def needed_word(self) -> str:
        return in_words(self.needed)

    @property
    def may_give(self) -> bool:
        return self.sealed and self.judges and not self.mine

    @property
    def shut_out(self) -> bool:
        """Whether the reader came too late to sign this edition."""
        return not self.sealed and not self.mine


def opinion_box(
    dossier: Dossier, user: User, *, may_judge: bool, rejection: Rejection | None
) -> OpinionBox | None:
    """The box for one reader; None where everybody sees everything."""
    if not dossier.independent:
        return None
    mine = user.pk in dossier.givers
    return OpinionBox(
        opinions=dossier.opinions,
        needed=dossier.tier.signatures,
        sealed=dossier.sealed,
        mine=mine,
        judges=may_judge,
        left=len(without_verdict(user, dossier)),
        may_settle=may_judge and (mine or user.has_perm("reviews.revoke_sign_off")),
        set_aside=[
            claim
            for claim in dossier.claims
            if claim.state == Claim.State.DISMISSED and claim.dismissed_by_id != user.pk
        ],
        slot=slot(rejection, "opinion"),
    )


def done_in_queue(policy: Policy, reader: User | None, keys: list[int]) -> tuple[Q, Q]:
    """Of the reviews `keys`: which claims are judged apart, and which of those count as done for a reader.

    Those that they, or as many people as must, have a verdict on: what the verdicts are is not asked.
    """
    needed = {t["key"]: t["signatures"] for t in policy.content["tiers"] if t.get("independent")}
    made = SourceCheck.objects.filter(
        claim=OuterRef("pk"),
        claim__review__in=keys,
        claim_text=KeyTextTransform("exact", OuterRef("anchor")),
    )
    people = made.order_by().values("claim").annotate(n=Count("by", distinct=True)).values("n")
    enough = Case(
        *(When(review__tier=key, then=Value(number)) for key, number in needed.items()),
        default=Value(99),
        output_field=IntegerField(),
    )
    counted = Coalesce(Subquery(people, output_field=IntegerField()), 0)
    own = Q(Exists(made.filter(by=reader))) if reader is not None else Q(pk__in=[])
    done = Q(state=Claim.State.DISMISSED) | (
        Q(state__in=TO_BE_CHECKED) & (own | Q(GreaterThanOrEqual(counted, enough)))
    )
    return Q(review__tier__in=list(needed)), done
