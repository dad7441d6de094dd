"""Addresses that somebody typed: what is fetched, what is refused, and that nothing inside is ever reached."""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
import threading
import time
import tracemalloc
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from articles.sources.fetching import Fetched, NotFetched, fetch
from articles.sources.places import place_of
from tests.sources import standin
from tests.sources.standin import StandIn, leads_to, says

PUBLIC = "93.184.215.14"


@pytest.fixture
def site() -> Iterator[StandIn]:
    with standin.standing_in() as server:
        yield server


@pytest.fixture
def _no_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection anywhere, even to loopback, fails the test."""

    def refuse(*args: object, **kwargs: object) -> None:
        pytest.fail(f"connected: {args} {kwargs}")

    monkeypatch.setattr(socket, "create_connection", refuse)


def visit(site: StandIn, path: str = "/", **more: object) -> Fetched:
    """Fetch from the stand-in, under a name, as though loopback were public."""
    return fetch(f"http://source.example:{site.port}{path}", **_allowed(site), **more)  # type: ignore[arg-type]


def _allowed(site: StandIn) -> dict[str, object]:
    return {"resolver": lambda host, port: ["127.0.0.1"], "allow": [("127.0.0.1", site.port)]}


def refusal(site: StandIn, path: str = "/", **more: object) -> str:
    with pytest.raises(NotFetched) as refused:
        visit(site, path, **more)
    assert str(refused.value).endswith(".")
    return refused.value.code


# --- Refused before anything is asked -----------------------------------------------------------------

LONG = "http://source.example/" + "a" * 2100
HOSTILE = {
    # loopback and its spellings
    "http://127.0.0.1/": "address",
    "http://127.0.0.1./": "address",
    "http://127.1/": "address",
    "http://127.0.1/": "address",
    "http://0x7f.1/": "address",
    "http://0x7f000001/": "address",
    "http://0X7F.0x0.0x0.0x1/": "address",
    "http://2130706433/": "address",
    "http://017700000001/": "address",
    "http://0177.0.0.1/": "address",
    "http://127.0.0.01/": "address",
    "http://127.0.0.256/": "address",
    "http://127.255.255.254/": "address",
    "http://0/": "address",
    "http://0.0.0.0/": "address",
    "http://0.1.2.3/": "address",
    "http://[::]/": "address",
    "http://[::1]/": "address",
    "http://[0:0:0:0:0:0:0:1]/": "address",
    "http://localhost/": "address",
    "http://LOCALHOST/": "address",
    "http://localhost./": "address",
    "http://a.localhost/": "address",
    "http://printer/": "address",
    "http://printer.local/": "address",
    "http://wiki.corp/": "address",
    # an IPv4 address inside an IPv6 one
    "http://[::ffff:127.0.0.1]/": "address",
    "http://[::ffff:7f00:1]/": "address",
    "http://[::ffff:a9fe:a9fe]/": "address",
    "http://[::127.0.0.1]/": "address",
    "http://[::ffff:0:127.0.0.1]/": "address",
    "http://[2002:7f00:1::]/": "address",
    "http://[2002:a9fe:a9fe::1]/": "address",
    "http://[2002:c0a8:101::1]/": "address",
    "http://[64:ff9b::127.0.0.1]/": "address",
    "http://[64:ff9b::a9fe:a9fe]/": "address",
    "http://[64:ff9b:1::7f00:1]/": "address",
    "http://[2001:0:7f00:1::1]/": "address",
    "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/": "address",
    "http://[2a00:1450::5efe:10.0.0.1]/": "address",
    # private, shared, link-local, multicast, reserved
    "http://10.0.0.1/": "address",
    "http://172.16.0.1/": "address",
    "http://172.31.255.255/": "address",
    "http://192.168.1.1/": "address",
    "http://100.64.0.1/": "address",
    "http://169.254.1.1/": "address",
    "http://192.0.0.192/": "address",
    "http://192.88.99.1/": "address",
    "http://198.18.0.1/": "address",
    "http://203.0.113.9/": "address",
    "http://224.0.0.1/": "address",
    "http://240.0.0.1/": "address",
    "http://255.255.255.255/": "address",
    "http://[fe80::1]/": "address",
    "http://[fe80::1%25eth0]/": "address",
    "http://[fe80::1%eth0]/": "address",
    "http://[fc00::1]/": "address",
    "http://[fd00:ec2::254]/": "address",
    "http://[fec0::1]/": "address",
    "http://[ff02::1]/": "address",
    "http://[2001:db8::1]/": "address",
    "http://[100::1]/": "address",
    # the metadata of clouds
    "http://169.254.169.254/latest/meta-data/": "address",
    "http://2852039166/": "address",
    "http://0xA9FEA9FE/": "address",
    "http://0251.0376.0251.0376/": "address",
    "http://169.254.43518/": "address",
    "http://100.100.100.200/": "address",
    "http://168.63.129.16/": "address",
    "http://metadata/": "address",
    "http://metadata.google.internal/computeMetadata/v1/": "address",
    "http://instance-data.ec2.internal/": "address",
    # letters and figures that only look plain
    "http://１２７.0.0.1/": "address",
    "http://①②⑦.⓪.⓪.①/": "address",
    "http://127。0。0。1/": "address",
    "http://127．0．0．1/": "address",
    "http://ｌocalhost/": "address",
    "http://ⓔxample.com/": "address",
    "http://exam\u200bple.com/": "address",
    "http://exam\u00adple.com/": "address",
    "http://exa\u2024mple.com/": "address",
    "http://source.example\u2100/": "address",
    "http://xn--a.example/\ud800": "address",
    # percent-encoding, user names, backslashes, control characters
    "http://127%2e0%2e0%2e1/": "address",
    "http://%31%32%37.0.0.1/": "address",
    "http://localhost%00.source.example/": "address",
    "http://source.example@127.0.0.1/": "credentials",
    "http://source.example:80@127.0.0.1/": "credentials",
    "http://a:b@source.example/": "credentials",
    "http://@source.example/": "credentials",
    "http://source.example#@127.0.0.1/": "unreachable",
    "http://127.0.0.1#@source.example/": "address",
    "http://127.0.0.1?@source.example/": "address",
    "http://127.0.0.1\\@source.example/": "address",
    "http:\\\\127.0.0.1\\": "address",
    "http://source.example\\.127.0.0.1/": "address",
    "http://source.example/\r\nHost: 127.0.0.1": "address",
    "http://source.example/\nX: y": "address",
    "http://source.example\r\n.evil.example/": "address",
    "http://source.example/ x": "address",
    " http://source.example/": "address",
    "http://source.example/\x00": "address",
    "http://source.example/\u2028": "address",
    # no http
    "file:///etc/passwd": "scheme",
    "FILE:///etc/passwd": "scheme",
    "gopher://127.0.0.1:6379/_INFO": "scheme",
    "ftp://source.example/": "scheme",
    "dict://127.0.0.1:11211/": "scheme",
    "data:text/html,hello": "scheme",
    "javascript:alert(1)": "scheme",
    "ws://source.example/": "scheme",
    "view-source:http://source.example/": "scheme",
    # no address at all
    "": "address",
    "source.example": "address",
    "//source.example/": "address",
    "http:source.example": "address",
    "http:/source.example": "address",
    "http:///path": "address",
    "http://": "address",
    "http://.": "address",
    "http://..example/": "address",
    "http://-a.example/": "address",
    "http://source.example:http/": "address",
    "http://[::1/": "address",
    "http://[127.0.0.1]/": "address",
    "http://source.example:80:80/": "address",
    f"http://{'a' * 64}.example/": "address",
    f"http://{'a.' * 130}example/": "address",
    LONG: "address",
    # other ports
    "http://source.example:0/": "port",
    "http://source.example:22/": "port",
    "http://source.example:25/": "port",
    "http://source.example:6379/": "port",
    "http://source.example:8080/": "port",
    "https://source.example:65535/": "port",
    "http://source.example:65536/": "port",
    "http://source.example:99999/": "port",
}  # fmt: skip


@pytest.mark.usefixtures("_no_connections")
@pytest.mark.parametrize("url", HOSTILE, ids=ascii)
def test_hostile_addresses_are_refused(url: str) -> None:
    """The resolver of this test knows no name at all: what it is asked for is not refused by its look."""

    def resolver(host: str, port: int) -> list[str]:
        raise OSError("unknown")

    with pytest.raises(NotFetched) as refused:
        fetch(url, resolver=resolver)
    assert refused.value.code == HOSTILE[url]
    assert str(refused.value).endswith(".") and "\n" not in str(refused.value)


PIECES = st.sampled_from(
    [*"ab.:/@?#%[]\\ -_~\r\n\t\0", "http://", "https://", "://", "localhost", "127.0.0.1", "0x7f", "1", "::1", "%2e",
     "．", "。", "１", "ⓐ", "ü", "xn--", "\u200b", "\u202e", "\ud800", "😀", "ß", ":80", ":443"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12).map("".join).map(lambda rest: f"http://{rest}") | st.text(max_size=40))
@hypothesis_settings(max_examples=500, deadline=None)
def test_an_address_is_read_in_one_way_or_refused(url: str) -> None:
    """Written out again, it names the same place; its host is a plain name or a plain IP address."""
    try:
        place = place_of(url)
    except NotFetched:
        return
    assert place_of(place.url) == place
    assert place.url.isascii() and place.url.isprintable() and " " not in place.url
    assert urlsplit(place.url).hostname == place.host
    if ":" in place.host or re.fullmatch(r"[0-9.]+", place.host):
        assert str(ip_address(place.host)) == place.host


NAMES = {
    "private": ["10.0.0.5"],
    "loopback": ["127.0.0.1"],
    "metadata": ["169.254.169.254"],
    "public and private": [PUBLIC, "10.0.0.5"],
    "public and IPv6 loopback": [PUBLIC, "::1"],
    "mapped": ["::ffff:10.0.0.5"],
    "NAT64": ["64:ff9b::10.0.0.5"],
    "6to4": ["2002:a00:5::1"],
    "link-local with a zone": ["fe80::1%eth0"],
    "garbage": ["not an address"],
    "short form": ["127.1"],
}


@pytest.mark.usefixtures("_no_connections")
@pytest.mark.parametrize("addresses", NAMES.values(), ids=NAMES)
def test_names_of_anything_but_public_addresses_are_refused(addresses: list[str]) -> None:
    with pytest.raises(NotFetched) as refused:
        fetch("https://source.example/", resolver=lambda host, port: addresses)
    assert refused.value.code == "address"


def test_no_address_at_all() -> None:
    with pytest.raises(NotFetched, match="No host is known by the name source") as refused:
        fetch("https://source.example/", resolver=lambda host, port: [])
    assert refused.value.code == "unreachable"


def connections(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Where connections went; all of them fail."""
    seen: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], *args: object, **kwargs: object) -> None:
        seen.append(address)
        raise OSError("refused")

    monkeypatch.setattr(socket, "create_connection", connect)
    return seen


