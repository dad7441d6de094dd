"""Readers ask outside any transaction, where PostgreSQL is asked in its own way: the answers are the same."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.db import transaction

from articles.models import Topic
from articles.search import search
from tests import factories as f

QUESTIONS = (
    "tinnitus", "tinnitus ringing", '"ringing ears"', '"ears ringing"', "the", "tinitus", "xylophone", "'", "§1",
    "\\", "%s $1 {}", "", "a & b | !c <-> d", "ringing:*",
)  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("filtered", [False, True])
def test_every_question_has_the_answer_it_has_inside_one(cast: SimpleNamespace, filtered: bool) -> None:
    hearing = f.topic("hearing")
    company = cast.writer, cast.reviewer, cast.editor
    for title, text in (("Tinnitus", "ringing ears"), ("Sleep", "tinnitus"), ("Ringing", "nothing ears")):
        f.published(
            *company, title=title, slug=title.lower(), topics=[hearing], body=f"<p>Of {text} [1].</p>"
        )
    more = {"topic": Topic.objects.get().pk, "reviewed_from": dt.date(2020, 1, 1)} if filtered else {}
    for question in QUESTIONS:
        outside = search(question, **more)
        with transaction.atomic():
            inside = search(question, **more)
        assert [one.slug for one in outside.found] == [one.slug for one in inside.found], question
        assert outside.did_you_mean == inside.did_you_mean
        assert outside.found == inside.found
    assert [one.slug for one in search("tinnitus", **more).found] == ["tinnitus", "sleep"]
    assert search("tinitus", **more).did_you_mean == "tinnitus"
