"""Messages: which are promised, what they say, and what becomes of them with good and bad receivers."""

from __future__ import annotations

import base64
import datetime as dt
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from articles.editing import save_draft
from articles.models import Delivery, Notice, Outbox, Publication, Webhook
from articles.publishing import tell_readers
from articles.webhooks import sending
from articles.webhooks.signing import new_secret
from articles.webhooks.telling import ping, tell
from reviews import jobs, workflow
from tests import factories as f
from tests.webhooks import receiver as r
from tests.webhooks.receiver import Receiver

Send = Callable[[], int]


def publish(cast: SimpleNamespace, **fields: Any) -> Publication:
    return f.published(cast.writer, cast.reviewer, cast.editor, **{"slug": "walking", **fields})


def publish_again(cast: SimpleNamespace, page: Publication, **fields: Any) -> Publication:
    page.article.refresh_from_db()
    save_draft(page.article, by=cast.writer, version=page.article.version, **fields)
    review = page.article.reviews.filter(closed_at=None).first() or workflow.submit(
        page.article, by=cast.writer
    )
    f.judge(review, cast.reviewer)
    f.sign(review, cast.reviewer)
    return workflow.publish(review, by=cast.editor)


def promised() -> list[str]:
    return [job.payload["event"] for job in Outbox.objects.filter(job="send_webhook").order_by("id")]


def later() -> None:
    """As though the time of the next try had come."""
    Outbox.objects.filter(job="send_webhook", done_at=None, failed_at=None).update(run_at=timezone.now())


# --- What is told -----------------------------------------------------------------------------------


def test_a_publication_is_told_signed(
    cast: SimpleNamespace, webhook: Webhook, receiver: Receiver, send: Send
) -> None:
    page = publish(cast)
    assert send() == 1
    (got,) = receiver.got
    assert got.path == "/hook?from=signoff"
    assert got.headers["content-type"] == "application/json"
    assert r.is_genuine(got, webhook.secret)
    assert not r.is_genuine(got, new_secret())
    assert not r.is_genuine(r.Got(got.path, got.headers, got.body + b" "), webhook.secret)
    assert not r.is_genuine(r.Got(got.path, {**got.headers, "webhook-id": "msg_x"}, got.body), webhook.secret)
    assert got.content == {
        "type": "article.published",
        "timestamp": page.published_at.isoformat().replace("+00:00", "Z"),
        "data": {
            "slug": "walking",
            "url": "http://127.0.0.1:8000/articles/walking/",
            "locale": "en-GB",
            "edition": 1,
            "edition_digest": page.edition.digest,
            "signed_digest": page.signed_digest,
            "reviewed_on": page.attestation["reviewed_on"],
            "review_due": page.review_due.isoformat(),
            "first_published_at": page.published_at.isoformat().replace("+00:00", "Z"),
            "published_at": page.published_at.isoformat().replace("+00:00", "Z"),
            "ended_at": None,
            "notice": None,
        },
    }
    delivery = webhook.deliveries.get()
    assert (delivery.message, delivery.event, delivery.outcome) == (got.id, "article.published", "sent")
    assert (delivery.attempts, delivery.response_code, delivery.problem) == (1, 204, "")


def test_a_life_is_told_in_its_order(
    cast: SimpleNamespace, webhook: Webhook, receiver: Receiver, send: Send
) -> None:
    page = publish(cast)
    send()
    second = publish_again(
        cast, page, title="Walking, again", correction_kind="correction", correction_text="It said cures."
    )
    send()
    workflow.withdraw(page.article, by=cast.editor, reason="Wrong dose.")
    send()
    workflow.retract(page.article, by=cast.editor, reason="Wrong all along.", kind=Notice.Kind.RETRACTION)
    send()
    assert receiver.types() == [
        "article.published", "article.superseded", "article.published", "article.corrected",
        "article.withdrawn", "article.retracted",
    ]  # fmt: skip
    _, superseded, published, corrected, withdrawn, retracted = [got.content["data"] for got in receiver.got]
    assert (superseded["edition"], superseded["edition_digest"]) == (1, page.edition.digest)
    assert superseded["ended_at"] and superseded["notice"] is None
    assert (published["edition"], published["notice"]) == (2, None)
    assert (corrected["notice"]["kind"], corrected["notice"]["text"]) == ("correction", "It said cures.")
    assert (withdrawn["notice"]["kind"], withdrawn["notice"]["text"]) == ("removal", "Wrong dose.")
    assert retracted["notice"]["kind"] == "retraction"
    assert {got.content["data"]["signed_digest"] for got in receiver.got[2:]} == {second.signed_digest}
    assert len({got.id for got in receiver.got}) == 6
    assert all("." not in got.id and r.is_genuine(got, webhook.secret) for got in receiver.got)
    assert "Walking" not in str([got.content for got in receiver.got])  # no word of the text, not its title


