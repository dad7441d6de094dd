"""Any text gets an answer, never an error."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles import search
from articles.search.queries import MOST_LETTERS, MOST_WORDS
from tests.search.pages import Answer, publish, titles

SIGNS = st.text(
    st.sampled_from("\"“”'’*:()<>&|!-+^~\\/%_{}[]§¶,.;# \t\n\x00\x1f\u200d\ufeff")
    | st.sampled_from("aé1ßİﬁ½中😀")
)
WORDS = st.sampled_from(["AND", "OR", "NOT", "NEAR", "NEAR(", "title:", "tinnitus", "the", "rest", "§1", "¶"])
TYPED = st.one_of(
    st.text(max_size=60),
    SIGNS,
    st.lists(WORDS | SIGNS, max_size=15).map(" ".join),
    st.lists(WORDS | SIGNS, max_size=15).map("".join),
)
NASTY = [
    'foo AND "bar', '"', '""', '" "', '"" ""', '"a" "', "“", "a" * 10_000, "a " * 5_000, '"' * 10_000,
    "\x00", "tinnitus\x00rest", "tinnitus\x00", "😀" * 300, "é" * 10_000, "the of and", "!?.,;:", "'", "''", "’",
    "title:tinnitus", "NEAR(a b, 5)", "tinnitus*", "^tinnitus", "-tinnitus", "{title} : x", "a:*", "tinnitus | rest",
    "tinnitus & !rest", "<->", "tinnitus <-> rest", "'); DROP TABLE articles_searchentry; --", "%s %(wanted)s %%",
    "\\", "\\'", "{0}", "§1", "¶", "中文", "ﬁbre", "½", "x" * 39 + "é", "\u202e\u200b", "Ǆ ß ſ İ ı", "a\u0301" * 200,
]  # fmt: skip


@pytest.mark.parametrize("more", [{}, {"topic": "chronic-pain"}, {"from": "2020-01-01"}, {"page": "3"}])
def test_what_people_should_not_type(client: Client, hostile_site: None, more: dict[str, str]) -> None:
    for typed in NASTY:
        assert "\x00" not in Answer(client, typed, **more).html


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=TYPED)
def test_anything(client: Client, hostile_site: None, typed: str) -> None:
    Answer(client, typed.encode("utf-8", "ignore").decode())
    search.search(typed)


@pytest.fixture
def hostile_site(cast: SimpleNamespace) -> None:
    publish(cast, "Tinnitus", "<p>The rest helps, “he said” [1]. İstanbul, ﬁne ½ §1 ¶ 中文 a é 1.</p>")


def test_a_lone_surrogate(cast: SimpleNamespace) -> None:
    publish(cast, "Tinnitus")
    assert [one.title for one in search.search("\ud800tinnitus \udfff").found] == ["<mark>Tinnitus</mark>"]


def test_a_topic_cannot_be_typed(client: Client, cast: SimpleNamespace) -> None:
    publication = publish(cast, "Tinnitus")
    [topic] = publication.topics.all()
    assert titles(client, f"§{topic.pk}") == []
    assert titles(client, f'"§{topic.pk}"') == []


def test_what_is_too_long_is_shortened_and_said_so(client: Client, cast: SimpleNamespace) -> None:
    publish(cast, "Tinnitus")
    for typed in ("tinnitus " * 1_000, "tinnitus" + " " * 10 + "." * 10_000, "tinnitus " * 13):
        answer = Answer(client, typed)
        assert answer.titles == ["Tinnitus"]
        assert f"Only the first {MOST_WORDS} words were looked for." in answer.html
        assert len(answer.page.xpath("string(//input[@name='q']/@value)")) <= MOST_LETTERS
    assert "Only the first" not in Answer(client, "tinnitus" + " " * 400).html


def test_what_was_typed_is_escaped(client: Client, db: None) -> None:
    html = Answer(client, '"><script>alert(1)</script>').html
    assert "<script" not in html
    assert "&lt;script&gt;" in html
