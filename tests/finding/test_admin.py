"""The admin's two pages for navigation: what an article leads to, and the series."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from articles import see_also
from articles.models import Article, Publication, SeeAlso, Series
from tests import factories as f
from tests.admin import pages
from tests.finding.conftest import Publish
from tests.finding.test_see_also import links
from tests.finding.test_series import around

SERIES = "/admin/articles/series/"


def address(page: Publication) -> str:
    return reverse("admin:articles_article_see_also", args=[page.article_id])


def boxes(who: Client, at: str, *others: Article | str) -> dict[str, Any]:
    """The form as it would be sent with these in its first boxes, and nothing in the rest."""
    form = pages.values(who.get(at).content.decode(), "see-also-form")
    given = [other if isinstance(other, str) else other.pk for other in others]
    return form | {f"other_{n}": "" for n in range(6)} | {f"other_{n}": pk for n, pk in enumerate(given)}


def test_a_writer_picks_in_order_and_readers_see_it(
    client: Client, cast: SimpleNamespace, live: Publish
) -> None:
    a, b, here = (live(slug, topics=[f.topic(slug)]) for slug in ("a", "b", "here"))
    version = here.article.version
    writer = pages.client(cast.writer)
    form = writer.get(pages.change(here.article)).content.decode()
    assert f'href="{address(here)}"' in form
    done = writer.post(address(here), boxes(writer, address(here), b.article, a.article), follow=True)
    assert "readers see it now" in pages.text_of(done)
    assert links(client, "here") == ["b", "a"]
    chosen = pages.values(done.content.decode(), "see-also-form")
    assert (chosen["other_0"], chosen["other_1"]) == (str(b.article_id), str(a.article_id))
    assert LogEntry.objects.get().change_message == "See also: “B”, “A”"
    assert Article.objects.get(pk=here.article_id).version == version, "it is no version of the draft"
    # Boxes that are left out in between close up.
    gap = boxes(writer, address(here), "", a.article, "", b.article)
    writer.post(address(here), gap)
    assert links(client, "here") == ["a", "b"]
    writer.post(address(here), boxes(writer, address(here)))
    assert links(client, "here") == []
    assert not SeeAlso.objects.exists()


def test_what_cannot_be_picked_is_told(cast: SimpleNamespace, live: Publish) -> None:
    kept, here = live("kept"), live("here")
    see_also.pick(here.article, by=cast.writer, others=[kept.article])
    writer, drafted = pages.client(cast.writer), f.draft(cast.writer)
    for others, sentence in (
        ([kept.article, kept.article], "stands here twice"),
        ([here.article], "cannot lead to itself"),
        ([drafted], "Select a valid choice"),
        (["abc"], "Select a valid choice"),
        (["9" * 40], "Select a valid choice"),
        (["\x00"], "Null characters are not allowed"),
    ):
        answer = writer.post(address(here), boxes(writer, address(here), *others))
        assert answer.status_code == 422
        assert sentence in pages.text_of(answer)
    assert see_also.picked(here.article) == [kept.article]


def test_who_may_not_edit_may_not_pick(cast: SimpleNamespace, client: Client, live: Publish) -> None:
    other, here = live("other"), live("here")
    form = boxes(pages.client(cast.writer), address(here), other.article)
    for who in (cast.reviewer, cast.outsider):
        person = pages.client(who)
        assert person.get(address(here)).status_code == 403
        assert person.post(address(here), form).status_code == 403
    assert client.post(address(here), form).status_code == 302
    assert see_also.picked(here.article) == []
    assert pages.client(cast.writer).get("/admin/articles/article/999999/see-also/").status_code == 404


def test_only_what_readers_have_seen_is_offered(cast: SimpleNamespace, live: Publish) -> None:
    live("walking")
    f.draft(cast.writer, title="Walking, only drafted")
    asked = {"app_label": "articles", "model_name": "seealso", "field_name": "other", "term": "walking"}
    found = pages.client(cast.writer).get("/admin/autocomplete/", asked).json()["results"]
    assert [one["text"] for one in found] == ["WALKING"]


def parts(*articles: Article) -> dict[str, Any]:
    rows = {f"parts-{n}-{name}": value
            for n, article in enumerate(articles)
            for name, value in (("place", n + 1), ("article", article.pk))}  # fmt: skip
    return {**rows, "parts-TOTAL_FORMS": len(articles), "parts-INITIAL_FORMS": 0}


def test_an_editor_makes_a_series_and_changes_its_order(
    client: Client, cast: SimpleNamespace, live: Publish
) -> None:
    a, b = live("a"), live("b")
    editor = pages.client(cast.editor)
    form = {"name": "Pain", "slug": "pain", "description": "", **parts(a.article, b.article)}
    assert editor.post(f"{SERIES}add/", form).status_code == 302
    assert around(client, "b") == ("Part 2 of 2 in: Pain", ["Previous: A"])
    made = Series.objects.get()
    change = f"{SERIES}{made.pk}/change/"
    form = pages.values(editor.get(change).content.decode(), "series_form")
    assert "slug" not in form
    form |= {"parts-0-place": "2", "parts-1-place": "1", "slug": "other"}
    assert editor.post(change, form).status_code == 302
    assert around(client, "b") == ("Part 1 of 2 in: Pain", ["Next: A"])
    form = pages.values(editor.get(change).content.decode(), "series_form")
    editor.post(change, form | {"parts-0-DELETE": "on"})
    assert around(client, "b") == around(client, "a") == ("", [])
    assert editor.get(SERIES).status_code == 200
    made.refresh_from_db()
    assert made.slug == "pain"


def test_an_article_is_part_of_one_series(cast: SimpleNamespace, live: Publish) -> None:
    page = live("a")
    editor = pages.client(cast.editor)
    form = {"name": "Pain", "slug": "pain", "description": "", **parts(page.article)}
    assert editor.post(f"{SERIES}add/", form).status_code == 302
    answer = editor.post(f"{SERIES}add/", {**form, "name": "More", "slug": "more"})
    assert "This article is part of a series already." in pages.text_of(answer)
    for nonsense in ("abc", "9" * 40, "-1"):
        sent = {**form, "name": "More", "slug": "more", "parts-0-article": nonsense}
        assert "Select a valid choice" in pages.text_of(editor.post(f"{SERIES}add/", sent))
    assert Series.objects.count() == 1


@pytest.mark.parametrize("role", ["writer", "reviewer", "lead", "outsider"])
def test_only_managing_editors_make_series(cast: SimpleNamespace, role: str) -> None:
    person = pages.client(getattr(cast, role))
    form = {"name": "Pain", "slug": "pain", "description": "", **parts()}
    assert person.get(SERIES).status_code == 403
    assert person.post(f"{SERIES}add/", form).status_code == 403
    assert not Series.objects.exists()


def test_a_series_has_sixty_parts_at_most(cast: SimpleNamespace) -> None:
    drafts = [f.draft(cast.writer, citations=[source]) for source in [f.source()] for _ in range(61)]
    form = {"name": "Pain", "slug": "pain", "description": "", **parts(*drafts)}
    answer = pages.client(cast.editor).post(f"{SERIES}add/", form)
    assert "at most 60" in pages.text_of(answer)
    assert not Series.objects.exists()
