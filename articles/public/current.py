"""What readers have of an article today: its live page, or else the publication that ended last."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Case, IntegerField, QuerySet, Value, When

from articles.models import Publication

Pages = TypeVar("Pages", bound="QuerySet[Publication]")
_LIVE_FIRST = Case(
    When(status=Publication.Status.LIVE, then=Value(0)), default=Value(1), output_field=IntegerField()
)


def current_first(pages: Pages) -> Pages:
    """Publications with those that readers have today before those that they had."""
    return pages.order_by(_LIVE_FIRST, "-published_at", "-pk")


def current_at(slug: str) -> QuerySet[Publication]:
    """The publications of the article that was ever at this address, the current one first.

    An address stays with the article that it was first given to (see `articles.editing`).
    """
    ever = Publication.objects.filter(slug=slug).values("article")
    return current_first(Publication.objects.filter(article__in=ever))
