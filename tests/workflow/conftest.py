"""Reviews and pages at every status, and all that a refusal must leave as it is."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from articles.models import Article, Edition, Notice, Outbox, Publication
from reviews import workflow
from reviews.models import (
    Attachment,
    Claim,
    Comment,
    Event,
    Finding,
    Review,
    Revocation,
    SignOff,
    SourceCheck,
)
from tests import factories

Status = Review.Status
KEPT = (
    Article, Edition, Publication, Notice, Outbox, Review, Claim, SourceCheck, Finding, Comment, Attachment,
    SignOff, Revocation, Event,
)  # fmt: skip


@pytest.fixture
def everything(db: None) -> Callable[[], dict[str, list[dict[str, Any]]]]:
    """All rows that a transition could touch, as they are now."""
    return lambda: {model.__name__: list(model.objects.order_by("pk").values()) for model in KEPT}


@pytest.fixture
def at_status(cast: SimpleNamespace) -> Callable[..., Review]:
    """A judged review brought to a status by the functions that lead there."""

    def bring(status: str, **fields: Any) -> Review:
        if status in (Status.SIGNED_OFF, Status.SCHEDULED, Status.PUBLISHED):
            review = factories.signed(cast.writer, cast.reviewer, **fields)
            if status == Status.SCHEDULED:
                workflow.schedule(review, by=cast.editor, at=factories.tomorrow())
            elif status == Status.PUBLISHED:
                workflow.publish(review, by=cast.editor)
        else:
            review = factories.submitted(cast.writer, **fields)
            factories.judge(review, cast.reviewer)
            if status == Status.CHANGES_REQUESTED:
                workflow.request_changes(review, by=cast.reviewer, reason="Say for whom.")
            elif status == Status.WITHDRAWN:
                workflow.withdraw_submission(review, by=cast.writer, reason="Not now.")
            elif status == Status.DECLINED:
                workflow.decline(review, by=cast.reviewer, reason="Out of scope.")
        review.refresh_from_db()
        assert review.status == status
        return review

    return bring
