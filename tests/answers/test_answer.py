"""The writer answers a remark of the screening."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.editing import save_draft
from articles.freezing import draft_document
from articles.models import Article
from reviews import answers, audit
from reviews.models import Answer, Event
from reviews.refusals import Refused
from reviews.requirements import missing_for_draft
from reviews.screening import screen
from tests import factories as f
from tests.answers.conftest import DOSE, VAGUE, give, hit_on, said


def refused(article: Article, *codes: str, **call: Any) -> str:
    """What `answer` says in refusing; it has changed nothing."""
    before = [list(model._default_manager.order_by("pk").values()) for model in (Answer, Event)]
    with pytest.raises(Refused) as refusal:
        answers.answer(article, **call)
    assert refusal.value.codes == codes
    assert [list(model._default_manager.order_by("pk").values()) for model in (Answer, Event)] == before
    return str(refusal.value)


def call(article: Article, words: str, **instead: Any) -> dict[str, Any]:
    hit = hit_on(article, words)
    return {
        "version": article.version, "rule": hit.rule, "quote": hit.quote, "kind": "disagree", "reason": "It is a quote.",
        **instead,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "reason"), [("fixed", ""), ("sourced", "In [1]."), ("disagree", "It is a quote.")]
)
def test_an_answer_is_kept_with_its_event(
    article: Article, cast: SimpleNamespace, kind: str, reason: str
) -> None:
    assert said(article) == {DOSE: "", VAGUE: ""}
    given = give(article, "melatonin", by=cast.writer, kind=kind, reason=f"  {reason} ")
    assert (given.kind, given.reason, given.by, given.passage) == (kind, reason, cast.writer, DOSE)
    assert said(article) == {DOSE: kind, VAGUE: ""}
    event = Event.objects.get(action="answer_hit")
    assert (event.actor, event.article, event.reason) == (cast.writer, article, reason)
    assert (event.facts["passage"], event.facts["answer"], event.facts["version"]) == (DOSE, kind, 1)
    assert audit.verify().ok


def test_a_managing_editor_answers_too(article: Article, cast: SimpleNamespace) -> None:
    assert give(article, "melatonin", by=cast.editor).by == cast.editor


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("colleague", "not_contributor"),
        ("reviewer", "permission"),
        ("lead", "permission"),
        ("outsider", "permission"),
    ],
)
def test_nobody_else_does(article: Article, cast: SimpleNamespace, who: str, code: str) -> None:
    sentence = refused(article, code, by=getattr(cast, who), **call(article, "melatonin"))
    assert sentence == "Only those who wrote this draft, or a managing editor, may answer its screening."


def test_a_writer_who_is_switched_off_does_not(article: Article, cast: SimpleNamespace) -> None:
    cast.writer.is_active = False
    cast.writer.save()
    refused(article, "permission", by=cast.writer, **call(article, "melatonin"))


def test_the_second_of_two_clicks_changes_nothing(article: Article, cast: SimpleNamespace) -> None:
    first = give(article, "melatonin", by=cast.writer)
    assert give(article, "melatonin", by=cast.writer) == first
    assert Answer.objects.get().at == first.at
    assert Event.objects.filter(action="answer_hit").count() == 1


def test_another_answer_replaces_the_first(article: Article, cast: SimpleNamespace) -> None:
    give(article, "melatonin", by=cast.writer)
    give(article, "melatonin", by=cast.editor, kind="sourced", reason="")
    given = Answer.objects.get()
    assert (given.kind, given.reason, given.by) == ("sourced", "", cast.editor)
    assert [e.facts["instead_of"] for e in Event.objects.filter(action="answer_hit")] == ["", "disagree"]


def test_what_was_not_seen_is_not_answered(article: Article, cast: SimpleNamespace) -> None:
    what = call(article, "melatonin")
    save_draft(article, by=cast.writer, version=1, summary="Another summary.")
    assert "saved again since you opened it" in refused(article, "stale", by=cast.writer, **what)


@pytest.mark.parametrize(
    "instead", [{"quote": "Take 11 mg."}, {"rule": "made.up"}, {"quote": ""}, {"rule": "a\x00"}]
)
def test_a_remark_that_is_not_made_has_no_answer(
    article: Article, cast: SimpleNamespace, instead: dict[str, str]
) -> None:
    sentence = refused(article, "gone", by=cast.writer, **call(article, "melatonin", **instead))
    assert "does not say this of the draft any more" in sentence


@pytest.mark.parametrize(
    ("instead", "code", "sentence"),
    [
        ({"kind": ""}, "choice", "Choose an answer from the list."),
        ({"kind": "accepted"}, "choice", "Choose an answer from the list."),
        ({"reason": " \n\x00"}, "missing", "Say why you disagree: the reviewer reads it."),
        ({"reason": "x" * 5001}, "too_long", "Keep the reason to 5,000 characters."),
    ],
)
def test_a_bad_answer_gets_a_sentence(
    article: Article, cast: SimpleNamespace, instead: dict[str, str], code: str, sentence: str
) -> None:
    assert refused(article, code, by=cast.writer, **call(article, "melatonin", **instead)) == sentence


def test_white_space_in_the_quote_is_forgiven(article: Article, cast: SimpleNamespace) -> None:
    answers.answer(article, by=cast.writer, **call(article, "melatonin", quote=DOSE.replace(" ", " \r\n ")))
    assert said(article)[DOSE] == "disagree"


def test_a_remark_on_the_whole_text_is_answered(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer, citations=[f.source(), f.source()])  # the second is never cited
    (row,) = [row for row in answers.answered_hits(article) if not row.hit.quote]
    assert row.hit.severity == "advise"
    answers.answer(
        article,
        by=cast.writer,
        version=1,
        rule=row.hit.rule,
        quote="",
        kind="disagree",
        reason="Further reading.",
    )
    assert said(article)[""] == "disagree"


def test_an_answer_on_the_whole_text_is_to_what_it_said(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer, citations=[f.source(), f.source()])
    (row,) = [row for row in answers.answered_hits(article) if not row.hit.quote]
    answers.answer(
        article,
        by=cast.writer,
        version=1,
        rule=row.hit.rule,
        quote="",
        kind="disagree",
        reason="Further reading.",
    )
    other = replace(row.hit, message="Listed but never cited in the text: 7.")
    assert answers.answer_for(row.hit, answers.answers_to(article)) is not None
    assert answers.answer_for(other, answers.answers_to(article)) is None
    answers.take_back(article, by=cast.writer, version=1, rule=row.hit.rule, quote="")
    assert answers.answers_to(article) == {}


def test_what_must_be_mended_is_not_waved_through(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer, body=f"{f.BODY}<p>See [7].</p>")
    (row,) = [row for row in answers.answered_hits(article) if row.hit.severity == "fix"]
    assert not row.may_be_answered
    missing = missing_for_draft(article)
    assert row.hit.rule in {r.code for r in missing}
    what = {"version": 1, "rule": row.hit.rule, "quote": row.hit.quote, "kind": "disagree", "reason": "No."}
    assert "must be mended" in refused(article, "fix", by=cast.writer, **what)
    # Not even an answer that got into the database by another door counts for anything.
    rule, digest = answers.key_of(row.hit)
    Answer.objects.create(
        article=article, rule=rule, passage=row.hit.quote, passage_digest=digest, kind="fixed", by=cast.writer
    )
    assert missing_for_draft(article) == missing
    assert all(row.answer is None for row in answers.answered_hits(article))


def test_the_answers_are_read_in_one_query(article: Article, cast: SimpleNamespace) -> None:
    for words in ("melatonin", "Experts"):
        give(article, words, by=cast.writer)
    hits = screen(draft_document(article))
    with CaptureQueriesContext(connection) as queries:
        assert [row.answer.by for row in answers.answered_hits(article, hits) if row.answer] == [
            cast.writer
        ] * 2
    assert len(queries) == 1


def test_answers_to_one_article_say_nothing_of_another(article: Article, cast: SimpleNamespace) -> None:
    other = f.draft(cast.writer, body=article.body)
    give(article, "melatonin", by=cast.writer)
    assert said(other)[DOSE] == ""


def test_an_answer_is_for_the_same_words_wherever_they_stand(cast: SimpleNamespace) -> None:
    dose = "Take 5 mg of melatonin before bed."
    article = f.draft(cast.writer, body=f"<p>{dose}</p><h2>For others</h2><p>{dose} It may help.</p>")
    rows = [row for row in answers.answered_hits(article) if row.hit.rule == "dosing.amount"]
    assert [row.places for row in rows] == [2, 2]
    answers.answer(
        article, by=cast.writer, version=1, rule="dosing.amount", quote=dose, kind="disagree", reason="Usual."
    )
    again = [row for row in answers.answered_hits(article) if row.hit.rule == "dosing.amount"]
    assert [row.answer is not None for row in again] == [True, True]
