"""The nightly match: which sources it looks at, what it makes of them, and what it leaves alone."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.canonical import digest
from articles.models import Heartbeat, Outbox, Source, SourceVersion, record
from articles.sources import library
from articles.sources.works import Work
from reviews import audit, workflow
from reviews.models import Event, RetractionRecord, StandingChange
from reviews.retractions.loading import load
from reviews.watching import nightly
from reviews.watching.matching import in_use, match_all
from reviews.watching.standings import set_standing
from tests import factories as f
from tests.watching.files import as_csv, file, watched
from tests.watching.test_loading import UPDATES, real

pytestmark = pytest.mark.django_db
ALL = Source.objects.all()


def source(**fields: Any) -> Source:
    return f.source(**{"standing": "unknown", **fields})


def standing(of: Source) -> str:
    return Source.objects.get(pk=of.pk).standing


@pytest.fixture
def loaded(tmp_path: Path) -> None:
    """Works 1 to 9: retracted, corrected, reinstated, commented on, not understood, and known by PMID only."""
    load(
        file(
            tmp_path,
            as_csv(
                watched(1),
                watched(2, RetractionNature="Correction"),
                watched(3, RetractionDate="1/1/2020"),
                watched(
                    3, RetractionDate="1/1/2021", RetractionNature="Reinstatement", RetractionDOI="10.1000/r"
                ),
                watched(4, RetractionNature="Comment on"),
                watched(5, RetractionNature="Retraktion"),
                watched(6, OriginalPaperDOI="unavailable", OriginalPaperPubMedID="66"),
                watched(7, RetractionNature="Correction", OriginalPaperPubMedID="77"),
                watched(8, OriginalPaperDOI="unavailable", OriginalPaperPubMedID="77"),
            ),
        )
    )


@pytest.mark.parametrize(
    ("fields", "after"),
    [
        ({"doi": "10.1000/work.1"}, "retracted"),
        ({"doi": "10.1000/WORK.1"}, "retracted"),
        ({"doi": "10.1000/work.2"}, "correction"),
        ({"doi": "10.1000/work.3"}, "reinstated"),
        ({"doi": "10.1000/work.4"}, "none"),
        ({"doi": "10.1000/work.5"}, "unknown"),
        ({"pmid": "66"}, "retracted"),
        ({"doi": "10.1000/work.7", "pmid": "77"}, "retracted"),
        ({"doi": "10.1000/other"}, "none"),
        ({"pmid": "99"}, "none"),
        ({"url": "https://example.org/"}, "unknown"),
        ({"nct": "NCT00000001"}, "unknown"),
        ({"url": "https://example.org/", "standing": "none"}, "none"),
        ({"doi": "10.1000/work.5", "standing": "none"}, "unknown"),
    ],
)
def test_what_a_source_comes_to_stand_for(loaded: None, fields: dict[str, str], after: str) -> None:
    made = source(**fields)
    found = match_all(only=ALL)
    assert standing(made) == after
    before = Event.objects.count(), StandingChange.objects.count()
    assert found.compared == 1
    again = match_all(only=ALL)
    assert again.changed == 0
    assert (Event.objects.count(), StandingChange.objects.count()) == before


def test_the_change_names_the_notice(loaded: None) -> None:
    made = source(doi="10.1000/work.1")
    found = match_all(only=ALL)
    assert (found.changed, found.with_notices, dict(found.after)) == (1, 1, {"retracted": 1})
    change = StandingChange.objects.get(source=made)
    record = RetractionRecord.objects.get(doi="10.1000/work.1")
    assert (change.dataset, change.dataset_digest) == ("records.csv", record.dataset.digest)
    assert (change.notice_doi, change.noted_on) == ("10.1000/notice.1", record.noted_on)
    assert Outbox.objects.filter(job="raise_alerts").count() == 1


def test_a_first_night_goes_by_batches_and_promises_the_same(loaded: None, cast: SimpleNamespace) -> None:
    """Versions, changes, events and alerts are those of one change after the other; statements are few."""
    entered = [
        library.enter(
            Work(title=f"Walk {n}", doi=f"10.1000/work.{n}" if n < 3 else f"10.1000/o.{n}"), by=None
        )
        for n in range(1, 451)
    ]
    known = {one.source.pk: one.source.versions.count() for one in entered}
    with CaptureQueriesContext(connection) as captured:
        found = match_all(only=ALL)
    assert dict(found.after) == {"none": 448, "retracted": 1, "correction": 1}
    assert len(captured) < 100
    for change in StandingChange.objects.select_related("source"):
        newest = change.source.versions.latest("number")
        assert newest.number == known[change.source_id] + 1
        assert newest.record == record(change.source) and newest.digest == digest(newest.record)
        assert (change.before, change.after) == ("unknown", change.source.standing)
    facts = Event.objects.filter(action="source_standing").values_list("facts__change", flat=True)
    assert sorted(facts) == sorted(StandingChange.objects.values_list("pk", flat=True))
    causes = {one.source.versions.latest("number").cause for one in entered}
    assert causes == {
        "no notice known, says records.csv",
        "retracted, says records.csv",
        "corrected, says records.csv",
    }
    assert Outbox.objects.filter(job="raise_alerts").count() == 2
    assert audit.verify().ok


def test_a_batch_that_fails_leaves_nothing_behind(loaded: None, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [source(doi=f"10.1000/work.{n}") for n in (1, 2)]

    def fail(events: Any) -> None:
        raise OSError("away")

    with monkeypatch.context() as patch:
        patch.setattr(audit, "append", fail)
        with pytest.raises(OSError, match="away"):
            match_all(only=ALL)
    assert {standing(one) for one in made} == {"unknown"}
    assert not StandingChange.objects.exists() and not SourceVersion.objects.filter(number__gt=1).exists()
    assert match_all(only=ALL).changed == 2


def test_without_a_complete_set_silence_is_not_known(tmp_path: Path) -> None:
    made = source(doi="10.1000/other")
    assert match_all(only=ALL).changed == 0
    with pytest.raises(ValueError, match="cut off"):
        load(file(tmp_path, as_csv(watched(1), watched(2))[:-50]))
    hit = source(doi="10.1000/work.1")
    assert match_all(only=ALL).changed == 1
    assert (standing(made), standing(hit)) == ("unknown", "retracted")


def test_what_others_know_is_not_undone(loaded: None) -> None:
    absent, milder = source(doi="10.1000/other"), source(doi="10.1000/work.2")
    for made in (absent, milder):
        set_standing(made, "retracted", dataset="Crossref")
    found = match_all(only=ALL)
    assert (found.changed, found.kept) == (0, 1)
    assert standing(absent) == standing(milder) == "retracted"


def test_a_registry_without_an_answer_does_not_hide_a_record(loaded: None) -> None:
    """Before the night has come, too: what was loaded counts at once."""
    fresh, told = source(doi="10.1000/work.1"), source(doi="10.1000/WORK.2")
    back = source(doi="10.1000/work.9")
    assert set_standing(fresh, "none", dataset="Crossref") is None
    for made in (told, back):
        set_standing(made, "expression_of_concern", dataset="Crossref")
        set_standing(made, "none", dataset="Crossref")
    assert [standing(s) for s in (fresh, told, back)] == ["unknown", "expression_of_concern", "none"]


def test_a_mended_identifier_takes_its_retraction_along(loaded: None) -> None:
    made = source(doi="10.1000/work.1")
    match_all(only=ALL)
    library.amend(made, by=None, cause="its DOI was another's", doi="10.1000/mended")
    match_all(only=ALL)
    assert standing(made) == "none"
    library.amend(made, by=None, cause="it has none", doi="")
    match_all(only=ALL)
    assert standing(made) == "unknown"


def test_what_was_merged_stands_as_what_it_was_merged_into(loaded: None) -> None:
    editor = f.user("edna")
    kept, merged = source(doi="10.1000/work.1"), source()
    library.merge(kept, merged, by=editor)
    found = match_all(only=Source.objects.filter(pk=merged.pk))
    assert (found.compared, found.changed) == (2, 2)
    assert standing(merged) == standing(kept) == "retracted"
    assert StandingChange.objects.get(source=merged).notice_doi == "10.1000/notice.1"
    assert match_all(only=ALL).changed == 0


def test_identifiers_go_over_when_sources_are_merged(loaded: None) -> None:
    editor = f.user("edna")
    kept, merged = source(), source(doi="10.1000/work.1")
    match_all(only=ALL)
    library.merge(kept, merged, by=editor)
    match_all(only=ALL)
    assert standing(kept) == standing(merged) == "retracted"
    assert match_all(only=ALL).changed == 0


def test_which_sources_are_looked_at(loaded: None, cast: SimpleNamespace) -> None:
    live, waiting, lying, nowhere, gone = (source(doi=f"10.1000/w{n}", standing="none") for n in range(5))
    f.published(cast.writer, cast.reviewer, cast.editor, citations=[live])
    f.submitted(cast.writer, citations=[waiting])
    f.draft(cast.writer, citations=[lying])
    page = f.published(cast.writer, cast.reviewer, cast.editor, citations=[gone])
    workflow.withdraw(page.article, by=cast.editor, reason="It was wrong.")
    assert set(in_use()) == {live, waiting}
    assert nowhere not in in_use()


def test_killed_half_way_and_run_again(loaded: None, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [source(doi="10.1000/work.1"), source(doi="10.1000/work.2"), source(doi="10.1000/other")]

    def killed(changed: int) -> None:
        if changed == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        match_all(only=ALL, progress=killed)
    assert [standing(s) for s in made] == ["retracted", "correction", "unknown"]
    assert match_all(only=ALL).changed == 1
    assert [standing(s) for s in made] == ["retracted", "correction", "none"]
    assert audit.verify().ok


def test_many_sources_that_stand_as_they_should_cost_a_few_queries(loaded: None) -> None:
    for number in range(60):
        source(doi=f"10.1000/work.{number}")
    match_all(only=ALL)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert match_all(only=ALL).changed == 0
    assert len(queries) <= 15


# --- The command ------------------------------------------------------------------------------------


def check_sources(*args: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("check_sources", *args, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_nightly_round(loaded: None) -> None:
    source(doi="10.1000/work.1"), source(url="https://example.org/")
    out, err = check_sources()
    assert "retractions: 0 sources compared" in out
    out, err = check_sources("--all")
    assert "2 sources compared with the retraction records, 1 changed (1 retracted); records name 1." in out
    assert "1 have neither DOI nor PMID" in out
    assert err == "retractions …\nregistries …\nlinks …\n"
    row, *_others = json.loads(check_sources("--all", "--json")[0])
    assert (row["name"], row["ok"], row["facts"]["changed"]) == ("retractions", True, 0)
    beat = Heartbeat.objects.get(name="nightly")
    assert beat.note == "3 done"


def test_a_round_that_fails_keeps_none_from_running(loaded: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> nightly.Summary:
        raise RuntimeError("no network")

    monkeypatch.setattr(nightly, "ROUNDS", (("broken", broken), *nightly.ROUNDS))
    source(doi="10.1000/work.1")
    out, err = StringIO(), StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("check_sources", "--all", stdout=out, stderr=err)
    assert end.value.code == 1
    assert "broken failed: RuntimeError: no network" in err.getvalue()
    assert "1 changed (1 retracted)" in out.getvalue()
    assert Heartbeat.objects.get(name="nightly").note == "Failed: broken"


@real
def test_the_real_records() -> None:
    load(UPDATES)
    made = {
        "10.1002/14651858.cd000005": "withdrawn",  # flagged as not retracted
        "10.1016/s1567-5688(11)70148-9": "retracted",  # by its title; its type is “err”
        "10.1074/jbc.m112.387738": "retracted",  # one notice, given as a correction and as a retraction
        "10.1371/journal.pone.0052408": "expression_of_concern",
        "10.1063/1.1927097": "correction",  # a publisher's note
        "10.1119/1.3607433": "none",  # only commented on
        "10.1000/nobody": "none",
    }
    sources = {source(doi=doi): after for doi, after in made.items()}
    match_all(only=ALL)
    assert {s.doi: standing(s) for s in sources} == made
