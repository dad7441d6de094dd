"""One HTTP exchange, bounded: a time limit over the whole of it, and a size limit on what is unpacked.

Nothing here comes from the environment: no proxy, no credentials, no cookies. Whom to talk to, and
whether that is allowed, is decided by those who call: `fetching` and `registries.client`.
"""

from __future__ import annotations

import queue
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from socket import SOCK_STREAM, getaddrinfo

import httpcore
import httpx

from articles.sources.places import NotFetched, Place

Resolver = Callable[[str, int], Sequence[str]]
"""Answers a host's name and a port with IP addresses; raises OSError where there are none."""

_ALWAYS = {"Accept-Encoding": "gzip", "Connection": "close"}


# --- Names ------------------------------------------------------------------------------------------


def resolve(host: str, port: int) -> list[str]:
    """The addresses that this machine's resolver knows for `host`."""
    return list(dict.fromkeys(str(found[4][0]) for found in getaddrinfo(host, port, type=SOCK_STREAM)))


def resolved(resolver: Resolver, place: Place, *, until: float) -> list[str]:
    """What `resolver` answers for a place, asked once and waited for no longer than `until`."""
    answers: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(list(resolver(place.host, place.port)))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=max(until - time.monotonic(), 0.001))
    except queue.Empty:
        raise NotFetched("timeout", f"The address of {place.host} was not found out in time.") from None
    if isinstance(answer, Exception) or not answer:
        raise NotFetched("unreachable", f"No host is known by the name {place.host}.")
    return answer


# --- The exchange -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer whose body is not read yet. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    chunks: Iterable[bytes]

    def read(self, limit: int) -> tuple[bytes, bool]:
        """At most `limit` bytes of the body, unpacked, and whether there was more.

        Neither more than that nor more off the wire is ever taken in, however it is compressed.
        """
        coding = self.headers.get("content-encoding", "").strip().lower()
        if coding not in ("", "identity", "gzip", "x-gzip"):
            raise NotFetched(
                "content_type", f"The answer is packed in a way that is not read: “{coding[:40]}”."
            )
        unpack = zlib.decompressobj(wbits=31) if "gzip" in coding else None
        body, taken = bytearray(), 0
        for chunk in self.chunks:
            taken += len(chunk)
            try:
                body += unpack.decompress(chunk, limit + 1 - len(body)) if unpack else chunk
            except zlib.error as error:
                raise NotFetched("unreachable", "The answer is packed wrongly and cannot be read.") from error
            if len(body) > limit or taken > limit:
                return bytes(memoryview(body)[:limit]), True
        if unpack and taken and not unpack.eof:
            raise NotFetched("unreachable", "The answer broke off before its end.")
        return bytes(body), False


@contextmanager
def exchange(
    place: Place,
    *,
    addresses: Sequence[str],
    headers: Mapping[str, str],
    until: float,
    body: bytes | None = None,
    tls: ssl.SSLContext | None = None,
) -> Iterator[Reply]:
    """GET what is at `place`, from one of `addresses` and nowhere else, before `until` (monotonic seconds).

    With a `body`, POST it there.

    No name is resolved here, so nobody can answer differently than when the addresses were checked. Over
    https the certificate must be good for the place's host. Raises NotFetched: "timeout" or "unreachable".
    """
    named = {"Host": place.authority, **_ALWAYS, **headers}
    if body is not None:
        named["Content-Length"] = str(len(body))
    try:
        with httpcore.HTTPConnection(
            httpcore.Origin(place.scheme.encode(), place.host.encode(), place.port),
            ssl_context=tls or _tls(),
            network_backend=_Fixed(addresses, until),
        ) as connection:
            request = httpcore.Request(
                "GET" if body is None else "POST",
                httpcore.URL(
                    scheme=place.scheme, host=place.host, port=place.port, target=place.target.encode()
                ),
                headers=[(name.encode(), value.encode()) for name, value in named.items()],
                content=body,
            )
            answer = connection.handle_request(request)
            try:
                pairs = reversed(answer.headers)
                found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in pairs}
                yield Reply(answer.status, found, answer.iter_stream())
            finally:
                answer.close()
    except httpcore.TimeoutException as error:
        raise NotFetched("timeout", f"{place.host} did not answer in time.") from error
    except httpcore.ConnectError as error:
        if "CERTIFICATE" in str(error):
            raise NotFetched("unreachable", f"The certificate of {place.host} is not good.") from error
        raise NotFetched("unreachable", f"{place.host} cannot be reached.") from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise NotFetched("unreachable", f"The answer of {place.host} broke off or is no HTTP.") from error


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


class _Fixed(httpcore.NetworkBackend):
    """Connects to the given addresses, whatever host is asked for."""

    def __init__(self, addresses: Sequence[str], until: float) -> None:
        self._addresses = addresses
        self._until = until

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failed: httpcore.ConnectError | None = None
        for address in self._addresses:
            try:
                stream = httpcore.SyncBackend().connect_tcp(address, port, timeout=_left(self._until))
            except httpcore.ConnectError as error:
                failed = error
            else:
                return _Timed(stream, self._until)
        raise failed or httpcore.ConnectError("no address")


class _Timed(httpcore.NetworkStream):
    """A stream whose every step must end before one moment, so that a trickle of bytes gains no time."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self._stream = stream
        self._until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._until))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._until))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, _left(self._until)), self._until)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("out of time")
    return left
