"""A reader who asks for every public address there is, follows every link, and reads all that comes back.

Addresses are found in the URLconf, so that a new one is asked for without anybody thinking of it.
"""

from __future__ import annotations

import html
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from itertools import product
from urllib.parse import urldefrag, urljoin, urlsplit

from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

STAFF = ("desk/", "admin/", "login/", "logout/")
"""Not public: what begins so asks who you are."""
ELSEWHERE = ("articles.api.urls",)
"""URLconfs that a view of ours resolves in by itself."""
DOORS = {"api"}
"""Names of the views that do."""
WORDS = ("ris", "bib", "json", "atom", "rss", "xml", "csv", "none-such")
NUMBERS = ("0", "1", "2")
MOST = 40_000
"""Requests after which a crawl has lost its way."""
_ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>")
_LINK = re.compile(r"""["'>]((?:/(?!/)|\?|https?://)[^"'<>\s\\]*)""")


@dataclass(frozen=True, slots=True)
class Visit:
    """One answer; `text` is its body, `headers` each header with its value."""

    url: str
    name: str
    status: int
    headers: str
    text: str

    @property
    def cache_control(self) -> str:
        found = re.search(r"^Cache-Control: (.*)$", self.headers, re.MULTILINE)
        return found[1] if found else ""


@dataclass
class Crawler:
    """Asks as whoever `client` is. `slugs` are all that an address may end with, of drafts too."""

    client: Client
    slugs: Iterable[str] = ()
    seen: dict[str, Visit] = field(default_factory=dict)

    def crawl(self, *, queries: Iterable[str] = ()) -> list[Visit]:
        """Every address of the URLconf with every slug and number, then every link.

        Where there is an answer each of `queries` is tried, where there is none all of them at once.
        """
        routes = [(url, name) for name, route in public_routes() for url in filled(route, self.slugs)]
        self._follow(routes)
        for url, name in routes if queries else ():
            tried = ["&".join(queries)] if self.seen[url].status == 404 else queries
            self._follow([(f"{url}?{query}", name) for query in tried])
        return list(self.seen.values())

    def _follow(self, waiting: list[tuple[str, str]]) -> None:
        queue = deque(waiting)
        while queue:
            url, name = queue.popleft()
            if url in self.seen:
                continue
            assert len(self.seen) < MOST, "the crawl has lost its way"
            visit = self.seen[url] = self.ask(url, name)
            queue.extend((link, "") for link in links_in(visit) if link not in self.seen)

    def ask(self, url: str, name: str = "") -> Visit:
        answer = self.client.get(url)
        headers = "\n".join(f"{key}: {value}" for key, value in answer.items())
        body = b"".join(answer) if answer.streaming else answer.content
        return Visit(url, name, answer.status_code, headers, body.decode("utf-8", "replace"))

    def check_it_was_thorough(self, *, least: int, not_there: Iterable[str] = ()) -> None:
        """Each name answered 200 somewhere, but for those `not_there`; `least` addresses were asked for."""
        answered = Counter(visit.name for visit in self.seen.values() if visit.status == 200)
        names = {name for name, _ in public_routes()}
        assert names - answered.keys() <= {*not_there}, names - answered.keys()
        assert len(self.seen) >= least


def public_routes() -> Iterator[tuple[str, str]]:
    """The name and the route of every address that is public."""
    yield from _routes(get_resolver().url_patterns, "", "")
    for urlconf in ELSEWHERE:
        if find_spec(urlconf.rpartition(".")[0]):
            yield from _routes(import_module(urlconf).urlpatterns, "", f"{urlconf}:")


def _routes(
    patterns: Iterable[URLPattern | URLResolver], above: str, namespace: str
) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = above + str(pattern.pattern)
        if route.startswith(STAFF) or (isinstance(pattern, URLPattern) and pattern.name in DOORS):
            continue
        assert isinstance(pattern.pattern, RoutePattern), f"say in tests/crawler.py what is at {route}"
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route, f"{pattern.namespace}:")
        else:
            yield f"{namespace}{pattern.name}", route


def filled(route: str, slugs: Iterable[str]) -> Iterator[str]:
    """The addresses of a route: each slug in its first gap for words, each number in those for numbers."""
    gaps = _ARGUMENT.findall(route)
    words = [name for kind, name in gaps if kind != "int"]
    values = [
        NUMBERS if kind == "int" else [*slugs, *WORDS] if name == words[0] else WORDS for kind, name in gaps
    ]
    for chosen in product(*values):
        given = iter(chosen)
        yield "/" + _ARGUMENT.sub(lambda _, given=given: next(given), route)  # type: ignore[misc]


def links_in(visit: Visit) -> Iterator[str]:
    """The public addresses on this site that an answer leads to, wherever in it they stand."""
    for link in _LINK.findall(f"{visit.text}\n" + re.sub(r": |<", '"', visit.headers)):
        whole = urldefrag(urljoin(urljoin(settings.SITE_URL, visit.url), html.unescape(link))).url
        if whole.startswith(f"{settings.SITE_URL}/"):
            parts = urlsplit(whole)
            if not parts.path.startswith(("/static/", *(f"/{staff}" for staff in STAFF))):
                yield parts._replace(scheme="", netloc="").geturl()