def test_a_notice_on_a_live_page_is_told(
    cast: SimpleNamespace, webhook: Webhook, receiver: Receiver, send: Send
) -> None:
    page = publish(cast)
    with transaction.atomic():
        tell_readers(page, by=None, text="A trial is in doubt.", kind=Notice.Kind.EXPRESSION_OF_CONCERN)
    send()
    assert receiver.types() == ["article.published", "article.corrected"]
    assert receiver.got[1].content["data"]["notice"]["kind"] == "expression_of_concern"


def test_only_what_was_asked_for_is_promised(cast: SimpleNamespace, webhook: Webhook) -> None:
    webhook.events = ["article.withdrawn"]
    webhook.save()
    Webhook.objects.create(
        url="https://off.example/", events=Webhook.Event.values, active=False, created_by=cast.editor
    )
    page = publish(cast)
    assert promised() == []
    workflow.withdraw(page.article, by=cast.editor, reason="Wrong.")
    assert promised() == ["article.withdrawn"]


def test_nothing_is_promised_for_what_did_not_happen(cast: SimpleNamespace, webhook: Webhook) -> None:
    review = f.signed(cast.writer, cast.reviewer)
    with pytest.raises(RuntimeError), transaction.atomic():
        workflow.publish(review, by=cast.editor)
        raise RuntimeError
    assert promised() == []


def test_drafts_reviews_and_signatures_are_told_to_nobody(cast: SimpleNamespace, webhook: Webhook) -> None:
    f.draft(cast.writer)
    f.submitted(cast.writer)
    f.scheduled(cast.writer, cast.reviewer, cast.editor)
    assert promised() == []


def test_an_event_told_twice_is_one_message(cast: SimpleNamespace, webhook: Webhook) -> None:
    page = publish(cast)
    with transaction.atomic():
        tell(Webhook.Event.PUBLISHED, page.pk, at=page.published_at)
    assert promised() == ["article.published"]


def test_each_receiver_has_a_secret_of_its_own(
    cast: SimpleNamespace, webhook: Webhook, receiver: Receiver, send: Send
) -> None:
    other = Webhook.objects.create(url=receiver.url, events=Webhook.Event.values, created_by=cast.editor)
    publish(cast)
    assert send() == 2
    first, second = receiver.got
    assert first.id == second.id and first.body == second.body  # one message to two
    assert r.is_genuine(first, webhook.secret) and not r.is_genuine(first, other.secret)
    assert r.is_genuine(second, other.secret)
    key = base64.b64decode(other.secret.removeprefix("whsec_"), validate=True)
    assert other.secret.startswith("whsec_") and len(key) == 32


# --- What is not so any more ------------------------------------------------------------------------


def test_a_page_that_came_down_meanwhile_is_not_announced(
    cast: SimpleNamespace, webhook: Webhook, receiver: Receiver, send: Send
) -> None:
    page = publish(cast)
    tell_readers(page, by=None, text="A trial is in doubt.", kind=Notice.Kind.EXPRESSION_OF_CONCERN)
    workflow.withdraw(page.article, by=cast.editor, reason="Wrong dose.")
    assert send() == 3
    assert receiver.types() == ["article.withdrawn"]
    assert [(d.event, d.outcome, d.attempts) for d in webhook.deliveries.order_by("pk")] == [
        ("article.published", "not_sent", 0), ("article.corrected", "not_sent", 0), ("article.withdrawn", "sent", 1),
    ]  # fmt: skip


