"""Adding and changing a draft through the admin."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from reversion.models import Version

from articles.models import Article, Contribution
from tests import factories as f
from tests.admin import pages

pytestmark = pytest.mark.django_db


def test_add_saves_everything_in_one_version(cast: SimpleNamespace) -> None:
    topic, first, second = f.topic(), f.source(), f.source()
    writer = pages.client(cast.writer)
    form = pages.opened(
        writer,
        pages.ADD,
        title="Walking  and back pain",
        slug="",
        body=f.BODY,
        summary="In short.\r\nAnd more.",
        topics=[topic.pk],
        authors=[cast.writer.pk],
        **{
            "citations-TOTAL_FORMS": "3",
            "citations-0-number": "2", "citations-0-source": second.pk,
            "citations-1-number": "1", "citations-1-source": first.pk,
            "citations-2-number": "", "citations-2-source": "",
        },
    )  # fmt: skip
    response = writer.post(pages.ADD, form, follow=True)
    article = Article.objects.get()
    assert response.redirect_chain[-1][0] == pages.change(article)
    assert "is saved as version 1" in pages.text_of(response)
    assert (article.title, article.slug, article.version) == (
        "Walking and back pain",
        "walking-and-back-pain",
        1,
    )
    assert article.summary == "In short.\nAnd more."
    assert list(article.topics.all()) == [topic]
    assert list(article.authors.all()) == [cast.writer]
    assert list(article.citations.values_list("number", "source")) == [(1, first.pk), (2, second.pk)]
    assert Contribution.objects.get().person == cast.writer
    assert Version.objects.get_for_object(article).count() == 1


def test_change_credits_who_saved_it(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer)
    colleague = pages.client(cast.colleague)
    response = colleague.post(
        pages.change(article), pages.opened(colleague, pages.change(article), title="Better")
    )
    assert response.status_code == 302
    article.refresh_from_db()
    assert (article.title, article.version) == ("Better", 2)
    assert article.contributions.get(version=2).person == cast.colleague


def test_saving_an_unchanged_form_keeps_every_word_and_reference(cast: SimpleNamespace) -> None:
    sources = [f.source() for _ in range(3)]
    article = f.draft(cast.writer, summary="One.\n\nTwo.", interests="None.", citations=sources)
    before = {
        name: getattr(article, name) for name in ("title", "slug", "summary", "body", "interests", "locale")
    }
    writer = pages.client(cast.writer)
    form = pages.opened(writer, pages.change(article))
    assert writer.post(pages.change(article), form).status_code == 302
    article.refresh_from_db()
    assert {name: getattr(article, name) for name in before} == before
    assert list(article.citations.values_list("number", "source")) == [
        (i, s.pk) for i, s in enumerate(sources, 1)
    ]
    assert list(article.authors.all()) == [cast.writer]
    assert article.topics.count() == 1


def test_a_row_without_a_number_takes_the_next_one(cast: SimpleNamespace) -> None:
    article, more = f.draft(cast.writer), f.source()
    writer = pages.client(cast.writer)
    form = pages.opened(
        writer, pages.change(article), **{"citations-1-number": "", "citations-1-source": more.pk}
    )
    assert writer.post(pages.change(article), form).status_code == 302
    assert list(article.citations.values_list("number", flat=True)) == [1, 2]


def test_an_emptied_row_is_left_out(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer, citations=[f.source(), f.source()])
    writer = pages.client(cast.writer)
    form = pages.opened(writer, pages.change(article), **{"citations-0-number": "", "citations-0-source": ""})
    assert writer.post(pages.change(article), form).status_code == 302
    assert list(article.citations.values_list("number", flat=True)) == [2]


@pytest.mark.parametrize("button", [{"_save": "1"}, {"_save": "1", "_continue": ""}])
def test_save_and_go_to_the_list(cast: SimpleNamespace, button: dict[str, str]) -> None:
    article = f.draft(cast.writer)
    writer = pages.client(cast.writer)
    form = pages.opened(writer, pages.change(article))
    form.pop("_continue")
    assert writer.post(pages.change(article), {**form, **button}).headers["Location"] == pages.LIST


LONG_DOI = "9" * 19
BAD = {
    "empty title": ({"title": ""}, "This field is required."),
    "blank title": ({"title": "   "}, "This field is required."),
    "title of 201 characters": ({"title": "x" * 201}, "at most 200 characters"),
    "summary of 601 characters": ({"summary": "x" * 601}, "at most 600 characters"),
    "slug with a space": ({"slug": "a b"}, "valid “slug”"),
    "slug of another": ({"slug": "taken"}, "already exists"),
    "no slug": ({"slug": ""}, "This field is required."),
    "two with the same number": (
        {"citations-1-number": "1", "citations-1-source": "{other}", "citations-TOTAL_FORMS": "2"},
        "Two references have the number 1.",
    ),
    "the same source twice": (
        {"citations-1-number": "2", "citations-1-source": "{own}", "citations-TOTAL_FORMS": "2"},
        "This source stands twice in the references",
    ),
    "unknown source": ({"citations-0-source": "999999"}, "not in the library"),
    "source that is no number": ({"citations-0-source": "x'; --"}, "not in the library"),
    "source beyond any number": ({"citations-0-source": LONG_DOI * 3}, "not in the library"),
    "number 0": ({"citations-0-number": "0"}, "greater than or equal to 1"),
    "number 1000": ({"citations-0-number": "1000"}, "less than or equal to 999"),
    "number in words": ({"citations-0-number": "one"}, "Enter a whole number."),
    "number without source": (
        {"citations-1-number": "7", "citations-1-source": "", "citations-TOTAL_FORMS": "2"},
        "Choose the source of reference 7",
    ),
    "no row count": ({"citations-TOTAL_FORMS": ""}, "did not arrive whole"),
    "row count in words": ({"citations-TOTAL_FORMS": "many"}, "did not arrive whole"),
    "three megabytes of text": ({"body": "<p>" + "x" * 3_000_000 + "</p>"}, "longer than two million"),
    "NUL in the title": ({"title": "a\x00b"}, "Null characters are not allowed."),
    "NUL in the text": ({"body": "<p>a\x00b</p>"}, "Null characters are not allowed."),
    "unknown topic": ({"topics": ["999999"]}, "not one of the available choices"),
    "unknown author": ({"authors": ["999999"]}, "not one of the available choices"),
    "kind without note": ({"correction_kind": "correction"}, "give both or neither"),
    "unknown kind": ({"correction_kind": "retraction", "correction_text": "x"}, "not one of the available choices"),
    "language with a quote": ({"locale": "en'--"}, "language as its tag"),
    "language too long": ({"locale": "en-" + "x" * 30}, "at most 12 characters"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "sentence"), BAD.values(), ids=BAD.keys())
def test_bad_input_gets_a_sentence_and_changes_nothing(
    cast: SimpleNamespace, changes: dict[str, Any], sentence: str
) -> None:
    f.draft(cast.writer, slug="taken")
    own, other = f.source(), f.source()
    article = f.draft(cast.writer, citations=[own])
    writer = pages.client(cast.writer)
    filled = {
        k: v.format(own=own.pk, other=other.pk) if isinstance(v, str) and v.startswith("{") else v
        for k, v in changes.items()
    }
    form = pages.opened(writer, pages.change(article), **filled)
    before = pages.everything()
    response = writer.post(pages.change(article), form)
    assert response.status_code == 422
    assert sentence in pages.text_of(response)
    assert pages.everything() == before


def test_an_address_that_was_ever_public_is_refused_in_words(cast: SimpleNamespace) -> None:
    page = f.published(cast.writer, cast.reviewer, cast.editor)
    writer = pages.client(cast.writer)
    form = pages.opened(writer, pages.change(page.article), slug="moved-on")
    assert writer.post(pages.change(page.article), form).status_code == 302
    before = pages.everything()
    form = pages.opened(writer, pages.ADD, title="New", slug=page.slug, body="<p>x</p>")
    response = writer.post(pages.ADD, form)
    assert response.status_code == 422
    assert "exists already" in pages.text_of(response)
    assert "New" in response.content.decode()
    assert pages.everything() == before


FORGED = {
    "version": {"version": "99"},
    "columns that are not on the form": {
        "status": "live", "is_live": "1", "created_at": "2001-01-01", "updated_at_0": "2001-01-01", "id": "1", "pk": "1",
    },
    "primary keys of references": {
        "citations-INITIAL_FORMS": "1", "citations-0-id": "999999", "citations-0-article": "999999",
        "citations-0-DELETE": "on",
    },
}  # fmt: skip


def test_forged_columns_and_keys_are_ignored(cast: SimpleNamespace) -> None:
    article, other = f.draft(cast.writer), f.draft(cast.colleague)
    stranger = other.citations.get()
    writer = pages.client(cast.writer)
    forged = {
        **FORGED["columns that are not on the form"],
        **FORGED["primary keys of references"],
        "citations-0-id": str(stranger.pk),
        "citations-0-article": str(other.pk),
    }
    form = pages.opened(writer, pages.change(article), **forged)
    created = article.created_at
    assert writer.post(pages.change(article), form).status_code == 302
    article.refresh_from_db()
    assert (article.created_at, article.version, article.publications.count()) == (created, 2, 0)
    assert article.citations.count() == 1
    assert other.citations.get() == stranger


def test_the_byline_may_name_others_but_the_record_names_who_saved(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer)
    writer = pages.client(cast.writer)
    form = pages.opened(writer, pages.change(article), authors=[cast.colleague.pk])
    assert writer.post(pages.change(article), form).status_code == 302
    assert list(article.authors.all()) == [cast.colleague]
    assert set(article.contributions.values_list("person", flat=True)) == {cast.writer.pk}


def test_save_as_new_is_not_a_way_in(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer)
    writer = pages.client(cast.writer)
    form = pages.opened(writer, pages.change(article), _saveasnew="1")
    before = pages.everything()
    assert writer.post(pages.change(article), form).status_code == 400
    assert pages.everything() == before


@pytest.mark.parametrize("who", ["reviewer", "lead", "outsider", None])
def test_who_may_not_write(cast: SimpleNamespace, who: str | None) -> None:
    article = f.draft(cast.writer)
    form = pages.opened(pages.client(cast.writer), pages.change(article), title="Mine now")
    stranger = pages.client(getattr(cast, who)) if who else pages.client(User.objects.create_user("nostaff"))
    before = pages.everything()
    assert stranger.post(pages.change(article), form).status_code == (403 if who else 302)
    assert stranger.post(pages.ADD, form).status_code == (403 if who else 302)
    assert pages.everything() == before


def test_a_reviewer_reads_the_text_without_a_form(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer)
    response = pages.client(cast.reviewer).get(pages.change(article))
    assert response.status_code == 200
    page = response.content.decode()
    assert "<h2>What to expect</h2>" in page
    assert 'name="title"' not in page
    assert "Save" not in pages.text_of(response)
    assert str(article.citations.get().source) in pages.text_of(response)


def test_an_outsider_sees_nothing(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer)
    outsider = pages.client(cast.outsider)
    for address in (pages.LIST, pages.change(article), f"{pages.LIST}{article.pk}/history/"):
        assert outsider.get(address).status_code == 403
    index = outsider.get("/admin/")
    assert article.title not in index.content.decode()
    assert "/admin/articles/" not in index.content.decode()


def test_nobody_deletes_a_draft(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer)
    chief = pages.client(User.objects.create_superuser("chief"))
    address = f"{pages.LIST}{article.pk}/delete/"
    assert chief.get(address).status_code == 403
    assert chief.post(address, {"post": "yes"}).status_code == 403
    bulk = {"action": "delete_selected", "_selected_action": [article.pk], "index": "0", "post": "yes"}
    chief.post(pages.LIST, bulk)
    assert Article.objects.filter(pk=article.pk).exists()
    assert "delete_selected" not in chief.get(pages.LIST).content.decode()
