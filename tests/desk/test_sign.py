"""Signing: what is shown is what is signed, by the person whose password it is, once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from articles.editing import save_draft
from articles.models import Article
from reviews import dossier, judging, signing, workflow
from reviews.models import Disclaimer, Review, SigningPage, SignOff
from reviews.refusals import Refused
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


def form(client: Client, review: Review, **fields: Any) -> dict[str, Any]:
    """Open the sign page and fill it in."""
    html = said(client.get(address("sign", review)))
    return {
        "meaning": "accurate",
        "interests": "None to declare.",
        "password": f.PASSWORD,
        **hidden(html),
        **fields,
    }


def hidden(html: str) -> dict[str, str]:
    """What a page's form carries unseen; where nobody may sign, what somebody made up."""
    found = dict(re.findall(r'<input type="hidden" name="(seen|page)" value="([^"]*)">', html))
    return found or {"seen": "0" * 64, "page": "made up"}


def test_the_page_shows_what_is_signed(cast: SimpleNamespace, at: At, ready: Review) -> None:
    html = said(at(cast.reviewer).get(address("sign", ready)))
    assert "Walking most days eases low back pain in many adults" in html
    assert "This article is general information." in html
    assert "Walking reduced pain" not in html or "Supports the claim" in html
    assert dossier.load(ready).signed_digest in html
    assert "<strong>Dr Rita Reviewer</strong>, MD, FRCP" in html
    assert 'autocomplete="current-password"' in html


def test_sign(cast: SimpleNamespace, at: At, ready: Review) -> None:
    response = (client := at(cast.reviewer)).post(address("sign", ready), form(client, ready))
    assert response.status_code == 302
    assert response["Location"] == page(ready) + "#sign"
    signed = SignOff.objects.get()
    assert signed.signer == cast.reviewer
    assert signed.interests == "None to declare."
    ready.refresh_from_db()
    assert ready.status == Review.Status.SIGNED_OFF


def test_a_second_click_signs_once(cast: SimpleNamespace, at: At, ready: Review) -> None:
    client = at(cast.reviewer)
    sent = form(client, ready)
    assert client.post(address("sign", ready), sent).status_code == 302
    response = client.post(address("sign", ready), sent)
    assert response.status_code == 409
    assert "You signed with this page already, on" in said(response)
    assert "You have signed this text already." in said(response)
    assert SignOff.objects.count() == 1


def test_a_wrong_password_changes_nothing_and_loses_nothing(
    cast: SimpleNamespace, at: At, ready: Review
) -> None:
    client = at(cast.reviewer)
    sent = form(client, ready, password="wrong", interests="I own shares in a walking-stick maker.")
    response = client.post(address("sign", ready), sent)
    assert response.status_code == 422
    html = said(response)
    assert "This is not your password. Nothing was signed." in html
    assert "I own shares in a walking-stick maker." in html
    assert "wrong" not in html.split('id="sign-password"')[1].split(">")[0]
    assert not SignOff.objects.exists()


def test_five_wrong_passwords_in_a_row_sign_out(cast: SimpleNamespace, at: At, ready: Review) -> None:
    client = at(cast.reviewer)
    for _ in range(4):
        assert client.post(address("sign", ready), form(client, ready, password="wrong")).status_code == 422
    response = client.post(address("sign", ready), form(client, ready, password="wrong"), follow=True)
    assert response.redirect_chain[-1][0] == f"{reverse('login')}?next={address('sign', ready)}"
    assert "wrong five times in a row" in said(response)
    assert client.get(reverse("desk:queue")).status_code == 302
    assert not SignOff.objects.exists()


def test_a_right_password_ends_the_row(cast: SimpleNamespace, at: At, ready: Review) -> None:
    client = at(cast.reviewer)
    for _ in range(4):
        client.post(address("sign", ready), form(client, ready, password="wrong"))
    client.post(address("sign", ready), form(client, ready, seen="0" * 64))  # right password, stale page
    for _ in range(4):
        assert client.post(address("sign", ready), form(client, ready, password="wrong")).status_code == 422


