"""Files to drafts."""

from __future__ import annotations

from pathlib import Path

from django.contrib.auth.models import User

from articles.editing import NotSaved, create_article
from articles.importing.reading import ImportRefused, read_text
from articles.importing.text import Parsed, parse
from articles.models import Article, Contribution

__all__ = ["ImportRefused", "Parsed", "import_file", "read_article"]


def read_article(path: Path) -> Parsed:
    """The title and text of a file, without storing anything. Raises `ImportRefused` with one sentence."""
    parsed = parse(read_text(path))
    if not parsed.title:
        raise ImportRefused("The file is empty.")
    if not parsed.body_html:
        raise ImportRefused("The file has a title but no text.")
    return parsed


def import_file(path: Path, *, by: User) -> Article:
    """Create a draft from a plain-text file and credit `by` with it, in one transaction.

    Nothing of the file is lost: see `articles.importing.text.parse`. Raises `ImportRefused` with one
    sentence, and writes nothing, when the file cannot be read as text, has no title and text, or when
    the draft cannot be saved, for instance because another article has its address.
    """
    parsed = read_article(path)
    try:
        # One transaction of its own: reading and parsing must not hold the database's write lock.
        return create_article(
            by=by, title=parsed.title, body=parsed.body_html, action=Contribution.Action.IMPORTED
        )
    except NotSaved as error:
        raise ImportRefused(str(error)) from error
