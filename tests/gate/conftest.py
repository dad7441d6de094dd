"""What the tests of the gate ask again and again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reviews.models import Review
from reviews.policy.loading import STARTER, load_policy
from reviews.requirements import missing_for


@pytest.fixture
def codes() -> Callable[[Review], set[str]]:
    """The codes of all that keeps a review from being published now."""
    return lambda review: {r.code for r in missing_for(Review.objects.get(pk=review.pk))}


@pytest.fixture
def new_policy(tmp_path: Path) -> Callable[..., None]:
    """Load the starter policy with some of its words replaced, as a publisher would who edits the file."""

    def load(*changes: tuple[str, str]) -> None:
        text = STARTER.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "policy.toml"
        path.write_text(text, encoding="utf-8")
        assert load_policy(path)[1]

    return load
