"""Which sentences prefill the reviewer's list of claims."""

from __future__ import annotations

import pytest

from articles.documents import document
from reviews.screening import claims


def claimed(sentence: str, tag: str = "p") -> list[str]:
    article = document(title="Title", body=f"<{tag}>{sentence}</{tag}>", references=(1, 2, 3))
    return [span.quote for span in claims(article)]


CLAIMS = [
    # benefit
    "Regular exercise reduces symptoms of depression.",
    "Microdosing may promote greater mindfulness and self-awareness.",
    "Many patients report improved mood and better sleep.",
    "Psilocybin has shown promise in some conditions.",
    # harm
    "Lithium combined with psilocybin can cause seizures.",
    "Long use is associated with damage to the heart valves.",
    "St. John's wort interacts with many antidepressants.",
    # mechanism
    "Psilocin binds to serotonin receptors in the brain.",
    "The drug inhibits an enzyme in the liver.",
    # comparison
    "Duloxetine was more effective than placebo.",
    "Running worked about as well as the tablets did.",
    # figures and prevalence
    "About 30% of adults sleep badly.",
    "One in five people has chronic pain.",
    "Low back pain affects millions of people.",
    "Heart disease is the leading cause of death.",
    # findings, named and not
    "A 2021 study published in eLife followed 191 volunteers.",
    "Studies show that it rewires the brain.",
    "It is completely safe.",
    # a marker makes a claim of nearly anything
    "The guideline asks for a review every year [1].",
    "It was licensed in 2019 [2, 3].",
    # a concession about the evidence does not hide what follows it
    "Although research is still in its early stages, microdosing has shown promise for depression.",
]

NO_CLAIMS = [
    # questions
    "Does exercise reduce depression?",
    "Could it lower the risk by 30%?",
    # signposts, cited or not
    "In this article we look at how exercise reduces depression.",
    "This article sets out what is known about pain relief [1].",
    # definitions
    "Neuropathic pain is a type of pain.",
    "Microdosing refers to the practice of taking very small doses.",
    # advice
    "Talk to your doctor before you change your treatment.",
    "If you have chest pain, call an ambulance.",
    "Do not stop taking your antidepressant suddenly.",
    "It is important to approach these studies with a degree of caution.",
    "People with epilepsy should speak to their own doctor first.",
    # limits of knowledge
    "More research is needed on its effects on mood.",
    "Research on microdosing for chronic pain is still in its infancy.",
    "The long-term effects on the heart are unknown.",
    "There is no good evidence that it reduces anxiety.",
    "This review emphasized the need for larger trials of pain relief.",
    # no health claim at all
    "She lives in Leeds with two dogs.",
    "Bring a list of your medicines.",
    "Pain.",
]


@pytest.mark.parametrize("sentence", CLAIMS)
def test_claim_is_listed(sentence: str) -> None:
    assert claimed(sentence) == [sentence]


@pytest.mark.parametrize("sentence", NO_CLAIMS)
def test_what_cannot_be_checked_is_not_listed(sentence: str) -> None:
    assert claimed(sentence) == []


@pytest.mark.parametrize("tag", ["h2", "h3"])
def test_headings_are_never_claims(tag: str) -> None:
    assert claimed("Exercise reduces depression by 30% [1]", tag) == []


def test_list_items_quotations_and_cells_hold_claims() -> None:
    sentence = "Exercise reduces depression."
    body = f"<ul><li>{sentence}</li></ul><blockquote>{sentence}</blockquote><table><tr><td>{sentence}</td></tr></table>"
    assert [span.quote for span in claims(document(title="Title", body=body))] == [sentence] * 3


def test_what_stands_twice_is_listed_once() -> None:
    paragraph = "<p>In a trial of many weeks, regular exercise reduced the symptoms of depression.</p>"
    assert len(claims(document(title="Title", body=paragraph + "<p>Between.</p>" + paragraph))) == 1


def test_reference_lists_hold_no_claims() -> None:
    body = "<p>Exercise reduces depression [1].</p><h2>References</h2><p>Lee. Exercise reduces depression. 2020.</p>"
    assert len(claims(document(title="Title", body=body, references=(1,)))) == 1
