"""The daily mail: once for each person and day, whoever asks for it, and never empty."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.utils import timezone

from articles.models import Article, Outbox
from reviews import mail as signoff_mail
from reviews.mail import digests, preferences
from reviews.models import Message
from tests import factories as f
from tests.mail.conftest import happens, mailed, work

Clock = Callable[[str], dt.datetime]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """`clock("2026-12-01 06:59")` sets the time, in UTC."""

    def show(words: str) -> dt.datetime:
        moment = dt.datetime.fromisoformat(words).replace(tzinfo=dt.UTC)
        monkeypatch.setattr(timezone, "now", lambda: moment)
        return moment

    show("2026-12-01 12:00")
    return show


@pytest.fixture
def article(cast: SimpleNamespace, clock: Clock) -> Article:
    """Of which Lena hears once a day, as Edgar and Erin do."""
    return f.draft(cast.writer, title="Walking")


def remind(article: Article) -> None:
    """Something of which those concerned hear daily unless they chose otherwise."""
    happens("review_reminder", article)
    work()


def due() -> int:
    """Ask for digests as the schedule does, and send what was made."""
    made = signoff_mail.send_due()
    work()
    return made


def bodies_for(person: User) -> list[str]:
    return [letter.body for letter in mail.outbox if letter.to == [person.email]]


def test_one_mail_a_day_with_what_waited(cast: SimpleNamespace, article: Article, clock: Clock) -> None:
    remind(article)
    happens("alert_decided", article)
    work()
    assert mail.outbox == []
    assert due() == 0, "before its hour"
    clock("2026-12-02 06:59")
    assert due() == 0
    clock("2026-12-02 07:00")
    assert due() == 3
    assert mailed() == ["edgar", "erin", "lena"]
    letter = next(m for m in mail.outbox if m.to == [cast.lead.email])
    assert letter.subject == "Signoff: the day until 2 December 2026, 07:00"
    link = f"  http://127.0.0.1:8000/desk/articles/{article.pk}/"
    assert letter.body.splitlines()[:5] == [
        "“Walking” is live and must be reviewed again soon.", link, "",
        "“Walking” has an alert that was decided.", link,
    ]  # fmt: skip
    assert letter.body.endswith("http://127.0.0.1:8000/desk/mail/\n")
    assert letter.message()["Auto-Submitted"] == "auto-generated"
    digest = Message.objects.get(kind="digest", person=cast.lead)
    assert digest.sent_at is not None
    assert digest.parts.count() == 2


def test_asked_for_twice(cast: SimpleNamespace, article: Article, clock: Clock) -> None:
    remind(article)
    clock("2026-12-02 07:00")
    assert [due(), due()] == [3, 0]
    clock("2026-12-02 15:00")
    remind(article)
    assert due() == 0, "a second mail on one day"
    Outbox.objects.update(done_at=None)
    work()
    assert mailed() == ["edgar", "erin", "lena"]
    clock("2026-12-03 07:30")
    assert due() == 3
    assert mailed() == ["edgar", "edgar", "erin", "erin", "lena", "lena"]


def test_what_comes_to_light_late_is_in_the_next(
    cast: SimpleNamespace, article: Article, clock: Clock
) -> None:
    """A line written before the hour and committed after the digest was made: it is not lost in that one."""
    remind(article)
    clock("2026-12-02 07:00")
    assert due() == 3
    remind(article)
    late = Message.objects.filter(person=cast.lead, kind="review_due").order_by("-pk")[:1]
    Message.objects.filter(pk__in=list(late.values_list("pk", flat=True))).update(
        created_at=dt.datetime(2026, 12, 2, 6, 59, 59, tzinfo=dt.UTC)
    )
    assert due() == 0
    assert late[0].digest is None
    clock("2026-12-03 07:00")
    assert due() == 3
    assert late[0].digest is not None


def test_nothing_waits_no_mail(cast: SimpleNamespace, article: Article, clock: Clock) -> None:
    clock("2026-12-02 08:00")
    assert due() == 0
    clock("2026-12-02 09:00")
    remind(article)
    clock("2026-12-02 10:00")
    assert due() == 0, "what came after the hour waits for the next"
    assert not Message.objects.filter(kind="digest").exists()


def test_across_midnight(cast: SimpleNamespace, article: Article, clock: Clock) -> None:
    """What comes before midnight and after it stands in one mail."""
    for moment in ("2026-12-01 23:59:59", "2026-12-02 00:00", "2026-12-02 06:59:59"):
        clock(moment)
        remind(article)
        assert due() == 0
    clock("2026-12-02 23:30")  # the jobs were not run all day
    assert due() == 3
    assert bodies_for(cast.lead)[0].count("“Walking”") == 3


@pytest.mark.parametrize(
    ("zone", "early", "late"),
    [
        ("Europe/Berlin", "2026-12-02 05:59", "2026-12-02 06:00"),
        ("Pacific/Auckland", "2026-12-01 17:59", "2026-12-01 18:00"),
        ("America/Los_Angeles", "2026-12-02 14:59", "2026-12-02 15:00"),
    ],
)
def test_the_hour_is_that_of_the_site(
    zone: str, early: str, late: str, cast: SimpleNamespace, article: Article, clock: Clock, settings: Any
) -> None:
    settings.TIME_ZONE = zone
    clock("2026-12-01 17:00") if zone.startswith("P") else clock("2026-12-01 20:00")
    remind(article)
    clock(early)
    assert due() == 0
    clock(late)
    assert due() == 3


def test_the_nights_that_are_short_or_long() -> None:
    """Summer time: two such hours are 23 or 25 hours apart, and none is skipped."""
    berlin = ZoneInfo("Europe/Berlin")
    with timezone.override(berlin):
        for day in ("2026-03-29", "2026-10-25"):
            seven = dt.datetime.fromisoformat(f"{day} 07:00").replace(tzinfo=berlin)
            before = digests.last_hour(seven.astimezone(dt.UTC) - dt.timedelta(seconds=1))
            assert digests.last_hour(seven.astimezone(dt.UTC)) == seven
            assert before.date() == seven.date() - dt.timedelta(days=1)
            assert before.hour == 7


def test_who_left_gets_none_and_lines_that_are_not_theirs_any_more_are_left_out(
    cast: SimpleNamespace, article: Article, clock: Clock
) -> None:
    remind(article)
    happens("alert_decided", article)
    work()
    clock("2026-12-02 07:00")
    User.objects.filter(pk=cast.editor.pk).update(is_active=False)
    preferences.choose(cast.lead, {"alert_decided": "never"})
    for kind in ("alert_decided", "review_due"):
        preferences.choose(cast.colleague_editor, {kind: "never"})
    due()
    assert mailed() == ["lena"]
    assert "decided" not in bodies_for(cast.lead)[0]
    reasons = {
        (m.person.username, m.kind): m.dropped_because for m in Message.objects.exclude(dropped_at=None)
    }
    never = "They chose not to get such mail."
    assert reasons == {
        ("edgar", "digest"): "The account is switched off.",
        ("erin", "digest"): "Nothing that it would carry is for them any more.",
        ("lena", "alert_decided"): never,
        ("erin", "alert_decided"): never,
        ("erin", "review_due"): never,
    }


def test_a_day_too_full_for_one_mail(cast: SimpleNamespace, article: Article, clock: Clock) -> None:
    """Ten thousand lines: a hundred are named, the others counted."""
    event = happens("review_reminder", article)
    work()
    first = Message.objects.get(person=cast.lead)
    Message.objects.bulk_create(
        Message(
            key=f"line:{number}", kind=first.kind, person=cast.lead, event=event, subject=first.subject,
            line=f"Line {number}.", link=first.link, for_digest=True,
        )
        for number in range(2, 10_001)
    )  # fmt: skip
    clock("2026-12-02 07:00")
    assert due() == 3
    (body,) = bodies_for(cast.lead)
    assert "Line 100." in body
    assert "Line 101." not in body
    assert "And 9,900 more, which do not fit into one mail." in body
    assert body.count("Line ") == 99
    assert not Message.objects.filter(for_digest=True, digest=None, person=cast.lead).exists()


def test_many_lines_cost_few_queries(
    cast: SimpleNamespace, article: Article, clock: Clock, django_assert_max_num_queries: Any
) -> None:
    for _ in range(40):
        happens("review_reminder", article)
    work()
    clock("2026-12-02 07:00")
    signoff_mail.send_due()
    digest = Message.objects.get(kind="digest", person=cast.lead)
    with django_assert_max_num_queries(60):
        assert signoff_mail.send(digest.pk)
