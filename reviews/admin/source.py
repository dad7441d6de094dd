"""A source in the admin, with what is judged of it: how it stands, its address, the pages that rest on it."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from articles.admin import SourceAdmin
from articles.models import Source
from reviews.models import LinkCheck
from reviews.states import name_of
from reviews.watching import using
from reviews.watching.standings import set_standing, voice_of


@admin.register(Source)
class JudgedSourceAdmin(SourceAdmin):
    """The writers' library. A notice that somebody knows of goes the same way as one from a registry."""

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None) -> Any:
        return () if _may_judge(cast(User, request.user)) else ("standing",)

    def save_model(self, request: HttpRequest, obj: Source, form: Any, change: bool) -> None:
        standing = form.cleaned_data.get("standing", obj.standing)
        told = "standing" in form.changed_data
        form.changed_data = [name for name in form.changed_data if name != "standing"]
        if told:
            obj.standing = form.initial.get("standing", Source.Standing.UNKNOWN)
        super().save_model(request, obj, form, change)
        if not told:
            return
        turn = set_standing(
            obj,
            standing,
            dataset=f"{name_of(cast(User, request.user))}, by hand",
            noted_on=timezone.localdate(),
        )
        if turn:
            form.changed_data = [*form.changed_data, "standing"]
            return
        obj.refresh_from_db()
        if obj.standing != standing:
            messages.error(
                request,
                f"How this source stands was not changed: it stays “{obj.get_standing_display()}”, "
                "as a registry, a retraction record or somebody else said.",
            )

    def merged(self, keep: Source, drop: Source) -> None:
        """What is known against the one counts for the one that is kept, if it is worse or later."""
        keep.refresh_from_db()
        drop.refresh_from_db()
        if drop.standing in (Source.Standing.NONE, Source.Standing.UNKNOWN):
            return
        said = voice_of(drop.standing_changes.order_by("-pk").first(), drop.standing)
        set_standing(
            keep,
            drop.standing,
            dataset=f"source {drop.pk}, merged into this",
            notice_doi=said.notice_doi if said else "",
            noted_on=said.noted_on if said else None,
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


def _may_judge(person: User) -> bool:
    return person.has_perm("reviews.take_down") or person.has_perm("reviews.judge_review")
