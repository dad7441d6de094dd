"""Attestations as files, and the keys that they are checked with (see docs/attestations.md)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from articles.history import Entry
from articles.keys import key_set
from articles.models import Attestation, Notice
from articles.public.gone import moved
from articles.public.history import readable_past

_KEYS_MAX_AGE = 300
"""Seconds that a copy of the keys may be used unasked; a key that was replaced is told within them."""


@require_safe
def attestation(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What the site states of the live page; 410 with the notice where it was taken down."""
    current = readable_past(slug).current
    if current.publication.slug != slug:
        return moved("public:attestation", current.publication.slug)
    return _answer(request, current, now=current)


@require_safe
def edition_attestation(request: HttpRequest, slug: str, number: int) -> HttpResponseBase:
    """The same of an edition that was public: of its last publication, or of the one that `?time=` counts."""
    past = readable_past(slug)
    page = past.current.publication
    if page.slug != slug:
        return moved("public:edition_attestation", page.slug, number)
    entries = past.edition(number)
    if not entries:
        raise Http404
    wanted = request.GET.get("time", "")
    entry = next((entry for entry in entries if str(entry.time) == wanted), entries[0])
    now = past.current
    return _answer(request, now if now.taken_down else entry, now=now)


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """The site's public keys as a JSON Web Key Set (RFC 7517), today's first."""
    answer = _json(key_set())
    answer["Cache-Control"] = f"public, max-age={_KEYS_MAX_AGE}"
    return answer


def _answer(request: HttpRequest, entry: Entry, *, now: Entry) -> HttpResponseBase:
    if entry.taken_down:
        return _gone(entry, now=now)
    page = entry.publication
    signed = Attestation.objects.filter(publication=page).first()
    if signed is None:
        raise Http404
    since = [notice for notice in entry.told if notice.at > page.published_at]
    answer = _json(
        {
            "document": signed.content,
            "key": signed.key,
            "signature": signed.signature,
            "keys": settings.SITE_URL + reverse("public:keys"),
            "status": page.status,
            "notices": [_notice(notice) for notice in since],
        }
    )
    answer["ETag"] = quote_etag(hashlib.sha256(answer.content).hexdigest())
    return get_conditional_response(request, etag=answer["ETag"], response=answer) or answer


def _gone(entry: Entry, *, now: Entry) -> HttpResponse:
    """The notice, under the name that the article has now: an earlier title may be what was wrong."""
    page = entry.publication
    ended = [notice for notice in entry.told if notice.at == page.ended_at]
    return _json(
        {
            "status": page.status,
            "article": {
                "url": settings.SITE_URL + reverse("public:article", args=[now.publication.slug]),
                "title": now.publication.title,
            },
            "notices": [_notice(notice) for notice in ended],
        },
        status=410,
    )


def _notice(notice: Notice) -> dict[str, str]:
    at = notice.at.astimezone(dt.UTC).isoformat(timespec="seconds")
    return {"kind": notice.kind, "text": notice.text, "at": at}


def _json(value: Any, *, status: int = 200) -> HttpResponse:
    """Laid out for people to read: programs put the document into canonical form before they check it."""
    text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    answer = HttpResponse(text, content_type="application/json", status=status)
    answer["Cache-Control"] = "no-cache"
    return answer
