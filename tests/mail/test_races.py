"""Two workers, one moment: no mail twice, no digest twice, none lost."""

# ruff: noqa: B023 (every racer is done before its loop goes on)

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.core import mail
from django.utils import timezone

from reviews import jobs
from reviews.mail import announce, send, send_again, send_due
from reviews.models import Event, Message
from tests import factories as f
from tests.mail.conftest import happens, mailed, work
from tests.races.conftest import arena  # noqa: F401 (a fixture)
from tests.races.racing import race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 3
TOLD = ["lena", "ravi", "rita"]


@pytest.fixture
def cast(arena: None, cast: SimpleNamespace) -> SimpleNamespace:  # noqa: F811
    """The cast, where every thread has its own connection."""
    return cast


def test_one_message_and_two_workers(cast: SimpleNamespace) -> None:
    for _ in range(ROUNDS):
        f.submitted(cast.writer)
        jobs.run_due()
        mail.outbox.clear()
        waiting = list(Message.objects.filter(claimed_at=None).values_list("pk", flat=True))
        assert len(waiting) == 3
        for pk in waiting:
            outcomes = race(*[("", lambda: send(pk))] * 3)
            assert [o.error for o in outcomes] == [None] * 3
            assert sorted(o.value for o in outcomes) == [False, False, True]
        assert mailed() == TOLD
        work()
        assert mailed() == TOLD


def test_one_event_and_two_announcements(cast: SimpleNamespace) -> None:
    for _ in range(ROUNDS):
        f.submitted(cast.writer)
        mail.outbox.clear()
        event = Event.objects.order_by("-sequence")[0]
        outcomes = race(*[("", lambda: announce(event.sequence))] * 2)
        assert [o.error for o in outcomes] == [None, None]
        assert sum(o.value for o in outcomes) == 3
        work()
        assert mailed() == TOLD


def test_two_whole_workers(cast: SimpleNamespace) -> None:
    for _ in range(ROUNDS):
        f.submitted(cast.writer)
        mail.outbox.clear()
        for _ in range(3):
            outcomes = race(("", jobs.run_due), ("", jobs.run_due))
            assert [o.error for o in outcomes] == [None, None]
        work()
        assert mailed() == TOLD


def test_one_day_and_two_digests(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer)
    for day in range(1, ROUNDS + 1):
        happens("review_reminder", article)
        work()
        mail.outbox.clear()
        tomorrow = timezone.now() + dt.timedelta(days=day)
        outcomes = race(*[("", lambda: send_due(tomorrow))] * 3)
        assert [o.error for o in outcomes] == [None] * 3
        assert sum(o.value for o in outcomes) == 3
        work()
        assert mailed() == ["edgar", "erin", "lena"]


def test_a_worker_that_was_killed_holds_nothing_up(cast: SimpleNamespace) -> None:
    """A claim is no lock: others go on, and the claimed one stays as it is."""
    f.submitted(cast.writer)
    jobs.run_due()
    claimed = Message.objects.filter(person=cast.reviewer)
    claimed.update(claimed_at=timezone.now())
    race(("", jobs.run_due), ("", jobs.run_due))
    work()
    assert mailed() == ["lena", "ravi"]
    assert claimed.get().sent_at is None


def test_two_editors_send_one_again(cast: SimpleNamespace) -> None:
    for _ in range(ROUNDS):
        f.submitted(cast.writer)
        work()
        message = Message.objects.filter(person=cast.reviewer).latest("pk")
        claimed = timezone.now() - dt.timedelta(hours=1)
        Message.objects.filter(pk=message.pk).update(sent_at=None, claimed_at=claimed)
        mail.outbox.clear()
        outcomes = race(*[("", lambda: send_again(message.pk, by=cast.editor))] * 3)
        assert sorted(type(o.error).__name__ for o in outcomes) == ["NoneType", "Refused", "Refused"]
        work()
        assert mailed() == ["rita"]
