"""The history of an article: what was public and what changed, and never a word of anything else."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles import publishing
from articles.editing import save_draft
from articles.models import Notice, Publication
from reviews import judging, workflow
from reviews.models import Disclaimer
from tests import factories as f
from tests.public import pages
from tests.trust.conftest import Edited
from tests.trust.test_attestations import signed_again

pytestmark = pytest.mark.django_db
HISTORY = "/articles/walking/history/"
NEW = f.BODY.replace("about a third within twelve weeks", "about a third within sixteen weeks")


def seen(client: Client, address: str, *, status: int = 200) -> str:
    """What a reader reads there."""
    response = client.get(address)
    assert response.status_code == status
    assert response["Cache-Control"] == "no-cache"
    html = response.content.decode()
    pages.ids(html)
    return pages.text(html)


def test_every_edition_that_readers_had_the_newest_first(
    client: Client, live: Publication, edited: Edited, cast: SimpleNamespace
) -> None:
    edited(
        live,
        body=NEW,
        correction_kind="correction",
        correction_text="We had the weeks wrong.",
        signer=cast.second,
    )
    text = seen(client, HISTORY)
    assert text.index("Edition 2") < text.index("Edition 1")
    assert text.count("what readers see now") == 1
    assert "replaced" in text and "First published." in text
    assert "Signed by Dr Ravi Reviewer, MD, FRCP" in text and "Signed by Dr Rita Reviewer" in text
    assert "We had the weeks wrong." in text
    html = client.get(HISTORY).content.decode()
    assert 'href="/articles/walking/history/2/#time-1"' in html
    assert "/articles/walking/history/1/#" not in html  # nothing came before it
    assert "sixteen weeks" not in text


def test_the_first_edition_alone(client: Client, live: Publication) -> None:
    assert "Edition 1" in seen(client, HISTORY)
    assert "This was the first edition" in seen(client, f"{HISTORY}1/")


def test_rounds_that_never_were_public_are_not_told(client: Client, cast: SimpleNamespace) -> None:
    review = f.submitted(cast.writer, slug="walking", summary="First secret draft.")
    workflow.request_changes(review, by=cast.reviewer, reason="Say in whom.")
    save_draft(review.article, by=cast.writer, version=1, summary="What a walk can do.")
    workflow.resubmit(review, by=cast.writer)
    f.judge(review, cast.reviewer)
    f.sign(review, cast.reviewer)
    live = workflow.publish(review, by=cast.editor)
    assert live.edition.number == 2
    text = seen(client, HISTORY)
    assert "Edition 2" in text and "Edition 1" not in text and "Say in whom" not in text
    assert client.get(f"{HISTORY}1/").status_code == 404
    assert "secret" not in seen(client, f"{HISTORY}2/")


def test_what_changed(client: Client, live: Publication, edited: Edited, cast: SimpleNamespace) -> None:
    added = f.source(title="A newer trial of walking")
    edited(
        live, body=NEW.replace("adults [1]", "adults [2]"), title="Walking and your spine",
        citations=[*[r.source for r in live.references.all()], added], interests="Paid by a maker of shoes.",
        signer=cast.second,
    )  # fmt: skip
    html = client.get(f"{HISTORY}2/").content.decode()
    text = seen(client, f"{HISTORY}2/")
    assert "twelve" in pages.text(html, "//del[contains(., 'twelve')]")
    assert "sixteen" in pages.text(html, "//ins[contains(., 'sixteen')]")
    assert "[added: " in text and "[taken out: " in text  # in words too
    assert "the same as before" in text
    assert "Added: 2. A newer trial of walking" in text
    assert "Paid by a maker of shoes." in text
    assert "Signed by: Dr Ravi Reviewer, MD, FRCP Before, by: Dr Rita Reviewer, MD, FRCP" in text
    assert "Summary" not in text  # which did not change
    assert '<meta name="robots" content="noindex">' in html
    assert f'href="{HISTORY}#entry-2"' in html


def test_disclaimers_that_came(client: Client, live: Publication, cast: SimpleNamespace) -> None:
    review = workflow.open_for_alert(live.article, reason="Its review is due.")
    f.judge(review, cast.reviewer)
    interactions = Disclaimer.objects.get(key="interactions")
    judging.attach_disclaimer(review, by=cast.reviewer, disclaimer=interactions, quote="")
    f.sign(review, cast.reviewer)
    words = next(
        d
        for d in workflow.publish(review, by=cast.editor).attestation["disclaimers"]
        if d["key"] == "interactions"
    )
    text = seen(client, f"{HISTORY}1/")
    assert f"Disclaimers Added [added: {words['text'][:20]}" in text


def test_signed_again_without_a_change(client: Client, live: Publication, cast: SimpleNamespace) -> None:
    signed_again(live, cast)
    text = seen(client, HISTORY)
    assert "Edition 1, signed again" in text
    assert "Not a word of the text changed." in text
    html = client.get(HISTORY).content.decode()
    assert 'href="/articles/walking/history/1/attestation.json?time=2"' in html
    assert 'href="/articles/walking/history/1/attestation.json"' in html
    text = seen(client, f"{HISTORY}1/")
    assert "This was the first edition" in text
    assert "Before, by: Dr Rita Reviewer" in text


def test_a_long_text_is_compared_without_its_words(client: Client, live: Publication, edited: Edited) -> None:
    long = "<p>" + "word " * 4000 + "</p>"
    edited(live, body=f.BODY + long)
    edited(live, body=f.BODY + long.replace("word word word</p>", "word last word</p>") + "<p>End.</p>")
    html = client.get(f"{HISTORY}3/").content.decode()
    assert "<ins>" in html and "End." in html


@pytest.mark.parametrize("slug", ["walking", "back", "draft", "signed", "never", "a" * 5000, "%00", "☃"])
def test_nothing_of_what_was_never_public(client: Client, cast: SimpleNamespace, slug: str) -> None:
    f.draft(cast.writer, slug="draft")
    f.signed(cast.writer, cast.reviewer, slug="signed")
    for page in ("history/", "history/1/"):
        assert client.get(f"/articles/{slug}/{page}").status_code == 404


def test_what_is_in_review_does_not_show(
    client: Client, live: Publication, edited: Edited, cast: SimpleNamespace
) -> None:
    article = live.article
    article.refresh_from_db()
    save_draft(
        article, by=cast.writer, version=article.version, title="Canary title", summary="Canary summary.",
        body=f.BODY + "<p>Canary text.</p>", correction_kind="update", correction_text="Canary note.",
    )  # fmt: skip
    review = workflow.submit(article, by=cast.writer)
    for sign in (False, True):
        if sign:
            f.judge(review, cast.reviewer)
            f.sign(review, cast.reviewer)
        for address in (HISTORY, f"{HISTORY}1/", "/corrections/", "/articles/walking/attestation.json"):
            assert "anary" not in client.get(address).content.decode()
        assert client.get(f"{HISTORY}2/").status_code == 404


def test_a_withdrawn_article_has_its_notice_and_no_text(
    client: Client, live: Publication, edited: Edited, cast: SimpleNamespace
) -> None:
    edited(live, body=NEW, summary="Another summary.")
    workflow.withdraw(live.article, by=cast.lead, reason="The dose was wrong.")
    for address in (HISTORY, f"{HISTORY}1/", f"{HISTORY}2/"):
        text = seen(client, address, status=410)
        assert "The dose was wrong." in text
        for words in ("twelve", "sixteen", "Another summary", "What a daily walk", "<ins>", "Dr Rita"):
            assert words not in client.get(address).content.decode()
    assert client.get(f"{HISTORY}3/").status_code == 404


def test_a_retracted_article_keeps_its_dates_and_notices(
    client: Client, live: Publication, edited: Edited, cast: SimpleNamespace
) -> None:
    edited(
        live,
        body=NEW,
        summary="Another summary.",
        correction_kind="update",
        correction_text="A trial was added.",
    )
    workflow.retract(live.article, by=cast.lead, reason="Its only trial was invented.")
    text = seen(client, HISTORY, status=410)
    for words in (
        "Edition 2",
        "Edition 1",
        "A trial was added.",
        "Its only trial was invented.",
        "First published.",
    ):
        assert words in text
    for address, status in ((HISTORY, 410), (f"{HISTORY}1/", 410), (f"{HISTORY}2/", 410)):
        html = client.get(address).content.decode()
        seen(client, address, status=status)
        for words in (
            "twelve",
            "sixteen",
            "Another summary",
            "What a daily walk",
            "Dr Rita",
            "attestation.json",
        ):
            assert words not in html
    assert f'href="{HISTORY}"' in client.get("/articles/walking/").content.decode()


def test_a_text_that_was_taken_down_is_not_shown_through_its_successor(
    client: Client, live: Publication, edited: Edited, cast: SimpleNamespace
) -> None:
    """The article is back with other words: what was wrong with the first stays unseen."""
    workflow.withdraw(live.article, by=cast.lead, reason="It was wrong.")
    edited(live, body=NEW, title="Walking and your spine")
    assert client.get("/articles/walking/").status_code == 200
    for address, status in ((HISTORY, 200), (f"{HISTORY}1/", 410), (f"{HISTORY}2/", 200)):
        assert client.get(address).status_code == status
        html = client.get(address).content.decode()
        assert "It was wrong." in html or address.endswith("2/")
        for words in ("twelve", "sixteen", "your back", "<del>"):
            assert words not in html, (address, words)
    assert "its text is no longer shown" in seen(client, f"{HISTORY}2/")
    edited(live, body=f.BODY.replace("twelve", "ten"), title="Walking and your spine")
    assert "sixteen" in seen(client, f"{HISTORY}3/")  # these two were both well


def test_the_notice_leads_to_the_history_and_back(
    client: Client, live: Publication, edited: Edited, cast: SimpleNamespace
) -> None:
    """One that is printed in the page, and one that was put above it since."""
    page = edited(live, body=NEW, correction_kind="correction", correction_text="We had <the weeks> wrong.")
    publishing.tell_readers(
        page, by=cast.editor, text="A source fell.", kind=Notice.Kind.EXPRESSION_OF_CONCERN
    )
    article, past = (client.get(a).content.decode() for a in ("/articles/walking/", HISTORY))
    for notice in Notice.objects.all():
        assert f'id="{notice.anchor}"' in article and f'id="{notice.anchor}"' in past
        assert f'href="{HISTORY}#{notice.anchor}"' in article
        assert f'href="/articles/walking/#{notice.anchor}"' in past
    pages.ids(article)


def test_every_page_is_only_read(client: Client, live: Publication) -> None:
    for address in (HISTORY, f"{HISTORY}1/", "/corrections/", "/how-we-review/", "/check-this-page/"):
        assert client.post(address).status_code == 405
        head = client.head(address)
        assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize("number", ["0", "9", "9" * 400, "-1", "1.5", "x", "%00"])
def test_numbers_that_lead_nowhere(client: Client, live: Publication, number: str) -> None:
    for rest in ("", "attestation.json"):
        assert client.get(f"{HISTORY}{number}/{rest}").status_code == 404


def test_it_asks_as_little_of_a_long_past_as_of_a_short_one(
    client: Client, live: Publication, edited: Edited
) -> None:
    asked = []
    for n in range(3):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(HISTORY)
        asked.append([q["sql"] for q in queries])
        edited(live, title=f"Walking {n}")
    assert [len(sql) for sql in asked] == [2, 2, 2]
    assert '"html"' not in "".join(sql for one in asked for sql in one)
    with CaptureQueriesContext(connection) as queries:
        client.get(f"{HISTORY}2/")
    assert len(queries) == 3


def test_hostile_words_stay_words(client: Client, cast: SimpleNamespace, edited: Edited) -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    live = f.published(
        cast.writer, cast.reviewer, cast.editor, slug="walking", title=f"Old {evil}"[:180], summary=evil
    )
    edited(
        live, title=f"New {evil}"[:180], summary=f"{evil} twice", interests=evil, correction_kind="update",
        correction_text=evil, citations=[f.source(title=evil)],
    )  # fmt: skip
    for address in (HISTORY, f"{HISTORY}2/", "/corrections/"):
        tree: Any = pages.soup(client.get(address).content.decode())
        assert not tree.xpath("//script | //img | //@onerror")
