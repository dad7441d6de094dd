"""Which addresses show something of an article: none of the site's is forgotten in the table."""

from __future__ import annotations

from types import SimpleNamespace

from articles.editing import save_draft
from articles.public import addresses, urls
from reviews import workflow
from tests import factories as f

KEPT_NOWHERE = {"healthz", "search", "report", "report_thanks", "api"}
"""Nothing of them is exported, and no network may keep them without asking."""


def test_the_table_knows_every_address() -> None:
    table = {
        *addresses.LISTS, *addresses.STANDING, *addresses.LIST_FEEDS, *addresses.ARTICLE, *addresses.EDITION,
        addresses.TOPIC, addresses.TOPIC_FEED, addresses.REVIEWER, addresses.SITEMAP_PAGE, addresses.REFERENCES,
        addresses.SERIES,
    }  # fmt: skip
    unknown = {pattern.name for pattern in urls.urlpatterns} - table - KEPT_NOWHERE
    assert not unknown, f"Add to articles/public/addresses.py, or here: {unknown}"


def test_all_that_an_article_ever_was(cast: SimpleNamespace) -> None:
    page = f.published(cast.writer, cast.reviewer, cast.editor, topics=[f.topic("sleep")])
    f.published(cast.writer, cast.lead, cast.editor, topics=[f.topic("mood")])
    article = save_draft(
        page.article, by=cast.writer, version=page.article.version, slug="moved", topics=[f.topic("pain")]
    )
    review = workflow.submit(article, by=cast.writer)
    f.judge(review, cast.second)
    f.sign(review, cast.second)
    new = workflow.publish(review, by=cast.editor)
    found = addresses.addresses_of(new)
    assert found == addresses.addresses_of(page) or {*found} == {*addresses.addresses_of(page)}
    assert {
        "/articles/moved/", "/articles/moved/references.bib", f"/articles/{page.slug}/", "/", "/topics/",
        "/topics/sleep/", "/topics/pain/", "/reviewers/rita/", "/reviewers/ravi/",
    } <= {*found}  # fmt: skip
    assert not {"/topics/mood/", "/reviewers/lena/"} & {*found}


def test_the_whole_site_and_no_more(cast: SimpleNamespace) -> None:
    assert {"/", "/topics/"} <= {*addresses.addresses_of_site()}
    live = f.published(cast.writer, cast.reviewer, cast.editor, topics=[f.topic("sleep")])
    gone = f.published(cast.writer, cast.second, cast.editor, topics=[f.topic("mood")])
    workflow.withdraw(gone.article, by=cast.lead, reason="An error in the second section.")
    f.draft(cast.writer, slug="a-draft", topics=[f.topic("hidden")])
    found = addresses.addresses_of_site()
    assert {f"/articles/{live.slug}/", "/topics/sleep/", "/reviewers/rita/"} <= {*found}
    assert not [
        a for a in found if any(word in a for word in (gone.slug, "mood", "ravi", "a-draft", "hidden"))
    ]
    assert f"/articles/{gone.slug}/" in addresses.addresses_of_notices()
