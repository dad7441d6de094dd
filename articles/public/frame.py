"""The frame that every stored page is sent in: made once for each process from the site's own template.

A stored page has four gaps in its frame: its language, its title, what belongs into the head, and the text.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from functools import lru_cache

import brotli
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.html import escape

from articles.public.context import site_facts

STORED = "article"
"""The section of the articles themselves, which have a style sheet of their own."""
_GAPS = ("@@lang@@", "@@title@@", "@@head@@", "@@main@@")
_PACKED = 256
"""Packed pages that a process keeps. They are found by the digest of what they hold, so that none can be
sent for a page that was changed or taken down; at about 10 kB each this is 2.5 MB."""
_NOT_AT_ALL = re.compile(r"q\s*=\s*0(?:\.0{0,3})?")
_SMALL = 1_000
"""Bytes below which packing gains nothing."""


@lru_cache(maxsize=8)
def frame(section: str = "") -> tuple[tuple[str, ...], str]:
    """The five parts around the gaps, and a digest of them. `section` is where in the site bar we are."""
    context = {**site_facts(), "section": section, "lang": _GAPS[0], "title": _GAPS[1]}
    context |= {"head": _GAPS[2], "main": _GAPS[3], "stored": section == STORED}
    html = render_to_string("articles/_frame.html", context)
    parts = tuple(re.split("|".join(_GAPS), html.strip() + "\n"))
    assert len(parts) == len(_GAPS) + 1, "the site's template shows each gap once"
    return parts, hashlib.sha256(html.encode()).hexdigest()[:8]


def etag_of(page: str, *, section: str = "") -> str:
    """The entity tag (RFC 9110, weak) of a page whose own part has the digest `page`."""
    return f'W/"{page}-{frame(section)[1]}"'


def framed(*, lang: str, title: str, head: str, main: str, section: str = "") -> bytes:
    """A whole page in UTF-8. `head` and `main` are HTML that is safe; the others are escaped here."""
    a, b, c, d, e = frame(section)[0]
    return "".join((a, escape(lang), b, escape(title), c, head, d, main, e)).encode()


def send(request: HttpRequest, *, title: str, head: str, main: str, section: str = "") -> HttpResponse:
    """Answer with a page that was put together just now, or with 304 where the reader has the same."""
    found = hashlib.sha256("\x00".join((title, head, main)).encode()).hexdigest()[:32]
    etag = etag_of(found, section=section)
    if same := unchanged(request, etag):
        return same
    page = framed(lang="en-GB", title=title, head=head, main=main, section=section)
    return answer(request, page, etag=etag)


def unchanged(request: HttpRequest, etag: str) -> HttpResponse | None:
    """304 where the reader's copy is the page as it is now (`If-None-Match`), else None."""
    asked = request.META.get("HTTP_IF_NONE_MATCH", "")
    if not asked or (asked != "*" and etag not in (tag.strip() for tag in asked.split(","))):
        return None
    return kept_shortly(request, HttpResponse(status=304), etag)


def answer(request: HttpRequest, page: bytes, *, etag: str) -> HttpResponse:
    """200 with the page, packed as the reader's browser likes it (brotli, gzip)."""
    packing = _packing_for(request)
    if packing and len(page) > _SMALL:
        response = HttpResponse(_packed(etag, packing, page))
        response["Content-Encoding"] = packing
    else:
        response = HttpResponse(page)
    patch_vary_headers(response, ["Accept-Encoding"])
    return kept_shortly(request, response, etag)


def kept_shortly(request: HttpRequest, response: HttpResponse, etag: str) -> HttpResponse:
    """Say how long the answer may be kept: five seconds in all, so that a take-down is soon complete.

    Behind a network that is told of each change (`PURGE_URL`) a shared cache may keep it for longer, unless
    it was asked for with a query: such addresses are without number, and it cannot be told of all.
    """
    shared = ""
    if settings.CDN_MAX_AGE and not request.META.get("QUERY_STRING"):
        shared = f", s-maxage={settings.CDN_MAX_AGE}"
    response["Cache-Control"] = f"public, max-age=2{shared}, stale-while-revalidate=3"
    response["ETag"] = etag
    return response


_kept: dict[tuple[str, str], bytes] = {}


def _packed(etag: str, packing: str, page: bytes) -> bytes:
    key = (etag, packing)
    if (found := _kept.get(key)) is None:
        found = brotli.compress(page, quality=5) if packing == "br" else gzip.compress(page, 6, mtime=0)
        while len(_kept) >= _PACKED:
            _kept.pop(next(iter(_kept)), None)  # the oldest
        _kept[key] = found
    return found


def _packing_for(request: HttpRequest) -> str:
    """The packing that the reader's browser likes best, '' for none (RFC 9110, section 12.5.3)."""
    asked = request.META.get("HTTP_ACCEPT_ENCODING", "").lower()
    liked = {
        name.strip()
        for name, _, quality in (part.partition(";") for part in asked.split(","))
        if not _NOT_AT_ALL.fullmatch(quality.strip())
    }
    return next((name for name in ("br", "gzip") if name in liked), "")
