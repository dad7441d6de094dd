"""A high-risk article in review: two reviewers judge it without seeing one another's verdicts."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from articles.models import Source
from reviews import dossier, judging
from reviews.models import Claim, Disclaimer, Finding, Review
from reviews.requirements import Stops, missing_for, stopping
from tests import factories as f

RITA = {"passage": "Rita read that pain fell.", "note": "Rita was not sure of it.", "locator": "Table R"}
RAVI = {"passage": "Ravi read that nothing fell.", "note": "Ravi looked twice.", "locator": "Table S"}


@pytest.fixture
def at(cast: SimpleNamespace) -> Callable[[User], Client]:
    """`at(cast.reviewer)` is a browser in which they are signed in."""

    def sign_in(person: User) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return sign_in


@pytest.fixture
def review(cast: SimpleNamespace) -> Review:
    """A high-risk article of Wanda's, in review; all but its claims is settled."""
    return prepared(cast)


def prepared(cast: SimpleNamespace, **fields: Any) -> Review:
    """A high-risk article in review, its findings answered and its disclaimers attached."""
    review = f.submitted(cast.writer, topics=[f.topic("psychedelics")], **fields)
    for finding in review.findings.filter(disposition="").exclude(severity="advise"):
        judging.dispose_finding(finding, by=cast.reviewer, disposition="accepted", reason="Right.")
        if finding.severity == Finding.Severity.CRITICAL:
            judging.confirm_finding(finding, by=cast.second)
    for key in dossier.load(review).required_disclaimers:
        judging.attach_disclaimer(review, by=cast.reviewer, disclaimer=Disclaimer.objects.get(key=key))
    assert review.claims.count() >= 2
    return review


def source_of(review: Review) -> Source:
    return Source.objects.get(pk=review.edition.content["references"][0]["source"])


def claims_of(review: Review) -> list[Claim]:
    """Claims to be checked, in order."""
    return list(review.claims.filter(state__in=["open", "reconfirm"]).order_by("id"))


def check_all(review: Review, by: User, **fields: Any) -> None:
    for claim in claims_of(review):
        f.check(claim, by, source_of(review), **fields)


def codes(review: Review) -> list[str]:
    """What stops a signature."""
    review.refresh_from_db()
    return [r.code for r in stopping(missing_for(review), Stops.SIGN_OFF)]


def given(review: Review, cast: SimpleNamespace, **rita: Any) -> Review:
    """Both have given their verdicts; `rita` is what Rita found of the first claim."""
    check_all(review, cast.reviewer, **RITA)
    if rita:
        f.check(claims_of(review)[0], cast.reviewer, source_of(review), **{**RITA, **rita})
    check_all(review, cast.second, **RAVI)
    f.give_opinions(review, cast.reviewer, cast.second)
    return review