@pytest.mark.parametrize("public", [PUBLIC, "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"])
def test_a_connection_goes_to_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch, public: str
) -> None:
    """A resolver that answers differently the second time is not asked a second time."""
    seen = connections(monkeypatch)
    answers = [[public], ["127.0.0.1"]]
    with pytest.raises(NotFetched) as refused:
        fetch("https://rebinding.example/", resolver=lambda host, port: answers.pop(0))
    assert refused.value.code == "unreachable"
    assert seen == [(public, 443)]
    assert answers == [["127.0.0.1"]]


def test_each_checked_address_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = connections(monkeypatch)
    with pytest.raises(NotFetched):
        fetch("http://source.example/", resolver=lambda host, port: [PUBLIC, "1.1.1.1"])
    assert seen == [(PUBLIC, 80), ("1.1.1.1", 80)]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("https://faß.example/", "xn--fa-hia.example"),
        ("https://Source.EXAMPLE./", "source.example"),
        ("https://1.1.1.1/", None),
    ],
)
def test_good_names_are_resolved_once(monkeypatch: pytest.MonkeyPatch, url: str, host: str | None) -> None:
    connections(monkeypatch)
    asked: list[str] = []

    def resolver(name: str, port: int) -> list[str]:
        asked.append(name)
        return [PUBLIC]

    with pytest.raises(NotFetched) as refused:
        fetch(url, resolver=resolver)
    assert refused.value.code == "unreachable"
    assert asked == ([host] if host else [])


