"""The only door through which an address that somebody typed is fetched, or something is sent to it.

Whoever may type an address could otherwise make the server knock at doors that only the server reaches:
its own network, the cloud's metadata, a printer. So each address, and each one it redirects to, is read
strictly, its name is resolved once, every answer must be a public address, and the connection goes to
exactly that address. (OWASP: Server-Side Request Forgery Prevention.)
"""

from __future__ import annotations

import codecs
import re
import ssl
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urljoin

from articles.sources.places import NotFetched, Place, place_of
from articles.sources.wire import Resolver, exchange, resolve, resolved

__all__ = ["Fetched", "NotFetched", "check_place", "fetch", "post"]

LIMIT = 5_000_000
"""Bytes of a page that are read, unpacked."""
TIMEOUT = 20.0
"""Seconds for everything: names, redirects, the whole body."""
REDIRECTS = 5

_READABLE = ("application/xhtml+xml", "application/xml", "application/json", "application/pdf")
_CUTTABLE = ("text/", "application/xhtml+xml")
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,500}[\x21-\x7e])?")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was found at `url`, after redirects at `final_url`.

    `body` is empty for a status other than 2xx; a page longer than the limit is cut there and `truncated`.
    """

    url: str
    final_url: str
    status: int
    content_type: str
    charset: str
    body: bytes
    etag: str
    last_modified: str
    truncated: bool

    @property
    def text(self) -> str:
        """The body as text; bytes that its encoding does not know become U+FFFD."""
        return self.body.decode(self.charset, errors="replace")


def fetch(
    url: str,
    *,
    etag: str = "",
    last_modified: str = "",
    limit: int = LIMIT,
    timeout: float = TIMEOUT,
    resolver: Resolver = resolve,
    allow: Collection[tuple[str, int]] = (),
    tls: ssl.SSLContext | None = None,
) -> Fetched:
    """Fetch a page from the public Internet; with `etag` or `last_modified` the status may be 304.

    `limit` is in bytes after decompression, `timeout` in seconds for all of it. At most five redirects are
    followed, each checked like the first address; one from https to http is refused, since what comes
    without encryption may be changed on its way. Text is cut at the limit; anything else that is longer
    is refused. `allow` (address and port), `resolver` and `tls` are for tests; no setting reaches them.

    Raises NotFetched, with a sentence and a code.
    """
    until = time.monotonic() + timeout
    headers = {"User-Agent": "Signoff (checks the sources of articles)", "Accept": "text/html, */*;q=0.5"}
    if _HEADER_VALUE.fullmatch(etag):
        headers["If-None-Match"] = etag
    if _HEADER_VALUE.fullmatch(last_modified):
        headers["If-Modified-Since"] = last_modified
    place = place_of(url)
    for _hop in range(REDIRECTS + 1):
        addresses = _checked(place, resolver, allow, until)
        with exchange(place, addresses=addresses, headers=headers, until=until, tls=tls) as reply:
            target = reply.headers.get("location", "") if reply.status in (301, 302, 303, 307, 308) else ""
            if not target:
                ok = 200 <= reply.status < 300
                found = _media_type(reply.headers, ok=ok)
                body, truncated = reply.read(limit) if ok else (b"", False)
                if truncated and not found.startswith(_CUTTABLE):
                    raise NotFetched("too_big", f"The file is larger than {limit:,} bytes.")
                return Fetched(
                    url=url,
                    final_url=place.url,
                    status=reply.status,
                    content_type=found,
                    charset=_charset(reply.headers.get("content-type", ""), body),
                    body=body,
                    etag=reply.headers.get("etag", ""),
                    last_modified=reply.headers.get("last-modified", ""),
                    truncated=truncated,
                )
        place = _redirected(place, target)
    raise NotFetched("redirects", f"The address redirects more than {REDIRECTS} times.")


def post(
    url: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    timeout: float = TIMEOUT,
    resolver: Resolver = resolve,
    allow: Collection[tuple[str, int]] = (),
    tls: ssl.SSLContext | None = None,
) -> int:
    """POST `body` to an address of the public Internet; returns the status of the answer.

    Redirects are not followed, and nothing but the head of the answer is read. `timeout` is in seconds, for
    all of it; `resolver`, `allow` and `tls` are for tests. Raises NotFetched, with a sentence and a code.
    """
    until = time.monotonic() + timeout
    place = place_of(url)
    addresses = _checked(place, resolver, allow, until)
    with exchange(place, addresses=addresses, headers=headers, until=until, body=body, tls=tls) as reply:
        return reply.status


def _redirected(place: Place, target: str) -> Place:
    try:
        onward = place_of(urljoin(place.url, target.encode("latin-1").decode("utf-8", "replace").strip()))
    except ValueError as error:
        raise NotFetched("address", "The address redirects to one that cannot be read.") from error
    if (place.scheme, onward.scheme) == ("https", "http"):
        raise NotFetched(
            "scheme", "The address redirects from https to http, which could be changed on its way."
        )
    return onward


# --- Public addresses -------------------------------------------------------------------------------

_INTERNAL = (
    "localhost",
    "local",
    "internal",
    "localdomain",
    "lan",
    "home",
    "corp",
    "intranet",
    "arpa",
    "onion",
)
"""Last labels of names that never lead to a public host (RFC 6761, 6762, 7686, 8375, and common use)."""

_NEVER: list[IPv4Network | IPv6Network] = [
    IPv4Network("0.0.0.0/8"),
    IPv4Network("192.0.0.0/24"),  # protocol assignments; a cloud's metadata among them
    IPv4Network("192.88.99.0/24"),  # relays of 6to4, withdrawn
    IPv4Network("168.63.129.16/32"),  # a cloud's metadata on a public address
    IPv6Network("::/96"),  # IPv4-compatible, withdrawn; loopback and the unspecified address too
    IPv6Network("64:ff9b:1::/48"),  # translation inside one network (RFC 8215)
    IPv6Network("100::/64"),
    IPv6Network("2001::/23"),  # Teredo and other protocol assignments
    IPv6Network("fec0::/10"),  # site-local, withdrawn
]
_NAT64 = IPv6Network("64:ff9b::/96")


def _checked(
    place: Place, resolver: Resolver, allow: Collection[tuple[str, int]], until: float
) -> Sequence[str]:
    """The addresses of a place, all of them public, or NotFetched."""
    check_place(place, allow=allow)
    addresses = [place.host] if _is_number(place) else resolved(resolver, place, until=until)
    _check_public(place, addresses, allow)
    return addresses


def check_place(place: Place, *, allow: Collection[tuple[str, int]] = ()) -> None:
    """Refuse, with NotFetched, what is known not to be public before its name is asked about."""
    if place.port not in {80, 443, *(port for _address, port in allow)}:
        raise NotFetched("port", f"Only ports 80 and 443 are reached, not {place.port}.")
    if _is_number(place):
        _check_public(place, [place.host], allow)
    elif "." not in place.host or place.host.rpartition(".")[2] in _INTERNAL:
        raise NotFetched("address", f"{place.host} is no name of a public host.")


def _check_public(place: Place, addresses: Sequence[str], allow: Collection[tuple[str, int]]) -> None:
    for address in addresses:
        if (address, place.port) not in allow and (place.port not in (80, 443) or not _is_public(address)):
            raise NotFetched("address", f"{place.host} is not on the public Internet.")


def _is_number(place: Place) -> bool:
    return ":" in place.host or place.host.rpartition(".")[2].isdigit()


def _is_public(text: str) -> bool:
    """Whether an address, and any that it carries inside (RFC 4291, 3056, 4380, 6052, 5214), is public."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        inner = _inside(address)
        if inner is not None:
            return _is_public(str(inner))
    if any(address in network for network in _NEVER if network.version == address.version):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _inside(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address to which an IPv6 address leads in the end; Teredo's never count as public."""
    low = int(address) & 0xFFFFFFFF
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    isatap = (int(address) >> 32) & 0xFDFFFFFF == 0x00005EFE
    return IPv4Address(low) if address in _NAT64 or isatap else None


# --- What kind of answer ----------------------------------------------------------------------------

_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([a-z0-9_:.+-]{1,40})""", re.IGNORECASE | re.ASCII)
_ENCODINGS = re.compile(
    r"utf-8|utf-8-sig|utf-16(-[bl]e)?|cp12\d\d|cp874|cp866|cp932|cp949|iso8859-\d+|koi8-[ru]|mac-roman"
    r"|shift_jis|euc_(jp|kr)|iso2022_jp|gbk|gb2312|gb18030|big5"
)
"""Encodings of pages, as Python names them; it knows others that take long or are none (punycode, hex)."""
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def _media_type(headers: Mapping[str, str], *, ok: bool) -> str:
    """The media type in lower case, or NotFetched where a good answer holds nothing to read."""
    named = headers.get("content-type", "").partition(";")[0].strip().lower()[:100]
    if ok and named and not named.startswith("text/") and named not in _READABLE:
        raise NotFetched("content_type", f"A page or a PDF is read as a source, not “{named}”.")
    return named


def _charset(content_type: str, body: bytes) -> str:
    """The encoding by byte order mark, header or the page's head, as the HTML standard orders them."""
    for mark, encoding in _MARKS.items():
        if body.startswith(mark):
            return encoding
    for named in (content_type, body[:1024].decode("latin-1")):
        match = _CHARSET.search(named)
        try:
            encoding = codecs.lookup(match[1]).name if match else ""
        except LookupError:
            continue
        if encoding in ("iso8859-1", "ascii"):
            return "cp1252"
        if _ENCODINGS.fullmatch(encoding):
            return encoding
    return "utf-8"
