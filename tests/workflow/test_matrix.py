"""Every status with every transition, and every person with every transition, made from the tables themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction

from articles.editing import save_draft
from articles.models import Article, Outbox, Publication
from reviews import workflow
from reviews.models import Event, Review, SignOff
from reviews.roles import ROLES
from reviews.workflow import PUBLIC_TRANSITIONS, TRANSITIONS, Refused
from tests import factories

Everything = Callable[[], dict[str, list[dict[str, Any]]]]
AtStatus = Callable[..., Review]
Status, Public = Review.Status, Publication.Status
CLOSED = tuple(s for s in Status if s not in Review.OPEN)

DO: dict[str, Callable[[Review, User], Any]] = {
    "submit": lambda r, by: workflow.submit(r.article, by=by),
    "request_changes": lambda r, by: workflow.request_changes(r, by=by, reason="Say for whom."),
    "resubmit": lambda r, by: workflow.resubmit(r, by=by),
    "sign_off": lambda r, by: workflow.sign_off(r, by=by, meaning=SignOff.Meaning.ACCURATE),
    "reopen": lambda r, by: workflow.reopen(r, by=by, reason="I want to read it again."),
    "schedule": lambda r, by: workflow.schedule(r, by=by, at=factories.tomorrow()),
    "unschedule": lambda r, by: workflow.unschedule(r, by=by),
    "publish": lambda r, by: workflow.publish(r, by=by),
    "withdraw_submission": lambda r, by: workflow.withdraw_submission(r, by=by, reason="Not now."),
    "decline": lambda r, by: workflow.decline(r, by=by, reason="Out of scope."),
    "reopen_live": lambda r, by: workflow.open_for_alert(r.article, reason="A disclaimer has new words."),
}
TAKE_DOWN: dict[str, Callable[[Article, User], Any]] = {
    "withdraw": lambda a, by: workflow.withdraw(a, by=by, reason="A dose is wrong."),
    "retract": lambda a, by: workflow.retract(a, by=by, reason="The trial was made up."),
}
WHO = {
    "submit_review": "writer",
    "judge_review": "second",
    "sign_review": "second",
    "schedule_review": "editor",
    "publish_review": "editor",
    "take_down": "editor",
    workflow.SYSTEM: "nobody",
}
OPENS = {"submit": CLOSED, "reopen_live": (Status.PUBLISHED,)}
"""Transitions from where nothing is open, and the closed reviews after which they may be made."""


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside never happened: a state is built once and left in many ways."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_every_transition_of_the_tables_is_tried_here() -> None:
    assert DO.keys() == TRANSITIONS.keys()
    assert TAKE_DOWN.keys() == PUBLIC_TRANSITIONS.keys()
    assert {t.permission for t in [*TRANSITIONS.values(), *PUBLIC_TRANSITIONS.values()]} == WHO.keys()


def test_no_open_status_is_a_dead_end_and_every_status_is_reached() -> None:
    reached = {target for t in TRANSITIONS.values() for target in t.targets}
    assert reached == set(Status)
    for status in Review.OPEN:
        assert any(status in t.sources and set(t.targets) - {status} for t in TRANSITIONS.values())


# --- (status, transition) ---------------------------------------------------------------------------


@pytest.mark.parametrize("status", Status)
def test_status_and_transitions(
    status: Status,
    cast: SimpleNamespace,
    at_status: AtStatus,
    everything: Everything,
    subtests: pytest.Subtests,
) -> None:
    pk = at_status(status).pk
    for name in TRANSITIONS:
        with subtests.test(name), undone():
            review, person = Review.objects.get(pk=pk), getattr(cast, WHO[TRANSITIONS[name].permission], None)
            if status in TRANSITIONS[name].sources or status in OPENS.get(name, ()):
                _is_done(name, review, person)
            else:
                before = everything()
                with pytest.raises(Refused) as refusal:
                    DO[name](review, person)
                assert refusal.value.codes == ("state",)
                assert everything() == before


def _is_done(name: str, review: Review, person: User) -> None:
    """`name` lands where the table says, writes one event of the table's name, and promises one message."""
    rule, was = TRANSITIONS[name], review.status
    events, jobs = Event.objects.count(), Outbox.objects.count()
    made = DO[name](review, person)
    after = made if name in OPENS else review
    assert after.status == Review.objects.get(pk=after.pk).status
    assert after.status in rule.targets
    written = list(Event.objects.order_by("sequence")[events:])
    assert [(e.action, e.actor, e.review_id, e.article_id) for e in written] == [
        (rule.event, person, after.pk, review.article_id)
    ]
    assert written[0].facts["to"] == after.status
    assert written[0].after == after.edition.digest
    if name not in OPENS:
        assert written[0].facts["from"] == was
    promised = [job.job for job in Outbox.objects.order_by("pk")[jobs:]]
    more = {"schedule": ["publish_scheduled"], "publish": ["check_served"]}
    assert sorted(promised) == ["announce", *more.get(name, [])]
    assert after.is_open == (after.closed_at is None)
    assert (after.scheduled_for is not None) == (after.status == Status.SCHEDULED)


