"""What `screen` promises of every answer, whatever the text, and the catalogue behind it."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest

from articles.documents import Block, Document, document
from reviews.screening import Hit, Span, claims, rules, screen, sentences
from reviews.screening.phrases import normalise, read_phrase
from reviews.screening.sentences import LONGEST

CODEBOOK = Path(__file__).resolve().parents[3] / "shared" / "data" / "screening" / "codebook.json"


def one_block(text: str) -> Document:
    return Document(text, (Block("paragraph", 0, len(text)),))


HOSTILE = {
    "one letter": "a" * 100_000,
    "brackets": "(" * 50_000,
    "open markers": "[1," * 30_000,
    "a dose without end": "take 1 " * 20_000,
    "stops": "." * 100_000,
    "initials": "A. " * 30_000,
    "percentages": "5% " * 30_000,
    "denials": "not completely safe " * 5_000,
    "quoted promises": '"completely safe" ' * 5_000,
    "adjectives": "some several many new recent " * 4_000,
    "concessions": "while more research is needed " * 4_000,
    "verbs": "reduce " * 20_000,
    "white space": " " * 100_000,
    "gains and outcomes": "pain " * 8_000 + "zz " * 40 + "improved " * 8_000,
    "receptors": "psilocybin chemical messenger " + "receptors " * 8_000,
    "amounts": "body weight " + "100 mg " * 8_000,
    "offers": "buy now zz " * 4_000 + "without a prescription",
    "promises told": 'claim that is "completely safe" ' * 3_000,
    "breakthroughs": "breakthrough pain " * 8_000,
    "growing when lowered": "İ" * 10_000 + " Studies show it works.",
    "nul and bidi": "Studies\0 show \u202e that it \u2066 works.\u2069 " * 50,
    "lone surrogate": "Studies show \ud800 it. Next",
    "braces": "{0} {found} Take 5 mg of the drug {x!r}.",
}


@pytest.mark.parametrize("name", [name for name in HOSTILE if name != "lone surrogate"])
def test_an_article_about_a_remedy_is_read_in_pieces(name: str) -> None:
    """However long it goes on without a stop, no sentence is longer than a bound, so work grows with the text."""
    article = document(title="Microdosing psilocybin", body=f"<p>{html.escape(HOSTILE[name])}</p>")
    assert all(len(span.quote) <= LONGEST for span in sentences(article))
    for hit in screen(article):
        assert article.text[hit.start : hit.end] == hit.quote


@pytest.mark.parametrize("name", HOSTILE)
def test_any_text_is_answered(name: str) -> None:
    article = one_block(HOSTILE[name])
    parts: list[Hit | Span] = [*screen(article), *claims(article), *sentences(article)]
    for part in parts:
        assert article.text[part.start : part.end] == part.quote


@pytest.mark.parametrize(
    "article",
    [
        Document("", ()),
        Document("", (Block("paragraph", 0, 0),)),
        document(title="", body=""),
        document(title="", body="<p> </p>"),
    ],
)
def test_an_empty_article_lacks_only_its_metadata(article: Document) -> None:
    assert [hit.rule for hit in screen(article)] == ["metadata.author", "metadata.sources"]
    assert claims(article) == sentences(article) == []


def test_many_blocks_of_the_same_short_line() -> None:
    text = "Email\n" * 5_000
    blocks = tuple(Block("paragraph", at, at + 5) for at in range(0, len(text), 6))
    assert {hit.rule for hit in screen(Document(text, blocks))} == {"metadata.author", "metadata.sources"}


def test_hits_come_in_order_of_the_text_and_alike_each_time() -> None:
    article = document(
        title="Completely safe", body="<p>Share</p><p>Studies show 70% improve. Buy now.</p><p>List:</p>"
    )
    hits = screen(article)
    assert hits == screen(article)
    assert [hit.start for hit in hits] == sorted(hit.start for hit in hits)
    assert {"absolute.safety", "chrome.line", "attribution.vague", "structure.empty_list"} <= {
        h.rule for h in hits
    }


def test_title_and_summary_are_read_too() -> None:
    article = document(title="Completely safe mushrooms", summary="Order yours today.", body="<p>Text.</p>")
    assert {hit.quote for hit in screen(article)} >= {"Completely safe mushrooms", "Order yours today."}


def test_every_rule_speaks_in_sentences() -> None:
    for rule in rules().values():
        for words in (rule.message, rule.remedy):
            assert words.lstrip("“")[0].isupper() or words.lstrip("“")[0] == "{", rule.id
            assert words.endswith("."), rule.id


@pytest.mark.skipif(not CODEBOOK.exists(), reason=f"test material is absent: {CODEBOOK}")
def test_every_category_stands_in_the_codebook() -> None:
    known = {entry["category"] for entry in json.loads(CODEBOOK.read_text(encoding="utf-8"))}
    assert {rule.category for rule in rules().values()} - known == {"hidden_spelling", "readability"}


@pytest.mark.parametrize(
    ("phrase", "matching", "other"),
    [
        ("studies show", ["studies show"], ["studies do show", "studiesshow"]),
        ("(study|trial) shows", ["study shows", "trial shows"], ["review shows"]),
        (
            "[very] safe [for you]",
            ["safe", "very safe", "safe for you", "very safe for you"],
            ["very safe for"],
        ),
        ("improv*", ["improve", "improved", "improvement"], ["prove"]),
        (
            "take .. daily",
            ["take daily", "take it twice daily"],
            ["take one two three four daily", "take. daily"],
        ),
        ("{people} agree", ["experts agree"], ["people agree"]),
        ("tak(e|es) [it]", ["take", "takes it"], ["tak e"]),
        ("(fadiman|stamets)['s] way", ["fadiman way", "stamets's way"], ["fadiman 's way"]),
        ("b.i.d.", ["b.i.d."], ["bxixdx"]),
    ],
)
def test_grammar_of_phrases(phrase: str, matching: list[str], other: list[str]) -> None:
    pattern = re.compile(read_phrase(phrase, {"people": ("experts",)})[0])
    assert [text for text in matching if not pattern.fullmatch(text)] == []
    assert [text for text in other if pattern.fullmatch(text)] == []


@pytest.mark.parametrize("phrase", ["(a|b", "a)", "[a", "{people"])
def test_phrase_out_of_grammar_is_refused(phrase: str) -> None:
    with pytest.raises(ValueError):
        read_phrase(phrase, {"people": ("experts",)})


def test_normalising_makes_typography_plain() -> None:
    assert normalise("  It’s\u00a0“5 µg” – no\nMORE ") == 'it\'s "5 ug" - no more'
