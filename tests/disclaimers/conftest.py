"""A small policy whose words, countries and conditions a test can change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from reviews import jobs
from reviews.policy.loading import load_policy

POLICY = """
[review]
due_days = 7

[[tiers]]
key = "standard"
name = "Standard"
signatures = 1
review_again_months = 12

[[disclaimers]]
key = "advice"
name = "Not advice"
placement = "end"
always = true
text = "This is information."

[[disclaimers]]
key = "law"
name = "The law"
placement = "top"
topics = ["chronic-pain"]
text = "The law differs."
[[disclaimers.variants]]
jurisdiction = "GB"
text = "The law in Britain."
[[disclaimers.variants]]
jurisdiction = "US"
text = "The law in America."

[[disclaimers]]
key = "third"
name = "A third of it"
placement = "inline"
words = ["twelve weeks"]
text = "A third is an average."
"""


@pytest.fixture
def policy(cast: SimpleNamespace, tmp_path: Path) -> Callable[..., bool]:
    """Load the small policy with some of its text replaced; says whether it is a new version."""

    def load(*changes: tuple[str, str]) -> bool:
        text = POLICY
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        file = tmp_path / "small.toml"
        file.write_text(text, encoding="utf-8")
        return load_policy(file)[1]

    load()
    return load


@pytest.fixture
def work() -> Callable[[], None]:
    """Run every job that is promised, and those that they promise."""

    def run() -> None:
        while jobs.run_due():
            pass

    return run
