from __future__ import annotations

from django.apps import AppConfig


class ArticlesConfig(AppConfig):
    name = "articles"

    def ready(self) -> None:
        # Importing is registering: Article with django-reversion, the check of the guards with Django.
        from articles import checks, editing, guards, upgrading  # noqa: F401

        guards.connect()
        upgrading.connect()
