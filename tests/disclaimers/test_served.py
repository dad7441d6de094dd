"""After publishing: what is proven of the page as readers get it, and what its problems lead to."""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from articles.models import Outbox, Publication
from articles.public import asking
from reviews import audit, served, workflow
from reviews.models import Event, ServedCheck
from reviews.proving import problems_in
from reviews.templatetags.states import event_words
from tests import factories as f

Work = Callable[[], None]
Page = SimpleNamespace
ADVICE, LAW, THIRD = "“Not advice”", "“The law”", "“A third of it”"
NAMES = {"advice": "Not advice", "law": "The law", "third": "A third of it"}
BODY = f.BODY + "<ul><li>Begin slowly.</li><li>Rest in twelve weeks or so [1].</li></ul><p>And walk.</p>"


@pytest.fixture
def page(cast: SimpleNamespace, policy: Callable[..., bool]) -> Publication:
    """A live page with a disclaimer in each place."""
    return f.published(cast.writer, cast.reviewer, cast.editor)


def html_of(page: Publication) -> str:
    return Client().get(reverse("public:article", args=[page.slug])).content.decode()


def problems(page: Publication, html: str) -> list[str]:
    return problems_in(
        html,
        disclaimers=page.attestation["disclaimers"],
        body=page.edition.content["body"],
        names=NAMES,
    )


def test_a_page_as_it_is_served(page: Publication) -> None:
    assert {d["placement"] for d in page.attestation["disclaimers"]} == {"top", "inline", "end"}
    assert problems(page, html_of(page)) == []


@pytest.mark.parametrize(
    ("body", "quote"),
    [
        (BODY, "Rest in twelve weeks or so [1]."),
        (f.BODY + "<table><tr><td>a</td><td>in twelve weeks exactly</td></tr></table><p>x</p>", "in twelve weeks exactly"),
        (f.BODY + "<blockquote><p>Give it twelve weeks, or more.</p></blockquote><h2>Then</h2>", "Give it twelve weeks, or more."),
    ],
    ids=["list", "table", "quote"],
)  # fmt: skip
def test_inline_in_lists_tables_and_quotations(
    body: str, quote: str, cast: SimpleNamespace, policy: Callable[..., bool]
) -> None:
    policy(("twelve weeks", quote.rstrip(".").removesuffix(" [1]")))
    page = f.published(cast.writer, cast.reviewer, cast.editor, body=body)
    assert "third" in {d["key"] for d in page.attestation["disclaimers"]}
    html = html_of(page)
    assert problems(page, html) == []
    box = re.search(r'<div class="disclaimer disclaimer-inline".*?</div>', html)
    assert box
    moved = html.replace(box[0], "").replace('<div class="body">', f'<div class="body">{box[0]}')
    assert problems(page, moved) == [f"{THIRD} is not in its place, right after its passage."]


def around(html: str, key: str, before: str, after: str) -> str:
    box = re.search(rf'<div class="disclaimer[^>]*data-disclaimer="{key}".*?</div>', html)
    assert box
    return html.replace(box[0], before + box[0] + after)


def moved(html: str, key: str, to: str) -> str:
    box = re.search(rf'<div class="disclaimer[^>]*data-disclaimer="{key}".*?</div>', html)
    assert box
    assert to in html
    return html.replace(box[0], "").replace(to, box[0] + to)


