"""The history of a draft: every save is kept whole, and an old one comes back as a new, unapproved draft."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from reversion.models import Version

from articles.editing import Conflict, NotAllowed, NotSaved, create_article, restore, save_draft
from articles.models import Article, Contribution, Publication, Source
from reviews import workflow
from reviews.models import Review
from tests import factories

TEXT = "<p>Walking eases low back pain in many adults.</p>"


def _first(article: Article) -> Version:
    return Version.objects.get_for_object(article).order_by("pk").first()


def test_every_save_is_kept_with_its_author(cast: SimpleNamespace) -> None:
    article = create_article(by=cast.writer, title="Walking", body=TEXT)
    save_draft(article, by=cast.colleague, version=1, title="Running")
    kept = list(Version.objects.get_for_object(article).order_by("pk"))
    assert [v.field_dict["title"] for v in kept] == ["Walking", "Running"]
    assert [v.field_dict["version"] for v in kept] == [1, 2]
    assert [v.revision.user for v in kept] == [cast.writer, cast.colleague]


def test_a_refused_save_leaves_no_trace(cast: SimpleNamespace) -> None:
    article = create_article(by=cast.writer, title="Walking", body=TEXT)
    with pytest.raises(NotSaved):
        save_draft(article, by=cast.writer, version=1, body="<p>x</p>", citations=[(0, factories.source())])
    article.refresh_from_db()
    assert article.body == TEXT
    assert Version.objects.get_for_object(article).count() == article.contributions.count() == 1


def test_topics_byline_and_references_come_back_too(cast: SimpleNamespace) -> None:
    one, two = factories.source(), factories.source()
    pain, sleep = factories.topic("pain"), factories.topic("sleep")
    article = create_article(
        by=cast.writer, title="Walking", body=TEXT, citations=[(2, one), (5, two)], topics=[pain, sleep],
        authors=[cast.writer, cast.colleague], summary="Old.", interests="None.",
    )  # fmt: skip
    article = save_draft(
        article, by=cast.colleague, version=1, title="Running", body="<p>x</p>", citations=[two], topics=[],
        authors=[cast.editor], summary="New.", interests="Some.",
    )  # fmt: skip
    back = restore(article, by=cast.editor, version=2, revision=_first(article))
    assert (back.title, back.body, back.summary, back.interests) == ("Walking", TEXT, "Old.", "None.")
    assert back.version == 3
    assert set(back.topics.all()) == {pain, sleep}
    assert set(back.authors.all()) == {cast.writer, cast.colleague}
    assert [(c.number, c.source) for c in back.citations.all()] == [(2, one), (5, two)]
    last = back.contributions.order_by("version").last()
    assert last is not None
    assert (last.person, last.action) == (cast.editor, Contribution.Action.RESTORED)


def test_the_address_stays_as_it_is(cast: SimpleNamespace) -> None:
    article = create_article(by=cast.writer, title="Walking", body=TEXT)
    article = save_draft(article, by=cast.writer, version=1, slug="walking-more")
    assert restore(article, by=cast.writer, version=2, revision=_first(article)).slug == "walking-more"


def test_a_source_deleted_since_is_left_out(cast: SimpleNamespace) -> None:
    one, two = factories.source(), factories.source()
    article = create_article(by=cast.writer, title="Walking", body=TEXT, citations=[one, two])
    article = save_draft(article, by=cast.writer, version=1, citations=[two])
    Source.objects.filter(pk=one.pk).delete()
    back = restore(article, by=cast.writer, version=2, revision=_first(article))
    assert [(c.number, c.source) for c in back.citations.all()] == [(2, two)]


def test_who_may_restore(cast: SimpleNamespace) -> None:
    article = create_article(by=cast.writer, title="Walking", body=TEXT)
    other = create_article(by=cast.writer, title="Running", body=TEXT)
    with pytest.raises(NotAllowed):
        restore(article, by=cast.reviewer, version=1, revision=_first(article))
    with pytest.raises(Conflict):
        restore(article, by=cast.writer, version=7, revision=_first(article))
    with pytest.raises(NotSaved, match="another article"):
        restore(article, by=cast.writer, version=1, revision=_first(other))
    assert article.contributions.count() == 1


def test_restoring_leaves_the_live_page_and_the_signed_edition_alone(cast: SimpleNamespace) -> None:
    page = factories.published(cast.writer, cast.reviewer, cast.editor)
    article = Article.objects.get(pk=page.article_id)
    article = save_draft(article, by=cast.writer, version=1, body=factories.BODY.replace("a third", "a half"))
    again = workflow.submit(article, by=cast.writer)
    factories.judge(again, cast.reviewer)
    factories.sign(again, cast.reviewer)
    before = list(Publication.objects.values()), list(Review.objects.values())
    restore(article, by=cast.colleague, version=2, revision=_first(article))
    assert (list(Publication.objects.values()), list(Review.objects.values())) == before
    assert "a half" in workflow.publish(again, by=cast.editor).html


def test_who_restores_is_a_contributor(cast: SimpleNamespace) -> None:
    both = factories.reviewer("bea", "Writer", "Medical reviewer")
    article = factories.draft(cast.writer)
    article = restore(article, by=User.objects.get(pk=both.pk), version=1, revision=_first(article))
    review = workflow.submit(article, by=cast.writer)
    with pytest.raises(workflow.Refused) as refusal:
        workflow.reopen(review, by=both, reason="Mine.")
    assert refusal.value.codes == ("signer_contributed",)
