"""Every form of the desk: as the right person, as the wrong one, in the wrong way, with bad input."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import reverse

from articles.editing import save_draft
from reviews import workflow
from reviews.models import Review
from tests import factories as f
from tests.desk.conftest import said
from tests.desk.posts import POSTS, Post, page, prepared, snapshot

At = Callable[[User], Client]
CAST = ("writer", "colleague", "reviewer", "second", "lead", "editor", "outsider")
each = pytest.mark.parametrize("post", POSTS, ids=str)


@pytest.fixture
def review(cast: SimpleNamespace) -> Review:
    return prepared(f.submitted(cast.writer), cast.second)


@each
def test_the_right_person_does_it_and_comes_back_to_the_page(
    post: Post, review: Review, at: At, cast: SimpleNamespace
) -> None:
    before = snapshot(review)
    response = at(getattr(cast, post.may[0])).post(post.url(review), post.fields(review))
    assert response.status_code == 302, said(response)
    assert response["Location"].startswith(page(review) + "#")
    assert snapshot(review) != before
    assert review.events.count() > len(before[8])


@each
def test_only_those_who_may(post: Post, review: Review, at: At, cast: SimpleNamespace) -> None:
    before = snapshot(review)
    for who in CAST:
        if who not in post.may:
            response = at(getattr(cast, who)).post(post.url(review), post.fields(review))
            assert response.status_code == 403, who
            assert "Only " in said(response) or "no access" in said(response)
            assert snapshot(review) == before
    for who in post.may:
        with transaction.atomic():
            response = at(getattr(cast, who)).post(post.url(review), post.fields(review))
            assert response.status_code == 302, (who, said(response))
            transaction.set_rollback(True)
    assert snapshot(review) == before


@each
def test_nobody_in_particular_is_sent_to_sign_in(post: Post, review: Review, client: Client) -> None:
    before = snapshot(review)
    response = client.post(post.url(review), post.fields(review))
    assert response.status_code == 302
    # Not back to an address that takes forms only: what was posted is not repeated.
    assert response["Location"] == f"{reverse('login')}?next={page(review)}"
    assert snapshot(review) == before


@each
def test_a_form_without_its_token_is_refused(post: Post, review: Review, cast: SimpleNamespace) -> None:
    before = snapshot(review)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.lead)
    try:
        response = strict.post(post.url(review), post.fields(review))
    except Exception as error:  # the page for this belongs to the public site
        assert "403_csrf.html" in str(error)
    else:
        assert response.status_code == 403
    assert snapshot(review) == before


@each
def test_only_posting_changes_anything(post: Post, review: Review, at: At, cast: SimpleNamespace) -> None:
    before, client = snapshot(review), at(cast.reviewer)
    for method in ("get", "head", "put", "patch", "delete", "options"):
        response = getattr(client, method)(post.url(review))
        assert response.status_code == 405
        assert response["Allow"] == "POST"
        if method != "head":
            assert "Open the page and use its button." in said(response)
    assert snapshot(review) == before


_BAD: list[tuple[str, Callable[[str], Any]]] = [
    ("nothing at all", lambda _: None),
    ("only spaces", lambda _: "  \n "),
    ("a NUL", lambda value: f"{value}\x00"),
    ("huge", lambda _: "x" * 50_000),
    ("not on any list", lambda _: "no-such-thing"),
    ("a huge number", lambda _: "9" * 40),
]
_FREE_TEXT = {"reason", "text", "message", "note", "passage", "locator"}


@pytest.mark.parametrize(("what", "spoil"), _BAD, ids=[name for name, _ in _BAD])
@each
def test_bad_input_gets_a_sentence_and_keeps_what_was_typed(
    post: Post, what: str, spoil: Callable[[str], Any], review: Review, at: At, cast: SimpleNamespace
) -> None:
    client, good = at(getattr(cast, post.may[0])), post.fields(review)
    for name in good:
        if name == "note" or (name in ("placement", "quote") and what in ("nothing at all", "only spaces")):
            continue
        if name in _FREE_TEXT and what not in ("nothing at all", "only spaces", "a NUL", "huge"):
            continue  # free text may say anything
        before = snapshot(review)
        spoilt = spoil(str(good[name]))
        sent = {key: value for key, value in {**good, name: spoilt}.items() if value is not None}
        response = client.post(post.url(review), sent)
        assert response.status_code in (409, 422), (name, response.status_code)
        assert "Not saved." in said(response), name
        assert snapshot(review) == before, name
        for other, value in sent.items():
            if other in _FREE_TEXT and other != name:
                assert str(value) in said(response), f"{other} was lost"


@each
def test_things_of_another_review_cannot_be_reached_through_this_one(
    post: Post, review: Review, at: At, cast: SimpleNamespace
) -> None:
    other = prepared(f.submitted(cast.writer), cast.second)
    mine, theirs = post.url(review), post.url(other)
    crossed = mine.replace(f"/reviews/{review.pk}/", f"/reviews/{other.pk}/")
    if crossed == theirs:
        pytest.skip("names nothing but the review")
    before = snapshot(review), snapshot(other)
    response = at(cast.reviewer).post(crossed, post.fields(other))
    assert response.status_code == 404
    assert "in this review" in said(response)
    assert (snapshot(review), snapshot(other)) == before


@each
def test_a_review_that_does_not_exist(post: Post, review: Review, at: At, cast: SimpleNamespace) -> None:
    client = at(cast.reviewer)
    for number in ("0", "99999", "9" * 18, "9" * 30):
        url = post.url(review).replace(f"/reviews/{review.pk}/", f"/reviews/{number}/")
        response = client.post(url, post.fields(review))
        assert response.status_code == 404
        assert "There is no" in said(response)


@each
def test_what_was_judged_on_an_old_edition_is_not_recorded_on_the_new_one(
    post: Post, review: Review, at: At, cast: SimpleNamespace
) -> None:
    fields = post.fields(review)
    workflow.request_changes(review, by=cast.second, reason="Please shorten.")
    article = review.article
    article.refresh_from_db()
    save_draft(article, by=cast.writer, version=article.version, summary="A shorter summary.")
    workflow.resubmit(review, by=cast.writer)
    before = snapshot(review)
    response = at(getattr(cast, post.may[0])).post(post.url(review), fields)
    assert response.status_code == 409
    assert "A new edition came in since you opened this page." in said(response)
    assert snapshot(review) == before


@each
def test_a_closed_review_takes_nothing_more(
    post: Post, review: Review, at: At, cast: SimpleNamespace
) -> None:
    url, fields = post.url(review), post.fields(review)
    workflow.decline(review, by=cast.lead, reason="Not for our readers.")
    before = snapshot(review)
    response = at(getattr(cast, post.may[0])).post(url, fields)
    assert response.status_code == 409
    assert "the article is declined" in said(response)
    assert snapshot(review) == before
    for typed in ("reason", "text", "message", "passage"):
        if typed in fields:
            assert fields[typed] in said(response)
