"""All notices in one list."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles import publishing
from articles.models import Notice, Publication
from articles.public.corrections import PER_PAGE
from reviews import workflow
from tests import factories as f
from tests.public import pages
from tests.trust.conftest import Edited

pytestmark = pytest.mark.django_db


def tell(page: Publication, cast: SimpleNamespace, text: str, kind: str = "clarification") -> Notice:
    return publishing.tell_readers(page, by=cast.editor, text=text, kind=Notice.Kind(kind))


def shown(client: Client, query: str = "") -> list[str]:
    """The texts of the list, in its order."""
    tree = pages.soup(client.get(f"/corrections/{query}").content.decode())
    return [
        " ".join(item.text_content().split())
        for item in tree.xpath("//ol[@class='articles']/li/p[not(@class)]")
    ]


def test_none_yet(client: Client, db: None) -> None:
    assert "nothing to correct so far" in client.get("/corrections/").content.decode()
    assert "no notice of this kind" in client.get("/corrections/?kind=removal").content.decode()


def test_every_kind_in_one_list_the_newest_first(
    client: Client, live: Publication, edited: Edited, cast: SimpleNamespace
) -> None:
    edited(
        live, title="Walking, put right", correction_kind="correction", correction_text="The title was wrong."
    )
    gone = f.published(cast.writer, cast.reviewer, cast.editor, slug="gone", title="A page that went")
    workflow.withdraw(gone.article, by=cast.lead, reason="Prices out of date.")
    back = f.published(
        cast.writer, cast.reviewer, cast.editor, slug="back", title="A page that was retracted"
    )
    workflow.retract(back.article, by=cast.lead, reason="Its trial was invented.")
    assert shown(client) == ["Its trial was invented.", "Prices out of date.", "The title was wrong."]
    assert shown(client, "?kind=removal") == ["Prices out of date."]
    html = client.get("/corrections/").content.decode()
    for part in (
        'href="/articles/walking/"',
        'href="/articles/walking/history/"',
        'href="/articles/back/history/"',
    ):
        assert part in html
    assert 'href="/articles/gone/"' in html
    assert 'href="/articles/gone/history/"' not in html  # there is only the same notice
    assert "Walking, put right" in html
    assert "Walking and your back" not in html  # an earlier title may be what was wrong
    assert client.get("/corrections/")["Cache-Control"] == "no-cache"


def test_paging_goes_on_where_it_was_whatever_is_added(
    client: Client, live: Publication, cast: SimpleNamespace
) -> None:
    for n in range(PER_PAGE + 5):
        tell(live, cast, f"Note {n}.", "update" if n % 2 else "clarification")
    first = shown(client)
    assert first == [f"Note {n}." for n in range(PER_PAGE + 4, 4, -1)]
    (older,) = pages.soup(client.get("/corrections/").content.decode()).xpath("//a[@rel='next']/@href")
    tell(live, cast, "Brand new.")
    assert shown(client, str(older)) == [f"Note {n}." for n in range(4, -1, -1)]
    html = client.get(f"/corrections/{older}").content.decode()
    assert '<meta name="robots" content="noindex">' in html
    assert 'rel="next"' not in html
    assert shown(client, "?kind=update") == [f"Note {n}." for n in range(PER_PAGE + 3, 0, -2)]
    assert shown(client, f"{older}&kind=update") == ["Note 3.", "Note 1."]


@pytest.mark.parametrize(
    "query",
    [
        "?kind=none", "?kind=%00", "?before=x", "?before=-1", "?before=" + "9" * 400, "?before=%00", "?before=1.5",
        "?before=٣", "?kind=" + "a" * 9000,
    ],
)  # fmt: skip
def test_odd_questions(client: Client, live: Publication, query: str) -> None:
    assert client.get(f"/corrections/{query}").status_code == 404


@pytest.mark.parametrize(
    "query", ["?kind=", "?before=", "?page=2", "?kind=update&kind=removal", "?before=" + "9" * 18]
)
def test_harmless_questions(client: Client, live: Publication, query: str) -> None:
    assert client.get(f"/corrections/{query}").status_code == 200


def test_two_queries_however_many(client: Client, live: Publication, cast: SimpleNamespace) -> None:
    for n in range(6):
        tell(live, cast, f"Note {n}.")
        with CaptureQueriesContext(connection) as queries:
            client.get("/corrections/")
        assert len(queries) == 2


def test_a_page_that_came_back_is_linked_as_it_is_now(
    client: Client, live: Publication, edited: Edited, cast: SimpleNamespace
) -> None:
    workflow.withdraw(live.article, by=cast.lead, reason="It was wrong.")
    edited(live, slug="strolling", title="Strolling")
    html = client.get("/corrections/").content.decode()
    assert 'href="/articles/strolling/"' in html
    assert "your back" not in html
