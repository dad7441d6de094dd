"""“Did you mean …?”"""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.test import Client

from articles.models import SearchWord
from reviews import workflow
from tests.search.pages import Answer, publish


@pytest.mark.parametrize(
    ("asked", "instead"),
    [
        ("tinitus", "tinnitus"),
        ("itnnitus", "tinnitus"),
        ("Tinnitis", "tinnitus"),
        ("tinnitus fysiotherapist", "tinnitus"),
        ("tinitus AND phsyiotherapist", "tinnitus and physiotherapist"),
        ('"tinitus phisiotherapist"', '"tinnitus physiotherapist"'),
    ],
)
def test_a_mistyped_word(client: Client, cast: SimpleNamespace, asked: str, instead: str) -> None:
    publish(cast, "Tinnitus", "<p>Tinnitus: speak to a physiotherapist [1].</p>")
    suggested = Answer(client, asked).instead
    assert suggested in ([instead], [])
    if asked != "tinnitus fysiotherapist":
        assert suggested == [instead]


def test_the_link_searches_for_it_with_the_same_filters(client: Client, cast: SimpleNamespace) -> None:
    publish(cast, "Tinnitus")
    answer = Answer(client, "tinitus", topic="chronic-pain")
    [href] = answer.page.xpath("//p[@class='search-instead']/a/@href")
    answer.read(client, href)
    assert answer.titles == ["Tinnitus"]
    assert answer.page.xpath("//option[@selected]/@value") == ["chronic-pain"]


def test_the_commoner_of_two_words_as_near(client: Client, cast: SimpleNamespace) -> None:
    publish(cast, "Plan")
    for _ in range(2):
        publish(cast, "Pain")
    assert Answer(client, "paan").instead == ["pain"]


def test_nothing_is_suggested_where_enough_is_found(client: Client, cast: SimpleNamespace) -> None:
    for _ in range(3):
        publish(cast, "Plain")
        publish(cast, "Plaint")
    assert Answer(client, "plain").instead == []


@pytest.mark.parametrize("asked", ["zebra", "ears", "tin", "1234567", "physio", "the", "xyzzyxyzzy"])
def test_a_word_that_is_like_no_other(client: Client, cast: SimpleNamespace, asked: str) -> None:
    publish(cast, "Tinnitus")
    assert Answer(client, asked).instead == []


def test_words_of_other_articles_do_not_leak(client: Client, cast: SimpleNamespace) -> None:
    """Not even another form of a word that is still found: only “sleeps” was in the article taken down."""
    publish(cast, "Sleep")
    down = publish(cast, "Sleepings and tinnitus")
    assert Answer(client, "tinitus").instead == ["tinnitus"]
    workflow.withdraw(down.article, by=cast.lead, reason="An error.")
    assert SearchWord.objects.filter(word__in=["tinnitus", "sleepings"]).count() == 2
    assert Answer(client, "tinitus").instead == []
    assert Answer(client, "sleepinsg").instead == []
    assert Answer(client, "slepe").instead == ["sleep"]
