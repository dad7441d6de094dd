"""What was frozen, signed, published and logged: to be looked at. Nothing here can be written."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from articles.models import Edition, Publication
from reviews.models import Disclaimer, DisclaimerVersion, Event, PolicyVersion, SignOff

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class ReadOnlyAdmin(_ModelAdmin):
    """Looking is all there is, whoever asks: the database refuses the rest too."""

    actions = None
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _indented(text: str) -> SafeString:
    with contextlib.suppress(ValueError):
        text = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    return format_html('<pre class="record">{}</pre>', text)


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("sequence", "at", "actor_name", "action", "article", "reason")
    list_filter = ("action",)
    search_fields = ("actor_name", "reason", "article__title")
    list_select_related = ("article",)
    ordering = ("-sequence",)
    show_full_result_count = False


@admin.register(SignOff)
class SignOffAdmin(ReadOnlyAdmin):
    list_display = ("printed_name", "credentials", "edition", "at", "revoked")
    search_fields = ("printed_name", "registration", "edition__title")
    list_select_related = ("edition", "revocation")
    ordering = ("-pk",)
    fields = (
        "review", "edition", "signer", "printed_name", "credentials", "registration", "meaning", "interests",
        "at", "signed_digest", "signed_statement",
    )  # fmt: skip
    readonly_fields = ("signed_statement",)

    @admin.display(description="Revoked", boolean=True)
    def revoked(self, sign_off: SignOff) -> bool:
        return hasattr(sign_off, "revocation")

    @admin.display(description="Signed statement")
    def signed_statement(self, sign_off: SignOff) -> SafeString:
        return _indented(sign_off.statement)


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin):
    list_display = ("title", "number", "created_at", "created_by", "digest")
    search_fields = ("title", "digest")
    list_select_related = ("created_by",)
    ordering = ("-pk",)
    fields = ("article", "number", "article_version", "title", "created_at", "created_by", "digest", "frozen")
    readonly_fields = ("frozen",)

    def get_queryset(self, request: HttpRequest) -> Any:
        found = super().get_queryset(request)
        match = request.resolver_match
        return found.defer("canonical") if match and str(match.url_name).endswith("_changelist") else found

    @admin.display(description="Content")
    def frozen(self, edition: Edition) -> SafeString:
        return _indented(edition.canonical)


@admin.register(Publication)
class PublicationAdmin(ReadOnlyAdmin):
    list_display = ("title", "status", "slug", "published_at", "published_by", "review_due")
    list_filter = ("status",)
    search_fields = ("title", "slug")
    list_select_related = ("published_by",)
    exclude = ("html",)
    ordering = ("-published_at", "-pk")


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ReadOnlyAdmin):
    list_display = ("number", "loaded_at", "digest")
    ordering = ("-number",)
    fields = ("number", "loaded_at", "digest", "content_of_it")
    readonly_fields = ("content_of_it",)

    @admin.display(description="Content")
    def content_of_it(self, version: PolicyVersion) -> SafeString:
        return _indented(version.canonical)


@admin.register(Disclaimer)
class DisclaimerAdmin(ReadOnlyAdmin):
    list_display = ("name", "key")
    search_fields = ("name", "key")


@admin.register(DisclaimerVersion)
class DisclaimerVersionAdmin(ReadOnlyAdmin):
    list_display = ("disclaimer", "number", "placement", "created_at")
    list_select_related = ("disclaimer",)
    list_filter = ("placement",)
