"""The Django admin under Signoff's own name."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class SignoffAdminConfig(AdminConfig):
    default_site = "config.admin.SignoffAdminSite"