def test_a_draft_is_submitted(cast: SimpleNamespace) -> None:
    review = workflow.submit(factories.draft(cast.writer), by=cast.writer)
    assert review.status in TRANSITIONS["submit"].targets
    assert list(Event.objects.filter(review=review).values_list("action", flat=True)) == ["submit"]
    assert review.round == 1
    assert review.edition.number == 1


def test_signing_below_the_quorum_stays_in_review(cast: SimpleNamespace) -> None:
    review = factories.submitted(cast.writer, topics=[factories.topic("psychedelics")])
    factories.judge(review, cast.reviewer, second=cast.second)
    factories.sign(review, cast.reviewer)
    assert review.status == Status.IN_REVIEW
    assert Event.objects.filter(review=review, action="sign_off").get().facts["signatures"] == "1 of 2"
    workflow.sign_off(review, by=cast.second, meaning=SignOff.Meaning.SECOND)
    assert review.status == Status.SIGNED_OFF


@pytest.mark.parametrize("name", [t.name for t in TRANSITIONS.values() if t.needs_reason])
def test_a_reason_is_more_than_spaces(
    name: str, cast: SimpleNamespace, at_status: AtStatus, everything: Everything
) -> None:
    rule = TRANSITIONS[name]
    review = at_status(rule.sources[0])
    person = getattr(cast, WHO[rule.permission])
    before = everything()
    with pytest.raises(Refused, match="needs a reason") as refusal:
        getattr(workflow, name)(review, by=person, reason=" \n ")
    assert refusal.value.codes == ("reason",)
    assert everything() == before


# --- (publication status, transition) ----------------------------------------------------------------


def _page(status: Public | None, cast: SimpleNamespace) -> Article:
    if status is None:
        return factories.signed(cast.writer, cast.reviewer).article
    page = factories.published(cast.writer, cast.reviewer, cast.editor)
    if status == Public.SUPERSEDED:
        article = Article.objects.get(pk=page.article_id)
        save_draft(article, by=cast.writer, version=article.version, summary="Newer words.")
        again = workflow.submit(article, by=cast.writer)
        factories.judge(again, cast.reviewer)
        factories.sign(again, cast.reviewer)
        workflow.publish(again, by=cast.editor)
    elif status in (Public.WITHDRAWN, Public.RETRACTED):
        TAKE_DOWN["withdraw" if status == Public.WITHDRAWN else "retract"](page.article, cast.editor)
    page.refresh_from_db()
    assert page.status == status
    return page.article


