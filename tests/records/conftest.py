"""A review of everything that a record can hold, signed by two people and published."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from articles.editing import save_draft
from articles.models import Article
from reviews import judging, records, workflow
from reviews.models import Claim, Disclaimer, Review, SignOff
from tests import factories as f


def full(cast: SimpleNamespace) -> Review:
    """Two rounds, two signers, a dismissed claim, a waiver, answered findings, a revoked first signature."""
    review = f.submitted(cast.writer, topics=[f.topic("psychedelics")], authors=[cast.writer])
    f.judge(review, cast.reviewer, second=cast.second)
    workflow.request_changes(review, by=cast.reviewer, reason="Say in whom.")
    article = Article.objects.get(pk=review.article_id)
    save_draft(article, by=cast.colleague, version=article.version, summary="A daily walk, and your back.")
    workflow.resubmit(review, by=cast.writer)
    f.judge(review, cast.reviewer, second=cast.second)
    finding = judging.add_finding(review, by=cast.reviewer, message="Too broad.", severity="critical")
    judging.dispose_finding(finding, by=cast.reviewer, disposition="accepted", reason="Fair as it stands.")
    judging.confirm_finding(finding, by=cast.second)
    claim = judging.add_claim(review, by=cast.second, quote="Speak to a physiotherapist first.")
    judging.dismiss_claim(claim, by=cast.second, reason="Advice, not a claim.")
    other = Disclaimer.objects.get(key="do-not-stop-medicine")
    judging.attach_disclaimer(
        review,
        by=cast.second,
        disclaimer=other,
        placement="inline",
        quote="Speak to a physiotherapist first.",
    )
    waiver = judging.waive_disclaimer(
        review, by=cast.second, disclaimer=Disclaimer.objects.get(key="crisis-support"), reason="Not here."
    )
    judging.confirm_waiver(waiver, by=cast.reviewer)
    judging.declare_conflict(review, by=cast.lead, text="I advise the maker.")
    [first] = f.sign(review, cast.reviewer)
    workflow.revoke(first, by=cast.reviewer, reason="I misread a table.")
    f.sign(review, cast.reviewer, cast.second)
    review.refresh_from_db()
    assert review.status == Review.Status.SIGNED_OFF
    assert SignOff.objects.count() == 3
    assert Claim.objects.filter(review=review).count() > 2
    return review


@pytest.fixture
def review(cast: SimpleNamespace) -> Review:
    """The full review, published."""
    made = full(cast)
    workflow.publish(made, by=cast.editor)
    made.refresh_from_db()
    return made


@pytest.fixture
def record(review: Review) -> dict[str, Any]:
    return records.record(review)


def faults(record: dict[str, Any]) -> list[str]:
    return [fault for line in records.check(record) for fault in line.faults]
