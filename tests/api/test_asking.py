"""Filters, pages, caching, other sites' scripts, and requests that nobody means well by."""

from __future__ import annotations

import base64
import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import Notice, Publication
from articles.publishing import tell_readers
from reviews import workflow
from tests import factories as f
from tests.api.asking import LISTS, get, slugs

SHORT = "<p>Speak to a physiotherapist first [1].</p>"
ADDRESSES = ["", *(f"{name}/" for name in LISTS), "articles/walking/", "schema/"]


def publish(cast: SimpleNamespace, slug: str, **fields: Any) -> Publication:
    return f.published(cast.writer, cast.reviewer, cast.editor, slug=slug, **{"body": SHORT, **fields})


# --- Filters ----------------------------------------------------------------------------------------


def test_articles_are_narrowed(cast: SimpleNamespace) -> None:
    source = f.source()
    publish(cast, "sleep", topics=[f.topic("sleep")], citations=[source])
    f.published(cast.writer, cast.second, cast.editor, slug="schlaf", locale="de-DE", body=SHORT)
    rita, ravi = sorted((one["slug"] for one in get("reviewers/")["results"]), reverse=True)
    assert slugs(topic="sleep") == slugs(reviewer=rita) == slugs(locale="en-GB") == ["sleep"]
    assert slugs(source=source.pk) == ["sleep"]
    assert slugs(reviewer=ravi) == slugs(locale="de-DE") == ["schlaf"]
    assert slugs(reviewer=ravi, topic="sleep") == slugs(reviewer="nobody") == slugs(topic="none") == []
    assert slugs(topic="") == ["schlaf", "sleep"]  # a form that was sent with an empty field


def test_a_second_signer_is_found_too(cast: SimpleNamespace) -> None:
    review = f.signed(cast.writer, cast.reviewer, cast.second, slug="both", topics=[f.topic("psychedelics")])
    workflow.publish(review, by=cast.editor)
    people = get("reviewers/")["results"]
    for person in people:
        assert slugs(reviewer=person["slug"]) == ["both"]
    assert len(people) == len(get("articles/both/")["signers"]) == 2


def test_days_count_from_their_beginning(cast: SimpleNamespace) -> None:
    publish(cast, "walking")
    today = timezone.localdate()
    after, before = today + dt.timedelta(days=1), today
    for name in ("reviewed", "published"):
        assert slugs(**{f"{name}_after": today}) == slugs(**{f"{name}_before": after}) == ["walking"]
        assert slugs(**{f"{name}_after": after}) == slugs(**{f"{name}_before": before}) == []
    at = get("articles/")["results"][0]["published_at"]
    assert slugs(published_after=at) == ["walking"] and slugs(published_before=at) == []


def test_sources_and_notices_are_narrowed(cast: SimpleNamespace) -> None:
    source = f.source(doi="10.1000/Walk")
    page = publish(cast, "walking", citations=[source, f.source()])
    tell_readers(page, by=None, text="A trial is in doubt.", kind=Notice.Kind.EXPRESSION_OF_CONCERN)
    other = publish(cast, "swimming")
    workflow.withdraw(other.article, by=cast.editor, reason="Wrong.")
    assert [one["id"] for one in get("sources/", doi="10.1000/wALK")["results"]] == [source.pk]
    assert len(get("sources/", article="walking", standing="none")["results"]) == 2
    assert get("sources/", article="swimming")["results"] == []
    assert [one["kind"] for one in get("notices/")["results"]] == ["removal", "expression_of_concern"]
    (told,) = get("notices/", kind="expression_of_concern")["results"]
    assert told == get("notices/", article="walking")["results"][0]
    assert get("notices/", after=told["at"], before=told["at"])["results"] == []
    assert len(get("notices/", after=told["at"])["results"]) == 2


