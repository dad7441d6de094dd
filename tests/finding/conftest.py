"""Articles that are live, in a moment."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Protocol

import pytest

from articles.models import Publication
from tests import factories as f

SHORT = "<p>Speak to a physiotherapist first [1].</p>"  # no claim in it, so it is published sooner


class Publish(Protocol):
    def __call__(self, slug: str, **fields: Any) -> Publication: ...


@pytest.fixture
def live(cast: SimpleNamespace) -> Publish:
    """Publishes an article; its title is its address in capitals unless one is given."""

    def publish(slug: str, **fields: Any) -> Publication:
        words = {"title": slug.replace("-", " ").upper(), "body": SHORT, **fields}
        return f.published(cast.writer, cast.reviewer, cast.editor, slug=slug, **words)

    return publish
