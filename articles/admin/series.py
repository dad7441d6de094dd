"""Series: articles that are read one after another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from articles.admin.selecting import ArticleSelect
from articles.models import Series, SeriesPart

if TYPE_CHECKING:
    _SeriesAdmin = admin.ModelAdmin[Series]
    _Inline = admin.TabularInline[SeriesPart, Series]
else:
    _SeriesAdmin = admin.ModelAdmin
    _Inline = admin.TabularInline

MOST_PARTS = 60
"""A series is shown on one page."""


class SeriesPartInline(_Inline):
    """Who may change a series may change its parts; there is no other permission for them."""

    model = SeriesPart
    fields = ("place", "article")
    extra = 1
    max_num = MOST_PARTS
    verbose_name_plural = "parts, in order (readers see and count those that are live)"

    def get_queryset(self, request: HttpRequest) -> QuerySet[SeriesPart]:
        return super().get_queryset(request).select_related("article")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "article":
            kwargs["widget"] = ArticleSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_formset(self, request: HttpRequest, obj: Series | None = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, **{"validate_max": True, **kwargs})

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("articles.view_series")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("articles.change_series" if obj else "articles.add_series")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)


@admin.register(Series)
class SeriesAdmin(_SeriesAdmin):
    """What is saved here is navigation, and readers see it at once. An address is set once."""

    list_display = ("name", "slug", "parts_in")
    search_fields = ("name",)
    inlines = (SeriesPartInline,)
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Series]:
        return super().get_queryset(request).annotate(uses=Count("parts"))

    @admin.display(description="Parts", ordering="uses")
    def parts_in(self, series: Series) -> int:
        uses: int = series.uses  # type: ignore[attr-defined]
        return uses

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Series | None = None
    ) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ("name",)}

    def get_readonly_fields(self, request: HttpRequest, obj: Series | None = None) -> Any:
        return ("slug",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Series | None = None) -> bool:
        return False
