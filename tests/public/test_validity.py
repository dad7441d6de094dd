"""Every page that readers can reach is valid HTML, however odd what stands in it."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from urllib.parse import urljoin, urlsplit

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from articles.models import Notice, Topic
from articles.public import lists
from articles.publishing import tell_readers
from reviews import judging, workflow
from reviews.models import Disclaimer
from tests import factories as f
from tests.public.pages import soup
from tests.public.test_hostile import BREAKOUTS
from tests.public.test_rendering import BODY, disclaimer, reference, rendered
from tests.public.validity import problems

NO_PAGES = ("/admin/", "/desk/", "/static/")
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft " * 2
TABLE = (
    "<table><caption>Steps a day</caption><thead><tr><th scope='col'>Week</th><th>Steps</th></tr></thead>"
    "<tbody><tr><td colspan='2'>1,000</td></tr></tbody></table>"
)


def crawl(client: Client, start: str = "/") -> dict[str, str]:
    """Every page of ours that a reader comes to by links from `start`, with what it is."""
    pages: dict[str, str] = {}
    ahead = [start]
    while ahead:
        url = ahead.pop()
        if url in pages or url.startswith(NO_PAGES):
            continue
        answer = client.get(url, follow=True)
        if not answer["Content-Type"].startswith("text/html"):
            continue
        pages[url] = answer.content.decode()
        for href in soup(pages[url]).xpath("//body//a/@href"):
            parts = urlsplit(urljoin(f"http://testserver{url}", str(href)))
            if parts.hostname == "testserver":
                ahead.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    return pages


@pytest.fixture
def site(cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of everything: headings, tables, warnings in all three places, notices, pages that came down."""
    monkeypatch.setattr(lists, "PER_PAGE", 1)
    body = (
        "".join(
            f"<h2>Part {n}</h2><h3>Detail</h3><p>Speak to a physiotherapist first [{n}].</p>"
            for n in range(1, 6)
        )
        + f"{TABLE}<ul><li>One</li><li><p>Two</p><ol start='3'><li>Three</li></ol></li></ul>"
        + "<blockquote><p>Quoted <em>by <a href='https://example.org/?a=1&amp;b=2'>them</a></em>.</p></blockquote><hr>"
    )
    sources = [f.source(url=f"https://example.org/a b/{n}?x=1&y=[2]", doi=f"10.1000/<{n}>") for n in range(5)]
    review = f.submitted(
        cast.writer, slug="live", body=body, citations=sources, interests="None.\n\nNot one.", title=LONG,
        topics=[f.topic(), f.topic("medicines")], correction_kind="update", correction_text="A.\n\nB.",
    )  # fmt: skip
    f.judge(review, cast.reviewer)
    kinds = list(Disclaimer.objects.order_by("key")[:3])
    for kind, placement in zip(kinds, ("top", "inline", "end"), strict=True):
        quote = "Speak to a physiotherapist first [2]." if placement == "inline" else ""
        judging.attach_disclaimer(review, by=cast.reviewer, disclaimer=kind, placement=placement, quote=quote)
    f.sign(review, cast.reviewer)
    page = workflow.publish(review, by=cast.editor)
    tell_readers(page, by=cast.lead, text="A source was corrected.", kind=Notice.Kind.UPDATE)
    f.published(
        cast.writer, cast.reviewer, cast.editor, slug="rtl", locale="ar", title="المشي وآلام الظهر",
        summary="ما الذي يمكن أن يفعله المشي اليومي لظهرك.",
    )  # fmt: skip
    Topic.objects.create(name="A topic without articles", slug="empty")
    for slug, end in (("gone", workflow.withdraw), ("back", workflow.retract)):
        ended = f.published(cast.writer, cast.reviewer, cast.editor, slug=slug)
        end(ended.article, by=cast.lead, reason="It was wrong.\n\nIt is not <now>.")


