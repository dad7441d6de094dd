"""A file becomes a draft, or nothing at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User

from articles.editing import create_article
from articles.importing import ImportRefused, import_file
from articles.models import Article, Contribution
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer() -> User:
    return factories.user("wanda", "Writer", name="Wanda Writer")


def a_file(folder: Path, text: str, name: str = "pain.txt") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def test_a_draft_credited_to_its_writer(tmp_path: Path, writer: User) -> None:
    article = import_file(a_file(tmp_path, "Low back pain\n\nWhat helps\n\nWalking & rest.\n"), by=writer)
    article.refresh_from_db()
    assert (article.title, article.slug, article.version) == ("Low back pain", "low-back-pain", 1)
    assert article.body == "<h2>What helps</h2>\n<p>Walking &amp; rest.</p>"
    contribution = article.contributions.get()
    assert (contribution.person, contribution.action) == (writer, Contribution.Action.IMPORTED)


def test_what_is_stored_says_what_was_parsed(tmp_path: Path, writer: User) -> None:
    text = "Pain\n3. <script>x</script> one\n4. two\n\n* a\n* b\n   - c\n# H & h\nEnd\u200b of\xa0it."
    article = import_file(a_file(tmp_path, text), by=writer)
    assert article.body == (
        '<ol start="3"><li>&lt;script&gt;x&lt;/script&gt; one</li><li>two</li></ol>\n'
        "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>\n<h2>H &amp; h</h2>\n<p>End\u200b of&nbsp;it.</p>"
    )


def test_a_title_in_another_script_gets_an_address(tmp_path: Path, writer: User) -> None:
    assert import_file(a_file(tmp_path, "痛み\n本文です。\n"), by=writer).slug


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The file is empty."),
        (" \r\n\t\n", "The file is empty."),
        ("\ufeff", "The file is empty."),
        ("Pain\n \n", "The file has a title but no text."),
        ("Pain\n" + "&" * 1_900_000, "The text is longer than two million characters."),
    ],
)
def test_nothing_is_written_of_a_file_that_is_refused(
    tmp_path: Path, writer: User, text: str, sentence: str
) -> None:
    with pytest.raises(ImportRefused) as refusal:
        import_file(a_file(tmp_path, text), by=writer)
    assert str(refusal.value) == sentence
    assert not Article.objects.exists()


def test_an_address_that_another_article_has(tmp_path: Path, writer: User) -> None:
    first = create_article(by=writer, title="Low back pain", body="<p>Mine.</p>")
    with pytest.raises(
        ImportRefused, match=r"^An article with the address “low-back-pain” exists already\.$"
    ):
        import_file(a_file(tmp_path, "Low: back pain!\nOther text.\n"), by=writer)
    assert Article.objects.get() == first
    assert Contribution.objects.count() == 1


def test_who_may_not_write_cannot_import(tmp_path: Path) -> None:
    reviewer = factories.user("rita", "Medical reviewer")
    with pytest.raises(ImportRefused, match=r"^Only writers and managing editors may write drafts\.$"):
        import_file(a_file(tmp_path, "Pain\nIt hurts.\n"), by=reviewer)
    assert not Article.objects.exists()


def test_one_line_of_nearly_two_megabytes(tmp_path: Path, writer: User) -> None:
    article = import_file(a_file(tmp_path, "pain " * 380_000), by=writer)
    assert article.title.endswith("…")
    assert article.body.count("pain") == 380_000
