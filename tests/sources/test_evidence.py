"""What kind of evidence a work is, and the level that this suggests."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from articles.sources.evidence import (
    DESIGNS,
    Evidence,
    as_dict,
    design_of,
    from_dict,
    merged,
    participants_in,
    suggested_level,
)

LEVELS = {
    "systematic-review": 1,
    "meta-analysis": 1,
    "randomised-trial": 2,
    "non-randomised-trial": 3,
    "cohort": 3,
    "case-control": 4,
    "cross-sectional": 4,
    "case-series": 4,
    "case-report": 5,
    "qualitative": None,
    "animal": 5,
    "in-vitro": 5,
    "narrative-review": 5,
    "editorial": 5,
    "guideline": None,
    "protocol": None,
    "unknown": None,
}


@pytest.mark.parametrize("design", DESIGNS)
def test_each_design_suggests_its_level(design: str) -> None:
    level, why = suggested_level(Evidence(design=design))
    assert level == LEVELS[design]
    assert why.endswith(".") and (level is None or f"level {level}" in why)


def test_a_preprint_is_read_with_care() -> None:
    trial = Evidence(design="randomised-trial", status="preprint")
    assert suggested_level(trial) == (2, "A randomised trial: level 2. Preprint, so read with care.")
    published = suggested_level(replace(trial, published_as="10.1000/x"))[1]
    assert published.endswith("It has since been published as 10.1000/x.")


@pytest.mark.parametrize("subjects", ["animal", "in vitro"])
def test_a_trial_that_is_not_in_people_is_level_5(subjects: str) -> None:
    for design in ("randomised-trial", "systematic-review"):
        level, why = suggested_level(Evidence(design=design, subjects=subjects))
        assert level == 5 and "not people" in why
    assert suggested_level(Evidence(subjects=subjects))[0] is None


def test_a_design_nobody_knows_suggests_nothing() -> None:
    assert suggested_level(Evidence(design="horoscope"))[0] is None


# --- Merged, out and in -------------------------------------------------------------------------------

FULL = Evidence(
    publication_types=("Journal Article",),
    design="cohort",
    participants=0,
    subjects="human",
    status="preprint",
    published_as="10.1000/a",
    preprint_of="10.1000/b",
    funding=("Wellcome",),
    conflicts="None declared.",
    registered_as=("NCT01234567",),
)


def test_merging() -> None:
    other = Evidence(publication_types=("Preprint", "Journal Article"), design="editorial", participants=9,
                     funding=("NIH", "Wellcome"), conflicts="Some.")  # fmt: skip
    both = merged(FULL, other)
    assert (both.design, both.participants, both.conflicts) == ("cohort", 0, "None declared.")
    assert both.publication_types == ("Journal Article", "Preprint")
    assert both.funding == ("Wellcome", "NIH")
    assert merged(Evidence(), FULL) == merged(FULL, Evidence()) == FULL


def test_out_and_in_again() -> None:
    for evidence in (FULL, Evidence()):
        assert from_dict(json.loads(json.dumps(as_dict(evidence)))) == evidence


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({}, Evidence()),
        ({"colour": "red", "design": "cohort"}, Evidence(design="cohort")),
        ({"design": "horoscope", "subjects": "stones", "status": "fine"}, Evidence()),
        ({"design": None, "participants": "34", "funding": "NIH"}, Evidence()),
        ({"participants": True, "conflicts": 3, "published_as": []}, Evidence()),
        ({"participants": -1}, Evidence()),
        ({"funding": ["NIH", 3, None]}, Evidence(funding=("NIH",))),
    ],
)
def test_what_was_written_long_ago_is_read(known: dict[str, Any], expected: Evidence) -> None:
    assert from_dict(known) == expected


# --- The design ---------------------------------------------------------------------------------------

BY_TYPE = {
    ("Journal Article",): "unknown",
    ("Journal Article", "Randomized Controlled Trial"): "randomised-trial",
    ("Meta-Analysis", "Systematic Review"): "systematic-review",
    ("Meta-Analysis", "Randomized Controlled Trial"): "meta-analysis",
    ("Clinical Trial Protocol", "Randomized Controlled Trial"): "protocol",
    ("Clinical Trial, Phase II",): "non-randomised-trial",
    ("Case Reports", "Review"): "case-report",
    ("Editorial", "Cohort Studies"): "editorial",
    ("Practice Guideline",): "guideline",
    ("Review", "Cohort Studies"): "narrative-review",
    ("Observational Study", "Cohort Studies"): "cohort",
    ("Randomized Controlled Trial, Veterinary",): "animal",
    ("Letter",): "unknown",
}


@pytest.mark.parametrize("types", BY_TYPE)
def test_design_by_publication_type(types: tuple[str, ...]) -> None:
    assert design_of("A title", types) == BY_TYPE[types]


BY_TITLE = {
    "Psilocybin for depression: a randomised, double-blind, placebo-controlled phase 2 trial": "randomised-trial",
    "A Randomized Clinical Trial of X": "randomised-trial",
    "X: a randomised crossover study": "randomised-trial",
    "Data from a Randomized Evaluation of Schools: A Case Study": "unknown",
    "Mendelian randomization study of coffee": "unknown",
    "A non-randomised trial of X": "non-randomised-trial",
    "A nonrandomized controlled trial of X": "non-randomised-trial",
    "A quasi-randomised trial of X": "non-randomised-trial",
    "Why trials should be randomised": "unknown",
    "X for Y: a systematic review and meta-analysis of randomised trials": "systematic-review",
    "X for Y: a meta-analysis of randomised controlled trials": "meta-analysis",
    "X for Y: protocol for a randomised controlled trial": "protocol",
    "X for Y: a study protocol": "protocol",
    "A protocol for sedation": "unknown",
    "Comment on: a randomised trial of X": "editorial",
    "Re: a cohort study of X": "editorial",
    "A randomised trial of X in mice": "animal",
    "Effects in mice and humans": "unknown",
    "X in a rat model of Y": "animal",
    "X in vitro": "in-vitro",
    "In vitro fertilisation and age": "unknown",
    "X: a nationwide cohort study": "cohort",
    "Cohort profile: the X study": "unknown",
    "A case-control study of X": "case-control",
    "X: a cross-sectional survey": "cross-sectional",
    "X: a case series": "case-series",
    "X: a case report and review of the literature": "case-report",
    "X: a qualitative study": "qualitative",
    "X: a scoping review": "narrative-review",
    "Adherence to clinical guidelines": "unknown",
    "X and Y": "unknown",
    "": "unknown",
}


@pytest.mark.parametrize("title", BY_TITLE)
def test_design_by_title(title: str) -> None:
    assert design_of(title) == BY_TITLE[title]


def test_the_registry_knows_better_than_the_title() -> None:
    assert design_of("A case report", ["Randomized Controlled Trial"]) == "randomised-trial"
    assert design_of("X: a systematic review", ["Review"]) == "systematic-review"
    assert design_of("Lessons of a cohort", ["Review"]) == "narrative-review"
    assert design_of("A randomised trial", ["Clinical Trial, Phase III"]) == "randomised-trial"


# --- Participants -------------------------------------------------------------------------------------

COUNTS = {
    "In all, 34 participants were randomised to two groups.": 34,
    "1,204 adult patients were randomly assigned. 1,190 patients were included in the study.": 1204,
    "A total of 233 participants were enrolled.": 233,
    "We enrolled healthy volunteers (n = 34).": 34,
    "Adults [N=1,000] were asked.": 1000,
    "59 patients were randomised; 30 patients were randomised to psilocybin.": None,
    "Patients (n = 34) and controls (n = 30) were compared.": None,
    "The control group (n = 40) got nothing.": None,
    "Most (86%, n = 100) were men.": None,
    "Of 200 women screened, 12 of 34 women were enrolled.": None,
    "Structures with n = 5 were found.": None,
    "Patients (n = 3.5) were": None,
    "The odds were 2.34 patients were randomised": None,
    "Thirty-four patients were randomised.": None,
    "24 rats were randomised.": None,
    "": None,
}


@pytest.mark.parametrize("abstract", COUNTS)
def test_participants_only_where_sure(abstract: str) -> None:
    assert participants_in(abstract) == COUNTS[abstract]


@pytest.mark.parametrize("piece", ["1,", "n = ", "randomised ", "protocol for ", "1 patients were ", "a-"])
def test_long_texts_are_read_in_good_time(piece: str) -> None:
    started = time.monotonic()
    participants_in(piece * 20_000)
    design_of(piece * 20_000)
    assert time.monotonic() - started < 5