# --- Redirects --------------------------------------------------------------------------------------

REDIRECTS = {
    "http://127.0.0.1/": "address",
    "http://localhost/": "address",
    "http://169.254.169.254/latest/meta-data/": "address",
    "//10.0.0.1/": "address",
    "http://[::1]/": "address",
    "http://[": "address",
    "http://2130706433/": "address",
    "/\\10.0.0.1/": "address",
    "http://a@source.example/": "credentials",
    "http://source.example:6379/": "port",
    "file:///etc/passwd": "scheme",
    "gopher://127.0.0.1/": "scheme",
    "javascript:alert(1)": "scheme",
    "/again": "redirects",
}


@pytest.mark.parametrize("target", REDIRECTS)
def test_redirects_are_checked_like_the_first_address(site: StandIn, target: str) -> None:
    site.pages = {"/": leads_to(target), "/again": leads_to("/again")}
    assert refusal(site) == REDIRECTS[target]
    assert len(site.asked) <= 6


def test_a_redirect_to_a_name_that_has_become_private(site: StandIn) -> None:
    site.pages = {"*": leads_to(f"http://other.example:{site.port}/")}
    names = {"source.example": ["127.0.0.1"], "other.example": ["127.0.0.2"]}
    with pytest.raises(NotFetched) as refused:
        fetch(
            f"http://source.example:{site.port}/",
            resolver=lambda host, port: names[host],
            allow=[("127.0.0.1", site.port)],
        )
    assert refused.value.code == "address"
    assert len(site.asked) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(site: StandIn, status: int) -> None:
    site.pages = {"/": leads_to("onward?x=1#part", status), "/onward": says("<p>Here</p>")}
    found = visit(site)
    assert (found.status, found.text) == (200, "<p>Here</p>")
    assert found.url.endswith("/") and found.final_url.endswith("/onward?x=1")


