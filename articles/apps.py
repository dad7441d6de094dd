from __future__ import annotations

from django.apps import AppConfig


class ArticlesConfig(AppConfig):
    name = "articles"

    def ready(self) -> None:
        # editing registers Article with django-reversion, which must happen at start.
        from articles import editing, guards  # noqa: F401

        guards.connect()
