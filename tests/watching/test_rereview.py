"""An approval ends: reminders, the alert, and the page's own end, each once."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from articles.models import Publication
from reviews import workflow
from reviews.models import Alert, Event, Review
from reviews.policy import current_policy
from reviews.watching import rereview
from tests import factories as f
from tests.public.pages import text

pytestmark = pytest.mark.django_db


def at(slug: str) -> str:
    return reverse("public:article", args=[slug])


DAY = dt.timedelta(days=1)


@pytest.fixture
def page(cast: SimpleNamespace) -> Publication:
    return f.published(cast.writer, cast.reviewer, cast.editor)


def actions() -> list[str]:
    names = ("review_reminder", "review_overdue", "reopen_live", "withdraw")
    return list(Event.objects.filter(action__in=names).order_by("sequence").values_list("action", flat=True))


def test_how_long_it_holds_is_the_tiers_or_less_for_what_goes_out_of_date_sooner(
    cast: SimpleNamespace,
) -> None:
    def months(body: str, slug: str) -> int:
        review = f.submitted(cast.writer, body=body, slug=slug)
        from reviews import dossier, permissions

        loaded = dossier.load(review)
        return current_policy().review_again_months(
            tier=loaded.tier, topics=permissions.topics_of(review.edition), document=loaded.document
        )

    assert months(f.BODY, "plain") == 36
    assert months(f.BODY + "<p>Cannabis oil is sold widely.</p>", "oil") == 12
    assert months(f.BODY + "<p>Cannabis is illegal in many countries.</p>", "law") == 6


def test_nothing_happens_long_before(page: Publication) -> None:
    assert rereview.run(page.review_due - 61 * DAY) == {}
    assert actions() == []


def test_each_reminder_goes_out_once(page: Publication) -> None:
    for day in (60, 60, 59, 30, 14, 13, 1, 0):
        rereview.run(page.review_due - day * DAY)
    assert actions() == ["review_reminder", "review_reminder"]
    assert Event.objects.filter(action="review_reminder").first().facts["days"] == 60


def test_a_reminder_that_was_missed_is_not_made_up_for(page: Publication) -> None:
    rereview.run(page.review_due - 3 * DAY)
    rereview.run(page.review_due - 2 * DAY)
    assert actions() == ["review_reminder"]
    assert "in 3 days" in Event.objects.get(action="review_reminder").reason


def test_nobody_is_reminded_of_what_is_in_hand(page: Publication) -> None:
    workflow.open_for_alert(page.article, reason="A disclaimer has new words.")
    rereview.run(page.review_due - 10 * DAY)
    assert "review_reminder" not in actions()


def test_an_overdue_page_opens_its_review_and_an_alert_once(page: Publication) -> None:
    assert rereview.run(page.review_due) == {"reminded": 1}
    assert rereview.run(page.review_due + DAY) == {"overdue": 1}
    assert rereview.run(page.review_due + 2 * DAY) == {}
    alert = Alert.objects.get()
    assert (alert.kind, alert.source) == ("review_overdue", None)
    assert alert.review == Review.objects.get(article=page.article, status="in_review")
    assert alert.sentence.startswith("Its next review was due on")


def test_a_page_of_the_standard_tier_stays(page: Publication) -> None:
    rereview.run(page.review_due + 400 * DAY)
    page.refresh_from_db()
    assert page.status == "live"


def test_a_page_of_the_top_tier_comes_down_by_itself(cast: SimpleNamespace, client: Client) -> None:
    risky = f.signed(
        cast.writer,
        cast.reviewer,
        cast.second,
        slug="risky",
        body=f.BODY + "<p>Ketamine is given in clinics.</p>",
    )
    page = workflow.publish(risky, by=cast.editor)
    rereview.run(page.review_due + 90 * DAY)
    page.refresh_from_db()
    assert page.status == "live"
    assert rereview.run(page.review_due + 91 * DAY) == {"taken down": 1}
    page.refresh_from_db()
    assert (page.status, page.ended_by) == ("withdrawn", None)
    assert Alert.objects.get().decision == "taken_down"
    answer = client.get(at("risky"))
    assert answer.status_code == 410
    assert "was to be reviewed again by" in text(answer.content.decode())
    assert rereview.run(page.review_due + 92 * DAY) == {}


def test_search_engines_are_asked_not_to_list_an_overdue_page(
    page: Publication, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert b"noindex" not in client.get(at(page.slug)).content
    monkeypatch.setattr(timezone, "localdate", lambda *_: page.review_due + DAY)
    assert b'<meta name="robots" content="noindex">' in client.get(at(page.slug)).content


def test_one_page_that_fails_keeps_no_other_waiting(
    cast: SimpleNamespace, page: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = f.published(cast.writer, cast.reviewer, cast.editor)
    real = workflow.announce

    def fails(event: Event) -> None:
        if event.article_id == page.article_id:
            raise OSError("The disk is full.")
        real(event)

    monkeypatch.setattr(workflow, "announce", fails)
    assert rereview.run(page.review_due + DAY) == {"failed": 1, "overdue": 1}
    assert Alert.objects.get().article == other.article
    monkeypatch.undo()
    assert rereview.run(page.review_due + DAY) == {"overdue": 1}
