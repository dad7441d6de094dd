"""The findings on the review's page: by severity, by passage, marked in the text, with the writer's word."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from lxml import html

from articles.editing import save_draft
from reviews import answers, judging, workflow
from reviews.models import Review
from tests import factories as f
from tests import remarks
from tests.desk.conftest import address, seen
from tests.desk.posts import page

At = Callable[[User], Client]
DOSE = "Take 10 mg of melatonin before bed."
VAGUE = "Experts say that a short walk helps."


@pytest.fixture(autouse=True)
def _few_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    remarks.install(monkeypatch)


@pytest.fixture
def review(cast: SimpleNamespace) -> Review:
    """Wanda's article, two sentences of it remarked on; she disagrees with one remark."""
    article = f.draft(cast.writer, body=f"{f.BODY}<p>{DOSE}</p><p>{VAGUE}</p>")
    (hit,) = [row.hit for row in answers.answered_hits(article) if row.hit.quote == DOSE]
    answers.answer(
        article,
        by=cast.writer,
        version=1,
        rule=hit.rule,
        quote=DOSE,
        kind="disagree",
        reason="It is on the label.",
    )
    return workflow.submit(article, by=cast.writer)


def tree(who: Client, review: Review, query: str = "") -> Any:
    return html.fromstring(who.get(page(review) + query).content.decode())


def words(element: Any) -> str:
    return " ".join(element.text_content().split())


def groups(root: Any) -> list[tuple[str, str, bool]]:
    """Title, count and whether it is open, of each group of findings."""
    return [
        (
            words(one.find_class("group-title")[0]),
            words(one.find_class("count")[0]),
            one.get("open") is not None,
        )
        for one in root.find_class("group")
    ]


def test_findings_stand_by_severity_and_the_first_that_waits_is_open(
    cast: SimpleNamespace, at: At, review: Review
) -> None:
    judging.add_finding(review, by=cast.reviewer, message="Nicely put.", severity="advise")
    assert groups(tree(at(cast.reviewer), review)) == [
        ("▲ Critical", "0 of 1 settled", True),
        ("◆ To resolve", "0 of 1 settled", False),
        ("○ Advice", "1, no answer needed", False),
    ]
    dose = review.findings.get(severity="critical")
    judging.dispose_finding(dose, by=cast.reviewer, disposition="accepted", reason="On the label.")
    judging.confirm_finding(dose, by=cast.second)
    shown = groups(tree(at(cast.reviewer), review))
    assert [(count, is_open) for _, count, is_open in shown] == [
        ("1 of 1 settled", False), ("0 of 1 settled", True), ("1, no answer needed", False),
    ]  # fmt: skip


def test_the_group_of_a_finding_that_was_asked_for_or_came_back_is_open(
    cast: SimpleNamespace, at: At, review: Review
) -> None:
    vague = review.findings.get(severity="resolve")
    client = at(cast.reviewer)
    assert [is_open for *_, is_open in groups(tree(client, review, f"?open=finding-{vague.pk}"))] == [
        True,
        True,
    ]
    refused = client.post(
        address("answer_finding", review, finding=vague.pk), seen(review, disposition="accepted", reason=" ")
    )
    assert refused.status_code == 422
    assert [is_open for *_, is_open in groups(html.fromstring(refused.content.decode()))] == [True, True]


def test_findings_on_one_passage_stand_under_one_quote_and_share_a_mark(
    cast: SimpleNamespace, at: At, review: Review
) -> None:
    judging.add_finding(review, by=cast.reviewer, message="And in whom?", quote=DOSE, severity="critical")
    root = tree(at(cast.reviewer), review)
    (place,) = [one for one in root.find_class("place") if "And in whom?" in words(one)]
    assert len(place.find_class("item")) == 2
    assert words(place).count(DOSE) == 1
    lead = place.find_class("item")[0].get("id")
    marked = root.get_element_by_id(f"passage-{lead}")
    assert words(marked) == DOSE
    assert "finding-critical" in marked.get("class")
    (pin,) = [a for a in root.find_class("pin-finding") if a.get("href") == f"#{lead}"]
    assert words(pin) == "▲ F1, F3 Critical"
    assert pin.get("aria-label") == "Findings 1, 3: critical"


def test_a_settled_passage_is_marked_as_settled(cast: SimpleNamespace, at: At, review: Review) -> None:
    vague = review.findings.get(severity="resolve")
    judging.dispose_finding(vague, by=cast.reviewer, disposition="accepted", reason="Common knowledge.")
    root = tree(at(cast.reviewer), review)
    assert "finding-done" in root.get_element_by_id(f"passage-finding-{vague.pk}").get("class")
    (pin,) = [a for a in root.find_class("pin-finding") if a.get("href") == f"#finding-{vague.pk}"]
    assert words(pin) == "✓ F2"


def test_the_writers_word_stands_at_the_finding_and_settles_nothing(
    cast: SimpleNamespace, at: At, review: Review
) -> None:
    dose, vague = review.findings.get(severity="critical"), review.findings.get(severity="resolve")
    root = tree(at(cast.reviewer), review)
    assert "The writer, Wanda Writer: disagrees. It is on the label." in words(
        root.get_element_by_id(f"finding-{dose.pk}")
    )
    assert not root.get_element_by_id(f"finding-{vague.pk}").find_class("writer-says")
    assert groups(root)[0][1] == "0 of 1 settled"


def test_the_writers_word_stands_at_the_claim_too(cast: SimpleNamespace, at: At) -> None:
    benefit = "Swimming reduces back pain in most people."
    article = f.draft(cast.writer, body=f"{f.BODY}<p>{benefit}</p>")
    (hit,) = [row.hit for row in answers.answered_hits(article) if row.hit.quote == benefit]
    answers.answer(article, by=cast.writer, version=1, rule=hit.rule, quote=benefit, kind="sourced")
    review = workflow.submit(article, by=cast.writer)
    (claim,) = [claim for claim in review.claims.all() if claim.anchor["exact"] == benefit]
    root = tree(at(cast.reviewer), review)
    assert "The writer, Wanda Writer: has its source" in words(root.get_element_by_id(f"claim-{claim.pk}"))


def test_what_left_the_text_comes_last_and_closed(cast: SimpleNamespace, at: At, review: Review) -> None:
    finding = judging.add_finding(review, by=cast.reviewer, message="Too sweeping.", quote=VAGUE)
    workflow.request_changes(review, by=cast.reviewer, reason="Please.")
    article = review.article
    article.refresh_from_db()
    save_draft(article, by=cast.writer, version=1, body=article.body.replace(f"<p>{VAGUE}</p>", ""))
    workflow.resubmit(review, by=cast.writer)
    root = tree(at(cast.reviewer), review)
    assert groups(root)[-1][0].startswith("⊘ No longer in the text")
    assert groups(root)[-1][2] is False
    assert "Too sweeping." in words(root.get_element_by_id(f"finding-{finding.pk}"))
