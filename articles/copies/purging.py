"""Asking a network in front of the site (a CDN, Varnish) to forget addresses. See docs/static-export.md."""

from __future__ import annotations

from collections.abc import Sequence

import httpx
from django.conf import settings

from articles.models import Publication
from articles.public.addresses import addresses_of

PATIENCE = 20.0
"""Seconds that a job waits for the network."""
AT_ONCE = 2.0
"""Seconds that a person waits for it who takes a page down."""


class NotPurged(RuntimeError):
    """The network did not say that it forgot. The text is a sentence for people."""


def purge(publication: int) -> None:
    """Have everything forgotten that shows something of a publication's article.

    Does nothing without PURGE_URL. Raises `NotPurged`.
    """
    if settings.PURGE_URL:
        page = Publication.objects.get(pk=publication)
        ask_to_forget(addresses_of(page), patience=PATIENCE)


def ask_to_forget(addresses: Sequence[str], *, patience: float) -> None:
    """POST the addresses to PURGE_URL, as `{"paths": [...]}`; `patience` is in seconds.

    Does nothing without PURGE_URL. Raises `NotPurged` unless the answer is a 2xx.
    """
    if not settings.PURGE_URL:
        return
    token = settings.PURGE_TOKEN
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = httpx.post(
            settings.PURGE_URL, json={"paths": list(addresses)}, headers=headers, timeout=patience
        )
    except httpx.HTTPError as error:
        raise NotPurged(
            f"The network in front of the site gave no answer ({type(error).__name__})."
        ) from error
    if not answer.is_success:
        raise NotPurged(f"The network in front of the site answered {answer.status_code}.")
