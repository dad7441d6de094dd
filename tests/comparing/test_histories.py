"""Claims carried through the real histories of pages never stand for words they were not made of."""

from __future__ import annotations

from itertools import pairwise

import pytest

from bench.carrying import OUTCOMES, histories, outcome
from reviews.screening import claims

PAGES = histories()[::4]


@pytest.mark.skipif(not PAGES, reason="the page histories are not here")
def test_no_claim_is_attached_to_other_words() -> None:
    """`outcome` asserts it for each claim."""
    seen = {
        outcome(old, new, span.start, span.end)
        for versions in PAGES
        for old, new in pairwise(versions)
        for span in claims(old)
    }
    assert seen <= set(OUTCOMES) and OUTCOMES[0] in seen
