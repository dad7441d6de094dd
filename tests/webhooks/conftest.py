"""A receiver that listens, and an endpoint that leads to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from articles.models import Outbox, Webhook
from articles.sources.fetching import post
from articles.webhooks import sending
from reviews import jobs
from tests.webhooks.receiver import Receiver, receiving


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Receiver]:
    """Reached under a name, as though loopback were public and needed no encryption."""
    settings.DEMO = True
    with receiving() as server:
        let = partial(post, resolver=lambda host, port: ["127.0.0.1"], allow=[("127.0.0.1", server.port)])
        monkeypatch.setattr(sending, "post", let)
        yield server


@pytest.fixture
def webhook(cast: SimpleNamespace, receiver: Receiver) -> Webhook:
    """An endpoint that is told of everything."""
    return Webhook.objects.create(url=receiver.url, events=Webhook.Event.values, created_by=cast.editor)


@pytest.fixture
def send() -> Callable[[], int]:
    """Run the messages that are due, and nothing else; returns how many were done."""

    def run() -> int:
        due = Outbox.objects.filter(job="send_webhook").order_by("id").values_list("pk", flat=True)
        return sum(jobs.run(pk) for pk in list(due))

    return run