def test_every_page_that_links_lead_to(client: Client, site: None) -> None:
    pages = crawl(client)
    assert {
        "/",
        "/reviewers/rita/",
        "/topics/",
        "/topics/chronic-pain/",
        "/articles/live/",
        "/articles/rtl/",
        "/login/",
    } <= set(pages)
    assert {url: found for url, html in pages.items() if (found := problems(html))} == {}


@pytest.mark.parametrize(
    "url",
    [
        "/articles/gone/",
        "/articles/back/",
        "/articles/never/",
        "/topics/empty/",
        "/topics/chronic-pain/?page=2",
    ],
)
def test_pages_that_few_links_lead_to(client: Client, site: None, url: str) -> None:
    assert problems(client.get(url).content.decode()) == []


def test_an_empty_site(client: Client, db: None) -> None:
    pages = crawl(client)
    assert {"/", "/topics/", "/search/", "/how-we-review/", "/corrections/", "/check-this-page/"} < set(pages)
    assert {url: found for url, html in pages.items() if (found := problems(html))} == {}


def test_a_page_whose_review_is_overdue(
    client: Client, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    f.published(cast.writer, cast.reviewer, cast.editor, slug="aged")
    monkeypatch.setattr(timezone, "localdate", lambda *_: dt.date(2050, 1, 1))
    html = client.get("/articles/aged/").content.decode()
    assert "Review overdue" in html
    assert problems(html) == []


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_pages_for_when_something_went_wrong(name: str) -> None:
    assert problems(render_to_string(name)) == []


@pytest.mark.parametrize("evil", BREAKOUTS)
def test_pages_about_hostile_words(client: Client, cast: SimpleNamespace, evil: str) -> None:
    topic = Topic.objects.create(name=evil, slug="evil", description=evil)
    page = f.published(
        cast.writer, cast.reviewer, cast.editor, slug="evil", title=evil, summary=evil, topics=[topic],
        citations=[f.source(title=evil, authors=evil, container=evil)], interests=evil,
    )  # fmt: skip
    pages = crawl(client)
    assert "/articles/evil/" in pages
    workflow.withdraw(page.article, by=cast.lead, reason=evil)
    pages["gone"] = client.get("/articles/evil/").content.decode()
    assert {url: found for url, html in pages.items() if (found := problems(html))} == {}


PAGE = (
    '<!doctype html>\n<html lang="en-GB">\n<head><meta charset="utf-8"><title>Title</title></head>\n'
    "<body><main>{}</main></body></html>"
)


@pytest.mark.parametrize(
    ("body", "content"),
    [
        ("<p>Text.</p>", {"topics": [], "references": [], "authors": [], "summary": ""}),
        ("Bare text.", {"locale": "he-IL", "title": "הליכה וכאבי גב"}),
        (BODY + TABLE, {"title": LONG * 20, "summary": LONG * 20}),
        ("<p>A</p>bare<p>B</p>", {"interests": "A\n\nB", "topics": [{"slug": "a", "name": "A & B"}]}),
        ("<ul><li>One<ul><li>Two</li></ul></li></ul><pre>x</pre><code>&lt;p&gt;</code>", {}),
        ("", {}),
        ("<p>One<div>Two</div>Three</p><td>Four</td>", {}),
        ("<p>Un<b>closed <i>tags</b> overlap</i><p>Another", {}),
        ("<table><tr><td>No body<p>Text</p></td></tr></table>", {}),
        ("<a href='https://a.example'>One <a href='https://b.example'>two</a></a>", {}),
    ],
)
def test_the_text_of_an_article(body: str, content: dict[str, object]) -> None:
    html = rendered(
        body, references=[] if "references" in content else [reference(1)], content=content,
        disclaimers=[disclaimer("t", "top"), disclaimer("i", "inline", 1), disclaimer("e", "end")],
    )  # fmt: skip
    assert problems(PAGE.replace("{}", html)) == []


# --- The check itself: each broken page is found out ---------------------------------------------------


def test_a_valid_page_passes() -> None:
    assert (
        problems(
            PAGE.replace("{}", "<h1>A</h1><p>R&amp;D, AT&T & so on, a <em>b</em></p>").replace("AT&T", "")
        )
        == []
    )


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("<p>A<p>B</p>", "<p> cannot stand in <p>"),
        ("<p>A<div>B</div></p>", "<div> cannot stand in <p>"),
        ("<p>A", "closes <p> too"),
        ("</p>", "closes nothing"),
        ("<em><strong>A</em></strong>", "closes <strong> too"),
        ('<a href="/">A <a href="/">B</a></a>', "<a> cannot stand below <a>"),
        ('<a href="/"><button type="button">A</button></a>', "<button> cannot stand below <a>"),
        ("<ul><p>A</p></ul>", "<p> cannot stand in <ul>"),
        ("<ul>Text<li>A</li></ul>", "Bare text in <ul>"),
        ("<li>A</li>", "<li> cannot stand in <main>"),
        ("<table><td>A</td></table>", "<td> cannot stand in <table>"),
        ('<p><a href="/"><div>A</div></a></p>', "<div> cannot stand in <a>"),
        ('<p id="a">A</p><p id="a">B</p>', "“a” is there 2 times"),
        ('<p id="">A</p>', "is no id"),
        ('<p class="a" class="b">A</p>', "an attribute twice"),
        ("<p class=a>A</p>", "without quotes"),
        ('<p align="left">A</p>', "no attribute “align”"),
        ('<p style="color:red">A</p>', "no attribute “style”"),
        ('<p onclick="a()">A</p>', "no attribute “onclick”"),
        ('<section aria-labelledby="nowhere"><h2>A</h2></section>', "names “nowhere”"),
        ('<a href="#nowhere">A</a>', "names “nowhere”"),
        ('<a href="https://a.example/b c">A</a>', "is no address"),
        ('<p aria-label="A">B</p>', "cannot have a name without a role"),
        ("<h3>A</h3>", "leaves out a level"),
        ("<h1>A</h1>", "2 <h1>"),
        ('<input type="text" name="q">', "has no label"),
        ('<label for="b">A</label><input id="a" name="q">', "has no label"),
        ('<img src="/a.png">', "has no alt"),
        ('<time datetime="14 March">A</time>', "is no date"),
        ('<p lang="english language">A</p>', "is no language"),
        ('<ol><li value="one">A</li></ol>', "no whole number"),
        ("<p>Research & development, R&D.</p>", "A bare &"),
        ('<a href="/?a=1&b=2">A</a>', "A bare &"),
        ("<p>&nosuch;</p>", "A bare &"),
        ("<p>1 < 2</p>", "A bare <"),
        ("<p>\x01</p>", "control character"),
        ("<center>A</center>", "no element that we use"),
        ("<div/>", "not closed by its slash"),
        ("<script>a()</script>", "no data block"),
        ('<script type="application/ld+json">{</script>', "is no JSON"),
        ("<header><footer>A</footer></header>", "cannot stand below <header>"),
        ("<details><p>A</p><summary>B</summary></details>", "does not come first"),
        ("<main>A</main>", "2 <main>"),
    ],
)
def test_a_broken_page_does_not(inside: str, said: str) -> None:
    found = problems(PAGE.replace("{}", f"<h1>A</h1>{inside}"))
    assert any(said in problem for problem in found), found


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<!doctype html>\n", "", "does not begin with"),
        (' lang="en-GB"', "", "<html> has no lang"),
        ("<title>Title</title>", "", "0 <title>"),
        ("<title>Title</title>", "<title> </title>", "title is empty"),
        ('<meta charset="utf-8">', "", "do not say the encoding"),
        ("</head>", "<p>A</p></head>", "<p> cannot stand in <head>"),
        ("<main>", "<main>Text", "0 <h1>"),
    ],
)
def test_a_broken_frame_does_not(old: str, new: str, said: str) -> None:
    assert any(said in problem for problem in problems(PAGE.replace(old, new)))
