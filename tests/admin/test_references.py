"""A writer pastes references; the library keeps each work once, the draft gets what is chosen."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from articles.models import Article, Outbox, Source
from articles.sources import library, pasting
from articles.sources.works import Work
from tests import factories as f
from tests.admin import pages

pytestmark = pytest.mark.django_db

RIS = """TY  - JOUR
AU  - Stone, Anna B.
TI  - Walking for low back pain
JO  - Journal of Samples
PY  - 2021
SP  - 101
EP  - 110
DO  - 10.1000/walk.1
ER  -
TY  - JOUR
PY  - 2020
ER  -
"""


def address(article: Article) -> str:
    return reverse("admin:articles_article_references", args=[article.pk])


def chosen(page: str, **changes: object) -> dict[str, object]:
    from lxml import html

    form = html.fromstring(page).xpath("//form[@class='pasted']")[0]
    return {**dict(form.form_values()), "cite": [v for n, v in form.form_values() if n == "cite"], **changes}


def test_what_is_pasted_is_entered_once_and_cited(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer, citations=[f.source(doi="10.1000/old")])
    writer = pages.client(cast.writer)
    text = "https://doi.org/10.1000/WALK.1\nPMID: 12345678\ndoi:10.1000/walk.1.\n10.1000/old\nISBN 978-0-306-40615-8"
    answer = writer.post(address(article), {"text": text})
    page = answer.content.decode()
    assert "check digit" in page, "a wrong ISBN is told, not entered"
    assert "Among the references already." in page
    form = chosen(page)
    assert len(form["cite"]) == 2, "one for the DOI pasted twice, one for the PMID"
    done = writer.post(address(article), form, follow=True)
    assert "References 2 to 3 are in version 2." in pages.text_of(done)
    cited = list(article.citations.values_list("number", "source__doi", "source__pmid"))
    assert cited == [(1, "10.1000/old", ""), (2, "10.1000/walk.1", ""), (3, "", "12345678")]
    assert [v.cause for v in Source.objects.get(pmid="12345678").versions.all()] == ["pasted"]


def test_a_file_and_lines_pasted_in_one_go(cast: SimpleNamespace) -> None:
    """Nothing that was pasted is dropped in silence: what stands before, between and after records is read."""
    text = f"PMID: 12345678\nlost words\n{RIS}\nISBN 978-0-306-40615-7\n"
    page = pages.client(cast.writer).post(address(f.draft(cast.writer)), {"text": text}).content.decode()
    assert Source.objects.filter(pmid="12345678").exists()
    assert Source.objects.filter(isbn="9780306406157").exists()
    assert Source.objects.filter(doi="10.1000/walk.1").exists()
    assert "lost words" in page and "belongs to no record" in page


def test_a_file_comes_in_as_far_as_it_goes(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer)
    file = SimpleUploadedFile("refs.ris", RIS.encode())
    answer = pages.client(cast.writer).post(address(article), {"text": "", "file": file})
    page = pages.text_of(answer)
    assert "Stone AB 2021: Walking for low back pain" in page
    assert "Line 10." in page, "the record without title and identifier is told with its line"


@pytest.mark.parametrize(
    ("text", "file", "sentence"),
    [
        ("", None, "Paste something, or choose a file."),
        ("  \n ", None, "Paste something, or choose a file."),
        ("", b"", "empty"),
        ("", b"\x00\x01\x02\xff" * 50, "no list of references"),
        ("x" * 200_001, None, "too long to paste"),
    ],
)
def test_nonsense_gets_a_sentence_and_changes_nothing(
    text: str, file: bytes | None, sentence: str, cast: SimpleNamespace
) -> None:
    article = f.draft(cast.writer)
    before = Source.objects.count()
    data: dict[str, object] = {"text": text}
    if file is not None:
        data["file"] = SimpleUploadedFile("refs.bin", file)
    answer = pages.client(cast.writer).post(address(article), data)
    assert answer.status_code == 422
    assert sentence in pages.text_of(answer)
    assert Source.objects.count() == before


def test_a_likely_twin_is_shown_and_left_to_the_writer(cast: SimpleNamespace) -> None:
    known = f.source(title="Walking for low back pain", authors="Stone AB", year=2021)
    article = f.draft(cast.writer)
    answer = pages.client(cast.writer).post(address(article), {"text": RIS})
    page = answer.content.decode()
    assert f'name="cite" value="{known.pk}"' in page
    new = Source.objects.get(doi="10.1000/walk.1")
    assert chosen(page)["cite"] == [], "neither is chosen for them"
    assert reverse("admin:articles_source_merge", args=[new.pk]) + f"?with={known.pk}" in page


def test_a_draft_that_was_saved_meanwhile_is_not_overwritten(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer)
    writer = pages.client(cast.writer)
    form = chosen(writer.post(address(article), {"text": "10.1000/walk.1"}).content.decode())
    writer.post(address(article), form)
    again = writer.post(address(article), {**form, "cite": [f.source().pk]}, follow=True)
    assert "The references were not added." in pages.text_of(again)
    assert article.citations.count() == 2


def test_the_second_click_adds_nothing(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer)
    writer = pages.client(cast.writer)
    form = chosen(writer.post(address(article), {"text": "10.1000/walk.1"}).content.decode())
    writer.post(address(article), form)
    again = writer.post(address(article), form, follow=True)
    assert "nothing was changed" in pages.text_of(again)
    article.refresh_from_db()
    assert (article.version, article.citations.count()) == (2, 2)


@pytest.mark.parametrize("cite", [["x"], ["999999"], ["9" * 40], ["-1"], []])
def test_what_is_no_source_is_not_cited(cite: list[str], cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer)
    answer = pages.client(cast.writer).post(address(article), {"cite": [*cite, ""], "version": "1"})
    assert answer.status_code == 302
    article.refresh_from_db()
    assert article.version == 1


def test_only_who_may_write_it_may_add(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer)
    assert pages.client(cast.reviewer).post(address(article), {"text": "10.1000/walk.1"}).status_code == 403
    assert pages.client(cast.outsider).get(address(article)).status_code in (302, 403)
    assert not Source.objects.filter(doi="10.1000/walk.1").exists()


@pytest.mark.parametrize(("ending", "sign"), [("ris", "TY  - JOUR"), ("bib", "@article{"), ("json", '"DOI"')])
def test_references_can_be_taken_away(ending: str, sign: str, cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer, citations=[f.source(doi="10.1000/walk.1")])
    place = reverse("admin:articles_article_references_file", args=[article.pk, ending])
    answer = pages.client(cast.writer).get(place)
    assert sign in answer.content.decode()
    assert f'{article.slug}-references.{ending}"' in answer["Content-Disposition"]
    page = f.published(cast.writer, cast.reviewer, cast.editor, citations=[f.source(doi="10.1000/walk.2")])
    public = pages.client(cast.outsider).get(reverse("public:references", args=[page.slug, ending]))
    assert "10.1000/walk.2" in public.content.decode()
    assert pages.client(cast.writer).get(place.replace(f".{ending}", ".exe")).status_code == 404


def test_what_is_not_live_gives_nothing_away(cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer)
    assert pages.client(cast.writer).get(f"/articles/{article.slug}/references.ris").status_code == 404


def test_two_records_are_compared_and_merged(cast: SimpleNamespace) -> None:
    keep = library.enter(Work(title="Walking", doi="10.1000/walk.1"), by=cast.writer).source
    drop = library.enter(Work(title="Walking!", pmid="77"), by=cast.writer).source
    writer = pages.client(cast.writer)
    place = reverse("admin:articles_source_merge", args=[keep.pk])
    assert "10.1000/walk.1" in pages.text_of(writer.get(f"{place}?with={drop.pk}"))
    assert "Walking!" in pages.text_of(writer.get(f"{place}?q=PMID+77"))
    assert pages.client(cast.reviewer).post(place, {"with": drop.pk, "keep": keep.pk}).status_code == 403
    done = writer.post(place, {"with": drop.pk, "keep": keep.pk}, follow=True)
    assert "now stands for this record" in pages.text_of(done)
    keep.refresh_from_db()
    assert keep.pmid == "77"
    again = writer.post(place, {"with": drop.pk, "keep": keep.pk}, follow=True)
    assert "not merged already" in pages.text_of(again)


def test_a_source_takes_identifiers_in_any_spelling(cast: SimpleNamespace) -> None:
    writer = pages.client(cast.writer)
    form = pages.values(writer.get("/admin/articles/source/add/").content.decode(), "source_form")
    entered = {
        **form,
        "title": "New",
        "doi": "https://dx.doi.org/10.1000/WALK.9.",
        "pmid": "PMID: 55",
        "isbn": "0-306-40615-2",
    }
    assert writer.post("/admin/articles/source/add/", entered).status_code == 302
    source = Source.objects.get(title="New")
    assert (source.doi, source.pmid, source.isbn) == ("10.1000/walk.9", "55", "9780306406157")
    wrong = writer.post("/admin/articles/source/add/", {**form, "title": "Wrong", "isbn": "0-306-40615-3"})
    assert "check digit" in pages.text_of(wrong)
    assert not Source.objects.filter(title="Wrong").exists()


def test_a_merged_record_is_not_offered_for_citing(cast: SimpleNamespace) -> None:
    keep, drop = f.source(title="Walking one"), f.source(title="Walking two")
    library.merge(keep, drop, by=cast.writer)
    place = "/admin/autocomplete/?app_label=articles&model_name=citation&field_name=source&term=Walking"
    found = json.loads(pages.client(cast.writer).get(place).content)["results"]
    assert [one["id"] for one in found] == [str(keep.pk)]


def test_what_was_looked_up_while_the_page_was_open_stays(cast: SimpleNamespace) -> None:
    source = library.enter(Work(title="Walking", doi="10.1000/walk.1"), by=cast.writer).source
    writer = pages.client(cast.writer)
    place = reverse("admin:articles_source_change", args=[source.pk])
    form = pages.values(writer.get(place).content.decode(), "source_form")
    Source.objects.filter(pk=source.pk).update(pmid="77", year=2021, authors="Stone AB", kind="trial")
    assert writer.post(place, {**form, "title": "Walking, slowly"}).status_code == 302
    source.refresh_from_db()
    assert source.title == "Walking, slowly"
    assert (source.pmid, source.year, source.authors, source.kind) == ("77", 2021, "Stone AB", "trial")


def test_an_identifier_typed_by_hand_is_looked_up(cast: SimpleNamespace) -> None:
    source = f.source(title="Walking")
    writer = pages.client(cast.writer)
    place = reverse("admin:articles_source_change", args=[source.pk])
    form = pages.values(writer.get(place).content.decode(), "source_form")
    writer.post(place, {**form, "title": "Walking, slowly"})
    assert not Outbox.objects.filter(job="look_up_source").exists()
    writer.post(place, {**form, "pmid": "77"})
    assert Outbox.objects.get(job="look_up_source").payload == {"source": source.pk}


def test_an_arxiv_number_is_taken_in_any_spelling(cast: SimpleNamespace) -> None:
    writer = pages.client(cast.writer)
    form = pages.values(writer.get("/admin/articles/source/add/").content.decode(), "source_form")
    for number, typed in enumerate(("2101.00001", "arXiv:2101.00002", "https://arxiv.org/abs/2101.00003")):
        entered = {**form, "title": f"New {number}", "arxiv": typed}
        assert writer.post("/admin/articles/source/add/", entered).status_code == 302
    known = Source.objects.order_by("pk").values_list("arxiv", flat=True)
    assert list(known) == ["2101.00001", "2101.00002", "2101.00003"]


@pytest.mark.parametrize(
    ("kept", "dropped", "after"),
    [("none", "retracted", "retracted"), ("unknown", "correction", "correction"),
     ("retracted", "correction", "retracted"), ("none", "unknown", "none")],
)  # fmt: skip
def test_a_merged_source_stands_as_the_graver_of_the_two(
    kept: str, dropped: str, after: str, cast: SimpleNamespace
) -> None:
    keep, drop = f.source(title="Walking", standing=kept), f.source(title="Walking!", standing=dropped)
    place = reverse("admin:articles_source_merge", args=[keep.pk])
    pages.client(cast.writer).post(place, {"with": drop.pk, "keep": keep.pk})
    keep.refresh_from_db()
    assert keep.standing == after
    told = list(keep.standing_changes.values_list("dataset", flat=True))
    assert told == ([f"source {drop.pk}, merged into this"] if after != kept else [])


def test_no_query_breaks_the_merge_page(cast: SimpleNamespace) -> None:
    place = reverse("admin:articles_source_merge", args=[f.source(doi="10.1000/walk.1").pk])
    assert pages.client(cast.writer).get(f"{place}?q=%00walking%00").context["query"] == "walking"


def test_text_and_file_together_are_no_longer_than_one(
    cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pasting, "MOST", 2)
    file = SimpleUploadedFile("refs.txt", b"10.1000/c\n10.1000/d")
    article = f.draft(cast.writer)
    answer = pages.client(cast.writer).post(address(article), {"text": "10.1000/a", "file": file})
    assert "Only the first 2 references were read" in pages.text_of(answer)
    assert set(Source.objects.exclude(doi="").values_list("doi", flat=True)) == {"10.1000/a", "10.1000/c"}
