"""The admin site: stock Django, our name on it."""

from __future__ import annotations

from django.contrib.admin import AdminSite


class SignoffAdminSite(AdminSite):
    site_header = "Signoff"
    site_title = "Signoff"
    index_title = "The writer's desk"
    enable_nav_sidebar = False
