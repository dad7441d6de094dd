"""Asking the site itself, in this process: the same answer as a reader gets, middleware and all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest


@dataclass(frozen=True, slots=True)
class Answer:
    """What the site answered."""

    status: int
    body: bytes


def ask(path: str) -> Answer:
    """What somebody who is not signed in gets at `path`, an address of this site without its host.

    The body is not packed. The connection to the database stays open, and a transaction goes on.
    """
    site = urlsplit(settings.SITE_URL)
    secure = settings.SECURE_SSL_REDIRECT or site.scheme == "https"
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": site.hostname or "localhost",
        "SERVER_PORT": str(site.port or (443 if secure else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": site.netloc or "localhost",
        "HTTP_ACCEPT": "text/html",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https" if secure else "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": BytesIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if secure and settings.SECURE_PROXY_SSL_HEADER:
        header, value = settings.SECURE_PROXY_SSL_HEADER
        environ[header] = value
    # Not as a server calls it: the end of a request would close the connection to the database, which
    # whoever asks is using.
    response = _site().get_response(WSGIRequest(environ))
    return Answer(response.status_code, b"".join(response))


@lru_cache(maxsize=1)
def _site() -> WSGIHandler:
    """The site as a server runs it; made once, since its middleware looks at every static file."""
    return WSGIHandler()
