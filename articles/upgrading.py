"""What a new version makes up for after `migrate`: pages of articles that went live before there were any."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.models.signals import post_migrate

from articles import pages
from articles.models import Page, Publication


def connect() -> None:
    """Have the pages of live publications made that have none, after every `migrate`."""
    post_migrate.connect(
        _after_migrate, sender=apps.get_app_config("articles"), dispatch_uid="articles.upgrading"
    )


def _after_migrate(sender: AppConfig, using: str, **_: Any) -> None:
    if Page._meta.db_table not in connections[using].introspection.table_names():
        return  # migrated to an earlier version
    live = Publication.objects.using(using).filter(status=Publication.Status.LIVE, page=None)
    for publication in live.select_related("edition").iterator(chunk_size=200):
        pages.put_up(publication)
