"""One review's page: what it shows, what it costs, and that nothing written into it ever runs."""

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

from articles.differences import marked
from articles.editing import save_draft
from articles.models import Article, Source
from reviews import judging, workflow
from reviews.models import Claim, Disclaimer, Review
from tests import factories as f
from tests.desk.conftest import address, check_form, said, seen
from tests.desk.posts import page

At = Callable[[User], Client]
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def long_text(claims: int) -> str:
    return "".join(
        f"<p>Walking for {n} weeks eases low back pain in most adults [1].</p>" for n in range(2, claims + 2)
    )


@pytest.mark.parametrize("who", ["writer", "reviewer", "lead", "editor"])
def test_the_price_does_not_grow_with_the_claims(who: str, cast: SimpleNamespace, at: At) -> None:
    prices = []
    for number in (5, 60):
        review = f.signed(cast.writer, cast.reviewer, body=long_text(number))
        workflow.reopen(review, by=cast.lead, reason="Look again.")
        assert review.claims.count() >= number
        for count in range(number // 5):
            judging.comment(review, by=cast.writer, text=f"Comment {count}.")
            judging.add_finding(review, by=cast.reviewer, message=f"Finding {count}.")
        judging.declare_conflict(review, by=cast.second, text="I advise the maker.")
        client = at(getattr(cast, who))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page(review)).status_code == 200
        prices.append(len(queries))
    assert prices[0] == prices[1]
    assert prices[1] <= 20


def test_the_sign_page_costs_the_same_too(cast: SimpleNamespace, at: At) -> None:
    prices = []
    for number in (5, 60):
        review = f.submitted(cast.writer, body=long_text(number))
        f.judge(review, cast.reviewer)
        client = at(cast.second)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address("sign", review)).status_code == 200
        prices.append(len(queries))
    assert prices[0] == prices[1] <= 25


def test_claims_are_marked_and_lead_to_their_entries(cast: SimpleNamespace, at: At, review: Review) -> None:
    root = lxml_html.fromstring(at(cast.reviewer).get(page(review)).content)
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    for link in root.xpath("//a[starts-with(@href, '#')]/@href"):
        assert link[1:] in ids, link
    for label in root.xpath("//label/@for"):
        assert label in ids, label
    for claim in review.claims.all():
        marked = root.get_element_by_id(f"passage-claim-{claim.pk}")
        assert marked.text_content().startswith(claim.anchor["exact"][:10])


def test_every_source_can_be_opened_and_is_named_once(cast: SimpleNamespace, at: At) -> None:
    cited = [
        f.source(title="Trial", doi="10.1000/trial"),
        f.source(title="Leaflet", kind="web-page", url="https://example.org/leaflet"),
        f.source(title="Guideline", kind="guideline", pmid="77"),
    ]
    review = f.submitted(cast.writer, citations=cited)
    html = at(cast.reviewer).get(page(review)).content.decode()
    listed = lxml_html.fromstring(html).xpath("//ol[@class='references']")[0]
    hrefs = [
        "https://doi.org/10.1000/trial",
        "https://example.org/leaflet",
        "https://pubmed.ncbi.nlm.nih.gov/77/",
    ]
    assert listed.xpath(".//a/@href") == hrefs
    text = listed.text_content()
    assert text.count("10.1000/trial") == 1 and "Available from" not in text


def test_missing_leads_to_places_on_the_page(cast: SimpleNamespace, at: At, review: Review) -> None:
    root = lxml_html.fromstring(at(cast.reviewer).get(page(review)).content)
    links = root.xpath("//section[@id='missing']//li/a/@href")
    assert links
    for link in links:
        path, _, fragment = link.partition("#")
        assert path == page(review)
        assert root.get_element_by_id(fragment) is not None


