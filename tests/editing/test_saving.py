"""Drafts: who wrote them is known, nobody is overwritten, and only the editor's door leads to an edition."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from reversion.models import Version

from articles.editing import (
    Conflict,
    NotAllowed,
    NotSaved,
    SlugTaken,
    create_article,
    draft_digest,
    save_draft,
    slug_for,
)
from articles.freezing import NotFrozen, freeze
from articles.models import Article, Citation, Contribution, Edition
from reviews import workflow
from tests import factories

TEXT = "<p>Walking eases low back pain in many adults.</p>"


def test_a_new_draft_is_credited_to_who_wrote_it(cast: SimpleNamespace) -> None:
    article = create_article(by=cast.writer, title="  Walking \n and pain ", body=TEXT)
    assert (article.title, article.slug, article.version) == ("Walking and pain", "walking-and-pain", 1)
    assert list(article.authors.all()) == [cast.writer]
    credit = article.contributions.get()
    assert (credit.person, credit.version, credit.action) == (cast.writer, 1, Contribution.Action.CREATED)
    assert credit.draft_digest == draft_digest(article)


def test_saving_credits_everyone_in_turn(cast: SimpleNamespace) -> None:
    article = create_article(by=cast.writer, title="Walking", body=TEXT)
    article = save_draft(article, by=cast.colleague, version=1, summary="Shorter.")
    article = save_draft(article, by=cast.editor, version=2, body=TEXT + TEXT)
    assert article.version == 3
    assert [(c.person, c.version) for c in article.contributions.order_by("version")] == [
        (cast.writer, 1),
        (cast.colleague, 2),
        (cast.editor, 3),
    ]
    assert (article.title, article.summary) == ("Walking", "Shorter.")
    assert list(article.authors.all()) == [cast.writer]  # the byline is another matter


@pytest.mark.parametrize("who", ["reviewer", "lead", "outsider"])
def test_who_may_not_write(who: str, cast: SimpleNamespace) -> None:
    with pytest.raises(NotAllowed):
        create_article(by=getattr(cast, who), title="Walking", body=TEXT)
    article = create_article(by=cast.writer, title="Walking", body=TEXT)
    with pytest.raises(NotAllowed):
        save_draft(article, by=getattr(cast, who), version=1, title="Running")
    article.refresh_from_db()
    assert (article.title, article.version, article.contributions.count()) == ("Walking", 1, 1)


def test_an_account_that_is_off_writes_nothing(cast: SimpleNamespace) -> None:
    User.objects.filter(pk=cast.writer.pk).update(is_active=False)
    with pytest.raises(NotAllowed):
        create_article(by=User.objects.get(pk=cast.writer.pk), title="Walking", body=TEXT)
    assert not Article.objects.exists()


def test_nobody_is_overwritten(cast: SimpleNamespace) -> None:
    article = create_article(by=cast.writer, title="Walking", body=TEXT)
    save_draft(article, by=cast.colleague, version=1, body="<p>The colleague's words.</p>")
    with pytest.raises(Conflict, match="Walter Writer saved this draft") as conflict:
        save_draft(article, by=cast.writer, version=1, body="<p>The writer's words.</p>")
    assert conflict.value.article.body == "<p>The colleague's words.</p>"
    assert conflict.value.article.version == 2
    article.refresh_from_db()
    assert (article.body, article.version) == ("<p>The colleague's words.</p>", 2)
    save_draft(article, by=cast.writer, version=2, body="<p>The writer's words.</p>")


@pytest.mark.parametrize("version", [0, 2, -1])
def test_a_version_that_never_was_is_a_conflict(version: int, cast: SimpleNamespace) -> None:
    article = create_article(by=cast.writer, title="Walking", body=TEXT)
    with pytest.raises(Conflict):
        save_draft(article, by=cast.writer, version=version, title="Running")


@pytest.mark.parametrize(
    ("dirty", "left"),
    [
        ("<script>alert(1)</script><p>Safe.</p>", "<p>Safe.</p>"),
        ('<p onclick="x()" class="a" style="color:red">Safe.</p>', "<p>Safe.</p>"),
        ('<p><a href="javascript:alert(1)">x</a></p>', '<p><a rel="noopener noreferrer nofollow">x</a></p>'),
        ("<iframe src='https://example.org'></iframe><p>x</p>", "<p>x</p>"),
        ("<h1>Big</h1>", "Big"),
        ("<p>nul\x00l</p>", "<p>null</p>"),
        ("<p>a < b & c</p>", "<p>a &lt; b &amp; c</p>"),
    ],
)
def test_html_is_cleaned_on_every_save(dirty: str, left: str, cast: SimpleNamespace) -> None:
    article = create_article(by=cast.writer, title="Walking", body=dirty)
    assert article.body == left
    assert save_draft(article, by=cast.writer, version=1, body=dirty).body == left
    assert save_draft(article, by=cast.writer, version=2, title="Running").body == left


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": "   "}, "needs a title"),
        ({"title": "x" * 201}, "longer than 200"),
        ({"summary": "x" * 601}, "longer than 600"),
        ({"body": "<p>" + "x" * 2_000_001 + "</p>"}, "two million"),
        ({"correction_kind": "correction"}, "both or neither"),
        ({"correction_text": "A dose was wrong."}, "both or neither"),
        ({"correction_kind": "correction", "correction_text": "  "}, "both or neither"),
        ({"correction_kind": "joke", "correction_text": "Ha."}, "not a valid choice"),
        ({"slug": "Not an address"}, "slug"),
        ({"slug": ""}, "blank"),
        ({"slug": "x" * 81}, "80"),
        ({"locale": ""}, "blank"),
        ({"locale": "x" * 13}, "12"),
    ],
)
def test_what_cannot_be_saved(fields: dict[str, Any], sentence: str, cast: SimpleNamespace) -> None:
    article = create_article(by=cast.writer, title="Walking", body=TEXT)
    with pytest.raises(NotSaved, match=sentence):
        save_draft(article, by=cast.writer, version=1, **fields)
    article.refresh_from_db()
    assert (article.title, article.version) == ("Walking", 1)
    assert Version.objects.get_for_object(article).count() == 1


def test_references(cast: SimpleNamespace) -> None:
    one, two = factories.source(), factories.source()
    article = create_article(by=cast.writer, title="Walking", body=TEXT, citations=[one, two])
    assert [(c.number, c.source) for c in article.citations.all()] == [(1, one), (2, two)]
    article = save_draft(article, by=cast.writer, version=1, citations=[(7, one), (3, two)])
    assert [(c.number, c.source) for c in article.citations.all()] == [(3, two), (7, one)]
    for wrong, sentence in (
        ([(1, one), (1, two)], "same number"),
        ([one, one], "stands twice"),
        ([(0, one)], "from 1"),
        ([(1000, one)], "to 999"),
    ):
        with pytest.raises(NotSaved, match=sentence):
            save_draft(article, by=cast.writer, version=2, citations=wrong)
    assert Citation.objects.filter(article=article).count() == 2
    assert save_draft(article, by=cast.writer, version=2, citations=[]).citations.count() == 0


# --- Addresses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Walking & Back Pain", "walking-back-pain"),
        ("Ärzte über Cafés", "arzte-uber-cafes"),
        ("word " * 30, "-".join(["word"] * 16)),
        ("x" * 200, "x" * 80),
        ("---", None),
        ("東京", None),
    ],
)
def test_an_address_from_a_title(title: str, slug: str | None) -> None:
    made = slug_for(title)
    assert made == slug if slug else made.startswith("article-")
    assert 0 < len(made) <= 80
    assert slug_for(title) == made


def test_two_drafts_never_share_an_address(cast: SimpleNamespace) -> None:
    article = create_article(by=cast.writer, title="Walking", body=TEXT)
    with pytest.raises(SlugTaken, match="walking"):
        create_article(by=cast.colleague, title="Walking!", body=TEXT)
    other = create_article(by=cast.colleague, title="Running", body=TEXT)
    with pytest.raises(SlugTaken):
        save_draft(other, by=cast.colleague, version=1, slug="walking")
    assert Article.objects.count() == 2
    save_draft(article, by=cast.writer, version=1, slug="walking")


def test_an_address_once_public_stays_with_its_article(cast: SimpleNamespace) -> None:
    page = factories.published(cast.writer, cast.reviewer, cast.editor, slug="walking")
    article = Article.objects.get(pk=page.article_id)
    article = save_draft(article, by=cast.writer, version=article.version, slug="walking-more")
    with pytest.raises(SlugTaken):
        create_article(by=cast.writer, title="Walking", body=TEXT)
    workflow.withdraw(article, by=cast.editor, reason="Out of date.")
    with pytest.raises(SlugTaken):
        create_article(by=cast.writer, title="Walking", body=TEXT)
    save_draft(article, by=cast.writer, version=article.version, slug="walking")  # it may go home


# --- The other doors ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "outside",
    [
        lambda a, c: Article.objects.filter(pk=a.pk).update(body="<p>Take ten.</p>"),
        lambda a, c: Article.objects.filter(pk=a.pk).update(title="Take ten"),
        lambda a, c: Article.objects.filter(pk=a.pk).update(slug="elsewhere"),
        lambda a, c: Article.objects.filter(pk=a.pk).update(locale="de"),
        lambda a, c: Article.objects.filter(pk=a.pk).update(summary="Take ten."),
        lambda a, c: Article.objects.filter(pk=a.pk).update(interests="None."),
        lambda a, c: Article.objects.filter(pk=a.pk).update(correction_kind="update", correction_text="New."),
        lambda a, c: Article.objects.filter(pk=a.pk).update(version=2),
        lambda a, c: a.topics.clear(),
        lambda a, c: a.authors.add(c.colleague),
        lambda a, c: a.citations.all().delete(),
        lambda a, c: a.citations.update(number=2),
        lambda a, c: a.citations.update(source=factories.source()),
        lambda a, c: Citation.objects.create(article=a, source=factories.source(), number=5),
    ],
)  # fmt: skip
def test_a_draft_changed_outside_the_editor_is_not_frozen(outside: Any, cast: SimpleNamespace) -> None:
    article = factories.draft(cast.writer)
    outside(article, cast)
    with pytest.raises(NotFrozen, match="outside the editor"):
        freeze(article, by=cast.writer)
    with pytest.raises(workflow.Refused) as refusal:
        workflow.submit(article, by=cast.writer)
    assert "not_freezable" in refusal.value.codes
    assert not Edition.objects.exists()
    article.refresh_from_db()
    article = save_draft(article, by=cast.colleague, version=article.version, body=factories.BODY)
    assert freeze(article, by=cast.writer).content["contributors"] == sorted(
        [cast.writer.pk, cast.colleague.pk]
    )


def test_a_draft_that_nobody_stands_for_is_not_frozen(cast: SimpleNamespace) -> None:
    article = Article.objects.create(title="Walking", slug="walking", body=TEXT)
    with pytest.raises(NotFrozen):
        freeze(article, by=cast.writer)


def test_an_edition_holds_all_that_a_reader_would_see(cast: SimpleNamespace) -> None:
    source = factories.source(doi="10.1000/1")
    article = factories.draft(cast.writer, citations=[(4, source)], body=TEXT.replace(".</p>", " [4].</p>"))
    edition = freeze(article, by=cast.writer)
    assert (edition.number, edition.article_version) == (1, article.version)
    reference = edition.content["references"][0]
    assert (reference["number"], reference["source"], reference["record"]["doi"]) == (
        4,
        source.pk,
        "10.1000/1",
    )
    assert edition.content["authors"] == [{"id": cast.writer.pk, "name": "Wanda Writer"}]
    source.title = "Renamed since"
    source.save()
    article = save_draft(article, by=cast.writer, version=1, title="Renamed since")
    edition = Edition.objects.get(pk=edition.pk)
    assert "Renamed since" not in edition.canonical
    again = freeze(article, by=cast.writer)
    assert again.number == 2
    assert again.digest != edition.digest
    assert again.canonical.count("Renamed since") == 2
