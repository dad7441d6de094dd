"""The Celery app: `celery -A config worker --beat`. Without CELERY_BROKER_URL nothing here is used."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

SWEEP = 10.0
"""Seconds between two looks of beat at the outbox."""

app = Celery("signoff")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = {
    # A sweep that nobody took is dropped when the next one comes.
    "sweep": {"task": "reviews.tasks.sweep", "schedule": SWEEP, "options": {"expires": SWEEP}},
}
app.autodiscover_tasks()
