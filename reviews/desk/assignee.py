"""Who has a review, on its page: what the reader can do about it, and to whom it may be given."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User

from reviews import assigning, permissions
from reviews.assigning import Candidate
from reviews.desk.answering import Rejection, Slot, slot
from reviews.desk.offers import sentence
from reviews.dossier import Dossier
from reviews.permissions import Faults


@dataclass(frozen=True, slots=True)
class Panel:
    """What the page says of who has the review, and the forms that it shows."""

    person: User | None
    mine: bool
    alert: str
    may_claim: bool
    why_not: str
    may_release: bool
    may_assign: bool
    opened: bool
    """Whether the list of people was asked for; it is read only then."""
    fitting: list[Candidate]
    unfit: list[Candidate]
    slot: Slot


def panel(
    dossier: Dossier, user: User, faults: Faults, rejection: Rejection | None, opened: str
) -> Panel | None:
    """The panel for `user`, whose `faults` as a judge are known; None once the review is closed."""
    review = dossier.review
    if not review.is_open:
        return None
    judge_no = sentence(lambda: permissions.check_can_judge(user, review, faults=faults))
    returned = slot(rejection, "assign")
    may_assign = not sentence(lambda: permissions.check_can_assign(user, review))
    is_opened = may_assign and (opened == "assign" or returned.came_back)
    known = assigning.candidates(review, dossier=dossier) if is_opened else []
    nobodys = review.assignee_id is None
    return Panel(
        person=review.assignee,
        mine=review.assignee_id == user.pk,
        alert=review.alert,
        may_claim=nobodys and not judge_no,
        # Those who judge nothing at all do not expect a button.
        why_not=judge_no if nobodys and user.has_perm("reviews.judge_review") else "",
        may_release=not nobodys and not sentence(lambda: permissions.check_can_release(user, review)),
        may_assign=may_assign,
        opened=is_opened,
        fitting=[c for c in known if c.fits and c.person.pk != review.assignee_id],
        unfit=[c for c in known if not c.fits],
        slot=returned,
    )
