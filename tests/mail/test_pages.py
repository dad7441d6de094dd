"""The pages: what somebody chooses, and what was sent to whom."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from articles.models import Outbox
from reviews import audit, jobs
from reviews.models import Event, MailPreference, Message
from tests import factories as f
from tests.mail.conftest import work

PREFERENCES, CHOOSE, SENT = "/desk/mail/", "/desk/mail/choose/", "/desk/mail/sent/"


def at(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def said(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_addresses() -> None:
    assert [reverse(f"desk:{name}") for name in ("mail", "choose_mail", "mail_sent")] == [
        PREFERENCES, CHOOSE, SENT
    ]  # fmt: skip


@pytest.mark.parametrize("who", ["writer", "reviewer", "lead", "editor"])
def test_what_is_chosen_is_kept_and_shown(who: str, cast: SimpleNamespace) -> None:
    client = at(getattr(cast, who))
    before = said(client.get(PREFERENCES))
    assert 'name="way_published" value="at_once" checked' in before
    response = client.post(CHOOSE, {"way_published": "daily"}, follow=True)
    assert response.redirect_chain == [(PREFERENCES, 302)]
    assert "Kept." in said(response)
    assert 'name="way_published" value="daily" checked' in said(response)
    assert MailPreference.objects.get().person == getattr(cast, who)


def test_the_page_says_what_cannot_be_switched_off(cast: SimpleNamespace) -> None:
    page = said(at(cast.editor).get(PREFERENCES))
    assert 'name="way_overdue" value="daily"' in page
    assert 'name="way_overdue" value="never"' not in page
    assert page.count("This cannot be switched off: somebody must see to it.") == 2
    assert 'name="way_overdue" value="never"' in said(at(cast.lead).get(PREFERENCES))
    response = at(cast.editor).post(CHOOSE, {"way_overdue": "never", "way_signed": "never"})
    assert response.status_code == 422
    assert "cannot be switched off" in said(response)
    assert not MailPreference.objects.exists()


def test_the_address_that_is_missing_is_said(cast: SimpleNamespace) -> None:
    assert cast.writer.email in said(at(cast.writer).get(PREFERENCES))
    User.objects.update(email="")
    assert "Signoff has no address of yours" in said(at(cast.writer).get(PREFERENCES))


def test_who_comes_in(cast: SimpleNamespace, client: Client) -> None:
    assert client.get(PREFERENCES)["Location"] == f"{reverse('login')}?next={PREFERENCES}"
    assert client.post(CHOOSE)["Location"].startswith(reverse("login"))
    for address in (PREFERENCES, SENT):
        assert at(cast.outsider).get(address).status_code == 403
        assert at(cast.editor).post(address).status_code == 405
    assert at(cast.outsider).post(CHOOSE, {"way_signed": "daily"}).status_code == 403
    assert at(cast.editor).get(CHOOSE).status_code == 405
    assert 'href="/desk/mail/"' in said(at(cast.writer).get(reverse("desk:queue")))


@pytest.mark.parametrize("demo", [False, True])
def test_who_sees_what_was_sent(demo: bool, cast: SimpleNamespace, settings: Any) -> None:
    settings.DEMO = demo
    for who in ("writer", "reviewer", "lead", "editor"):
        sees = demo or who == "editor"
        response = at(getattr(cast, who)).get(SENT)
        assert response.status_code == (200 if sees else 403), who
        assert (SENT in said(at(getattr(cast, who)).get(PREFERENCES))) is sees
    settings.DEMO = False
    assert "Only managing editors" in said(at(cast.writer).get(SENT))


def test_every_state_of_a_mail(cast: SimpleNamespace) -> None:
    f.submitted(cast.writer, title="<b>Walking</b> & more")
    work()
    _, dropped, unsure = Message.objects.order_by("pk")
    now = timezone.now()
    Message.objects.filter(pk=dropped.pk).update(
        sent_at=None, claimed_at=None, text="", to="", dropped_at=now, dropped_because="Not theirs any more."
    )
    Message.objects.filter(pk=unsure.pk).update(sent_at=None, claimed_at=now - dt.timedelta(minutes=11))
    f.submitted(cast.writer, title="Given up")
    f.submitted(cast.writer, title="Not yet")
    jobs.run_due()
    waiting = Message.objects.filter(subject__contains="Given up")
    Outbox.objects.filter(key__in=[f"send_message:{m.pk}" for m in waiting]).update(failed_at=now)
    digest = Message.objects.filter(subject__contains="Not yet", person=cast.lead)
    digest.update(for_digest=True)
    page = said(at(cast.editor).get(SENT))
    assert "“&lt;b&gt;Walking&lt;/b&gt; &amp; more” waits for your review" in page
    assert "Not theirs any more." in page
    assert "nobody knows whether it left" in page
    assert page.count("It was given up.") == 3
    assert page.count("It is sent as soon as the jobs get to it.") == 2
    assert page.count("It waits for the daily mail.") == 1
    assert "You get this mail because you may judge it." in page
    assert "1 mail was perhaps sent" in page
    narrowed = said(at(cast.editor).get(f"{SENT}?state=unsure"))
    assert narrowed.count("Perhaps sent") == 1
    assert "Not theirs any more." not in narrowed
    Message.objects.filter(pk=unsure.pk).update(claimed_at=now)
    assert "nobody knows" not in said(at(cast.editor).get(SENT)), "it is on its way at this moment"
    assert "There is none." in said(at(cast.editor).get(f"{SENT}?state=unsure"))


def test_the_newest_on_top_and_paged(cast: SimpleNamespace, django_assert_max_num_queries: Any) -> None:
    Message.objects.bulk_create(
        Message(key=f"m{n}", kind="signed", person=cast.writer, subject=f"Mail {n}.", line="", link="")
        for n in range(60)
    )
    client = at(cast.editor)
    with django_assert_max_num_queries(9):
        first = said(client.get(SENT))
    assert first.index("Mail 59.") < first.index("Mail 35.")
    assert "Mail 34." not in first
    assert "Page 1 of 3" in first
    assert "Mail 0." in said(client.get(f"{SENT}?page=3"))
    assert client.get(f"{SENT}?page=nonsense").status_code == 200


@pytest.fixture
def unsure(cast: SimpleNamespace) -> Message:
    """A mail to Rita whose worker was killed while it left."""
    f.submitted(cast.writer)
    work()
    message = Message.objects.get(person=cast.reviewer)
    claimed = timezone.now() - dt.timedelta(minutes=11)
    Message.objects.filter(pk=message.pk).update(sent_at=None, claimed_at=claimed)
    mail.outbox.clear()
    return message


def test_a_mail_that_was_perhaps_sent_is_sent_again_once(cast: SimpleNamespace, unsure: Message) -> None:
    client, again = at(cast.editor), reverse("desk:send_mail_again", args=[unsure.pk])
    assert f'action="{again}"' in said(client.get(SENT))
    response = client.post(again, follow=True)
    assert response.redirect_chain == [(f"{SENT}?state=unsure", 302)]
    assert "It is sent again now." in said(response)
    assert client.post(again).status_code == 409  # while it waits
    work()
    assert [letter.to for letter in mail.outbox] == [["rita@example.org"]]
    assert str(mail.outbox[0].message()["Message-ID"]).startswith(f"<signoff.{unsure.pk}.")
    response = client.post(again)  # and once it left
    assert response.status_code == 409
    assert "it was sent, or is to be sent again" in said(response)
    work()
    assert len(mail.outbox) == 1
    assert f'action="{again}"' not in said(client.get(SENT))
    event = Event.objects.get(action="send_mail_again")
    assert (event.actor, event.facts["message"]) == (cast.editor, unsure.pk)
    assert audit.verify().ok


def test_its_job_may_be_forgotten_by_then(cast: SimpleNamespace, unsure: Message) -> None:
    Outbox.objects.all().delete()
    at(cast.editor).post(reverse("desk:send_mail_again", args=[unsure.pk]))
    work()
    assert len(mail.outbox) == 1


def test_who_may_not_read_it_any_more_does_not_get_it_again(cast: SimpleNamespace, unsure: Message) -> None:
    User.objects.filter(pk=cast.reviewer.pk).update(is_active=False)
    at(cast.editor).post(reverse("desk:send_mail_again", args=[unsure.pk]))
    work()
    assert mail.outbox == []
    assert Message.objects.get(pk=unsure.pk).dropped_because


def test_only_what_was_perhaps_sent_and_only_by_managing_editors(
    cast: SimpleNamespace, unsure: Message, settings: Any
) -> None:
    settings.DEMO = True  # where everybody sees the page
    again = reverse("desk:send_mail_again", args=[unsure.pk])
    for who in ("writer", "reviewer", "lead"):
        assert again not in said(at(getattr(cast, who)).get(SENT)), who
        assert at(getattr(cast, who)).post(again).status_code == 403, who
    assert at(cast.editor).get(again).status_code == 405
    others = Message.objects.exclude(pk=unsure.pk).values_list("pk", flat=True)
    for pk in (*others, 10**9):
        assert at(cast.editor).post(reverse("desk:send_mail_again", args=[pk])).status_code == 409
    work()
    assert mail.outbox == []
