"""Nobody sees another's verdict until everybody has given theirs: every page, read as HTML."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html as lxml_html

from articles.editing import save_draft
from reviews import independence, judging, workflow
from reviews.desk import queue
from reviews.models import Event, Review
from reviews.policy import current_policy
from tests import factories as f
from tests.independence.conftest import RAVI, RITA, check_all, claims_of, given, source_of

At = Callable[[User], Client]
EVERYONE = ("second", "lead", "writer", "editor")
TELLING = [*RITA.values(), "Contradicts it</strong>", "No source supports it", "✕"]
"""What gives Rita's verdict away."""


def pages(review: Review) -> list[str]:
    here = [reverse(f"desk:{name}", args=[review.pk]) for name in ("review", "sign", "changes")]
    opened = f"{here[0]}?open=claim-{claims_of(review)[0].pk}"
    return [*here, opened, reverse("desk:queue"), reverse("desk:article", args=[review.article_id])]


def seen_by(client: Client, review: Review) -> str:
    """Every page of the desk, one after the other, without what differs by chance."""
    text = "\n".join(client.get(page).content.decode() for page in pages(review))
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|nonce-\S+', "", text)


@pytest.mark.parametrize("who", EVERYONE)
@pytest.mark.parametrize("also_given", [False, True])
def test_no_page_tells_what_the_first_found(
    who: str, also_given: bool, cast: SimpleNamespace, at: At, review: Review
) -> None:
    check_all(review, cast.reviewer, verdict="contradicts", **RITA)
    if also_given:
        independence.give_opinion(review, by=cast.reviewer)
    text = seen_by(at(getattr(cast, who)), review)
    for word in TELLING:
        assert word not in text, word
    own = seen_by(at(cast.reviewer), review)
    for word in TELLING:
        assert word in own, word


@pytest.mark.parametrize("who", EVERYONE)
def test_the_pages_are_the_same_whatever_the_first_found(
    who: str, cast: SimpleNamespace, at: At, review: Review
) -> None:
    """Not a word, a colour, a count or a mark: both reviews look alike to everyone but Rita."""
    client = at(getattr(cast, who))
    first = claims_of(review)[0]
    looks = []
    for verdict in ("supports", "contradicts"):
        # The second check takes the first one's place: one verdict is there, as far as others can tell.
        f.check(first, cast.reviewer, source_of(review), **{**RITA, "verdict": verdict})
        looks.append(seen_by(client, review))
    assert looks[0] == looks[1]


def test_the_second_reviewers_page_is_of_their_own_work(
    cast: SimpleNamespace, at: At, review: Review
) -> None:
    first, *rest = claims_of(review)
    check_all(review, cast.reviewer, verdict="contradicts", **RITA)
    f.check(first, cast.second, source_of(review), **RAVI)
    root = lxml_html.fromstring(
        at(cast.second).get(reverse("desk:review", args=[review.pk])).content.decode()
    )
    assert root.xpath("//section[@id='claims']//h2/span")[0].text == f"1 of {len(rest) + 1} checked"
    mine = root.get_element_by_id(f"claim-{first.pk}").text_content()
    assert "✓ Checked" in " ".join(mine.split())
    assert RAVI["passage"] in mine
    for claim in rest:
        words = " ".join(root.get_element_by_id(f"claim-{claim.pk}").text_content().split())
        assert "○ To be checked" in words
        assert "Another reviewer has given a verdict here; it is shown when both have." in words
    assert f"{len(rest)} claim" in root.get_element_by_id("opinion").text_content()


