"""Each event and each role: who is told, who is not, and in what words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.core import mail
from django.urls import resolve
from django.utils import timezone

from articles.editing import save_draft
from articles.models import Article, Publication, Source
from reviews import assigning, judging, served, workflow
from reviews.mail import announce
from reviews.mail.kinds import KINDS, NEWS
from reviews.models import Alert, Conflict, Event, Message, Review, Reviewer
from tests import factories as f
from tests.mail.conftest import happens, newest, told, work

Happening = Callable[[SimpleNamespace], Event]
QUOTED = "eases low back pain"
"""Words of every draft here."""


def submit(cast: SimpleNamespace) -> Event:
    f.submitted(cast.writer)
    return newest("submit")


def resubmit_in_hand(cast: SimpleNamespace) -> Event:
    review = f.submitted(cast.writer)
    assigning.claim(review, by=cast.reviewer)
    workflow.request_changes(review, by=cast.reviewer, reason=f"“{QUOTED}”: in whom?")
    save_draft(review.article, by=cast.writer, version=review.article.version, summary="New.")
    workflow.resubmit(review, by=cast.writer)
    return newest("resubmit")


def resubmit_in_nobodys_hand(cast: SimpleNamespace) -> Event:
    review = f.submitted(cast.writer)
    workflow.request_changes(review, by=cast.reviewer, reason="In whom?")
    save_draft(review.article, by=cast.writer, version=review.article.version, summary="New.")
    workflow.resubmit(review, by=cast.writer)
    return newest("resubmit")


def assign(cast: SimpleNamespace) -> Event:
    assigning.assign(f.submitted(cast.writer), by=cast.editor, to=cast.second)
    return newest("assign_review")


def request_changes(cast: SimpleNamespace) -> Event:
    article = f.draft(cast.writer)
    save_draft(article, by=cast.colleague, version=article.version, summary="By two.")
    review = workflow.submit(article, by=cast.editor)
    workflow.request_changes(review, by=cast.reviewer, reason=f"“{QUOTED}”: in whom?")
    return newest("request_changes")


def decline(cast: SimpleNamespace) -> Event:
    workflow.decline(f.submitted(cast.writer), by=cast.reviewer, reason=f"“{QUOTED}” is wrong.")
    return newest("decline")


def sign(cast: SimpleNamespace) -> Event:
    f.signed(cast.writer, cast.reviewer)
    return newest("sign_off")


def reopen(cast: SimpleNamespace) -> Event:
    workflow.reopen(f.signed(cast.writer, cast.reviewer), by=cast.second, reason="Once more.")
    return newest("reopen")


def refused_at_its_hour(cast: SimpleNamespace) -> Event:
    review = f.scheduled(cast.writer, cast.reviewer, cast.editor)
    Source.objects.update(standing=Source.Standing.RETRACTED)
    Review.objects.filter(pk=review.pk).update(scheduled_for=timezone.now() - dt.timedelta(minutes=1))
    assert workflow.publish_scheduled(Review.objects.get(pk=review.pk)) is None
    event = newest("reopen")
    assert event.reason.startswith("Not published at its hour.")
    return event


def publish(cast: SimpleNamespace) -> Event:
    _live(cast)
    return newest("publish")


def revoke(cast: SimpleNamespace) -> Event:
    review = f.signed(cast.writer, cast.reviewer)
    workflow.revoke(review.sign_offs.get(), by=cast.lead, reason="A mistake.")
    return newest("revoke")


def withdraw(cast: SimpleNamespace) -> Event:
    workflow.withdraw(_live(cast).article, by=cast.editor, reason="A dose was wrong.")
    return newest("withdraw")


def retract(cast: SimpleNamespace) -> Event:
    workflow.retract(_live(cast).article, by=cast.editor, reason="A dose was wrong.")
    return newest("retract")


def reopen_live(cast: SimpleNamespace) -> Event:
    workflow.open_for_alert(_live(cast).article, reason="New words.")
    return newest("reopen_live")


def unseen(cast: SimpleNamespace) -> Event:
    page, fetch = _live(cast), served.fetch
    served.fetch = lambda path: (503, "")  # type: ignore[assignment]
    try:
        served.check_page(page.pk)
    finally:
        served.fetch = fetch
    return newest("disclaimer_unseen")


def reminder(cast: SimpleNamespace) -> Event:
    return happens("review_reminder", _live(cast).article, reason="Due on 1 May 2027.")


def overdue(cast: SimpleNamespace) -> Event:
    return happens("review_overdue", _live(cast).article, reason="Due on 1 May 2026.")


def alert_opened(cast: SimpleNamespace) -> Event:
    alert = _alert(cast)
    return happens("alert_opened", alert.article, reason=alert.sentence, alert=alert.pk)


def alert_review(cast: SimpleNamespace) -> Event:
    review = f.submitted(cast.writer)
    assigning.claim(review, by=cast.reviewer)
    return happens("alert_review", review.article, review=review, reason="A source was retracted.")


def alert_assigned(cast: SimpleNamespace) -> Event:
    alert = _alert(cast, assignee=cast.second)
    facts = {"alert": alert.pk, "assignee": cast.second.pk}
    return happens("alert_assigned", alert.article, by=cast.editor, **facts)


def alert_sooner(cast: SimpleNamespace) -> Event:
    alert = _alert(cast, assignee=cast.second)
    return happens("alert_sooner", alert.article, reason="Readers sent 2 reports.", alert=alert.pk)


def alert_decided(cast: SimpleNamespace) -> Event:
    alert = _alert(cast, assignee=cast.second)
    return happens("alert_decided", alert.article, by=cast.editor, reason=QUOTED, alert=alert.pk)


def _live(cast: SimpleNamespace) -> Publication:
    return f.published(cast.writer, cast.reviewer, cast.editor)


def _alert(cast: SimpleNamespace, **fields: object) -> Alert:
    page, now = _live(cast), timezone.now()
    return Alert.objects.create(
        kind="retracted", article=page.article, publication=page, sentence="A source was retracted.",
        opened_at=now, due_at=now, **fields,
    )  # fmt: skip


EDITORS, REVIEWERS = {"edgar", "erin"}, {"rita", "ravi", "lena"}
TABLE: list[tuple[Happening, set[str], str]] = [
    (submit, REVIEWERS, "waits for your review"),
    (resubmit_in_hand, {"rita"}, "came back with changes"),
    (resubmit_in_nobodys_hand, REVIEWERS, "came back with changes"),
    (assign, {"ravi"}, "was given to you to review"),
    (request_changes, {"wanda", "walter", "edgar"}, "needs changes"),
    (decline, {"wanda", *EDITORS}, "was declined"),
    (sign, {"wanda", *EDITORS}, "was signed"),
    (reopen, {"rita", *EDITORS}, "is back in review"),
    (refused_at_its_hour, {"wanda", "rita", *EDITORS}, "does not go live at its hour"),
    (publish, {"wanda", "rita", "erin"}, "is live"),
    (revoke, {"rita", *EDITORS}, "lost a signature"),
    (withdraw, {"wanda", "rita", "lena", "erin"}, "was withdrawn"),
    (retract, {"wanda", "rita", "lena", "erin"}, "was retracted"),
    (reopen_live, REVIEWERS, "is live and must be reviewed again"),
    (unseen, EDITORS, "is live, but a disclaimer is not seen by readers"),
    (reminder, {"lena", *EDITORS}, "is live and must be reviewed again soon"),
    (overdue, {"lena", *EDITORS}, "is live and its next review is overdue"),
    (alert_opened, {"lena", *EDITORS}, "has an alert"),
    (alert_review, {"rita", "wanda"}, "rests on a source that took a bad turn"),
    (alert_assigned, {"ravi"}, "has an alert that was given to you"),
    (alert_sooner, {"ravi", "lena", *EDITORS}, "has an alert that became more urgent"),
    (alert_decided, {"ravi", "lena", "erin"}, "has an alert that was decided"),
]


@pytest.mark.parametrize(("happening", "people", "words"), TABLE, ids=lambda v: getattr(v, "__name__", None))
def test_who_is_told_of_what(
    happening: Happening, people: set[str], words: str, cast: SimpleNamespace
) -> None:
    """From the verb to the mail, through the jobs."""
    event = happening(cast)
    work()
    assert told(event) == people
    daily = NEWS.get(event.action) and KINDS[NEWS[event.action].kind].usual == "daily"
    subjects = {m.to[0] for m in mail.outbox if m.subject.endswith(f"” {words}")}
    assert subjects == (set() if daily else {f"{name}@example.org" for name in people})
    messages = Message.objects.filter(event=event)
    assert all(m.for_digest if daily else m.sent_at for m in messages)
    assert {m.line for m in messages} == {f"“{event.article and event.article.title}” {words}."}
    assert not any(QUOTED in m.body for m in mail.outbox), "a mail holds words of a draft"


def test_every_event_that_is_told_is_in_the_table() -> None:
    assert {words for _, _, words in TABLE} >= {news.words for news in NEWS.values()}
    assert {news.kind for news in NEWS.values()} | {"not_published"} == set(KINDS)


@pytest.mark.parametrize("action", ["schedule", "unschedule", "claim_review", "check_claim", "comment"])
def test_of_other_events_nobody_is_told(action: str, cast: SimpleNamespace) -> None:
    event = happens(action, f.draft(cast.writer))
    work()
    assert told(event) == set()


def test_only_reviewers_whose_judgement_counts_are_asked(cast: SimpleNamespace) -> None:
    """Another specialty, a lapsed qualification, an account that is off, a part in the text, a conflict."""
    f.reviewer("lapsed", qualified_until=dt.date(2020, 1, 1))
    sleep = f.reviewer("sleep")
    Reviewer.objects.get(user=sleep).specialties.set([f.topic("sleep")])
    away = f.reviewer("away")
    writing = f.reviewer("writing", "Medical reviewer", "Writer")
    away.is_active = False
    away.save()
    former = f.reviewer("former")
    former.groups.clear()
    article = f.draft(cast.writer)
    save_draft(article, by=writing, version=article.version, summary="By a reviewer.")
    review = workflow.submit(article, by=cast.writer)
    judging.declare_conflict(review, by=cast.second, text="I advise the maker.")
    work()
    assert told(newest("submit")) == {"rita", "lena"}


def test_a_conflict_that_is_declared_later_ends_it(cast: SimpleNamespace) -> None:
    """Who judged it is not told of what becomes of it, once they say that they have an interest in it."""
    page = f.published(cast.writer, cast.reviewer, cast.editor)
    review = Review.objects.get(article=page.article_id)
    Conflict.objects.create(review=review, person=cast.reviewer, text="I joined the maker.")
    workflow.withdraw(page.article, by=cast.editor, reason="A dose was wrong.")
    work()
    assert told(newest("withdraw")) == {"wanda", "lena", "erin"}
    assert told(newest("publish")) == {"wanda", "erin"}


def test_the_text_of_a_mail(cast: SimpleNamespace) -> None:
    review = f.submitted(cast.writer, title="Walking")
    assigning.assign(review, by=cast.editor, to=cast.reviewer)
    work()
    (letter,) = [m for m in mail.outbox if "given to you" in m.subject]
    lines = letter.body.splitlines()
    assert lines[0] == "“Walking” was given to you to review."
    assert lines[1].startswith("By Edgar Editor, ")
    assert f"http://127.0.0.1:8000/desk/reviews/{review.pk}/" in lines
    assert "You get this mail because it was given to you. Choose which mails you get:" in lines
    assert lines[-1] == "http://127.0.0.1:8000/desk/mail/"


def test_an_alert_is_linked_to(cast: SimpleNamespace) -> None:
    event = alert_assigned(cast)
    work()
    link = Message.objects.get(event=event).link
    assert resolve(link).url_name in ("alert", "article")


def test_a_reason_that_readers_see_stands_in_the_mail(cast: SimpleNamespace) -> None:
    withdraw(cast)
    work()
    (letter,) = [m for m in mail.outbox if "withdrawn" in m.subject and m.to == ["wanda@example.org"]]
    assert "A dose was wrong." in letter.body


def test_without_titles(cast: SimpleNamespace, settings: SimpleNamespace) -> None:
    settings.MAIL_NAMES_ARTICLES = False
    review = f.submitted(cast.writer, title="A secret drug")
    work()
    assert {m.subject for m in mail.outbox} == {f"Article {review.article_id} waits for your review"}
    assert not any("secret" in m.body for m in mail.outbox)


@pytest.mark.parametrize(
    ("title", "stands"),
    [
        ("Two\nlines\r\nBcc: all@example.org", "Two lines Bcc: all@example.org"),
        ("A\u2028separator \x07and\ta bell", "A separator and a bell"),
        ("\u202egnihtyna\u2066 turned", "gnihtyna turned"),
        ("Long " * 39, ("Long " * 24)[:119].rstrip() + "…"),
        ("Ärzte, 日本 and 👩\u200d⚕️", "Ärzte, 日本 and 👩\u200d⚕️"),
    ],
)
def test_any_title_can_stand_in_a_subject(title: str, stands: str, cast: SimpleNamespace) -> None:
    """Below whatever the admin's form would let through."""
    article = f.draft(cast.writer)
    Article.objects.filter(pk=article.pk).update(title=title)
    happens("review_overdue", Article.objects.get(pk=article.pk))
    work()
    letter = mail.outbox[0]
    assert letter.subject == f"“{stands}” is live and its next review is overdue"
    headers = letter.message()
    assert headers["Bcc"] is None
    assert len(str(headers["Subject"])) < 300


def test_announced_twice_told_once(cast: SimpleNamespace) -> None:
    event = submit(cast)
    assert announce(event.sequence) == 3
    assert announce(event.sequence) == 0
    work()
    assert sorted(m.to[0] for m in mail.outbox) == [
        "lena@example.org", "ravi@example.org", "rita@example.org"
    ]  # fmt: skip
