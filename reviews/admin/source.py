"""A source in the admin, with what is judged of it: how it stands, its address, the pages that rest on it."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from articles.admin import SourceAdmin
from articles.models import Source
from reviews.models import LinkCheck
from reviews.states import name_of
from reviews.watching import using
from reviews.watching.standings import set_standing


@admin.register(Source)
class JudgedSourceAdmin(SourceAdmin):
    """The writers' library. A notice that somebody knows of goes the same way as one from a registry."""

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None) -> Any:
        return ()

    def save_model(self, request: HttpRequest, obj: Source, form: Any, change: bool) -> None:
        standing = form.cleaned_data.get("standing", obj.standing)
        told = "standing" in form.changed_data
        form.changed_data = [name for name in form.changed_data if name != "standing"]
        if told:
            obj.standing = form.initial.get("standing", Source.Standing.UNKNOWN)
        super().save_model(request, obj, form, change)
        if told:
            set_standing(
                obj,
                standing,
                dataset=f"{name_of(cast(User, request.user))}, by hand",
                noted_on=timezone.localdate(),
            )

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Source | None = None,
    ) -> HttpResponse:
        if obj:
            context["link_check"] = LinkCheck.objects.filter(source=obj, url=obj.url).first()
            context["turns"] = obj.standing_changes.order_by("-pk")[:20]
            context["live_pages"] = using.live_pages_using(source=obj)[:50]
        return super().render_change_form(request, context, add, change, form_url, obj)