def test_somebody_elses_password_is_wrong(cast: SimpleNamespace, at: At, ready: Review) -> None:
    cast.editor.set_password("the editor's own")
    cast.editor.save()
    assert (client := at(cast.reviewer)).post(
        address("sign", ready), form(client, ready, password="the editor's own")
    ).status_code == 422


def test_what_changed_since_it_was_read_is_not_signed(cast: SimpleNamespace, at: At, ready: Review) -> None:
    client = at(cast.reviewer)
    sent = form(client, ready)
    judging.add_finding(ready, by=cast.second, message="One more thing.", severity="advise")
    response = client.post(address("sign", ready), sent)
    assert response.status_code == 409
    assert "Something changed since this page was opened. Read it again before you sign." in said(response)
    assert not SignOff.objects.exists()


def test_what_is_missing_is_said_with_links(cast: SimpleNamespace, at: At, review: Review) -> None:
    html = said(at(cast.reviewer).get(address("sign", review)))
    assert 'id="sign-password"' not in html
    assert f'<a href="{page(review)}#claims">' in html
    response = (client := at(cast.reviewer)).post(address("sign", review), form(client, review))
    assert response.status_code == 409
    assert "This sign page is not one that was opened for you" in said(response)
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
    assert client.post(address("sign", ready), form(client, ready)).status_code == 403
    assert not SignOff.objects.exists()


def test_a_conflict_bars(cast: SimpleNamespace, at: At, ready: Review) -> None:
    judging.declare_conflict(ready, by=cast.second, text="I advise the maker.")
    client = at(cast.second)
    assert "Ravi Reviewer declared a conflict of interest." in said(client.get(address("sign", ready)))
    assert client.post(address("sign", ready), form(client, ready)).status_code == 403


def test_a_reviewer_who_wrote_on_it_cannot_sign(cast: SimpleNamespace, at: At, ready: Review) -> None:
    both = f.reviewer("bea", "Medical reviewer", "Writer", name="Bea Both")
    article = ready.article
    save_draft(article, by=both, version=article.version, summary="A reviewer's own words.")
    assert "nobody judges their own" in said(at(both).get(address("sign", ready)))
    assert (client := at(both)).post(address("sign", ready), form(client, ready)).status_code == 403


@pytest.mark.parametrize(
    "spoilt",
    [
        {"meaning": ""}, {"meaning": "whatever"}, {"interests": ""}, {"interests": " \n"}, {"interests": "x\x00"},
        {"interests": "x" * 5000}, {"password": ""}, {"password": "x\x00"}, {"password": "x" * 10_000}, {"seen": ""},
        {"seen": "x" * 300}, {"seen": "\x00"}, {"page": ""}, {"page": "x" * 44}, {"page": "\x00"},
    ],
)  # fmt: skip
def test_bad_input(spoilt: dict[str, str], cast: SimpleNamespace, at: At, ready: Review) -> None:
    response = (client := at(cast.reviewer)).post(address("sign", ready), form(client, ready, **spoilt))
    assert response.status_code == 422
    assert not SignOff.objects.exists()


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods(method: str, cast: SimpleNamespace, at: At, ready: Review) -> None:
    assert getattr(at(cast.reviewer), method)(address("sign", ready)).status_code == 405


def test_two_signatures_where_the_tier_asks_for_two(cast: SimpleNamespace, at: At) -> None:
    review = f.submitted(cast.writer, topics=[f.topic("psychedelics")])
    f.judge(review, cast.reviewer, second=cast.second)
    assert (client := at(cast.reviewer)).post(
        address("sign", review), form(client, review)
    ).status_code == 302
    review.refresh_from_db()
    assert review.status == Review.Status.IN_REVIEW
    mine = said(at(cast.reviewer).get(page(review)))
    assert "It waits for another reviewer’s signature." in mine
    theirs = at(cast.second)
    html = said(theirs.get(address("sign", review)))
    assert "Signed before you" in html
    assert theirs.post(address("sign", review), form(theirs, review, meaning="second")).status_code == 302
    review.refresh_from_db()
    assert review.status == Review.Status.SIGNED_OFF
    workflow.publish(review, by=cast.editor)


# --- One page, one signature ----------------------------------------------------------------------


