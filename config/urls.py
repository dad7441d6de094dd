"""Three rooms: the public site, the desk, the admin."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

urlpatterns = [
    path("", include("articles.public.urls")),
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
