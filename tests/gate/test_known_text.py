"""What the gate read of a text when it was signed need not be read again at its hour; anything else is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from reviews import dossier, policy, workflow
from reviews.models import Review, SignOff
from reviews.policy import requiring
from reviews.screening import Hit, identity
from reviews.workflow import Refused
from tests import factories as f

Codes = Callable[[Review], set[str]]


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """A worker that has not seen any text yet."""
    forget()
    yield
    forget()


def forget() -> None:
    policy._screened.cache_clear()
    requiring._read.cache_clear()
    requiring._spoken_of.clear()


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which readings of a text there were; a text that is screened turns out to need mending."""
    made: list[str] = []

    def screen(document: Any, **weights: Any) -> list[Hit]:
        made.append("screen")
        return [Hit("chrome", "structure", "fix", "", 0, 0, "This is no text.", "Take it out.")]

    def subjects(document: Any) -> dict[str, Any]:
        made.append("subjects")
        return {}

    def read_from_now_on() -> list[str]:
        forget()
        monkeypatch.setattr(policy, "screen", screen)
        monkeypatch.setattr(requiring, "subjects", subjects)
        return made

    return read_from_now_on  # type: ignore[return-value]


def test_a_signature_keeps_what_the_gate_read(cast: SimpleNamespace) -> None:
    review = f.signed(cast.writer, cast.reviewer, title="Cannabis and low back pain")
    signed = review.sign_offs.get()
    assert signed.screening == identity()
    assert signed.subjects == sorted(requiring.spoken_of(dossier.load(review).document))
    assert "cannabis" in signed.subjects


def test_at_its_hour_the_text_is_known(cast: SimpleNamespace, reads: Any) -> None:
    """Neither rules nor subjects are asked again, and its next review is as soon as its subjects want it."""
    review = f.signed(cast.writer, cast.reviewer, title="Cannabis and low back pain")
    made = reads()
    page = workflow.publish(review, by=cast.editor)
    assert made == []
    months = (
        (page.review_due.year - page.published_at.year) * 12 + page.review_due.month - page.published_at.month
    )
    assert months <= 12


def test_by_other_rules_it_is_read_again(
    cast: SimpleNamespace, reads: Any, codes: Codes, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = f.signed(cast.writer, cast.reviewer)
    made = reads()
    assert codes(review) == set()
    forget()
    monkeypatch.setattr(dossier, "identity", lambda: "f" * 64)
    assert codes(review) == {"chrome"}
    assert "screen" in made and "subjects" in made
    with pytest.raises(Refused) as refused:
        workflow.publish(review, by=cast.editor)
    assert refused.value.codes == ("chrome",)


def test_a_signature_of_before_knows_nothing(
    cast: SimpleNamespace, reads: Any, codes: Codes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(workflow, "identity", lambda: "")
        review = f.signed(cast.writer, cast.reviewer)
    reads()
    assert codes(review) == {"chrome"}


def test_of_other_words_or_disclaimers_it_knows_nothing(
    cast: SimpleNamespace, reads: Any, codes: Codes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even where a row was changed behind the gate's back."""
    review = f.signed(cast.writer, cast.reviewer)
    reads()
    loaded = dossier.load(Review.objects.get(pk=review.pk))
    loaded.review.edition.canonical = loaded.review.edition.canonical.replace("pain", "gain")
    assert loaded.known_by is None
    review.attachments.update(state="removed")
    assert {"chrome", "disclaimer_missing", "digest_changed"} <= codes(review)


def test_what_it_knows_cannot_be_changed(cast: SimpleNamespace) -> None:
    f.signed(cast.writer, cast.reviewer)
    for name, value in (("screening", identity()), ("subjects", ["walking"])):
        with pytest.raises(DatabaseError), transaction.atomic():
            SignOff.objects.update(**{name: value})


def test_another_rule_or_word_is_another_screening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = __import__("reviews.screening.identity", fromlist=["identity"])
    before = identity()
    (tmp_path / "lexicons").mkdir()
    words = tmp_path / "lexicons" / "hype.toml"
    words.write_text("a = 1", encoding="utf-8")
    monkeypatch.setattr(module, "_HERE", tmp_path)
    found = {before}
    for text in ("a = 1", "a = 2"):
        words.write_text(text, encoding="utf-8")
        identity.cache_clear()
        found.add(identity())
    identity.cache_clear()
    assert len(found) == 3


def test_scheduled_by_an_hour_that_has_come(cast: SimpleNamespace, reads: Any) -> None:
    review = f.scheduled(cast.writer, cast.reviewer, cast.editor)
    made = reads()
    Review.objects.update(scheduled_for=review.scheduled_for - dt.timedelta(days=9))
    assert workflow.publish_scheduled(review)
    assert made == []
