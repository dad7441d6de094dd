"""The article as schema.org describes it: the right words, only what was signed, nothing that could run."""

from __future__ import annotations

import copy
import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Publication, Source
from articles.public.metadata import head_of
from articles.public.structured import json_ld, medical_web_page
from reviews import workflow
from tests import factories as f
from tests.machines.vocabulary import problems
from tests.public.pages import soup
from tests.public.test_hostile import BREAKOUTS

URL = "http://127.0.0.1:8000/articles/walking/"
NODE = dict[str, Any]


def told(client: Client, path: str = "/articles/walking/") -> Any:
    """The one JSON-LD block of a page, as a robot reads it."""
    [block] = soup(client.get(path).content.decode()).xpath("//head/script")
    assert dict(block.attrib) == {"type": "application/ld+json"}
    return json.loads(block.text)


def loaded(publication: Publication) -> Publication:
    return Publication.objects.select_related("edition").get(pk=publication.pk)


@pytest.fixture
def full(cast: SimpleNamespace) -> Publication:
    """Two signers, a correction, and a source of every kind, with and without identifiers."""
    sources = [
        f.source(kind=kind, title=f"A {kind}. ", doi=f"10.1000/{number}", pmid=f"3000{number}")
        for number, kind in enumerate(Source.Kind.values)
    ]
    sources += [f.source(kind=kind, url=f"https://example.org/{kind}") for kind in Source.Kind.values]
    sources += [
        f.source(authors="World Health Organization", year=None, container=""),
        f.source(standing="retracted", pmid="12345"),
        f.source(url="javascript:alert(1)", authors=""),
    ]
    review = f.signed(
        cast.writer, cast.reviewer, cast.second, slug="walking", title="Walking & “pain”", citations=sources,
        topics=[f.topic("psychedelics"), f.topic()], interests="None.", correction_kind="correction",
        correction_text="It was 30 minutes.", body="<p>Psilocybin was tested in a small trial [1].</p>",
    )  # fmt: skip
    return workflow.publish(review, by=cast.editor)


def test_every_word_is_in_the_vocabulary(client: Client, full: Publication) -> None:
    assert problems(told(client)) == []


def test_a_plain_article(client: Client, cast: SimpleNamespace) -> None:
    f.published(
        cast.writer, cast.reviewer, cast.editor, slug="walking", title="Walking",
        citations=[f.source(title="A trial.", authors="Stone AB, Reed C", url="https://example.org/a")],
    )  # fmt: skip
    page = told(client)
    assert problems(page) == []
    moment = timezone.localtime(Publication.objects.get().published_at).isoformat(timespec="seconds")
    assert page == {
        "@context": "https://schema.org",
        "@type": "MedicalWebPage",
        "url": URL,
        "mainEntityOfPage": URL,
        "name": "Walking",
        "headline": "Walking",
        "description": "What a daily walk can do for your back.",
        "inLanguage": "en-GB",
        "isAccessibleForFree": True,
        "datePublished": moment,
        "dateModified": moment,
        "lastReviewed": timezone.localdate().isoformat(),
        "reviewedBy": {
            "@type": "Person",
            "name": "Dr Rita Reviewer",
            "honorificSuffix": "MD, FRCP",
            "hasCredential": [
                {"@type": "EducationalOccupationalCredential", "name": "MD"},
                {"@type": "EducationalOccupationalCredential", "name": "FRCP"},
            ],
        },
        "author": {"@type": "Person", "name": "Wanda Writer"},
        "publisher": {"@type": "Organization", "name": "Signoff", "url": "http://127.0.0.1:8000/"},
        "about": {
            "@type": "Thing", "name": "Chronic pain", "url": "http://127.0.0.1:8000/topics/chronic-pain/",
        },
        "citation": [
            {
                "@type": "ScholarlyArticle",
                "name": "A trial",
                "datePublished": "2024",
                "author": [{"@type": "Person", "name": "Stone AB"}, {"@type": "Person", "name": "Reed C"}],
                "isPartOf": {"@type": "Periodical", "name": "Journal of Samples"},
                "url": "https://example.org/a",
            }
        ],
    }  # fmt: skip


def test_signers_sources_and_corrections(client: Client, full: Publication) -> None:
    page = told(client)
    assert [person["name"] for person in page["reviewedBy"]] == ["Dr Rita Reviewer", "Dr Ravi Reviewer"]
    assert page["correction"] == {"@type": "CorrectionComment", "text": "It was 30 minutes."}
    assert [topic["name"] for topic in page["about"]] == ["Chronic pain", "Psychedelics"]
    cited = page["citation"]
    assert len(cited) == 2 * len(Source.Kind.values) + 3
    assert cited[0] == {
        "@type": "ScholarlyArticle", "sameAs": "https://doi.org/10.1000/0",
    }  # fmt: skip
    group, retracted, bare = cited[-3:]
    assert group["author"] == {"@type": "Organization", "name": "World Health Organization"}
    assert not {"datePublished", "isPartOf", "url"} & set(group)
    assert retracted["creativeWorkStatus"] == "Retracted"
    assert retracted["sameAs"] == "https://pubmed.ncbi.nlm.nih.gov/12345/"
    assert not {"author", "url"} & set(bare)


