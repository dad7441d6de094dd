"""Webhooks in the admin: managing editors alone, no address inside, nothing deleted, a test at a click."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Outbox, Webhook
from reviews import workflow
from tests import factories as f
from tests.admin import pages
from tests.webhooks.receiver import Receiver

LIST, ADD, DELIVERIES = (
    "/admin/articles/webhook/",
    "/admin/articles/webhook/add/",
    "/admin/articles/delivery/",
)
URL = "https://receiver.example.org/hook"


def add(who: Client, **changes: Any) -> Any:
    return who.post(ADD, {"url": URL, "events": ["article.published"], "active": "on", **changes})


def change(webhook: Webhook) -> str:
    return f"{LIST}{webhook.pk}/change/"


def test_a_managing_editor_adds_one_and_finds_its_secret(cast: SimpleNamespace) -> None:
    editor = pages.client(cast.editor)
    assert add(editor).status_code == 302
    webhook = Webhook.objects.get()
    assert (webhook.url, webhook.events, webhook.active) == (URL, ["article.published"], True)
    assert webhook.created_by == cast.editor
    form = editor.get(change(webhook)).content.decode()
    assert webhook.secret in form
    assert editor.get(LIST).content.decode().count(webhook.secret) == 0
    editor.post(change(webhook), {"url": URL, "events": ["article.withdrawn"], "secret": "whsec_bWluZQ=="})
    changed = Webhook.objects.get()
    assert (changed.events, changed.active, changed.secret) == (["article.withdrawn"], False, webhook.secret)


@pytest.mark.parametrize("person", ["writer", "reviewer", "lead", "outsider", None])
def test_nobody_else_sees_any_of_it(cast: SimpleNamespace, person: str | None) -> None:
    webhook = Webhook.objects.create(url=URL, events=[], created_by=cast.editor)
    who = pages.client(getattr(cast, person)) if person else Client()
    for address in (LIST, ADD, change(webhook), DELIVERIES):
        answer = who.get(address)
        assert answer.status_code in (302, 403)
        assert webhook.secret not in answer.content.decode()
    add(who)
    who.post(change(webhook), {"_send_test": "1", "url": URL, "events": ["article.published"]})
    assert Webhook.objects.count() == 1 and Webhook.objects.get().events == []
    assert not Outbox.objects.exists()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://receiver.example.org/", "Messages are only sent to https addresses."),
        ("https://127.0.0.1/", "127.0.0.1 is not on the public Internet."),
        ("https://[::1]/", "::1 is not on the public Internet."),
        ("https://localhost/", "localhost is no name of a public host."),
        ("https://printer.local/", "printer.local is no name of a public host."),
        ("https://receiver.example.org:8443/", "Only ports 80 and 443 are reached, not 8443."),
        (
            "https://me:secret@receiver.example.org/",
            "An address with a user name or password in it is not fetched.",
        ),
        ("ftp://receiver.example.org/", "Only http and https addresses are fetched"),
        ("", "This field is required."),
    ],
)
def test_an_address_that_would_never_be_told_is_refused(cast: SimpleNamespace, url: str, says: str) -> None:
    answer = add(pages.client(cast.editor), url=url)
    assert answer.status_code == 200 and says in answer.content.decode()
    assert not Webhook.objects.exists()


@pytest.mark.parametrize("events", [[], ["article.deleted"], ["article.published", "x"]])
def test_it_is_told_of_something_that_there_is(cast: SimpleNamespace, events: list[str]) -> None:
    assert add(pages.client(cast.editor), events=events).status_code == 200
    assert not Webhook.objects.exists()


def test_nothing_is_deleted(cast: SimpleNamespace) -> None:
    webhook = Webhook.objects.create(url=URL, events=[], created_by=cast.editor)
    assert pages.client(cast.editor).post(f"{LIST}{webhook.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_test_message_is_sent_at_a_click(
    cast: SimpleNamespace, webhook: Webhook, receiver: Receiver, send: Callable[[], int], settings: Any
) -> None:
    webhook.switched_off = "The receiver answered 410."
    webhook.active = False
    webhook.save()
    editor = pages.client(cast.editor)
    # Switched on again, at an address of its own choice; the fixture's is none that a form takes.
    data = {
        "url": "http://receiver.example/hook",
        "events": ["article.published"],
        "active": "on",
        "_send_test": "1",
    }
    answer = editor.post(change(webhook), data, follow=True)
    assert "A test message is on its way." in answer.content.decode()
    webhook.refresh_from_db()
    assert webhook.active and webhook.switched_off == ""
    Webhook.objects.update(url=receiver.url)
    assert send() == 1
    assert receiver.types() == ["test.ping"]
    listed = editor.get(DELIVERIES).content.decode()
    assert "test.ping" in listed and "Received" in listed
    assert "Received" in editor.get(LIST).content.decode()


def test_the_lists_take_the_same_number_of_queries_at_3_and_30(
    cast: SimpleNamespace, webhook: Webhook, send: Callable[[], int]
) -> None:
    editor = pages.client(cast.editor)

    def count(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert editor.get(address).status_code == 200
        return len(queries)

    counts = []
    for more in (3, 27):
        for _ in range(more):
            page = f.published(
                cast.writer, cast.reviewer, cast.editor, body="<p>Ask a physiotherapist [1].</p>"
            )
            Webhook.objects.create(url=webhook.url, events=["article.withdrawn"], created_by=cast.editor)
        workflow.withdraw(page.article, by=cast.editor, reason="Wrong.")
        send()
        counts.append((count(LIST), count(DELIVERIES)))
    assert counts[0] == counts[1]
