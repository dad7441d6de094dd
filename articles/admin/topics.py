"""Topics: what articles are grouped under."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from articles.models import Topic

if TYPE_CHECKING:
    _TopicAdmin = admin.ModelAdmin[Topic]
else:
    _TopicAdmin = admin.ModelAdmin


@admin.register(Topic)
class TopicAdmin(_TopicAdmin):
    """Topics are policy: disclaimers hang on their addresses, so an address is set once."""

    list_display = ("name", "slug", "articles_in")
    search_fields = ("name",)
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        return super().get_queryset(request).annotate(uses=Count("articles"))

    @admin.display(description="Articles", ordering="uses")
    def articles_in(self, topic: Topic) -> int:
        uses: int = topic.uses  # type: ignore[attr-defined]
        return uses

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Topic | None = None
    ) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ("name",)}

    def get_readonly_fields(self, request: HttpRequest, obj: Topic | None = None) -> Any:
        return ("slug",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Topic | None = None) -> bool:
        return False