HIDDEN = "is on the page, but readers do not see it"
TAMPERED: dict[str, tuple[Callable[[str], str], str]] = {
    "the attribute hidden": (
        lambda h: h.replace('data-disclaimer="law"', 'hidden data-disclaimer="law"'),
        f"{LAW} {HIDDEN}: it is marked as hidden.",
    ),
    "hidden around it": (
        lambda h: h.replace('class="know-first"', 'class="know-first" hidden=""'),
        f"{LAW} {HIDDEN}: it is marked as hidden.",
    ),
    "hidden until found": (
        lambda h: around(h, "advice", '<div hidden="until-found">', "</div>"),
        f"{ADVICE} {HIDDEN}: it is marked as hidden.",
    ),
    "collapsed": (
        lambda h: around(h, "law", "<details><summary>More</summary>", "</details>"),
        f"{LAW} {HIDDEN}: it is inside a closed “details”.",
    ),
    "aria-hidden": (
        lambda h: h.replace('class="keep-in-mind"', 'class="keep-in-mind" aria-hidden="true"'),
        f"{ADVICE} {HIDDEN}: it is hidden from screen readers.",
    ),
    "display: none": (
        lambda h: h.replace('data-disclaimer="advice"', 'style="color:red; display : none" data-disclaimer="advice"'),
        f"{ADVICE} {HIDDEN}: a style hides it.",
    ),
    "no opacity": (
        lambda h: h.replace('data-disclaimer="advice"', 'style="opacity:0" data-disclaimer="advice"'),
        f"{ADVICE} {HIDDEN}: a style hides it.",
    ),
    "for screen readers only": (
        lambda h: h.replace('"disclaimer disclaimer-top"', '"disclaimer sr-only"'),
        f"{LAW} {HIDDEN}: its class hides it.",
    ),
    "in a template": (
        lambda h: around(h, "law", "<template>", "</template>"),
        f"{LAW} {HIDDEN}: it is inside “template”.",
    ),
    "in a comment": (lambda h: around(h, "law", "<!--", "-->"), f"{LAW} is not on the page."),
    "gone": (lambda h: h.replace('data-disclaimer="law"', ""), f"{LAW} is not on the page."),
    "other words": (
        lambda h: h.replace("The law in Britain.", "The law in Britain is mild."),
        f"{LAW} stands on the page with other words than were signed.",
    ),
    "a word hidden": (
        lambda h: h.replace("This is information.", "This <span hidden>is</span> information."),
        f"{ADVICE} is on the page, but readers do not see all its words.",
    ),
    "words in a comment": (
        lambda h: h.replace("This is information.", "This <!-- is --> information."),
        f"{ADVICE} stands on the page with other words than were signed.",
    ),
    "top moved behind the text": (
        lambda h: moved(h, "law", '<section class="provenance"'),
        f"{LAW} is not in its place, before the text.",
    ),
    "top moved into the text": (
        lambda h: moved(h, "law", "<h2 id=\"section-1\""),
        f"{LAW} is not in its place, before the text.",
    ),
    "end moved before the text": (
        lambda h: moved(h, "advice", '<div class="body">'),
        f"{ADVICE} is not in its place, after the text.",
    ),
    "inline moved away from its passage": (
        lambda h: moved(h, "third", '<h2 id="section-1"'),
        f"{THIRD} is not in its place, right after its passage.",
    ),
    "inline moved out of the text": (
        lambda h: moved(h, "third", '<section class="provenance"'),
        f"{THIRD} is not in its place, right after its passage.",
    ),
    "no text": (lambda h: h.replace('<div class="body">', "<div>"), "The page has no text."),
    "nothing": (lambda _: "", "The page is empty or cannot be read."),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_page(name: str, page: Publication) -> None:
    tamper, expected = TAMPERED[name]
    html = html_of(page)
    assert tamper(html) != html
    assert problems(page, tamper(html)) == [expected]


@pytest.mark.parametrize(
    "tamper",
    [
        lambda h: around(h, "law", "<details open><summary>More</summary>", "</details>"),
        lambda h: h.replace("This is information.", "This is <!-- a word to editors -->information."),
        lambda h: h.replace("<main", "<div hidden>A dialogue</div><main"),
        lambda h: around(h, "law", '<div style="opacity: 0.9; height: 20px">', "</div>"),
    ],
    ids=["open details", "a comment", "something else hidden", "a style that hides nothing"],
)
def test_a_page_that_only_looks_tampered(tamper: Callable[[str], str], page: Publication) -> None:
    assert problems(page, tamper(html_of(page))) == []


# --- The job ----------------------------------------------------------------------------------------


def test_publishing_promises_the_check(page: Publication, work: Work) -> None:
    assert Outbox.objects.get(job="check_served").payload == {"publication": page.pk}
    assert not ServedCheck.objects.exists()
    work()
    check = ServedCheck.objects.get()
    assert (check.publication, check.problems) == (page, [])
    assert not Event.objects.filter(action="disclaimer_unseen").exists()
    assert audit.verify().ok


def test_problems_are_told_and_shown(
    page: Publication, cast: SimpleNamespace, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    html = html_of(page).replace('class="know-first"', 'class="know-first" hidden')
    client = Client()
    client.force_login(cast.editor)
    live, article = reverse("desk:live"), reverse("desk:article", args=[page.article_id])
    work()
    for address in (live, article):
        assert "not seen by readers" not in client.get(address).content.decode()
    mail.outbox.clear()
    with monkeypatch.context() as patch:
        patch.setattr(served, "fetch", lambda path: (200, html))
        check = served.check_page(page.pk)
    assert check is not None
    assert check.problems == [f"{LAW} {HIDDEN}: it is marked as hidden."]
    work()
    (message,) = [m for m in mail.outbox if "is not seen by readers" in m.subject]
    assert message.to == [cast.editor.email]
    assert check.problems[0] in message.body
    assert "A disclaimer is not seen by readers" in client.get(live).content.decode()
    assert check.problems[0] in client.get(article).content.decode()
    assert [fault.check for fault in audit.verify().faults] == ["served pages"]
    # Mended and looked at again: the newest check counts.
    assert served.check_page(page.pk)
    assert audit.verify().ok
    assert "A disclaimer is not seen" not in client.get(live).content.decode()


def test_a_page_that_does_not_answer(page: Publication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "fetch", lambda path: (503, "Busy"))
    check = served.check_page(page.pk)
    assert check is not None
    assert check.problems == ["The page could not be read: the site answered 503."]


def test_what_is_not_live_is_not_checked(page: Publication, cast: SimpleNamespace, work: Work) -> None:
    from reviews import workflow

    workflow.withdraw(page.article, by=cast.editor, reason="Wrong.")
    work()
    assert not ServedCheck.objects.exists()
    assert Outbox.objects.get(job="check_served").done_at


@pytest.mark.parametrize("https", [False, True])
def test_through_the_whole_site(https: bool, page: Publication, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = https
    settings.SITE_URL = "https://127.0.0.1" if https else "http://127.0.0.1:8000"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if https else None
    asking._site.cache_clear()
    try:
        status, html = served.fetch(reverse("public:article", args=[page.slug]))
        assert (status, problems(page, html)) == (200, [])
        assert served.fetch("/articles/nothing-here/")[0] == 404
    finally:
        asking._site.cache_clear()


def test_over_http(live_server: LiveServer, cast: SimpleNamespace, policy: Any, settings: Any) -> None:
    page = f.published(cast.writer, cast.reviewer, cast.editor)
    settings.PUBLIC_BASE_URL = live_server.url
    check = served.check_page(page.pk)
    assert check is not None
    assert check.problems == []
    assert served.fetch("/articles/nothing-here/")[0] == 404
    settings.PUBLIC_BASE_URL = "http://127.0.0.1:9"
    with pytest.raises(OSError, match="refused"):
        served.check_page(page.pk)


def test_the_command(page: Publication, monkeypatch: pytest.MonkeyPatch) -> None:
    out = StringIO()
    call_command("check_served", stdout=out)
    assert out.getvalue() == "Checked 1 page: all is well.\n"
    monkeypatch.setattr(served, "fetch", lambda path: (500, ""))
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("check_served", page.slug, stdout=out)
    assert out.getvalue().endswith("Checked 1 page: 1 wrong.\n")
    with pytest.raises(Exception, match="Nothing is live at: nowhere"):
        call_command("check_served", "nowhere")


def test_a_page_that_came_down_while_it_was_fetched(
    page: Publication, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read then may be the notice in its place: nothing is recorded and nobody is alarmed."""

    def fetched(path: str) -> tuple[int, str]:
        workflow.withdraw(page.article, by=cast.editor, reason="A dose is wrong.")
        return 410, "Withdrawn"

    monkeypatch.setattr(served, "fetch", fetched)
    assert served.check_page(page.pk) is None
    assert not ServedCheck.objects.exists()
    assert not Event.objects.filter(action="disclaimer_unseen").exists()


def test_an_answer_that_is_no_http_is_a_site_that_cannot_be_reached(
    page: Publication, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    def broken(*args: Any, **fields: Any) -> None:
        raise http.client.BadStatusLine("SSH-2.0")

    settings.PUBLIC_BASE_URL = "http://127.0.0.1:9"
    monkeypatch.setattr("urllib.request.urlopen", broken)
    with pytest.raises(OSError, match="BadStatusLine"):
        served.check_page(page.pk)


def test_the_history_says_it_in_words() -> None:
    assert event_words("disclaimer_unseen") == "found a disclaimer that readers do not see"