@pytest.mark.parametrize(
    ("path", "query", "sentence"),
    [
        ("articles", "reviewed_after=yesterday", "reviewed_after: This must be a day such as 2026-03-14."),
        ("articles", "reviewed_before=2026-02-30", "reviewed_before: This must be a day such as 2026-03-14."),
        ("articles", "published_after=12345678901234567890", "published_after: This must be a day or a moment such as 2026-03-14T09:30:00Z."),
        ("articles", "overdue=1", "overdue: This must be one of: true, false."),
        ("articles", "source=walk", "source: This must be a whole number."),
        ("articles", "source=99999999999999999999999", "source: This must be a whole number."),
        ("articles", "source=1e400", "source: This must be a whole number."),
        ("articles", "source=NaN", "source: This must be a whole number."),
        ("articles", "page_size=0", "page_size: This must be a whole number from 1 to 100."),
        ("articles", "page_size=101", "page_size: This must be a whole number from 1 to 100."),
        ("articles", "page_size=%C2%B2", "page_size: This must be a whole number from 1 to 100."),
        ("articles", "cursor=next", "cursor: This is none; take it from “next” of the page before."),
        ("articles", "tpoic=sleep", "tpoic: This parameter is not known. Known are: topic, reviewer, locale, source, reviewed_after,"),
        ("articles", "topic=a&topic=b", "topic: This parameter may be given once."),
        ("articles/walking", "format=xml", "format: This parameter is not known. There are none here."),
        ("topics", "cursor=x", "cursor: This parameter is not known."),
        ("reviewers", "page=2", "page: This parameter is not known."),
        ("sources", "standing=fine", "standing: This must be one of: none, correction,"),
        ("notices", "kind=", None),
        ("notices", "kind=gossip", "kind: This must be one of: correction, update,"),
        ("schema", "format=xml", "format: This must be one of: json, yaml."),
        ("schema", "lang=de", "lang: This parameter is not known. Known are: format."),
        ("", "q=sleep", "q: This parameter is not known."),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_by_name(
    db: None, path: str, query: str, sentence: str | None
) -> None:
    answer = Client().get(f"/api/v1/{path}/?{query}" if path else f"/api/v1/?{query}")
    if sentence is None:
        assert answer.status_code == 200
        return
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_parameter"
    assert answer.json()["detail"].startswith(sentence)
    assert set(answer.json()) == {"code", "detail"}


HOSTILE = [
    "%00", "a%00b", "%FF%FE", "'%20OR%201=1--", "a" * 5000, "%E2%98%83", "0001-01-01", "9999-12-31", "-1", "[]", "{}",
    "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "%0d%0aX: y", "1" * 400, "__class__", "*", "../..",
]  # fmt: skip
PARAMETERS = {
    "articles": ("topic", "reviewer", "locale", "source", "reviewed_after", "reviewed_before", "published_after",
                 "published_before", "overdue", "cursor", "page_size"),
    "sources": ("standing", "doi", "article", "cursor"),
    "notices": ("kind", "article", "after", "before", "cursor"),
    "schema": ("format",),
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "name"), [(path, name) for path, names in PARAMETERS.items() for name in names]
)
def test_any_value_gets_an_answer(db: None, path: str, name: str) -> None:
    for value in HOSTILE:
        answer = Client().get(f"/api/v1/{path}/?{name}={value}")
        assert answer.status_code in (200, 400), value
        if answer.status_code == 400:
            assert answer.json()["detail"].startswith(f"{name}: "), value


def cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "", "~", "~1", "x~1", "2026-03-14T00:00:00~", "2026-03-14~1~2", "2026-03-14T00:00:00+00:00~-1",
        "0001-01-01T00:00:00+14:00~1", "9999-12-31T23:59:59-14:00~1", f"2026-03-14~{'9' * 30}", "\x00~1", "é~1",
        f"2026-03-14~{'9' * 5000}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["articles", "sources"])
def test_a_cursor_of_ones_own_is_refused_or_read(db: None, path: str, text: str) -> None:
    answer = Client().get(f"/api/v1/{path}/", {"cursor": cursor(text)})
    assert answer.status_code in (200, 400)
    assert answer.status_code == 200 or answer.json()["detail"].startswith("cursor: ")


@pytest.mark.parametrize(
    "path",
    ["articles/%00/", "articles/WALK%20ING/", f"articles/{'a' * 5000}/", "articles/' OR 1=1/", "nothing/", "articles/a/b/", "../v1/", "%FF/"],
)  # fmt: skip
def test_addresses_that_lead_nowhere_say_so_in_json(db: None, path: str) -> None:
    assert get(path, status=404)["code"] == "not_found"


def test_the_api_itself_is_found_without_the_last_slash(db: None) -> None:
    assert Client().get("/api/v1/articles")["Location"] == "/api/v1/articles/"
    assert Client().get("/api/").json()["detail"] == (
        "There is nothing here; http://127.0.0.1:8000/api/v1/ says what is."
    )


# --- Pages ------------------------------------------------------------------------------------------


def walk(path: str, **query: Any) -> list[list[Any]]:
    """The results of all pages, from the first to the last."""
    answer = get(path, **query)
    pages = [answer["results"]]
    while answer["next"]:
        answer = Client().get(answer["next"].removeprefix("http://127.0.0.1:8000")).json()
        pages.append(answer["results"])
    return pages


def test_pages_hold_each_article_once(cast: SimpleNamespace) -> None:
    for number in range(7):
        publish(cast, f"a-{number}", topics=[f.topic("sleep")])
    pages = walk("articles/", page_size=3, topic="sleep")
    assert [[one["slug"] for one in page] for page in pages] == [
        ["a-6", "a-5", "a-4"],
        ["a-3", "a-2", "a-1"],
        ["a-0"],
    ]
    assert len(walk("articles/", page_size=7)) == 1
    for path in ("sources/", "notices/"):
        pages = walk(path, page_size=2)
        assert [len(page) for page in pages] == ([2, 2, 2, 1] if path == "sources/" else [0])


def test_articles_of_one_moment_are_not_lost_between_pages(
    cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    reviews = [f.signed(cast.writer, cast.reviewer, slug=f"a-{number}", body=SHORT) for number in range(5)]
    now = timezone.now()
    with monkeypatch.context() as patch:
        patch.setattr("articles.publishing.timezone.now", lambda: now)
        for review in reviews:
            workflow.publish(review, by=cast.editor)
    assert [one["slug"] for page in walk("articles/", page_size=2) for one in page] == [
        "a-4",
        "a-3",
        "a-2",
        "a-1",
        "a-0",
    ]


def test_what_comes_and_goes_between_two_pages_moves_nothing_else(cast: SimpleNamespace) -> None:
    made = [publish(cast, f"a-{number}") for number in range(4)]
    first = get("articles/", page_size=2)
    publish(cast, "newer")
    for page in (made[2], made[1]):  # the last that was shown, and one that was not yet
        workflow.withdraw(page.article, by=cast.editor, reason="Wrong.")
    second = Client().get(first["next"].removeprefix("http://127.0.0.1:8000")).json()
    assert [one["slug"] for one in second["results"]] == ["a-0"]


# --- Caching ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ADDRESSES)
def test_what_did_not_change_is_not_sent_again(cast: SimpleNamespace, path: str) -> None:
    publish(cast, "walking")
    client = Client()
    first = client.get(f"/api/v1/{path}")
    again = client.get(f"/api/v1/{path}", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert first["Cache-Control"] == again["Cache-Control"] == "no-cache"
    assert client.head(f"/api/v1/{path}")["ETag"] == first["ETag"]
    assert client.get(f"/api/v1/{path}", headers={"if-none-match": '"another"'}).status_code == 200


@pytest.mark.parametrize("path", [*(f"{name}/" for name in LISTS), "articles/walking/"])
def test_after_a_take_down_no_kept_copy_holds(cast: SimpleNamespace, path: str) -> None:
    page = publish(cast, "walking")
    client = Client()
    kept = client.get(f"/api/v1/{path}")["ETag"]
    workflow.withdraw(page.article, by=cast.editor, reason="Wrong dose.")
    after = client.get(f"/api/v1/{path}", headers={"if-none-match": kept})
    assert after.status_code == (410 if path == "articles/walking/" else 200)
    assert after["Cache-Control"] == "no-cache"


def test_a_notice_and_a_turn_of_a_source_change_the_answer(cast: SimpleNamespace) -> None:
    source = f.source()
    page = publish(cast, "walking", citations=[source])
    client, seen = Client(), set()
    address = "/api/v1/articles/walking/"
    seen.add(client.get(address)["ETag"])
    tell_readers(page, by=None, text="In doubt.", kind=Notice.Kind.EXPRESSION_OF_CONCERN)
    seen.add(client.get(address)["ETag"])
    source.standing = "retracted"
    source.save()
    seen.add(client.get(address)["ETag"])
    assert len(seen) == 3


# --- Who may ask ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*ADDRESSES, "docs/", "nothing/"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(cast: SimpleNamespace, path: str, method: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.editor)
    answer = getattr(client, method)(f"/api/v1/{path}")
    assert answer.status_code == 405
    assert answer.json() == {"code": "method_not_allowed", "detail": "The API can only be read: use GET."}
    assert answer["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", [*ADDRESSES, "docs/"])
def test_everybody_gets_the_same(cast: SimpleNamespace, path: str) -> None:
    publish(cast, "walking")
    signed_in = Client()
    signed_in.force_login(cast.writer)
    mine, anybodys = signed_in.get(f"/api/v1/{path}"), Client().get(f"/api/v1/{path}")
    assert mine.content == anybodys.content
    assert "Cookie" not in anybodys.get("Vary", "") and "Set-Cookie" not in anybodys.headers
    policy = anybodys["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy


def test_any_accept_header_gets_an_answer_in_json(db: None) -> None:
    for accept in ("*/*", "text/html,*/*;q=0.1", "application/json"):
        assert Client().get("/api/v1/", headers={"accept": accept}).status_code == 200
    for accept in ("image/png", "a/b;q=x", ";;;", "x" * 5000):
        answer = Client().get("/api/v1/", headers={"accept": accept})
        assert answer.status_code in (200, 406) and answer.json()


def test_scripts_of_other_sites_read_nothing_unless_told(db: None, settings: Any) -> None:
    answer = Client().get("/api/v1/", headers={"origin": "https://app.example.org"})
    assert not [name for name in answer.headers if name.startswith("Access-Control")]
    settings.API_CORS_ORIGINS = ["https://app.example.org", "https://b.example.org"]
    answer = Client().get("/api/v1/", headers={"origin": "https://app.example.org"})
    assert answer["Access-Control-Allow-Origin"] == "https://app.example.org"
    assert answer["Access-Control-Expose-Headers"] == "ETag"
    for origin in ("https://evil.example.org", "null", "*", "https://app.example.org.evil.example", None):
        headers = {"origin": origin} if origin else {}
        answer = Client().get("/api/v1/", headers=headers)
        assert "Access-Control-Allow-Origin" not in answer
        assert "Origin" in answer["Vary"]
    assert "Access-Control-Allow-Credentials" not in answer
    kept = Client().get("/api/v1/")["ETag"]
    again = Client().get("/api/v1/", headers={"origin": "https://b.example.org", "if-none-match": kept})
    assert (again.status_code, again["Access-Control-Allow-Origin"]) == (304, "https://b.example.org")


def test_scripts_of_all_sites_may_ask_where_the_setting_says_so(db: None, settings: Any) -> None:
    settings.API_CORS_ORIGINS = ["*"]
    for path, status in (("/api/v1/", 200), ("/api/v1/articles/x/", 404), ("/api/v1/?x=1", 400)):
        answer = Client().get(path, headers={"origin": "https://anybody.example"})
        assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (status, "*")
    first = Client().options("/api/v1/articles/", headers={"origin": "https://anybody.example"})
    assert (first.status_code, first["Access-Control-Allow-Methods"]) == (204, "GET, HEAD, OPTIONS")
    assert first["Access-Control-Allow-Headers"] == "If-None-Match"
    assert "Access-Control-Allow-Origin" not in Client().get(
        "/", headers={"origin": "https://anybody.example"}
    )
