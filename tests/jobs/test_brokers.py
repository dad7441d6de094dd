"""Celery with a real broker: no job lost and no effect doubled, whatever is killed, flushed or delivered again."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

import pytest
from celery import Celery
from django.utils import timezone
from kombu import Connection

from articles.models import Outbox
from reviews import audit
from tests.jobs.processes import Processes, effects, open_jobs, processes

pytestmark = [pytest.mark.broker, pytest.mark.django_db(transaction=True)]
URLS = {
    # A database of Redis that nothing else here uses: it is flushed.
    "redis": os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9"),
    "rabbitmq": os.environ.get("TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//"),
}


class Broker:
    """One broker, a queue on it of the test's own, and the site's processes that use it."""

    def __init__(self, url: str, queue: str, site: Processes) -> None:
        self.url, self.queue, self.site = url, queue, site
        self.app = Celery("test", broker=url)
        self.app.conf.task_default_queue = queue

    def worker(self, *more: str) -> Popen[bytes]:
        """A Celery worker with two processes."""
        quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--concurrency", "2")
        return self.site.start("-m", "celery", "-A", "tests.jobs.worker", "worker", *quiet, *more)

    def beat(self) -> None:
        self.site.start("-m", "celery", "-A", "tests.jobs.worker", "beat")

    def send(self, pk: int, *, times: int = 1) -> None:
        """The same message, delivered so often."""
        task = str(uuid.uuid4())
        for _ in range(times):
            self.app.send_task("reviews.tasks.run_job", args=(pk,), task_id=task)

    def flush(self) -> None:
        """All messages are gone, those that a dead worker held too."""
        with Connection(self.url) as connection:
            channel = connection.channel()
            if self.url.startswith("redis"):
                channel.client.flushdb()
            else:
                channel.queue_delete(self.queue)


@pytest.fixture(params=URLS)
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    """Redis, then RabbitMQ."""
    url = URLS[request.param]
    try:
        with Connection(url, connect_timeout=2) as connection:
            connection.ensure_connection(max_retries=1, timeout=3)
    except Exception as error:
        if os.environ.get("REQUIRE_BROKERS"):
            pytest.fail(f"REQUIRE_BROKERS is set and {request.param} does not answer: {error}")
        pytest.skip(f"{request.param} does not answer")
    queue = f"signoff-test-{uuid.uuid4().hex[:8]}"
    with processes(tmp_path, CELERY_BROKER_URL=url, CELERY_QUEUE=queue) as site:
        made = Broker(url, queue, site)
        yield made
        site.kill_all()
        made.flush()
        made.app.close()


def promise(job: str, *numbers: int) -> list[int]:
    """Jobs in the outbox, of which no worker was told."""
    now = timezone.now()
    return [
        Outbox.objects.create(job=job, key=f"{job}:{n}", payload={"n": n}, run_at=now).pk for n in numbers
    ]


def test_a_commit_wakes_a_worker_and_a_message_that_comes_again_does_nothing(broker: Broker) -> None:
    """No beat runs: everything is done by the messages that the commit sent, and those that came again."""
    broker.worker()
    broker.worker()
    code = (
        "import tests.jobs.worker\n"
        "from django.db import transaction\n"
        "from articles.outbox import enqueue\n"
        "with transaction.atomic():\n"
        "    for n in range(20): enqueue('effect', key=f'effect:{n}', payload={'n': n})\n"
    )
    broker.site.start("-c", code)
    broker.site.until("twenty are promised", lambda: Outbox.objects.count() == 20)
    pks = list(Outbox.objects.values_list("pk", flat=True))
    for pk in pks:
        broker.send(pk, times=5)
    broker.site.until("all are done", lambda: open_jobs() == 0)
    for pk in pks:
        broker.send(pk, times=5)
    last = promise("effect", 20)[0]
    broker.send(last)
    broker.site.until("the last message was taken", lambda: open_jobs() == 0)
    assert effects() == list(range(21))
    assert not Outbox.objects.filter(attempts__gt=0).exists()
    assert audit.verify().ok


def test_a_flushed_broker_loses_nothing(broker: Broker) -> None:
    for pk in promise("effect", *range(30)):
        broker.send(pk)
    broker.flush()
    broker.worker()
    broker.beat()
    broker.site.until("all are done", lambda: open_jobs() == 0)
    assert effects() == list(range(30))
    assert audit.verify().ok


def test_a_worker_killed_in_the_middle(broker: Broker) -> None:
    inside, outside = promise("slow", 1)[0], promise("slow outside", 2)[0]
    first = broker.worker()
    broker.send(outside)
    broker.site.until("the job outside began", lambda: broker.site.began(2))
    broker.send(inside)  # on SQLite it keeps others from writing while it runs
    broker.site.until("the slow job began", lambda: broker.site.began(1))
    broker.site.kill(first)
    (broker.site.stage / "go").touch()
    broker.worker("--beat")
    broker.site.until("both are done", lambda: open_jobs() == 0)
    assert effects() == [1, 2]
    assert Outbox.objects.get(pk=outside).attempts == 2
    assert audit.verify().ok
