"""Copies of the public site: in a network in front of it (PURGE_URL), and as static files (EXPORT_DIR).

Each change of what readers see is told to both by jobs, promised in the transaction of the change, and at
once when that is committed: a page that came down must not wait until somebody runs jobs.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction

from articles.copies import exporting, purging
from articles.models import Publication
from articles.outbox import enqueue
from articles.public.addresses import addresses_of


def follow(publication: Publication, *, at: dt.datetime) -> None:
    """Have the copies follow what readers see of a publication, which changed at the hour `at`.

    Inside the transaction of the change. Does nothing where no copies are kept.
    """
    told = {"publication": publication.pk}
    if settings.PURGE_URL:
        enqueue("purge", key=f"purge:{publication.pk}:{at.isoformat()}", payload=told)
    if settings.EXPORT_DIR:
        enqueue("export_pages", key=f"export:{publication.pk}:{at.isoformat()}", payload=told)
    if settings.PURGE_URL or settings.EXPORT_DIR:

        def at_once() -> None:  # robust callbacks need a name of their own, which a partial has not
            _at_once(publication)

        transaction.on_commit(at_once, robust=True)


def _at_once(publication: Publication) -> None:
    """What cannot wait: files that show what was before go away; a network forgets what came down."""
    addresses = addresses_of(publication)
    try:
        exporting.forget(addresses)
    finally:
        if publication.status != Publication.Status.LIVE:
            # Not instead of the job, which asks once more: a page that was on its way while it came down may
            # have been kept after it was forgotten.
            purging.ask_to_forget(addresses, patience=purging.AT_ONCE)