def test_a_verdict_that_no_claim_can_stand_on_is_a_verdict(
    cast: SimpleNamespace, at: At, review: Review
) -> None:
    """The way to an opinion by the one button, for a reviewer who finds that nothing is supported."""
    client, page = at(cast.second), reverse("desk:review", args=[review.pk])
    for _ in claims_of(review):
        html = client.get(page).content.decode()
        found = re.search(r'class="button primary" href="[^"]+#claim-(\d+)"[^>]*>Check the next claim', html)
        assert found
        f.check(review.claims.get(pk=found[1]), cast.second, source_of(review), verdict="silent")
    html = client.get(page).content.decode()
    assert f'href="{page}#opinion">Give your verdicts</a>' in html
    answer = client.post(
        reverse("desk:give_opinion", args=[review.pk]), {"edition": review.edition.number}, follow=True
    )
    assert "Your verdicts are given." in answer.content.decode()
    assert "1 of 2 has" in answer.content.decode()
    assert "Give my verdicts" not in answer.content.decode()
    again = client.post(reverse("desk:give_opinion", args=[review.pk]), {"edition": review.edition.number})
    assert again.status_code == 409
    assert "You have given your verdicts on this edition already." in again.content.decode()


def test_giving_through_the_desk_is_for_reviewers(cast: SimpleNamespace, at: At, review: Review) -> None:
    form = {"edition": review.edition.number}
    url = reverse("desk:give_opinion", args=[review.pk])
    assert at(cast.writer).post(url, form).status_code == 403
    assert at(cast.reviewer).get(url).status_code == 405
    assert at(cast.reviewer).post(url, {}).status_code == 422
    assert at(cast.reviewer).post(url, {"edition": 9}).status_code == 409
    assert not review.opinions.exists()


def test_giving_says_which_claims_one_agrees_to_leave_out(
    cast: SimpleNamespace, at: At, review: Review
) -> None:
    first = claims_of(review)[0]
    judging.dismiss_claim(first, by=cast.reviewer, reason="Plain advice, says Rita.")
    check_all(review, cast.second)
    page = at(cast.second).get(reverse("desk:review", args=[review.pk])).content.decode()
    box = lxml_html.fromstring(page).get_element_by_id("opinion").text_content()
    assert "By giving your verdicts you agree that these need no source." in box
    assert "Plain advice, says Rita." in box


@pytest.mark.parametrize("who", ["reviewer", *EVERYONE])
def test_when_both_are_given_all_see_all(who: str, cast: SimpleNamespace, at: At, review: Review) -> None:
    given(review, cast, verdict="contradicts")
    page = at(getattr(cast, who)).get(reverse("desk:review", args=[review.pk])).content.decode()
    for word in (RITA["passage"], RITA["note"], RAVI["passage"], RAVI["note"]):
        assert word in page
    assert page.count('class="side"') == 2
    assert "≠" in page


def test_a_claim_that_came_later_is_judged_apart_too(cast: SimpleNamespace, at: At, review: Review) -> None:
    given(review, cast)
    claim = judging.add_claim(review, by=cast.second, quote="Speak to a physiotherapist first.")
    f.check(claim, cast.second, source_of(review), verdict="silent", passage="Ravi and the physiotherapist.")
    page = reverse("desk:review", args=[review.pk])
    assert "Ravi and the physiotherapist." not in at(cast.reviewer).get(page).content.decode()
    f.check(claim, cast.reviewer, source_of(review))
    assert "Ravi and the physiotherapist." in at(cast.reviewer).get(page).content.decode()


def test_a_new_edition_keeps_them_back_again(cast: SimpleNamespace, at: At, review: Review) -> None:
    given(review, cast, verdict="contradicts")
    claim = claims_of(review)[0]
    stands = claim.checks.get(by=cast.second)
    independence.settle(claim, by=cast.second, stands=stands, reason="Rita read the wrong table.")
    workflow.request_changes(review, by=cast.reviewer, reason="Say in whom.")
    article = review.article
    article.refresh_from_db()
    body = article.body + "<p>Rest when you need to.</p>"
    save_draft(article, by=cast.writer, version=article.version, body=body)
    workflow.resubmit(review, by=cast.writer)
    text = seen_by(at(cast.lead), review)
    for word in (*RITA.values(), *RAVI.values(), "Rita read the wrong table."):
        assert word not in text, word
    for person in (cast.reviewer, cast.second):
        check_all(review, person)
        independence.give_opinion(review, by=person)


