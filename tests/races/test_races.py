"""Two people, one moment. Whoever loses gets a sentence; the record holds either way.

Every race is run `ROUNDS` times on fresh articles; the referee then looks at the whole database.
"""

# ruff: noqa: B023 (every racer is done before its loop goes on)

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import connection
from django.utils import timezone

from articles.editing import Conflict, save_draft
from articles.models import Article, Contribution, Outbox, Publication
from reviews import audit, dossier, jobs, judging, workflow
from reviews.models import Attachment, Disclaimer, Event, PolicyVersion, Review, Revocation, SignOff
from reviews.policy import loading
from tests import factories
from tests.races.racing import NOTHING, Outcome, Referee, race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 2
ACCURATE, SECOND = SignOff.Meaning.ACCURATE, SignOff.Meaning.SECOND


def rounds() -> Iterable[int]:
    return range(ROUNDS)


# Every racer reads its own copy of what it works on, as two requests would.


def signing(review: Review, by: User, meaning: str = ACCURATE) -> tuple[str, Callable[[], Any]]:
    return "sign_off", lambda: workflow.sign_off(Review.objects.get(pk=review.pk), by=by, meaning=meaning)


def publishing(review: Review, by: User) -> tuple[str, Callable[[], Any]]:
    return "publish", lambda: workflow.publish(Review.objects.get(pk=review.pk), by=by)


def publishing_due(review: Review) -> tuple[str, Callable[[], Any]]:
    return "publish", lambda: workflow.publish_scheduled(Review.objects.get(pk=review.pk)) or NOTHING


def saving(article: Article, by: User, version: int, summary: str) -> tuple[str, Callable[[], Any]]:
    return "save_draft", lambda: save_draft(
        Article.objects.get(pk=article.pk), by=by, version=version, summary=summary
    )


def revoking(given: SignOff, by: User) -> tuple[str, Callable[[], Any]]:
    return "revoke", lambda: workflow.revoke(SignOff.objects.get(pk=given.pk), by=by, reason="I was wrong.")


def withdrawing(article: Article, by: User) -> tuple[str, Callable[[], Any]]:
    return "withdraw", lambda: workflow.withdraw(Article.objects.get(pk=article.pk), by=by, reason="Wrong.")


def retracting(article: Article, by: User) -> tuple[str, Callable[[], Any]]:
    return "retract", lambda: workflow.retract(Article.objects.get(pk=article.pk), by=by, reason="Wrong.")


def conflicting(review: Review, by: User) -> tuple[str, Callable[[], Any]]:
    return "declare_conflict", lambda: judging.declare_conflict(
        Review.objects.get(pk=review.pk), by=by, text="I own shares."
    )


def resubmitting(review: Review, by: User) -> tuple[str, Callable[[], Any]]:
    return "resubmit", lambda: workflow.resubmit(Review.objects.get(pk=review.pk), by=by)


def judged(c: SimpleNamespace, **fields: Any) -> Review:
    """A review that waits for nothing but its signature."""
    review = factories.submitted(c.writer, **fields)
    factories.judge(review, c.reviewer, second=c.second)
    review.refresh_from_db()
    return review


def due(c: SimpleNamespace) -> Review:
    """A scheduled review whose hour has come."""
    review = factories.signed(c.writer, c.reviewer)
    workflow.schedule(review, by=c.editor, at=timezone.now() + dt.timedelta(milliseconds=300))
    time.sleep(0.31)
    return review


def successor(c: SimpleNamespace) -> Review:
    """A signed review of the next edition of an article that is live."""
    page = factories.published(c.writer, c.reviewer, c.editor)
    article = Article.objects.get(pk=page.article_id)
    save_draft(article, by=c.writer, version=article.version, summary="A daily walk, and what it does.")
    review = workflow.submit(article, by=c.writer)
    factories.judge(review, c.reviewer)
    factories.sign(review, c.reviewer)
    review.refresh_from_db()
    return review


def won(outcomes: list[Outcome]) -> list[str]:
    return [outcome.event for outcome in outcomes if outcome.won and outcome.value is not NOTHING]


