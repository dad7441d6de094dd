"""What the API says of what is live, and what stays of what was taken down."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from articles.canonical import digest
from articles.editing import save_draft
from articles.models import Notice, Publication, Source
from reviews import workflow
from reviews.watching.standings import set_standing
from tests import factories as f
from tests.api.asking import LISTS, get, queries, slugs

SITE = "http://127.0.0.1:8000"
SHORT = "<p>Speak to a physiotherapist first [1].</p>"  # no claim in it, so many are published sooner


def publish(cast: SimpleNamespace, **fields: object) -> Publication:
    return f.published(cast.writer, cast.reviewer, cast.editor, **fields)


def publish_again(cast: SimpleNamespace, page: Publication, **fields: object) -> Publication:
    save_draft(page.article, by=cast.writer, version=page.article.version, **fields)
    review = workflow.submit(page.article, by=cast.writer)
    f.judge(review, cast.reviewer)
    f.sign(review, cast.reviewer)
    return workflow.publish(review, by=cast.editor)


def test_an_empty_site(db: None) -> None:
    root = get()
    assert root["articles"] == f"{SITE}/api/v1/articles/"
    assert set(root) == {*LISTS, "schema", "docs"}
    for name in LISTS:
        assert get(f"{name}/") == {"next": None, "results": []}


def test_an_article_is_what_was_signed(cast: SimpleNamespace) -> None:
    source = f.source(doi="10.1000/walk", standing=Source.Standing.UNKNOWN)
    page = publish(cast, slug="walking", citations=[source], interests="None.", authors=[cast.writer])
    said = get("articles/walking/")
    content = page.edition.content
    assert said["title"] == page.title and said["summary"] == page.summary
    assert said["url"] == f"{SITE}/api/v1/articles/walking/"
    assert said["page"] == f"{SITE}/articles/walking/"
    assert said["text"].startswith("Walking most days eases low back pain")
    assert said["html"] == page.html
    assert said["topics"] == [{"slug": "chronic-pain", "name": "Chronic pain"}]
    assert said["authors"] == ["Wanda Writer"]
    assert said["signers"] == page.attestation["signers"]
    assert said["signers"][0]["credentials"] == "MD, FRCP"
    assert said["disclaimers"] == [
        {name: one[name] for name in ("key", "version", "text", "placement", "after")}
        for one in page.attestation["disclaimers"]
    ]
    assert said["disclaimers"]
    assert said["interests"] == "None."
    assert (said["edition"], said["edition_digest"]) == (1, page.edition.digest)
    assert said["signed_digest"] == page.signed_digest
    assert said["review_due"] == page.review_due.isoformat()
    assert said["reviewed_on"] == page.attestation["reviewed_on"]
    (reference,) = said["references"]
    assert reference["record"] == content["references"][0]["record"]
    assert digest(reference["record"]) == reference["digest"]
    assert (reference["number"], reference["source"]) == (1, source.pk)
    assert said["notices"] == [] and said["overdue"] is False


def test_a_rare_field_of_a_source_is_told_too(cast: SimpleNamespace) -> None:
    publish(cast, slug="walking", citations=[f.source(nct="NCT01234567", accessed=dt.date(2026, 1, 2))])
    record = get("articles/walking/")["references"][0]["record"]
    assert (record["nct"], record["accessed"]) == ("NCT01234567", "2026-01-02")
    assert "isbn" not in record
    assert get("sources/")["results"][0]["record"] == record


def test_a_list_says_the_same_without_the_text(cast: SimpleNamespace) -> None:
    publish(cast, slug="walking")
    (listed,) = get("articles/")["results"]
    whole = get("articles/walking/")
    assert {name: whole[name] for name in listed} == listed
    assert not {"text", "html", "references"} & set(listed)


def test_how_a_source_stands_today_is_told_beside_how_it_stood(cast: SimpleNamespace) -> None:
    source = f.source(doi="10.1000/walk")
    publish(cast, slug="walking", citations=[source])
    set_standing(source, Source.Standing.RETRACTED, dataset="crossref", noted_on=dt.date(2026, 5, 1))
    (reference,) = get("articles/walking/")["references"]
    assert (reference["record"]["standing"], reference["standing"]) == ("none", "retracted")
    (listed,) = get("sources/")["results"]
    assert (listed["record"]["standing"], listed["standing"]) == ("none", "retracted")


def test_a_source_that_was_entered_twice_stands_as_the_kept_one(cast: SimpleNamespace) -> None:
    kept, source = f.source(), f.source()
    publish(cast, slug="walking", citations=[source])
    Source.objects.filter(pk=source.pk).update(merged_into=kept)
    Source.objects.filter(pk=kept.pk).update(standing=Source.Standing.RETRACTED)
    assert get("articles/walking/")["references"][0]["standing"] == "retracted"
    assert get("sources/", standing="retracted")["results"][0]["id"] == source.pk
    assert get("sources/", standing="none")["results"] == []


def test_what_was_withdrawn_is_gone_but_for_the_notice(cast: SimpleNamespace) -> None:
    page = publish(cast, slug="walking", title="Walking eases pain")
    workflow.withdraw(page.article, by=cast.editor, reason="The dose was wrong.")
    said = get("articles/walking/", status=410)
    assert said["code"] == "withdrawn"
    assert said["title"] == "Walking eases pain"
    assert said["detail"].startswith("This article was withdrawn on ")
    assert (said["notice"]["kind"], said["notice"]["text"]) == ("removal", "The dose was wrong.")
    assert set(said) == {"code", "detail", "title", "notice"}
    for name in ("articles", "topics", "reviewers", "sources"):
        assert get(f"{name}/")["results"] == []
    (notice,) = get("notices/")["results"]
    assert notice["article"] == {
        "slug": "walking", "title": "Walking eases pain", "status": "withdrawn", "page": f"{SITE}/articles/walking/",
    }  # fmt: skip
    assert set(notice) == {"kind", "text", "at", "article"}


def test_what_was_retracted_is_gone_too(cast: SimpleNamespace) -> None:
    page = publish(cast, slug="walking")
    workflow.retract(page.article, by=cast.editor, reason="The trial was.", kind=Notice.Kind.RETRACTION)
    said = get("articles/walking/", status=410)
    assert (said["code"], said["notice"]["kind"]) == ("retracted", "retraction")


def test_an_address_that_was_given_up_leads_on(cast: SimpleNamespace) -> None:
    page = publish(cast, slug="walking")
    publish_again(cast, page, slug="walking-daily")
    answer = Client().get("/api/v1/articles/walking/")
    assert (answer.status_code, answer["Location"]) == (301, f"{SITE}/api/v1/articles/walking-daily/")
    assert answer["Cache-Control"] == "no-cache"
    assert answer.json()["code"] == "moved"
    assert get("articles/walking-daily/")["edition"] == 2


def test_a_correction_is_told_at_its_article_and_in_the_list(cast: SimpleNamespace) -> None:
    page = publish(cast, slug="walking", title="Walking cures pain")
    publish_again(
        cast,
        page,
        title="Walking eases pain",
        correction_kind="correction",
        correction_text="The title said cures.",
    )
    (at_article,) = get("articles/walking/")["notices"]
    (listed,) = get("notices/")["results"]
    assert at_article == {name: listed[name] for name in at_article}
    assert (listed["kind"], listed["text"]) == ("correction", "The title said cures.")
    # Under the title that holds: the one that was corrected is not spread any further.
    assert listed["article"]["title"] == "Walking eases pain"
    assert "cures pain" not in str(get("articles/")) + str(get("articles/walking/"))


def test_drafts_are_nowhere(cast: SimpleNamespace) -> None:
    """Neither of articles that were never published, nor what is being changed in one that is live."""
    word = "zyxcanary"
    page = publish(cast, slug="walking", topics=[f.topic("sleep")])
    save_draft(
        page.article,
        by=cast.writer,
        version=page.article.version,
        title=f"{word} walking",
        slug=f"{word}-walking",
    )
    hidden = {
        "topics": [f.topic(f"{word}-topic")],
        "citations": [f.source(title=f"{word} trial", doi=f"10.1000/{word}")],
    }
    f.draft(cast.writer, title=f"{word} draft", slug=f"{word}-draft", **hidden)
    f.submitted(cast.writer, title=f"{word} waits", slug=f"{word}-waits", **hidden)
    f.signed(cast.writer, cast.second, title=f"{word} signed", slug=f"{word}-signed", **hidden)
    f.scheduled(
        cast.writer, cast.second, cast.editor, title=f"{word} planned", slug=f"{word}-planned", **hidden
    )
    for path in ("", *(f"{name}/" for name in LISTS), "articles/walking/"):
        assert word not in str(get(path))
    assert "Ravi" not in str(get("reviewers/"))  # signed nothing that is live
    for slug in ("draft", "waits", "signed", "planned", "walking"):
        assert get(f"articles/{word}-{slug}/", status=404)["code"] == "not_found"
    for path, query in (
        ("articles", {"topic": f"{word}-topic"}), ("sources", {"doi": f"10.1000/{word}"}),
        ("sources", {"article": f"{word}-draft"}), ("notices", {"article": f"{word}-draft"}),
    ):  # fmt: skip
        assert get(f"{path}/", **query)["results"] == []


def test_an_edition_that_was_replaced_is_nowhere(cast: SimpleNamespace) -> None:
    old, new = f.source(title="The old trial"), f.source(title="The new trial")
    page = publish(cast, slug="walking", citations=[old], topics=[f.topic("sleep")])
    publish_again(cast, page, title="Walking again", citations=[new], topics=[f.topic("sport")])
    assert [one["record"]["title"] for one in get("sources/")["results"]] == ["The new trial"]
    assert [one["slug"] for one in get("topics/")["results"]] == ["sport"]
    assert [one["edition"] for one in get("articles/")["results"]] == [2]
    assert slugs(topic="sleep") == [] == slugs(source=old.pk)


def test_topics_and_reviewers_say_how_much(cast: SimpleNamespace) -> None:
    publish(cast, slug="one", topics=[f.topic("sleep")])
    publish(cast, slug="two", topics=[f.topic("sleep"), f.topic("sport")])
    sleep, sport = get("topics/")["results"]
    assert (sleep["articles"], sport["articles"]) == (2, 1)
    assert sleep["articles_url"] == f"{SITE}/api/v1/articles/?topic=sleep"
    (rita,) = get("reviewers/")["results"]
    assert (rita["name"], rita["credentials"], rita["articles"]) == ("Dr Rita Reviewer", "MD, FRCP", 2)
    assert rita["last_signed_on"] == timezone.localdate().isoformat()
    assert Client().get(rita["articles_url"].removeprefix(SITE)).json()["results"]


def test_a_source_says_who_cites_it_and_what_the_newest_of_them_signed(cast: SimpleNamespace) -> None:
    source = f.source(title="As it was")
    publish(cast, slug="one", citations=[source])
    Source.objects.filter(pk=source.pk).update(title="As it is")
    publish(cast, slug="two", citations=[f.source(), source])
    Source.objects.filter(pk=source.pk).update(title="As nobody signed it")
    (found,) = [one for one in get("sources/")["results"] if one["id"] == source.pk]
    assert (found["record"]["title"], found["cited_by"]) == ("As it is", 2)
    assert Client().get(found["articles_url"].removeprefix(SITE)).json()["results"][1]["slug"] == "one"
    assert [one["id"] for one in get("sources/", article="one")["results"]] == [source.pk]


@pytest.mark.parametrize(
    ("path", "most"), [("articles/", 2), ("topics/", 1), ("reviewers/", 1), ("sources/", 2), ("notices/", 2)]
)
def test_a_list_takes_the_same_number_of_queries_at_3_and_30(
    cast: SimpleNamespace, path: str, most: int
) -> None:
    def fill(count: int) -> None:
        for _ in range(count):
            page = publish(cast, body=SHORT, topics=[f.topic(f"t-{Publication.objects.count()}"), f.topic()])
            workflow.publishing.tell_readers(
                page, by=None, text="A trial.", kind=Notice.Kind.EXPRESSION_OF_CONCERN
            )

    fill(3)
    at_3 = queries(path)
    fill(27)
    assert queries(f"{path}?page_size=100" if path not in ("topics/", "reviewers/") else path) == at_3 == most


def test_an_article_takes_the_same_number_of_queries_with_1_and_30_references(cast: SimpleNamespace) -> None:
    publish(cast, slug="one")
    publish(
        cast,
        slug="many",
        citations=[f.source() for _ in range(30)],
        topics=[f.topic(f"t-{n}") for n in range(9)],
    )
    assert queries("articles/one/") == queries("articles/many/") == 4


def test_overdue_turns_with_the_day(cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    page = publish(cast, slug="walking")
    assert (slugs(overdue="true"), slugs(overdue="false")) == ([], ["walking"])
    monkeypatch.setattr(timezone, "localdate", lambda *_: page.review_due + dt.timedelta(days=1))
    assert (slugs(overdue="true"), slugs(overdue="false")) == (["walking"], [])
    assert get("articles/walking/")["overdue"] is True