def test_the_way_to_a_signature_by_the_primary_button(cast: SimpleNamespace, at: At, review: Review) -> None:
    """Following the one button leads from the queue to a published page."""
    client = at(cast.reviewer)
    claim: Claim
    while (html := client.get(page(review)).content.decode()) and "Check the next claim" in html:
        target = re.search(r'class="button primary" href="([^"]+)"', html)
        assert target
        opened = lxml_html.fromstring(client.get(target[1].split("#")[0]).content)
        claim = review.claims.get(pk=int(target[1].rsplit("-", 1)[1]))
        assert opened.get_element_by_id(f"claim-{claim.pk}").xpath(".//form[contains(@class, 'opened')]")
        client.post(address("check_claim", review, claim=claim.pk), check_form(review))
    assert "See what is missing" in html
    client.post(
        address("attach_disclaimer", review), seen(review, disclaimer="information-not-advice", placement="")
    )
    assert f'href="{address("sign", review)}">Sign…</a>' in client.get(page(review)).content.decode()


@pytest.mark.parametrize("outcome", ["declined", "published", "withdrawn"])
def test_a_closed_review_is_a_record(outcome: str, cast: SimpleNamespace, at: At) -> None:
    review = f.signed(cast.writer, cast.reviewer)
    if outcome == "published":
        workflow.publish(review, by=cast.editor)
    elif outcome == "withdrawn":
        workflow.withdraw_submission(review, by=cast.writer, reason="I will rewrite it.")
    else:
        workflow.reopen(review, by=cast.reviewer, reason="Look again.")
        workflow.decline(review, by=cast.reviewer, reason="Not for us.")
    for who in ("writer", "second"):
        root = lxml_html.fromstring(at(getattr(cast, who)).get(page(review)).content)
        forms = root.xpath("//main//form")
        assert not forms, who
    html = said(at(cast.second).get(page(review)))
    assert "This review is closed. It is kept as a record." in html
    assert "Dr Rita Reviewer" in html
    assert "Walking reduced pain at twelve weeks." in html


def test_a_writer_reads_and_comments_but_judges_nothing(
    cast: SimpleNamespace, at: At, review: Review
) -> None:
    root = lxml_html.fromstring(at(cast.writer).get(page(review)).content)
    actions = {form.get("action").split("#")[0] for form in root.xpath("//main//form")}
    assert actions == {
        address("add_comment", review),
        address("transition", review, name="withdraw_submission"),
    }
    assert "Only medical reviewers may judge an article." in said(at(cast.writer).get(page(review)))


def test_changes_between_editions(cast: SimpleNamespace, at: At, review: Review) -> None:
    client = at(cast.reviewer)
    assert "first edition" in said(client.get(address("changes", review)))
    workflow.request_changes(review, by=cast.reviewer, reason="Say in whom.")
    article = review.article
    save_draft(
        article, by=cast.writer, version=article.version, summary="Daily walks & your back.",
        body=article.body.replace("most days", "on five days a week") + "<p>New <b>words</b>.</p>",
        citations=[*Source.objects.all(), f.source(title="A second trial")],
    )  # fmt: skip
    workflow.resubmit(review, by=cast.writer)
    html = said(client.get(address("changes", review)))
    assert "most days</del>" in html
    assert "on five days a week</ins>" in html
    assert "Daily walks &amp;" in html
    assert 'Medical changes <span class="count">1</span>' in html
    assert "How often" in html
    assert "Added:</strong> [2] A second trial" in html
    assert 'Title <span class="quiet">unchanged</span>' in html
    assert client.get(address("changes", review), {"from": "1"}).status_code == 200
    for wrong in ("2", "0", "x", "\x00", "9" * 40):
        assert client.get(address("changes", review), {"from": wrong}).status_code == 404
    rail = said(client.get(page(review)))
    assert "Rita Reviewer asked for changes" in rail
    assert "Say in whom." in rail
    assert "changed medically" in rail


def test_a_comparison_runs_nothing_that_stood_in_either_text() -> None:
    html = marked("<p>a b</p><script>alert(1)</script>", "<p>a c <img src=x onerror=alert(1)></p>")
    assert "<ins>c" in html
    assert "<del>b" in html
    for bad in ("<script", "<img", "onerror"):
        assert bad not in html