def order(review: Review, *actions: str) -> list[str]:
    """The newest events of those actions on the review's article, in their order in the log."""
    events = Event.objects.filter(article=review.article_id, action__in=actions).order_by("sequence")
    return list(events.values_list("action", flat=True))


# --- The writer's side ----------------------------------------------------------------------------


def test_submit_and_submit(cast: SimpleNamespace) -> None:
    for _ in rounds():
        article, referee = factories.draft(cast.writer), Referee()

        def submit(by: User, pk: int = article.pk) -> Review:
            return workflow.submit(Article.objects.get(pk=pk), by=by)

        outcomes = race(("submit", lambda: submit(cast.writer)), ("submit", lambda: submit(cast.editor)))
        referee.check(outcomes)
        assert won(outcomes) == ["submit"]
        assert article.editions.count() == article.reviews.count() == 1


def test_save_and_save(cast: SimpleNamespace) -> None:
    for _ in rounds():
        article, referee = factories.draft(cast.writer), Referee()
        outcomes = race(
            saving(article, cast.writer, article.version, "Wanda's words."),
            saving(article, cast.colleague, article.version, "Walter's words."),
        )
        referee.check(outcomes)
        assert won(outcomes) == ["save_draft"]
        (winner,) = [o.value for o in outcomes if o.won]
        (lost,) = [o.error for o in outcomes if not o.won]
        assert isinstance(lost, Conflict)
        assert lost.article.summary == winner.summary
        article.refresh_from_db()
        assert (article.version, article.summary) == (winner.version, winner.summary)


def test_save_and_submit(cast: SimpleNamespace) -> None:
    for _ in rounds():
        article, referee = factories.draft(cast.writer), Referee()
        outcomes = race(
            saving(article, cast.colleague, article.version, "Walter's words."),
            ("submit", lambda pk=article.pk: workflow.submit(Article.objects.get(pk=pk), by=cast.writer)),
        )
        referee.check(outcomes)
        assert sorted(won(outcomes)) == ["save_draft", "submit"]
        article.refresh_from_db()
        edition = article.editions.get()
        assert article.summary == "Walter's words."
        # Frozen before or after, never in between: who stands for the words is who wrote them.
        walter = cast.colleague.pk in edition.content["contributors"]
        assert (
            walter
            == (edition.content["summary"] == "Walter's words.")
            == (edition.article_version == article.version)
        )


# --- Signing --------------------------------------------------------------------------------------


def test_the_same_person_signs_twice(cast: SimpleNamespace) -> None:
    for _ in rounds():
        review, referee = judged(cast), Referee()
        outcomes = race(signing(review, cast.reviewer), signing(review, cast.reviewer))
        referee.check(outcomes)
        assert won(outcomes) == ["sign_off"]
        assert review.sign_offs.count() == 1


def test_two_people_sign_what_needs_one(cast: SimpleNamespace) -> None:
    for _ in rounds():
        review, referee = judged(cast), Referee()
        outcomes = race(signing(review, cast.reviewer), signing(review, cast.second))
        referee.check(outcomes)
        assert won(outcomes) == ["sign_off"]


def test_two_people_sign_what_needs_two(cast: SimpleNamespace) -> None:
    for _ in rounds():
        review = judged(cast, topics=[factories.topic("psychedelics")])
        referee = Referee()
        outcomes = race(signing(review, cast.reviewer), signing(review, cast.second, SECOND))
        referee.check(outcomes)
        assert won(outcomes) == ["sign_off", "sign_off"]
        review.refresh_from_db()
        assert review.status == "signed_off"  # neither overlooked the other's signature


def test_sign_and_check_claim(cast: SimpleNamespace) -> None:
    for _ in rounds():
        review = judged(cast)
        claim, referee = review.claims.all()[0], Referee()
        source = claim.checks.all()[0].source
        outcomes = race(
            signing(review, cast.reviewer),
            (
                "check_claim",
                lambda: factories.check(
                    type(claim).objects.get(pk=claim.pk), cast.second, source, verdict="silent"
                ),
            ),
        )
        referee.check(outcomes)
        review.refresh_from_db()
        assert "check_claim" in won(outcomes)
        assert review.status == "in_review"  # a later check lapses the signature, an earlier one stops it


