"""A real nginx with the configuration of docs/static-export.md, in front of the site. Skipped where there is none."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from articles.models import Publication
from config.environment import ROOT
from reviews import workflow
from tests import factories as f

Ask = Callable[..., SimpleNamespace]
SAID_BY_THE_SITE = (
    "Cache-Control", "Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
)  # fmt: skip


def blocks() -> list[str]:
    """The server, then the headers."""
    text = (ROOT / "docs" / "static-export.md").read_text(encoding="utf-8")
    return re.findall(r"```nginx\n(.*?)```", text, re.DOTALL)


def parts(value: str) -> set[str]:
    """A header's parts; the site sends those of its policy in any order."""
    return {part.strip() for part in value.split(";")}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.fixture
def page(live_server: LiveServer, cast: SimpleNamespace) -> Publication:
    return f.published(cast.writer, cast.reviewer, cast.editor)


@pytest.fixture
def ask(live_server: LiveServer, exported: Path, page: Publication, tmp_path: Path) -> Iterator[Ask]:
    """`ask("/topics/")` asks nginx, which has an export beside it and the site behind it."""
    if (nginx := shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")) is None:
        pytest.skip("no nginx")
    call_command("export_site", str(exported), "--json")
    server, headers = blocks()
    port, behind = free_port(), urlsplit(live_server.url).netloc
    for old, new in (
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("root /srv/signoff/public;", f"root {exported};"),
        ("/etc/nginx/signoff-headers.conf", f"{tmp_path}/signoff-headers.conf"),
        ("http://127.0.0.1:8000", f"http://{behind}"),
    ):
        assert old in server
        server = server.replace(old, new)
    (tmp_path / "signoff-headers.conf").write_text(headers)
    paths = "".join(
        f"{name}_temp_path {tmp_path}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"{'user root;' if os.getuid() == 0 else ''} daemon off; worker_processes 1; pid {tmp_path}/pid;\n"
        f"error_log {tmp_path}/error.log; events {{}}\n"
        f"http {{ include /etc/nginx/mime.types; access_log off;\n{paths}{server}}}\n"
    )
    process = subprocess.Popen([nginx, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")])

    def asked(path: str, **headers: str) -> SimpleNamespace:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", path, headers={"Host": "127.0.0.1", **headers})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return SimpleNamespace(
            status=answer.status, body=body, text=body.decode("utf-8", "replace"), headers=answer.headers
        )

    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.05)
    yield asked
    process.terminate()
    process.wait(timeout=10)


def test_files_are_served_with_what_the_site_says(ask: Ask, page: Publication, exported: Path) -> None:
    """Each file is changed by a word, to be told from what the site answers."""
    mark = b"<!-- a file -->"
    for file in exported.rglob("index.html"):
        file.write_bytes(file.read_bytes() + mark)
    for path in ("/", "/topics/", "/topics/chronic-pain/", "/reviewers/rita/", f"/articles/{page.slug}/"):
        found, said = ask(path), Client().get(path)
        assert found.status == 200
        assert found.body == said.content + mark, path
        assert found.headers["Content-Type"] == "text/html; charset=utf-8"
        for header in SAID_BY_THE_SITE[0 if path != "/topics/" else 1 :]:
            assert [parts(value) for value in found.headers.get_all(header)] == [parts(said[header])], header
        assert ask(path, **{"If-None-Match": found.headers["ETag"]}).status == 304
        assert ask(path, **{"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"
    article = f"/articles/{page.slug}/"
    for path in (f"{article}?utm_source=letter", "/?before=99999999", "/healthz"):
        found = ask(path)
        assert found.status == 200
        assert mark not in found.body, path
        assert len(found.headers.get_all("X-Frame-Options")) == 1
    for ending in ("ris", "bib", "json"):
        found, said = ask(f"{article}references.{ending}"), Client().get(f"{article}references.{ending}")
        assert found.body == said.content
        assert found.headers["Content-Disposition"] == said["Content-Disposition"]
        assert found.headers["Content-Type"].partition(";")[0] == said["Content-Type"].partition(";")[0]


def test_what_is_nowhere(ask: Ask, page: Publication) -> None:
    assert ask("/articles/none-such/").status == 404
    assert "no page at this address" in ask("/articles/none-such/").text
    assert ask("/none-such").status == 404
    for hidden in (
        "/.signoff-export",
        "/index.html",
        f"/articles/{page.slug}/index.html",
        "/410.html",
        "/../pid",
    ):
        assert ask(hidden).status in (400, 404), hidden
    assert ask(f"/articles/{page.slug}").headers["Location"].endswith(f"/articles/{page.slug}/")


def test_a_take_down(ask: Ask, page: Publication, cast: SimpleNamespace, work: Any, exported: Path) -> None:
    article = f"/articles/{page.slug}/"
    assert ask(article).status == 200
    workflow.withdraw(page.article, by=cast.lead, reason="An error in the second section.")
    for path in (article, f"{article}references.ris"):
        assert ask(path).status == 410
        assert "An error in the second section." in ask(path).text
    assert page.title not in ask("/").text
    work()
    assert (exported / "articles" / page.slug / "410.html").exists()
    found = ask(article)
    assert found.status == 410
    assert "An error in the second section." in found.text
    assert found.headers["Content-Security-Policy"]


def test_the_application_is_away(
    ask: Ask, page: Publication, cast: SimpleNamespace, work: Any, live_server: LiveServer
) -> None:
    other = f.published(cast.writer, cast.reviewer, cast.editor)
    workflow.withdraw(page.article, by=cast.lead, reason="An error in the second section.")
    work()
    live_server.stop()
    assert ask(f"/articles/{page.slug}/").status == 410
    assert other.title in ask("/").text
    assert ask(f"/articles/{other.slug}/").status == 200
    assert ask("/articles/none-such/").status == 502
