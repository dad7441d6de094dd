"""The Celery app: `celery -A config worker --beat`. Without CELERY_BROKER_URL nothing here is used."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("signoff")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_acks_late = True
app.conf.task_reject_on_worker_lost = True
app.conf.beat_schedule = {
    # Jobs wake a worker when they are promised; this catches those promised for an hour to come.
    "drain-outbox": {"task": "reviews.tasks.drain_outbox", "schedule": 10.0},
}
app.autodiscover_tasks()
