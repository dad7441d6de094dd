"""Where a web address points, read strictly, so that every reader of it understands the same host."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Literal
from urllib.parse import quote

import idna

Code = Literal[
    "scheme", "address", "credentials", "port",
    "redirects", "timeout", "unreachable", "too_big", "content_type",
]  # fmt: skip

LONGEST_URL = 2048
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\]|\s")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE | re.ASCII)
_URL = re.compile(r"(?P<scheme>https?)://(?P<authority>[^/?#]*)(?P<target>[^#]*)(?:#.*)?", re.IGNORECASE)
_AUTHORITY = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[^\[\]:]+)(?::(?P<port>[0-9]{0,5}))?", re.IGNORECASE)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")


class NotFetched(OSError):
    """Nothing was had. The text is a sentence for people; code branches on `code`."""

    def __init__(self, code: Code, sentence: str) -> None:
        super().__init__(sentence)
        self.code: Code = code


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address points: `host` in lower-case ASCII, an IPv6 address without its brackets."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """Host and port as the Host header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _port(self.scheme) else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


def place_of(url: str) -> Place:
    """Read an http or https address, more strictly than browsers do (RFC 3986, UTS #46).

    Refused, with NotFetched: white space, control characters and backslashes anywhere; a user name; a
    host that is percent-encoded, that is an IP address in any form but the usual one, or whose letters
    only look like plain ones. The fragment is dropped, the rest percent-encoded where it must be.
    """
    if len(url) > LONGEST_URL:
        raise NotFetched("address", f"An address may be {LONGEST_URL:,} characters long at most.")
    if _FORBIDDEN.search(url) or not _encodable(url):
        raise NotFetched("address", "The address holds a space, a backslash or a control character.")
    match = _URL.fullmatch(url)
    if match is None:
        named = _SCHEME.match(url)
        if named and named[1].lower() not in ("http", "https"):
            raise NotFetched("scheme", f"Only http and https addresses are fetched, not “{named[1]}:”.")
        raise NotFetched("address", "This is not a complete address: it must begin with http:// or https://.")
    if "@" in match["authority"]:
        raise NotFetched("credentials", "An address with a user name or password in it is not fetched.")
    authority = _AUTHORITY.fullmatch(match["authority"])
    if authority is None:
        raise NotFetched("address", "The address names no host that could be read.")
    scheme = match["scheme"].lower()
    port = int(authority["port"] or _port(scheme))
    if not 1 <= port <= 65535:
        raise NotFetched("port", f"There is no port {port}.")
    target = quote(match["target"], safe="%/?:@!$&'()*+,;=~[]")
    return Place(scheme, _host(authority["host"]), port, target if target[:1] == "/" else f"/{target}")


def _port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def _encodable(url: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in url)


def _host(text: str) -> str:
    unreadable = NotFetched("address", "The address names no host that could be read.")
    try:
        if text.startswith("["):
            return str(IPv6Address(text[1:-1]))
        if not text.isascii():
            text = idna.encode(text, uts46=True, std3_rules=True).decode("ascii")
            if "xn--" not in text:
                raise unreadable  # letters, figures or dots that only look like plain ones
        text = text.lower().removesuffix(".")
        labels = text.split(".")
        if _NUMERIC.fullmatch(labels[-1]):
            return str(IPv4Address(text))
    except ValueError as error:
        raise unreadable from error
    if len(text) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise unreadable
    return text
