"""At once, daily or never, for each kind: what holds, what may be chosen, and by whom."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Group
from django.core import mail

from reviews import workflow
from reviews.mail import preferences
from reviews.mail.kinds import KINDS
from reviews.models import MailPreference, Message
from reviews.refusals import Refused
from tests import factories as f
from tests.mail.conftest import happens, mailed, newest, told, work

WAYS = ("at_once", "daily", "never")
OF_ROLE = {
    "writer": {"changes_requested", "declined", "signed", "published", "not_published", "taken_down", "alert"},
    "reviewer": {
        "submitted", "came_back", "assigned", "revoked", "published", "not_published", "review_again",
        "taken_down", "alert",
    },
    "lead": {"review_due", "overdue"},
    "editor": set(KINDS) - {"submitted", "assigned", "changes_requested", "review_again"},
}  # fmt: skip


def kinds_of(person: object) -> set[str]:
    return {choice.kind.key for choice in preferences.choices_of(person)}  # type: ignore[arg-type]


def test_each_role_chooses_among_what_may_reach_it(cast: SimpleNamespace) -> None:
    anyone = {"assigned", "alert_yours", "alert_decided"}
    assert kinds_of(cast.writer) == OF_ROLE["writer"] | anyone
    assert kinds_of(cast.reviewer) == OF_ROLE["reviewer"] | anyone
    assert kinds_of(cast.lead) == OF_ROLE["reviewer"] | OF_ROLE["lead"] | anyone
    assert kinds_of(cast.editor) == OF_ROLE["editor"] | OF_ROLE["writer"] | anyone
    assert kinds_of(cast.outsider) == set()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_choice(kind: str, way: str, cast: SimpleNamespace) -> None:
    """A managing editor may have everything each way, but for what somebody must see to."""
    bound = {"overdue", "alert_yours"}
    if kind not in kinds_of(cast.editor):
        with pytest.raises(Refused, match="no such choice"):
            preferences.choose(cast.editor, {kind: way})
    elif kind in bound and way == "never":
        with pytest.raises(Refused, match="cannot be switched off"):
            preferences.choose(cast.editor, {kind: way})
        assert not MailPreference.objects.exists()
    else:
        preferences.choose(cast.editor, {kind: way})
        assert {c.kind.key: c.way for c in preferences.choices_of(cast.editor)}[kind] == way


@pytest.mark.parametrize(
    ("kind", "who", "may"),
    [
        ("overdue", "lead", True),
        ("overdue", "editor", False),
        ("alert_yours", "writer", False),
        ("alert_yours", "reviewer", False),
        ("alert", "editor", True),
    ],
)
def test_who_may_do_without(kind: str, who: str, may: bool, cast: SimpleNamespace) -> None:
    (choice,) = [c for c in preferences.choices_of(getattr(cast, who)) if c.kind.key == kind]
    assert choice.bound is not may
    assert ("never" in dict(choice.ways)) is may


@pytest.mark.parametrize("way", ["", "hourly", "AT_ONCE"])
def test_no_such_way(way: str, cast: SimpleNamespace) -> None:
    with pytest.raises(Refused, match="no such choice"):
        preferences.choose(cast.editor, {"signed": "never", "overdue": way})
    assert not MailPreference.objects.exists()


@pytest.mark.parametrize("way", WAYS)
def test_what_is_chosen_holds(way: str, cast: SimpleNamespace) -> None:
    preferences.choose(cast.reviewer, {"submitted": way})
    f.submitted(cast.writer)
    work()
    assert mailed() == sorted(["lena", "ravi", *(["rita"] if way == "at_once" else [])])
    assert ("rita" in told(newest("submit"))) is (way != "never")
    assert Message.objects.filter(person=cast.reviewer, for_digest=True).exists() is (way == "daily")


def test_what_was_chosen_before_a_role_came_holds_no_more_than_it_may(cast: SimpleNamespace) -> None:
    preferences.choose(cast.lead, {"overdue": "never"})
    cast.lead.groups.add(Group.objects.get(name="Managing editor"))
    happens("review_overdue", f.draft(cast.writer))
    work()
    assert mailed() == ["edgar", "erin", "lena"]


def test_one_kind_does_not_speak_for_another(cast: SimpleNamespace) -> None:
    preferences.choose(cast.writer, {"signed": "never"})
    review = f.signed(cast.writer, cast.reviewer)
    workflow.publish(review, by=cast.editor)
    work()
    to_writer = [m.subject for m in mail.outbox if m.to == [cast.writer.email]]
    assert len(to_writer) == 1
    assert to_writer[0].endswith("is live")
