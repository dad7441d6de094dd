"""From all notices about a work to one standing, and the one way in which a source comes to stand otherwise."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.models import Outbox, Source, SourceVersion
from articles.sources.natures import GRAVITY
from reviews import audit
from reviews.models import Event, RetractionSet, StandingChange
from reviews.watching.standings import BAD, Notice, set_standing, standing_of
from tests import factories as f

SPELT = {
    "ret": "retracted", "wdr": "withdrawn", "eoc": "expression_of_concern", "cor": "correction",
    "rei": "reinstated", "unk": "unknown", "non": "none",
}  # fmt: skip


def notices(text: str) -> list[Notice]:
    """“ret 2020, rei” is a retraction of 2020 and a reinstatement without a day."""
    made = []
    for part in filter(None, text.split(", ")):
        nature, _, year = part.partition(" ")
        made.append(Notice(SPELT[nature], dt.date(int(year), 1, 1) if year else None, notice_doi=part))
    return made


TABLE = {
    "": "unknown",
    "non 2020": "unknown",
    "ret 2020": "retracted",
    "ret": "retracted",
    "wdr 2020": "withdrawn",
    "eoc 2020": "expression_of_concern",
    "cor 2020": "correction",
    "rei 2020": "reinstated",
    "rei": "reinstated",
    "unk 2020": "unknown",
    # What is graver stays, whenever the milder came.
    "cor 2020, cor 2021": "correction",
    "cor 2020, eoc 2021": "expression_of_concern",
    "eoc 2020, cor 2021": "expression_of_concern",
    "eoc 2020, ret 2021": "retracted",
    "ret 2020, eoc 2021": "retracted",
    "ret 2020, cor 2021": "retracted",
    "wdr 2020, ret 2019": "retracted",
    "ret 2020, non 2021": "retracted",
    "ret 2020, unk 2021": "retracted",
    "cor 2020, unk 2021": "unknown",
    "eoc 2020, unk": "expression_of_concern",
    # The latest of retracted and reinstated.
    "ret 2020, rei 2021": "reinstated",
    "rei 2020, ret 2021": "retracted",
    "ret 2019, rei 2020, ret 2021": "retracted",
    "ret 2019, rei 2020, ret 2021, rei 2022": "reinstated",
    "wdr 2020, rei 2021": "reinstated",
    "wdr 2019, ret 2022, rei 2021": "retracted",
    # What is not certainly later undoes nothing.
    "ret 2020, rei 2020": "retracted",
    "ret, rei 2021": "retracted",
    "ret 2020, rei": "retracted",
    "ret, rei": "retracted",
    "ret 2019, ret, rei 2021": "retracted",
    # Before a reinstatement it is over; after it, it counts.
    "eoc 2019, ret 2020, rei 2021": "reinstated",
    "ret 2020, rei 2021, eoc 2022": "expression_of_concern",
    "ret 2020, rei 2021, eoc": "expression_of_concern",
    "ret 2020, rei 2021, cor 2022": "reinstated",
    "ret 2020, rei 2021, unk 2022": "unknown",
    "unk 2019, ret 2020, rei 2021": "reinstated",
}


@pytest.mark.parametrize("said", TABLE)
def test_standing_of(said: str) -> None:
    made = notices(said)
    for order in itertools.islice(itertools.permutations(made), 24):
        stands = standing_of(order)
        assert stands.standing == TABLE[said]
        assert (stands.notice is None) == (not [n for n in made if n.nature != "none"])
        assert stands.notice is None or stands.notice.nature == stands.standing


def test_the_newest_of_equal_notices_decides() -> None:
    stands = standing_of(notices("ret 2019, ret 2021, ret 2020, ret"))
    assert stands.notice and stands.notice.notice_doi == "ret 2021"


def test_silence_is_what_the_caller_says() -> None:
    assert standing_of([], silence="none").standing == "none"


days = st.none() | st.dates(dt.date(2019, 1, 1), dt.date(2019, 1, 6))
any_notices = st.lists(st.builds(Notice, st.sampled_from(sorted(GRAVITY)), days), max_size=6)


@given(any_notices)
def test_a_work_is_fine_only_if_nothing_says_otherwise(said: list[Notice]) -> None:
    standing = standing_of(said, silence="none").standing
    assert (standing == "none") == all(notice.nature == "none" for notice in said)
    back = [n for n in said if n.nature in ("retracted", "withdrawn")]
    if back and not any(n.nature == "reinstated" for n in said):
        assert standing in ("retracted", "withdrawn")


@given(any_notices, days)
def test_another_retraction_never_makes_it_better(said: list[Notice], day: dt.date | None) -> None:
    before, after = standing_of(said).standing, standing_of([*said, Notice("retracted", day)]).standing
    assert after in ("retracted", before)
    if day is None:
        assert after == "retracted"


# --- Setting it -------------------------------------------------------------------------------------


def told(source: Source, after: str, dataset: str = "Crossref", **fields: Any) -> StandingChange | None:
    return set_standing(source, after, dataset=dataset, **fields)


def year(number: int) -> dt.date:
    return dt.date(number, 1, 1)


@pytest.mark.django_db
def test_one_change_is_one_of_everything() -> None:
    source = f.source(doi="10.1000/a")
    change = told(source, "retracted", dataset_digest="d" * 64, notice_doi="10.1000/n", noted_on=year(2024))
    assert change and (change.before, change.after) == ("none", "retracted")
    assert source.standing == "retracted"
    version = SourceVersion.objects.get(source=source)
    assert version.record["standing"] == "retracted" and version.cause == "retracted, says Crossref"
    event = Event.objects.get(action="source_standing")
    assert event.article is None and (event.before, event.after) == ("none", "retracted")
    assert event.facts == {
        "source": source.pk, "version": 1, "change": change.pk, "dataset": "Crossref",
        "dataset_digest": "d" * 64, "notice_doi": "10.1000/n", "noted_on": "2024-01-01",
    }  # fmt: skip
    job = Outbox.objects.get(job="raise_alerts")
    assert (job.key, job.payload) == (f"raise_alerts:{change.pk}", {"change": change.pk})
    assert audit.verify().ok


@pytest.mark.django_db
def test_again_is_nothing() -> None:
    source = f.source()
    assert told(source, "retracted")
    assert told(source, "retracted", "Retraction Watch") is None
    assert StandingChange.objects.count() == Event.objects.count() == SourceVersion.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("after", Source.Standing.values)
def test_only_bad_turns_raise_alerts(after: str) -> None:
    assert told(f.source(standing="unknown"), after) or after == "unknown"
    assert Outbox.objects.filter(job="raise_alerts").exists() == (after in BAD)


@pytest.mark.django_db
def test_all_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("reviews.watching.standings.enqueue", broken)
    source = f.source()
    with pytest.raises(RuntimeError):
        told(source, "retracted")
    source.refresh_from_db()
    assert source.standing == "none"
    assert StandingChange.objects.count() == Event.objects.count() == SourceVersion.objects.count() == 0


FOLLOWS = [
    # What another says may be worse, never better.
    (("retracted", "Crossref", 2020), ("none", "PubMed", None), False),
    (("retracted", "Crossref", 2020), ("correction", "PubMed", 2021), False),
    (("retracted", "Crossref", 2020), ("withdrawn", "PubMed", 2021), False),
    (("withdrawn", "Crossref", 2020), ("retracted", "PubMed", 2021), True),
    (("correction", "Crossref", 2020), ("expression_of_concern", "PubMed", 2021), True),
    (("expression_of_concern", "Crossref", 2020), ("correction", "PubMed", 2021), False),
    (("correction", "Crossref", 2020), ("none", "PubMed", None), False),
    # The same one may take back what it said, but not by silence.
    (("retracted", "Crossref", 2020), ("none", "Crossref", None), True),
    (("retracted", "Crossref", 2020), ("unknown", "Crossref", None), False),
    (("correction", "Crossref", 2020), ("unknown", "PubMed", None), False),
    # Reinstated: by anybody, if it is certainly later; and not taken back for what was before it.
    (("retracted", "Crossref", 2020), ("reinstated", "PubMed", 2021), True),
    (("retracted", "Crossref", 2020), ("reinstated", "PubMed", 2020), False),
    (("retracted", "Crossref", 2020), ("reinstated", "PubMed", None), False),
    (("retracted", "Crossref", None), ("reinstated", "PubMed", 2021), False),
    (("reinstated", "Crossref", 2021), ("retracted", "PubMed", 2020), False),
    (("reinstated", "Crossref", 2021), ("retracted", "PubMed", 2022), True),
    (("reinstated", "Crossref", 2021), ("retracted", "PubMed", None), True),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("first", "then", "follows"), FOLLOWS)
def test_what_may_follow(first: tuple[Any, ...], then: tuple[Any, ...], follows: bool) -> None:
    source = f.source(standing="unknown")
    for after, dataset, when in (first, then):
        told(source, after, dataset, noted_on=year(when) if when else None)
    assert source.standing == (then if follows else first)[0]


@pytest.mark.django_db
def test_what_a_person_set_is_not_made_better() -> None:
    source = f.source(standing="unknown")
    assert told(source, "correction")
    Source.objects.filter(pk=source.pk).update(standing="retracted")
    assert told(source, "none") is None
    assert source.standing in ("correction", "retracted")
    assert Source.objects.get(pk=source.pk).standing == "retracted"


@pytest.mark.django_db
def test_files_speak_with_one_voice() -> None:
    """Their records stay when a newer file comes, so what they say together today is what holds."""
    for digest in ("a" * 64, "b" * 64):
        RetractionSet.objects.create(name=f"{digest[0]}.csv", digest=digest)
    source = f.source(standing="unknown")
    assert told(source, "retracted", "a.csv", dataset_digest="a" * 64)
    assert told(source, "none", "other", dataset_digest="c" * 64) is None
    assert told(source, "none", "b.csv", dataset_digest="b" * 64)
