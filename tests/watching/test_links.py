"""Web sources: as they were, moved, changed, gone; and one bad night is no verdict."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from articles.models import Outbox, Source
from articles.sources.fetching import Fetched, NotFetched
from reviews import jobs
from reviews.models import Alert, LinkCheck
from reviews.watching import alerts, links
from tests import factories as f

pytestmark = pytest.mark.django_db

LEAFLET = " ".join(f"Walking helps the back on day {n} of every month." for n in range(60))
ELSE = " ".join(f"Buy our boots at price {n} in the shop near you." for n in range(60))
URL = "https://example.org/leaflet"


def html(text: str) -> bytes:
    return (
        f"<html><head><title>Leaflet</title><script>var x = 1;</script></head><body><nav>Home</nav>"
        f"<p>{text}</p><footer>Printed {len(text)}</footer></body></html>"
    ).encode()


class Web:
    """What the address answers; set by each test."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.says(LEAFLET)

    def says(self, text: str = "", *, status: int = 200, at: str = URL, kind: str = "text/html") -> None:
        self.answer: Fetched | NotFetched = Fetched(
            URL, at, status, kind, "utf-8", html(text) if 200 <= status < 300 else b"", '"v1"', "", False
        )

    def is_silent(self) -> None:
        self.answer = NotFetched("unreachable", "The site does not answer.")

    def fetch(self, url: str, *, etag: str = "", last_modified: str = "") -> Fetched:
        self.asked.append((url, etag))
        if isinstance(self.answer, NotFetched):
            raise self.answer
        return replace(self.answer, url=url)


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Web:
    there = Web()
    monkeypatch.setattr(links, "fetch", there.fetch)
    return there


def drain() -> None:
    while jobs.run_due():
        pass


@pytest.fixture
def leaflet(db: None) -> Source:
    return f.source(kind="web-page", title="A leaflet", url=URL)


def test_the_first_look_keeps_a_copy_without_menus_and_scripts(web: Web, leaflet: Source) -> None:
    check = links.check_link(leaflet)
    assert check.outcome == "ok"
    assert check.copy.endswith("of every month.")
    for chrome in ("var x", "Home", "Printed"):
        assert chrome not in check.copy


def test_a_small_change_is_no_news_and_a_large_one_is(web: Web, leaflet: Source) -> None:
    links.check_link(leaflet)
    web.says(LEAFLET.replace("day 7", "day seven"))
    assert links.check_link(leaflet).outcome == "ok"
    web.says(ELSE)
    check = links.check_link(leaflet)
    assert (check.outcome, check.likeness) == ("changed", pytest.approx(0, abs=0.05))
    assert "month" in check.copy, "the copy that was read stays"


def test_a_page_that_somebody_decided_on_is_the_new_copy(
    web: Web, leaflet: Source, cast: SimpleNamespace
) -> None:
    f.published(cast.writer, cast.reviewer, cast.editor, citations=[leaflet])
    links.check_link(leaflet)
    web.says(ELSE)
    assert links.check_link(leaflet).outcome == "changed"
    drain()
    assert links.check_link(leaflet).outcome == "changed", "nobody has read it yet"
    alerts.decide(
        Alert.objects.get(), by=cast.editor, decision="stands", reason="It says the same in other words."
    )
    check = links.check_link(leaflet)
    assert check.outcome == "ok" and "boots" in check.copy
    links.check_link(leaflet)
    drain()
    assert Alert.objects.count() == 1


def test_a_bad_night_takes_nothing_back_and_raises_nothing_anew(
    web: Web, leaflet: Source, cast: SimpleNamespace
) -> None:
    f.published(cast.writer, cast.reviewer, cast.editor, citations=[leaflet])
    links.check_link(leaflet)
    web.says(status=410)
    links.check_link(leaflet)
    drain()
    alerts.decide(Alert.objects.get(), by=cast.editor, decision="stands", reason="We keep a copy.")
    for night in (503, 410, 503, 410):
        web.says(status=night)
        assert links.check_link(leaflet).outcome == "gone"
        drain()
    assert Alert.objects.count() == 1


def test_what_is_too_large_to_read_is_not_gone(web: Web, leaflet: Source) -> None:
    web.answer = NotFetched("too_big", "The file is larger than 5,000,000 bytes.")
    assert {links.check_link(leaflet).outcome for _ in range(20)} == {"unknown"}


