"""The admin site: stock Django, our name on it, what people write before what is kept of it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

_ORDER = {"articles": ("Article", "Source", "Topic"), "reviews": ("Reviewer",), "auth": ("User",)}
"""Apps and, in each, the models that come first; the rest follow by name."""


class SignoffAdminSite(AdminSite):
    site_header = "Signoff"
    site_title = "Signoff"
    index_title = "The writer’s desk"
    enable_nav_sidebar = False

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one way in, so that whatever guards it guards the admin too."""
        if request.user.is_authenticated:
            if not self.has_permission(request):
                raise PermissionDenied("Your account has no access to the admin.")
            return HttpResponseRedirect(_next(request))
        return redirect_to_login(_next(request), resolve_url(settings.LOGIN_URL))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps = super().get_app_list(request, app_label)
        labels = list(_ORDER)
        for app in apps:
            first = _ORDER.get(app["app_label"], ())
            app["models"].sort(key=lambda m: _place(first, m["object_name"]))
        return sorted(apps, key=lambda app: _place(labels, app["app_label"]))


def _next(request: HttpRequest) -> str:
    wanted = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else reverse("admin:index")


def _place(order: Any, name: str) -> int:
    return order.index(name) if name in order else len(order)
