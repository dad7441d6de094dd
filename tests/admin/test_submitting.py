"""From the writer's page into review, and what the page says about it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.test import Client

from articles.editing import save_draft
from articles.models import Article
from reviews import judging, workflow
from reviews.models import PolicyVersion, Review
from tests import factories as f
from tests.admin import pages

pytestmark = pytest.mark.django_db


def press(who: Client, article: Article) -> object:
    page = who.get(pages.change(article)).content.decode()
    return who.post(pages.submit(article), pages.values(page, "submit-for-review"), follow=True)


def test_submit_opens_a_review(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer)
    writer = pages.client(cast.writer)
    page = pages.text_of(writer.get(pages.change(article)))
    assert "○ Draft" in page
    assert "Nothing stands in the way." in page
    response = press(writer, article)
    review = Review.objects.get()
    text = pages.text_of(response)
    assert "Edition 1 is with the reviewers." in text
    assert "◐ In review" in text
    assert f"/desk/reviews/{review.pk}/" in response.content.decode()  # type: ignore[attr-defined]
    assert "Submit" not in text.replace("submitted", "").replace("Before you can submit", "")


def test_a_double_click_submits_once(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer)
    writer = pages.client(cast.writer)
    form = pages.values(writer.get(pages.change(article)).content.decode(), "submit-for-review")
    assert writer.post(pages.submit(article), form, follow=True).status_code == 200
    once = pages.everything()
    response = writer.post(pages.submit(article), form, follow=True)
    assert pages.everything() == once
    assert "Edition 1 is with the reviewers." in pages.text_of(response)
    assert 'class="error"' not in response.content.decode()


def test_a_refusal_is_a_sentence_and_changes_nothing(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer, body="<p>See [7]. TODO check this.</p>")
    writer = pages.client(cast.writer)
    page = pages.text_of(writer.get(pages.change(article)))
    assert "Before you can submit" in page
    assert "Nothing stands in the way." not in page
    before = pages.everything()
    response = press(writer, article)
    assert "This draft cannot be submitted yet." in pages.text_of(response)
    assert pages.everything() == before


def test_what_was_not_seen_is_not_submitted(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer)
    writer = pages.client(cast.writer)
    form = pages.values(writer.get(pages.change(article)).content.decode(), "submit-for-review")
    save_draft(article, by=cast.colleague, version=1, body="<p>Walking is a cure [1].</p>")
    before = pages.everything()
    response = writer.post(pages.submit(article), form, follow=True)
    assert "Somebody saved this draft since you opened it." in pages.text_of(response)
    for forged in ({}, {"version": ""}, {"version": "x"}, {"version": "99"}):
        writer.post(pages.submit(article), forged)
    assert pages.everything() == before


@pytest.mark.parametrize(
    ("who", "status"), [("reviewer", 403), ("lead", 403), ("outsider", 403), ("colleague", 302)]
)
def test_who_may_not_submit(cast: SimpleNamespace, who: str, status: int) -> None:
    article = f.draft(cast.writer)
    person = pages.client(getattr(cast, who))
    if who != "outsider":
        assert "submit-for-review" not in person.get(pages.change(article)).content.decode()
    before = pages.everything()
    assert person.post(pages.submit(article), {"version": "1"}).status_code == status
    assert pages.everything() == before


def test_a_managing_editor_submits_anything(cast: SimpleNamespace) -> None:
    press(pages.client(cast.editor), f.draft(cast.writer))
    assert Review.objects.get().submitted_by == cast.editor


def test_submit_is_a_post_with_a_csrf_token(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer)
    before = pages.everything()
    assert pages.client(cast.writer).get(pages.submit(article)).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.writer)
    assert strict.post(pages.submit(article), {"version": "1"}).status_code == 403
    assert pages.everything() == before
    assert pages.client(cast.writer).post("/admin/articles/article/999/submit/").status_code == 404


def test_the_page_shows_what_the_reviewer_asks_for_and_takes_the_new_text(cast: SimpleNamespace) -> None:
    review = f.submitted(cast.writer)
    article = review.article
    judging.comment(review, by=cast.reviewer, text="Which trial is meant?")
    workflow.request_changes(review, by=cast.reviewer, reason="Name the trial, please.")
    writer = pages.client(cast.writer)
    text = pages.text_of(writer.get(pages.change(article)))
    assert "↩ Changes requested" in text
    assert "Whose turn: Writer: Wanda Writer" in text
    assert "What Rita Reviewer asks for Name the trial, please." in text
    assert "Which trial is meant?" in text
    form = pages.opened(writer, pages.change(article), body=f.BODY.replace("many", "most"))
    assert writer.post(pages.change(article), form).status_code == 302
    text = pages.text_of(press(writer, article))
    assert "Edition 2 is with the reviewers." in text
    review.refresh_from_db()
    assert (review.status, review.round) == (Review.Status.IN_REVIEW, 2)


def test_changing_a_draft_in_review_says_what_the_reviewers_have(cast: SimpleNamespace) -> None:
    review = f.submitted(cast.writer)
    writer = pages.client(cast.writer)
    form = pages.opened(writer, pages.change(review.article), title="Newer")
    text = pages.text_of(writer.post(pages.change(review.article), form, follow=True))
    assert "The reviewers have edition 1; what you changed since reaches them" in text
    review.refresh_from_db()
    assert (review.status, review.edition.number) == (Review.Status.IN_REVIEW, 1)


def test_a_signed_text_is_submitted_anew_only_with_a_warning(cast: SimpleNamespace) -> None:
    review = f.signed(cast.writer, cast.reviewer)
    writer = pages.client(cast.writer)
    page = pages.text_of(writer.get(pages.change(review.article)))
    assert "✓ Signed" in page
    assert "Submit the new text" not in page
    writer.post(
        pages.change(review.article), pages.opened(writer, pages.change(review.article), title="Newer")
    )
    page = pages.text_of(writer.get(pages.change(review.article)))
    assert "its signatures will not count for the new one" in page
    press(writer, review.article)
    review.refresh_from_db()
    assert review.status == Review.Status.IN_REVIEW


def test_a_live_article_says_what_readers_keep_seeing(cast: SimpleNamespace) -> None:
    page = f.published(cast.writer, cast.reviewer, cast.editor)
    writer = pages.client(cast.writer)
    text = pages.text_of(writer.get(pages.change(page.article)))
    assert "● Live" in text
    assert "Readers keep seeing edition 1, published" in text
    assert f"/articles/{page.slug}/" in writer.get(pages.change(page.article)).content.decode()
    writer.post(pages.change(page.article), pages.opened(writer, pages.change(page.article), title="Newer"))
    assert "The draft has changes that no reviewer has seen." in pages.text_of(
        writer.get(pages.change(page.article))
    )
    press(writer, page.article)
    text = pages.text_of(writer.get(pages.change(page.article)))
    assert "◐ In review" in text and "● Live" in text


def test_without_a_policy_the_page_says_so(cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    article = f.draft(cast.writer)
    monkeypatch.setattr("reviews.policy.PolicyVersion.objects", PolicyVersion.objects.none())
    before = Review.objects.count()
    response = press(pages.client(cast.writer), article)
    assert "No policy is loaded yet." in pages.text_of(response)
    assert Review.objects.count() == before