def test_a_page_that_came_back_meanwhile_is_not_taken_down(
    cast: SimpleNamespace, webhook: Webhook, receiver: Receiver, send: Send
) -> None:
    page = publish(cast)
    send()
    receiver.answer = r.says(500)
    workflow.withdraw(page.article, by=cast.editor, reason="Wrong dose.")
    send()
    publish_again(cast, page, title="Walking, mended")
    receiver.answer = r.says(204)
    later()
    send()
    assert receiver.types() == ["article.published", "article.withdrawn", "article.published"]
    assert webhook.deliveries.get(event="article.withdrawn").outcome == "not_sent"


def test_an_edition_that_was_replaced_meanwhile_is_not_announced(
    cast: SimpleNamespace, webhook: Webhook, receiver: Receiver, send: Send
) -> None:
    page = publish(cast)
    publish_again(cast, page, title="Walking, again")
    send()
    assert receiver.types() == ["article.superseded", "article.published"]
    assert receiver.got[1].content["data"]["edition"] == 2


@pytest.mark.parametrize("change", [{"active": False}, {"events": ["article.withdrawn"]}])
def test_a_webhook_that_was_switched_off_meanwhile_hears_nothing(
    cast: SimpleNamespace, webhook: Webhook, receiver: Receiver, send: Send, change: dict[str, Any]
) -> None:
    publish(cast)
    Webhook.objects.filter(pk=webhook.pk).update(**change)
    assert send() == 1
    assert receiver.got == [] and not Delivery.objects.exists()


def test_a_webhook_that_moved_meanwhile_hears_it_there(
    cast: SimpleNamespace, webhook: Webhook, receiver: Receiver, send: Send
) -> None:
    publish(cast)
    Webhook.objects.filter(pk=webhook.pk).update(url=f"http://receiver.example:{receiver.port}/new")
    send()
    assert [got.path for got in receiver.got] == ["/new"]


# --- Receivers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_a_receipt(
    cast: SimpleNamespace, webhook: Webhook, receiver: Receiver, send: Send, status: int
) -> None:
    receiver.answer = r.says(status)
    publish(cast)
    assert send() == 1
    assert webhook.deliveries.get().response_code == status


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_a_failure_is_tried_again_with_the_same_id(
    cast: SimpleNamespace,
    webhook: Webhook,
    receiver: Receiver,
    send: Send,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
) -> None:
    receiver.answer = r.says(status, b"No.")
    publish(cast)
    assert send() == 0
    delivery = webhook.deliveries.get()
    assert (delivery.outcome, delivery.response_code) == ("failed", status)
    assert delivery.problem == f"receiver.example answered {status}."
    job = Outbox.objects.get(job="send_webhook")
    assert (
        job.run_at > timezone.now() and job.last_error == f"NotReceived: receiver.example answered {status}."
    )
    receiver.answer = r.says(204)
    now = time.time()
    monkeypatch.setattr(sending.time, "time", lambda: now + 60)
    later()
    assert send() == 1
    first, second = receiver.got
    assert first.id == second.id and first.body == second.body
    assert int(second.headers["webhook-timestamp"]) == int(now + 60)
    assert r.is_genuine(second, webhook.secret, now=now + 60)
    delivery.refresh_from_db()
    assert (delivery.outcome, delivery.attempts, delivery.problem) == ("sent", 2, "")


def test_what_always_fails_is_given_up_in_sight(
    cast: SimpleNamespace, webhook: Webhook, receiver: Receiver, send: Send
) -> None:
    receiver.answer = r.says(500)
    publish(cast)
    for _ in range(jobs.ATTEMPTS + 2):
        send()
        later()
    assert len(receiver.got) == jobs.ATTEMPTS == webhook.deliveries.get().attempts
    assert Outbox.objects.get(job="send_webhook").failed_at
    webhook.refresh_from_db()
    assert webhook.active


