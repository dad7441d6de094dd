"""The screening on the writer's page, through HTTP alone: the list, the answers, the text with its marks."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape
from lxml import html

from articles.editing import save_draft
from articles.models import Article
from reviews import answers, judging, workflow
from reviews.models import Answer
from tests import factories as f
from tests import remarks
from tests.admin import pages

pytestmark = pytest.mark.django_db

DOSE = "Take 10 mg of melatonin before bed."
VAGUE = "Experts say that a short walk helps."
BODY = f"{f.BODY}<p>{DOSE}</p><p>{VAGUE}</p>"
BROKEN = f"{BODY}<p>See [7].</p>"
EVIL = '"><script>alert(1)</script>'


@pytest.fixture(autouse=True)
def _few_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    remarks.install(monkeypatch)


@pytest.fixture
def article(cast: SimpleNamespace) -> Article:
    return f.draft(cast.writer, body=BODY)


@pytest.fixture
def writer(cast: SimpleNamespace) -> Client:
    return pages.client(cast.writer)


def marks(article: Article) -> str:
    return reverse("admin:articles_article_marks", args=[article.pk])


def answer(article: Article) -> str:
    return reverse("admin:articles_article_answer", args=[article.pk])


def tree(who: Client, address: str) -> Any:
    page = who.get(address)
    assert page.status_code == 200
    return html.fromstring(page.content.decode())


def remark(page: Any, words: str) -> Any:
    """The entry in the list that is about a passage."""
    (item,) = [li for li in page.xpath("//li[@data-passage]") if words in li.get("data-quote")]
    (found,) = item.find_class("remark")
    return found


def form(page: Any, words: str, **typed: str) -> dict[str, str]:
    """What the browser sends of the form of a remark: its fields, wherever on the page they stand."""
    number = remark(page, words).get("id").removeprefix("hit-")
    return {**dict(page.get_element_by_id(f"answer-{number}").form_values()), **typed}


def words(element: Any) -> str:
    return " ".join(element.text_content().split())


def counts(page: Any) -> dict[str, str]:
    return {
        one.get("data-group"): words(one.xpath("./summary//*[@class='count']")[0])
        for one in page.xpath("//details[@data-group]")
    }


def test_remarks_stand_by_severity_with_their_counts(writer: Client, cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer, body=BROKEN)
    page = tree(writer, pages.change(article))
    assert counts(page) == {"fix": "1 to mend", "critical": "0 of 1 answered", "resolve": "0 of 1 answered"}
    assert [d.get("data-group") for d in page.xpath("//details[@data-group][@open]")] == ["fix"]
    assert DOSE in words(page.get_element_by_id("screening"))
    said = words(remark(page, "melatonin"))
    assert "Dosing advice" in said and "without a source" in said
    assert "1 remark of the screening must be mended." in words(page)


def test_no_remark_is_said_too(writer: Client, cast: SimpleNamespace) -> None:
    page = tree(writer, pages.change(f.draft(cast.writer)))
    assert "The screening has no remark on version 1." in words(page)


def test_the_first_group_that_waits_is_open(writer: Client, article: Article) -> None:
    page = tree(writer, pages.change(article))
    assert [d.get("data-group") for d in page.xpath("//details[@data-group][@open]")] == ["critical"]
    writer.post(answer(article), form(page, "melatonin", kind="fixed"))
    page = tree(writer, pages.change(article))
    assert counts(page)["critical"] == "1 of 1 answered"
    assert [d.get("data-group") for d in page.xpath("//details[@data-group][@open]")] == ["resolve"]


def test_remarks_on_one_sentence_stand_under_one_quote(writer: Client, cast: SimpleNamespace) -> None:
    both = "Experts say that a third of all people sleep badly, and 40% of them hurt."
    article = f.draft(cast.writer, body=f"{f.BODY}<p>{both}</p>")
    page = tree(writer, pages.change(article))
    (item,) = [li for li in page.xpath("//li[@data-passage]") if li.get("data-quote") == both]
    assert len(item.find_class("remark")) == 2
    assert len(item.xpath(".//q")) == 1


def test_what_must_be_mended_has_no_form(writer: Client, cast: SimpleNamespace) -> None:
    page = tree(writer, pages.change(f.draft(cast.writer, body=BROKEN)))
    entry = remark(page, "[7]")
    assert not entry.xpath(".//input | .//textarea | .//button")
    assert "Add the missing reference or correct the number." in words(entry)
    numbers = {one.get("id") for one in page.xpath("//form[@data-answer]")}
    assert f"answer-{entry.get('id').removeprefix('hit-')}" not in numbers


def test_no_field_of_an_answer_belongs_to_the_articles_form(writer: Client, article: Article) -> None:
    page = tree(writer, pages.change(article))
    fields = page.xpath("//*[@id='screening']//*[self::input or self::textarea or self::button]")
    assert fields
    for field in fields:
        assert page.get_element_by_id(field.get("form")).get("action") == answer(article)
    assert not page.xpath("//form//form")
    ids = [one.get("id") for one in page.xpath("//*[@id]")]
    assert len(ids) == len(set(ids))


def test_an_answer_is_given_changed_and_taken_back(
    writer: Client, article: Article, cast: SimpleNamespace
) -> None:
    page = tree(writer, pages.change(article))
    sent = form(page, "melatonin", kind="disagree", reason="It is\r\na quote.")
    response = writer.post(answer(article), sent, follow=True)
    assert response.redirect_chain[0][0] == f"{pages.change(article)}#hit-{sent['hit']}"
    assert "Answer recorded." in pages.text_of(response)
    page = html.fromstring(response.content.decode())
    assert "Wanda Writer: disagrees. It is" in words(remark(page, "melatonin"))
    assert Answer.objects.get().reason == "It is\na quote."
    assert counts(page)["critical"] == "1 of 1 answered"

    writer.post(answer(article), form(page, "melatonin", kind="sourced", reason=""))
    assert Answer.objects.get().kind == "sourced"
    response = writer.post(answer(article), form(page, "melatonin", take_back="1"), follow=True)
    assert "Answer taken back." in pages.text_of(response)
    assert not Answer.objects.exists()


def test_an_edit_reopens_only_what_it_touched(writer: Client, article: Article) -> None:
    page = tree(writer, pages.change(article))
    for which in ("melatonin", "Experts"):
        writer.post(answer(article), form(page, which, kind="fixed"))
    writer.post(
        pages.change(article),
        pages.opened(writer, pages.change(article), body=BODY.replace("10 mg", "20 mg")),
    )
    assert counts(tree(writer, pages.change(article))) == {
        "critical": "0 of 1 answered",
        "resolve": "1 of 1 answered",
    }


@pytest.mark.parametrize(
    ("typed", "status", "sentence"),
    [
        ({"kind": "disagree", "reason": " "}, 422, "Say why you disagree: the reviewer reads it."),
        ({"kind": "waved", "reason": "My words."}, 422, "Choose an answer from the list."),
        ({"kind": "fixed", "reason": "My words.", "version": "0"}, 409, "This draft was saved again"),
        ({"kind": "fixed", "reason": "My words.", "version": "9" * 5000}, 409, "This draft was saved again"),
        (
            {"kind": "fixed", "reason": "My words.", "quote": "Other words."},
            409,
            "does not say this of the draft any more",
        ),
    ],
)
def test_a_refusal_keeps_what_was_typed(
    writer: Client, article: Article, typed: dict[str, str], status: int, sentence: str
) -> None:
    sent = form(tree(writer, pages.change(article)), "melatonin", **typed)
    before = pages.everything()
    response = writer.post(answer(article), sent)
    assert response.status_code == status
    assert sentence in pages.text_of(response)
    assert typed["reason"].strip() in pages.text_of(response)
    assert pages.everything() == before
    assert not Answer.objects.exists()


def test_what_was_refused_as_stale_can_be_sent_again(
    writer: Client, article: Article, cast: SimpleNamespace
) -> None:
    sent = form(tree(writer, pages.change(article)), "melatonin", kind="disagree", reason="A quote.")
    save_draft(article, by=cast.writer, version=1, summary="Another summary.")
    refused = html.fromstring(writer.post(answer(article), sent).content.decode())
    again = dict(refused.xpath("//form[contains(@class, 'answer-again')]")[0].form_values())
    assert writer.post(answer(article), again).status_code == 302
    assert Answer.objects.get().reason == "A quote."


@pytest.mark.parametrize(
    ("who", "status"), [("colleague", 403), ("reviewer", 403), ("outsider", 403), ("editor", 302)]
)
def test_who_may_answer(
    writer: Client, article: Article, cast: SimpleNamespace, who: str, status: int
) -> None:
    sent = form(tree(writer, pages.change(article)), "melatonin", kind="fixed")
    person = pages.client(getattr(cast, who))
    assert person.post(answer(article), sent).status_code == status
    assert Answer.objects.exists() is (status == 302)
    if who in ("colleague", "reviewer"):
        page = tree(person, pages.change(article))
        assert not page.xpath("//form[@data-answer] | //*[@id='screening']//input")
        assert DOSE in [li.get("data-quote") for li in page.xpath("//li[@data-passage]")]


def test_only_by_post_with_a_token(cast: SimpleNamespace, writer: Client, article: Article) -> None:
    assert writer.get(answer(article)).status_code == 405
    assert writer.post("/admin/articles/article/999/answer/").status_code == 404
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.writer)
    assert strict.post(answer(article), {"version": "1"}).status_code == 403
    assert Client().post(answer(article)).status_code == 302


def test_the_text_with_its_marks(writer: Client, cast: SimpleNamespace) -> None:
    article = f.draft(cast.writer, title="Walking never harms", body=BROKEN)
    page = tree(writer, marks(article))
    ids = [one.get("id") for one in page.xpath("//*[@id]")]
    assert len(ids) == len(set(ids))
    for link in page.xpath("//a[starts-with(@href, '#')]/@href"):
        assert link[1:] in ids, link
    entry = remark(page, "melatonin")
    marked = page.get_element_by_id(f"passage-{entry.get('id')}")
    assert words(marked) == DOSE
    assert "hit-critical" in marked.get("class")
    pin = page.xpath(f"//a[contains(@class, 'pin')][@href='#{entry.get('id')}']")[0]
    assert "Critical" in words(pin) and "critical" in pin.get("aria-label")
    sent = form(page, "melatonin", kind="fixed")
    response = writer.post(answer(article), sent)
    assert response.headers["Location"] == f"{marks(article)}#hit-{sent['hit']}"


def test_who_may_read_reads_the_marks_and_answers_nothing(article: Article, cast: SimpleNamespace) -> None:
    page = tree(pages.client(cast.reviewer), marks(article))
    assert DOSE in words(page)
    assert not page.xpath("//form[@data-answer]")
    assert pages.client(cast.outsider).get(marks(article)).status_code == 403


def test_nothing_written_into_it_runs(writer: Client, cast: SimpleNamespace) -> None:
    article = f.draft(
        cast.writer,
        title=f"Experts say that {EVIL}",
        body=f"<p>Experts say that {escape(EVIL)} it helps.</p>",
    )
    page = tree(writer, pages.change(article))
    for item in page.xpath("//li[@data-passage][@data-where!='']"):
        number = item.find_class("remark")[0].get("id").removeprefix("hit-")
        if page.xpath(f"//form[@id='answer-{number}']"):
            sent = dict(page.get_element_by_id(f"answer-{number}").form_values())
            writer.post(answer(article), {**sent, "kind": "disagree", "reason": EVIL})
    for address in (pages.change(article), marks(article)):
        shown = tree(writer, address)
        assert not [s for s in shown.iter("script") if "alert" in (s.text or "")]
    assert Answer.objects.exists()
    sent["quote"] = EVIL
    refused = html.fromstring(writer.post(answer(article), {**sent, "reason": EVIL}).content.decode())
    assert not [s for s in refused.iter("script") if "alert" in (s.text or "")]


def test_a_page_screens_once_and_asks_no_more_for_more_answers(
    writer: Client, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    times: list[object] = []
    monkeypatch.setattr(
        "reviews.policy._screened", lambda text, weights: (times.append(text), tuple(remarks.screen(text)))[1]
    )
    prices = []
    for number in (3, 30):
        doses = "".join(f"<p>Take {n} mg of melatonin before bed.</p>" for n in range(10, 10 + number))
        article = f.draft(cast.writer, body=f.BODY + doses)
        for row in answers.answered_hits(article):
            answers.answer(
                article, by=cast.writer, version=1, rule=row.hit.rule, quote=row.hit.quote, kind="fixed"
            )
        for address in (pages.change(article), marks(article)):
            times.clear()
            with CaptureQueriesContext(connection) as queries:
                assert writer.get(address).status_code == 200
            prices.append(len(queries))
            assert len(times) == 1
    assert prices[:2] == prices[2:]
    assert prices[0] <= 36 and prices[1] <= 14, prices


def test_a_save_in_the_background_is_told_its_own_version(writer: Client, article: Article) -> None:
    address = pages.change(article)
    sent = pages.opened(writer, address, summary="One.")
    assert writer.post(address, sent).headers["Location"] == address
    sent = pages.opened(writer, address, summary="Two.", _background="1")
    response = writer.post(address, sent)
    assert response.headers["Location"] == f"{address}?saved=3"
    page = writer.get(response.headers["Location"])
    assert pages.values(page.content.decode())["version"] == "3"


def test_the_title_above_the_marks_is_a_heading(writer: Client, article: Article) -> None:
    (title,) = tree(writer, marks(article)).find_class("marked-title")
    assert title.tag == "h2"


def test_beside_it_stand_the_findings_of_the_reviewers_only(
    writer: Client, article: Article, cast: SimpleNamespace
) -> None:
    review = workflow.submit(article, by=cast.writer)
    judging.add_finding(review, by=cast.reviewer, message="Say in whom.")
    page = tree(writer, pages.change(article))
    panel = words(page.xpath("//*[@aria-labelledby='panel-heading']")[0])
    assert "1 finding of the reviewers" in panel and "Say in whom." in panel
    assert "2 remarks of the screening wait for the reviewer." in panel
    assert DOSE not in panel
