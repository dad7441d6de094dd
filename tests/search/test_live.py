"""Only what is live is found, at once and whatever was left behind in the index."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.utils.html import escape

from articles import search
from articles.editing import save_draft
from articles.models import Publication, SearchEntry
from reviews import workflow
from tests import factories as f
from tests.search.pages import PLAIN, Answer, publish, titles


def indexed() -> list[int]:
    """Keys in the index itself. (Tests that commit leave rows there whose publications they took along.)"""
    key = "publication_id" if connection.vendor == "postgresql" else "rowid"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key} FROM articles_searchindex ORDER BY {key}")  # noqa: S608
        keys = {row[0] for row in cursor.fetchall()}
    return list(Publication.objects.filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))


def nothing_is_left(client: Client, *words: str) -> None:
    for word in words:
        for asked in (word, f'"{word}"', word[:-1] + "x", f"walking {word}"):
            answer = Answer(client, asked)
            assert answer.titles == []
            assert answer.instead == []
            assert word not in answer.html.replace(escape(asked), "").lower()
    live = Publication.objects.filter(status="live").order_by("pk").values_list("pk", flat=True)
    assert indexed() == list(live)
    assert set(SearchEntry.objects.values_list("pk", flat=True)) == set(live)


def test_drafts_and_what_is_under_review_are_not_found(client: Client, cast: SimpleNamespace) -> None:
    f.draft(cast.writer, title="Draftword", body=PLAIN)
    f.submitted(cast.writer, title="Reviewword", body=PLAIN)
    f.signed(cast.writer, cast.reviewer, title="Signedword", body=PLAIN)
    f.scheduled(cast.writer, cast.reviewer, cast.editor, title="Scheduledword", body=PLAIN)
    nothing_is_left(client, "draftword", "reviewword", "signedword", "scheduledword")


def test_a_withdrawn_article_is_not_found(client: Client, cast: SimpleNamespace) -> None:
    publication = publish(cast, "Titleword", "<p>Bodyword [1].</p>", summary="Summaryword.")
    assert titles(client, "bodyword") == ["Titleword"]
    workflow.withdraw(publication.article, by=cast.lead, reason="An error.")
    nothing_is_left(client, "titleword", "bodyword", "summaryword")


def test_a_retracted_article_is_not_found(client: Client, cast: SimpleNamespace) -> None:
    publication = publish(cast, "Titleword", "<p>Bodyword [1].</p>")
    workflow.retract(publication.article, by=cast.lead, reason="Its main source was retracted.")
    nothing_is_left(client, "titleword", "bodyword")


def test_a_new_edition_takes_the_place_of_the_old_one(client: Client, cast: SimpleNamespace) -> None:
    first = publish(cast, "Oldtitle", "<p>Oldbody [1].</p>")
    article = first.article
    article.refresh_from_db()
    save_draft(article, by=cast.writer, version=article.version, title="Newtitle", body="<p>Newbody [1].</p>")
    assert titles(client, "oldbody") == ["Oldtitle"]  # until the new one is signed and published
    assert titles(client, "newbody") == []
    again = workflow.submit(article, by=cast.writer)
    f.judge(again, cast.reviewer)
    f.sign(again, cast.reviewer)
    workflow.publish(again, by=cast.editor)
    assert titles(client, "newbody") == ["Newtitle"]
    nothing_is_left(client, "oldtitle", "oldbody")


@pytest.mark.parametrize("how", ["withdraw", "retract"])
def test_a_row_that_was_left_behind_shows_nothing(
    client: Client, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    publications = [publish(cast, f"Titleword {n}", "<p>Bodyword [1].</p>") for n in range(4)]
    monkeypatch.setattr(search, "remove", lambda publication: None)
    for one in publications:
        getattr(workflow, how)(one.article, by=cast.lead, reason="An error.")
    assert len(indexed()) == 4
    for asked in ("titleword", "bodyword", '"bodyword"', "bodywrod", "tilteword"):
        answer = Answer(client, asked)
        assert answer.titles == answer.instead == []
        assert answer.said == "No article has this word."


def test_an_index_without_its_entry_shows_nothing(client: Client, cast: SimpleNamespace) -> None:
    publication = publish(cast, "Titleword")
    SearchEntry.objects.all().delete()
    assert titles(client, "titleword") == []
    search.add(publication)
    assert titles(client, "titleword") == ["Titleword"]


def test_adding_and_removing_twice_is_as_good_as_once(client: Client, cast: SimpleNamespace) -> None:
    publication = Publication.objects.get(pk=publish(cast, "Titleword").pk)
    search.add(publication)
    search.add(publication)
    assert titles(client, "titleword") == ["Titleword"]
    assert indexed() == [publication.pk]
    search.remove(publication)
    search.remove(publication)
    assert titles(client, "titleword") == []
    assert indexed() == []


def test_a_publication_that_fails_leaves_nothing_in_the_index(
    client: Client, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = f.signed(cast.writer, cast.reviewer, title="Titleword", body=PLAIN)
    monkeypatch.setattr(workflow, "enqueue", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        workflow.publish(review, by=cast.editor)
    nothing_is_left(client, "titleword")


def test_names_of_topics_are_those_that_were_signed(client: Client, cast: SimpleNamespace) -> None:
    publish(cast, "Titleword", topics=[f.topic("hearing")])
    f.topic("hearing")
    type(f.topic("hearing")).objects.update(name="Unsigned")
    assert titles(client, "hearing") == ["Titleword"]
    assert titles(client, "unsigned") == []


def test_a_text_of_any_length_can_be_added(client: Client, cast: SimpleNamespace) -> None:
    """Longer than what PostgreSQL takes into one tsvector, in words that are all different."""
    publication = publish(cast, "Titleword")
    paragraphs = (
        f"<h2>h{n}é</h2><p>{' '.join(f'w{n}x{m}é' for m in range(100))} [1].</p>" for n in range(2_000)
    )
    publication.edition.content = publication.edition.content | {"body": "".join(paragraphs)}
    search.add(publication)
    assert titles(client, "titleword w0x99é h3é") == ["Titleword"]
    assert titles(client, '"w9x98é w9x99é"') == ["Titleword"]