def test_five_redirects_and_not_six(site: StandIn) -> None:
    site.pages = {f"/{n}": leads_to(f"/{n + 1}") for n in range(6)} | {"/6": says("end")}
    assert visit(site, "/1").text == "end"
    assert refusal(site, "/0") == "redirects"


# --- What is sent and what comes back -----------------------------------------------------------------


def test_what_is_sent(site: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """No cookie comes back, no proxy or netrc of the environment is used, nothing says where we come from."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9/")
    onward = "/ü?q=a%20b".encode().decode("latin-1")  # UTF-8, as sites send it
    site.pages = {"/": says(b"", status=302, location=onward, set_cookie="a=b"), "/ü": says("ok")}
    assert visit(site).text == "ok"
    for _path, headers in site.asked:
        assert headers["Host"] == f"source.example:{site.port}"
        assert "Signoff" in headers["User-Agent"]
        assert not {"Cookie", "Referer", "Authorization", "Origin"} & set(headers)


def test_unchanged(site: StandIn) -> None:
    site.pages = {"/": standin.unchanged_if_known(says("new", etag='"1"', last_modified="Sun, 1 Nov"), '"1"')}
    first = visit(site)
    assert (first.etag, first.last_modified) == ('"1"', "Sun, 1 Nov")
    again = visit(site, etag=first.etag, last_modified=first.last_modified)
    assert (again.status, again.body) == (304, b"")
    assert site.asked[-1][1]["If-Modified-Since"] == "Sun, 1 Nov"


def test_a_validator_cannot_smuggle_a_header(site: StandIn) -> None:
    site.pages = {"/": says("ok")}
    visit(site, etag='"1"\r\nX-Evil: 1', last_modified="a\nb")
    assert not {"X-Evil", "If-None-Match", "If-Modified-Since"} & set(site.asked[0][1])


def test_other_statuses_come_without_a_body(site: StandIn) -> None:
    site.pages = {"/gone": says("<p>gone</p>", status=410, content_type="image/png")}
    gone = visit(site, "/gone")
    assert (gone.status, gone.body) == (410, b"")


TEXTS = {
    "UTF-8": ("café".encode(), "text/html; charset=utf-8"),
    "quoted": ("café".encode("latin-1"), 'text/html; charset="ISO-8859-1"'),
    "in the page": ('<meta charset="windows-1252">café'.encode("cp1252"), "text/html"),
    "byte order mark": ("café".encode("utf-16"), "text/html; charset=utf-8"),
    "no such encoding": ("café".encode(), "text/html; charset=klingon"),
    "an encoding that is none": ("café".encode(), "text/html; charset=hex"),
    "a slow encoding": ("café".encode(), "text/html; charset=punycode"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_text_in_its_encoding(site: StandIn, name: str) -> None:
    body, content_type = TEXTS[name]
    site.pages = {"/": says(body, content_type=content_type)}
    assert visit(site).text.endswith("café")


def test_latin_1_means_windows_1252_as_browsers_read_it(site: StandIn) -> None:
    site.pages = {"/": says(b"\x93caf\xe9\x94", content_type="text/html; charset=iso-8859-1")}
    assert visit(site).text == "“café”"


def test_text_in_a_wrong_encoding_is_still_text(site: StandIn) -> None:
    site.pages = {"/": says("café".encode("latin-1"), content_type="text/html; charset=utf-8")}
    assert visit(site).text == "caf\ufffd"


@pytest.mark.parametrize("kind", ["video/mp4", "application/zip", "image/png", "application/octet-stream"])
def test_what_cannot_be_read_is_not_fetched(site: StandIn, kind: str) -> None:
    site.pages = {"/": standin.gigabyte(kind)}
    assert refusal(site) == "content_type"


# --- Limits -----------------------------------------------------------------------------------------


def test_long_pages_are_cut(site: StandIn) -> None:
    site.pages = {"/": says("a" * 1000), "/exact": says("a" * 100)}
    found = visit(site, limit=100)
    assert found.truncated and len(found.body) == 100
    assert not visit(site, "/exact", limit=100).truncated


def test_a_long_file_is_refused(site: StandIn) -> None:
    site.pages = {"/": standin.gigabyte("application/pdf")}
    assert refusal(site) == "too_big"


@pytest.mark.parametrize(
    "page", [standin.gigabyte(), standin.bomb, standin.endless_bomb], ids=["gigabyte", "bomb", "endless bomb"]
)
def test_huge_bodies_stop_at_the_limit(site: StandIn, page: standin.Page) -> None:
    """Measured with the server's own blocks in the same process, so with some to spare."""
    standin._bomb()
    site.pages = {"/": page}
    tracemalloc.start()
    try:
        found = visit(site, limit=1_000_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found.truncated and len(found.body) <= 1_000_000
    assert peak < 12_000_000


@pytest.mark.parametrize("page", [standin.dribbles, standin.dribbles_headers, standin.silent])
def test_the_time_limit_is_for_all_of_it(site: StandIn, page: standin.Page) -> None:
    site.pages = {"/": page}
    started = time.monotonic()
    assert refusal(site, timeout=0.5) == "timeout"
    assert time.monotonic() - started < 2


def test_the_time_limit_covers_redirects_and_names(site: StandIn) -> None:
    def slow_page(visit: standin.Visit) -> None:
        time.sleep(0.3)
        leads_to("/")(visit)

    def slow_names(host: str, port: int) -> list[str]:
        time.sleep(3)
        return [PUBLIC]

    site.pages = {"/": slow_page}
    assert refusal(site, timeout=0.7) == "timeout"
    started = time.monotonic()
    with pytest.raises(NotFetched) as refused:
        fetch("http://slow.example/", resolver=slow_names, timeout=0.2)
    assert refused.value.code == "timeout" and time.monotonic() - started < 1


@pytest.mark.parametrize("page", [standin.resets, standin.no_http, standin.breaks_off])
def test_broken_answers(site: StandIn, page: standin.Page) -> None:
    site.pages = {"/": page}
    assert refusal(site) == "unreachable"


@pytest.mark.parametrize(
    ("coding", "body", "code"),
    [
        ("gzip", b"no gzip", "unreachable"),
        ("gzip", b"\x1f\x8b\x08", "unreachable"),
        ("br", b"x", "content_type"),
    ],
)
def test_wrongly_packed_answers(site: StandIn, coding: str, body: bytes, code: str) -> None:
    site.pages = {"/": says(body, content_encoding=coding)}
    assert refusal(site) == code


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(NotFetched) as refused:
        fetch(f"http://127.0.0.1:{port}/", allow=[("127.0.0.1", port)])
    assert refused.value.code == "unreachable"


# --- Certificates -----------------------------------------------------------------------------------


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate and its key in one file, good for source.example, made for this test."""
    file, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "2", "-subj", "/CN=source.example", "-addext", "subjectAltName=DNS:source.example",
         "-keyout", str(key), "-out", str(file)],
        capture_output=True, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip("openssl makes no certificate here")
    file.write_bytes(file.read_bytes() + key.read_bytes())
    return file


@pytest.fixture
def secure_site(certificate: Path) -> Iterator[StandIn]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = StandIn()
    server.names: list[str | None] = []  # type: ignore[attr-defined,misc]
    context.sni_callback = lambda _socket, name, _context: server.names.append(name)  # type: ignore[attr-defined]
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.pages = {"/": says("secret"), "/down": leads_to("http://source.example/")}
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_certificates_are_checked_for_the_name(secure_site: StandIn, certificate: Path) -> None:
    """The connection goes to an address; the name is asked for and must be in the certificate."""
    where = {"resolver": lambda host, port: ["127.0.0.1"], "allow": [("127.0.0.1", secure_site.port)]}
    trusting = ssl.create_default_context(cafile=str(certificate))
    good = f"https://source.example:{secure_site.port}"
    assert fetch(f"{good}/", **where, tls=trusting).text == "secret"  # type: ignore[arg-type]
    assert secure_site.names == ["source.example"]  # type: ignore[attr-defined]
    for url, tls in ((good, None), (f"https://other.example:{secure_site.port}", trusting)):
        with pytest.raises(NotFetched, match="certificate") as refused:
            fetch(f"{url}/", **where, tls=tls)  # type: ignore[arg-type]
        assert refused.value.code == "unreachable"
    with pytest.raises(NotFetched) as refused:
        fetch(f"{good}/down", **where, tls=trusting)  # type: ignore[arg-type]
    assert refused.value.code == "scheme"
    assert len(secure_site.asked) == 2