def test_silence_and_a_404_are_counted_apart(web: Web, leaflet: Source) -> None:
    web.is_silent()
    links.check_link(leaflet)
    web.says(status=404)
    assert links.check_link(leaflet).outcome == "unknown"


def test_asked_only_for_what_is_new_and_304_is_as_it_was(web: Web, leaflet: Source) -> None:
    links.check_link(leaflet)
    web.says(status=304)
    assert links.check_link(leaflet).outcome == "ok"
    assert web.asked == [(URL, ""), (URL, '"v1"')]


@pytest.mark.parametrize(
    ("led_to", "outcome"),
    [
        ("https://example.org/new/leaflet", "moved"),
        ("https://elsewhere.example/leaflet", "moved"),
        ("https://www.example.org/leaflet/", "ok"),
        ("http://example.org/leaflet", "ok"),
    ],
)
def test_where_it_leads(led_to: str, outcome: str, web: Web, leaflet: Source) -> None:
    web.says(LEAFLET, at=led_to)
    assert links.check_link(leaflet).outcome == outcome


def test_gone_needs_two_nights_and_a_410_one(web: Web, leaflet: Source) -> None:
    links.check_link(leaflet)
    web.says(status=404)
    assert [links.check_link(leaflet).outcome for _ in range(3)] == ["unknown", "gone", "gone"]
    web.says(LEAFLET)
    assert links.check_link(leaflet).outcome == "ok"
    web.says(status=410)
    assert links.check_link(leaflet).outcome == "gone"


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503, 999])
def test_a_site_in_trouble_says_nothing_of_the_page(status: int, web: Web, leaflet: Source) -> None:
    web.says(status=status)
    for _ in range(20):
        check = links.check_link(leaflet)
    assert check.outcome == "unknown" and str(status) in check.problem


def test_silence_for_fourteen_nights_is_gone(web: Web, leaflet: Source) -> None:
    web.is_silent()
    outcomes = [links.check_link(leaflet).outcome for _ in range(15)]
    assert outcomes == ["unknown"] * 13 + ["gone"] * 2


def test_another_address_begins_anew(web: Web, leaflet: Source) -> None:
    links.check_link(leaflet)
    leaflet.url = "https://example.org/other"
    leaflet.save()
    web.says(ELSE, at=leaflet.url)
    assert links.check_link(leaflet).outcome == "ok"


@pytest.mark.parametrize("body", ["", "\x00", "<", "<html>", "<p>" * 3000])
def test_odd_pages_are_read_without_a_crash(body: str, web: Web, leaflet: Source) -> None:
    web.answer = Fetched(URL, URL, 200, "text/html", "utf-8", body.encode(), "", "", False)
    assert links.check_link(leaflet).outcome in ("ok", "unknown")


def test_a_page_that_lost_its_text_changed(web: Web, leaflet: Source) -> None:
    links.check_link(leaflet)
    web.says("", kind="application/pdf")
    assert links.check_link(leaflet).outcome == "changed"


def test_what_live_pages_cite_raises_an_alert_once(web: Web, leaflet: Source, cast: SimpleNamespace) -> None:
    page = f.published(cast.writer, cast.reviewer, cast.editor, citations=[leaflet])
    links.check_link(leaflet)
    web.says(ELSE)
    for _ in range(3):
        links.check_link(leaflet)
        drain()
    alert = Alert.objects.get()
    assert (alert.kind, alert.publication, alert.source) == ("changed", page, leaflet)
    assert "says something else than it did" in alert.sentence
    assert alert.review is not None and alert.review.is_open


def test_no_alert_where_it_is_well_again_by_then(web: Web, leaflet: Source, cast: SimpleNamespace) -> None:
    f.published(cast.writer, cast.reviewer, cast.editor, citations=[leaflet])
    links.check_link(leaflet)
    web.says(status=410)
    links.check_link(leaflet)
    web.says(LEAFLET)
    links.check_link(leaflet)
    drain()
    assert not Alert.objects.exists()


def test_checks_are_promised_for_web_sources_alone(leaflet: Source, settings: object) -> None:
    f.source(doi="10.1000/1", url="https://example.org/paper")
    f.source()
    assert links.promise_checks(Source.objects.all()) == 0, "switched off"
    settings.ASK_REGISTRIES = True  # type: ignore[attr-defined]
    assert links.promise_checks(Source.objects.all()) == 1
    assert links.promise_checks(Source.objects.all()) == 1
    assert Outbox.objects.get(job="check_link").payload == {"source": leaflet.pk}
    assert not LinkCheck.objects.exists()
