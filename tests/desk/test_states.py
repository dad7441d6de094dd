"""The nine states: shapes and words as the design names them."""

from __future__ import annotations

import datetime as dt

import pytest

from articles.models import Publication
from reviews import states
from reviews.models import Review


def test_the_nine() -> None:
    assert [f"{s.shape} {s.word}" for s in states.NINE] == [
        "○ Draft", "◐ In review", "↩ Changes requested", "✓ Signed", "◷ Scheduled", "● Live", "▲ Review overdue",
        "⊘ Withdrawn", "⊗ Retracted",
    ]  # fmt: skip


@pytest.mark.parametrize("status", Review.Status.values)
def test_every_status_of_a_review_has_one(status: str) -> None:
    assert states.of_review(Review(status=status)).shape in {s.shape for s in states.NINE}


def test_no_review_is_a_draft() -> None:
    assert states.of_review(None) is states.DRAFT


def test_a_live_page_becomes_overdue_on_the_day_after() -> None:
    page = Publication(status="live", review_due=dt.date(2026, 11, 21))
    assert states.of_publication(page, today=dt.date(2026, 11, 21)) is states.LIVE
    assert states.of_publication(page, today=dt.date(2026, 11, 22)) is states.REVIEW_OVERDUE


def test_a_badge_escapes() -> None:
    assert "<b>" not in states.badge(states.State("<b>", "<b>", '"><b>'))
