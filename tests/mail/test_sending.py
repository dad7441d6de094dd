"""At most once: whoever is killed or refused half-way, and whatever became of the person meanwhile."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core import mail
from django.core.mail.backends import locmem
from django.db import transaction
from django.utils import timezone

from articles.models import Outbox
from reviews import assigning, jobs, judging, workflow
from reviews.mail import preferences, sending
from reviews.models import Message, Review, Reviewer
from tests import factories as f
from tests.mail.conftest import happens, mailed, work
from tests.mail.server import mail_server

Waiting = Callable[..., Message]


@pytest.fixture
def smtp(settings: Any) -> Callable[[int], None]:
    """Have mail go to a server at a port of this machine."""

    def use(port: int) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5

    return use


def job_of(message: Message) -> Outbox:
    return Outbox.objects.get(key=f"send_message:{message.pk}")


def again(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def test_headers(waiting: Waiting) -> None:
    message = waiting()
    assert sending.send(message.pk)
    (letter,) = mail.outbox
    headers = letter.message()
    host = "127.0.0.1"
    assert headers["Message-ID"] == f"<signoff.{message.pk}.{message.created_at:%Y%m%d%H%M%S}@{host}>"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["List-Unsubscribe"] == "<http://127.0.0.1:8000/desk/mail/>"
    assert headers.get_content_type() == "text/plain"
    sent = again(message)
    assert (sent.to, sent.text) == ("rita@example.org", letter.body)
    assert sent.claimed_at and sent.sent_at and sent.claimed_at <= sent.sent_at


def test_sent_once_however_often_it_is_asked_for(waiting: Waiting) -> None:
    message = waiting()
    assert [sending.send(message.pk) for _ in range(3)] == [True, False, False]
    assert mailed() == ["rita"]
    work()
    assert mailed() == ["lena", "ravi", "rita"]
    Outbox.objects.update(done_at=None)  # as after workers that were killed
    work()
    assert mailed() == ["lena", "ravi", "rita"]
    assert sending.send(987654) is False


def test_killed_between_the_claim_and_the_mail(waiting: Waiting, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def die(letter: Any) -> bool:
        raise Killed

    message = waiting()
    with monkeypatch.context() as patch:
        patch.setattr(sending, "_hand_over", die)
        with pytest.raises(Killed):
            sending.send(message.pk)
    claimed = again(message)
    assert claimed.claimed_at is not None
    assert claimed.sent_at is None
    work()
    assert mailed() == ["lena", "ravi"]
    assert again(message).sent_at is None


def test_killed_between_the_mail_and_its_mark(waiting: Waiting, monkeypatch: pytest.MonkeyPatch) -> None:
    message, hand_over = waiting(), sending._hand_over

    class Killed(BaseException):
        pass

    def hand_over_and_die(letter: Any) -> bool:
        hand_over(letter)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(sending, "_hand_over", hand_over_and_die)
        with pytest.raises(Killed):
            sending.send(message.pk)
    assert mailed() == ["rita"]
    work()
    assert mailed() == ["lena", "ravi", "rita"]
    assert again(message).sent_at is None


@pytest.mark.django_db(transaction=True)
def test_never_inside_another_transaction(waiting: Waiting) -> None:
    message = waiting()
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        sending.send(message.pk)
    assert again(message).claimed_at is None
    assert mail.outbox == []


# --- The mail server --------------------------------------------------------------------------------


def test_a_server_that_takes_it(waiting: Waiting, smtp: Callable[[int], None]) -> None:
    message = waiting(title="Ärzte und Ruhe")
    with mail_server() as post:
        smtp(post.port)
        assert sending.send(message.pk)
    (text,) = post.taken
    assert "Auto-Submitted: auto-generated" in text
    assert "To: rita@example.org" in text
    assert again(message).sent_at is not None


def test_a_server_that_is_not_there(waiting: Waiting, smtp: Callable[[int], None]) -> None:
    """The claim is given back, and the job's next try sends it."""
    message = waiting()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        smtp(probe.getsockname()[1])
    Outbox.objects.exclude(pk=job_of(message).pk).delete()
    assert jobs.run_due() == 0
    job = job_of(message)
    assert job.attempts == 1
    assert "ConnectionRefusedError" in job.last_error
    assert job.run_at > timezone.now()
    free = again(message)
    assert (free.claimed_at, free.sent_at, free.to, free.text) == (None, None, "", "")
    with mail_server() as post:
        smtp(post.port)
        Outbox.objects.update(run_at=timezone.now())
        assert jobs.run_due() == 1
    assert len(post.taken) == 1
    assert again(message).sent_at is not None


@pytest.mark.parametrize(
    "behaviour",
    [
        {"fails_at": "greeting"}, {"hangs_up_at": "greeting"}, {"fails_at": "mail"},
        {"fails_at": "rcpt"}, {"fails_at": "data"}, {"fails_at": "end"},
    ],
    ids=str,
)  # fmt: skip
def test_a_server_that_takes_nothing(
    behaviour: dict[str, str], waiting: Waiting, smtp: Callable[[int], None]
) -> None:
    message = waiting()
    with mail_server(**behaviour) as post:
        smtp(post.port)
        with pytest.raises(OSError):
            sending.send(message.pk)
    assert post.taken == []
    assert again(message).claimed_at is None
    with mail_server() as post:
        smtp(post.port)
        assert sending.send(message.pk)
    assert len(post.taken) == 1


