"""The search page: what it says, its filters, its pages, and what it costs."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.search import asking
from tests import factories as f
from tests.search.pages import Answer, publish, titles


def test_the_form_alone_teaches(client: Client, db: None) -> None:
    html = client.get("/search/").content.decode()
    assert "<h1>Search</h1>" in html
    assert 'role="search"' in html
    assert "quotation marks must stand together" in html
    assert "noindex" not in html
    assert 'rel="canonical"' in html
    assert 'role="status"' not in html


def test_results_are_no_page_for_other_search_engines(client: Client, db: None) -> None:
    html = client.get("/search/?q=pain").content.decode()
    assert '<meta name="robots" content="noindex">' in html
    assert "canonical" not in html


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("zebra", "No article has this word."),
        ("zebra pain", "No article has all of these words."),
        (
            "!!!",
            "There is no word in “!!!”. Type one or more words, such as a condition, a medicine or a symptom.",
        ),
        (
            "😀",
            "There is no word in “😀”. Type one or more words, such as a condition, a medicine or a symptom.",
        ),
        ("tinnitus", "1 article"),
        ("rest", "2 articles"),
    ],
)
def test_what_is_said(client: Client, cast: SimpleNamespace, asked: str, said: str) -> None:
    publish(cast, "Tinnitus and rest")
    publish(cast, "Rest")
    assert Answer(client, asked).said == said


def test_the_form_keeps_what_was_sent(client: Client, cast: SimpleNamespace) -> None:
    publish(cast, "Tinnitus", topics=[f.topic("hearing")])
    page = Answer(client, '"a" <b>', topic="hearing", **{"from": "2026-01-31"}).page
    assert page.xpath("//input[@name='q']/@value") == ['"a" <b>']
    assert page.xpath("//option[@selected]/@value") == ["hearing"]
    assert page.xpath("//input[@name='from']/@value") == ["2026-01-31"]
    assert "within your filters" in Answer(client, "zebra", topic="hearing").said


def test_by_topic(client: Client, cast: SimpleNamespace) -> None:
    publish(cast, "Tinnitus one", topics=[f.topic("hearing"), f.topic("sleep")])
    publish(cast, "Tinnitus two", topics=[f.topic("sleep")])
    assert titles(client, "tinnitus", topic="hearing") == ["Tinnitus one"]
    assert titles(client, "tinnitus", topic="sleep") == ["Tinnitus two", "Tinnitus one"]
    answer = Answer(client, "tinnitus", topic="no-such")
    assert "There are no articles under that topic, so all topics were searched." in answer.html
    assert len(answer.titles) == 2


def test_by_day_of_review(client: Client, cast: SimpleNamespace) -> None:
    day = publish(cast, "Tinnitus").attestation["reviewed_on"]
    assert titles(client, "tinnitus", **{"from": day}) == ["Tinnitus"]
    assert titles(client, "tinnitus", **{"from": "0001-01-01"}) == ["Tinnitus"]
    assert titles(client, "tinnitus", **{"from": "9999-12-31"}) == []


@pytest.mark.parametrize(
    "day", ["yesterday", "2026-02-30", "31/01/2026", "\x00", "2026-01-01T00:00", "9" * 5_000]
)
def test_a_day_that_is_none(client: Client, cast: SimpleNamespace, day: str) -> None:
    publish(cast, "Tinnitus")
    answer = Answer(client, "tinnitus", **{"from": day})
    assert answer.titles == ["Tinnitus"]
    assert "The day for “Reviewed since” could not be read" in answer.html
    assert answer.page.xpath("//input[@name='from']/@value") == []


def test_leafing_keeps_the_question_and_its_filters(
    client: Client, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PER_PAGE", 2)
    for n in range(5):
        publish(cast, f"Tinnitus {n}", topics=[f.topic("hearing")])
    answer = Answer(client, 'tinnitus & "tinnitus"', topic="hearing", **{"from": "2020-01-01"})
    assert "Page 1 of 3" in answer.html
    assert answer.titles == ["Tinnitus 4", "Tinnitus 3"]
    assert answer.turn(client, "next")
    assert answer.titles == ["Tinnitus 2", "Tinnitus 1"]
    assert answer.page.xpath("//ol[@class='articles']/@start") == ["3"]
    assert answer.turn(client, "next")
    assert answer.titles == ["Tinnitus 0"]
    assert not answer.turn(client, "next")
    assert answer.turn(client, "prev")
    assert answer.titles == ["Tinnitus 2", "Tinnitus 1"]
    assert answer.page.xpath("//option[@selected]/@value") == ["hearing"]


@pytest.mark.parametrize("page", ["abc", "999999", "0", "-1", "\x00", "9" * 5000, "1e400", "²", "", "[]"])
def test_a_strange_page_number_shows_a_page(client: Client, cast: SimpleNamespace, page: str) -> None:
    publish(cast, "Tinnitus")
    assert titles(client, "tinnitus", page=page) == ["Tinnitus"]


def test_more_than_one_leafs_through_is_not_counted(
    client: Client, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MOST", 3)
    for n in range(3):
        publish(cast, "Rest" if n else "Waiting", f"<p>Tinnitus {n} [1].</p>")
    assert Answer(client, "tinnitus").said == "3 articles"
    publish(cast, "Tinnitus")
    answer = Answer(client, "tinnitus")
    assert answer.said == "More than 3 articles have this word. These are the first 3."
    assert answer.titles == ["Tinnitus", "Rest", "Rest"]
    publish(cast, "Tinnitus and tinnitus")
    assert Answer(client, "tinnitus").titles[:2] == ["Tinnitus", "Tinnitus and tinnitus"]


def queries(client: Client, **asked: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/search/", asked).status_code == 200
    return len(captured)


def test_a_search_costs_the_same_at_10_and_at_60(client: Client, cast: SimpleNamespace) -> None:
    asked = [
        {}, {"q": "tinnitus"}, {"q": "rest"}, {"q": '"rest helps" tinnitus', "page": "2"},
        {"q": "tinnitus", "topic": "hearing", "from": "2020-01-01"},
    ]  # fmt: skip
    source = f.source()

    def more(count: int) -> list[int]:
        for _ in range(count):
            body = "<p>Rest helps [1].</p>"
            publish(cast, "Tinnitus", body, topics=[f.topic("hearing")], citations=[source])
        return [queries(client, **one) for one in asked]

    at_10 = more(10)
    assert more(50) == at_10
    assert max(at_10) <= 6


def test_a_mistyped_word_costs_a_little_more(client: Client, cast: SimpleNamespace) -> None:
    for _ in range(4):
        publish(cast, "Tinnitus")
    assert queries(client, q="tinitus") <= 15


def test_nobody_is_followed(client: Client, cast: SimpleNamespace) -> None:
    response = client.get("/search/?q=tinnitus")
    assert "Set-Cookie" not in response.headers
    assert "Cookie" not in response.headers.get("Vary", "")
    assert client.head("/search/?q=tinnitus").content == b""
    assert client.post("/search/", {"q": "tinnitus"}).status_code == 405
