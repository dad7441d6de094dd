"""The shared library: one source a work, one version a change, and a person's word before two become one."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from articles.freezing import payload
from articles.models import Outbox, Source, SourceVersion
from articles.sources import library
from articles.sources.names import joined_names, split_names
from articles.sources.works import Work
from reviews import judging
from reviews.models import SourceCheck
from tests import factories

pytestmark = pytest.mark.django_db

WALK = Work(
    title="Walking for low back pain: a randomised trial",
    authors=("Stone AB", "Reed C"),
    container="Journal of Samples",
    year=2021,
    volume="4",
    pages="101-10",
    doi="10.1000/walk.1",
)


def test_a_work_is_entered_once(cast: SimpleNamespace) -> None:
    first = library.enter(WALK, by=cast.writer)
    again = library.enter(replace(WALK, title="Walking!"), by=cast.colleague)
    assert (first.is_new, again.is_new) == (True, False)
    assert again.source == first.source
    assert Source.objects.get().title == WALK.title


def test_it_is_found_by_any_of_its_identifiers(cast: SimpleNamespace) -> None:
    entered = library.enter(replace(WALK, pmid="123", nct="NCT00000001"), by=cast.writer).source
    for name in ("pmid", "nct"):
        assert library.enter(Work(**{name: getattr(entered, name)}), by=cast.writer).source == entered


def test_what_was_empty_is_filled_and_what_was_typed_stays(cast: SimpleNamespace) -> None:
    source = library.enter(Work(doi=WALK.doi, title="My title"), by=cast.writer).source
    library.enter(replace(WALK, pmid="77"), by=cast.colleague, cause="looked up")
    source.refresh_from_db()
    assert (source.title, source.authors, source.pmid) == ("My title", "Stone AB, Reed C", "77")
    assert [(v.number, v.cause, v.by) for v in source.versions.all()] == [
        (1, "entered", cast.writer),
        (2, "looked up", cast.colleague),
    ]


def test_an_identifier_of_another_source_is_left_to_a_person(cast: SimpleNamespace) -> None:
    other = library.enter(Work(title="Other", pmid="77"), by=cast.writer).source
    source = library.enter(WALK, by=cast.writer).source
    library.fill(source, replace(WALK, pmid="77"), by=None, cause="looked up")
    source.refresh_from_db()
    assert source.pmid == "" and other.pmid == "77"
    with pytest.raises(library.Duplicate, match="in the library already"):
        library.amend(source, by=cast.writer, cause="by hand", pmid="77")
    assert source.versions.count() == 1


def test_the_same_record_is_no_new_version(cast: SimpleNamespace) -> None:
    source = library.enter(WALK, by=cast.writer).source
    library.amend(source, by=cast.writer, cause="by hand", title=source.title)
    assert library.pin(source).number == 1
    source.standing = Source.Standing.RETRACTED
    source.save()
    assert library.pin(source).number == 2, "whoever wrote it, a changed record is another version"


@pytest.mark.parametrize(
    ("title", "year", "author", "found"),
    [
        ("Walking for low back pain - a randomized trial", 2021, "Stone A", True),
        ("WALKING FOR LOW-BACK PAIN: A RANDOMISED TRIAL.", 2021, "Stone AB", True),
        ("Walking for low back pain: a randomised trial", 2020, "Stone AB", False),
        ("Walking for low back pain: a randomised trial", 2021, "Reed C", False),
        ("Swimming for neck pain: a cohort", 2021, "Stone AB", False),
        ("", 2021, "Stone AB", False),
    ],
)
def test_a_likely_twin_is_named_and_never_merged(
    title: str, year: int, author: str, found: bool, cast: SimpleNamespace
) -> None:
    first = library.enter(WALK, by=cast.writer).source
    entered = library.enter(Work(title=title, year=year, authors=(author,)), by=cast.writer)
    assert entered.is_new
    assert list(entered.twins) == ([first] if found else [])


def test_merging_moves_what_only_the_other_has_and_keeps_who_cites_it(cast: SimpleNamespace) -> None:
    keep = library.enter(WALK, by=cast.writer).source
    drop = library.enter(Work(title="Walking for back pain", pmid="77", issue="2"), by=cast.writer).source
    article = factories.draft(cast.writer, citations=[drop])
    library.merge(keep, drop, by=cast.writer)
    keep.refresh_from_db()
    drop.refresh_from_db()
    assert (keep.pmid, keep.issue, keep.title) == ("77", "2", WALK.title)
    assert (drop.merged_into, drop.pmid) == (keep, "")
    assert article.citations.get().source == drop
    assert library.enter(Work(pmid="77"), by=cast.writer).source == keep


def test_two_works_are_not_merged(cast: SimpleNamespace) -> None:
    one = library.enter(WALK, by=cast.writer).source
    two = library.enter(replace(WALK, doi="10.1000/other"), by=cast.writer).source
    with pytest.raises(ValueError, match="two works"):
        library.merge(one, two, by=cast.writer)
    with pytest.raises(ValueError, match="two different"):
        library.merge(one, one, by=cast.writer)
    three = library.enter(Work(title="Three"), by=cast.writer).source
    library.merge(one, three, by=cast.writer)
    with pytest.raises(ValueError, match="not merged already"):
        library.merge(two, three, by=cast.writer)


def test_what_was_merged_into_a_dropped_record_follows_it(cast: SimpleNamespace) -> None:
    a, b, c = (library.enter(Work(title=name), by=cast.writer).source for name in "ABC")
    library.merge(b, c, by=cast.writer)
    library.merge(a, b, by=cast.writer)
    c.refresh_from_db()
    assert c.merged_into == a


def test_a_check_names_the_version_it_was_made_on_and_no_later_change_rewrites_it(
    cast: SimpleNamespace,
) -> None:
    source = library.enter(WALK, by=cast.writer).source
    review = factories.submitted(cast.writer, citations=[source])
    claim = review.claims.first()
    assert claim is not None
    check = factories.check(claim, cast.reviewer, source)
    assert check.source_version == 1
    library.amend(source, by=None, cause="corrected", pages="101-110")
    stored = SourceCheck.objects.get(pk=check.pk)
    assert stored.source_record["pages"] == "101-10" and stored.source_version == 1
    again = factories.check(claim, cast.reviewer, Source.objects.get(pk=source.pk))
    assert again.source_version == 2
    judging.comment(review, by=cast.reviewer, text="Checked anew.")


def test_a_name_with_a_comma_survives() -> None:
    for names in (
        ("Stone AB",),
        ("Department of Health, Education and Welfare",),
        ("Ministry of Health, Labour and Welfare", "Reed C"),
    ):
        assert tuple(split_names(joined_names(names))) == names


def test_what_is_too_long_for_its_field_is_cut_or_left_out_never_cut_in_an_identifier(
    cast: SimpleNamespace,
) -> None:
    work = Work(title="w" * 900, doi="10.1000/" + "x" * 400, url="https://example.org/" + "y" * 900)
    source = library.enter(work, by=cast.writer).source
    assert len(source.title) == 500 and source.title.endswith("…")
    assert source.doi == source.url == ""


def test_what_lists_and_registries_can_know_is_looked_up(cast: SimpleNamespace) -> None:
    library.enter(WALK, by=cast.writer)
    library.enter(Work(title="A leaflet"), by=cast.writer)
    assert list(Outbox.objects.filter(job="look_up_source").values_list("payload", flat=True)) == [
        {"source": Source.objects.get(doi=WALK.doi).pk}
    ]


def test_versions_cannot_be_rewritten(cast: SimpleNamespace) -> None:
    library.enter(WALK, by=cast.writer)
    with pytest.raises(Exception, match="append-only"):
        SourceVersion.objects.update(record={})


@pytest.mark.parametrize(
    "work",
    [
        Work(title="A leaflet"),
        Work(title="Walking", authors=("Stone AB",), year=2021),
        Work(kind="book", isbn="9780306406157"),
    ],
)
def test_what_is_pasted_twice_is_entered_once(work: Work, cast: SimpleNamespace) -> None:
    first = library.enter(work, by=cast.writer)
    again = library.enter(work, by=cast.writer)
    assert (again.source, again.is_new) == (first.source, False)
    assert first.source.versions.count() == 1


def test_a_book_is_known_by_its_isbn_and_its_chapter_is_not(cast: SimpleNamespace) -> None:
    book = library.enter(Work(kind="book", title="Backs", isbn="9780306406157"), by=cast.writer).source
    same = Work(kind="book", title="Backs, a handbook", isbn="9780306406157", year=2020)
    assert library.enter(same, by=cast.writer).source == book
    chapter = Work(kind="book-chapter", title="Walking", isbn="9780306406157")
    assert library.enter(chapter, by=cast.writer).is_new


def test_twins_without_a_year_are_twins_and_so_are_those_of_other_alphabets(cast: SimpleNamespace) -> None:
    first = library.enter(replace(WALK, doi="", year=None, authors=("Ågren Ö",)), by=cast.writer).source
    alike = Work(title="Walking for low back pain: a randomized trial", authors=("Ågren Ö",))
    assert library.enter(alike, by=cast.writer).twins == (first,)
    assert library.enter(replace(alike, year=2020), by=cast.writer).twins == ()


def test_a_number_that_stands_for_a_title_gives_way_with_its_kind(cast: SimpleNamespace) -> None:
    source = library.enter(Work(pmid="77"), by=cast.writer).source
    library.amend(source, by=cast.writer, cause="by hand", doi="10.1000/walk.1")
    library.fill(source, replace(WALK, kind="trial"), by=None, cause="looked up")
    source.refresh_from_db()
    assert (source.title, source.kind) == (WALK.title, "trial")


def test_filling_goes_by_the_row_and_not_by_what_was_read_before(cast: SimpleNamespace) -> None:
    source = library.enter(Work(title="Walking", doi=WALK.doi), by=cast.writer).source
    library.amend(Source.objects.get(pk=source.pk), by=cast.writer, cause="by hand", pages="1-9")
    library.fill(source, WALK, by=None, cause="looked up")
    source.refresh_from_db()
    assert (source.pages, source.volume) == ("1-9", "4")


def test_who_enters_a_work_a_moment_later_gets_the_one_that_is_there(
    cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_between(work: Work) -> list[Source]:
        factories.source(doi=WALK.doi, title="Entered in between")
        return []

    monkeypatch.setattr(library, "twins_of", in_between)
    entered = library.enter(WALK, by=cast.writer)
    assert (entered.source.title, entered.is_new) == ("Entered in between", False)


def test_what_was_merged_is_looked_up_and_frozen_as_what_was_kept(cast: SimpleNamespace) -> None:
    keep = library.enter(Work(title="Kept"), by=cast.writer).source
    drop = library.enter(Work(title="Dropped"), by=cast.writer).source
    article = factories.draft(cast.writer, citations=[drop])
    library.merge(keep, drop, by=cast.writer)
    assert Outbox.objects.get(job="look_up_source").payload == {"source": keep.pk}
    (frozen,) = payload(article, number=1)["references"]
    assert (frozen["source"], frozen["record"]["title"]) == (keep.pk, "Kept")
    assert frozen["digest"] == library.pin(Source.objects.get(pk=keep.pk)).digest
