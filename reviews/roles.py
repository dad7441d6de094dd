"""The four roles and what each may do: one table, from which the Django groups are made."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.models import Group, Permission, User
from django.db.models.signals import post_migrate

_WRITING = (
    "articles.view_article", "articles.add_article", "articles.change_article",
    "articles.view_source", "articles.add_source", "articles.change_source",
    "articles.view_topic", "reviews.view_review", "reviews.submit_review",
)  # fmt: skip
_JUDGING = ("articles.view_article", "articles.view_source", "reviews.view_review", "reviews.judge_review",
            "reviews.sign_review")  # fmt: skip

ROLES: dict[str, tuple[str, ...]] = {
    "Writer": _WRITING,
    "Medical reviewer": _JUDGING,
    "Medical lead": (
        *_JUDGING,
        "reviews.revoke_sign_off", "reviews.take_down", "reviews.assign_review",
        "reviews.view_reviewer", "reviews.add_reviewer", "reviews.change_reviewer",
        "reviews.view_disclaimer", "reviews.view_disclaimerversion", "reviews.view_policyversion",
    ),
    "Managing editor": (
        *_WRITING,
        "articles.add_topic", "articles.change_topic",
        "articles.view_webhook", "articles.add_webhook", "articles.change_webhook", "articles.view_delivery",
        "articles.view_series", "articles.add_series", "articles.change_series",
        "reviews.schedule_review", "reviews.publish_review", "reviews.take_down", "reviews.assign_review",
    ),
}  # fmt: skip


def roles_of(user: User) -> list[str]:
    """The roles whose every permission a person has, those left out that another one includes."""
    held = user.get_all_permissions()
    full = {name: set(codes) for name, codes in ROLES.items() if held.issuperset(codes)}
    return [name for name, codes in full.items() if not any(codes < other for other in full.values())]


def sync() -> None:
    """Make the Django groups say what `ROLES` says. Groups of other names are left alone."""
    codes = {code for codes in ROLES.values() for code in codes}
    permissions = {
        f"{p.content_type.app_label}.{p.codename}": p
        for p in Permission.objects.select_related("content_type").filter(
            codename__in=[code.split(".")[1] for code in codes]
        )
    }
    if not codes <= permissions.keys():
        return  # the apps are not all migrated yet
    for name, wanted in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set([permissions[code] for code in wanted])


def _after_migrate(sender: AppConfig, **_: Any) -> None:
    sync()


def connect() -> None:
    """Have the groups brought up to date after every `migrate`."""
    post_migrate.connect(_after_migrate, dispatch_uid="reviews.roles")
