"""Answers stick to the sentence: an edit reopens what it touched, and nothing else."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from reversion.models import Version

from articles.editing import restore, save_draft
from articles.models import Article
from tests.answers.conftest import DOSE, VAGUE, edit, give, said


@pytest.fixture(autouse=True)
def _answered(article: Article, cast: SimpleNamespace) -> None:
    give(article, "melatonin", by=cast.writer)
    give(article, "Experts", by=cast.writer, kind="sourced", reason="")


def test_an_edit_reopens_only_what_it_touched(article: Article, cast: SimpleNamespace) -> None:
    edit(article, "10 mg", "20 mg", by=cast.writer)
    assert said(article) == {DOSE.replace("10", "20"): "", VAGUE: "sourced"}


def test_the_same_words_brought_back_have_their_answer_again(article: Article, cast: SimpleNamespace) -> None:
    edit(article, "10 mg", "20 mg", by=cast.writer)
    edit(article, "20 mg", "10 mg", by=cast.writer)
    assert said(article) == {DOSE: "disagree", VAGUE: "sourced"}


def test_a_sentence_that_left_and_came_back(article: Article, cast: SimpleNamespace) -> None:
    edit(article, f"<p>{DOSE}</p>", "", by=cast.writer)
    assert said(article) == {VAGUE: "sourced"}
    edit(article, f"<p>{VAGUE}</p>", f"<p>{VAGUE}</p><p>{DOSE}</p>", by=cast.writer)
    assert said(article) == {VAGUE: "sourced", DOSE: "disagree"}


def test_moving_and_setting_a_sentence_is_no_edit_of_it(article: Article, cast: SimpleNamespace) -> None:
    edit(
        article,
        f"<p>{DOSE}</p><p>{VAGUE}</p>",
        f"<p>{VAGUE}   Take <em>10 mg</em> of\nmelatonin before bed.</p>",
        by=cast.writer,
    )
    assert said(article) == {VAGUE: "sourced", DOSE: "disagree"}


def test_an_older_text_that_is_restored_has_its_answers(article: Article, cast: SimpleNamespace) -> None:
    first = Version.objects.get_for_object(article).get()
    save_draft(article, by=cast.writer, version=1, body="<p>Something else.</p>")
    assert set(said(article).values()) <= {""}
    article.refresh_from_db()
    restore(article, by=cast.writer, version=article.version, revision=first)
    assert said(article) == {DOSE: "disagree", VAGUE: "sourced"}