def test_sign_and_attach(cast: SimpleNamespace) -> None:
    for _ in rounds():
        review, referee = judged(cast), Referee()
        disclaimer = Disclaimer.objects.get(key="crisis-support")
        outcomes = race(
            signing(review, cast.reviewer),
            (
                "attach_disclaimer",
                lambda: judging.attach_disclaimer(
                    Review.objects.get(pk=review.pk), by=cast.second, disclaimer=disclaimer
                ),
            ),
        )
        referee.check(outcomes)
        assert "attach_disclaimer" in won(outcomes)
        assert Attachment.objects.filter(review=review, disclaimer=disclaimer).count() == 1
        review.refresh_from_db()
        if review.status == "signed_off":
            assert "crisis-support" in review.sign_offs.get().statement


def test_sign_and_resubmit(cast: SimpleNamespace) -> None:
    for _ in rounds():
        review = judged(cast)
        article = Article.objects.get(pk=review.article_id)
        save_draft(
            article, by=cast.writer, version=article.version, summary="A daily walk, and what it does."
        )
        referee = Referee()
        outcomes = race(signing(review, cast.reviewer), resubmitting(review, cast.writer))
        referee.check(outcomes)
        review.refresh_from_db()
        assert review.round == 1 + won(outcomes).count("resubmit")
        assert {s.edition.number for s in review.sign_offs.all()} <= {1}


def test_sign_and_request_changes(cast: SimpleNamespace) -> None:
    for _ in rounds():
        review, referee = judged(cast), Referee()
        outcomes = race(
            signing(review, cast.reviewer),
            (
                "request_changes",
                lambda: workflow.request_changes(
                    Review.objects.get(pk=review.pk), by=cast.second, reason="Shorter."
                ),
            ),
        )
        referee.check(outcomes)
        assert len(won(outcomes)) == 1  # from “in review” only one of the two ways is left


def test_sign_and_declare_conflict(cast: SimpleNamespace) -> None:
    for _ in rounds():
        review, referee = judged(cast), Referee()
        outcomes = race(signing(review, cast.reviewer), conflicting(review, cast.reviewer))
        referee.check(outcomes)
        review.refresh_from_db()
        assert "declare_conflict" in won(outcomes)
        assert review.status == "in_review"
        assert dossier.load(review).valid_sign_offs == []


# --- Going live -----------------------------------------------------------------------------------


def test_publish_and_publish(cast: SimpleNamespace) -> None:
    for _ in rounds():
        review, referee = factories.signed(cast.writer, cast.reviewer), Referee()
        outcomes = race(publishing(review, cast.editor), publishing(review, cast.editor))
        referee.check(outcomes)
        assert won(outcomes) == ["publish"]
        assert Publication.objects.filter(article=review.article_id).count() == 1


def test_publish_and_revoke(cast: SimpleNamespace) -> None:
    for _ in rounds():
        review = factories.signed(cast.writer, cast.reviewer)
        given, referee = review.sign_offs.get(), Referee()
        outcomes = race(publishing(review, cast.editor), revoking(given, cast.reviewer))
        referee.check(outcomes)
        assert "revoke" in won(outcomes)
        assert not Publication.objects.filter(article=review.article_id, status="live").exists()


def test_publish_and_withdraw(cast: SimpleNamespace) -> None:
    """The page that is live goes down; a new edition comes up only if it was there first."""
    for _ in rounds():
        review, referee = successor(cast), Referee()
        outcomes = race(publishing(review, cast.editor), withdrawing(review.article, cast.lead))
        referee.check(outcomes)
        assert "withdraw" in won(outcomes)
        assert not Publication.objects.filter(article=review.article_id, status="live").exists()


def test_publish_and_retract(cast: SimpleNamespace) -> None:
    for _ in rounds():
        review, referee = successor(cast), Referee()
        outcomes = race(publishing(review, cast.editor), retracting(review.article, cast.lead))
        referee.check(outcomes)
        assert "retract" in won(outcomes)
        assert not Publication.objects.filter(article=review.article_id, status="live").exists()