def test_an_update_is_no_correction(client: Client, cast: SimpleNamespace) -> None:
    f.published(
        cast.writer, cast.reviewer, cast.editor, slug="walking", correction_kind="update",
        correction_text="A new trial was added.",
    )  # fmt: skip
    assert "correction" not in told(client)


def test_what_is_missing_is_not_said(cast: SimpleNamespace, settings: Any) -> None:
    settings.SITE_NAME = ""
    page = loaded(f.published(cast.writer, cast.reviewer, cast.editor, summary=""))
    content = page.edition.content
    content.update({"topics": [], "authors": [], "references": []})
    page.attestation["signers"][0]["credentials"] = ""
    found = medical_web_page(page, url=URL)
    assert problems(found) == []
    assert not {"description", "about", "author", "citation", "publisher", "correction"} & set(found)
    assert found["reviewedBy"] == {"@type": "Person", "name": "Dr Rita Reviewer"}


@pytest.mark.parametrize(
    "evil", [*BREAKOUTS, "\u2028alert(1)\u2029", "&lt;/script&gt;", "]]>", "\\u003C/script>"]
)
def test_nothing_breaks_out_of_the_block(client: Client, cast: SimpleNamespace, evil: str) -> None:
    page = f.published(
        cast.writer, cast.reviewer, cast.editor, slug="walking", title=f"Walking {evil}", summary=evil,
        citations=[f.source(title=evil, authors=evil, container=evil)], correction_kind="correction",
        correction_text=evil,
    )  # fmt: skip
    text = json_ld(loaded(page), url=URL)
    assert not set("<>&\u2028\u2029") & set(text)
    found = told(client)
    assert found["name"] == " ".join(f"Walking {evil}".split())
    assert found["correction"]["text"] == evil
    assert problems(found) == []


def test_making_a_head_asks_nothing_of_the_database(full: Publication) -> None:
    page = loaded(full)
    with CaptureQueriesContext(connection) as captured:
        head_of(page)
    assert len(captured) == 0


# --- The checker itself: each wrong document is found out -------------------------------------------

GOOD: NODE = {
    "@context": "https://schema.org",
    "@type": "MedicalWebPage",
    "name": "Walking",
    "lastReviewed": "2027-03-14",
    "reviewedBy": {"@type": "Person", "name": "Dr Rita"},
    "citation": [{"@type": "Book", "name": "Pain", "datePublished": "2024"}],
}


def test_a_right_document_passes() -> None:
    assert problems(GOOD) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"@context": "http://example.org"}, "not an object in the context"),
        ({"@type": "MedicalPage"}, "“MedicalPage” is no type"),
        ({"reviewBy": "Dr Rita"}, "“reviewBy” is no property"),
        ({"honorificSuffix": "MD"}, "a MedicalWebPage has no “honorificSuffix”"),
        ({"reviewedBy": "Dr Rita"}, "“reviewedBy” should be Organization or Person"),
        ({"reviewedBy": {"@type": "Book", "name": "Pain"}}, "“reviewedBy” should be Organization or Person"),
        ({"reviewedBy": {"@type": "Person", "lastReviewed": "2027-03-14"}}, "a Person has no “lastReviewed”"),
        ({"lastReviewed": "14 March 2027"}, "“lastReviewed” should be Date"),
        ({"lastReviewed": "2027-02-30"}, "“lastReviewed” should be Date"),
        ({"lastReviewed": "2027-03-14T10:00:00+00:00"}, "“lastReviewed” should be Date"),
        ({"dateModified": "2027-03-14T10:00:00"}, "“dateModified” should be Date or DateTime"),
        ({"url": "/articles/walking/"}, "“url” should be URL"),
        ({"url": "javascript:alert(1)"}, "“url” should be URL"),
        ({"name": ""}, "“name” should be Text"),
        ({"name": None}, "“name” should be Text"),
        ({"isAccessibleForFree": "true"}, "“isAccessibleForFree” should be Boolean"),
        ({"citation": []}, "“citation” is an empty list"),
        ({"citation": [{"name": "Pain"}]}, "“None” is no type"),
        (
            {"citation": [GOOD["citation"][0], {"@type": "Person", "name": "Stone AB"}]},
            "“citation” should be",
        ),
    ],
)
def test_a_wrong_one_does_not(change: NODE, said: str) -> None:
    assert any(said in problem for problem in problems({**copy.deepcopy(GOOD), **change}))
