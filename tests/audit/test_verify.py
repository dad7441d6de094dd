"""`verify` finds whatever was done to the record behind the workflow's back, and says it in a line."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from articles import guards
from articles.canonical import canonical, digest_text
from articles.editing import save_draft
from articles.models import Article, Contribution, Edition, Publication
from reviews import audit, judging, workflow
from reviews.audit.pages import Shelf, _disclaimers_on
from reviews.models import (
    ChainHead,
    Conflict,
    DisclaimerVersion,
    Event,
    PolicyVersion,
    Review,
    Reviewer,
    Revocation,
    SignOff,
    SourceCheck,
)
from reviews.permissions import contributors_to
from reviews.policy.loading import STARTER, load_policy
from tests import factories

pytestmark = pytest.mark.django_db
Tamper = Callable[[SimpleNamespace, SimpleNamespace], Any]


@pytest.fixture
def site(cast: SimpleNamespace) -> SimpleNamespace:
    """A page that is live, one that was withdrawn, a revoked signature and a review with a conflict."""
    page = factories.published(cast.writer, cast.reviewer, cast.editor)
    down = factories.published(cast.writer, cast.second, cast.editor)
    workflow.withdraw(down.article, by=cast.editor, reason="Prices out of date.")
    revoked = factories.signed(cast.writer, cast.reviewer)
    workflow.revoke(revoked.sign_offs.get(), by=cast.reviewer, reason="I misread a table.")
    busy = factories.submitted(cast.writer)
    judging.declare_conflict(busy, by=cast.second, text="I own shares.")
    down.refresh_from_db()
    return SimpleNamespace(page=page, down=down, revoked=revoked, busy=busy)


def faults() -> list[str]:
    return [f"{fault.check}: {fault.sentence}" for fault in audit.verify().faults]


def live(site: SimpleNamespace) -> Any:
    return Publication.objects.filter(pk=site.page.pk)


def signed(site: SimpleNamespace) -> Any:
    return SignOff.objects.filter(edition=site.page.edition)


def frozen(site: SimpleNamespace) -> Any:
    return Edition.objects.filter(pk=site.page.edition_id)


def delete(query: Any) -> None:
    query._raw_delete("default")


def rewrite(query: Any, **changes: Any) -> None:
    """Change an edition as somebody who knows how: canonical text and digest fit each other afterwards."""
    edition = query.get()
    text = canonical({**edition.content, **changes})
    query.update(canonical=text, digest=digest_text(text))


def renumber(first: int, second: int) -> None:
    Event.objects.filter(sequence=first).update(sequence=10_000)
    Event.objects.filter(sequence=second).update(sequence=first)
    Event.objects.filter(sequence=10_000).update(sequence=second)


def cut_tail() -> None:
    delete(Event.objects.filter(pk=Event.objects.latest("sequence").pk))


def cut_tail_and_head() -> None:
    """The log ends one event earlier and its head agrees: what happened then has no event any more."""
    delete(Event.objects.filter(pk=Event.objects.latest("sequence").pk))
    last = Event.objects.latest("sequence")
    ChainHead.objects.update(sequence=last.sequence, hash=last.hash)


def insert_page(site: SimpleNamespace) -> None:
    review = site.busy
    Publication.objects.create(
        article=review.article, edition=review.edition, slug=review.edition.content["slug"], locale="en-GB",
        title=review.edition.title, summary=review.edition.content["summary"], signed_digest="0" * 64,
        required_signatures=1, attestation={}, html="<p>Words</p>", first_published_at=site.page.published_at,
        published_at=site.page.published_at, published_by=site.page.published_by, review_due=dt.date(2030, 1, 1),
    )  # fmt: skip


TAMPERINGS: dict[str, tuple[Tamper, str]] = {
    "event edited": (lambda s, c: Event.objects.filter(sequence=3).update(reason="None."), "Event 3 was changed"),
    "event by another": (lambda s, c: Event.objects.filter(sequence=3).update(actor=c.lead), "Event 3 was changed"),
    "event deleted": (lambda s, c: delete(Event.objects.filter(sequence=3)), "Event 3 is missing"),
    "first event deleted": (lambda s, c: delete(Event.objects.filter(sequence=1)), "Event 1 is missing"),
    "events reordered": (lambda s, c: renumber(3, 4), "Event 3 does not follow"),
    "tail cut": (lambda s, c: cut_tail(), "but its head says"),
    "tail and head cut": (lambda s, c: cut_tail_and_head(), "has a conflict in review"),
    "head lost": (lambda s, c: delete(ChainHead.objects.all()), "but its head says 0"),
    "head changed": (lambda s, c: ChainHead.objects.update(hash="0" * 64), "but its head says"),
    "edition text": (
        lambda s, c: frozen(s).update(canonical=frozen(s).get().canonical.replace("Walking", "Running")),
        "does not have the digest that was recorded",
    ),
    "edition rewritten": (lambda s, c: rewrite(frozen(s), body="<p>Other</p>"), "is not the one that was submitted"),
    "edition title": (lambda s, c: frozen(s).update(title="Other"), "one thing in its columns and another"),
    "edition not canonical": (
        lambda s, c: frozen(s).update(canonical=json.dumps(frozen(s).get().content, indent=1)), "not in canonical form",
    ),
    "unsigned edition rewritten": (
        lambda s, c: rewrite(Edition.objects.filter(pk=s.busy.edition_id), body="<p>Other</p>"),
        "is not the one that was submitted",
    ),
    "statement": (
        lambda s, c: signed(s).update(statement=signed(s).get().statement.replace("supports", "partly")),
        "does not have the digest that was signed",
    ),
    "signature for another edition": (lambda s, c: signed(s).update(edition=s.down.edition), "not for the edition"),
    "signer": (lambda s, c: signed(s).update(signer=c.second), "has another signer"),
    "meaning": (lambda s, c: signed(s).update(meaning="second"), "has another signer, meaning"),
    "signer's name": (lambda s, c: signed(s).update(printed_name="Dr Who"), "names other signers"),
    "signature deleted": (
        lambda s, c: (delete(Revocation.objects.all()), delete(s.revoked.sign_offs.all())),
        "was given and is not there any more",
    ),
    "signature inserted": (
        lambda s, c: SignOff.objects.create(
            review=s.busy, edition=s.busy.edition, signer=c.reviewer, meaning="accurate", statement="{}",
            signed_digest="44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
        ),
        "has no event in the log",
    ),
    "revocation deleted": (lambda s, c: delete(Revocation.objects.all()), "its revocation is not there any more"),
    "revocation inserted": (
        lambda s, c: Revocation.objects.create(sign_off=signed(s).get(), by=c.lead, reason="Psst."),
        "0 of 1 signatures hold",
    ),
    "html": (lambda s, c: live(s).update(html=s.page.html + "<p>And one more.</p>"), "stored page is not the one"),
    "ended page's html": (
        lambda s, c: Publication.objects.filter(pk=s.down.pk).update(html="<p>We never said so.</p>"),
        "stored page is not the one",
    ),
    "title": (lambda s, c: live(s).update(title="Other"), "its title, address, summary or language"),
    "slug": (lambda s, c: live(s).update(slug="other"), "its title, address, summary or language"),
    "summary": (lambda s, c: live(s).update(summary="Other"), "its title, address, summary or language"),
    "language": (lambda s, c: live(s).update(locale="fr"), "its title, address, summary or language"),
    "page's digest": (lambda s, c: live(s).update(signed_digest="0" * 64), "0 of 1 signatures hold"),
    "quorum raised": (lambda s, c: live(s).update(required_signatures=2), "1 of 2 signatures hold"),
    "edition of another article": (
        lambda s, c: live(s).update(article=s.busy.article_id), "its edition is of another article"
    ),
    "attested digest": (
        lambda s, c: live(s).update(attestation={**s.page.attestation, "signed_digest": "0" * 64}),
        "its attestation names another digest",
    ),
    "attested signers": (
        lambda s, c: live(s).update(attestation={**s.page.attestation, "signers": []}), "names other signers"
    ),
    "unsigned page inserted": (lambda s, c: insert_page(s), "no event in the log says that it was published"),
    "page deleted": (
        lambda s, c: (
            delete(Publication.topics.through.objects.filter(publication=s.page)), delete(live(s)),
        ),
        "is in the log and not there any more",
    ),
    "page hidden": (
        lambda s, c: live(s).update(status="superseded", ended_at=s.page.published_at, ended_by=c.editor),
        "it is “superseded”, but the log last made it “live”",
    ),
    "withdrawn page back": (
        lambda s, c: Publication.objects.filter(pk=s.down.pk).update(status="live", ended_at=None, ended_by=None),
        "it is “live”, but the log last made it “withdrawn”",
    ),
    "withdrawal made harmless": (
        lambda s, c: Publication.objects.filter(pk=s.down.pk).update(status="superseded"),
        "it is “superseded”, but the log last made it “withdrawn”",
    ),
    "signed by a contributor": (
        lambda s, c: Contribution.objects.filter(article=s.page.article).update(person=c.reviewer),
        "Dr Rita Reviewer signed their own text",
    ),
    "contributor exchanged": (
        lambda s, c: Contribution.objects.filter(article=s.page.article).update(person=c.colleague),
        "names other contributors than are on record",
    ),
    "contribution deleted": (
        lambda s, c: (
            save_draft(Article.objects.get(pk=s.page.article_id), by=c.colleague, version=1, summary="Mine."),
            delete(Contribution.objects.filter(article=s.page.article, version=1)),
        ),
        "1 of 2 contributions to article",
    ),
    "never qualified": (
        lambda s, c: Reviewer.objects.filter(user=c.reviewer).update(qualified_from=dt.date(2999, 1, 1)),
        "Dr Rita Reviewer was not qualified on the day of signing",
    ),
    "no qualification on record": (
        lambda s, c: Reviewer.objects.filter(user=c.reviewer).delete(), "was not qualified on the day of signing"
    ),
    "review status": (
        lambda s, c: Review.objects.filter(pk=s.busy.pk).update(status="signed_off"),
        "is “signed_off”, but the log last made it “in_review”",
    ),
    "review's edition": (
        lambda s, c: Review.objects.filter(pk=s.busy.pk).update(edition=s.page.edition), "points at another edition"
    ),
    "source check deleted": (
        lambda s, c: delete(SourceCheck.objects.filter(edition=s.page.edition)),
        "a source check that was signed is not there any more",
    ),
    "source check changed": (
        lambda s, c: SourceCheck.objects.filter(edition=s.page.edition).update(level=1), "is not as it was signed"
    ),
    "conflict deleted": (lambda s, c: delete(Conflict.objects.all()), "declared a conflict in review"),
    "policy changed": (lambda s, c: PolicyVersion.objects.update(canonical="{}"), "Policy 1 does not have the digest"),
    "policy inserted": (
        lambda s, c: PolicyVersion.objects.create(number=2, canonical="{}", digest="0" * 64),
        "Policy 2 is not one that the log says was loaded",
    ),
    "policy deleted": (lambda s, c: delete(PolicyVersion.objects.all()), "Policy 1 was loaded and is not there"),
    "disclaimer's words": (
        lambda s, c: DisclaimerVersion.objects.filter(disclaimer__key="interactions").update(text="All is well."),
        "Interactions with other medicines, version 1 does not have the digest",
    ),
}  # fmt: skip


def test_a_clean_record(site: SimpleNamespace, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify")
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("Checked ") and out.endswith(": all is well.\n")
    counts = audit.verify().counts
    for name, number in {
        "events": Event.objects.count(), "editions": 4, "signatures": 3, "pages": 2, "live pages": 1, "reviews": 4,
        "policies": 1, "contributions": 4,
    }.items():  # fmt: skip
        assert counts[name] == number, name
        assert f"{number} {name}" in out
    assert counts["triggers"] > 30
    assert counts["constraints"] > 30


def test_an_empty_database(db: None) -> None:
    assert faults() == []


def test_every_tampering_is_found(site: SimpleNamespace, cast: SimpleNamespace) -> None:
    """With the guards out of the way, as somebody with the database's password may put them."""
    assert faults() == []
    guards.remove()
    clean = faults()
    assert len(clean) == len(set(clean)) > 30  # the guards themselves
    for name, (tamper, expected) in TAMPERINGS.items():
        outer = transaction.savepoint()
        with connection.constraint_checks_disabled():
            tamper(site, cast)
            found = [line for line in faults() if line not in clean]
        assert any(re.search(expected, line) for line in found), f"{name}: {found}"
        transaction.savepoint_rollback(outer)
    assert faults() == clean
    guards.install()


