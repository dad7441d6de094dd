"""Feeds: what stands in them, that any reader can read them, and that nothing stays in them that came down."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import publishing
from articles.editing import save_draft
from articles.models import Notice, Topic
from articles.public import feeds
from reviews import workflow
from tests import factories as f
from tests.machines.feed_rules import ATOM, LANG, atom_problems, json_feed_problems, read_xml
from tests.public.pages import soup
from tests.public.test_article_page import again
from tests.public.test_hostile import BREAKOUTS
from tests.public.test_lists import SHORT, queries

FEEDS = ("/feeds/articles", "/feeds/topics/chronic-pain", "/feeds/corrections")
ODD = (*BREAKOUTS, "\x01\x08\x0b\x1f\x7f", "\ufffe\uffff", "]]>&amp;&nope;", "العربية 日本語 🙂", " \t\n ")


def entries(client: Client, path: str = "/feeds/articles") -> list[Element]:
    """The entries of the Atom feed, once both forms of it are found in order and to say the same."""
    atom, as_json = client.get(f"{path}.atom"), client.get(f"{path}.json")
    assert (atom.status_code, as_json.status_code) == (200, 200)
    assert atom_problems(atom.content) == []
    assert json_feed_problems(as_json.content) == []
    found = read_xml(atom.content).findall(f"{ATOM}entry")
    items = json.loads(as_json.content)["items"]
    assert [item["id"] for item in items] == [entry.findtext(f"{ATOM}id") for entry in found]
    assert [item["date_modified"] for item in items] == [entry.findtext(f"{ATOM}updated") for entry in found]
    return found


def text(entry: Element, name: str) -> str:
    return entry.findtext(f"{ATOM}{name}") or ""


def titles(client: Client, path: str = "/feeds/articles") -> list[str]:
    return [text(entry, "title") for entry in entries(client, path)]


def test_an_empty_site(client: Client, db: None) -> None:
    f.topic()
    for path in FEEDS:
        if "topics" in path:  # that of a topic which nothing was published on
            assert client.get(f"{path}.atom").status_code == 404
        else:
            assert entries(client, path) == []
    assert client.get("/feeds/articles.atom").content == client.get("/feeds/articles.atom").content


@pytest.mark.parametrize("path", ["/feeds/articles", "/feeds/topics/chronic-pain"])
def test_an_entry(client: Client, cast: SimpleNamespace, path: str) -> None:
    page = f.published(
        cast.writer, cast.reviewer, cast.editor, slug="walking", title="Walking & pain",
        authors=[cast.writer, cast.colleague], locale="cy-GB",
    )  # fmt: skip
    [entry] = entries(client, path)
    assert text(entry, "title") == "Walking & pain"
    assert text(entry, "summary") == "What a daily walk can do for your back."
    assert [author.findtext(f"{ATOM}name") for author in entry.findall(f"{ATOM}author")] == [
        "Wanda Writer", "Walter Writer",
    ]  # fmt: skip
    assert [c.attrib for c in entry.findall(f"{ATOM}category")] == [
        {"term": "chronic-pain", "label": "Chronic pain"}
    ]
    assert [link.get("href") for link in entry.findall(f"{ATOM}link")] == [
        "http://127.0.0.1:8000/articles/walking/"
    ]
    assert entry.get(LANG) == "cy-GB"
    assert text(entry, "published") == page.first_published_at.isoformat(timespec="seconds")
    answer = client.get(f"{path}.json")
    assert answer["Content-Type"] == "application/feed+json; charset=utf-8"
    [item] = json.loads(answer.content)["items"]
    assert (item["title"], item["content_text"]) == (
        "Walking & pain",
        "What a daily walk can do for your back.",
    )
    assert item["authors"] == [{"name": "Wanda Writer"}, {"name": "Walter Writer"}]
    assert item["tags"] == ["Chronic pain"]


def test_the_text_itself_is_in_no_feed(client: Client, cast: SimpleNamespace) -> None:
    f.published(cast.writer, cast.reviewer, cast.editor, interests="Paid by nobody.")
    for path in FEEDS:
        for ending in ("atom", "json"):
            sent = client.get(f"{path}.{ending}").content.decode()
            assert "physiotherapist" not in sent
            assert "Paid by nobody" not in sent


def test_the_newest_thirty(client: Client, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [f.published(cast.writer, cast.reviewer, cast.editor, body=SHORT) for _ in range(32)]
    newest = [page.title for page in reversed(made)]
    assert titles(client) == titles(client, "/feeds/topics/chronic-pain") == newest[:30]
    again(made[0], cast, title="Anew")
    assert titles(client) == ["Anew", *newest[:29]]
    monkeypatch.setattr(feeds, "NEWEST", 2)
    assert titles(client) == ["Anew", newest[0]]


def test_an_article_keeps_its_id_wherever_it_moves(
    client: Client, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = f.published(cast.writer, cast.reviewer, cast.editor, slug="old")
    [before] = entries(client)
    with monkeypatch.context() as clock:
        later = f.tomorrow()
        clock.setattr(timezone, "now", lambda: later)
        page = again(page, cast, slug="new", title="Another title")
    [after] = entries(client)
    assert text(after, "id") == text(before, "id")
    assert text(after, "id").startswith("tag:127.0.0.1,20")
    assert text(after, "published") == text(before, "published")
    assert text(after, "title") == "Another title"
    assert after.find(f"{ATOM}link").get("href").endswith("/articles/new/")  # type: ignore[union-attr]
    workflow.retract(page.article, by=cast.lead, reason="Its only trial was invented.")
    again(page, cast, body="<p>Swimming eases low back pain in many adults [1].</p>")
    [back] = entries(client)
    assert text(back, "id") == text(before, "id")


def test_only_what_is_live(client: Client, cast: SimpleNamespace) -> None:
    live, withdrawn, retracted = (f.published(cast.writer, cast.reviewer, cast.editor) for _ in range(3))
    f.draft(cast.writer, title="A draft")
    f.submitted(cast.writer, title="In review")
    f.signed(cast.writer, cast.reviewer, title="Signed")
    workflow.withdraw(withdrawn.article, by=cast.lead, reason="The dose was wrong.")
    workflow.retract(retracted.article, by=cast.lead, reason="Its only trial was invented.")
    for path in FEEDS[:2]:
        assert titles(client, path) == [live.title]
    told = entries(client, "/feeds/corrections")
    assert [(text(e, "title"), text(e, "summary")) for e in told] == [
        (f"Retraction: {retracted.title}", "Its only trial was invented."),
        (f"Removal: {withdrawn.title}", "The dose was wrong."),
    ]
    assert [e.find(f"{ATOM}category").get("term") for e in told] == ["retraction", "removal"]  # type: ignore[union-attr]
    sent = client.get("/feeds/corrections.atom").content.decode()
    for unsaid in ("Walking most days", retracted.summary, "Dr Rita"):
        assert unsaid not in sent


def test_the_draft_says_nothing_until_it_is_published(client: Client, cast: SimpleNamespace) -> None:
    page = f.published(cast.writer, cast.reviewer, cast.editor)
    before = [client.get(f"{path}.atom").content for path in FEEDS[:2]]
    article, topic = page.article, page.topics.get()
    article.refresh_from_db()
    save_draft(
        article,
        by=cast.writer,
        version=article.version,
        title="Anew",
        summary="Anew",
        authors=[cast.colleague],
    )
    topic.name = "Renamed"
    cast.writer.first_name = "Renamed"
    topic.save()
    cast.writer.save()
    assert client.get("/feeds/articles.atom").content == before[0]
    # The feed of a topic goes by the name that it has now; what stands in it does not.
    assert (
        client.get("/feeds/topics/chronic-pain.atom").content.replace(b": Renamed", b": Chronic pain")
        == before[1]
    )


def test_every_kind_of_notice(client: Client, cast: SimpleNamespace) -> None:
    page = f.published(cast.writer, cast.reviewer, cast.editor, slug="walking", title="Cures pain")
    for kind in Notice.Kind:
        publishing.tell_readers(page, by=cast.lead, text=f"Words of {kind}.", kind=kind)
    again(page, cast, slug="running", title="May ease pain")
    told = entries(client, "/feeds/corrections")
    assert [text(e, "title") for e in told] == [
        f"{kind.label}: May ease pain" for kind in reversed(Notice.Kind)
    ]
    assert {e.find(f"{ATOM}link").get("href") for e in told} == {"http://127.0.0.1:8000/articles/running/"}  # type: ignore[union-attr]
    assert "Cures pain" not in client.get("/feeds/corrections.json").content.decode()


@pytest.mark.parametrize("odd", ODD)
def test_odd_words_break_no_feed(client: Client, cast: SimpleNamespace, odd: str) -> None:
    topic = Topic.objects.create(name=f"Pain {odd}", slug="chronic-pain")
    cast.writer.first_name = f"Wanda {odd}"[:150]
    cast.writer.save()
    page = f.published(
        cast.writer, cast.reviewer, cast.editor, title=f"Walking {odd}", summary=odd, topics=[topic],
        correction_kind="correction", correction_text=f"It was {odd}.",
    )  # fmt: skip
    for path in FEEDS:
        assert len(entries(client, path)) == 1
    workflow.withdraw(page.article, by=cast.lead, reason=f"Wrong: {odd}")
    assert len(entries(client, "/feeds/corrections")) == 2


def test_a_site_without_a_name(client: Client, cast: SimpleNamespace, settings: Any) -> None:
    settings.SITE_NAME = ""
    f.published(cast.writer, cast.reviewer, cast.editor, summary="")
    assert len(entries(client)) == 1


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_costs_the_same_whatever_is_in_it(client: Client, cast: SimpleNamespace, path: str) -> None:
    f.published(cast.writer, cast.reviewer, cast.editor, body=SHORT)
    one = [queries(client, f"{path}.{ending}") for ending in ("atom", "json")]
    for _ in range(5):
        page = f.published(cast.writer, cast.reviewer, cast.editor, body=SHORT)
        publishing.tell_readers(page, by=cast.lead, text="A note.", kind=Notice.Kind.UPDATE)
    with CaptureQueriesContext(connection) as captured:
        client.get(f"{path}.atom")
    assert [queries(client, f"{path}.{ending}") for ending in ("atom", "json")] == one
    assert len(captured) == (2 if "topics" in path else 1)
    assert not any('"html"' in query["sql"] for query in captured)


@pytest.mark.parametrize("path", FEEDS)
@pytest.mark.parametrize("ending", ["atom", "json"])
def test_a_reader_that_has_the_feed_is_told_so(
    client: Client, cast: SimpleNamespace, path: str, ending: str
) -> None:
    page = f.published(
        cast.writer, cast.reviewer, cast.editor, correction_kind="update", correction_text="A."
    )
    first = client.get(f"{path}.{ending}")
    assert first["Cache-Control"] == "no-cache"
    assert "Last-Modified" not in first
    seen = {"If-None-Match": first["ETag"]}
    again_asked = client.get(f"{path}.{ending}", headers=seen)
    assert (again_asked.status_code, again_asked.content) == (304, b"")
    workflow.withdraw(page.article, by=cast.lead, reason="The dose was wrong.")
    assert client.get(f"{path}.{ending}", headers=seen).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/feeds/articles.rss", "/feeds/articles", "/feeds/topics/none-such.atom", "/feeds/topics/chronic-pain.rss",
     "/feeds/topics/%00.atom", "/feeds/", "/feeds/corrections.xml", "/feeds/articles.atom/"],
)  # fmt: skip
def test_feeds_that_there_are_not(client: Client, db: None, path: str) -> None:
    f.topic()
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("url", ["/", "/topics/chronic-pain/", "/articles/walking/"])
def test_every_feed_that_a_page_names_is_there(client: Client, cast: SimpleNamespace, url: str) -> None:
    f.published(cast.writer, cast.reviewer, cast.editor, slug="walking")
    page = soup(client.get(url).content.decode())
    named = {(link.get("type"), link.get("href")) for link in page.xpath("//link[@rel='alternate']")}
    named = {one for one in named if one[0] != "application/json"}  # its attestation
    assert len(named) == 2
    for kind, href in named:
        assert client.get(href)["Content-Type"] == f"{kind}; charset=utf-8"


# --- The rules themselves: each broken feed is found out ---------------------------------------------

ENTRY = "<entry><id>tag:a,2027:1</id><title>T</title><updated>2027-03-14T10:00:00Z</updated><link href='https://a.example/'/></entry>"
FEED = (
    "<feed xmlns='http://www.w3.org/2005/Atom'><id>https://a.example/f</id><title>T</title><author><name>A</name>"
    f"</author><updated>2027-03-14T10:00:00Z</updated><link rel='self' href='https://a.example/f'/>{ENTRY}</feed>"
)


def test_a_right_feed_passes() -> None:
    assert atom_problems(FEED.encode()) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<title>", "<title>\x01", "not well formed"),
        ("<feed xmlns='http://www.w3.org/2005/Atom'>", "<feed>", "Its root is"),
        ("<author><name>A</name></author>", "", "has no author"),
        ("<author><name>A</name></author>", "<author/>", "author has 0 name"),
        ("<updated>2027-03-14T10:00:00Z</updated>", "", "0 updated"),
        ("2027-03-14T10:00:00Z", "14 March 2027", "no date of RFC 3339"),
        ("2027-03-14T10:00:00Z", "2027-02-30T10:00:00Z", "no date of RFC 3339"),
        (ENTRY, ENTRY + ENTRY, "Two entries have the id"),
        ("tag:a,2027:1", "1", "id is no address"),
        ("<title>T</title>", "<title/>", "title is empty"),
        ("<link href='https://a.example/'/>", "", "no alternate link"),
        ("https://a.example/'", "/a'", "A link leads to"),
        ("rel='self' ", "", "does not link to itself"),
        ("<title>T</title>", "<title>T</title><title>T</title>", "2 title"),
        ("<title>", "<title type='html'>", "not plain text"),
        ("<title>", "<pubDate/><title>", "no element of Atom"),
    ],
)  # fmt: skip
def test_a_broken_feed_does_not(old: str, new: str, said: str) -> None:
    assert any(said in problem for problem in atom_problems(FEED.replace(old, new).encode()))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": "1"}, "version"),
        ({"title": ""}, "lacks its title"),
        ({"pubDate": "x"}, "unknown “pubDate”"),
        ({"feed_url": "/feed"}, "no whole address"),
        ({"items": [{"id": "1"}]}, "no content"),
        ({"items": [{"content_text": "x"}]}, "no id"),
        ({"items": [{"id": 1, "content_text": "x"}]}, "not of its type"),
        ({"items": [{"id": "1", "content_text": "x", "date_published": "today"}]}, "no date"),
        ({"items": [{"id": "1", "content_text": "x"}] * 2}, "Two items"),
        ({"authors": [{}]}, "neither name nor address"),
    ],
)
def test_a_broken_json_feed_does_not(change: dict[str, Any], said: str) -> None:
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": []}
    assert json_feed_problems(json.dumps(feed).encode()) == []
    assert any(said in problem for problem in json_feed_problems(json.dumps({**feed, **change}).encode()))
