"""Three rooms, the public site, the desk, the admin; and the API, which machines read."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path, re_path

from articles.api.door import door

urlpatterns = [
    path("", include("articles.public.urls")),
    # All of it, so that what is not there is said in JSON too; without the last slash Django puts it there.
    re_path(r"^api/(?:.*/)?$", door, name="api"),
    path("desk/", include("reviews.desk.urls")),
    path("admin/", admin.site.urls),
    path(
        "login/",
        LoginView.as_view(
            template_name="desk/login.html",
            redirect_authenticated_user=True,
            extra_context={"site_name": settings.SITE_NAME},  # Django's own is the host's name
        ),
        name="login",
    ),
    path("logout/", LogoutView.as_view(), name="logout"),
]
handler404 = "articles.public.errors.not_found"
handler500 = "articles.public.errors.server_error"