@pytest.mark.parametrize("name", PUBLIC_TRANSITIONS)
@pytest.mark.parametrize("status", [None, *Public], ids=lambda s: str(s or "never public"))
def test_page_and_transition(
    status: Public | None, name: str, cast: SimpleNamespace, everything: Everything
) -> None:
    rule = PUBLIC_TRANSITIONS[name]
    article = _page(status, cast)
    before = everything()
    # A superseded page has a live one in front of it: that is what comes down.
    facing = Public.LIVE if status == Public.SUPERSEDED else status
    if facing in rule.sources:
        page = TAKE_DOWN[name](article, cast.editor)
        assert page.status == rule.target
        assert page.ended_by == cast.editor
        event = Event.objects.order_by("sequence").last()
        assert event is not None
        assert (event.action, event.facts["from"], event.facts["to"]) == (name, facing, rule.target)
        after = everything()
        for table, more in {"Event": 1, "Outbox": 1, "Notice": 1, "Publication": 0, "Review": 0}.items():
            assert len(after[table]) == len(before[table]) + more
        others = [p for p in before["Publication"] if p["id"] != page.pk]
        assert [p for p in after["Publication"] if p["id"] != page.pk] == others
    else:
        with pytest.raises(Refused) as refusal:
            TAKE_DOWN[name](article, cast.editor)
        assert refusal.value.codes == ("state",)
        assert everything() == before


@pytest.mark.parametrize("name", PUBLIC_TRANSITIONS)
def test_a_take_down_needs_its_reason(name: str, cast: SimpleNamespace, everything: Everything) -> None:
    article = _page(Public.LIVE, cast)
    before = everything()
    with pytest.raises(Refused) as refusal:
        getattr(workflow, name)(article, by=cast.editor, reason=" ")
    assert refusal.value.codes == ("reason",)
    assert everything() == before


@pytest.mark.parametrize("kind", ["correction", "expression_of_concern", "", "made up"])
def test_a_page_is_retracted_by_a_retraction_or_a_removal(
    kind: str, cast: SimpleNamespace, everything: Everything
) -> None:
    article = _page(Public.LIVE, cast)
    before = everything()
    with pytest.raises(Refused) as refusal:
        workflow.retract(article, by=cast.editor, reason="Wrong.", kind=kind)
    assert refusal.value.codes == ("kind",)
    assert everything() == before


@pytest.mark.parametrize("status", Review.OPEN)
@pytest.mark.parametrize("name", PUBLIC_TRANSITIONS)
def test_a_take_down_reopens_what_is_signed(
    name: str, status: Status, cast: SimpleNamespace, at_status: AtStatus
) -> None:
    article = _page(Public.LIVE, cast)
    again = workflow.submit(article, by=cast.writer)
    factories.judge(again, cast.second)
    if status == Status.CHANGES_REQUESTED:
        workflow.request_changes(again, by=cast.second, reason="Say for whom.")
    elif status != Status.IN_REVIEW:
        factories.sign(again, cast.second)
        if status == Status.SCHEDULED:
            workflow.schedule(again, by=cast.editor, at=factories.tomorrow())
    events = Event.objects.count()
    TAKE_DOWN[name](article, cast.lead)
    written = list(Event.objects.order_by("sequence").values_list("action", flat=True)[events:])
    again.refresh_from_db()
    if status in TRANSITIONS["reopen"].sources:
        assert written == [name, "reopen"]
        assert again.status == Status.IN_REVIEW
    else:
        assert written == [name]
        assert again.status == status


# --- (person, transition) ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """Somebody, and what decides whether they may: the answer is worked out from `ROLES`, not written down."""

    label: str
    roles: tuple[str, ...] = ()
    wrote: bool = False
    qualified: bool = False
    active: bool = True
    superuser: bool = False

    def has(self, permission: str) -> bool:
        if not self.active:
            return False
        return self.superuser or any(f"reviews.{permission}" in ROLES[role] for role in self.roles)

    def may(self, permission: str) -> bool:
        if not self.has(permission):
            return False
        if permission == "submit_review":
            return self.wrote or self.has("publish_review")
        if permission in ("judge_review", "sign_review"):
            return self.qualified and not self.wrote
        return True


