"""The editions before the one under review, and what changed medically since them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from articles.documents import Document
from articles.freezing import edition_document
from articles.models import Edition
from reviews.comparing import Passage, changed_passages
from reviews.models import Review, SignOff


@dataclass(frozen=True, slots=True)
class Since:
    """What the review's own page says of the changes, in short."""

    old: Edition
    was_signed: bool
    medical: list[Passage]


def since(review: Review) -> Since | None:
    """The changes since the edition signed last, or else since the round before; None for a first edition."""
    if review.edition.number == 1:
        return None
    old = earlier_editions(review).order_by("-was_signed", "-number").first()
    return Since(old, old.was_signed, medical(old, review.edition)) if old else None


def medical(old: Edition, new: Edition) -> list[Passage]:
    """The medical changes between two editions, kept for a while: editions do not change."""
    return list(_medical(edition_document(old), edition_document(new)))


@lru_cache(maxsize=32)
def _medical(old: Document, new: Document) -> tuple[Passage, ...]:
    return tuple(changed_passages(old, new))


def earlier_editions(review: Review) -> QuerySet[Any]:
    """Editions before the one under review, the newest first; `was_signed` says of each whether it was."""
    held = SignOff.objects.filter(edition=OuterRef("pk"), revocation__isnull=True)
    return (
        Edition.objects.filter(article=review.article_id, number__lt=review.edition.number)
        .annotate(was_signed=Exists(held))
        .order_by("-number")
    )
