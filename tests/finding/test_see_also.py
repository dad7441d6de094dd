"""What readers are led to: what was picked, what has most in common, and never what is not live."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles import see_also
from articles.editing import NotAllowed, NotSaved
from articles.models import Article, Outbox, Page, Publication, SeeAlso
from reviews import workflow
from reviews.jobs.schedule import SCHEDULE
from reviews.jobs.table import JOBS
from reviews.models import Review
from tests import factories as f
from tests.finding.conftest import SHORT, Publish
from tests.public.pages import ids, soup
from tests.public.test_article_page import again

REASON = "The dose in the table was wrong."


def read(client: Client, slug: str, **headers: str) -> Any:
    return client.get(f"/articles/{slug}/", headers=headers)


def links(client: Client, slug: str) -> list[str]:
    """The addresses that the page of an article leads to, in order."""
    html = read(client, slug).content.decode()
    ids(html)
    found = soup(html).xpath("//nav[@aria-labelledby='see-also']//li/a/@href")
    return [str(href).removeprefix("/articles/").removesuffix("/") for href in found]


def pick(page: Publication, by: Any, *others: Publication) -> None:
    see_also.pick(page.article, by=by, others=[other.article for other in others])


def alone(slug: str) -> dict[str, Any]:
    """A topic that no other article has; each has a source of its own anyway."""
    return {"topics": [f.topic(f"only-{slug}")]}


def test_an_article_with_nothing_in_common_leads_nowhere(client: Client, live: Publish) -> None:
    live("one", **alone("one"))
    live("two", **alone("two"))
    assert links(client, "two") == []
    assert "See also" not in read(client, "two").content.decode()


def test_the_most_in_common_comes_first_then_the_newest(client: Client, live: Publish) -> None:
    sleep, pain, source = f.topic("sleep"), f.topic("pain"), f.source()
    live("both", topics=[sleep], citations=[source])
    live("older", topics=[sleep])
    live("cites", **alone("cites"), citations=[source])
    live("newer", topics=[pain])
    live("stranger", **alone("stranger"))
    live("newest", topics=[sleep, pain])
    live("german", topics=[sleep, pain], locale="de", citations=[source])
    live("here", topics=[sleep, pain], citations=[source])
    assert links(client, "here") == ["newest", "both", "newer", "cites"]
    assert links(client, "german") == []


def test_what_was_picked_comes_first_in_its_order(
    client: Client, cast: SimpleNamespace, live: Publish
) -> None:
    far, near = live("far", **alone("far")), live("near")
    for slug in ("a", "b", "c"):
        live(slug)
    here = live("here")
    pick(here, cast.editor, far, near)
    assert links(client, "here") == ["far", "near", "c", "b"]
    pick(here, cast.writer, near, far)
    assert links(client, "here") == ["near", "far", "c", "b"]
    pick(here, cast.writer, b := Publication.objects.get(slug="b"), far)
    assert links(client, "here") == ["b", "far", "c", "a"], "what was picked is not found once more"
    assert see_also.picked(here.article) == [b.article, far.article]
    rows = SeeAlso.objects.filter(article=here.article, by__isnull=False)
    assert {row.by for row in rows} == {cast.writer}
    assert all(row.at for row in rows)
    pick(here, cast.writer)
    assert links(client, "here") == ["c", "b", "a", "near"]


def test_six_are_picked_and_none_is_added(client: Client, cast: SimpleNamespace, live: Publish) -> None:
    six = [live(f"n{number}") for number in range(6)]
    live("seventh")
    here = live("here")
    pick(here, cast.writer, *six)
    assert links(client, "here") == [page.slug for page in six]


def test_a_new_edition_keeps_what_was_picked(client: Client, cast: SimpleNamespace, live: Publish) -> None:
    other, here = live("other", **alone("other")), live("here", **alone("here"))
    pick(here, cast.writer, other)
    again(here, cast, body="<p>Ask a physiotherapist first [1].</p>")
    assert links(client, "here") == ["other"]


def test_picking_changes_nothing_that_is_signed(client: Client, cast: SimpleNamespace, live: Publish) -> None:
    other = live("other")
    review = f.signed(cast.writer, cast.reviewer, slug="here", body=SHORT)
    version = review.article.version
    see_also.pick(review.article, by=cast.colleague, others=[other.article])
    review.refresh_from_db()
    review.article.refresh_from_db()
    assert (review.status, review.article.version) == (Review.Status.SIGNED_OFF, version)
    assert review.article.contributions.count() == 1
    workflow.publish(review, by=cast.editor)
    assert links(client, "here") == ["other"]


@pytest.mark.parametrize("take_down", [workflow.withdraw, workflow.retract])
def test_what_comes_down_is_gone_from_every_page_at_once(
    client: Client, cast: SimpleNamespace, live: Publish, take_down: Any
) -> None:
    target = live("target")
    slugs = ["found", "picked"]
    pick([live(slug) for slug in slugs][1], cast.writer, target)
    tags = {slug: read(client, slug)["ETag"] for slug in slugs}
    row, written = Page.objects.get(slug="target"), SeeAlso.objects.count()
    assert all("target" in links(client, slug) for slug in slugs)
    take_down(target.article, by=cast.lead, reason=REASON)
    for _ in range(2):
        for slug in slugs:
            answer = read(client, slug, if_none_match=tags[slug])
            assert answer.status_code == 200, "a copy that names it is not good any more"
            assert "TARGET" not in answer.content.decode()
            assert read(client, slug, if_none_match=answer["ETag"]).status_code == 304
        assert SeeAlso.objects.count() == written, "nothing is written, however many lead to it"
        if not Page.objects.filter(slug="target").exists():
            Page.objects.bulk_create([row])  # even a page that was left behind is not led to


def test_what_comes_back_is_led_to_again_by_its_new_name(
    client: Client, cast: SimpleNamespace, live: Publish
) -> None:
    target, here = live("target", **alone("target")), live("here", **alone("here"))
    pick(here, cast.writer, target)
    workflow.withdraw(target.article, by=cast.lead, reason=REASON)
    assert links(client, "here") == []
    tag = read(client, "here")["ETag"]
    again(target, cast, slug="elsewhere", title="Walking, anew")
    assert links(client, "here") == ["elsewhere"]
    answer = read(client, "here", if_none_match=tag)
    assert "Walking, anew" in answer.content.decode()
    assert "TARGET" not in answer.content.decode()


def test_a_gap_is_filled_in_the_night(client: Client, cast: SimpleNamespace, live: Publish) -> None:
    picked = live("picked", **alone("picked"))
    for slug in ("a", "b", "c", "d"):
        live(slug)
    here = live("here")
    pick(here, cast.writer, picked)
    workflow.withdraw(picked.article, by=cast.lead, reason=REASON)
    assert links(client, "here") == ["d", "c", "b"]
    see_also.refresh()
    assert links(client, "here") == ["d", "c", "b", "a"]
    assert see_also.picked(here.article) == [picked.article]


def refused(cast: SimpleNamespace, live: Publish, case: str) -> tuple[Any, list[Article]]:
    here, other = Article.objects.get(slug="here"), Article.objects.get(slug="other")
    if case == "seven":
        return cast.writer, [live(f"n{number}").article for number in range(7)]
    if case == "never live":
        return cast.writer, [other, f.submitted(cast.writer, title="Waiting").article]
    if case == "inactive":
        cast.writer.is_active = False
    return {
        "outsider": (cast.outsider, [other]),
        "reviewer": (cast.reviewer, [other]),
        "inactive": (cast.writer, [other]),
        "itself": (cast.writer, [other, here]),
        "twice": (cast.writer, [other, other]),
    }[case]


@pytest.mark.parametrize(
    ("case", "error", "sentence"),
    [
        ("outsider", NotAllowed, "Only writers and managing editors"),
        ("reviewer", NotAllowed, "Only writers and managing editors"),
        ("inactive", NotAllowed, "Only writers and managing editors"),
        ("seven", NotSaved, "6 articles at most"),
        ("itself", NotSaved, "cannot lead to itself"),
        ("twice", NotSaved, "stands here twice"),
        ("never live", NotSaved, "live, or were"),
    ],
)
def test_who_may_not_and_what_cannot_be_picked(
    cast: SimpleNamespace, live: Publish, case: str, error: type[Exception], sentence: str
) -> None:
    kept = live("kept")
    live("other")
    here = live("here")
    pick(here, cast.editor, kept)
    by, others = refused(cast, live, case)
    before = list(SeeAlso.objects.filter(article=here.article).values())
    with pytest.raises(error, match=sentence):
        see_also.pick(here.article, by=by, others=others)
    assert list(SeeAlso.objects.filter(article=here.article).values()) == before


def test_the_database_refuses_what_makes_no_sense(cast: SimpleNamespace, live: Publish) -> None:
    here, other = live("here").article, live("other").article
    SeeAlso.objects.all().delete()
    SeeAlso.objects.create(article=here, other=other, place=1)
    for row in ({"other": here, "place": 2}, {"other": other, "place": 2}, {"other_id": 10**9, "place": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SeeAlso.objects.create(article=here, **row)


def test_hostile_titles_stay_text(client: Client, cast: SimpleNamespace, live: Publish) -> None:
    title = "</a></li></ul><script>alert(1)</script> & “%s” {{ x }} @@links@@ &amp;"
    live("hostile", title=title)
    live("here")
    page = soup(read(client, "here").content.decode())
    assert page.xpath("//nav[@aria-labelledby='see-also']//li/a/text()") == [title]
    assert not page.xpath("//main//script")


def test_a_reader_costs_one_question(client: Client, cast: SimpleNamespace, live: Publish) -> None:
    others = [live(f"n{number}") for number in range(6)]
    pick(here := live("here"), cast.writer, *others)
    with CaptureQueriesContext(connection) as asked:
        answer = read(client, here.slug)
    with CaptureQueriesContext(connection) as asked_again:
        assert read(client, here.slug, if_none_match=answer["ETag"]).status_code == 304
    assert (len(asked), len(asked_again)) == (1, 1)


def test_finding_costs_the_same_among_2_and_among_12(live: Publish) -> None:
    source = f.source()
    counts = []
    for number in range(13):
        page = live(f"n{number}", citations=[source])
        if number in (2, 12):
            SeeAlso.objects.all().delete()
            with CaptureQueriesContext(connection) as asked:
                see_also.suggest(page)
            counts.append(len(asked))
    assert counts[0] == counts[1] <= 12


def test_new_articles_get_onto_old_pages_in_the_night(
    client: Client, live: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(see_also, "BATCH", 2)
    pages = [live(slug) for slug in ("a", "b", "c")]
    assert links(client, "a") == []
    job = next(entry for entry in SCHEDULE if entry.name == "see_also").job
    JOBS[job]({"on": "2026-11-22"})
    assert (links(client, "a"), links(client, "b")) == (["c", "b"], ["c", "a"])
    following = Outbox.objects.get(job=job)
    assert following.payload == {"on": "2026-11-22", "after": pages[1].article_id}
    with CaptureQueriesContext(connection) as asked:
        JOBS[job](following.payload)
    assert Outbox.objects.filter(job=job).count() == 1, "that was the end"
    assert not [q for q in asked.captured_queries if not q["sql"].startswith("SELECT")], "nothing is new"