def test_publish_and_declare_conflict(cast: SimpleNamespace) -> None:
    for _ in rounds():
        review, referee = factories.signed(cast.writer, cast.reviewer), Referee()
        outcomes = race(publishing(review, cast.editor), conflicting(review, cast.reviewer))
        referee.check(outcomes)
        assert len(won(outcomes)) == 1  # declared in time, it is not published; too late, it is refused


def test_publish_and_the_signer_writes(cast: SimpleNamespace) -> None:
    """Whoever changes the draft after signing it does not count as its reviewer any more."""
    both = factories.reviewer("bella", "Medical reviewer", "Writer", name="Bella Both")
    for _ in rounds():
        review = factories.signed(cast.writer, both)
        article, referee = Article.objects.get(pk=review.article_id), Referee()
        outcomes = race(
            publishing(review, cast.editor),
            saving(article, both, article.version, "The reviewer's own words."),
        )
        rude = [o.error for o in outcomes if o.error and not isinstance(o.error, workflow.Refused)]
        assert not rude
        assert "save_draft" in won(outcomes)
        if "publish" in won(outcomes):
            page = Publication.objects.get(article=article)
            assert page.published_at < Contribution.objects.get(article=article, person=both).at
        review.refresh_from_db()
        referee.check_nothing_lost(outcomes)


def test_publish_and_submit_of_another_article(cast: SimpleNamespace) -> None:
    """Articles do not wait for each other longer than the log needs."""
    for _ in rounds():
        reviews = [factories.signed(cast.writer, cast.reviewer) for _ in range(2)]
        article, referee = factories.draft(cast.writer), Referee()
        outcomes = race(
            *(publishing(review, cast.editor) for review in reviews),
            ("submit", lambda: workflow.submit(Article.objects.get(pk=article.pk), by=cast.writer)),
        )
        referee.check(outcomes)
        assert sorted(won(outcomes)) == ["publish", "publish", "submit"]


def test_schedule_and_resubmit(cast: SimpleNamespace) -> None:
    for _ in rounds():
        review = factories.signed(cast.writer, cast.reviewer)
        article = Article.objects.get(pk=review.article_id)
        save_draft(
            article, by=cast.writer, version=article.version, summary="A daily walk, and what it does."
        )
        referee, at = Referee(), timezone.now() + dt.timedelta(days=1)
        outcomes = race(
            ("schedule", lambda: workflow.schedule(Review.objects.get(pk=review.pk), by=cast.editor, at=at)),
            resubmitting(review, cast.writer),
        )
        referee.check(outcomes)
        review.refresh_from_db()
        assert "resubmit" in won(outcomes)
        assert (review.status, review.scheduled_for) == ("in_review", None)


def test_a_scheduled_article_is_published_once(cast: SimpleNamespace) -> None:
    for _ in rounds():
        review, referee = due(cast), Referee()
        outcomes = race(publishing_due(review), publishing_due(review), publishing_due(review))
        referee.check(outcomes)
        assert won(outcomes) == ["publish"]


def test_its_hour_and_its_cancellation(cast: SimpleNamespace) -> None:
    """Cancelled in time, it stays unpublished; published in time, it cannot be cancelled."""
    for _ in range(3 * ROUNDS):
        review, referee = due(cast), Referee()
        outcomes = race(
            publishing_due(review),
            ("unschedule", lambda: workflow.unschedule(Review.objects.get(pk=review.pk), by=cast.editor)),
        )
        referee.check(outcomes)
        assert len(won(outcomes)) == 1, order(review, "schedule", "unschedule", "publish")


def test_two_workers(cast: SimpleNamespace) -> None:
    for _ in rounds():
        review, referee = due(cast), Referee()
        mail.outbox.clear()
        waiting = Outbox.objects.filter(done_at=None, run_at__lte=timezone.now()).count()
        outcomes = race(("", jobs.run_due), ("", jobs.run_due))
        assert [o.error for o in outcomes] == [None, None]
        referee.check_record()
        assert (
            sum(o.value for o in outcomes) >= waiting
        )  # the publication's own announcement may be among them
        assert not Outbox.objects.filter(last_error__gt="").exists()
        while jobs.run_due():  # each mail is a job of its own
            pass
        assert not Outbox.objects.filter(done_at=None, run_at__lte=timezone.now()).exists()
        assert Publication.objects.filter(article=review.article_id, status="live").count() == 1
        told = [(message.to[0], message.subject) for message in mail.outbox]
        assert len(told) == len(set(told)) > 0


