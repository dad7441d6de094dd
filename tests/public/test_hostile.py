"""Text written to break out of the page stays text."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.test import Client

from articles.models import Topic
from reviews import workflow
from tests import factories as f
from tests.public.pages import ids, soup, without_data
from tests.public.test_rendering import disclaimer, reference, rendered

BREAKOUTS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</title></textarea></style><script>alert(1)</script>",
    "<!--<script>-->{{ settings.SECRET_KEY }}{% now 'Y' %}",
    "<a href=javascript:alert(1)>x</a><iframe src=//evil.example></iframe>",
)
NEVER = {"script", "img", "svg", "iframe", "object", "embed", "style", "form", "input", "base", "math"}


def harmless(html: str) -> None:
    """No element, attribute or address in the page that could run or load anything."""
    html = without_data(html)
    page = soup(html)
    assert not {str(e.tag) for e in page.iter()} & NEVER
    for element in page.iter():
        assert not [name for name in element.attrib if name.lower().startswith("on") or name == "style"]
        for name in ("href", "src", "action"):
            if value := element.get(name):
                assert value.startswith(("https://", "http://", "mailto:", "/", "#", "?")), value
                assert not value.startswith("//"), value
    assert "<script" not in html.lower()
    assert "only-for-tests" not in html  # no template syntax of a writer is ever run
    ids(html)


@pytest.mark.parametrize("evil", BREAKOUTS)
def test_every_field_of_an_edition(evil: str) -> None:
    record = dict.fromkeys(("authors", "title", "container", "volume", "issue", "pages", "doi", "pmid"), evil)
    content = {
        "title": evil, "summary": evil, "interests": f"{evil}\n\n{evil}", "locale": evil, "number": 1,
        "topics": [{"slug": "sleep", "name": evil}], "authors": [{"id": 1, "name": evil}],
    }  # fmt: skip
    html = rendered(
        f"<h2>{evil} [1]</h2><p>{evil} [1] {evil}</p>" * 5 + evil,
        references=[
            reference(1, **record, url="javascript:alert(1)"),
            reference(2, url=f"https://example.org/{evil}"),
        ],
        content=content,
        signers=[{"name": evil, "credentials": evil, "meaning": evil, "on": "2027-03-14"}],
        notices=[{"kind": "correction", "text": evil, "on": "2027-03-14"}],
        disclaimers=[
            {**disclaimer("t", "top"), "text": evil, "key": evil},
            {**disclaimer("i", "inline", 3), "text": evil, "key": evil},
            {**disclaimer("e", "end"), "text": evil, "key": evil},
        ],
    )
    harmless(html)
    assert not soup(html).xpath("//a[contains(@href, 'javascript')]")


@pytest.mark.parametrize(
    "body",
    [
        '<p onclick="alert(1)" style="position:fixed" id="main" class="skip">Text</p>',
        '<a href="javascript:alert(1)">Text</a><a href="java&#10;script:alert(1)">Text</a>',
        '<a href="https://example.org/" title="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;">Text</a>',
        '<table><tr><td><script>alert(1)</script><img src=x onerror="alert(1)">Text</td></tr></table>',
        "<svg><style><!--</style><img src=x onerror=alert(1)>--></style></svg><p>Text</p>",
        '<p>Text</p><math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
        '<form action="https://evil.example"><input name=password>Text</form><base href="https://evil.example">',
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>Text</p></noscript>",
        '<p>Text</p><aside data-disclaimer="crisis-support">Forged</aside>',
        "<code>&lt;script&gt;alert(1)&lt;/script&gt; Text</code>",
        "&lt;script&gt;alert(1)&lt;/script&gt; Text",
        "<p>A</p>&lt;script&gt;alert(1)&lt;/script&gt; Text",
    ],
)
def test_a_body_that_got_past_the_editor(body: str) -> None:
    """`render` cleans again: the text may have come into the database by another door."""
    html = rendered(body, disclaimers=[disclaimer("ours", "inline", 1)])
    assert "Text" in html
    harmless(html)
    assert not soup(html).xpath("//div[@class='body']//*[@style or @class='skip']")
    assert soup(html).xpath("//@data-disclaimer") == ["ours"]


@pytest.mark.parametrize("evil", BREAKOUTS)
def test_the_pages_around_an_article(client: Client, cast: SimpleNamespace, evil: str) -> None:
    topic = Topic.objects.create(name=evil, slug="evil", description=evil)
    source = f.source(title=evil, authors=evil, container=evil[:300], url="javascript:alert(1)")
    cast.writer.first_name = evil[:150]
    cast.writer.save()
    page = f.published(
        cast.writer, cast.reviewer, cast.editor, slug="evil", title=evil, summary=evil, topics=[topic],
        citations=[source], interests=evil,
    )  # fmt: skip
    urls = ("/", "/topics/", "/topics/evil/", "/articles/evil/")
    for url in urls:
        harmless(client.get(url).content.decode())
    workflow.withdraw(page.article, by=cast.lead, reason=evil)
    harmless(client.get("/articles/evil/").content.decode())
    workflow.retract(page.article, by=cast.lead, reason=evil)
    response = client.get("/articles/evil/")
    assert response.status_code == 410
    harmless(response.content.decode())
    harmless(client.get(f"/topics/evil/?before={evil}").content.decode())


def test_an_author_cannot_write_an_id_or_a_class_of_ours() -> None:
    html = rendered(
        '<h2 id="references" class="disclaimer">Fake</h2><p id="cited-1">Text [1].</p>',
        references=[reference(1)],
    )
    assert soup(html).xpath("//h2[@id='references']/text()") == ["References"]
    ids(html)
