"""Two registries, one moment: the worse news of a source is never lost."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import pytest

from articles.models import Source
from articles.sources import library
from reviews import audit
from reviews.watching import standings
from reviews.watching.standings import set_standing
from tests import factories as f
from tests.races.conftest import arena  # noqa: F401 (a fixture)
from tests.races.racing import race

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_identifier_and_two_sources(arena: None) -> None:  # noqa: F811
    sources = [f.source(title=f"Walk {n}") for n in range(2)]

    def take(pk: int) -> Any:
        return library.amend(Source.objects.get(pk=pk), by=None, cause="by hand", doi="10.1000/one")

    outcomes = race(*[("", partial(take, source.pk)) for source in sources])
    lost = [outcome.error for outcome in outcomes if outcome.error]
    assert [type(error) for error in lost] == [library.Duplicate]
    assert "in the library already" in str(lost[0])
    assert Source.objects.filter(doi="10.1000/one").count() == 1


def test_no_notice_and_a_retraction_at_once(
    arena: None,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = f.source(standing="unknown")
    judge = standings.may_follow

    def slowly(before: str, last: Any, new: Any) -> bool:
        allowed = judge(before, last, new)
        time.sleep(0.6 if new.nature == "none" else 0.2)
        return allowed

    monkeypatch.setattr(standings, "may_follow", slowly)

    def hearing(after: str, dataset: str) -> Any:
        return set_standing(Source.objects.get(pk=source.pk), after, dataset=dataset)

    outcomes = race(
        ("none", lambda: hearing("none", "PubMed")), ("retracted", lambda: hearing("retracted", "Crossref"))
    )
    assert [outcome.error for outcome in outcomes] == [None, None]
    assert Source.objects.get(pk=source.pk).standing == "retracted"
    assert audit.verify().ok
