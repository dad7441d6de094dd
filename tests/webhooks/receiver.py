"""A receiver of webhooks on loopback, and the check of signatures as its owner would write it."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Got:
    """One message as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def content(self) -> Any:
        return json.loads(self.body)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


class Handler(BaseHTTPRequestHandler):
    server: Receiver
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.got.append(Got(self.path, headers, body))
        self.close_connection = True
        with contextlib.suppress(ConnectionError):  # whoever sent has heard enough
            self.server.answer(self)

    def do_GET(self) -> None:
        self.server.got.append(Got(self.path, {}, b"a GET"))

    def log_message(self, format: str, *args: object) -> None:
        pass


class Receiver(ThreadingHTTPServer):
    """What it got, in order, and how it answers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.got: list[Got] = []
        self.answer: Callable[[Handler], None] = says(204)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"http://receiver.example:{self.port}/hook?from=signoff"

    def types(self) -> list[str]:
        """The types of the messages, in order."""
        return [got.content["type"] for got in self.got]


@contextmanager
def receiving() -> Iterator[Receiver]:
    server = Receiver()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def says(status: int, body: bytes = b"", **headers: str) -> Callable[[Handler], None]:
    def answer(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def sleeps(seconds: float) -> Callable[[Handler], None]:
    def answer(handler: Handler) -> None:
        time.sleep(seconds)
        says(204)(handler)

    return answer


def never_ends(handler: Handler) -> None:
    """A good answer whose body trickles for as long as anybody reads."""
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 1024)
        time.sleep(0.05)


def is_genuine(got: Got, secret: str, *, now: float | None = None) -> bool:
    """The check of Standard Webhooks 1.0.0, from its text: one signature fits, and the message is fresh."""
    stamp = got.headers["webhook-timestamp"]
    if abs((now or time.time()) - int(stamp)) > 300:
        return False
    key = base64.b64decode(secret.split("_", 1)[1])
    signed = b".".join((got.id.encode(), stamp.encode(), got.body))
    wanted = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return any(hmac.compare_digest(wanted, one) for one in got.headers["webhook-signature"].split(" "))