def test_410_switches_the_webhook_off(
    cast: SimpleNamespace, webhook: Webhook, receiver: Receiver, send: Send
) -> None:
    receiver.answer = r.says(410)
    page = publish(cast)
    assert send() == 1  # nothing to try again
    webhook.refresh_from_db()
    assert not webhook.active and "410" in webhook.switched_off
    assert webhook.deliveries.get().outcome == "failed"
    workflow.withdraw(page.article, by=cast.editor, reason="Wrong.")
    assert promised() == ["article.published"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(
    cast: SimpleNamespace, webhook: Webhook, receiver: Receiver, send: Send, status: int
) -> None:
    receiver.answer = r.says(status, Location=f"http://127.0.0.1:{receiver.port}/inside")
    publish(cast)
    assert send() == 0
    assert [got.path for got in receiver.got] == ["/hook?from=signoff"]
    assert webhook.deliveries.get().response_code == status


def test_a_slow_receiver_is_given_up_in_time(
    cast: SimpleNamespace, webhook: Webhook, receiver: Receiver, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "TIME_LIMIT", 0.3)
    receiver.answer = r.sleeps(3)
    publish(cast)
    began = time.monotonic()
    assert send() == 0
    assert time.monotonic() - began < 2
    assert webhook.deliveries.get().problem == "receiver.example did not answer in time."


def test_nothing_of_an_answer_is_read_but_its_status(
    cast: SimpleNamespace, webhook: Webhook, receiver: Receiver, send: Send
) -> None:
    receiver.answer = r.never_ends
    publish(cast)
    began = time.monotonic()
    assert send() == 1
    assert time.monotonic() - began < 2


def test_a_head_that_never_ends_is_refused(
    cast: SimpleNamespace, webhook: Webhook, receiver: Receiver, send: Send
) -> None:
    receiver.answer = r.says(200, **{"X-Long": "x" * 2_000_000})
    publish(cast)
    assert send() == 0
    assert webhook.deliveries.get().outcome == "failed"


def test_nobody_there_is_a_failure(
    cast: SimpleNamespace, webhook: Webhook, receiver: Receiver, send: Send
) -> None:
    receiver.server_close()
    publish(cast)
    assert send() == 0
    assert webhook.deliveries.get().problem == "receiver.example cannot be reached."


def test_a_worker_that_is_lost_after_sending_sends_the_same_again(
    cast: SimpleNamespace, webhook: Webhook, receiver: Receiver, send: Send
) -> None:
    publish(cast)
    send()
    Outbox.objects.filter(job="send_webhook").update(done_at=None, run_at=timezone.now())
    send()
    first, second = receiver.got
    assert first.id == second.id and first.body == second.body
    assert webhook.deliveries.get().attempts == 2


def test_no_transaction_is_held_while_it_waits() -> None:
    assert isinstance(jobs.JOBS["send_webhook"], jobs.Outside)


# --- Addresses --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1", "printer.local"]
)
def test_nothing_is_sent_inside(cast: SimpleNamespace, settings: Any, send: Send, host: str) -> None:
    settings.DEMO = True
    with r.receiving() as receiver:
        for port in (receiver.port, 80, 443):
            Webhook.objects.create(
                url=f"http://{host}:{port}/", events=["article.published"], created_by=cast.editor
            )
        publish(cast)
        assert send() == 0
        assert receiver.got == []
    assert {d.outcome for d in Delivery.objects.all()} == {"failed"}


def test_a_name_that_turns_to_an_inside_address_is_found_out(
    cast: SimpleNamespace, settings: Any, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEMO = True
    monkeypatch.setattr(
        "articles.sources.wire.getaddrinfo", lambda *a, **k: [(2, 1, 6, "", ("127.0.0.1", 80))]
    )
    Webhook.objects.create(
        url="http://receiver.example/", events=["article.published"], created_by=cast.editor
    )
    publish(cast)
    assert send() == 0
    assert Delivery.objects.get().problem == "receiver.example is not on the public Internet."


def test_nothing_is_sent_without_encryption(
    cast: SimpleNamespace, webhook: Webhook, receiver: Receiver, send: Send, settings: Any
) -> None:
    settings.DEMO = False
    publish(cast)
    assert send() == 0
    assert receiver.got == []
    assert webhook.deliveries.get().problem == "Messages are only sent to https addresses."


def test_a_test_message_goes_out_whatever_the_events(
    cast: SimpleNamespace, webhook: Webhook, receiver: Receiver, send: Send
) -> None:
    webhook.events = []
    webhook.save()
    for _ in range(2):
        with transaction.atomic():
            ping(webhook)
    assert send() == 2
    first, second = receiver.got
    assert first.content["type"] == "test.ping" and first.content["data"] == {}
    assert first.id != second.id and r.is_genuine(first, webhook.secret)
    moment = dt.datetime.fromisoformat(first.content["timestamp"])
    assert abs(timezone.now() - moment) < dt.timedelta(minutes=1)
