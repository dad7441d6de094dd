"""What the registries say, over real HTTP on loopback: kept as it came, and never better than they know."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from articles.models import Outbox, RegistryAnswer, Source, SourceVersion
from articles.sources import looking_up
from articles.sources.registries import client, crossref, pubmed, trials
from reviews import requirements
from reviews.models import Event, StandingChange
from reviews.watching import registries
from tests import factories as f
from tests.sources import standin
from tests.sources.standin import StandIn, says, says_work

pytestmark = pytest.mark.django_db

DOI = "10.1000/walk.1"
AT = f"/crossref/works/{DOI}"
WORK: dict[str, Any] = {
    "DOI": DOI,
    "type": "journal-article",
    "title": ["Walking for low back pain: a randomised trial"],
    "author": [{"family": "Stone", "given": "Anna B"}],
    "container-title": ["Journal of Samples"],
    "issued": {"date-parts": [[2021]]},
    "page": "101-110",
}
RETRACTED = {
    **WORK,
    "updated-by": [
        {
            "DOI": "10.1000/notice",
            "type": "retraction",
            "label": "Retraction",
            "updated": {"date-parts": [[2026, 11, 2]]},
        }
    ],
}


@pytest.fixture
def registry(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    monkeypatch.setattr(client, "sleep", lambda seconds: None)
    for one in (crossref, pubmed, trials):
        monkeypatch.setattr(one, "INTERVAL", 0.0)
    settings.ASK_REGISTRIES = True
    with standin.standing_in() as server:
        settings.CROSSREF_URL = f"{server.url}/crossref"
        settings.PUBMED_URL = f"{server.url}/pubmed"
        settings.TRIALS_URL = f"{server.url}/trials"
        settings.REGISTRY_TIMEOUT = 1
        yield server


@pytest.fixture
def source(db: None) -> Source:
    return f.source(title="Walking", authors="", container="", year=None, doi=DOI, standing="unknown")


def look_up(source: Source) -> None:
    registries.look_up(source.pk)
    source.refresh_from_db()


def test_an_answer_fills_what_is_empty_and_is_kept_with_its_hour(registry: StandIn, source: Source) -> None:
    registry.pages[AT] = says_work(WORK)
    look_up(source)
    assert (source.title, source.authors, source.year, source.pages) == (
        "Walking",
        "Stone AB",
        2021,
        "101-110",
    )
    assert source.evidence["design"] == "randomised-trial"
    answer = RegistryAnswer.objects.get(registry="crossref")
    assert answer.outcome == "found" and '"Anna B"' in answer.body and answer.answered_at
    assert "looked up at Crossref" in SourceVersion.objects.values_list("cause", flat=True)


def test_a_work_without_a_notice_stands_for_none_and_says_who_says_so(
    registry: StandIn, source: Source
) -> None:
    registry.pages[AT] = says_work(WORK)
    look_up(source)
    assert source.standing == "none"
    assert StandingChange.objects.get().dataset == "Crossref"


def test_a_retraction_is_believed_at_once(registry: StandIn, source: Source, cast: SimpleNamespace) -> None:
    review = f.signed(cast.writer, cast.reviewer, citations=[source])
    registry.pages[AT] = says_work(RETRACTED)
    look_up(source)
    assert source.standing == "retracted"
    change = StandingChange.objects.get()
    assert (change.notice_doi, str(change.noted_on)) == ("10.1000/notice", "2026-11-02")
    assert Outbox.objects.filter(job="raise_alerts").exists()
    assert "source_retracted" in {r.code for r in requirements.missing_for(review)}
    assert Event.objects.filter(action="source_standing").exists()


@pytest.mark.parametrize(
    "page",
    [
        says("<h1>500</h1>", status=500),
        says("slow down", status=429),
        says(b""),
        says('{"message": {"DOI"', content_type="application/json"),
        says("<html>Accept our cookies</html>"),
        standin.breaks_off,
        None,
    ],
    ids=["500", "429", "empty", "half", "html", "broken off", "404"],
)
@pytest.mark.parametrize("before", ["unknown", "none", "retracted"])
def test_what_is_no_answer_changes_nothing(before: str, page: Any, registry: StandIn, source: Source) -> None:
    Source.objects.filter(pk=source.pk).update(standing=before)
    registry.pages.pop(AT, None)
    if page:
        registry.pages[AT] = page
    look_up(source)
    assert source.standing == before
    answer = RegistryAnswer.objects.get(registry="crossref")
    assert answer.outcome in ("unknown", "absent") and answer.problem.endswith(".")
    assert (source.title, source.authors) == ("Walking", "")


def test_a_failure_later_keeps_the_last_answer(registry: StandIn, source: Source) -> None:
    registry.pages[AT] = says_work(RETRACTED)
    look_up(source)
    registry.pages[AT] = says("<h1>500</h1>", status=500)
    look_up(source)
    answer = RegistryAnswer.objects.get(registry="crossref")
    assert answer.outcome == "unknown" and '"Anna B"' in answer.body
    assert source.standing == "retracted"


def test_the_second_question_is_conditional_and_304_changes_nothing(
    registry: StandIn, source: Source
) -> None:
    registry.pages[AT] = says_work(RETRACTED, etag='"v1"')
    look_up(source)
    versions = source.versions.count()
    registry.pages[AT] = says(b"", status=304)
    look_up(source)
    headers = [headers for path, headers in registry.asked if path.startswith("/crossref")][-1]
    assert headers["If-None-Match"] == '"v1"'
    assert (source.standing, source.versions.count()) == ("retracted", versions)
    assert RegistryAnswer.objects.get(registry="crossref").outcome == "found"


def test_one_registry_that_knows_of_a_retraction_is_enough(registry: StandIn, source: Source) -> None:
    notice = '<CommentsCorrections RefType="RetractionIn"><RefSource>J Samples. 2026 Nov;1(1):1</RefSource><PMID>99</PMID></CommentsCorrections>'
    registry.pages[AT] = says_work(WORK)
    registry.pages["/pubmed/efetch.fcgi"] = says(
        f"<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>77</PMID><Article><ArticleTitle>Walking"
        f"</ArticleTitle></Article><CommentsCorrectionsList>{notice}</CommentsCorrectionsList></MedlineCitation>"
        f"</PubmedArticle></PubmedArticleSet>",
        content_type="text/xml",
    )
    Source.objects.filter(pk=source.pk).update(pmid="77")
    look_up(source)
    assert source.standing == "retracted"
    assert StandingChange.objects.get().dataset == "PubMed"


def test_switched_off_nobody_is_asked(registry: StandIn, source: Source, settings: Any) -> None:
    settings.ASK_REGISTRIES = False
    look_up(source)
    assert registry.asked == [] and not RegistryAnswer.objects.exists()
    assert registries.promise_look_ups(Source.objects.all()) == 0


def test_look_ups_are_promised_once_a_day(source: Source, settings: Any) -> None:
    settings.ASK_REGISTRIES = True
    f.source(url="https://example.org/leaflet")
    for _ in range(2):
        assert registries.promise_look_ups(Source.objects.all()) == 1
    assert Outbox.objects.get(job="look_up_source").payload == {"source": source.pk}


def test_unchanged_says_again_what_the_stored_answer_says(registry: StandIn, source: Source) -> None:
    registry.pages[AT] = says_work(RETRACTED, etag='"v1"')
    looking_up.look_up(source)
    assert source.standing == "unknown", "kept, and not yet applied"
    registry.pages[AT] = says(b"", status=304)
    look_up(source)
    assert source.standing == "retracted"


def test_unchanged_fills_the_source_that_has_the_identifier_now(registry: StandIn, source: Source) -> None:
    registry.pages[AT] = says_work(WORK, etag='"v1"')
    look_up(source)
    Source.objects.filter(pk=source.pk).update(doi="")
    other = f.source(title=f"DOI {DOI}", authors="", year=None, doi=DOI, standing="unknown")
    registry.pages[AT] = says(b"", status=304)
    look_up(other)
    assert (other.authors, other.year, other.standing) == ("Stone AB", 2021, "none")


@pytest.mark.parametrize("change", ["doi", "merged_into"])
def test_what_changed_while_the_registry_was_asked_is_not_written_to(
    change: str, registry: StandIn, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.pages[AT] = says_work(RETRACTED)
    ask = crossref.look_up
    values: dict[str, Any] = {"doi": "10.1000/other", "merged_into": f.source()}

    def meanwhile(doi: str, **validators: str) -> Any:
        Source.objects.filter(pk=source.pk).update(**{change: values[change]})
        return ask(doi, **validators)

    monkeypatch.setattr(crossref, "look_up", meanwhile)
    look_up(source)
    assert (source.authors, source.standing) == ("", "unknown")
    assert not RegistryAnswer.objects.exists()