def test_a_closed_review_is_a_record(cast: SimpleNamespace, at: At, review: Review) -> None:
    check_all(review, cast.reviewer, **RITA)
    workflow.withdraw_submission(review, by=cast.writer, reason="I will rewrite it.")
    page = at(cast.second).get(reverse("desk:review", args=[review.pk])).content.decode()
    assert RITA["passage"] in page


def test_the_queue_counts_verdicts_and_not_what_they_are(cast: SimpleNamespace, review: Review) -> None:
    def done(reader: User | None) -> int:
        work = queue.work_of([review], current_policy(), reader)
        return queue.rows([review], current_policy(), work)[0].claims_done

    everything = len(claims_of(review))
    check_all(review, cast.reviewer, verdict="contradicts")
    assert [done(p) for p in (cast.reviewer, cast.second, cast.editor, None)] == [everything, 0, 0, 0]
    f.check(claims_of(review)[0], cast.second, source_of(review))
    assert [done(p) for p in (cast.reviewer, cast.second, cast.editor, None)] == [everything, 1, 1, 1]


def test_the_log_holds_no_verdicts(cast: SimpleNamespace, review: Review) -> None:
    check_all(review, cast.reviewer, verdict="contradicts", **RITA)
    for event in Event.objects.filter(review=review):
        assert "contradicts" not in str(event.facts)
        assert RITA["passage"] not in str(event.facts)


@pytest.mark.parametrize("both", [False, True])
def test_the_price_does_not_grow_with_the_claims(both: bool, cast: SimpleNamespace, at: At) -> None:
    prices = []
    for number in (4, 24):
        body = "".join(f"<p>Walking for {n} weeks eases pain in adults [1].</p>" for n in range(2, number))
        review = f.submitted(cast.writer, topics=[f.topic("psychedelics")], body=body)
        if both:
            given(review, cast, verdict="contradicts")
            claim = claims_of(review)[0]
            stands = claim.checks.filter(by=cast.second).get()
            independence.settle(claim, by=cast.second, stands=stands, reason="Table S.")
            for claim in claims_of(review)[1:]:
                f.check(claim, cast.reviewer, source_of(review), verdict="silent")
        else:
            check_all(review, cast.reviewer)
            independence.give_opinion(review, by=cast.reviewer)
        client = at(cast.second)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("desk:review", args=[review.pk])).status_code == 200
        prices.append(len(queries))
    assert prices[0] == prices[1] <= 21, prices  # one more where a disagreement was settled


def test_the_record_opens_when_all_have_given(cast: SimpleNamespace, at: At, review: Review) -> None:
    """Passages that make no claim, or left the text, have no verdicts to keep back."""

    def status() -> int:
        return at(cast.editor).get(reverse("desk:record", args=[review.pk])).status_code

    judging.dismiss_claim(claims_of(review)[0], by=cast.reviewer, reason="General advice.")
    gone = claims_of(review)[-1]
    f.check(gone, cast.reviewer, source_of(review), **RITA)
    workflow.request_changes(review, by=cast.reviewer, reason="Leave it out.")
    article = review.article
    article.refresh_from_db()
    body = "<p>Walking most days eases low back pain in many adults [1].</p><p>Running eases pain in adults [1].</p>"
    save_draft(article, by=cast.writer, version=article.version, body=body)
    workflow.resubmit(review, by=cast.writer)
    gone.refresh_from_db()
    assert gone.state == "orphaned"
    check_all(review, cast.reviewer)
    assert status() == 409
    check_all(review, cast.second)
    f.give_opinions(review, cast.reviewer, cast.second)
    assert status() == 200
    added = judging.add_claim(review, by=cast.reviewer, quote="eases pain in adults")
    assert status() == 200
    f.check(added, cast.reviewer, source_of(review), verdict="contradicts")
    assert status() == 409
