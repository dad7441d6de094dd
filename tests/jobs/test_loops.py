"""`manage.py run_jobs` in earnest: killed in the middle of a job, and two of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction

from articles.models import Heartbeat, Outbox
from articles.outbox import enqueue
from reviews import audit
from tests.jobs.processes import Processes, effects, open_jobs, processes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Processes]:
    with processes(tmp_path, CELERY_BROKER_URL="") as made:
        yield made


def promise(job: str, *numbers: int) -> None:
    with transaction.atomic():
        for n in numbers:
            enqueue(job, key=f"{job}:{n}", payload={"n": n})


def test_killed_in_the_middle(site: Processes) -> None:
    promise("slow", 1)
    first = site.loop()
    site.until("the slow job began", lambda: site.began(1))
    site.kill(first)
    assert effects() == []  # what it had written went with it
    promise("slow outside", 2)
    (site.stage / "go").touch()
    second = site.loop()
    site.until("both are done", lambda: open_jobs() == 0)
    (site.stage / "go").unlink()
    promise("slow outside", 3)
    site.until("the job outside began", lambda: site.began(3))
    site.kill(second)
    assert Outbox.objects.get(key="slow outside:3").leased_until is not None
    promise("effect", 4)  # nobody's lock is in the way
    (site.stage / "go").touch()
    site.loop()
    site.until("all are done", lambda: open_jobs() == 0)
    assert effects() == [1, 2, 3, 4]
    assert Outbox.objects.get(key="slow outside:3").attempts == 2
    assert Heartbeat.objects.filter(name="jobs").exists()
    assert audit.verify().ok


def test_two_at_once(site: Processes) -> None:
    promise("effect", *range(200))
    site.loop()
    site.loop()
    site.until("all are done", lambda: open_jobs() == 0)
    assert effects() == list(range(200))
    assert not Outbox.objects.filter(attempts__gt=0).exists()
    assert audit.verify().ok