def test_the_command_says_each_in_a_line(site: SimpleNamespace, capsys: pytest.CaptureFixture[str]) -> None:
    guards.remove()
    live(site).update(title="Other", html="<p>Other</p>")
    guards.install()
    with pytest.raises(SystemExit) as end:
        call_command("verify")
    assert end.value.code == 1
    lines = capsys.readouterr().out.splitlines()
    assert f"pages: /articles/{site.page.slug}/: the stored page is not the one that was published." in lines
    assert lines[-1].startswith("Checked ") and lines[-1].endswith(f": {len(lines) - 1} wrong.")


def test_json(site: SimpleNamespace, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify", "--json")
    report = json.loads(capsys.readouterr().out)
    assert (report["ok"], report["faults"]) == (True, [])
    assert report["counts"]["live pages"] == 1
    Review.objects.filter(pk=site.busy.pk).update(status="signed_off")
    with pytest.raises(SystemExit) as end:
        call_command("verify", "--json")
    assert end.value.code == 1
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is False
    assert [fault["check"] for fault in report["faults"]] == ["reviews"]


def test_a_disclaimer_missing_from_the_page(site: SimpleNamespace) -> None:
    """In a comment, an attribute or another box it is not on the page."""
    words = "This article is general information."
    box = '<div data-disclaimer="x"><p>{}</p></div>'
    assert words in _disclaimers_on(box.format(words))["x"]
    for hidden in (f"<!-- {words} -->", f'<i title="{words}">See there.</i>'):
        assert words not in _disclaimers_on(box.format(hidden))["x"]
    html = site.page.html.replace("This article is general information.", "")
    assert html != site.page.html
    guards.remove()
    live(site).update(html=html)
    guards.install()
    assert any("“information-not-advice” is not on the page" in line for line in faults())


def test_a_disclaimer_with_quotes_and_ampersands_is_found(cast: SimpleNamespace, tmp_path: Any) -> None:
    """However its characters are written in HTML: no false alarm."""
    file = tmp_path / "policy.toml"
    words = "Don't take “this” & that: <ask> a doctor's \\\"opinion\\\" first."
    file.write_text(STARTER.read_text().replace("This article is general information.", words))
    load_policy(file)
    for placement in ("end", "inline"):
        review = factories.submitted(cast.writer)
        factories.judge(review, cast.reviewer)
        if placement == "inline":
            entry = review.attachments.get(disclaimer__key="information-not-advice")
            quote = "Pain often falls by about a third within twelve weeks"
            judging.attach_disclaimer(
                review, by=cast.reviewer, disclaimer=entry.disclaimer, placement="inline", quote=quote
            )
        factories.sign(review, cast.reviewer)
        review.refresh_from_db()
        workflow.publish(review, by=cast.editor)
    assert faults() == []


GARBAGE = (
    "null",
    "[7]",
    '"words"',
    "{}",
    '{"signers": 1, "signed_digest": []}',
    '{"sign_off": {"a": 1}, "to": 3}',
)


def test_garbage_is_a_line_not_a_traceback(site: SimpleNamespace) -> None:
    guards.remove()
    before = set(faults())
    for table, column in (
        ("articles_publication", "attestation"), ("reviews_event", "facts"), ("articles_edition", "canonical"),
        ("reviews_signoff", "statement"), ("reviews_policyversion", "canonical"),
    ):  # fmt: skip
        for value in GARBAGE:
            outer = transaction.savepoint()
            with connection.cursor() as cursor:
                cursor.execute(f"UPDATE {table} SET {column} = %s", [value])  # noqa: S608
            assert set(faults()) - before, (table, value)
            transaction.savepoint_rollback(outer)
    guards.install()


def test_garbage_that_is_not_even_json(site: SimpleNamespace) -> None:
    guards.remove()
    for table, column in (
        ("articles_edition", "canonical"), ("reviews_signoff", "statement"), ("reviews_policyversion", "canonical"),
        ("articles_publication", "html"),
    ):  # fmt: skip
        outer = transaction.savepoint()
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {column} = ''")  # noqa: S608
        assert any(fault.check != "database" for fault in audit.verify().faults), table
        transaction.savepoint_rollback(outer)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            cursor.execute("UPDATE reviews_event SET facts = 'oops', at = 'yesterday' WHERE sequence = 2")
            cursor.execute("UPDATE articles_publication SET attestation = 'oops'")
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
        checks = {fault.check for fault in audit.verify().faults}
        assert {"events", "pages"} <= checks
    guards.install()


def test_a_missing_constraint(site: SimpleNamespace) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DROP INDEX publication_live_once")
    assert faults() == ["database: The constraint publication_live_once on articles_publication is missing."]


def test_replacements_that_evade_triggers(site: SimpleNamespace) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("recursive_triggers is SQLite's")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers = OFF")
        try:
            found = faults()
        finally:
            cursor.execute("PRAGMA recursive_triggers = ON")
    assert found == ["database: recursive_triggers is off, so INSERT OR REPLACE can evade the triggers."]


def test_contributors_are_counted_as_the_gate_counts_them(cast: SimpleNamespace) -> None:
    """The verifier reads them for many editions at once; the rule is that of `reviews.permissions`."""
    page = factories.published(cast.writer, cast.reviewer, cast.editor, authors=[cast.colleague])
    for person in (cast.colleague, cast.editor):
        article = Article.objects.get(pk=page.article_id)
        save_draft(article, by=person, version=article.version, summary=f"{person} wrote this.")
        review = workflow.submit(article, by=cast.writer)
        factories.judge(review, cast.reviewer)
        factories.sign(review, cast.reviewer)
        review.refresh_from_db()
        page = workflow.publish(review, by=cast.editor)
    shelf = Shelf.of_pages([page])
    for edition in Edition.objects.filter(article=page.article_id):
        assert shelf.contributors_to(edition) == contributors_to(edition)
    assert shelf.contributors_to(page.edition) == {cast.colleague.pk, cast.editor.pk}


def test_the_work_does_not_grow_with_the_pages(cast: SimpleNamespace) -> None:
    with connection.execute_wrapper(counter := _Counter()):
        assert faults() == []
    empty = counter.number
    for _ in range(3):
        factories.published(cast.writer, cast.reviewer, cast.editor)
    with connection.execute_wrapper(counter := _Counter()):
        assert faults() == []
    few = counter.number
    for _ in range(4):
        factories.published(cast.writer, cast.reviewer, cast.editor)
    with connection.execute_wrapper(counter := _Counter()):
        assert faults() == []
    assert counter.number == few
    assert few - empty < 20


class _Counter:
    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute: Any, *args: Any) -> Any:
        self.number += 1
        return execute(*args)
