"""New words of a disclaimer: the live pages with the old ones are listed and reviewed again."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from articles.editing import save_draft
from articles.models import Article, Outbox, Publication
from reviews import alerts, audit, judging, workflow
from reviews.models import Claim, Disclaimer, Event, Review
from reviews.refusals import Refused
from reviews.requirements import missing_for
from tests import factories as f
from tests.disclaimers.conftest import POLICY

Load = Callable[..., bool]
Work = Callable[[], None]
NEWER = ("This is information.", "This is information, not advice.")


def published(cast: SimpleNamespace, **fields: object) -> Publication:
    return f.published(cast.writer, cast.reviewer, cast.editor, **fields)


def opened(page: Publication) -> list[Review]:
    return list(Review.objects.filter(article=page.article, status__in=Review.OPEN))


def test_a_live_page_is_reviewed_again_as_it_is(cast: SimpleNamespace, policy: Load, work: Work) -> None:
    page = published(cast)
    work()
    mail.outbox.clear()
    article = Article.objects.get(pk=page.article_id)
    save_draft(article, by=cast.writer, version=article.version, summary="A newer draft.")
    assert policy(NEWER)
    assert opened(page) == []
    work()
    (review,) = opened(page)
    assert review.edition_id == page.edition_id
    assert review.alert == "The disclaimer “Not advice” has new words."
    assert review.submitted_by == cast.writer
    event = Event.objects.get(review=review)
    assert (event.action, event.actor, event.reason) == ("reopen_live", None, review.alert)
    assert cast.reviewer.email in [to for message in mail.outbox for to in message.to]
    assert Publication.objects.get(article=article, status="live") == page
    # Everything judged before stands, but for the words.
    assert {r.code for r in missing_for(review)} == {"disclaimer_outdated", "quorum"}
    assert audit.verify().ok


def test_the_new_words_go_live_when_they_are_signed(cast: SimpleNamespace, policy: Load, work: Work) -> None:
    page = published(cast)
    policy(NEWER)
    work()
    (review,) = opened(page)
    with pytest.raises(Refused):
        workflow.sign_off(review, by=cast.second, meaning="accurate")
    judging.attach_disclaimer(
        review, by=cast.second, disclaimer=Disclaimer.objects.get(key="advice"), placement="end"
    )
    workflow.sign_off(review, by=cast.second, meaning="accurate")
    again = workflow.publish(review, by=cast.editor)
    assert again.edition_id == page.edition_id
    assert "This is information, not advice." in again.html
    page.refresh_from_db()
    assert page.status == Publication.Status.SUPERSEDED
    work()
    assert opened(page) == []
    assert audit.verify().ok


def test_judgements_come_along_and_the_record_stays(cast: SimpleNamespace, policy: Load, work: Work) -> None:
    review = f.submitted(cast.writer)
    first, second = review.claims.order_by("id")[:2]
    judging.dismiss_claim(first, by=cast.reviewer, reason="General advice.")
    finding = judging.add_finding(review, by=cast.reviewer, message="Say for whom.", quote="many adults")
    f.judge(review, cast.reviewer)
    f.sign(review, cast.reviewer)
    review.refresh_from_db()
    page = workflow.publish(review, by=cast.editor)
    before = [review.claims.count(), review.findings.count(), review.attachments.count()]
    policy(NEWER)
    work()
    (again,) = opened(page)
    assert again.claims.get(state=Claim.State.DISMISSED).dismissed_reason == "General advice."
    copy = next(c for c in again.claims.all() if c.anchor["exact"] == second.anchor["exact"])
    (check,) = copy.checks.all()
    assert check.by == cast.reviewer
    assert "Made in the review that was published on " in check.note
    same = again.findings.get(message="Say for whom.")
    finding.refresh_from_db()
    assert (same.disposition, same.reason, same.disposed_by) == ("accepted", finding.reason, cast.reviewer)
    assert [review.claims.count(), review.findings.count(), review.attachments.count()] == before
    copied = again.attachments.order_by("id").values_list("disclaimer__key", "version", "placement", "by")
    assert list(copied) == list(
        review.attachments.order_by("id").values_list("disclaimer__key", "version", "placement", "by")
    )


def test_every_page_of_the_desk_shows_it(cast: SimpleNamespace, policy: Load, work: Work) -> None:
    page = published(cast)
    policy(NEWER)
    work()
    (review,) = opened(page)
    client = Client()
    for person in (cast.second, cast.editor, cast.writer):
        client.force_login(person)
        for name, pk in (("review", review.pk), ("changes", review.pk), ("article", page.article_id)):
            assert client.get(reverse(f"desk:{name}", args=[pk])).status_code == 200, name
        for name in ("queue", "live", "disclaimers"):
            assert client.get(reverse(f"desk:{name}")).status_code == 200, name
    html = client.get(reverse("desk:review", args=[review.pk])).content.decode()
    assert "The disclaimer “Not advice” has new words." in html
    client.force_login(cast.second)
    assert client.get(reverse("desk:sign", args=[review.pk])).status_code == 200
    # The writer may still answer with a newer text: the same review goes on with another edition.
    workflow.request_changes(review, by=cast.second, reason="Say for whom.")
    article = Article.objects.get(pk=page.article_id)
    save_draft(article, by=cast.writer, version=article.version, summary="For adults.")
    workflow.resubmit(review, by=cast.writer)
    assert review.edition.number == page.edition.number + 1
    assert audit.verify().ok


def test_twice_is_once(cast: SimpleNamespace, policy: Load, work: Work) -> None:
    page = published(cast)
    policy(NEWER)
    work()
    jobs = Outbox.objects.count()
    assert not policy(NEWER)
    assert Outbox.objects.count() == jobs
    alerts.find_old_words(policy=3, keys=["advice"], after=0)
    work()
    assert len(opened(page)) == 1


def test_declining_is_not_undone_by_another_change(cast: SimpleNamespace, policy: Load, work: Work) -> None:
    page = published(cast)
    policy(NEWER)
    work()
    workflow.decline(opened(page)[0], by=cast.second, reason="The old words do.")
    policy(NEWER, ("due_days = 7", "due_days = 9"))
    work()
    assert opened(page) == []


@pytest.mark.parametrize(
    "change",
    [
        ("due_days = 7", "due_days = 8"),
        ("The law in America.", "The law of America."),
        ("The law differs.", "The law varies."),
        ('name = "Not advice"', 'name = "No advice"'),
        ('key = "advice"', 'key = "counsel"'),
    ],
    ids=lambda change: change[1],
)
def test_pages_with_the_words_in_force_are_left_alone(
    change: tuple[str, str], cast: SimpleNamespace, policy: Load, work: Work
) -> None:
    page = published(cast)
    assert policy(change)
    work()
    assert opened(page) == []


def test_where_a_review_is_open_its_gate_asks(cast: SimpleNamespace, policy: Load, work: Work) -> None:
    page = published(cast)
    article = Article.objects.get(pk=page.article_id)
    open_one = workflow.submit(article, by=cast.writer)
    f.judge(open_one, cast.second)
    policy(NEWER)
    work()
    assert opened(page) == [open_one]
    assert open_one.alert == ""
    assert "disclaimer_outdated" in {r.code for r in missing_for(open_one)}


def test_only_a_live_page_is_opened(cast: SimpleNamespace, policy: Load, work: Work) -> None:
    page = published(cast)
    workflow.withdraw(page.article, by=cast.editor, reason="Wrong.")
    policy(NEWER)
    work()
    assert opened(page) == []
    with pytest.raises(Refused) as refusal:
        workflow.open_for_alert(page.article, reason="New words.")
    assert refusal.value.codes == ("state",)


def test_many_pages_are_done_in_batches(
    cast: SimpleNamespace, policy: Load, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = [published(cast) for _ in range(3)]
    work()
    monkeypatch.setattr(alerts, "BATCH", 2)
    policy(NEWER)
    work()
    assert [len(opened(page)) for page in pages] == [1, 1, 1]
    assert Outbox.objects.filter(job="find_old_words").count() == 2
    assert not Outbox.objects.filter(done_at=None).exists()


def test_two_disclaimers_in_one_sentence(cast: SimpleNamespace, policy: Load, work: Work) -> None:
    page = published(cast)
    policy(NEWER, ("The law in Britain.", "The law in the United Kingdom."))
    work()
    assert opened(page)[0].alert == "The disclaimers “Not advice” and “The law” have new words."


def test_the_list_on_the_desk(cast: SimpleNamespace, policy: Load, work: Work) -> None:
    page, other = published(cast), published(cast, locale="en-US")
    client, address = Client(), reverse("desk:disclaimers")
    assert client.get(address).status_code == 302
    client.force_login(cast.outsider)
    assert client.get(address).status_code == 403
    client.force_login(cast.editor)
    assert "2 live pages, all with the words in force" in client.get(address).content.decode()
    policy(("The law in Britain.", "The law in the United Kingdom."))
    html = " ".join(client.get(address).content.decode().split())
    assert "1 of 2 live pages carries old words" in html
    assert page.title in html
    assert other.title not in html
    assert "no review is open" in html
    assert "For GB, version 2" in html
    work()
    assert reverse("desk:review", args=[opened(page)[0].pk]) in client.get(address).content.decode()


def test_the_list_asks_as_often_for_many_pages(
    cast: SimpleNamespace, policy: Load, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for _ in range(3):
        published(cast)
    policy(NEWER)
    client = Client()
    client.force_login(cast.editor)
    with django_assert_max_num_queries(9):  # type: ignore[attr-defined]
        client.get(reverse("desk:disclaimers"))


def test_the_command_tells(cast: SimpleNamespace, policy: Load, tmp_path: Path) -> None:
    published(cast)
    file = tmp_path / "next.toml"
    text = POLICY.replace(*NEWER).replace('key = "third"', 'key = "fourth"')
    file.write_text(text, encoding="utf-8")
    out = StringIO()
    call_command("load_policy", str(file), stdout=out)
    told = out.getvalue()
    assert "New disclaimers: fourth.\n" in told
    assert "With other words: advice.\n" in told
    assert "No longer in the policy: third.\n" in told
    assert "  advice: old words on 1 live page.\n" in told
    assert "Reviews of 1 live page will open by themselves" in told


def test_a_policy_that_forbids_what_was_accepted_asks_again(
    cast: SimpleNamespace, policy: Load, work: Work
) -> None:
    """A rule that became graver takes its answer with it; the review opens all the same."""
    tiers = '[[tiers]]\nkey = "standard"'

    def weigh(weight: str) -> tuple[str, str]:
        return tiers, f'[screening]\n"absolute.safety" = "{weight}"\n\n{tiers}'

    policy(weigh("resolve"))
    page = published(cast, body=f.BODY + "<p>It is completely safe for most adults.</p>")
    before = Review.objects.get(edition=page.edition)
    assert before.findings.get(rule="absolute.safety").disposition == "accepted"
    for weight, codes in (("fix", {"absolute.safety", "finding_open"}), ("critical", {"finding_open"})):
        assert policy((NEWER[0], f"{NEWER[1]} {weight}."), weigh(weight))
        work()
        (review,) = opened(page)
        finding = review.findings.get(rule="absolute.safety")
        assert (finding.severity, finding.disposition, finding.disposed_by) == (weight, "", None)
        assert codes <= {r.code for r in missing_for(review)}
        workflow.decline(review, by=cast.second, reason="Withdraw the page instead.")


def test_the_page_of_a_review_of_live_text_does_not_call_it_new(
    cast: SimpleNamespace, policy: Load, work: Work
) -> None:
    page = published(cast)
    policy(NEWER)
    work()
    client = Client()
    client.force_login(cast.second)
    html = client.get(reverse("desk:review", args=[opened(page)[0].pk])).content.decode()
    assert "this is the text that readers have now" in html
    assert "First edition: everything is new." not in html
