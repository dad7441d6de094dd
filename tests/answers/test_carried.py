"""What the writer answered goes to the reviewer with each round, as it stood when it was submitted."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from articles.models import Article
from reviews import answers, dossier, workflow
from reviews.models import Claim, Finding, Review
from tests import factories as f
from tests.answers.conftest import DOSE, VAGUE, edit, give, hit_on

BENEFIT = "Swimming reduces back pain in most people."


def words(row: Claim | Finding) -> tuple[str, str, str]:
    return (row.writer_answer, row.writer_reason, row.answered_by.username if row.answered_by else "")


def finding(review: Review, quote: str) -> Finding:
    (found,) = [
        one for one in review.findings.filter(orphaned=False, disposition="") if one.anchor["exact"] == quote
    ]
    return found


@pytest.fixture
def review(article: Article, cast: SimpleNamespace) -> Review:
    give(article, "melatonin", by=cast.writer)
    return workflow.submit(article, by=cast.writer)


def test_at_submission(review: Review) -> None:
    assert words(finding(review, DOSE)) == ("disagree", "It is a quote.", "wanda")
    assert words(finding(review, VAGUE)) == ("", "", "")


def test_it_settles_nothing(review: Review) -> None:
    assert finding(review, DOSE).disposition == ""
    assert finding(review, DOSE).disposed_by is None


def test_later_answers_wait_for_the_next_round(
    review: Review, article: Article, cast: SimpleNamespace
) -> None:
    give(article, "melatonin", by=cast.writer, kind="sourced", reason="")
    give(article, "Experts", by=cast.editor)
    assert words(finding(review, DOSE)) == ("disagree", "It is a quote.", "wanda")
    assert words(finding(review, VAGUE)) == ("", "", "")
    workflow.request_changes(review, by=cast.reviewer, reason="Please.")
    edit(article, "many adults", "some adults", by=cast.writer)
    workflow.resubmit(review, by=cast.writer)
    assert words(finding(review, DOSE)) == ("sourced", "", "wanda")
    assert words(finding(review, VAGUE)) == ("disagree", "It is a quote.", "edgar")


def test_an_edited_sentence_loses_its_answer_in_the_next_round(
    review: Review, article: Article, cast: SimpleNamespace
) -> None:
    workflow.request_changes(review, by=cast.reviewer, reason="Please.")
    edit(article, "10 mg", "20 mg", by=cast.writer)
    workflow.resubmit(review, by=cast.writer)
    assert words(finding(review, DOSE.replace("10", "20"))) == ("", "", "")


def test_an_answer_taken_back_is_gone_in_the_next_round(
    review: Review, article: Article, cast: SimpleNamespace
) -> None:
    workflow.request_changes(review, by=cast.reviewer, reason="Please.")
    edit(article, "many adults", "some adults", by=cast.writer)
    hit = hit_on(article, "melatonin")
    answers.take_back(article, by=cast.writer, version=article.version, rule=hit.rule, quote=hit.quote)
    workflow.resubmit(review, by=cast.writer)
    assert words(finding(review, DOSE)) == ("", "", "")


def test_a_finding_that_comes_in_the_next_round_has_its_answer(
    review: Review, article: Article, cast: SimpleNamespace
) -> None:
    workflow.request_changes(review, by=cast.reviewer, reason="Please.")
    new = "Researchers say that rest is bad."
    edit(article, f"<p>{VAGUE}</p>", f"<p>{VAGUE}</p><p>{new}</p>", by=cast.writer)
    give(article, "Researchers", by=cast.writer)
    workflow.resubmit(review, by=cast.writer)
    assert words(finding(review, new)) == ("disagree", "It is a quote.", "wanda")


def test_a_claim_without_a_source_has_the_answer_to_its_remark(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer, body=f"{f.BODY}<p>{BENEFIT}</p>")
    give(article, "Swimming", by=cast.writer, reason="Common knowledge.")
    review = workflow.submit(article, by=cast.writer)
    (claim,) = [claim for claim in review.claims.all() if claim.anchor["exact"] == BENEFIT]
    assert words(claim) == ("disagree", "Common knowledge.", "wanda")
    workflow.request_changes(review, by=cast.reviewer, reason="Please.")
    edit(article, "most people", "all people", by=cast.writer)
    workflow.resubmit(review, by=cast.writer)
    claim.refresh_from_db()
    assert words(claim) == ("", "", "")


def test_a_signature_does_not_cover_the_writers_word(review: Review, cast: SimpleNamespace) -> None:
    before = dossier.load(review).signed_digest
    review.findings.update(writer_answer="sourced", writer_reason="", answered_by=cast.editor)
    assert dossier.load(review).signed_digest == before