@pytest.mark.parametrize("step", ["ehlo", "mail", "data", "end"])
def test_a_server_of_which_nobody_knows_what_it_took(
    step: str, waiting: Waiting, smtp: Callable[[int], None]
) -> None:
    """Where it hung up after its greeting, the mail is not sent a second time."""
    message = waiting()
    with mail_server(hangs_up_at=step) as post:
        smtp(post.port)
        assert sending.send(message.pk) is False
        assert sending.send(message.pk) is False
    assert len(post.taken) == (step == "end")
    unsure = again(message)
    assert unsure.claimed_at is not None
    assert unsure.sent_at is None


def test_a_server_that_does_not_say_goodbye(waiting: Waiting, smtp: Callable[[int], None]) -> None:
    message = waiting()
    with mail_server(hangs_up_at="quit") as post:
        smtp(post.port)
        assert sending.send(message.pk)
    assert again(message).sent_at is not None


def test_a_mail_that_was_taken_counts_as_sent_however_it_ends(
    waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(backend: object) -> None:
        raise smtplib.SMTPResponseException(421, b"closing")

    message = waiting()
    monkeypatch.setattr(locmem.EmailBackend, "close", fail)
    assert sending.send(message.pk)
    assert again(message).sent_at is not None


# --- The person, at the moment of sending -----------------------------------------------------------


def _off(cast: SimpleNamespace) -> None:
    User.objects.filter(pk=cast.reviewer.pk).update(is_active=False)


def _no_role(cast: SimpleNamespace) -> None:
    cast.reviewer.groups.clear()


def _another_role(cast: SimpleNamespace) -> None:
    cast.reviewer.groups.set(Group.objects.filter(name="Writer"))


def _lapsed(cast: SimpleNamespace) -> None:
    Reviewer.objects.filter(user=cast.reviewer).update(qualified_until="2020-01-01")


def _conflicted(cast: SimpleNamespace) -> None:
    judging.declare_conflict(Review.objects.get(), by=cast.reviewer, text="I advise the maker.")


def _no_address(cast: SimpleNamespace) -> None:
    User.objects.filter(pk=cast.reviewer.pk).update(email="")


def _hostile_address(cast: SimpleNamespace) -> None:
    User.objects.filter(pk=cast.reviewer.pk).update(email="rita@example.org\nBcc: all@example.org")


def _closed(cast: SimpleNamespace) -> None:
    workflow.withdraw_submission(Review.objects.get(), by=cast.writer, reason="Too early.")


def _not_any_more(cast: SimpleNamespace) -> None:
    preferences.choose(cast.reviewer, {"submitted": "never"})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_off, "The account is switched off."),
        (_no_role, "The account has no access to the desk any more."),
        (_another_role, "It does not concern them any more."),
        (_lapsed, "It does not concern them any more."),
        (_conflicted, "It does not concern them any more."),
        (_closed, "It does not concern them any more."),
        (_no_address, "The account has no address that mail can go to."),
        (_hostile_address, "The account has no address that mail can go to."),
        (_not_any_more, "They chose not to get such mail."),
    ],
)
def test_what_they_may_not_see_any_more_is_dropped(
    change: Callable[[SimpleNamespace], None], reason: str, cast: SimpleNamespace, waiting: Waiting
) -> None:
    message = waiting()
    change(cast)
    assert sending.send(message.pk) is False
    dropped = again(message)
    assert (dropped.dropped_because, dropped.claimed_at, dropped.text) == (reason, None, "")
    assert dropped.dropped_at is not None
    work()
    assert "rita" not in mailed()


def test_given_to_somebody_else_meanwhile(cast: SimpleNamespace) -> None:
    review = f.submitted(cast.writer)
    work()
    mail.outbox.clear()
    assigning.assign(review, by=cast.editor, to=cast.reviewer)
    jobs.run_due()
    assigning.assign(review, by=cast.editor, to=cast.second)
    work()
    assert mailed() == ["ravi"]


def test_given_on_before_anybody_was_told(cast: SimpleNamespace) -> None:
    """Two events, one mail: the first is not told to whom the second gave it."""
    review = f.submitted(cast.writer)
    work()
    mail.outbox.clear()
    assigning.assign(review, by=cast.editor, to=cast.reviewer)
    assigning.assign(review, by=cast.editor, to=cast.second)
    work()
    assert mailed() == ["ravi"]


def test_a_superuser_without_a_role_is_not_told(cast: SimpleNamespace) -> None:
    f.user("root", is_superuser=True)
    happens("review_overdue", f.draft(cast.writer))
    work()
    assert mailed() == ["edgar", "erin", "lena"]


def test_a_permission_of_ones_own_counts_like_a_group(cast: SimpleNamespace) -> None:
    own = f.user("olga")
    own.user_permissions.set(Permission.objects.filter(codename__in=["publish_review", "view_review"]))
    happens("review_overdue", f.draft(cast.writer))
    work()
    assert "olga" in mailed()