def pages(review: Review) -> list[SigningPage]:
    return list(SigningPage.objects.filter(review=review).order_by("pk"))


def test_opening_writes_down_what_was_shown(cast: SimpleNamespace, at: At, ready: Review) -> None:
    html = said(at(cast.reviewer).get(address("sign", ready)))
    [opened] = pages(ready)
    assert opened.opened_by == cast.reviewer
    assert opened.statement == dossier.load(ready).statement_text
    assert (opened.used_at, len(opened.nonce)) == (None, 43)
    assert hidden(html) == {"seen": dossier.load(ready).signed_digest, "page": opened.nonce}


def test_who_cannot_sign_writes_nothing(cast: SimpleNamespace, at: At, ready: Review, review: Review) -> None:
    for person in (cast.writer, cast.editor):
        at(person).get(address("sign", ready))
    at(cast.reviewer).head(address("sign", ready))
    at(cast.reviewer).get(address("sign", review))  # nothing is checked there yet
    assert not SigningPage.objects.exists()
    with pytest.raises(Refused, match="Only medical reviewers may sign"):
        signing.open_page(ready, by=cast.writer)
    with pytest.raises(Refused, match="not ready yet"):
        signing.open_page(review, by=cast.reviewer)


def test_signing_uses_the_page_up(cast: SimpleNamespace, at: At, ready: Review) -> None:
    client = at(cast.reviewer)
    assert client.post(address("sign", ready), form(client, ready)).status_code == 302
    assert pages(ready)[0].used_at == SignOff.objects.get().at
    again = said(client.get(address("sign", ready)))  # the back button
    assert "You have signed this text already." in again
    assert 'id="sign-password"' not in again
    assert len(pages(ready)) == 1


def test_a_wrong_password_does_not_use_it_up(cast: SimpleNamespace, at: At, ready: Review) -> None:
    client = at(cast.reviewer)
    sent = form(client, ready)
    html = said(client.post(address("sign", ready), {**sent, "password": "wrong"}))
    assert hidden(html)["page"] == sent["page"]
    assert "Changed since" not in html
    assert client.post(address("sign", ready), sent).status_code == 302
    assert len(pages(ready)) == 1


def test_two_tabs_make_one_signature(cast: SimpleNamespace, at: At) -> None:
    review = f.submitted(cast.writer, topics=[f.topic("psychedelics")])
    f.judge(review, cast.reviewer, second=cast.second)
    client = at(cast.reviewer)
    one, two = form(client, review), form(client, review)
    assert one["page"] != two["page"]
    assert client.post(address("sign", review), one).status_code == 302
    response = client.post(address("sign", review), two)
    assert response.status_code == 409
    assert "You have signed this text already." in said(response)
    assert SignOff.objects.count() == 1
    assert [p.used_at is None for p in pages(review)] == [False, True]


@pytest.mark.parametrize("whose", ["another person’s", "another review’s", "nobody’s"])
def test_a_page_of(whose: str, cast: SimpleNamespace, at: At, ready: Review) -> None:
    client = at(cast.reviewer)
    sent = form(client, ready)
    if whose == "another person’s":
        sent["page"] = form(at(cast.second), ready)["page"]
    elif whose == "another review’s":
        other = f.submitted(cast.writer)
        f.judge(other, cast.reviewer)
        sent["page"] = form(client, other)["page"]
    else:
        sent["page"] = "x" * 43
    response = client.post(address("sign", ready), sent)
    assert response.status_code == 409
    html = said(response)
    assert "This sign page is not one that was opened for you and this review." in html
    assert not SignOff.objects.exists()
    assert client.post(address("sign", ready), {**sent, **hidden(html)}).status_code == 302  # the fresh page


def test_an_old_page(cast: SimpleNamespace, at: At, ready: Review, settings: Any) -> None:
    client = at(cast.reviewer)
    sent = form(client, ready)
    long_ago = timezone.now() - settings.SIGN_PAGE_GOOD_FOR - dt.timedelta(seconds=1)
    SigningPage.objects.update(opened_at=long_ago)
    used = SigningPage.objects.create(
        nonce="u", review=ready, opened_by=cast.reviewer, statement="{}", used_at=long_ago
    )
    SigningPage.objects.filter(pk=used.pk).update(opened_at=long_ago)
    response = client.post(address("sign", ready), sent)
    assert response.status_code == 409
    assert "This sign page was opened too long ago." in said(response)
    assert not SignOff.objects.exists()
    assert [p.nonce for p in pages(ready)] == ["u", hidden(said(response))["page"]]  # the old one is gone


