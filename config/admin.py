"""The admin site: stock Django, our name on it, what people write before what is kept of it."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest

_ORDER = {"articles": ("Article", "Source", "Topic"), "reviews": ("Reviewer",), "auth": ("User",)}
"""Apps and, in each, the models that come first; the rest follow by name."""


class SignoffAdminSite(AdminSite):
    site_header = "Signoff"
    site_title = "Signoff"
    index_title = "The writer’s desk"
    enable_nav_sidebar = False

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps = super().get_app_list(request, app_label)
        labels = list(_ORDER)
        for app in apps:
            first = _ORDER.get(app["app_label"], ())
            app["models"].sort(key=lambda m: _place(first, m["object_name"]))
        return sorted(apps, key=lambda app: _place(labels, app["app_label"]))


def _place(order: Any, name: str) -> int:
    return order.index(name) if name in order else len(order)
