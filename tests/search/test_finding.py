"""What is found, in which order, and what of it is shown."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.test import Client

from tests import factories as f
from tests.search.pages import Answer, publish, titles


def test_title_before_summary_before_heading_before_text(client: Client, cast: SimpleNamespace) -> None:
    publish(cast, "Sleeping well", summary="What helps against tinnitus at night.")
    publish(cast, "Tinnitus")
    publish(cast, "Hearing aids", "<h2>Tinnitus</h2><p>They help some people [1].</p>")
    publish(cast, "Noise at work", "<p>It can lead to tinnitus [1].</p>")
    publish(cast, "What we know of tinnitus and of noise in the ears")
    assert titles(client, "tinnitus") == [
        "Tinnitus",
        "What we know of tinnitus and of noise in the ears",
        "Sleeping well",
        "Hearing aids",
        "Noise at work",
    ]


def test_what_a_text_says_often_comes_before_what_it_says_once(client: Client, cast: SimpleNamespace) -> None:
    publish(cast, "Ears", "<p>About tinnitus.</p><p>More of tinnitus: tinnitus, or tinnitus [1].</p>")
    publish(cast, "Noise", "<p>It is loud, and there is tinnitus [1].</p>")
    assert titles(client, "tinnitus") == ["Ears", "Noise"]


def test_among_mentions_the_newest_comes_first(client: Client, cast: SimpleNamespace) -> None:
    for title in ("Older", "Newer"):
        publish(cast, title, "<p>It may be tinnitus [1].</p>")
    assert titles(client, "tinnitus") == ["Newer", "Older"]


@pytest.mark.parametrize("asked", ["walking", "walks", "walked", "WALK", "Wálking", "walk's", "walk’s"])
def test_other_forms_of_a_word_are_found_and_marked(
    client: Client, cast: SimpleNamespace, asked: str
) -> None:
    publish(cast, "Moving", "<p>Most who walked, or went on walks, slept [1]. Sidewalk.</p>")
    answer = Answer(client, asked)
    assert answer.titles == ["Moving"]
    assert answer.marked == ["walked", "walks"]


@pytest.mark.parametrize("asked", ["Ménière", "meniere", "MENIERE’S", "me\u0301nie\u0300re"])
def test_accents_make_no_difference(client: Client, cast: SimpleNamespace, asked: str) -> None:
    publish(cast, "Ears", "<p>It may be Ménière’s disease [1].</p>")
    answer = Answer(client, asked)
    assert answer.titles == ["Ears"]
    assert answer.marked == ["Ménière’s"]


def test_every_word_must_be_there_wherever_it_stands(client: Client, cast: SimpleNamespace) -> None:
    publish(cast, "Tinnitus", "<p>Rest helps [1].</p>", topics=[f.topic("hearing")])
    publish(cast, "Resting", "<p>It is quiet [1].</p>")
    assert titles(client, "tinnitus rest hearing") == ["Tinnitus"]
    assert titles(client, "tinnitus quiet") == []


def test_words_that_say_nothing_need_not_be_there(client: Client, cast: SimpleNamespace) -> None:
    publish(cast, "Tinnitus")
    assert titles(client, "what can I do about my tinnitus") == ["Tinnitus"]


def test_only_words_that_say_nothing_are_looked_for_all_the_same(
    client: Client, cast: SimpleNamespace
) -> None:
    publish(cast, "To be or not to be")
    publish(cast, "Tinnitus")
    assert titles(client, "to be or not to be") == ["To be or not to be"]
    assert titles(client, "the") == []


def test_a_phrase(client: Client, cast: SimpleNamespace) -> None:
    publish(cast, "Together", "<p>It eases low back pain [1].</p>")
    publish(cast, "Apart", "<p>Pain that is low in the back [1].</p>")
    publish(cast, "Low back pain", "<p>Rest [1].</p>")
    publish(cast, "Across", "<p>It was low</p><p>back pain [1].</p>")
    assert titles(client, '"low back pain"') == ["Low back pain", "Together"]
    assert titles(client, "„low backs“ pain") == ["Low back pain", "Together"]
    assert titles(client, '"back low"') == []
    assert set(titles(client, "low back pain")) == {"Low back pain", "Across", "Apart", "Together"}


def test_a_phrase_with_small_words(client: Client, cast: SimpleNamespace) -> None:
    publish(cast, "Together", "<p>It asks for quality of life [1].</p>")
    publish(cast, "Apart", "<p>Of a life of quality [1].</p>")
    assert titles(client, '"quality of life"') == ["Together"]


def test_the_passage_is_where_the_words_stand_together(client: Client, cast: SimpleNamespace) -> None:
    filler = "There is nothing to read in here. " * 30
    body = f"<p>Rest. {filler}</p><h2>Noise</h2><p>{filler} Loud tinnitus needs rest [1]. {filler}</p>"
    publish(cast, "Ears", body, summary="All of it.")
    [passage] = Answer(client, "tinnitus rest").passages
    assert passage.startswith("Loud <mark>tinnitus</mark> needs <mark>rest</mark>. There")
    assert passage.endswith(" …")
    assert len(passage) < 300
    assert "[1]" not in passage


def test_without_a_passage_the_summary_is_shown(client: Client, cast: SimpleNamespace) -> None:
    publish(cast, "Tinnitus", "<p>Rest helps [1].</p>", summary="When ears ring without a sound.")
    publish(cast, "Tinnitus now", "<p>Rest helps you [1].</p>")
    assert Answer(client, "tinnitus").passages == ["When ears ring without a sound.", "Rest helps you."]


def test_who_reviewed_it_and_when(client: Client, cast: SimpleNamespace) -> None:
    publication = publish(cast, "Tinnitus")
    meta = " ".join(Answer(client, "tinnitus").page.xpath("string(//p[@class='meta'])").split())
    assert meta.startswith("Medically reviewed by Dr Rita Reviewer, MD, FRCP on ")
    assert publication.attestation["reviewed_on"] in Answer(client, "tinnitus").html


EVIL = "<script>alert(1)</script> &amp; \"quoted\" <b>bold</b> 'x'"


def test_what_is_shown_is_escaped(client: Client, cast: SimpleNamespace) -> None:
    publish(cast, f"Tinnitus {EVIL}", "<p>Rest &lt;script&gt;tinnitus&lt;/script&gt; [1].</p>", summary=EVIL)
    for asked in ("tinnitus", "script", EVIL, f'"{EVIL}'):
        answer = Answer(client, asked)
        assert answer.titles == [f"Tinnitus {EVIL}"]
        assert "<script" not in answer.html
        assert "<b>" not in answer.html
    assert "&lt;<mark>script</mark>&gt;<mark>tinnitus</mark>" in Answer(client, "script tinnitus").html