def test_a_title_with_angle_brackets_is_compared_as_text(cast: SimpleNamespace, at: At) -> None:
    review = f.submitted(cast.writer, title="Doses <b>under</b> 5 mg")
    workflow.request_changes(review, by=cast.reviewer, reason="Say in whom.")
    article = review.article
    save_draft(article, by=cast.writer, version=article.version, title="Doses <b>over</b> 5 mg")
    workflow.resubmit(review, by=cast.writer)
    assert "&lt;b&gt;under&lt;/b&gt;" in said(at(cast.reviewer).get(address("changes", review)))


def test_reconfirm_and_reinstate(cast: SimpleNamespace, at: At, review: Review) -> None:
    client, source = at(cast.reviewer), Source.objects.get()
    for claim in review.claims.all():
        f.check(claim, cast.reviewer, source)
    workflow.request_changes(review, by=cast.reviewer, reason="Say in whom.")
    article = review.article
    save_draft(
        article,
        by=cast.writer,
        version=article.version,
        body=article.body.replace("many adults", "most adults"),
    )
    workflow.resubmit(review, by=cast.writer)
    claim = review.claims.get(state=Claim.State.RECONFIRM)
    assert "The earlier checks hold for these words" in said(client.get(page(review)))
    url = address("reconfirm_claim", review, claim=claim.pk)
    assert client.post(url, seen(review)).status_code == 302
    claim.refresh_from_db()
    assert claim.state == Claim.State.OPEN
    assert client.post(url, seen(review)).status_code == 409
    judging.dismiss_claim(claim, by=cast.reviewer, reason="Everyday advice.")
    url = address("reinstate_claim", review, claim=claim.pk)
    assert client.post(url, seen(review)).status_code == 302
    assert client.post(url, seen(review)).status_code == 409
    assert at(cast.writer).post(url, seen(review)).status_code == 403


def test_second_signatures_under_findings_and_waivers(cast: SimpleNamespace, at: At, review: Review) -> None:
    finding = judging.add_finding(review, by=cast.reviewer, message="A dose is missing.", severity="critical")
    judging.dispose_finding(finding, by=cast.reviewer, disposition="accepted", reason="It is in the table.")
    waiver = judging.waive_disclaimer(
        review,
        by=cast.reviewer,
        disclaimer=Disclaimer.objects.get(key="information-not-advice"),
        reason="No.",
    )
    urls = (
        address("confirm_finding", review, finding=finding.pk),
        address("confirm_waiver", review, attachment=waiver.pk),
    )
    for url in urls:
        assert url not in at(cast.reviewer).get(page(review)).content.decode()
        assert url in at(cast.second).get(page(review)).content.decode()
        assert at(cast.reviewer).post(url, seen(review)).status_code == 409
        assert at(cast.writer).post(url, seen(review)).status_code == 403
        assert at(cast.second).get(url).status_code == 405
        assert at(cast.second).post(url, seen(review)).status_code == 302
        assert at(cast.second).post(url, seen(review)).status_code == 409


def test_an_inline_disclaimer_stands_at_its_passage(cast: SimpleNamespace, at: At, review: Review) -> None:
    client, url = at(cast.reviewer), address("attach_disclaimer", review)
    fields = seen(review, disclaimer="do-not-stop-medicine", placement="inline", quote="")
    for wrong in ("", "words that are not there", "Walking and back pain"):
        response = client.post(url, {**fields, "quote": wrong})
        assert response.status_code == 422
        assert wrong in said(response)
    assert client.post(url, {**fields, "quote": "Speak to a physiotherapist first."}).status_code == 302
    assert 'data-disclaimer="disclaimer-do-not-stop-medicine"' in client.get(page(review)).content.decode()


