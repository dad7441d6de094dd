"""Signing: what is shown is what is signed, by the person whose password it is, once."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from articles.editing import save_draft
from reviews import dossier, judging, workflow
from reviews.models import Review, SignOff
from tests import factories as f
from tests.desk.conftest import address, said
from tests.desk.posts import page

At = Callable[[User], Client]


@pytest.fixture
def ready(cast: SimpleNamespace) -> Review:
    """Judged and waiting for a signature."""
    review = f.submitted(cast.writer)
    f.judge(review, cast.reviewer)
    return review


def form(review: Review, **fields: Any) -> dict[str, Any]:
    return {
        "meaning": "accurate",
        "interests": "None to declare.",
        "password": f.PASSWORD,
        "seen": dossier.load(review).signed_digest,
        **fields,
    }


def test_the_page_shows_what_is_signed(cast: SimpleNamespace, at: At, ready: Review) -> None:
    html = said(at(cast.reviewer).get(address("sign", ready)))
    assert "Walking most days eases low back pain in many adults" in html
    assert "This article is general information." in html
    assert "Walking reduced pain" not in html or "Supports the claim" in html
    assert dossier.load(ready).signed_digest in html
    assert "<strong>Dr Rita Reviewer</strong>, MD, FRCP" in html
    assert 'autocomplete="current-password"' in html


def test_sign(cast: SimpleNamespace, at: At, ready: Review) -> None:
    response = at(cast.reviewer).post(address("sign", ready), form(ready))
    assert response.status_code == 302
    assert response["Location"] == page(ready) + "#sign"
    signed = SignOff.objects.get()
    assert signed.signer == cast.reviewer
    assert signed.interests == "None to declare."
    ready.refresh_from_db()
    assert ready.status == Review.Status.SIGNED_OFF


def test_a_second_click_signs_once(cast: SimpleNamespace, at: At, ready: Review) -> None:
    client, sent = at(cast.reviewer), form(ready)
    assert client.post(address("sign", ready), sent).status_code == 302
    response = client.post(address("sign", ready), sent)
    assert response.status_code == 409
    assert "You cannot sign this now." in said(response)
    assert SignOff.objects.count() == 1


def test_a_wrong_password_changes_nothing_and_loses_nothing(
    cast: SimpleNamespace, at: At, ready: Review
) -> None:
    sent = form(ready, password="wrong", interests="I own shares in a walking-stick maker.")
    response = at(cast.reviewer).post(address("sign", ready), sent)
    assert response.status_code == 422
    html = said(response)
    assert "This is not your password. Nothing was signed." in html
    assert "I own shares in a walking-stick maker." in html
    assert "wrong" not in html.split('id="sign-password"')[1].split(">")[0]
    assert not SignOff.objects.exists()


def test_five_wrong_passwords_in_a_row_sign_out(cast: SimpleNamespace, at: At, ready: Review) -> None:
    client = at(cast.reviewer)
    for _ in range(4):
        assert client.post(address("sign", ready), form(ready, password="wrong")).status_code == 422
    response = client.post(address("sign", ready), form(ready, password="wrong"), follow=True)
    assert response.redirect_chain[-1][0] == f"{reverse('login')}?next={address('sign', ready)}"
    assert "wrong five times in a row" in said(response)
    assert client.get(reverse("desk:queue")).status_code == 302
    assert not SignOff.objects.exists()


def test_a_right_password_ends_the_row(cast: SimpleNamespace, at: At, ready: Review) -> None:
    client = at(cast.reviewer)
    for _ in range(4):
        client.post(address("sign", ready), form(ready, password="wrong"))
    client.post(address("sign", ready), form(ready, seen="0" * 64))  # right password, stale page
    for _ in range(4):
        assert client.post(address("sign", ready), form(ready, password="wrong")).status_code == 422


def test_somebody_elses_password_is_wrong(cast: SimpleNamespace, at: At, ready: Review) -> None:
    cast.editor.set_password("the editor's own")
    cast.editor.save()
    assert (
        at(cast.reviewer).post(address("sign", ready), form(ready, password="the editor's own")).status_code
        == 422
    )


def test_what_changed_since_it_was_read_is_not_signed(cast: SimpleNamespace, at: At, ready: Review) -> None:
    sent = form(ready)
    judging.add_finding(ready, by=cast.second, message="One more thing.", severity="advise")
    response = at(cast.reviewer).post(address("sign", ready), sent)
    assert response.status_code == 409
    assert "Something changed since this page was opened. Read it again before you sign." in said(response)
    assert not SignOff.objects.exists()


def test_what_is_missing_is_said_with_links(cast: SimpleNamespace, at: At, review: Review) -> None:
    html = said(at(cast.reviewer).get(address("sign", review)))
    assert 'id="sign-password"' not in html
    assert f'<a href="{page(review)}#claims">' in html
    response = at(cast.reviewer).post(address("sign", review), form(review))
    assert response.status_code == 422
    assert "This is not ready yet." in said(response)
    assert not SignOff.objects.exists()


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("writer", "Only medical reviewers may sign an article."),
        ("colleague", "Only medical reviewers may sign an article."),
        ("editor", "Only medical reviewers may sign an article."),
    ],
)
def test_who_may_not_sign_is_told_why(
    who: str, sentence: str, cast: SimpleNamespace, at: At, ready: Review
) -> None:
    client = at(getattr(cast, who))
    html = said(client.get(address("sign", ready)))
    assert sentence in html
    assert 'id="sign-password"' not in html
    assert client.post(address("sign", ready), form(ready)).status_code == 403
    assert not SignOff.objects.exists()


def test_a_conflict_bars(cast: SimpleNamespace, at: At, ready: Review) -> None:
    judging.declare_conflict(ready, by=cast.second, text="I advise the maker.")
    client = at(cast.second)
    assert "Ravi Reviewer declared a conflict of interest." in said(client.get(address("sign", ready)))
    assert client.post(address("sign", ready), form(ready)).status_code == 403


def test_a_reviewer_who_wrote_on_it_cannot_sign(cast: SimpleNamespace, at: At, ready: Review) -> None:
    both = f.reviewer("bea", "Medical reviewer", "Writer", name="Bea Both")
    article = ready.article
    save_draft(article, by=both, version=article.version, summary="A reviewer's own words.")
    assert "nobody judges their own" in said(at(both).get(address("sign", ready)))
    assert at(both).post(address("sign", ready), form(ready)).status_code == 403


@pytest.mark.parametrize(
    "spoilt",
    [
        {"meaning": ""}, {"meaning": "whatever"}, {"interests": ""}, {"interests": " \n"}, {"interests": "x\x00"},
        {"interests": "x" * 5000}, {"password": ""}, {"password": "x\x00"}, {"password": "x" * 10_000}, {"seen": ""},
        {"seen": "x" * 300}, {"seen": "\x00"},
    ],
)  # fmt: skip
def test_bad_input(spoilt: dict[str, str], cast: SimpleNamespace, at: At, ready: Review) -> None:
    response = at(cast.reviewer).post(address("sign", ready), form(ready, **spoilt))
    assert response.status_code == 422
    assert not SignOff.objects.exists()


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods(method: str, cast: SimpleNamespace, at: At, ready: Review) -> None:
    assert getattr(at(cast.reviewer), method)(address("sign", ready)).status_code == 405


def test_two_signatures_where_the_tier_asks_for_two(cast: SimpleNamespace, at: At) -> None:
    review = f.submitted(cast.writer, topics=[f.topic("psychedelics")])
    f.judge(review, cast.reviewer, second=cast.second)
    assert at(cast.reviewer).post(address("sign", review), form(review)).status_code == 302
    review.refresh_from_db()
    assert review.status == Review.Status.IN_REVIEW
    mine = said(at(cast.reviewer).get(page(review)))
    assert "It waits for another reviewer’s signature." in mine
    theirs = at(cast.second)
    html = said(theirs.get(address("sign", review)))
    assert "Signed before you" in html
    assert theirs.post(address("sign", review), form(review, meaning="second")).status_code == 302
    review.refresh_from_db()
    assert review.status == Review.Status.SIGNED_OFF
    workflow.publish(review, by=cast.editor)
