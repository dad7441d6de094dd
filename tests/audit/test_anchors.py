"""Anchors kept outside the database: a log that was cut, written anew or put back does not fit them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection

from articles import guards
from reviews import audit, jobs
from reviews.audit import anchoring
from reviews.audit.log import GENESIS, event_hash
from reviews.models import ChainHead, Event
from tests import factories as f
from tests.webhooks.receiver import Receiver, receiving, says

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(settings: Any, tmp_path: Path) -> Path:
    settings.ANCHOR_FILE = tmp_path / "anchors.jsonl"
    return Path(settings.ANCHOR_FILE)


@pytest.fixture
def log(cast: SimpleNamespace, kept: Path) -> list[int]:
    """A log that was anchored, went on, and was anchored again."""
    f.published(cast.writer, cast.reviewer, cast.editor)
    anchoring.anchor()
    f.submitted(cast.writer)
    anchoring.anchor()
    return [json.loads(line)["anchor"]["sequence"] for line in kept.read_text().splitlines()]


@pytest.fixture
def unguarded() -> None:
    """Somebody who may do anything to the database."""
    guards.remove()


def faults(path: Path | None = None) -> list[str]:
    return [fault.sentence for fault in audit.verify(path).faults if fault.check == "anchors"]


def cut(last: int) -> None:
    """End the log with event `last`, the head with it."""
    Event.objects.filter(sequence__gt=last)._raw_delete("default")
    event = Event.objects.get(sequence=last)
    ChainHead.objects.update(sequence=last, hash=event.hash)


def write_anew(first: int) -> None:
    """Change event `first`, and give it and all after it hashes that fit again."""
    previous = Event.objects.get(sequence=first - 1).hash if first > 1 else GENESIS
    for event in Event.objects.filter(sequence__gte=first).order_by("sequence"):
        event.previous = previous
        if event.sequence == first:
            event.reason = "It was always so."
        previous = event_hash(event)
        Event.objects.filter(pk=event.pk).update(previous=event.previous, reason=event.reason, hash=previous)
    ChainHead.objects.update(hash=previous)


def test_an_anchor_is_one_signed_line_and_the_log_fits_it(log: list[int], kept: Path) -> None:
    first, second = log
    assert second == ChainHead.objects.get().sequence > first > 0
    line = json.loads(kept.read_text().splitlines()[1])
    assert line["anchor"]["hash"] == ChainHead.objects.get().hash
    assert set(line) == {"anchor", "key", "signature"}
    report = audit.verify()
    assert report.faults == []
    assert report.counts["anchors"] == 2


def test_the_same_end_is_not_written_twice(log: list[int], kept: Path) -> None:
    before = kept.read_text()
    anchoring.anchor()
    assert kept.read_text() == before


def test_a_log_without_events_has_no_anchor(db: None, kept: Path) -> None:
    assert anchoring.anchor() is None
    assert not kept.exists()
    assert faults() == []


@pytest.mark.parametrize("back", range(1, 6))
def test_a_tail_that_was_cut_off_is_missed(log: list[int], unguarded: None, back: int) -> None:
    cut(log[1] - back)
    *_, sentence = faults()
    assert f"went on to event {log[1]}, and now it ends with {log[1] - back}" in sentence


def test_an_old_copy_that_went_on_is_found(log: list[int], unguarded: None, cast: SimpleNamespace) -> None:
    cut(log[0])
    while ChainHead.objects.get().sequence <= log[1]:
        f.submitted(cast.writer)
    (sentence,) = faults()
    assert f"Event {log[1]} is not the one that stood there" in sentence


@pytest.mark.parametrize("which", [1, 2, 5])
def test_a_log_that_was_written_anew_is_found(log: list[int], unguarded: None, which: int) -> None:
    write_anew(which)
    found = audit.verify().faults
    assert not [fault for fault in found if fault.check == "events"]  # the chain by itself is sound
    assert [number for number in log if any(f"Event {number} is not" in one.sentence for one in found)] == log


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda line: line[:-30], "cannot be read"),
        (lambda line: "", "cannot be read"),
        (lambda line: "[1, 2]", "cannot be read"),
        (lambda line: '{"anchor": {"sequence": 1}, "key": "", "signature": ""}', "cannot be read"),
        (lambda line: line.replace('"sequence":', '"sequence":1'), "no key of this site"),
        (lambda line: line.replace("signoff-anchor-1", "signoff-anchor-9"), "no anchor of a kind"),
        (lambda line: line.replace('"signature":"', '"signature":"AAAA'), "no key of this site"),
        (lambda line: line.replace('"key":"', '"key":"x'), "no key of this site"),
    ],
)
def test_a_line_that_is_no_anchor_is_named(
    log: list[int], kept: Path, change: Callable[[str], str], says: str
) -> None:
    first, second = kept.read_text().splitlines()
    kept.write_text(f"{first}\n{change(second)}\n")
    (sentence,) = faults()
    assert sentence.startswith("Line 2 ")
    assert says in sentence


def test_a_line_that_was_cut_short_does_not_spoil_the_next(
    log: list[int], kept: Path, cast: SimpleNamespace
) -> None:
    kept.write_bytes(kept.read_bytes()[:-20])  # the machine stopped while it was written
    anchoring.anchor()
    assert len(kept.read_text().splitlines()) == 3
    (sentence,) = faults()
    assert sentence.startswith("Line 2 ")


def test_another_file_can_be_held_against_the_log(
    log: list[int], kept: Path, unguarded: None, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = kept.with_name("from-mails.jsonl")
    elsewhere.write_text(kept.read_text())
    kept.unlink()
    cut(log[0])
    assert faults() == []
    with pytest.raises(SystemExit):
        call_command("verify", anchors=str(elsewhere))
    assert f"went on to event {log[1]}" in capsys.readouterr().out
    with pytest.raises(CommandError, match="no file that can be read"):
        call_command("verify", anchors=str(kept))


def test_the_command_says_where_the_log_ends(
    log: list[int], kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("anchor")
    assert f"ends with event {log[1]}. Kept in {kept}." in capsys.readouterr().out
    call_command("anchor", json=True)
    assert json.loads(capsys.readouterr().out)["sequence"] == log[1]


def test_the_job_anchors(log: list[int], kept: Path) -> None:
    kept.unlink()
    jobs.JOBS["anchor_log"]({"on": "2026-11-22"})
    assert len(kept.read_text().splitlines()) == 1


@pytest.fixture
def keeper(settings: Any) -> Iterator[Receiver]:
    """Somebody elsewhere who keeps anchors."""
    with receiving() as server:
        settings.ANCHOR_URL = f"http://127.0.0.1:{server.port}/keep?token=a-secret"
        yield server


def test_all_who_keep_anchors_get_the_same_line(
    log: list[int], kept: Path, keeper: Receiver, settings: Any
) -> None:
    settings.ANCHOR_MAIL = "archive@example.org"
    kept.unlink()
    anchoring.anchor()
    line = kept.read_text().strip()
    assert [got.body.decode() for got in keeper.got] == [line]
    (sent,) = mail.outbox
    assert sent.to == ["archive@example.org"]
    assert line in str(sent.body).splitlines()


def test_one_who_does_not_take_it_is_named_and_the_others_have_it(
    log: list[int], kept: Path, keeper: Receiver, settings: Any
) -> None:
    settings.ANCHOR_MAIL = "archive@example.org"
    settings.ANCHOR_FILE = kept.parent / "nowhere" / "anchors.jsonl"
    keeper.answer = says(500)
    with pytest.raises(anchoring.NotAnchored) as refused:
        anchoring.anchor()
    assert "file of anchors could not be written" in str(refused.value)
    assert "ANCHOR_URL did not take" in str(refused.value)
    assert "a-secret" not in str(refused.value)
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_several_who_anchor_at_once_write_whole_lines(cast: SimpleNamespace, kept: Path) -> None:
    f.submitted(cast.writer)

    def run() -> None:
        try:
            anchoring.anchor()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(kept.read_text().splitlines()) == 1
    assert faults() == []