# --- Coming down ----------------------------------------------------------------------------------


def test_revoke_and_revoke(cast: SimpleNamespace) -> None:
    for _ in rounds():
        review = factories.signed(cast.writer, cast.reviewer)
        given, referee = review.sign_offs.get(), Referee()
        outcomes = race(revoking(given, cast.reviewer), revoking(given, cast.lead))
        referee.check(outcomes)
        assert won(outcomes) == ["revoke"]
        assert Revocation.objects.filter(sign_off=given).count() == 1


def test_withdraw_and_retract(cast: SimpleNamespace) -> None:
    for _ in rounds():
        page, referee = factories.published(cast.writer, cast.reviewer, cast.editor), Referee()
        outcomes = race(withdrawing(page.article, cast.editor), retracting(page.article, cast.lead))
        referee.check(outcomes)
        page.refresh_from_db()
        assert page.status == "retracted"  # a retraction is possible before and after a withdrawal
        assert page.notices.count() == len(won(outcomes))


def test_withdraw_and_revoke(cast: SimpleNamespace) -> None:
    for _ in rounds():
        page, referee = factories.published(cast.writer, cast.reviewer, cast.editor), Referee()
        given = SignOff.objects.get(edition=page.edition)
        outcomes = race(withdrawing(page.article, cast.editor), revoking(given, cast.reviewer))
        rude = [o.error for o in outcomes if o.error and not isinstance(o.error, workflow.Refused)]
        assert not rude
        referee.check_record()
        page.refresh_from_db()
        assert page.status == "withdrawn"
        assert page.notices.count() == 1


# --- The record itself ----------------------------------------------------------------------------


def test_one_policy_loaded_twice_at_once(cast: SimpleNamespace, tmp_path: Any) -> None:
    """Two servers start together and both load the policy: one version, no error."""
    for number in rounds():
        file = tmp_path / f"policy{number}.toml"
        file.write_text(loading.STARTER.read_text().replace("due_days = 7", f"due_days = {8 + number}"))
        referee, before = Referee(), PolicyVersion.objects.count()
        outcomes = race(*[("load_policy", lambda: loading.load_policy(file)[1] or NOTHING)] * 2)
        referee.check(outcomes)
        assert won(outcomes) == ["load_policy"]
        assert PolicyVersion.objects.count() == before + 1


def test_verifying_while_others_work(cast: SimpleNamespace) -> None:
    """The verifier looks at one moment: what is written meanwhile never looks like a fault."""
    reviews = [factories.signed(cast.writer, cast.reviewer) for _ in range(3)]

    def work() -> None:
        for review in reviews:
            page = workflow.publish(Review.objects.get(pk=review.pk), by=cast.editor)
            workflow.withdraw(page.article, by=cast.editor, reason="Wrong.")

    outcomes = race(("", work), ("", lambda: [audit.verify() for _ in range(5)]))
    assert [o.error for o in outcomes] == [None, None]
    assert [fault for report in outcomes[1].value for fault in report.faults] == []


@pytest.mark.parametrize(
    "table", ["reviews_chainhead", "reviews_review", "articles_publication", "reviews_signoff"]
)
def test_verifying_while_a_page_goes_live(cast: SimpleNamespace, table: str) -> None:
    """The same without luck: a publication is committed just before the verifier first reads a table."""
    review = factories.signed(cast.writer, cast.reviewer)
    published: list[Outcome] = []

    def intrude(execute: Any, sql: str, *rest: Any) -> Any:
        if f'FROM "{table}"' in sql and "COUNT" not in sql and not published:
            published.extend(race(publishing(review, cast.editor)))
        return execute(sql, *rest)

    with connection.execute_wrapper(intrude):
        report = audit.verify()
    assert won(published) == ["publish"]
    assert report.faults == []
    assert audit.verify().ok
