"""Asking Crossref, PubMed and ClinicalTrials.gov: every answer becomes a work or an honest “unknown”."""

from __future__ import annotations

import copy
import datetime as dt
import json
import random
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from articles.sources.registries import Found, NoticeSeen, client, crossref, pubmed, trials
from articles.sources.registries.client import ask
from tests.sources import standin
from tests.sources.standin import StandIn, leads_to, says, says_json, says_work

needs_recordings = pytest.mark.skipif(
    not standin.DATA.exists(), reason=f"test material is absent: {standin.DATA}"
)


@pytest.fixture
def registry(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """A stand-in for all three, which may be asked without an interval."""
    for registry in (crossref, pubmed, trials):
        monkeypatch.setattr(registry, "INTERVAL", 0.0)
    with standin.standing_in() as server:
        settings.CROSSREF_URL = f"{server.url}/crossref"
        settings.PUBMED_URL = f"{server.url}/pubmed"
        settings.TRIALS_URL = f"{server.url}/trials"
        settings.REGISTRY_CONTACT = "desk@publisher.example"
        settings.REGISTRY_TIMEOUT = 1
        yield server


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that the client makes, in seconds; nobody waits for them."""
    made: list[float] = []
    monkeypatch.setattr(client, "sleep", made.append)
    return made


def work(doi: str = "10.1000/x", **more: Any) -> dict[str, Any]:
    return {"DOI": doi, "type": "journal-article", "title": ["A title"], **more}


def crossref_says(registry: StandIn, doi: str = "10.1000/x", **more: Any) -> Found:
    registry.pages[f"/crossref/works/{doi}"] = says_work(work(doi, **more))
    return crossref.look_up(doi)


# --- The client: everything that goes wrong is “unknown” ------------------------------------------------

BROKEN: dict[str, standin.Page] = {
    "a failure": says("<h1>500</h1>", status=500),
    "a gateway's time-out": says("<h1>504</h1>", status=504),
    "a rate limit": says("slow down", status=429),
    "a refusal": says("no", status=403),
    "a bad question": says("no", status=400),
    "an empty body": says(b""),
    "nothing to tell": says(b"", status=204),
    "unchanged though not asked": says(b"", status=304),
    "HTML": says("<html><body>Please accept our cookies</body></html>"),
    "half of JSON": says('{"status": "ok", "message": {"DOI"', content_type="application/json"),
    "another kind of JSON": says_json([1, 2, 3]),
    "JSON without a message": says_json({"status": "ok"}),
    "a message of another kind": says_json({"status": "ok", "message": "no"}),
    "another work": says_work({"DOI": "10.1000/other", "title": ["Another"]}),
    "nested without end": says("[" * 200_000, content_type="application/json"),
    "a number without end": says('{"a": ' + "9" * 10_000 + "}", content_type="application/json"),
    "a wrong encoding": says('{"message": {"DOI": "10.1000/x", "title": ["café"]}}'.encode("latin-1")),
    "broken off": standin.breaks_off,
    "reset": standin.resets,
    "no HTTP": standin.no_http,
    "a loop of redirects": leads_to("/crossref/works/10.1000%2Fx"),
    "a redirect to another host": leads_to("http://localhost:9/"),
    "a redirect to nowhere": leads_to("http://["),
    "a redirect to a file": leads_to("file:///etc/passwd"),
    "a billion bytes": standin.gigabyte("application/json"),
    "a bomb": standin.bomb,
    "wrongly packed": says(b"no gzip", content_encoding="gzip"),
    "unknown packing": says(b"{}", content_encoding="br"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_whatever_goes_wrong_is_unknown(registry: StandIn, pauses: list[float], name: str) -> None:
    registry.pages = {"*": BROKEN[name]}
    found = crossref.look_up("10.1000/x")
    assert (found.answer.outcome, found.work, found.notices) == ("unknown", None, ())
    assert found.answer.problem.endswith(".") and "Crossref" in found.answer.problem
    assert len(registry.asked) <= 4


@pytest.mark.parametrize("page", [standin.dribbles, standin.dribbles_headers, standin.silent])
def test_slow_answers_are_unknown(registry: StandIn, pauses: list[float], page: standin.Page) -> None:
    registry.pages = {"*": page}
    started = time.monotonic()
    answer = ask(f"{registry.url}/")
    assert (answer.outcome, answer.status) == ("unknown", 0)
    assert "in time" in answer.problem and len(registry.asked) > 1
    assert time.monotonic() - started < 3.8


def test_nobody_answers(registry: StandIn, settings: Any, pauses: list[float]) -> None:
    settings.CROSSREF_URL = "http://127.0.0.1:9"
    assert crossref.look_up("10.1000/x").answer.outcome == "unknown"
    settings.CROSSREF_URL = "http://"
    assert crossref.look_up("10.1000/x").answer.outcome == "unknown"


def test_no_answer_takes_much_memory(registry: StandIn) -> None:
    registry.pages = {"*": standin.gigabyte("application/json")}
    tracemalloc.start()
    try:
        answer = ask(f"{registry.url}/")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert answer.outcome == "unknown" and "20,000,000" in answer.problem
    assert peak < 60_000_000
    assert len(registry.asked) == 1


@needs_recordings
@pytest.mark.parametrize("name", standin.recorded_errors() if standin.DATA.exists() else [])
def test_recorded_errors(registry: StandIn, pauses: list[float], name: str) -> None:
    head, body = standin.recorded_errors()[name]
    status = int(head["status"]["status_code"])
    registry.pages = {"*": says(body, status=status, content_type=head["headers"]["content-type"])}
    found = crossref.look_up("10.1000/x")
    assert found.work is None
    assert (found.answer.outcome, found.answer.status) == ("absent" if status == 404 else "unknown", status)
    assert len(registry.asked) == (1 if status == 404 else 3)


def test_absent_is_told_apart(registry: StandIn) -> None:
    found = crossref.look_up("10.1000/nothing")
    assert found.answer.outcome == "absent"
    assert found.answer.problem == "Crossref does not know this identifier."
    assert found.work is None and found.notices == ()


@pytest.mark.parametrize(
    "page", [BROKEN["a failure"], BROKEN["a rate limit"], standin.resets, standin.breaks_off]
)
def test_asks_again(registry: StandIn, pauses: list[float], page: standin.Page) -> None:
    registry.pages = {"*": standin.in_turn(page, page, says_work(work()))}
    assert crossref.look_up("10.1000/x").answer.outcome == "found"
    first, second = [pause for pause in pauses if pause >= 0.5]
    assert 0.5 <= first <= 1 <= second <= 2


@pytest.mark.parametrize(
    ("retry_after", "waits"),
    [("2", True), (lambda: format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=2)), True),
     ("30", False), ("99999999999999999999", False), ("Fri, 31 Dec 9999 23:59:59 GMT", False),
     ("Fri, 31 Dec 9999 23:59:59 -0000", False)],
)  # fmt: skip
def test_waits_as_long_as_asked_within_reason(
    registry: StandIn,
    settings: Any,
    pauses: list[float],
    retry_after: str | Callable[[], str],
    waits: bool,
) -> None:
    """There would be time for more, but nobody at a desk waits half a minute."""
    settings.REGISTRY_TIMEOUT = 60
    value = retry_after if isinstance(retry_after, str) else retry_after()
    registry.pages = {"*": standin.in_turn(says("wait", status=429, retry_after=value), says_work(work()))}
    assert crossref.look_up("10.1000/x").answer.outcome == ("found" if waits else "unknown")
    assert any(0.9 < pause <= 2 for pause in pauses) == waits


@pytest.mark.parametrize("value", ["soon", "-5", "", "Fri, 99 Foo 2026", "²"])
def test_a_senseless_wait_is_not_kept(registry: StandIn, pauses: list[float], value: str) -> None:
    registry.pages = {"*": standin.in_turn(says("wait", status=503, retry_after=value), says_work(work()))}
    assert crossref.look_up("10.1000/x").answer.outcome == "found"


def test_redirects_on_the_same_host(registry: StandIn) -> None:
    registry.pages = {"/crossref/works/10.1000/x": leads_to("/elsewhere"), "/elsewhere": says_work(work())}
    assert crossref.look_up("10.1000/x").answer.outcome == "found"


def test_redirects_to_another_host_are_not_followed(registry: StandIn) -> None:
    registry.pages = {
        "/crossref/works/10.1000/x": leads_to(f"http://localhost:{registry.port}/elsewhere"),
        "/elsewhere": says_work(work()),
    }
    answer = crossref.look_up("10.1000/x").answer
    assert (answer.outcome, answer.problem) == ("unknown", "Crossref redirects to another host.")
    assert len(registry.asked) == 1


def test_an_empty_answer_is_asked_for_again(registry: StandIn, pauses: list[float]) -> None:
    registry.pages = {"*": standin.in_turn(says(b""), says(b" \n"), says_work(work()))}
    assert crossref.look_up("10.1000/x").answer.outcome == "found"


def test_who_is_asking(registry: StandIn) -> None:
    crossref_says(registry)
    path, headers = registry.asked[0]
    assert path == "/crossref/works/10.1000%2Fx?mailto=desk%40publisher.example"
    assert headers["User-Agent"].startswith("Signoff") and "desk@publisher.example" in headers["User-Agent"]


def test_no_contact_no_empty_parameter(registry: StandIn, settings: Any) -> None:
    settings.REGISTRY_CONTACT = ""
    crossref_says(registry)
    path, headers = registry.asked[0]
    assert "?" not in path and "mailto" not in headers["User-Agent"]


def test_unchanged(registry: StandIn) -> None:
    page = says_work(work(), etag='"7"', last_modified="Sun, 01 Nov 2026 00:00:00 GMT")
    registry.pages = {"*": standin.unchanged_if_known(page, '"7"')}
    first = crossref.look_up("10.1000/x").answer
    assert (first.etag, first.last_modified) == ('"7"', "Sun, 01 Nov 2026 00:00:00 GMT")
    again = crossref.look_up("10.1000/x", etag=first.etag, last_modified=first.last_modified)
    assert (again.answer.outcome, again.answer.problem, again.work) == ("unchanged", "", None)
    assert registry.asked[-1][1]["If-Modified-Since"] == first.last_modified


def test_one_question_at_a_time(registry: StandIn) -> None:
    """Eight threads ask at once; the host hears them at least the interval apart."""
    heard: list[float] = []
    registry.pages = {"*": lambda visit: (heard.append(time.monotonic()), says_json({})(visit))[1]}
    threads = [threading.Thread(target=ask, args=(registry.url,), kwargs={"interval": 0.1}) for _ in range(8)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(heard) == 8
    assert max(heard) - started > 0.69


# --- Crossref ---------------------------------------------------------------------------------------


@needs_recordings
def test_every_recorded_work(registry: StandIn, pauses: list[float]) -> None:
    """All 1,306, each asked for over HTTP."""
    assert len(standin.recorded_works()) == 1306
    for message in standin.recorded_works():
        registry.pages = {"*": says_work(message)}
        found = crossref.look_up(message["DOI"])
        assert found.work is not None, (message, found.answer)
        assert found.work.doi == message["DOI"].lower()
        assert found.work.title or not any(message.get("title", ())), message
        for text in (found.work.title, found.work.container, *found.work.authors):
            assert text == " ".join(text.split()) and "</" not in text


@needs_recordings
def test_recorded_corrections_are_about_other_works() -> None:
    about_itself = []
    for message in standin.recorded_works():
        notices, announces = crossref.notices_from(message)
        for update in message.get("update-to", ()):
            if update["DOI"].lower() == message["DOI"].lower():
                about_itself += notices
            else:
                assert notices == ()
                (seen,) = announces
                assert seen.about == update["DOI"].lower() and seen.doi == message["DOI"].lower()
                assert seen.kind == "correction" and seen.on is not None
    assert {(seen.doi, seen.on) for seen in about_itself} >= {
        ("10.1103/physrevb.98.104436", dt.date(2019, 4, 8))
    }


@needs_recordings
def test_recorded_preprints_and_funders() -> None:
    known = {m["DOI"].lower(): crossref.evidence_from(m) for m in standin.recorded_works()}
    assert known["10.5194/acp-2021-781"].status == "preprint"
    assert known["10.5194/acp-2021-781"].published_as == "10.5194/acp-22-2365-2022"
    assert known["10.1371/journal.pone.0173707"].preprint_of == "10.1101/074898"
    assert known["10.1371/journal.pone.0173707"].status == ""
    assert sum(bool(evidence.funding) for evidence in known.values()) > 250
    assert sum("interest" in evidence.conflicts for evidence in known.values()) >= 6


def test_a_work_of_crossref(registry: StandIn) -> None:
    found = crossref_says(
        registry,
        title=["Psilocybin for <i>major</i>\n depression &amp; anxiety"],
        subtitle=["A Randomised Trial"],
        author=[
            {"family": "van der Berg", "given": "Anna-Maria J."},
            {"family": "Smith", "given": "J", "suffix": "Jr."},
            {"name": "The PSILO Group"},
            {"given": "Plato"},
            {"affiliation": []},
        ],
        issued={"date-parts": [[None]]},
        published={"date-parts": [[2024, 3]]},
        page="101-110",
        volume="12",
        issue="3",
        ISSN=["1234-5678", "8765-4321"],
        **{"container-title": ["The Journal"], "article-number": "e5"},
    ).work
    assert found is not None
    assert found.known() == {
        "kind": "trial",
        "title": "Psilocybin for major depression & anxiety: A Randomised Trial",
        "authors": ("van der Berg AMJ", "Smith J Jr", "The PSILO Group", "Plato"),
        "container": "The Journal",
        "year": 2024,
        "volume": "12",
        "issue": "3",
        "pages": "101-110",
        "doi": "10.1000/x",
        "issn": "1234-5678",
    }


def test_text_that_no_database_takes(registry: StandIn) -> None:
    found = crossref_says(registry, title=["A\x00\ud800 \u202etitle\u2028"]).work
    assert found is not None and found.title == "A title"
    enrolled = {"enrollmentInfo": {"count": "59", "type": "ACTUAL"}}
    assert trials_say(registry, designModule=enrolled).evidence.participants is None


@pytest.mark.parametrize("parts", [[[0]], [[20240]], [[]], [], [["2024"]], [[True]], [[None]], "2024"])
def test_a_date_that_is_none(registry: StandIn, parts: Any) -> None:
    found = crossref_says(registry, issued={"date-parts": parts}).work
    assert found is not None and found.year is None


@pytest.mark.parametrize(
    "parts", [[[2023, 13, 1]], [[2023, 5]], [[10**30, 1, 1]], [[2023, 5, 4, 3]], [[0, 0, 0]]]
)
def test_a_notice_without_a_day(registry: StandIn, parts: Any) -> None:
    update = {"DOI": "10.1000/n", "type": "retraction", "updated": {"date-parts": parts}}
    assert crossref_says(registry, **{"updated-by": [update]}).notices == (
        NoticeSeen("retracted", "10.1000/n", about="10.1000/x"),
    )


def test_a_doi_that_names_another_as_its_alias(registry: StandIn) -> None:
    registry.pages["/crossref/works/10.1000/old"] = says_work(work("10.1000/NEW", aliases=["10.1000/Old"]))
    found = crossref.look_up("https://doi.org/10.1000/OLD")
    assert found.work is not None and found.work.doi == "10.1000/new"


def test_what_is_no_doi_is_not_asked_for(registry: StandIn) -> None:
    assert crossref.look_up("PMC12345").answer.outcome == "unknown"
    assert registry.asked == []


UPDATES = {
    "retraction": "retracted",
    "Retraction": "retracted",
    "partial_retraction": "expression_of_concern",
    "expression_of_concern": "expression_of_concern",
    "Expression of Concern": "expression_of_concern",
    "expression-of-concern": "expression_of_concern",
    "withdrawal": "withdrawn",
    "removal": "withdrawn",
    "correction": "correction",
    "erratum": "correction",
    "corrigendum": "correction",
    "addendum": "correction",
    "Reinstatement": "reinstated",
    "new_version": None,
    "new_edition": None,
    "taken back": "unknown",
    "": "unknown",
}


@pytest.mark.parametrize("update", UPDATES)
def test_notices_that_crossref_records_on_the_work(registry: StandIn, update: str) -> None:
    found = crossref_says(
        registry,
        **{"updated-by": [{"DOI": "10.1000/NOTICE", "type": update, "label": "Notice", "source": "publisher",
                           "updated": {"date-parts": [[2023, 5, 4]]}}]},
    )  # fmt: skip
    kind = UPDATES[update]
    expected = (
        NoticeSeen(kind, "10.1000/notice", dt.date(2023, 5, 4), "Notice", "10.1000/x") if kind else None
    )  # type: ignore[arg-type]
    assert found.notices == ((expected,) if expected else ())
    assert found.announces == ()


TITLES = {
    "RETRACTED: A trial": ("retracted", ""),
    "Retracted: A trial": ("retracted", ""),
    "[Retracted] A trial": ("retracted", ""),
    "RETRACTED ARTICLE: A trial": ("retracted", ""),
    "A trial (Retracted article. See vol. 3, 2020)": ("retracted", ""),
    "A trial [RETRACTED]": ("retracted", ""),
    "WITHDRAWN: A review": ("withdrawn", ""),
    "TEMPORARY REMOVAL: A review": ("withdrawn", ""),
    "Retraction: A trial": ("", "retracted"),
    "Retraction Note to: A trial": ("", "retracted"),
    "Notice of Retraction: A trial": ("", "retracted"),
    "Expression of Concern: A trial": ("", "expression_of_concern"),
    "Correction: A trial": ("", "correction"),
    "Correction to: A trial": ("", "correction"),
    "Erratum to “A trial”": ("", "correction"),
    "Retraction of the nipple in cancer": ("", ""),
    "Retracted nipples": ("", ""),
    "Correction of scoliosis": ("", ""),
    "Withdrawn children at school": ("", ""),
    "Why trials are retracted": ("", ""),
    "Removed teeth: a series": ("", ""),
}


@pytest.mark.parametrize("title", TITLES)
def test_notices_in_titles(registry: StandIn, title: str) -> None:
    own, other = TITLES[title]
    found = crossref_says(registry, title=[title])
    assert [seen.kind for seen in found.notices] == ([own] if own else [])
    assert [seen.kind for seen in found.announces] == ([other] if other else [])


def test_long_titles_are_read_in_good_time(registry: StandIn) -> None:
    started = time.monotonic()
    crossref_says(registry, title=["(retracted " * 20_000])
    assert time.monotonic() - started < 5


def test_a_recorded_notice_and_the_title_count_once(registry: StandIn) -> None:
    updates = [{"DOI": "10.1000/n", "type": "retraction"}] * 2
    found = crossref_says(registry, title=["RETRACTED: A trial"], **{"updated-by": updates})
    assert found.notices == (NoticeSeen("retracted", "10.1000/n", about="10.1000/x"),)


JUNK: list[Any] = [None, "", "x", 0, -1, 1e300, True, [], {}, [None], [[]], [{}], {"date-parts": 3}, "\ud800\0",
                   {"date-parts": [[0, 13, 99]]}, {"date-parts": [[10**30, 1, 1]]}, ["\x00"], [[["x"]]]]  # fmt: skip


def spoiled(value: Any, chance: random.Random) -> Any:
    """A copy in which something, somewhere, is of another shape."""
    if isinstance(value, dict | list) and value and chance.random() < 0.8:
        value = copy.copy(value)
        key = chance.choice(list(value) if isinstance(value, dict) else range(len(value)))
        value[key] = spoiled(value[key], chance)
        return value
    return chance.choice(JUNK)


@needs_recordings
def test_records_of_unexpected_shape_never_crash() -> None:
    chance = random.Random(5)
    rich = [
        m for m in standin.recorded_works() if m.keys() & {"update-to", "relation", "funder", "assertion"}
    ]
    for _ in range(4000):
        message = spoiled(chance.choice(rich), chance)
        message = spoiled(message, chance) if isinstance(message, dict) else {}
        message = message if isinstance(message, dict) else {}
        work_read = crossref.work_from(message)
        json.dumps(work_read.known()).encode()
        "".join([work_read.title, *work_read.authors]).encode()  # no lone surrogates
        crossref.notices_from(message)
        crossref.evidence_from(message)


# --- PubMed: no answers are recorded; these are our own, in the shape of NLM's PubMed DTD -----------------

DOCTYPE = (
    '<?xml version="1.0" ?><!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">'
)
ARTICLE = """<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">123</PMID>
<Article PubModel="Print"><Journal><ISSN IssnType="Print">0140-6736</ISSN>
<JournalIssue CitedMedium="Print"><Volume>12</Volume><Issue>3</Issue><PubDate>{date}</PubDate></JournalIssue>
<Title>Lancet (London, England)</Title><ISOAbbreviation>Lancet</ISOAbbreviation></Journal>
<ArticleTitle>{title}</ArticleTitle><Pagination><MedlinePgn>101-10</MedlinePgn></Pagination>
<ELocationID EIdType="doi" ValidYN="Y">10.1000/X</ELocationID>
<Abstract><AbstractText Label="METHODS">We asked. 34 patients were randomised.</AbstractText></Abstract>
<AuthorList CompleteYN="Y"><Author ValidYN="Y"><LastName>Müller</LastName><ForeName>Anna B</ForeName>
<Initials>AB</Initials></Author><Author><CollectiveName>The Group</CollectiveName></Author></AuthorList>
<DataBankList><DataBank><DataBankName>ClinicalTrials.gov</DataBankName><AccessionNumberList>
<AccessionNumber>NCT01234567</AccessionNumber></AccessionNumberList></DataBank></DataBankList>
<GrantList><Grant><Agency>Wellcome</Agency></Grant><Grant><Agency>Wellcome</Agency></Grant></GrantList>
<PublicationTypeList>{types}</PublicationTypeList></Article>
<CommentsCorrectionsList>{links}</CommentsCorrectionsList>
<MeshHeadingList>{headings}</MeshHeadingList><CoiStatement>None declared.</CoiStatement></MedlineCitation>
<PubmedData><ArticleIdList><ArticleId IdType="pubmed">123</ArticleId><ArticleId IdType="doi">10.1000/X</ArticleId>
<ArticleId IdType="pmc">PMC77</ArticleId></ArticleIdList><ReferenceList><Reference><Citation>Other</Citation>
<ArticleIdList><ArticleId IdType="doi">10.1000/cited</ArticleId></ArticleIdList></Reference></ReferenceList>
</PubmedData></PubmedArticle>"""


def pubmed_record(
    *,
    title: str = "Psilocybin for <i>depression</i>.",
    date: str = "<Year>2024</Year><Month>Mar</Month>",
    types: tuple[str, ...] = ("Journal Article",),
    links: str = "",
    headings: tuple[str, ...] = (),
) -> standin.Page:
    named = "".join(f'<PublicationType UI="D0">{name}</PublicationType>' for name in types)
    about = "".join(f"<MeshHeading><DescriptorName>{h}</DescriptorName></MeshHeading>" for h in headings)
    record = ARTICLE.format(title=title, date=date, types=named, links=links, headings=about)
    return says(f"{DOCTYPE}<PubmedArticleSet>{record}</PubmedArticleSet>", content_type="text/xml")


def link(kind: str, source: str = "Lancet. 2010 Feb 6;375:445. doi: 10.1000/Notice.") -> str:
    return f'<CommentsCorrections RefType="{kind}"><RefSource>{source}</RefSource><PMID>9</PMID></CommentsCorrections>'


def pubmed_says(registry: StandIn, **record: Any) -> Found:
    registry.pages["/pubmed/efetch.fcgi"] = pubmed_record(**record)
    return pubmed.look_up("123")


def test_a_work_of_pubmed(registry: StandIn) -> None:
    found = pubmed_says(
        registry, types=("Journal Article", "Randomized Controlled Trial"), headings=("Humans", "Animals")
    )
    assert found.work is not None
    assert found.work.known() == {
        "kind": "trial",
        "title": "Psilocybin for depression",
        "authors": ("Müller AB", "The Group"),
        "container": "Lancet (London, England)",
        "year": 2024,
        "volume": "12",
        "issue": "3",
        "pages": "101-10",
        "doi": "10.1000/x",
        "pmid": "123",
        "pmcid": "PMC77",
        "nct": "NCT01234567",
        "issn": "0140-6736",
    }
    assert found.evidence.design == "randomised-trial" and found.evidence.participants == 34
    assert found.evidence.subjects == "human" and found.evidence.funding == ("Wellcome",)
    assert found.evidence.registered_as == ("NCT01234567",)
    assert found.evidence.conflicts == "None declared."
    path = registry.asked[0][0]
    assert "db=pubmed&id=123&retmode=xml&tool=signoff&email=desk%40publisher.example" in path


def test_a_date_of_medline(registry: StandIn) -> None:
    found = pubmed_says(registry, date="<MedlineDate>1998 Dec-1999 Jan</MedlineDate>")
    assert found.work is not None and found.work.year == 1998


LINKS = {
    "RetractionIn": "retracted",
    "PartialRetractionIn": "expression_of_concern",
    "RetractedandRepublishedIn": "retracted",
    "ExpressionOfConcernIn": "expression_of_concern",
    "ErratumIn": "correction",
    "CorrectedandRepublishedIn": "correction",
    "CommentIn": "",
    "Cites": "",
    "UpdateIn": "",
}


@pytest.mark.parametrize("kind", LINKS)
def test_notices_that_pubmed_links_to(registry: StandIn, kind: str) -> None:
    found = pubmed_says(registry, links=link(kind))
    source = "Lancet. 2010 Feb 6;375:445. doi: 10.1000/Notice."
    expected = NoticeSeen(LINKS[kind], "10.1000/notice", dt.date(2010, 2, 6), source, "10.1000/x")  # type: ignore[arg-type]
    assert found.notices == ((expected,) if LINKS[kind] else ())


@pytest.mark.parametrize(
    ("kind", "says_that"),
    [
        ("RetractionOf", "retracted"),
        ("ErratumFor", "correction"),
        ("ExpressionOfConcernFor", "expression_of_concern"),
    ],
)
def test_pubmed_records_that_are_notices(registry: StandIn, kind: str, says_that: str) -> None:
    found = pubmed_says(registry, links=link(kind), title="Retraction: Psilocybin.")
    assert found.notices == ()
    assert [(seen.kind, seen.doi, seen.about) for seen in found.announces] == [
        (says_that, "10.1000/x", "10.1000/notice")
    ]


@pytest.mark.parametrize(
    ("title", "links"), [("It works.", 0), ("RETRACTED: It works.", 0), ("RETRACTED: Yes.", 1)]
)
def test_a_retracted_publication_counts_once(registry: StandIn, title: str, links: int) -> None:
    types = ("Journal Article", "Retracted Publication")
    found = pubmed_says(registry, types=types, title=title, links=link("RetractionIn") * links)
    assert [seen.kind for seen in found.notices] == ["retracted"]


def test_preprints_in_pubmed(registry: StandIn) -> None:
    source = "Nature. 2021;1:2. doi: 10.1000/published"
    preprint = pubmed_says(registry, types=("Preprint",), links=link("UpdateIn", source)).evidence
    assert (preprint.status, preprint.published_as) == ("preprint", "10.1000/published")
    later = pubmed_says(
        registry, links=link("UpdateOf", "medRxiv. 2020 Jan 1. doi: 10.1101/2020.01.01")
    ).evidence
    assert (later.status, later.preprint_of) == ("", "10.1101/2020.01.01")
    update = pubmed_says(
        registry, links=link("UpdateOf", "Cochrane Database. 2019. doi: 10.1002/old")
    ).evidence
    assert update.preprint_of == ""


def test_by_doi_and_by_pmcid(registry: StandIn) -> None:
    registry.pages = {
        "/pubmed/esearch.fcgi": says_json({"esearchresult": {"count": "1", "idlist": ["123"]}}),
        "/pubmed/efetch.fcgi": pubmed_record(),
    }
    for identifier in ("10.1000/X", "PMC77"):
        found = pubmed.look_up(identifier)
        assert found.work is not None and found.work.pmid == "123"
    assert "term=%2210.1000%2Fx%22%5Bdoi%5D" in registry.asked[0][0]
    for other in ("10.1000/cited", "PMC78"):
        assert pubmed.look_up(other).answer.outcome == "unknown"


@pytest.mark.parametrize("found", [[], ["1", "2"]])
def test_a_search_that_finds_none_or_several(registry: StandIn, found: list[str]) -> None:
    registry.pages = {"/pubmed/esearch.fcgi": says_json({"esearchresult": {"idlist": found}})}
    assert pubmed.look_up("10.1000/x").answer.outcome == "absent"


def test_a_pmid_that_pubmed_does_not_know(registry: StandIn) -> None:
    registry.pages = {"*": says(f"{DOCTYPE}<PubmedArticleSet></PubmedArticleSet>", content_type="text/xml")}
    assert pubmed.look_up("123").answer.outcome == "absent"


XXE = '<!DOCTYPE PubmedArticleSet [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
LAUGHS = "<!DOCTYPE PubmedArticleSet [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {name} '{f'&{before};' * 10}'>" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
) + "]>"  # fmt: skip
BAD_XML = {
    "no XML": "Error: cannot get the document",
    "another root": "<eFetchResult><ERROR>Invalid</ERROR></eFetchResult>",
    "broken off": "<PubmedArticleSet><PubmedArticle>",
    "another work": "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>124</PMID></MedlineCitation></PubmedArticle></PubmedArticleSet>",
    "no PMID": "<PubmedArticleSet><PubmedArticle/></PubmedArticleSet>",
    "an outside entity": XXE + "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>123</PMID><Article>"
                         "<ArticleTitle>&x;</ArticleTitle></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>",
    "a billion laughs": LAUGHS + "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>123</PMID><Article>"
                        "<ArticleTitle>&i;</ArticleTitle></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>",
    "nested without end": "<PubmedArticleSet>" + "<a>" * 100_000,
    "a long text": "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>123</PMID><Article><ArticleTitle>"
                   + "a" * 11_000_000 + "</ArticleTitle></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>",
    "control characters": "<PubmedArticleSet>\x01</PubmedArticleSet>",
    "another encoding": '<?xml version="1.0" encoding="klingon"?><PubmedArticleSet/>',
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_XML)
def test_bad_answers_of_pubmed_are_unknown(registry: StandIn, name: str) -> None:
    registry.pages = {"*": says(BAD_XML[name], content_type="text/xml")}
    found = pubmed.look_up("123")
    assert (found.answer.outcome, found.work) == ("unknown", None)
    assert found.answer.problem.startswith("PubMed ")


@pytest.mark.parametrize(
    "page", [says("<html>"), says_json({"error": "API rate limit exceeded"}), says_json([])]
)
def test_bad_searches_in_pubmed_are_unknown(
    registry: StandIn, pauses: list[float], page: standin.Page
) -> None:
    registry.pages = {"*": page}
    assert pubmed.look_up("10.1000/x").answer.outcome == "unknown"


@pytest.mark.parametrize("identifier", ["", "0", "12a", "-1", "PMC", "１２３", "1" * 12, "123&db=protein"])
def test_what_is_no_pmid_is_not_asked_for(registry: StandIn, identifier: str) -> None:
    assert pubmed.look_up(identifier).answer.outcome == "unknown"
    assert registry.asked == []


def test_a_book_in_pubmed(registry: StandIn) -> None:
    book = (
        '<PubmedBookArticle><BookDocument><PMID Version="1">123</PMID><ArticleIdList><ArticleId IdType="bookaccession">'
        "NBK1</ArticleId></ArticleIdList><Book><Publisher><PublisherName>StatPearls</PublisherName>"
        "<PublisherLocation>Treasure Island</PublisherLocation></Publisher><BookTitle>StatPearls</BookTitle><PubDate>"
        '<Year>2025</Year></PubDate><AuthorList Type="editors"><Author><LastName>Ed</LastName><Initials>E</Initials>'
        "</Author></AuthorList></Book><ArticleTitle>Psilocybin</ArticleTitle></BookDocument></PubmedBookArticle>"
    )
    registry.pages = {
        "*": says(f"{DOCTYPE}<PubmedArticleSet>{book}</PubmedArticleSet>", content_type="text/xml")
    }
    found = pubmed.look_up("123").work
    assert found is not None
    assert (found.kind, found.title, found.container, found.year) == (
        "book",
        "Psilocybin",
        "StatPearls",
        2025,
    )
    assert (found.editors, found.publisher, found.place) == (("Ed E",), "StatPearls", "Treasure Island")


# --- ClinicalTrials.gov: none recorded either; our own, in the shape of its API v2 -----------------------


def study(nct: str = "NCT01234567", **more: Any) -> dict[str, Any]:
    """A registration; `more` overrides modules, or `hasResults`."""
    modules = {
        "identificationModule": {
            "nctId": nct,
            "briefTitle": "Brief",
            "officialTitle": "Psilocybin v. Placebo",
        },
        "statusModule": {"overallStatus": "COMPLETED", "studyFirstPostDateStruct": {"date": "2019-05-01"}},
        "sponsorCollaboratorsModule": {"leadSponsor": {"name": "Uni"}, "collaborators": [{"name": "NIH"}]},
        "designModule": {
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE2"],
            "designInfo": {"allocation": "RANDOMIZED"},
            "enrollmentInfo": {"count": 59, "type": "ACTUAL"},
        },
    }
    has_results = more.pop("hasResults", True)
    return {"protocolSection": {**modules, **more}, "hasResults": has_results}


def trials_say(registry: StandIn, **more: Any) -> Found:
    registry.pages["/trials/studies/NCT01234567"] = says_json(study(**more))
    return trials.look_up("nct01234567")


def test_a_registered_trial(registry: StandIn) -> None:
    found = trials_say(registry)
    assert found.work is not None
    assert found.work.known() == {
        "kind": "trial",
        "title": "Psilocybin v. Placebo",
        "authors": ("Uni",),
        "container": "ClinicalTrials.gov",
        "year": 2019,
        "nct": "NCT01234567",
        "url": "https://clinicaltrials.gov/study/NCT01234567",
    }
    evidence = found.evidence
    assert (evidence.design, evidence.participants) == ("randomised-trial", 59)
    assert (evidence.funding, evidence.registered_as) == (("Uni", "NIH"), ("NCT01234567",))
    assert found.notices == ()


def test_no_results_and_estimates_count_for_nothing(registry: StandIn) -> None:
    assert trials_say(registry, hasResults=False).evidence.design == "protocol"
    planned = {"studyType": "INTERVENTIONAL", "enrollmentInfo": {"count": 400, "type": "ESTIMATED"}}
    evidence = trials_say(registry, designModule=planned).evidence
    assert (evidence.participants, evidence.design) == (None, "non-randomised-trial")


@pytest.mark.parametrize(
    ("model", "perspective", "design"),
    [("COHORT", "PROSPECTIVE", "cohort"), ("CASE_CONTROL", "RETROSPECTIVE", "case-control"),
     ("COHORT", "CROSS_SECTIONAL", "cross-sectional"), ("CASE_ONLY", "", "case-series"), ("OTHER", "", "unknown")],
)  # fmt: skip
def test_observational_studies(registry: StandIn, model: str, perspective: str, design: str) -> None:
    info = {"observationalModel": model, "timePerspective": perspective}
    module = {"studyType": "OBSERVATIONAL", "designInfo": info}
    assert trials_say(registry, designModule=module).evidence.design == design


def test_a_trial_that_was_withdrawn(registry: StandIn) -> None:
    found = trials_say(registry, statusModule={"overallStatus": "WITHDRAWN", "whyStopped": "No funds"})
    (seen,) = found.notices
    assert (seen.kind, seen.about) == ("withdrawn", "NCT01234567") and "No funds" in seen.title
    assert found.evidence.design == "protocol"


@pytest.mark.parametrize(
    "page", [says("<html>"), says_json(study("NCT99999999")), says_json({"protocolSection": []})]
)
def test_bad_answers_of_the_trials_are_unknown(registry: StandIn, page: standin.Page) -> None:
    registry.pages = {"*": page}
    assert trials.look_up("NCT01234567").answer.outcome == "unknown"


def test_a_trial_that_nobody_registered(registry: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    assert trials.look_up("NCT01234567").answer.outcome == "absent"
    assert trials.look_up("NCT123").answer.outcome == "unknown"


NAMES = (
    "statusModule designModule identificationModule sponsorCollaboratorsModule enrollmentInfo designInfo count"
    " type studyFirstSubmitDate studyFirstPostDateStruct date nctId phases collaborators leadSponsor overallStatus"
).split()
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("WITHDRAWN"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
)


@given(ANYTHING, ANYTHING)
@hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_registrations_of_unexpected_shape_never_crash(section: Any, results: Any) -> None:
    registration = {"protocolSection": section, "hasResults": results}
    trials.work_from(registration)
    trials.evidence_from(registration)
    trials.notices_from(registration)
