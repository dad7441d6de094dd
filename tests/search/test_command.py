"""`manage.py index_search`."""

from __future__ import annotations

import json
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from articles import search
from articles.management.commands import index_search
from articles.models import SearchEntry, SearchWord
from reviews import workflow
from tests import factories as f
from tests.search.pages import PLAIN, publish, titles


def run(*args: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("index_search", *args, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_an_empty_site(db: None) -> None:
    assert run() == ("0 articles can be searched.\n", "")


def test_a_lost_index_is_made_anew(client: Client, cast: SimpleNamespace) -> None:
    publish(cast, "Tinnitus", topics=[f.topic("hearing")])
    down = publish(cast, "Downword")
    workflow.withdraw(down.article, by=cast.lead, reason="An error.")
    f.draft(cast.writer, title="Draftword", body=PLAIN)
    SearchEntry.objects.all().delete()
    SearchWord.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM articles_searchindex")
    assert titles(client, "tinnitus") == []
    assert run()[0] == "1 article can be searched.\n"
    assert titles(client, "tinnitus", topic="hearing", **{"from": "2020-01-01"}) == ["Tinnitus"]
    assert titles(client, "downword") == titles(client, "draftword") == []
    assert not SearchWord.objects.filter(word__in=["downword", "draftword"])
    assert json.loads(run("--json")[0]) == {"articles": 1}


def test_what_was_left_behind_goes(
    client: Client, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    down = publish(cast, "Downword")
    publish(cast, "Tinnitus")
    with monkeypatch.context() as patched:
        patched.setattr(search, "remove", lambda publication: None)
        workflow.withdraw(down.article, by=cast.lead, reason="An error.")
    assert SearchEntry.objects.count() == 2
    run()
    assert [entry.publication.title for entry in SearchEntry.objects.all()] == ["Tinnitus"]
    assert not SearchWord.objects.filter(word="downword").exists()
    assert SearchWord.objects.filter(word="tinnitus").exists()


def test_progress(cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_search, "PROGRESS_EVERY", 2)
    for _ in range(5):
        publish(cast, "Tinnitus")
    assert run() == ("5 articles can be searched.\n", "2 articles\n4 articles\n")


def test_an_article_that_is_taken_down_meanwhile_is_left_out(
    client: Client, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = publish(cast, "Tinnitus"), publish(cast, "Downword")
    from articles.search import keeping

    def meanwhile(done: int) -> None:
        if done == 1:
            workflow.withdraw(second.article, by=cast.lead, reason="An error.")

    assert keeping.rebuild(progress=meanwhile) == 1
    assert list(SearchEntry.objects.values_list("pk", flat=True)) == [first.pk]
    assert titles(client, "downword") == []
