"""What the site states about each publication, and where readers find it."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from articles import publishing
from articles.attesting import attest, fragment
from articles.canonical import canonical, digest_text
from articles.keys import holds
from articles.models import Attestation, Notice, Publication
from reviews import audit, workflow
from reviews.models import Event
from tests import factories as f
from tests.trust.conftest import Edited, answered

pytestmark = pytest.mark.django_db
ADDRESS = "/articles/walking/attestation.json"


def test_it_says_what_was_published_by_whom_and_where_that_stands_in_the_log(
    client: Client, live: Publication, settings: Any
) -> None:
    answer = answered(client, ADDRESS)
    said = answer["document"]
    event = Event.objects.get(action="publish")
    assert said["event"] == {"sequence": event.sequence, "hash": event.hash}
    assert said["edition"] == {"number": 1, "digest": live.edition.digest}
    assert said["signed_digest"] == live.signed_digest
    assert said["article"] == {
        "url": f"{settings.SITE_URL}/articles/walking/", "slug": "walking", "locale": "en-GB",
        "title": "Walking and your back",
    }  # fmt: skip
    (signer,) = said["signers"]
    assert (signer["name"], signer["credentials"]) == ("Dr Rita Reviewer", "MD, FRCP")
    assert signer["meaning"]
    assert [d["key"] for d in said["disclaimers"]] == [d["key"] for d in live.attestation["disclaimers"]]
    assert said["review_due"] == live.review_due.isoformat()
    served = client.get("/articles/walking/").content.decode()
    assert said["article_html"] == digest_text(fragment(served)) == digest_text(fragment(live.html))
    assert holds(canonical(said), key=answer["key"], signature=answer["signature"])
    assert (answer["status"], answer["notices"]) == ("live", [])
    assert answer["keys"] == f"{settings.SITE_URL}/.well-known/signoff-keys.json"


def test_the_page_says_where_it_is(client: Client, live: Publication) -> None:
    page = client.get("/articles/walking/").content.decode()
    assert f'<link rel="alternate" type="application/json" href="{ADDRESS}" title="Attestation">' in page
    assert 'href="/articles/walking/history/"' in page
    assert 'href="/check-this-page/"' in page


def test_it_tells_of_notices_that_stand_above_the_page_since(
    client: Client, live: Publication, cast: SimpleNamespace
) -> None:
    before = client.get(ADDRESS)["ETag"]
    publishing.tell_readers(
        live, by=cast.editor, text="A source was retracted.", kind=Notice.Kind.EXPRESSION_OF_CONCERN
    )
    (notice,) = answered(client, ADDRESS)["notices"]
    assert (notice["kind"], notice["text"]) == ("expression_of_concern", "A source was retracted.")
    assert client.get(ADDRESS)["ETag"] != before


def test_a_copy_is_asked_about_and_not_sent_twice(client: Client, live: Publication) -> None:
    first = client.get(ADDRESS)
    assert first["Cache-Control"] == "no-cache"
    again = client.get(ADDRESS, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = client.head(ADDRESS)
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", first["ETag"])
    assert client.post(ADDRESS).status_code == 405


def test_an_earlier_edition_keeps_its_own(client: Client, live: Publication, edited: Edited) -> None:
    first = answered(client, ADDRESS)
    edited(live, title="Walking and backs")
    assert answered(client, ADDRESS)["document"]["edition"]["number"] == 2
    earlier = answered(client, "/articles/walking/history/1/attestation.json")
    assert earlier["status"] == "superseded"
    assert earlier["document"] == first["document"]
    assert client.get("/articles/walking/history/3/attestation.json").status_code == 404


def test_each_time_that_an_edition_was_signed_has_its_own(
    client: Client, live: Publication, cast: SimpleNamespace
) -> None:
    first = answered(client, ADDRESS)["document"]
    signed_again(live, cast)
    address = "/articles/walking/history/1/attestation.json"
    assert answered(client, address)["document"] == answered(client, ADDRESS)["document"] != first
    assert answered(client, f"{address}?time=1")["document"] == first
    for odd in ("0", "3", "x", "\x00", "-1", "1" * 5000):
        assert client.get(address, {"time": odd}).status_code == 200


def signed_again(live: Publication, cast: SimpleNamespace) -> Publication:
    review = workflow.open_for_alert(live.article, reason="Its review is due.")
    f.judge(review, cast.second)
    f.sign(review, cast.second)
    return workflow.publish(review, by=cast.editor)


@pytest.mark.parametrize("how", ["withdraw", "retract"])
def test_after_a_take_down_there_is_the_notice_and_nothing_else(
    client: Client, live: Publication, edited: Edited, cast: SimpleNamespace, how: str
) -> None:
    edited(live, title="Walking and backs", summary="Secret summary.")
    getattr(workflow, how)(live.article, by=cast.lead, reason="The dose was wrong.")
    for address in (ADDRESS, "/articles/walking/history/1/attestation.json"):
        answer = answered(client, address, status=410)
        assert answer["status"] == {"withdraw": "withdrawn", "retract": "retracted"}[how]
        assert [notice["text"] for notice in answer["notices"]] == ["The dose was wrong."]
        assert answer["article"]["title"] == "Walking and backs"
        assert set(answer) == {"status", "article", "notices"}
        assert client.get(address)["Cache-Control"] == "no-cache"


def test_an_edition_that_was_taken_down_stays_down_when_the_article_is_back(
    client: Client, live: Publication, edited: Edited, cast: SimpleNamespace
) -> None:
    workflow.withdraw(live.article, by=cast.lead, reason="The title was wrong.")
    edited(live, title="Walking and backs")
    assert answered(client, ADDRESS)["document"]["edition"]["number"] == 2
    answer = answered(client, "/articles/walking/history/1/attestation.json", status=410)
    assert "your back" not in json.dumps(answer)


def test_nothing_of_drafts(client: Client, live: Publication, cast: SimpleNamespace) -> None:
    f.draft(cast.writer, slug="draft")
    f.signed(cast.writer, cast.reviewer, slug="signed")
    f.scheduled(cast.writer, cast.reviewer, cast.editor, slug="scheduled")
    for slug in ("draft", "signed", "scheduled", "never"):
        assert client.get(f"/articles/{slug}/attestation.json").status_code == 404
        assert client.get(f"/articles/{slug}/history/1/attestation.json").status_code == 404


def test_an_old_address_leads_to_the_new_one(client: Client, live: Publication, edited: Edited) -> None:
    edited(live, slug="strolling")
    for address in ("attestation.json", "history/", "history/1/", "history/1/attestation.json"):
        moved = client.get(f"/articles/walking/{address}")
        assert (moved.status_code, moved["Location"]) == (301, f"/articles/strolling/{address}")
        assert moved["Cache-Control"] == "no-cache"
        assert client.get(moved["Location"]).status_code == 200


def test_no_publication_without_one(
    cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any
) -> None:
    """A site whose key cannot be read publishes nothing, and nothing is left half done."""
    review = f.signed(cast.writer, cast.reviewer)
    settings.ATTESTATION_KEY = b""
    settings.VAR_DIR = tmp_path / "nowhere"
    events = Event.objects.count()
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        workflow.publish(review, by=cast.editor)
    review.refresh_from_db()
    assert review.status == "signed_off"
    assert (Publication.objects.count(), Event.objects.count()) == (0, events)


def test_a_refused_publication_is_not_attested(cast: SimpleNamespace) -> None:
    review = f.submitted(cast.writer)
    with pytest.raises(workflow.Refused):
        workflow.publish(review, by=cast.editor)
    assert not Attestation.objects.exists()


# --- verify -----------------------------------------------------------------------------------------------


def said_by_verify() -> list[str]:
    return [fault.sentence for fault in audit.verify().faults if fault.check == "attestations"]


def test_verify_counts_them(live: Publication, edited: Edited) -> None:
    edited(live, title="Walking and backs")
    report = audit.verify()
    assert (report.counts["attestations"], report.faults) == (2, [])


def test_verify_finds_a_key_that_is_not_listed_any_more(live: Publication, settings: Any) -> None:
    old = settings.ATTESTATION_KEY
    settings.ATTESTATION_KEY = bytes(32)
    (sentence,) = said_by_verify()
    assert "ATTESTATION_OLD_KEYS" in sentence
    settings.ATTESTATION_KEY = old
    assert said_by_verify() == []


def test_verify_finds_one_that_says_something_else(cast: SimpleNamespace, live: Publication) -> None:
    """Somebody with the key makes up an attestation: it does not fit the publication, or the log."""
    other = f.published(cast.writer, cast.reviewer, cast.editor)
    told = Event.objects.get(action="publish", facts__publication=other.pk)
    at = {"sequence": told.sequence, "hash": told.hash}
    made_up(live, event={"sequence": at["sequence"], "hash": at["hash"]})
    (sentence,) = said_by_verify()
    assert "another entry of the log" in sentence


def test_verify_finds_a_changed_word(live: Publication) -> None:
    said = live.signed_attestation.content | {"reviewed_on": "2030-01-01"}
    made_up(live, document=canonical(said))
    assert len(said_by_verify()) == 2  # neither signed nor what was published
    made_up(live, document="{}")
    assert any("cannot be read" in sentence for sentence in said_by_verify())


def made_up(page: Publication, *, event: Any = None, document: str = "") -> None:
    """Put another attestation in the place of a page's own, as somebody with the database might."""
    from articles import guards

    guards.remove()
    Attestation.objects.filter(publication=page).delete()
    if event:
        attest(page, event=event)
    else:
        Attestation.objects.create(publication=page, document=document, signature="AAAA", key="no such key")
    guards.install()
