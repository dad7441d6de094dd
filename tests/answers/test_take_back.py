"""An answer is taken back: the remark is open again."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from articles.editing import save_draft
from articles.models import Article
from reviews import answers
from reviews.models import Answer, Event
from reviews.refusals import Refused
from tests.answers.conftest import DOSE, VAGUE, give, hit_on, said


def back(article: Article, by: Any, version: int = 1) -> None:
    hit = hit_on(article, "melatonin")
    answers.take_back(article, by=by, version=version, rule=hit.rule, quote=hit.quote)


def test_the_remark_is_open_again_and_the_record_stays(article: Article, cast: SimpleNamespace) -> None:
    give(article, "melatonin", by=cast.writer)
    give(article, "Experts", by=cast.writer)
    back(article, cast.writer)
    assert said(article) == {DOSE: "", VAGUE: "disagree"}
    event = Event.objects.get(action="take_back_answer")
    assert (event.facts["passage"], event.facts["answer"]) == (DOSE, "disagree")


def test_the_second_of_two_clicks_changes_nothing(article: Article, cast: SimpleNamespace) -> None:
    give(article, "melatonin", by=cast.writer)
    back(article, cast.writer)
    back(article, cast.writer)
    assert Event.objects.filter(action="take_back_answer").count() == 1


@pytest.mark.parametrize("who", ["colleague", "reviewer", "outsider"])
def test_not_by_others(article: Article, cast: SimpleNamespace, who: str) -> None:
    give(article, "melatonin", by=cast.writer)
    with pytest.raises(Refused):
        back(article, getattr(cast, who))
    assert Answer.objects.count() == 1


def test_not_of_a_draft_that_has_moved_on(article: Article, cast: SimpleNamespace) -> None:
    give(article, "melatonin", by=cast.writer)
    save_draft(article, by=cast.writer, version=1, summary="Another summary.")
    with pytest.raises(Refused) as refusal:
        back(article, cast.writer)
    assert refusal.value.codes == ("stale",)
    assert Answer.objects.count() == 1
