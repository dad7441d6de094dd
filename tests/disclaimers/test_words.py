"""Which words an article carries: those of its country, or what stands in for them."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from reviews import audit, judging
from reviews.models import Attachment, Disclaimer, DisclaimerVersion, Review
from reviews.policy import current_policy
from reviews.requirements import missing_for
from tests import factories as f

Load = Callable[..., bool]


def attached(review: Review, key: str) -> DisclaimerVersion:
    return review.attachments.get(disclaimer__key=key, state=Attachment.State.ATTACHED).version


def attach(review: Review, cast: SimpleNamespace, key: str = "law") -> Attachment:
    return judging.attach_disclaimer(review, by=cast.reviewer, disclaimer=Disclaimer.objects.get(key=key))


@pytest.mark.parametrize(
    ("locale", "text", "variant", "fallback"),
    [
        ("en-GB", "The law in Britain.", "GB", False),
        ("en-US", "The law in America.", "US", False),
        ("en-NZ", "The law differs.", "", True),
        ("en", "The law differs.", "", True),
        ("zh-Hant-GB", "The law in Britain.", "GB", False),
        ("es-419", "The law differs.", "", True),
    ],
)
def test_by_locale(
    locale: str, text: str, variant: str, fallback: bool, cast: SimpleNamespace, policy: Load
) -> None:
    words = current_policy().words_for("law", locale)
    assert words is not None
    assert (words.text, words.variant, words.fallback) == (text, variant, fallback)
    review = f.submitted(cast.writer, locale=locale)
    attach(review, cast)
    assert attached(review, "law").text == text
    assert audit.verify().ok


def test_the_strictest_stands_in(cast: SimpleNamespace, policy: Load) -> None:
    policy(('text = "The law differs."', 'strictest = "US"'))
    words = current_policy().words_for("law", "en-NZ")
    assert words is not None
    assert (words.text, words.variant, words.fallback) == ("The law in America.", "US", True)
    assert current_policy().words_for("law", "en-GB") != words


def test_a_locale_may_be_given_a_country(cast: SimpleNamespace, policy: Load) -> None:
    policy(("[review]", '[jurisdictions]\nen = "GB"\n"en-GG" = "GB"\n[review]'))
    for locale in ("en", "en-GG"):
        assert current_policy().jurisdiction_of(locale) == "GB"
    assert current_policy().jurisdiction_of("en-US") == "US"


def test_without_variants_nothing_stands_in(cast: SimpleNamespace, policy: Load) -> None:
    words = current_policy().words_for("advice", "en-NZ")
    assert words is not None
    assert not words.fallback
    assert current_policy().words_for("gone", "en-GB") is None


def test_only_the_article_s_own_words_can_be_outdated(cast: SimpleNamespace, policy: Load) -> None:
    review = f.submitted(cast.writer)
    f.judge(review, cast.reviewer)
    assert policy(("in America", "in the United States"))
    assert {r.code for r in missing_for(review)} == {"quorum"}
    assert policy(("in Britain", "in the United Kingdom"))
    assert {r.code for r in missing_for(review)} == {"disclaimer_outdated", "quorum"}
    attach(review, cast)
    assert {r.code for r in missing_for(review)} == {"quorum"}
    assert attached(review, "law").number == 2
    assert audit.verify().ok


def test_a_variant_that_comes_in_makes_the_words_in_its_place_old(
    cast: SimpleNamespace, policy: Load
) -> None:
    review = f.submitted(cast.writer, locale="en-NZ")
    f.judge(review, cast.reviewer)
    policy(('jurisdiction = "US"', 'jurisdiction = "NZ"'))
    assert "disclaimer_outdated" in {r.code for r in missing_for(review)}


def test_evidence_asks_once_it_is_checked(cast: SimpleNamespace, policy: Load) -> None:
    policy(("always = true", "evidence_level = 4\nindirect = ['other_dose']"))
    review = f.submitted(cast.writer)
    f.judge(review, cast.reviewer)
    assert not review.attachments.filter(disclaimer__key="advice").exists()
    assert {r.code for r in missing_for(review)} == {"quorum"}
    claim = review.claims.order_by("id")[0]
    source = claim.checks.get().source
    for change in ({"level": 4}, {"directness": "other_dose"}):
        f.check(claim, cast.reviewer, source, **change)
        assert "disclaimer_missing" in {r.code for r in missing_for(review)}
        f.check(claim, cast.reviewer, source)
        assert {r.code for r in missing_for(review)} == {"quorum"}


# --- The desk ---------------------------------------------------------------------------------------


def page_of(review: Review, person: object) -> tuple[Client, str]:
    client = Client()
    client.force_login(person)  # type: ignore[arg-type]
    return client, client.get(reverse("desk:review", args=[review.pk])).content.decode()


def test_the_desk_says_why_and_attaches_with_one_click(cast: SimpleNamespace, policy: Load) -> None:
    review = f.submitted(cast.writer, locale="en-NZ")
    client, html = page_of(review, cast.reviewer)
    text = " ".join(html.split())
    assert "Required because every article carries it." in text
    assert "Required because its topic is “Chronic pain”." in text
    assert 'Required because the text speaks of “twelve weeks”: <a href="#passage-disclaimer-third">' in text
    assert 'id="passage-disclaimer-third"' in text
    assert "The policy has no words for NZ." in text
    assert text.count("The policy has no words for") == 1
    quote = "Pain often falls by about a third within twelve weeks [1]."
    assert f'name="quote" value="{quote}"' in text
    for key, place in (("advice", "end"), ("law", "top"), ("third", "inline")):
        client.post(
            reverse("desk:attach_disclaimer", args=[review.pk]),
            {"edition": 1, "disclaimer": key, "placement": place, "quote": quote},
        )
    third = review.attachments.get(disclaimer__key="third")
    assert third.placement == "inline"
    assert third.anchor["exact"] == quote
    assert "disclaimer_missing" not in {r.code for r in missing_for(review)}


def test_the_country_of_the_words_is_not_named_where_they_are_its_own(
    cast: SimpleNamespace, policy: Load
) -> None:
    _, html = page_of(f.submitted(cast.writer), cast.reviewer)
    assert "The policy has no words for" not in html
    assert "The law in Britain." in html
    assert "The law in America." not in html


def test_new_words_are_attached_where_the_old_ones_stood(cast: SimpleNamespace, policy: Load) -> None:
    review = f.submitted(cast.writer)
    f.judge(review, cast.reviewer)
    policy(("A third is an average.", "A third is the mean of many people."))
    _, html = page_of(review, cast.reviewer)
    assert "Attach the new words" in html
    assert "Attached now, and older:" in html
    assert 'name="placement" value="inline"' in html


def test_several_disclaimers_share_the_mark_of_a_passage(cast: SimpleNamespace, policy: Load) -> None:
    policy(('topics = ["chronic-pain"]', 'words = ["twelve weeks"]'))
    _, html = page_of(f.submitted(cast.writer), cast.reviewer)
    assert html.count('href="#passage-disclaimer-law"') == 2
    assert "passage-disclaimer-third" not in html
