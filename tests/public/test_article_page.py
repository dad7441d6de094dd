"""`/articles/<slug>/` through an article's life: only what was signed, and what became of it."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest import MonkeyPatch

from articles.editing import save_draft
from articles.models import Notice, Publication
from reviews import workflow
from tests import factories as f
from tests.public.pages import ids, soup, text


def at(slug: str) -> str:
    return f"/articles/{slug}/"


def again(publication: Publication, cast: SimpleNamespace, **fields: object) -> Publication:
    """A new version of a published article, through draft, review and signature to the readers."""
    article = publication.article
    article.refresh_from_db()
    article = save_draft(article, by=cast.writer, version=article.version, **fields)
    review = workflow.submit(article, by=cast.writer)
    f.judge(review, cast.reviewer)
    f.sign(review, cast.reviewer)
    review.refresh_from_db()
    return workflow.publish(review, by=cast.editor)


def test_a_live_article(client: Client, cast: SimpleNamespace) -> None:
    page = f.published(
        cast.writer,
        cast.reviewer,
        cast.editor,
        slug="walking",
        title="Walking & pain",
        interests="No funding.",
    )
    with CaptureQueriesContext(connection) as captured:
        response = client.get(at("walking"))
    assert response.status_code == 200
    assert len(captured) == 1
    html = response.content.decode()
    ids(html)
    today = timezone.localdate()
    day = f"{today.day} {today:%B %Y}"
    due = f"{page.review_due.day} {page.review_due:%B %Y}"
    assert text(html, "//p[@class='review-line']") == (
        f"✓ Medically reviewed by Dr Rita Reviewer, MD, FRCP on {day} Published {day} Next review due {due}"
    )
    assert text(html, "//p[@class='byline']") == "By Wanda Writer"
    assert text(html, "//title").startswith("Walking & pain – ")
    head = soup(html).xpath("//head")[0]
    assert head.xpath("meta[@name='description']/@content") == ["What a daily walk can do for your back."]
    assert head.xpath("link[@rel='canonical']/@href") == ["http://127.0.0.1:8000/articles/walking/"]
    assert soup(html).xpath("/html/@lang") == ["en-GB"]
    assert "No funding." in text(html, "//section[@class='interests']")
    assert f"Edition 1 · digest {page.edition.digest[:12]}" in text(html, "//p[@class='edition']")
    assert "find it accurate and safe to publish" in text(html, "//section[@class='provenance']")


def test_two_signers_are_both_named(client: Client, cast: SimpleNamespace) -> None:
    review = f.signed(
        cast.writer, cast.reviewer, cast.second, slug="two", topics=[f.topic("psychedelics")],
        body="<p>Psilocybin was tested in a small trial [1].</p>",
    )  # fmt: skip
    workflow.publish(review, by=cast.editor)
    line = text(client.get(at("two")).content.decode(), "//p[@class='review-line']")
    assert "by Dr Rita Reviewer, MD, FRCP and Dr Ravi Reviewer, MD, FRCP on " in line
    assert "Dr Ravi Reviewer" in client.get("/").content.decode()


def test_what_is_not_published_is_not_there(client: Client, cast: SimpleNamespace) -> None:
    f.draft(cast.writer, slug="drafted")
    f.submitted(cast.writer, slug="waiting")
    f.signed(cast.writer, cast.reviewer, slug="signed")
    f.scheduled(cast.writer, cast.reviewer, cast.editor, slug="scheduled")
    for slug in ("drafted", "waiting", "signed", "scheduled", "never-was"):
        assert client.get(at(slug)).status_code == 404


def test_editing_the_draft_changes_nothing_for_readers(client: Client, cast: SimpleNamespace) -> None:
    page = f.published(cast.writer, cast.reviewer, cast.editor, slug="kept")
    before = client.get(at("kept")).content
    article = page.article
    article.refresh_from_db()
    source = article.sources.get()
    save_draft(
        article, by=cast.writer, version=article.version, title="Another title", summary="Another summary",
        body="<p>Another text.</p>", interests="Paid by a maker of shoes.", topics=[f.topic("other")], citations=[],
    )  # fmt: skip
    source.title, source.standing = "Another source", "retracted"
    source.save()
    topic = page.topics.get()
    topic.name = "Renamed"
    topic.save()
    cast.writer.first_name = "Renamed"
    cast.writer.save()
    assert client.get(at("kept")).content == before


def test_a_new_edition_replaces_the_old_text(client: Client, cast: SimpleNamespace) -> None:
    page = f.published(cast.writer, cast.reviewer, cast.editor, slug="same")
    again(
        page, cast, body="<p>Swimming eases low back pain in many adults [1].</p>",
        correction_kind="correction", correction_text="The first edition spoke of walking.\n\nIt is swimming.",
    )  # fmt: skip
    html = client.get(at("same")).content.decode()
    assert "Swimming eases" in html
    assert "Walking most days" not in html
    assert "Edition 2" in html
    assert text(html, "//div[@data-notice='correction']").startswith("Correction · ")
    assert soup(html).xpath("//div[@data-notice='correction']/p[not(@class)]/text()") == [
        "The first edition spoke of walking.", "It is swimming.",
    ]  # fmt: skip
    assert html.index("data-notice") < html.index('class="body"')
    ids(html)


def test_an_old_address_leads_to_the_new_one(client: Client, cast: SimpleNamespace) -> None:
    page = f.published(cast.writer, cast.reviewer, cast.editor, slug="old")
    page = again(page, cast, slug="new")
    with CaptureQueriesContext(connection) as captured:
        response = client.get(at("old"))
    assert len(captured) == 2
    assert (response.status_code, response["Location"]) == (301, at("new"))
    assert client.get(at("new")).status_code == 200
    # Given back, neither address sends a browser in a circle.
    again(page, cast, slug="old")
    assert client.get(at("old")).status_code == 200
    assert client.get(at("new"))["Location"] == at("old")
    assert "no-cache" in client.get(at("new"))["Cache-Control"]


def test_an_old_address_of_a_page_that_came_down(client: Client, cast: SimpleNamespace) -> None:
    page = again(f.published(cast.writer, cast.reviewer, cast.editor, slug="old"), cast, slug="new")
    workflow.withdraw(page.article, by=cast.lead, reason="The dose in the table was wrong.")
    assert client.get(at("old"))["Location"] == at("new")
    assert client.get(at("new")).status_code == 410
    # Back under a third address, every earlier one leads there.
    again(page, cast, slug="third")
    for slug in ("old", "new"):
        assert client.get(at(slug))["Location"] == at("third")
    assert client.get(at("third")).status_code == 200


def test_a_withdrawn_article(client: Client, cast: SimpleNamespace) -> None:
    page = f.published(cast.writer, cast.reviewer, cast.editor, slug="gone", title="Walking and you")
    workflow.withdraw(page.article, by=cast.lead, reason="The dose in the table was wrong.")
    with CaptureQueriesContext(connection) as captured:
        response = client.get(at("gone"))
    assert len(captured) == 2
    assert response.status_code == 410
    read = text(response.content.decode())
    today = timezone.localdate()
    for words in (
        "Withdrawn", "Walking and you", f"down on {today.day} {today:%B %Y}", "The dose in the table was wrong.",
        "speak to a doctor or pharmacist",
    ):  # fmt: skip
        assert words in read
    assert "Walking most days" not in response.content.decode()


def test_a_retracted_article(client: Client, cast: SimpleNamespace) -> None:
    page = f.published(cast.writer, cast.reviewer, cast.editor, slug="back", title="Walking and you")
    workflow.retract(page.article, by=cast.lead, reason="Its only trial was invented.")
    with CaptureQueriesContext(connection) as captured:
        response = client.get(at("back"))
    assert len(captured) == 3
    assert response.status_code == 410
    read = text(response.content.decode())
    assert "Retracted" in read
    assert "Retraction notice" in read
    assert "Its only trial was invented." in read
    assert "Walking and you" in read
    for unsaid in ("Walking most days", "physiotherapist", "data-disclaimer", "Medically reviewed by"):
        assert unsaid not in response.content.decode()


def test_a_removal_says_so_and_a_retraction_may_follow_a_withdrawal(
    client: Client, cast: SimpleNamespace
) -> None:
    page = f.published(cast.writer, cast.reviewer, cast.editor, slug="back")
    workflow.withdraw(page.article, by=cast.lead, reason="We are looking into it.")
    workflow.retract(page.article, by=cast.lead, reason="A court ordered it.", kind=Notice.Kind.REMOVAL)
    response = client.get(at("back"))
    assert response.status_code == 410
    read = text(response.content.decode())
    assert "Removal notice" in read
    assert "A court ordered it." in read


def test_a_page_that_came_back_tells_of_its_past(client: Client, cast: SimpleNamespace) -> None:
    page = f.published(cast.writer, cast.reviewer, cast.editor, slug="back")
    workflow.retract(page.article, by=cast.lead, reason="Its only trial was invented.")
    again(page, cast, body="<p>Swimming eases low back pain in many adults [1].</p>")
    html = client.get(at("back")).content.decode()
    assert "Swimming eases" in html
    assert "An earlier edition was retracted · " in text(html, "//div[@data-notice='retraction']")


def test_an_overdue_review_is_said(client: Client, cast: SimpleNamespace, monkeypatch: MonkeyPatch) -> None:
    page = f.published(cast.writer, cast.reviewer, cast.editor, slug="aged")
    assert "Review overdue" not in client.get(at("aged")).content.decode()
    monkeypatch.setattr(timezone, "localdate", lambda *_: page.review_due + dt.timedelta(days=1))
    assert "Review overdue. This article was to be reviewed again by" in text(
        client.get(at("aged")).content.decode()
    )
