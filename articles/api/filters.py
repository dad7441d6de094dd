"""What lists can be narrowed to. A value that makes no sense is refused, never passed over."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug, validate_unicode_slug
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters

from articles.api import signers
from articles.models import Notice, Publication, PublishedReference, Source

_DAY = {"invalid": "This must be a day such as 2026-03-14."}
_MOMENT = {"invalid": "This must be a day or a moment such as 2026-03-14T09:30:00Z."}
_NUMBER = dict.fromkeys(("invalid", "max_value", "min_value"), "This must be a whole number.")
_YES_OR_NO = [("true", "Yes"), ("false", "No")]


def _in_time(moment: dt.datetime) -> None:
    """Refuses a moment that is in no year of ours once it is told in UTC."""
    try:
        moment.astimezone(dt.UTC)
    except OverflowError:
        raise ValidationError(_MOMENT["invalid"]) from None


class Moment(filters.IsoDateTimeFilter):  # type: ignore[misc]
    """A moment with its zone, or the beginning of a day here."""

    def __init__(self, field_name: str, *, compare: str, says: str) -> None:
        super().__init__(field_name, compare, help_text=says, error_messages=_MOMENT, validators=[_in_time])


def _choices(choices: Any) -> dict[str, str]:
    return {"invalid_choice": f"This must be one of: {', '.join(value for value, _ in choices)}."}


class ArticleFilter(filters.FilterSet):  # type: ignore[misc]
    """From `…_after` on, and up to but without `…_before`."""

    topic = filters.CharFilter(
        field_name="topics__slug", validators=[validate_slug], help_text="A topic, by its `slug`."
    )
    reviewer = filters.CharFilter(
        method="by_reviewer",
        validators=[validate_unicode_slug],
        help_text="Somebody who signed it, by their `slug`.",
    )
    locale = filters.CharFilter(max_length=12, help_text="Its language, such as `en-GB`.")
    source = filters.NumberFilter(
        method="by_source",
        decimal_places=0,
        min_value=0,
        max_value=2**63 - 1,
        error_messages=_NUMBER,
        help_text="A source that it cites, by its `id`.",
    )
    reviewed_after = filters.DateFilter(
        method="by_review_day", error_messages=_DAY, help_text="Reviewed on this day or later."
    )
    reviewed_before = filters.DateFilter(
        method="by_review_day", error_messages=_DAY, help_text="Reviewed before this day."
    )
    published_after = Moment("published_at", compare="gte", says="This edition was published then or later.")
    published_before = Moment("published_at", compare="lt", says="This edition was published before.")
    overdue = filters.ChoiceFilter(
        method="by_overdue",
        choices=_YES_OR_NO,
        error_messages=_choices(_YES_OR_NO),
        help_text="Whether its next review is overdue.",
    )

    class Meta:
        model = Publication
        fields: list[str] = []

    def by_reviewer(self, pages: QuerySet[Publication], name: str, value: str) -> QuerySet[Publication]:
        return signers.signed_by(value, among=pages)

    def by_source(self, pages: QuerySet[Publication], name: str, value: int) -> QuerySet[Publication]:
        return pages.filter(
            Exists(PublishedReference.objects.filter(publication=OuterRef("pk"), source=value))
        )

    def by_review_day(self, pages: QuerySet[Publication], name: str, value: dt.date) -> QuerySet[Publication]:
        # ISO days, compared as the text that they are in the attestation.
        compare = "gte" if name == "reviewed_after" else "lt"
        return pages.filter(**{f"attestation__reviewed_on__{compare}": value.isoformat()})

    def by_overdue(self, pages: QuerySet[Publication], name: str, value: str) -> QuerySet[Publication]:
        late = {"review_due__lt": timezone.localdate()}
        return pages.filter(**late) if value == "true" else pages.exclude(**late)


class SourceFilter(filters.FilterSet):  # type: ignore[misc]
    standing = filters.ChoiceFilter(
        field_name="standing_now",
        choices=Source.Standing.choices,
        error_messages=_choices(Source.Standing.choices),
        help_text="How it stands today.",
    )
    doi = filters.CharFilter(
        max_length=200, lookup_expr="iexact", help_text="Its DOI, such as `10.1000/182`."
    )
    article = filters.CharFilter(
        method="by_article",
        validators=[validate_slug],
        help_text="A live article that cites it, by its `slug`.",
    )

    class Meta:
        model = Source
        fields: list[str] = []

    def by_article(self, sources: QuerySet[Source], name: str, value: str) -> QuerySet[Source]:
        page = Publication.objects.filter(status=Publication.Status.LIVE, slug=value)
        return sources.filter(pk__in=PublishedReference.objects.filter(publication__in=page).values("source"))


class NoticeFilter(filters.FilterSet):  # type: ignore[misc]
    kind = filters.ChoiceFilter(
        choices=Notice.Kind.choices, error_messages=_choices(Notice.Kind.choices), help_text="What was done."
    )
    article = filters.CharFilter(
        method="by_article",
        validators=[validate_slug],
        help_text="An article, by any `slug` that it ever had.",
    )
    after = Moment("at", compare="gte", says="Posted then or later.")
    before = Moment("at", compare="lt", says="Posted before.")

    class Meta:
        model = Notice
        fields: list[str] = []

    def by_article(self, notices: QuerySet[Notice], name: str, value: str) -> QuerySet[Notice]:
        return notices.filter(article__in=Publication.objects.filter(slug=value).values("article"))
