"""From a file to the readers and back: whole journeys in the service's own functions."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from articles.editing import save_draft
from articles.importing import import_file
from articles.models import Article, Notice, Outbox, Publication
from reviews import audit, jobs, workflow
from reviews.models import Event, Review, SignOff
from tests import factories

Status, Public = Review.Status, Publication.Status
FILE = """Walking and psilocybin

Walking eases low back pain in many adults [1].

Nobody in the trial was given psilocybin [1].
"""
REASON = "The trial that the text rests on was withdrawn."


def _by_jobs() -> None:
    jobs.run_due()


def _by_command() -> None:
    call_command("publish_due", stdout=StringIO())


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[dt.timedelta], None]:
    """Let time pass."""

    def pass_time(by: dt.timedelta) -> None:
        now = timezone.now
        monkeypatch.setattr(timezone, "now", lambda: now() + by)

    return pass_time


def _edit(article: Article, cast: SimpleNamespace, **fields: Any) -> None:
    article.refresh_from_db()
    save_draft(article, by=cast.writer, version=article.version, **fields)


@pytest.mark.parametrize("at_the_hour", [_by_jobs, _by_command])
def test_from_a_file_to_the_readers_and_back(
    at_the_hour: Callable[[], None],
    cast: SimpleNamespace,
    later: Callable[[dt.timedelta], None],
    client: Client,
    tmp_path: Path,
) -> None:
    path = tmp_path / "walking.txt"
    path.write_text(FILE, encoding="utf-8")
    article = import_file(path, by=cast.writer)
    url = f"/articles/{article.slug}/"

    # It has no sources yet, and is told so.
    with pytest.raises(workflow.Refused) as refusal:
        workflow.submit(article, by=cast.writer)
    assert {"metadata.sources", "references.dangling"} <= set(refusal.value.codes)
    assert not Review.objects.exists()
    _edit(article, cast, citations=[factories.source()], topics=[factories.topic()])
    review = workflow.submit(article, by=cast.writer)
    assert review.tier == "high"
    assert client.get(url).status_code == 404

    # Two people read and sign it, an editor sets the hour.
    factories.judge(review, cast.reviewer, second=cast.second)
    factories.sign(review, cast.reviewer, cast.second)
    assert review.status == Status.SIGNED_OFF
    workflow.schedule(review, by=cast.editor, at=timezone.now() + dt.timedelta(hours=2))
    at_the_hour()
    assert client.get(url).status_code == 404
    later(dt.timedelta(hours=3))
    at_the_hour()
    at_the_hour()  # twice has one effect
    page = Publication.objects.get()
    review.refresh_from_db()
    assert (review.status, page.status, page.published_by) == (Status.PUBLISHED, Public.LIVE, cast.editor)
    assert [s["name"] for s in page.attestation["signers"]] == ["Dr Rita Reviewer", "Dr Ravi Reviewer"]
    assert {d["key"] for d in page.attestation["disclaimers"]} >= {
        "not-an-approved-treatment",
        "interactions",
    }
    assert Event.objects.filter(action="publish").count() == 1

    # The writer goes on writing. Readers see what was signed.
    html = page.html
    _edit(
        article, cast, body=article.body.replace("low back pain", "neck pain"),
        correction_kind="correction", correction_text="The trial was about neck pain.",
    )  # fmt: skip
    again = workflow.submit(article, by=cast.writer)
    factories.judge(again, cast.reviewer, second=cast.second)
    workflow.request_changes(again, by=cast.second, reason="And say for how long.")
    assert html in client.get(url).content.decode()
    _edit(article, cast, summary="What a daily walk can do.")
    workflow.resubmit(again, by=cast.writer)
    factories.judge(again, cast.reviewer, second=cast.second)
    factories.sign(again, cast.reviewer, cast.second)
    page.refresh_from_db()
    assert (page.html, page.status) == (html, Public.LIVE)

    # The new edition takes its place, and says what was corrected.
    newer = workflow.publish(again, by=cast.editor)
    page.refresh_from_db()
    assert (page.status, page.html, newer.status) == (Public.SUPERSEDED, html, Public.LIVE)
    assert newer.first_published_at == page.first_published_at
    assert Notice.objects.get().text == "The trial was about neck pain."
    assert "neck pain" in newer.html
    assert newer.html in client.get(url).content.decode()

    # One person takes it down at once; its address says so, and it does not come back by itself.
    workflow.withdraw(article, by=cast.lead, reason=REASON)
    gone = client.get(url)
    assert gone.status_code == 410
    assert REASON in gone.content.decode()
    with pytest.raises(workflow.Refused):
        workflow.publish(again, by=cast.editor)
    at_the_hour()
    assert Publication.objects.filter(status=Public.LIVE).count() == 0
    workflow.retract(article, by=cast.lead, reason=REASON)
    assert REASON in client.get(url).content.decode()

    while jobs.run_due():  # each mail is a job of its own
        pass
    assert not Outbox.objects.filter(done_at=None).exists()
    assert all(article.body not in m.body and "neck pain" not in m.body for m in mail.outbox)
    assert audit.verify().faults == []


def test_the_log_tells_the_whole_story(cast: SimpleNamespace) -> None:
    review = factories.submitted(cast.writer)
    workflow.request_changes(review, by=cast.reviewer, reason="Say for whom.")
    workflow.resubmit(review, by=cast.writer)
    factories.judge(review, cast.reviewer)
    factories.sign(review, cast.reviewer)
    workflow.schedule(review, by=cast.editor, at=factories.tomorrow())
    workflow.unschedule(review, by=cast.editor)
    page = workflow.publish(review, by=cast.editor)
    workflow.withdraw(page.article, by=cast.editor, reason="Out of date.")
    told = [
        (e.action, e.actor, e.reason)
        for e in Event.objects.filter(article=review.article).order_by("sequence")
        if e.action in {*workflow.TRANSITIONS, *workflow.PUBLIC_TRANSITIONS}
    ]
    assert told == [
        ("submit", cast.writer, ""),
        ("request_changes", cast.reviewer, "Say for whom."),
        ("resubmit", cast.writer, ""),
        ("sign_off", cast.reviewer, ""),
        ("schedule", cast.editor, ""),
        ("unschedule", cast.editor, ""),
        ("publish", cast.editor, ""),
        ("withdraw", cast.editor, "Out of date."),
    ]
    assert audit.verify().faults == []


def test_a_correction_is_announced_once(cast: SimpleNamespace) -> None:
    page = factories.published(cast.writer, cast.reviewer, cast.editor)
    article = Article.objects.get(pk=page.article_id)
    for words in ("A dose was wrong.", "A dose was wrong.", "A name was wrong."):
        _edit(article, cast, correction_kind="correction", correction_text=words)
        review = workflow.submit(article, by=cast.writer)
        factories.judge(review, cast.reviewer)
        factories.sign(review, cast.reviewer)
        workflow.publish(review, by=cast.editor)
    assert list(Notice.objects.order_by("at").values_list("text", flat=True)) == [
        "A dose was wrong.",
        "A name was wrong.",
    ]


def test_a_page_is_reviewed_again_unchanged(cast: SimpleNamespace) -> None:
    page = factories.published(cast.writer, cast.reviewer, cast.editor)
    review = workflow.submit(page.article, by=cast.editor)
    factories.judge(review, cast.second)
    factories.sign(review, cast.second)
    newer = workflow.publish(review, by=cast.editor)
    assert newer.edition.number == 2
    assert newer.attestation["signers"][0]["name"] == "Dr Ravi Reviewer"


def test_publish_due_says_what_it_did(cast: SimpleNamespace, later: Callable[[dt.timedelta], None]) -> None:
    good = factories.scheduled(cast.writer, cast.reviewer, cast.editor, slug="good")
    bad = factories.scheduled(
        cast.writer, cast.second, cast.editor, slug="bad", citations=[factories.source()]
    )
    User.objects.filter(pk=cast.second.pk).update(is_active=False)
    later(dt.timedelta(days=2))
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("publish_due", "--json", stdout=out)
    assert ended.value.code == 1
    assert json.loads(out.getvalue()) == [
        {"review": good.pk, "slug": "good", "published": True},
        {"review": bad.pk, "slug": "bad", "published": False},
    ]
    out = StringIO()
    call_command("publish_due", stdout=out)
    assert out.getvalue() == "0 of 0 published.\n"


def test_publish_due_leaves_alone_what_a_worker_did_meanwhile(
    cast: SimpleNamespace, later: Callable[[dt.timedelta], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.scheduled(cast.writer, cast.reviewer, cast.editor)
    later(dt.timedelta(days=2))
    publish = workflow.publish_scheduled

    def too_late(review: Review) -> Publication | None:
        jobs.run_due()
        return publish(review)

    monkeypatch.setattr(workflow, "publish_scheduled", too_late)
    monkeypatch.setitem(jobs.JOBS, "publish_scheduled", lambda p: publish(Review.objects.get(pk=p["review"])))
    out = StringIO()
    call_command("publish_due", stdout=out)
    assert out.getvalue() == "0 of 0 published.\n"
    assert Publication.objects.filter(status=Public.LIVE).count() == 1


def test_a_signature_by_the_same_hand_never_counts_twice(cast: SimpleNamespace) -> None:
    review = factories.submitted(cast.writer, topics=[factories.topic("psychedelics")])
    factories.judge(review, cast.reviewer, second=cast.second)
    workflow.sign_off(review, by=cast.reviewer, meaning=SignOff.Meaning.ACCURATE)
    for meaning in SignOff.Meaning:
        with pytest.raises(workflow.Refused) as refusal:
            workflow.sign_off(review, by=cast.reviewer, meaning=meaning)
        assert refusal.value.codes == ("signed_already",)
    assert review.sign_offs.count() == 1
    assert review.status == Status.IN_REVIEW
