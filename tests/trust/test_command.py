"""`manage.py attest`: publications from before there were attestations get theirs, once."""

from __future__ import annotations

from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.test import Client

from articles import guards
from articles.models import Attestation, Publication
from reviews import audit, workflow
from reviews.attestations import attest_now
from reviews.models import Event
from tests import factories as f
from tests.trust.conftest import Edited

pytestmark = pytest.mark.django_db


def attest() -> tuple[str, str, int]:
    """What the command says on both channels, and its exit code."""
    out, err = StringIO(), StringIO()
    try:
        call_command("attest", stdout=out, stderr=err)
    except SystemExit as end:
        return out.getvalue(), err.getvalue(), int(str(end.code))
    return out.getvalue(), err.getvalue(), 0


@pytest.fixture
def before(live: Publication, edited: Edited, cast: SimpleNamespace) -> list[Publication]:
    """Publications superseded, live and withdrawn, from before there were attestations."""
    edited(live, title="Walking and backs")
    down = f.published(cast.writer, cast.reviewer, cast.editor)
    workflow.withdraw(down.article, by=cast.lead, reason="Prices out of date.")
    guards.remove()
    Attestation.objects.all().delete()
    guards.install()
    return list(Publication.objects.order_by("pk"))


def test_each_gets_one_and_a_second_run_changes_nothing(client: Client, before: list[Publication]) -> None:
    assert [fault.check for fault in audit.verify().faults] == ["attestations"] * 3
    assert client.get("/articles/walking/attestation.json").status_code == 404
    assert client.get("/articles/walking/").status_code == 200
    assert attest() == ("Attested 3 publications.\n", "", 0)
    made = list(Attestation.objects.order_by("pk").values())
    assert [row["publication_id"] for row in made] == [page.pk for page in before]
    assert audit.verify().faults == []
    assert attest() == ("Every publication is attested.\n", "", 0)
    assert attest_now(before[0].pk) == ""
    assert list(Attestation.objects.order_by("pk").values()) == made
    assert client.get("/articles/walking/attestation.json").status_code == 200


def test_the_event_is_that_of_the_publication(before: list[Publication]) -> None:
    attest()
    for page in before:
        event = Event.objects.get(action="publish", facts__publication=page.pk)
        assert page.signed_attestation.content["event"] == {"sequence": event.sequence, "hash": event.hash}


def test_what_the_log_does_not_bear_out_is_not_attested(before: list[Publication]) -> None:
    """The words of one page were changed behind the site's back: the others are attested, and it is said."""
    guards.remove()
    Publication.objects.filter(pk=before[1].pk).update(html=before[1].html.replace("back pain", "fever"))
    guards.install()
    out, err, code = attest()
    assert (out, code) == ("Attested 2 publications.\n", 1)
    assert err.startswith("/articles/walking/: not attested, since the log does not say that edition 2")
    assert not Attestation.objects.filter(publication=before[1]).exists()


def test_an_event_that_was_changed_bears_nothing_out(before: list[Publication]) -> None:
    guards.remove()
    Event.objects.filter(action="publish").update(reason="Changed.")
    guards.install()
    out, err, code = attest()
    assert (out, err.count("not attested"), code) == ("Attested 0 publications.\n", 3, 1)


def test_with_nothing_published(db: None) -> None:
    assert attest() == ("Every publication is attested.\n", "", 0)
