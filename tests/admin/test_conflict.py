"""Two people at one draft: nobody is overwritten unseen, and no word is lost."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from articles import editing
from articles.admin import article as article_admin
from articles.models import Article
from tests import factories as f
from tests.admin import pages

MINE = "<p>My own words about walking.</p>"
THEIRS = "<p>Their words about swimming.</p>"


@pytest.mark.django_db
def test_the_second_save_shows_both_texts_and_writes_nothing(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer)
    wanda, walter = pages.client(cast.writer), pages.client(cast.colleague)
    address = pages.change(article)
    mine = pages.opened(wanda, address, body=MINE, title="Mine")
    theirs = pages.opened(walter, address, body=THEIRS, title="Theirs")
    assert walter.post(address, theirs).status_code == 302
    before = pages.everything()

    response = wanda.post(address, mine)
    assert response.status_code == 409
    assert pages.everything() == before
    assert "Walter Writer saved this draft while you were writing (it is now version 2)" in pages.text_of(
        response
    )
    form = pages.values(response.content.decode())
    assert (form["title"], form["body"], form["version"]) == ("Mine", MINE, "2")
    page = response.content.decode()
    assert "Their words about swimming." in page
    assert "<del>" in page and "<ins>" in page

    # Knowing it, she saves once more: hers is the draft, his stays in the history.
    assert wanda.post(address, {**form, "_continue": "1"}).status_code == 302
    article.refresh_from_db()
    assert (article.title, article.body, article.version) == ("Mine", MINE, 3)
    history = wanda.get(f"{pages.LIST}{article.pk}/history/")
    assert "Theirs" in history.content.decode()


@pytest.mark.django_db
def test_a_third_save_in_between_is_noticed_too(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer)
    wanda, walter = pages.client(cast.writer), pages.client(cast.colleague)
    address = pages.change(article)
    mine = pages.opened(wanda, address, body=MINE)
    walter.post(address, pages.opened(walter, address, body=THEIRS))
    again = pages.values(wanda.post(address, mine).content.decode())
    walter.post(address, pages.opened(walter, address, body=THEIRS + "<p>More.</p>"))
    response = wanda.post(address, {**again, "_continue": "1"})
    assert response.status_code == 409
    assert "version 3" in pages.text_of(response)
    assert Article.objects.get().body == THEIRS + "<p>More.</p>"


@pytest.mark.django_db
@pytest.mark.parametrize("version", ["", "0", "-1", "2", "99999999999999999999", "one", "1.0", "1\x00", None])
def test_a_version_that_is_not_todays_is_a_conflict(cast: SimpleNamespace, version: str | None) -> None:
    article = f.draft(cast.writer)
    writer = pages.client(cast.writer)
    form = pages.opened(writer, pages.change(article), title="Forged")
    if version is None:
        del form["version"]
    else:
        form["version"] = version
    before = pages.everything()
    response = writer.post(pages.change(article), form)
    assert response.status_code == 409
    assert pages.everything() == before
    assert pages.values(response.content.decode())["version"] == "1"


@pytest.mark.django_db
def test_a_conflict_with_another_mistake_shows_both(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer)
    writer = pages.client(cast.writer)
    form = pages.opened(writer, pages.change(article), title="", body=MINE)
    editing.save_draft(article, by=cast.colleague, version=1, body=THEIRS)
    response = writer.post(pages.change(article), form)
    assert response.status_code == 409
    assert "This field is required." in pages.text_of(response)
    assert pages.values(response.content.decode())["body"] == MINE


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("refusal", "status", "sentence"),
    [
        (editing.SlugTaken("An article with the address “x” exists already."), 422, "exists already"),
        (editing.NotSaved("Something else stood in the way."), 422, "Something else stood in the way."),
        (editing.NotAllowed("No."), 403, ""),
    ],
)
def test_what_the_service_refuses_after_the_form_passed(
    cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, refusal: Exception, status: int, sentence: str
) -> None:
    article = f.draft(cast.writer)
    writer = pages.client(cast.writer)
    form = pages.opened(writer, pages.change(article), title="Entered")

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise refusal

    monkeypatch.setattr(article_admin, "save_draft", refuse)
    before = pages.everything()
    response = writer.post(pages.change(article), form)
    assert response.status_code == status
    assert sentence in response.content.decode()
    assert status == 403 or pages.values(response.content.decode())["title"] == "Entered"
    assert pages.everything() == before


@pytest.mark.django_db
def test_a_save_between_the_check_and_the_write(
    cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the lock of the check does not hold, the service's own check does."""
    article = f.draft(cast.writer)
    writer = pages.client(cast.writer)
    form = pages.opened(writer, pages.change(article), body=MINE)
    real = article_admin.save_draft

    def overtaken(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.setattr(article_admin, "save_draft", real)
        raise editing.Conflict(article)

    monkeypatch.setattr(article_admin, "save_draft", overtaken)
    response = writer.post(pages.change(article), form)
    assert response.status_code in (409, 422)
    assert "saved this draft while you were writing" in pages.text_of(response)
    assert pages.values(response.content.decode())["body"] == MINE
    assert Article.objects.get().version == 1


@pytest.mark.django_db
def test_an_address_taken_between_the_check_and_the_write(
    cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    f.draft(cast.colleague, slug="taken")
    article = f.draft(cast.writer)
    monkeypatch.setattr(editing, "_check", lambda article: None)
    before = pages.everything()
    with pytest.raises(editing.SlugTaken, match="“taken” exists already"):
        editing.create_article(by=cast.writer, title="Mine", body=MINE, slug="taken")
    with pytest.raises(editing.SlugTaken):
        editing.save_draft(article, by=cast.writer, version=1, slug="taken")
    assert pages.everything() == before


@pytest.mark.django_db(transaction=True)
def test_at_the_same_moment_one_wins_and_the_other_is_told(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer)
    address = pages.change(article)
    people = [pages.client(cast.writer), pages.client(cast.colleague)]
    forms = [
        pages.opened(person, address, body=body) for person, body in zip(people, (MINE, THEIRS), strict=True)
    ]
    start, answers = threading.Barrier(2), [0, 0]

    def save(i: int) -> None:
        try:
            start.wait()
            answers[i] = people[i].post(address, forms[i]).status_code
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(i,)) for i in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [302, 409]
    article.refresh_from_db()
    assert article.version == 2
    assert article.body == (MINE if answers[0] == 302 else THEIRS)