def test_a_page_that_shows_another_fingerprint(cast: SimpleNamespace, at: At, ready: Review) -> None:
    client = at(cast.reviewer)
    response = client.post(address("sign", ready), form(client, ready, seen="0" * 64))
    assert response.status_code == 409
    assert not SignOff.objects.exists()


def test_what_changed_is_said_above_the_fresh_page(cast: SimpleNamespace, at: At, ready: Review) -> None:
    client = at(cast.reviewer)
    sent = form(client, ready)
    claim = ready.claims.order_by("id")[0]
    f.check(claim, cast.second, claim.checks.all()[0].source, level=3)
    judging.attach_disclaimer(
        ready, by=cast.second, disclaimer=Disclaimer.objects.get(key="do-not-stop-medicine")
    )
    response = client.post(address("sign", ready), sent)
    assert response.status_code == 409
    html = said(response)
    assert "Something changed since this page was opened." in html
    changes = html.split('id="changed-since"')[1].split("</section>")[0]
    assert "was checked again against “Stone AB 2024: Walking for low back pain" in changes
    assert "” by Ravi Reviewer: still “supports the claim”; level 2 is now 3." in changes
    assert "was attached by Ravi Reviewer." in changes
    assert "Nothing was signed just now." in changes
    assert not SignOff.objects.exists()
    fresh = hidden(html)
    assert fresh["page"] != sent["page"]
    assert client.post(address("sign", ready), {**sent, **fresh}).status_code == 302


def test_what_changed_is_said_where_signing_is_not_possible_any_more(
    cast: SimpleNamespace, at: At, ready: Review
) -> None:
    client = at(cast.reviewer)
    sent = form(client, ready)
    claim = ready.claims.order_by("id")[0]
    f.check(claim, cast.second, claim.checks.all()[0].source, verdict="contradicts")
    html = said(client.post(address("sign", ready), sent))
    assert "“supports the claim” is now “contradicts it”." in html
    assert 'id="sign-password"' not in html


def test_a_new_edition_is_said_first(cast: SimpleNamespace, at: At, ready: Review) -> None:
    client = at(cast.reviewer)
    sent = form(client, ready)
    workflow.request_changes(ready, by=cast.second, reason="Shorter.")
    article = Article.objects.get(pk=ready.article_id)
    save_draft(article, by=cast.writer, version=article.version, summary="A daily walk, and your back.")
    workflow.resubmit(ready, by=cast.writer)
    html = said(client.post(address("sign", ready), sent))
    assert "<li>A new edition came in: edition 2, in the place of edition 1." in html
    assert not SignOff.objects.exists()


def test_the_password_is_asked_every_time(cast: SimpleNamespace, at: At, ready: Review) -> None:
    client = at(cast.reviewer)
    sent = form(client, ready)
    assert client.post(address("sign", ready), {**sent, "password": ""}).status_code == 422
    assert not SignOff.objects.exists()


def test_the_page_shows_the_grounds_and_the_signer(cast: SimpleNamespace, at: At, ready: Review) -> None:
    judging.declare_conflict(ready, by=cast.lead, text="I advise the maker.")
    html = said(at(cast.reviewer).get(address("sign", ready)))
    for words in (
        "Results, table 2: <q>Walking reduced pain at twelve weeks.</q>", "full text read", "GMC 7000",
        "I advise the maker.", "This page is good for one signature.",
    ):  # fmt: skip
        assert words in html, words


def test_a_page_number_that_is_none(cast: SimpleNamespace, at: At, ready: Review) -> None:
    """The number of the page comes back before it has been through the form; a database may take no NUL."""
    client = at(cast.reviewer)
    response = client.post(address("sign", ready), form(client, ready, page="a\x00b", password="wrong"))
    assert response.status_code == 422
    assert not SignOff.objects.exists()
