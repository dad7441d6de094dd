"""Series: the live parts in order, and nothing of the others."""

from __future__ import annotations

from types import SimpleNamespace

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article, Page, Publication, Series, SeriesPart
from reviews import workflow
from tests import factories as f
from tests.finding.conftest import Publish
from tests.public.pages import ids, soup, text
from tests.public.test_article_page import again

NAME = "Understanding chronic pain"
REASON = "The dose in the table was wrong."


def series(*articles: Article, name: str = NAME, slug: str = "pain") -> Series:
    """A series of these parts, in this order."""
    made = Series.objects.create(name=name, slug=slug, description="From the start.")
    # Gaps, and the last one made first: neither matters.
    for place, article in reversed(list(enumerate(articles, start=1))):
        SeriesPart.objects.create(series=made, article=article, place=place * 10)
    return made


def around(client: Client, slug: str) -> tuple[str, list[str]]:
    """What the page says of its series: the line above the text, and the lines below it."""
    html = client.get(f"/articles/{slug}/").content.decode()
    ids(html)
    above = soup(html).xpath("//main//a[starts-with(@href, '/series/')]")
    below = soup(html).xpath("//nav[@aria-labelledby='series']//li")
    return "".join(a.text_content() for a in above), [" ".join(li.text_content().split()) for li in below]


def test_a_part_names_its_neighbours(client: Client, live: Publish) -> None:
    made = [live(slug) for slug in ("first", "second", "third")]
    series(*(page.article for page in made))
    assert around(client, "first") == (f"Part 1 of 3 in: {NAME}", ["Next: SECOND"])
    assert around(client, "second") == (f"Part 2 of 3 in: {NAME}", ["Previous: FIRST", "Next: THIRD"])
    assert around(client, "third") == (f"Part 3 of 3 in: {NAME}", ["Previous: SECOND"])
    html = client.get("/articles/second/").content.decode()
    assert html.index("Part 2 of 3") < html.index("<h1>") < html.index("Previous: ")


def test_what_is_not_live_is_neither_named_nor_counted(
    client: Client, cast: SimpleNamespace, live: Publish
) -> None:
    first, gone, last = live("first"), live("gone"), live("last")
    drafted = f.draft(cast.writer, title="Only a draft")
    waiting = f.submitted(cast.writer, title="Waiting for review").article
    series(drafted, first.article, gone.article, waiting, last.article)
    assert around(client, "last")[0] == f"Part 3 of 3 in: {NAME}"
    tag, row = client.get("/articles/last/")["ETag"], Page.objects.get(slug="gone")
    workflow.withdraw(gone.article, by=cast.lead, reason=REASON)
    for _ in range(2):
        assert around(client, "first") == (f"Part 1 of 2 in: {NAME}", ["Next: LAST"])
        assert around(client, "last") == (f"Part 2 of 2 in: {NAME}", ["Previous: FIRST"])
        assert client.get("/articles/last/", headers={"if-none-match": tag}).status_code == 200
        html = client.get("/series/pain/").content.decode()
        for title in ("GONE", "Only a draft", "Waiting for review"):
            assert title not in html
        if not Page.objects.filter(slug="gone").exists():
            Page.objects.bulk_create([row])  # even where a page was left behind
    assert client.get("/articles/gone/").status_code == 410


def test_the_only_live_part_says_nothing_of_a_series(
    client: Client, cast: SimpleNamespace, live: Publish
) -> None:
    page = live("first")
    series(page.article, f.draft(cast.writer, title="Only a draft"))
    assert around(client, "first") == ("", [])


def test_a_new_edition_stays_in_its_place(client: Client, cast: SimpleNamespace, live: Publish) -> None:
    first, second = live("first"), live("second")
    series(first.article, second.article)
    again(first, cast, title="The beginning")
    assert around(client, "second") == (f"Part 2 of 2 in: {NAME}", ["Previous: The beginning"])
    assert around(client, "first")[0] == f"Part 1 of 2 in: {NAME}"


def test_the_page_of_a_series_lists_its_live_parts_in_order(client: Client, live: Publish) -> None:
    made = [live(f"part-{number}") for number in range(5)]
    order = [made[3], made[0], made[4], made[1], made[2]]
    series(*(page.article for page in order))
    with CaptureQueriesContext(connection) as asked:
        html = client.get("/series/pain/").content.decode()
    assert len(asked) == 2
    assert soup(html).xpath("//ol[@class='articles']//h2/a/@href") == [f"/articles/{p.slug}/" for p in order]
    assert text(html, "//h1") == NAME
    assert "From the start." in text(html)
    assert soup(html).xpath("//head/link[@rel='canonical']/@href") == ["http://127.0.0.1:8000/series/pain/"]
    assert not soup(html).xpath("//nav[@aria-label='Pages']")


def test_a_series_of_which_nothing_is_live_is_not_there(client: Client, cast: SimpleNamespace) -> None:
    series(f.draft(cast.writer))
    series(name="Empty", slug="empty")
    for slug in ("pain", "empty", "none-such"):
        answer = client.get(f"/series/{slug}/")
        assert answer.status_code == 404
        assert NAME not in answer.content.decode()


def test_another_name_is_seen_at_once(client: Client, live: Publish) -> None:
    made = series(live("first").article, live("second").article)
    tag = client.get("/articles/first/")["ETag"]
    Series.objects.filter(pk=made.pk).update(name="<b>Pain</b> & “more”")
    assert around(client, "first")[0] == "Part 1 of 2 in: <b>Pain</b> & “more”"
    assert client.get("/articles/first/", headers={"if-none-match": tag}).status_code == 200
    assert text(client.get("/series/pain/").content.decode(), "//h1") == "<b>Pain</b> & “more”"


def test_a_part_costs_one_question_more_whatever_their_number(client: Client, live: Publish) -> None:
    made = series(live("first").article, live("second").article)
    for number in range(3, 9):
        SeriesPart.objects.create(series=made, article=live(f"n{number}").article, place=number)
    assert Publication.objects.count() == 8
    with CaptureQueriesContext(connection) as asked:
        answer = client.get("/articles/second/")
    with CaptureQueriesContext(connection) as asked_again:
        same = client.get("/articles/second/", headers={"if-none-match": answer["ETag"]})
    assert same.status_code == 304
    assert (len(asked), len(asked_again)) == (2, 2)