def test_the_changes_are_those_since_the_last_signature(cast: SimpleNamespace, at: At) -> None:
    body = "<p>Take 5 mg of it twice a day [1].</p><p>Walk with a friend.</p>"
    review = f.signed(cast.writer, cast.reviewer, body=body)
    article = review.article
    for dose in ("50 mg", "55 mg"):
        article.refresh_from_db()
        save_draft(article, by=cast.writer, version=article.version, body=body.replace("5 mg", dose))
        if review.status == Review.Status.IN_REVIEW:
            workflow.request_changes(review, by=cast.reviewer, reason="Look again.")
        workflow.resubmit(review, by=cast.writer)
    client = at(cast.reviewer)
    rail = said(client.get(page(review)))
    assert "Against edition 1, which was signed" in rail and "<del>5 mg</del>" in rail
    whole = said(client.get(address("changes", review)))
    assert "Edition 3 against edition 1, which was signed." in whole
    before = said(client.get(address("changes", review), {"from": "2"}))
    assert "Edition 3 against edition 2." in before and "<del>50 mg</del>" in before


def test_nothing_written_into_a_review_ever_runs(cast: SimpleNamespace, at: At) -> None:
    for person, name in ((cast.writer, EVIL[:20]), (cast.reviewer, "<b>Rita</b>")):
        person.first_name = name
        person.save()
    review = f.submitted(
        cast.writer, title=f"Walking {EVIL}", summary=f"Sum {EVIL}", interests=f"None {EVIL}",
        body=f.BODY + f"<p>Evil {EVIL} <a href='javascript:alert(1)'>link</a></p>",
        citations=[f.source(title=f"Source {EVIL}", authors=EVIL, container=EVIL, doi='10.1/"><script>')],
    )  # fmt: skip
    claim = review.claims.first()
    assert claim
    judging.comment(review, by=cast.writer, text=f"Comment {EVIL}", quote="Speak to a physiotherapist")
    f.judge(review, cast.reviewer)
    f.check(claim, cast.reviewer, Source.objects.get(), passage=EVIL, locator=EVIL, note=EVIL)
    finding = judging.add_finding(review, by=cast.reviewer, message=EVIL, severity="critical")
    judging.dispose_finding(finding, by=cast.reviewer, disposition="accepted", reason=EVIL)
    judging.confirm_finding(finding, by=cast.second)
    judging.declare_conflict(review, by=cast.lead, text=EVIL)
    workflow.sign_off(review, by=cast.reviewer, meaning="accurate", interests=EVIL)
    workflow.reopen(review, by=cast.reviewer, reason=EVIL)
    workflow.request_changes(review, by=cast.reviewer, reason=EVIL)
    article = review.article
    article.refresh_from_db()
    save_draft(
        article, by=cast.writer, version=article.version, title=f"Other {EVIL}", body=article.body + EVIL
    )
    workflow.resubmit(review, by=cast.writer)
    client = at(cast.reviewer)
    visited = [
        client.get(reverse("desk:queue")), client.get(page(review)), client.get(address("changes", review)),
        client.get(address("sign", review)), client.get(reverse("desk:article", args=[review.article_id])),
        client.post(address("add_comment", review), seen(review, text=EVIL, quote=EVIL)),
        client.post(address("transition", review, name="decline"), seen(review, reason=EVIL, edition=EVIL)),
        client.get(page(review), {"open": EVIL}),
    ]  # fmt: skip
    workflow.decline(review, by=cast.reviewer, reason=EVIL)
    visited += [client.get(page(review)), client.get(reverse("desk:live"))]
    for response in visited:
        root = lxml_html.fromstring(response.content)
        assert not root.xpath(
            "//script[text() or not(starts-with(@src, '/static/'))] | //style | //iframe | //img | //*[@style]"
        )
        assert not [name for e in root.iter() for name in e.attrib if str(name).startswith("on")]
        assert not [h for h in root.xpath("//@href | //@src | //@action") if "javascript" in h.lower()]
    assert Article.objects.count() == 1
