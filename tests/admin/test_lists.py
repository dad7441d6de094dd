"""The lists, the library and the records: who sees what, found how, in how many queries."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.db import connection
from django.shortcuts import resolve_url
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import html

from articles.admin.article import ArticleAdmin
from articles.models import Article, Source, Topic
from articles.sources import library
from reviews import workflow
from reviews.admin import ReadOnlyAdmin
from reviews.models import Event, Reviewer, SignOff
from reviews.watching.standings import set_standing
from tests import factories as f
from tests.admin import pages

pytestmark = pytest.mark.django_db

SOURCES = "/admin/articles/source/"
TOPICS = "/admin/articles/topic/"


def rows(response: Any) -> list[str]:
    body = html.fromstring(response.content.decode()).xpath("//table[@id='result_list']/tbody/tr")
    return [" ".join(" ".join(cell.text_content() for cell in row).split()) for row in body]


def test_state_comes_first_then_title_who_and_age(cast: SimpleNamespace) -> None:
    f.draft(cast.writer, title="A draft")
    f.submitted(cast.writer, title="In review")
    back = f.submitted(cast.writer, title="Sent back")
    workflow.request_changes(back, by=cast.reviewer, reason="Shorter.")
    f.signed(cast.writer, cast.reviewer, title="Signed text")
    f.scheduled(cast.writer, cast.reviewer, cast.editor, title="Scheduled text")
    live = f.published(cast.writer, cast.reviewer, cast.editor, title="Live text")
    again = f.published(cast.writer, cast.reviewer, cast.editor, title="Live again")
    workflow.submit(again.article, by=cast.writer)
    gone = f.published(cast.colleague, cast.reviewer, cast.editor, title="Withdrawn text")
    workflow.withdraw(gone.article, by=cast.editor, reason="Wrong dose.")
    worse = f.published(cast.writer, cast.reviewer, cast.editor, title="Retracted text")
    workflow.retract(worse.article, by=cast.editor, reason="Retracted trial.")
    text = " | ".join(rows(pages.client(cast.writer).get(pages.LIST)))
    for start in (
        "○ Draft A draft Wanda Writer", "◐ In review In review Wanda Writer", "↩ Changes requested Sent back",
        "✓ Signed Signed text", "◷ Scheduled Scheduled text", "● Live Live text", "◐ In review ● Live Live again",
        "⊘ Withdrawn Withdrawn text Walter Writer", "⊗ Retracted Retracted text",
    ):  # fmt: skip
        assert start in text
    late = live.review_due + dt.timedelta(days=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "localdate", lambda *args: late)
        assert "▲ Review overdue Live text" in " | ".join(rows(pages.client(cast.writer).get(pages.LIST)))
        overdue = rows(pages.client(cast.writer).get(pages.LIST, {"state": "overdue"}))
    assert len(overdue) == 2


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({"q": "swim"}, ["Swimming"]),
        ({"state": "in_review"}, ["Swimming"]),
        ({"state": "draft"}, ["Walking"]),
        ({"state": "live"}, []),
        ({"state": "nonsense"}, ["Swimming", "Walking"]),
        ({"mine": "1"}, ["Walking"]),
        ({"mine": "1", "state": "in_review"}, []),
        ({"q": "'; DROP TABLE"}, []),
        ({"q": "\x00"}, None),
        ({"p": "999"}, None),
        ({"o": "9.-9.x"}, ["Swimming", "Walking"]),
    ],
)
def test_search_and_filters(cast: SimpleNamespace, query: dict[str, str], titles: list[str] | None) -> None:
    f.draft(cast.writer, title="Walking")
    f.submitted(cast.colleague, title="Swimming", topics=[f.topic("sport")])
    response = pages.client(cast.writer).get(pages.LIST, query, follow=True)
    assert response.status_code == 200
    if titles is not None:
        assert sorted(t for t in ("Swimming", "Walking") if any(t in row for row in rows(response))) == titles


def test_the_topic_filter(cast: SimpleNamespace) -> None:
    sport = f.topic("sport")
    f.draft(cast.writer, title="Walking")
    f.draft(cast.writer, title="Swimming", topics=[sport])
    found = rows(pages.client(cast.writer).get(pages.LIST, {"topics__id__exact": sport.pk}))
    assert len(found) == 1 and "Swimming" in found[0]


@pytest.mark.parametrize("address", [pages.LIST, SOURCES, TOPICS])
def test_a_list_takes_the_same_number_of_queries_at_10_and_200_rows(
    cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    for model in (Article, Source, Topic):
        monkeypatch.setattr(admin.site._registry[model], "list_per_page", 300)
    writer = pages.client(cast.writer)

    def fill(number: int) -> None:
        for i in range(number):
            f.draft(cast.writer, topics=[f.topic(f"topic-{Topic.objects.count()}")])
            if i % 5 == 0:
                f.submitted(cast.colleague, topics=[f.topic(f"topic-{Topic.objects.count()}")])

    def count() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as queries:
            response = writer.get(address)
        return len(rows(response)), len(queries)

    fill(8)
    few, at_few = count()
    fill(160)
    many, at_many = count()
    assert few >= 10 and many >= 200
    assert at_many == at_few <= 14


def test_the_form_takes_the_same_number_of_queries_at_1_and_30_references(cast: SimpleNamespace) -> None:
    writer = pages.client(cast.writer)
    counts = []
    for number in (1, 30):
        article = f.draft(cast.writer, citations=[f.source() for _ in range(number)])
        writer.get(pages.change(article))  # what a process reads once, such as the policy
        with CaptureQueriesContext(connection) as queries:
            assert writer.get(pages.change(article)).status_code == 200
        with CaptureQueriesContext(connection) as saving:
            assert (
                writer.post(pages.change(article), pages.opened(writer, pages.change(article))).status_code
                == 302
            )
        counts.append((len(queries), len(saving)))
    assert counts[1][0] == counts[0][0]
    assert counts[1][1] - counts[0][1] <= 60  # two rows of history for each reference, written by reversion


def test_the_writers_first_page_is_articles_sources_topics(cast: SimpleNamespace) -> None:
    page = html.fromstring(pages.client(cast.writer).get("/admin/").content.decode())
    assert [a.text_content() for a in page.xpath("//main//th[@scope='row']/a")] == [
        "Articles",
        "Sources",
        "Topics",
    ]
    assert "Write an article" in page.text_content()
    reviewer = pages.text_of(pages.client(cast.reviewer).get("/admin/"))
    assert "Write an article" not in reviewer


@pytest.mark.parametrize("wanted", [pages.LIST, "https://evil.example/", "//evil.example", ""])
def test_there_is_one_way_in(cast: SimpleNamespace, client: Client, wanted: str) -> None:
    place = pages.LIST if wanted == pages.LIST else "/admin/"
    door = f"{resolve_url(settings.LOGIN_URL)}?next={place}"
    assert client.get(pages.LIST, follow=True).redirect_chain[-1][0] == (
        f"{resolve_url(settings.LOGIN_URL)}?next={pages.LIST}"
    )
    assert client.get("/admin/login/", {"next": wanted}).headers["Location"] == door
    posted = client.post(
        f"/admin/login/?next={wanted}", {"username": cast.writer.username, "password": f.PASSWORD}
    )
    assert posted.headers["Location"] == door
    assert "_auth_user_id" not in client.session
    assert pages.client(cast.writer).get("/admin/login/", {"next": wanted}).headers["Location"] == place
    assert pages.client(User.objects.create_user("nostaff")).get(pages.LIST, follow=True).status_code == 403


def test_sources_are_found_and_say_who_uses_them(cast: SimpleNamespace) -> None:
    used = f.source(title="Used trial", doi="10.1000/used")
    f.source(title="Lonely trial")
    f.draft(cast.writer, citations=[used])
    writer = pages.client(cast.writer)
    found = rows(writer.get(SOURCES, {"q": "10.1000/used"}))
    assert len(found) == 1 and found[0].endswith("1 article")
    assert rows(writer.get(SOURCES, {"q": "Lonely"}))[0].endswith("0 articles")
    options = writer.get(
        "/admin/autocomplete/",
        {"term": "used", "app_label": "articles", "model_name": "citation", "field_name": "source"},
    ).json()["results"]
    assert [option["id"] for option in options] == [str(used.pk)]


def test_a_source_with_a_hundred_authors_takes_three_lines(cast: SimpleNamespace) -> None:
    f.source(title="Vaccine trial", authors=", ".join(f"Writer {n}" for n in range(100)), container="Lancet")
    (row,) = rows(pages.client(cast.writer).get(SOURCES))
    assert "Writer 5, et al." in row and "Lancet" in row and "Writer 6" not in row


def test_a_source_is_added_and_its_doi_is_had_once(cast: SimpleNamespace) -> None:
    f.source(title="The first", doi="10.1000/x", authors="Stone AB")
    writer = pages.client(cast.writer)
    form = pages.values(writer.get(f"{SOURCES}add/").content.decode(), "source_form")
    response = writer.post(f"{SOURCES}add/", {**form, "title": "Again", "doi": "https://doi.org/10.1000/x"})
    assert response.status_code == 200
    assert "A source with this DOI is in the library already: Stone 2024: The first" in pages.text_of(
        response
    ).replace("Stone AB", "Stone")
    assert writer.post(f"{SOURCES}add/", {**form, "title": "New", "doi": "doi:10.1000/y"}).status_code == 302
    assert Source.objects.get(title="New").doi == "10.1000/y"


@pytest.mark.parametrize("added", [True, False])
def test_who_is_a_moment_late_with_an_identifier_is_told(
    added: bool, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = f.source(title="The first"), f.source(title="The second")
    writer = pages.client(cast.writer)
    address = f"{SOURCES}add/" if added else f"{SOURCES}{second.pk}/change/"
    form = pages.values(writer.get(address).content.decode(), "source_form")
    monkeypatch.setattr(library, "known_by", lambda name, value: None)  # so the form finds nobody
    library.amend(first, by=cast.colleague, cause="by hand", doi="10.1000/x")
    response = writer.post(address, {**form, "title": "Mine", "doi": "10.1000/X"}, follow=True)
    assert response.status_code == 200
    page = pages.text_of(response)
    assert "A source with this DOI is in the library already" in page
    assert "The first" in page and "successfully" not in page
    assert 'value="Mine"' in response.content.decode(), "what was typed is kept"
    assert not Source.objects.filter(title="Mine").exists()


def test_changing_a_cited_source_is_allowed_and_noticed_by_the_gate(cast: SimpleNamespace) -> None:
    from reviews.requirements import missing_for

    source = f.source()
    review = f.signed(cast.writer, cast.reviewer, citations=[source])
    assert missing_for(review) == []
    editor = pages.client(cast.editor)
    address = f"{SOURCES}{source.pk}/change/"
    form = pages.values(editor.get(address).content.decode(), "source_form")
    done = editor.post(address, {**form, "standing": "retracted"}, follow=True)
    assert "source_retracted" in {r.code for r in missing_for(review)}
    assert "was not changed" not in pages.text_of(done)
    assert "Standing" in LogEntry.objects.get(object_id=str(source.pk)).get_change_message()


def test_how_a_source_stands_is_not_a_writers_to_say(cast: SimpleNamespace) -> None:
    source = f.source(standing="retracted")
    writer = pages.client(cast.writer)
    address = f"{SOURCES}{source.pk}/change/"
    form = pages.values(writer.get(address).content.decode(), "source_form")
    assert "standing" not in form
    assert writer.post(address, {**form, "standing": "none"}).status_code == 302
    source.refresh_from_db()
    assert source.standing == "retracted"


def test_a_standing_that_cannot_be_taken_back_by_hand_is_told(cast: SimpleNamespace) -> None:
    source = f.source()
    set_standing(source, "retracted", dataset="Crossref")
    editor = pages.client(cast.editor)
    address = f"{SOURCES}{source.pk}/change/"
    form = pages.values(editor.get(address).content.decode(), "source_form")
    done = editor.post(address, {**form, "standing": "none"}, follow=True)
    assert "was not changed: it stays “Retracted”" in pages.text_of(done)
    source.refresh_from_db()
    assert source.standing == "retracted"


def test_a_topic_keeps_its_address(cast: SimpleNamespace) -> None:
    topic = f.topic()
    editor = pages.client(cast.editor)
    address = f"{TOPICS}{topic.pk}/change/"
    form = pages.values(editor.get(address).content.decode(), "topic_form")
    assert editor.post(address, {**form, "name": "Long pain", "slug": "elsewhere"}).status_code == 302
    topic.refresh_from_db()
    assert (topic.name, topic.slug) == ("Long pain", "chronic-pain")
    assert pages.client(cast.writer).post(address, form).status_code == 403


RECORDS = sorted(
    (model for model, site in admin.site._registry.items() if isinstance(site, ReadOnlyAdmin)),
    key=lambda model: model.__name__,
)


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__name__)
def test_records_can_only_be_read_even_by_a_superuser(cast: SimpleNamespace, model: Any) -> None:
    f.published(cast.writer, cast.reviewer, cast.editor)
    chief = pages.client(User.objects.create_superuser("chief"))
    base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    thing = model.objects.first()
    assert thing is not None
    before = list(model.objects.order_by("pk").values())
    listed = chief.get(base)
    assert listed.status_code == 200
    assert "delete_selected" not in listed.content.decode()
    shown = chief.get(f"{base}{thing.pk}/change/")
    assert shown.status_code == 200
    assert 'name="_save"' not in shown.content.decode()
    assert chief.post(f"{base}{thing.pk}/change/", {"reason": "x"}).status_code == 403
    assert chief.get(f"{base}add/").status_code == 403
    assert chief.post(f"{base}{thing.pk}/delete/", {"post": "yes"}).status_code == 403
    chief.post(
        base, {"action": "delete_selected", "_selected_action": [thing.pk], "index": "0", "post": "yes"}
    )
    assert list(model.objects.order_by("pk").values()) == before
    for person in (cast.writer, cast.outsider):
        assert pages.client(person).get(base).status_code == 403


def test_every_immutable_model_that_is_registered_is_read_only() -> None:
    assert {model.__name__ for model in RECORDS} == {
        "Disclaimer", "DisclaimerVersion", "Edition", "Event", "PolicyVersion", "Publication", "SignOff",
    }  # fmt: skip
    assert Event in RECORDS and SignOff in RECORDS
    assert isinstance(admin.site._registry[Article], ArticleAdmin)


def test_the_lead_records_a_reviewer_and_is_named_as_who_checked(cast: SimpleNamespace) -> None:
    person = f.user("nadia", "Medical reviewer", name="Nadia New")
    lead = pages.client(cast.lead)
    form = {
        **pages.values(lead.get("/admin/reviews/reviewer/add/").content.decode(), "reviewer_form"),
        "user": person.pk, "printed_name": "Dr Nadia New", "slug": "nadia", "credentials": "MD", "registration": "GMC 1",
        "qualified_from": "2020-01-01", "verified_by": cast.writer.pk,
    }  # fmt: skip
    assert lead.post("/admin/reviews/reviewer/add/", form).status_code == 302
    made = Reviewer.objects.get(user=person)
    assert (made.verified_by, made.verified_on) == (cast.lead, timezone.localdate())
    # Not themselves, and not backwards in time.
    own = Reviewer.objects.get(user=cast.lead)
    address = f"/admin/reviews/reviewer/{own.pk}/change/"
    form = pages.values(lead.get(address).content.decode(), "reviewer_form")
    response = lead.post(address, {**form, "credentials": "PhD"})
    assert "Somebody else must look up your registration" in pages.text_of(response)
    address = f"/admin/reviews/reviewer/{made.pk}/change/"
    form = pages.values(lead.get(address).content.decode(), "reviewer_form")
    response = lead.post(address, {**form, "qualified_until": "2019-01-01"})
    assert "does not end before it begins" in pages.text_of(response)
    own.refresh_from_db()
    assert own.credentials == "MD, FRCP"
    assert pages.client(cast.writer).get(address).status_code == 403


def test_nobody_is_deleted_but_accounts_are_switched_off(cast: SimpleNamespace) -> None:
    chief = pages.client(User.objects.create_superuser("chief"))
    address = f"/admin/auth/user/{cast.outsider.pk}/"
    assert chief.post(f"{address}delete/", {"post": "yes"}).status_code == 403
    bulk = {"action": "delete_selected", "_selected_action": [cast.outsider.pk], "index": "0", "post": "yes"}
    chief.post("/admin/auth/user/", bulk)
    assert User.objects.filter(pk=cast.outsider.pk).exists()
    form = pages.values(chief.get(f"{address}change/").content.decode(), "user_form")
    form.pop("is_active")
    assert chief.post(f"{address}change/", form).status_code == 302
    cast.outsider.refresh_from_db()
    assert not cast.outsider.is_active
    group = Group.objects.get(name="Writer")
    assert chief.get(f"/admin/auth/group/{group.pk}/change/").status_code == 200
    assert chief.post(f"/admin/auth/group/{group.pk}/change/", {"name": "x"}).status_code == 403
    for person in (cast.writer, cast.lead, cast.editor):
        assert pages.client(person).get("/admin/auth/user/").status_code == 403
