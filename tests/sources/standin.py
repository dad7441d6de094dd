"""A stand-in for the registries and for other people's sites, on loopback: right answers and misbehaviour."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "crossref"


@cache
def recorded_works() -> list[dict[str, Any]]:
    """Crossref's recorded works, as they stand in `message`."""
    with gzip.open(DATA / "works.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@cache
def recorded_errors() -> dict[str, tuple[dict[str, Any], bytes]]:
    """Crossref's recorded errors by file name: status and headers, and the body."""
    errors = {}
    for file in sorted(DATA.glob("error_*.txt")):
        head, _, body = file.read_text(encoding="utf-8").partition("\n\n")
        errors[file.name] = json.loads(head), body.encode()
    return errors


class Visit(BaseHTTPRequestHandler):
    """One request; what is done with it stands in the server's `pages`, by path."""

    server: StandIn
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append((self.path, dict(self.headers.items())))
        page = self.server.pages.get(unquote(path)) or self.server.pages.get("*")
        self.close_connection = True
        if page is None:
            self.answer(404, b"Resource not found.", {"Content-Type": "text/plain;charset=utf-8"})
            return
        with contextlib.suppress(ConnectionError):  # whoever asked has heard enough
            page(self)

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.head(status, {"Content-Length": str(len(body)), **(headers or {})})
        self.wfile.write(body)

    def head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


Page = Callable[[Visit], None]


class StandIn(ThreadingHTTPServer):
    """The server: its pages by path (“*” for all others), and what it was asked, in order."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Visit)
        self.pages: dict[str, Page] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def handle_error(self, request: object, client_address: object) -> None:
        pass


@contextmanager
def standing_in() -> Iterator[StandIn]:
    server = StandIn()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


# --- Pages ------------------------------------------------------------------------------------------


def says(body: bytes | str, *, status: int = 200, **headers: str) -> Page:
    """An ordinary answer. `content_type="…"` becomes the header Content-Type."""
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    named.setdefault("Content-Type", "text/html; charset=utf-8")
    return lambda visit: visit.answer(status, body.encode() if isinstance(body, str) else body, named)


def says_json(value: object, *, status: int = 200, **headers: str) -> Page:
    return says(json.dumps(value), status=status, content_type="application/json", **headers)


def says_work(message: dict[str, Any], **headers: str) -> Page:
    """A work as Crossref wraps it."""
    return says_json({"status": "ok", "message-type": "work", "message": message}, **headers)


def leads_to(target: str, status: int = 302) -> Page:
    return says(b"", status=status, location=target)


def in_turn(*pages: Page) -> Page:
    """The first page to the first visitor, and so on; the last one stays."""
    left = list(pages)
    return lambda visit: (left.pop(0) if len(left) > 1 else left[0])(visit)


def unchanged_if_known(page: Page, etag: str) -> Page:
    def answer(visit: Visit) -> None:
        if visit.headers.get("If-None-Match") == etag:
            visit.head(304, {"ETag": etag})
        else:
            page(visit)

    return answer


def dribbles(visit: Visit) -> None:
    """A body that comes a byte at a time, for minutes."""
    visit.head(200, {"Content-Type": "text/html", "Content-Length": "100000"})
    for _ in range(600):
        visit.wfile.write(b".")
        visit.wfile.flush()
        time.sleep(0.1)


def dribbles_headers(visit: Visit) -> None:
    visit.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(600):
        visit.wfile.write(f"X-{number}: x\r\n".encode())
        visit.wfile.flush()
        time.sleep(0.1)


def silent(visit: Visit) -> None:
    time.sleep(5)


def breaks_off(visit: Visit) -> None:
    """Fewer bytes than were announced."""
    visit.head(200, {"Content-Type": "application/json", "Content-Length": "1000"})
    visit.wfile.write(b'{"status": "ok"')


def resets(visit: Visit) -> None:
    visit.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    visit.connection.close()


def no_http(visit: Visit) -> None:
    visit.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")


def gigabyte(content_type: str = "text/html") -> Page:
    """A billion bytes, made while they are sent."""

    def answer(visit: Visit) -> None:
        visit.head(200, {"Content-Type": content_type, "Content-Length": "1000000000"})
        block = b"a" * 1_000_000
        for _ in range(1000):
            visit.wfile.write(block)

    return answer


@cache
def _bomb() -> bytes:
    return gzip.compress(b"\0" * 100_000_000)


def bomb(visit: Visit) -> None:
    """100 MB packed into 100 kB."""
    visit.answer(200, _bomb(), {"Content-Type": "text/html", "Content-Encoding": "gzip"})


def endless_bomb(visit: Visit) -> None:
    """Packed bytes that never unpack to anything: empty blocks, for ever."""
    visit.head(200, {"Content-Type": "text/html", "Content-Encoding": "gzip"})
    visit.wfile.write(gzip.compress(b"")[:10])
    block = b"\x00\x00\x00\xff\xff" * 20_000
    for _ in range(10_000):
        visit.wfile.write(block)
