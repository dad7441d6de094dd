"""Webhooks, for managing editors: who is told of what is published, and how the telling went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from articles.models import Delivery, Webhook
from articles.sources.fetching import NotFetched
from articles.webhooks.sending import check_address
from articles.webhooks.telling import ping

if TYPE_CHECKING:
    _DeliveryAdmin = admin.ModelAdmin[Delivery]
    _WebhookAdmin = admin.ModelAdmin[Webhook]
    _WebhookForm = forms.ModelForm[Webhook]
else:
    _DeliveryAdmin = _WebhookAdmin = admin.ModelAdmin
    _WebhookForm = forms.ModelForm


class WebhookForm(_WebhookForm):
    events = forms.MultipleChoiceField(
        choices=Webhook.Event.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="Which events it is told of.",
    )

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            check_address(url)
        except NotFetched as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return url


@admin.register(Webhook)
class WebhookAdmin(_WebhookAdmin):
    """An endpoint is switched off, never deleted: what it was told stays known."""

    form = WebhookForm
    list_display = ("url", "told_of", "active", "last_outcome")
    readonly_fields = ("switched_off", "secret", "deliveries", "created_by", "created_at")
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Webhook]:
        newest = Delivery.objects.filter(webhook=OuterRef("pk")).order_by("-at").values("outcome")[:1]
        return super().get_queryset(request).annotate(newest=Subquery(newest))

    def get_fields(self, request: HttpRequest, obj: Webhook | None = None) -> Any:
        if obj is None:
            return ("url", "events", "active")
        why = ("switched_off",) if obj.switched_off else ()
        return ("url", "events", "active", *why, "secret", "deliveries", "created_by", "created_at")

    @admin.display(description="Events")
    def told_of(self, webhook: Webhook) -> str:
        return ", ".join(event.removeprefix("article.") for event in webhook.events)

    @admin.display(description="Last message")
    def last_outcome(self, webhook: Webhook) -> str:
        newest: str | None = webhook.newest  # type: ignore[attr-defined]
        return str(Delivery.Outcome(newest).label) if newest else "None yet"

    @admin.display(description="Messages")
    def deliveries(self, webhook: Webhook) -> SafeString:
        address = f"{reverse('admin:articles_delivery_changelist')}?webhook__id__exact={webhook.pk}"
        return format_html('<a href="{}">What it was sent</a>', address)

    def save_model(self, request: HttpRequest, obj: Webhook, form: Any, change: bool) -> None:
        if not change:
            assert isinstance(request.user, User)  # nobody else comes into the admin
            obj.created_by = request.user
        if obj.active:
            obj.switched_off = ""
        super().save_model(request, obj, form, change)

    def response_change(self, request: HttpRequest, obj: Webhook) -> HttpResponse:
        if "_send_test" not in request.POST:
            return super().response_change(request, obj)
        with transaction.atomic():
            ping(obj)
        self.message_user(request, "A test message is on its way.", messages.SUCCESS)
        return HttpResponseRedirect(request.path)

    def has_delete_permission(self, request: HttpRequest, obj: Webhook | None = None) -> bool:
        return False


@admin.register(Delivery)
class DeliveryAdmin(_DeliveryAdmin):
    """What was sent and what came of it; to be looked at."""

    list_display = ("at", "event", "webhook", "outcome", "attempts", "problem")
    list_filter = ("outcome", "event", "webhook")
    list_select_related = ("webhook",)
    show_full_result_count = False
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Delivery | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Delivery | None = None) -> bool:
        return False
