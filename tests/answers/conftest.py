"""A draft on which the screening has remarks, and how a test answers one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from articles.editing import save_draft
from articles.models import Article
from reviews import answers
from reviews.models import Answer
from reviews.screening import Hit
from tests import factories as f
from tests import remarks

DOSE = "Take 10 mg of melatonin before bed."
VAGUE = "Experts say that a short walk helps."
BODY = f"{f.BODY}<p>{DOSE}</p><p>{VAGUE}</p>"


@pytest.fixture(autouse=True)
def _few_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    remarks.install(monkeypatch)


@pytest.fixture
def article(cast: SimpleNamespace) -> Article:
    """Wanda's draft; it can be submitted, and two of its sentences are remarked on."""
    return f.draft(cast.writer, body=BODY)


def hit_on(article: Article, words: str) -> Hit:
    """The remark on a sentence that says `words`."""
    article.refresh_from_db()
    found = [row.hit for row in answers.answered_hits(article) if words in row.hit.quote]
    assert len(found) == 1, found
    return found[0]


def give(
    article: Article, words: str, *, by: Any, kind: str = "disagree", reason: str = "It is a quote."
) -> Answer:
    """Answer the remark on a sentence, as the one who looks at the draft as it is now."""
    hit = hit_on(article, words)
    return answers.answer(
        article, by=by, version=article.version, rule=hit.rule, quote=hit.quote, kind=kind, reason=reason
    )


def said(article: Article) -> dict[str, str]:
    """The kind of answer to each remark, by its passage; empty where there is none."""
    article.refresh_from_db()
    return {row.hit.quote: row.answer.kind if row.answer else "" for row in answers.answered_hits(article)}


def edit(article: Article, old: str, new: str, *, by: Any) -> None:
    """Save the draft with some of its words changed."""
    article.refresh_from_db()
    assert old in article.body
    save_draft(article, by=by, version=article.version, body=article.body.replace(old, new))