ALL = tuple(ROLES)
PEOPLE = (
    *(Person(role, (role,)) for role in ROLES),
    *(Person(f"{role} who wrote", (role,), wrote=True, qualified=True) for role in ROLES),
    *(Person(f"{role} with a qualification", (role,), qualified=True) for role in ROLES),
    Person("outsider"),
    Person("qualified outsider", qualified=True),
    Person("everything", ALL, qualified=True),
    Person("everything, wrote", ALL, qualified=True, wrote=True),
    Person("everything, switched off", ALL, qualified=True, active=False),
    Person("superuser", superuser=True),
    Person("superuser who wrote", superuser=True, wrote=True, qualified=True),
    Person("qualified superuser", superuser=True, qualified=True),
    Person("superuser switched off", superuser=True, qualified=True, active=False),
)


def _made(person: Person, article: Article) -> User:
    """The person, who may have been a writer once, as they are now."""
    user = (factories.reviewer if person.qualified else factories.user)("pat", "Writer")
    if person.wrote:
        article.refresh_from_db()
        save_draft(article, by=user, version=article.version)
    user.groups.set(Group.objects.filter(name__in=person.roles))
    User.objects.filter(pk=user.pk).update(is_active=person.active, is_superuser=person.superuser)
    return User.objects.get(pk=user.pk)


def _each(
    article: Article,
    permission: str,
    do: Callable[[User], Any],
    everything: Everything,
    subtests: pytest.Subtests,
) -> None:
    """Everybody tries; who may, does, and who may not is told why and has changed nothing."""
    for person in PEOPLE:
        with subtests.test(person.label), undone():
            user = _made(person, article)
            before = everything()
            if person.may(permission):
                do(user)
                assert len(everything()["Event"]) > len(before["Event"])
                continue
            with pytest.raises(Refused) as refusal:
                do(user)
            assert set(refusal.value.codes) <= (
                {"permission", "not_contributor"}
                if permission not in ("judge_review", "sign_review")
                else {"permission", "signer_unqualified", "signer_contributed", "signer_inactive"}
            )
            assert str(refusal.value).endswith(".")
            assert everything() == before


@pytest.mark.parametrize("name", [name for name in TRANSITIONS if name not in OPENS])
def test_people_and_transition(
    name: str, cast: SimpleNamespace, at_status: AtStatus, everything: Everything, subtests: pytest.Subtests
) -> None:
    rule = TRANSITIONS[name]
    assert rule.sources[0] is not None
    review = at_status(rule.sources[0])
    fresh = Review.objects.filter(pk=review.pk)
    _each(review.article, rule.permission, lambda user: DO[name](fresh.get(), user), everything, subtests)


def test_people_and_submission(
    cast: SimpleNamespace, everything: Everything, subtests: pytest.Subtests
) -> None:
    article = factories.draft(cast.writer)
    _each(article, "submit_review", lambda user: workflow.submit(article, by=user), everything, subtests)


@pytest.mark.parametrize("name", PUBLIC_TRANSITIONS)
def test_people_and_take_down(
    name: str, cast: SimpleNamespace, everything: Everything, subtests: pytest.Subtests
) -> None:
    article = factories.published(cast.writer, cast.reviewer, cast.editor).article
    permission = PUBLIC_TRANSITIONS[name].permission
    _each(article, permission, lambda user: TAKE_DOWN[name](article, user), everything, subtests)


def test_people_and_revocation(
    cast: SimpleNamespace, everything: Everything, subtests: pytest.Subtests
) -> None:
    sign_off = factories.signed(cast.writer, cast.reviewer).sign_offs.get()
    _each(
        sign_off.edition.article,
        "revoke_sign_off",
        lambda user: workflow.revoke(sign_off, by=user, reason="Read again."),
        everything,
        subtests,
    )


def test_a_signer_revokes_their_own(cast: SimpleNamespace, everything: Everything) -> None:
    sign_off = factories.signed(cast.writer, cast.reviewer).sign_offs.get()
    with pytest.raises(Refused) as refusal:
        workflow.revoke(sign_off, by=cast.reviewer, reason=" ")
    assert refusal.value.codes == ("reason",)
    workflow.revoke(sign_off, by=cast.reviewer, reason="I misread a table.")
    before = everything()
    with pytest.raises(Refused) as refusal:
        workflow.revoke(sign_off, by=cast.lead, reason="Again.")
    assert refusal.value.codes == ("state",)
    assert everything() == before
