from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self) -> None:
        from articles.reporting import ask_how_long
        from reviews import guards, roles
        from reviews.watching import reports

        guards.connect()
        roles.connect()
        ask_how_long(reports.kept)
        if settings.CELERY_BROKER_URL:
            _wake_celery()


def _wake_celery() -> None:
    from articles.outbox import on_new_job
    from config.celery import app  # noqa: F401 - the tasks below belong to it
    from reviews.tasks import wake

    on_new_job(wake)
