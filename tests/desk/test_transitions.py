"""Moving a review on from its page: publish, schedule, reopen, resubmit, and what is listed with its reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from articles.editing import save_draft
from articles.models import Publication
from reviews import workflow
from reviews.desk.offers import ON_THE_REVIEW
from reviews.models import Review, Revocation
from reviews.refusals import Refused
from tests import factories as f
from tests.desk.conftest import address, said, seen
from tests.desk.posts import page

At = Callable[[User], Client]
Status = Review.Status


def to_status(status: str, cast: SimpleNamespace) -> Review:
    """A review brought to a status by the real verbs."""
    if status == Status.SCHEDULED:
        return f.scheduled(cast.writer, cast.reviewer, cast.editor)
    if status == Status.SIGNED_OFF:
        return f.signed(cast.writer, cast.reviewer)
    review = f.submitted(cast.writer)
    if status == Status.CHANGES_REQUESTED:
        workflow.request_changes(review, by=cast.reviewer, reason="Say in whom.")
    return review


def fields(review: Review, name: str) -> dict[str, Any]:
    more: dict[str, Any] = {"reason": "There is a reason."} if workflow.TRANSITIONS[name].needs_reason else {}
    if name == "schedule":
        more["at"] = (timezone.localtime() + dt.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    return seen(review, **more)


@pytest.mark.parametrize("status", Review.OPEN)
@pytest.mark.parametrize("who", ["writer", "colleague", "reviewer", "lead", "editor"])
def test_what_is_offered_is_what_can_be_done(status: str, who: str, cast: SimpleNamespace, at: At) -> None:
    """For every person in every state: a form stands on the page exactly when the verb carries it out."""
    review = to_status(status, cast)
    client = at(getattr(cast, who))
    html = said(client.get(page(review)))
    for name in ON_THE_REVIEW:
        offered = f'id="do-{name}"' in html
        if name in ("publish", "schedule", "resubmit") and offered:
            continue  # the gate is asked again; tested on their own below
        response = client.post(address("transition", review, name=name), fields(review, name))
        assert (response.status_code == 302) == offered, (name, response.status_code)
        if not offered:
            assert response.status_code in (403, 409)
        else:
            review = to_status(status, cast)


def test_an_impossible_action_is_listed_with_its_sentence(
    cast: SimpleNamespace, at: At, review: Review
) -> None:
    html = said(at(cast.editor).get(page(review)))
    assert "Only medical reviewers may judge an article." in html
    assert "“Publish now” is not possible here: the article is in review." in html
    with pytest.raises(Refused) as refusal:
        workflow.publish(review, by=cast.editor)
    assert refusal.value.sentence in html


def test_publish(cast: SimpleNamespace, at: At) -> None:
    review = f.signed(cast.writer, cast.reviewer)
    client = at(cast.editor)
    response = client.post(address("transition", review, name="publish"), seen(review), follow=True)
    assert "Published. Readers see it now." in said(response)
    assert Publication.objects.get(article=review.article).status == "live"
    # A second click: said, and nothing more happens.
    response = client.post(address("transition", review, name="publish"), seen(review))
    assert response.status_code == 409
    assert Publication.objects.count() == 1


def test_schedule_reads_the_hour_in_the_sites_zone(cast: SimpleNamespace, at: At, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    timezone.deactivate()
    review = f.signed(cast.writer, cast.reviewer)
    client = at(cast.editor)
    assert "Day and hour (Europe/Berlin)" in said(client.get(page(review)))
    client.post(address("transition", review, name="schedule"), seen(review, at="2031-07-01T07:00"))
    review.refresh_from_db()
    assert review.status == Status.SCHEDULED
    assert review.scheduled_for == dt.datetime(2031, 7, 1, 5, 0, tzinfo=dt.UTC)
    assert "it goes live on 1 July 2031, 07:00 CEST" in said(client.get(page(review)))


@pytest.mark.parametrize(
    "hour",
    [
        "",
        "tomorrow",
        "2031-02-30T07:00",
        "0001-01-01T00:00",
        "9999-12-31T23:59",
        "2020-01-01T07:00",
        "2031-07-01\x00",
    ],
)
def test_an_hour_that_cannot_be(hour: str, cast: SimpleNamespace, at: At) -> None:
    review = f.signed(cast.writer, cast.reviewer)
    response = at(cast.editor).post(address("transition", review, name="schedule"), seen(review, at=hour))
    assert response.status_code == 422
    assert "Not saved." in said(response)
    review.refresh_from_db()
    assert review.status == Status.SIGNED_OFF


def test_an_hour_that_the_clocks_skip(cast: SimpleNamespace, at: At, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    timezone.deactivate()
    review = f.signed(cast.writer, cast.reviewer)
    url = address("transition", review, name="schedule")
    assert at(cast.editor).post(url, seen(review, at="2031-03-30T02:30")).status_code == 422


def test_resubmit_from_the_desk(cast: SimpleNamespace, at: At) -> None:
    review = to_status(Status.CHANGES_REQUESTED, cast)
    client = at(cast.writer)
    assert "Edit the draft" in said(client.get(page(review)))
    article = review.article
    save_draft(article, by=cast.writer, version=article.version, summary="Shorter.")
    assert "Submit the new text…" in said(client.get(page(review)))
    response = client.post(address("transition", review, name="resubmit"), seen(review), follow=True)
    assert "The new text is in review." in said(response)
    assert "See the changes word by word" in said(response)
    review.refresh_from_db()
    assert (review.round, review.edition.number) == (2, 2)


def test_the_gate_says_no_at_publishing(cast: SimpleNamespace, at: At) -> None:
    review = f.signed(cast.writer, cast.reviewer)
    cast.reviewer.is_active = False
    cast.reviewer.save()
    html = said(at(cast.editor).get(page(review)))
    assert 'id="do-publish"' not in html
    assert "The account of Rita Reviewer is switched off." in html
    response = at(cast.editor).post(address("transition", review, name="publish"), seen(review))
    assert response.status_code == 403 or response.status_code == 422
    assert not Publication.objects.exists()


@pytest.mark.parametrize("name", ["submit", "sign_off", "delete", "__class__", "save", "lock"])
def test_nothing_else_is_reachable_by_name(name: str, cast: SimpleNamespace, at: At, review: Review) -> None:
    assert at(cast.lead).post(address("transition", review, name=name), seen(review)).status_code == 404


# --- Signatures -----------------------------------------------------------------------------------


def test_the_signer_revokes_and_the_live_page_comes_down(cast: SimpleNamespace, at: At) -> None:
    publication = f.published(cast.writer, cast.reviewer, cast.editor)
    signature = publication.edition.sign_offs.get()
    review = signature.review
    client = at(cast.reviewer)
    assert "Revoke this signature" in said(client.get(page(review)))
    url = address("revoke", review, signature=signature.pk)
    response = client.post(url, {"reason": "The trial was retracted."}, follow=True)
    assert "Signature revoked." in said(response)
    publication.refresh_from_db()
    assert publication.status == "withdrawn"
    again = client.post(url, {"reason": "Twice."})
    assert again.status_code == 409
    assert Revocation.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "status"), [("writer", 403), ("second", 403), ("editor", 403), ("lead", 302)]
)
def test_who_else_may_revoke(who: str, status: int, cast: SimpleNamespace, at: At) -> None:
    review = f.signed(cast.writer, cast.reviewer)
    signature = review.sign_offs.get()
    client = at(getattr(cast, who))
    assert ("Revoke this signature" in said(client.get(page(review)))) == (status == 302)
    response = client.post(address("revoke", review, signature=signature.pk), {"reason": "No."})
    assert response.status_code == status


def test_revoking_needs_a_reason(cast: SimpleNamespace, at: At) -> None:
    review = f.signed(cast.writer, cast.reviewer)
    url = address("revoke", review, signature=review.sign_offs.get().pk)
    assert at(cast.reviewer).post(url, {"reason": " "}).status_code == 422
    assert not Revocation.objects.exists()
