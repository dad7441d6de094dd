"""Who may do what: reviewers' qualifications, and accounts, which are switched off and never deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.utils import timezone

from articles.models import Byline
from reviews.models import Reviewer

if TYPE_CHECKING:
    _ReviewerAdmin = admin.ModelAdmin[Reviewer]
    _ReviewerForm = forms.ModelForm[Reviewer]
    _UserAdmin = UserAdmin[User]
    _UserChoice = forms.ModelChoiceField[User]
    _BylineInline = admin.StackedInline[Byline, User]
else:
    _ReviewerAdmin = admin.ModelAdmin
    _ReviewerForm = forms.ModelForm
    _UserAdmin = UserAdmin
    _UserChoice = forms.ModelChoiceField
    _BylineInline = admin.StackedInline


class PersonField(_UserChoice):
    def label_from_instance(self, obj: User) -> str:
        return f"{obj.get_full_name() or obj.get_username()} ({obj.get_username()})"


class ReviewerForm(_ReviewerForm):
    """A qualification, verified by whoever fills in this form, and that is never the person themselves."""

    verifier: User

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("user", getattr(self.instance, "user", None)) == self.verifier:
            raise forms.ValidationError("Somebody else must look up your registration and record it.")
        start, end = cleaned.get("qualified_from"), cleaned.get("qualified_until")
        if start and end and end < start:
            self.add_error("qualified_until", "A qualification does not end before it begins.")
        return cleaned


@admin.register(Reviewer)
class ReviewerAdmin(_ReviewerAdmin):
    form = ReviewerForm
    list_display = (
        "printed_name",
        "credentials",
        "registration",
        "qualified_from",
        "qualified_until",
        "verified_on",
    )
    search_fields = ("printed_name", "registration", "user__username")
    list_select_related = ("user", "verified_by")
    actions = None
    fieldsets = (
        (None, {"fields": ("user", "printed_name", "slug", "credentials", "registration", "biography")}),
        (
            "What they review",
            {
                "fields": ("specialties",),
                "description": "They are offered articles under these topics only, and may judge and sign no "
                "others. Leave all of them empty for somebody who reviews every topic.",
            },
        ),
        (
            "Qualification",
            {
                "fields": ("qualified_from", "qualified_until", "verified_by", "verified_on"),
                "description": "Look the registration up before you save: your name goes down as who "
                "checked it. A reviewer whose qualification has ended cannot sign, and earlier signatures "
                "stop counting for texts that are not published yet.",
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Reviewer | None = None) -> Any:
        return ("verified_by", "verified_on", *(("user", "slug") if obj else ()))

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Reviewer | None = None
    ) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ("printed_name",)}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            people = User.objects.filter(is_active=True, reviewer=None).order_by(
                "first_name", "last_name", "username"
            )
            return PersonField(people, label="Account")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "specialties":
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type("RequestReviewerForm", (form,), {"verifier": request.user})

    def save_model(self, request: HttpRequest, obj: Reviewer, form: Any, change: bool) -> None:
        obj.verified_by, obj.verified_on = cast(User, request.user), timezone.localdate()
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Reviewer | None = None) -> bool:
        return False


class BylineInline(_BylineInline):
    """What is printed beside the name of somebody who writes."""

    model = Byline
    verbose_name_plural = "Byline"


class PersonAdmin(_UserAdmin):
    """Accounts. What somebody wrote and signed keeps their name, so nobody is deleted."""

    list_display = ("username", "full_name", "email", "roles", "is_active")
    list_filter = ("is_active", "groups", "is_superuser")
    actions = None
    inlines = (BylineInline,)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="Name", ordering="last_name")
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description="Roles")
    def roles(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all())

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


class RoleAdmin(GroupAdmin):
    """The roles, to be read: `reviews.roles` writes them again after every migrate."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return False


admin.site.unregister((User, Group))
admin.site.register(User, PersonAdmin)
admin.site.register(Group, RoleAdmin)
