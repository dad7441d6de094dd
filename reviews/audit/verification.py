"""Recompute everything that can be recomputed and say what does not add up.

What this shows is tamper-evidence: whoever rewrites the whole database consistently, chain and all,
is found only by an anchor that is kept elsewhere (`reviews.audit.anchoring`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Count, Max, Model, QuerySet

from articles import attesting, guards
from articles.canonical import canonical, digest_text
from articles.models import Contribution, Edition, Publication
from reviews.audit import anchoring
from reviews.audit.log import chain_faults
from reviews.audit.pages import Shelf, page_faults
from reviews.audit.telling import Signing, Telling, listen
from reviews.models import (
    Alert,
    Conflict,
    DisclaimerVersion,
    Event,
    Opinion,
    PolicyVersion,
    Review,
    Revocation,
    ServedCheck,
    Settlement,
    SignOff,
    SourceCheck,
)
from reviews.policy.loading import disclaimer_digest

_BATCH = 200
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: which check found it, and a sentence."""

    check: str
    sentence: str


@dataclass(slots=True)
class Report:
    """What `verify` looked at and found. `counts` says how many of each were checked."""

    faults: list[Fault] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.faults


Check = Callable[[Report, Telling], Iterator[str]]


def verify(anchors: Path | None = None) -> Report:
    """Check the whole record as it is at one moment. Changes nothing; raises nothing for what it finds.

    `anchors` is a file of anchors that was kept elsewhere; else the site's own.
    """
    report = Report()
    telling = Telling()
    kept = _anchors(
        anchors or anchoring.file(), report
    )  # before the moment: what is anchored later is not in it
    # Not in the same moment: on SQLite a look at the indexes (PRAGMA index_list) would take the write lock.
    _run("database", _database, report, telling)
    with one_moment():
        for name, check in CHECKS.items():
            _run(name, check, report, telling)
        _run("anchors", lambda report, telling: anchoring.faults(kept), report, telling)
    return report


def _anchors(path: Path, report: Report) -> list[str]:
    try:
        kept = anchoring.read(path)
    except OSError as error:
        report.faults.append(Fault("anchors", f"{path} cannot be read: {error.strerror}."))
        return []
    report.counts["anchors"] = len(kept)
    return kept


def _run(name: str, check: Check, report: Report, telling: Telling) -> None:
    try:
        for sentence in check(report, telling):
            report.faults.append(Fault(name, sentence))
    except Exception as error:  # garbage is a finding too, and must not hide the others
        sentence = f"Something here cannot be read, so the rest of it was not checked: {error!r}."
        report.faults.append(Fault(name, sentence))


@contextmanager
def one_moment() -> Iterator[None]:
    """Have all queries see the database as the first one does, so that others may work meanwhile.

    Inside a caller's transaction, that is left to the caller.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        # Not `atomic()`: that would take the write lock and keep everybody waiting.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield


def _events(report: Report, telling: Telling) -> Iterator[str]:
    report.counts["events"] = 0
    yield from chain_faults(report.counts)
    listen(telling)


def _editions(report: Report, telling: Telling) -> Iterator[str]:
    report.counts["editions"] = Edition.objects.count()
    unseen = dict(telling.editions)
    for batch in _batches(Edition.objects.order_by("pk")):
        shelf = Shelf.of_articles({edition.article_id for edition in batch})
        for edition in batch:
            yield from _edition_faults(edition, shelf)
            said = unseen.pop((edition.article_id, edition.number), edition.digest)
            if said != edition.digest:
                yield f"{_name(edition)} is not the one that was submitted."
    for article, number in unseen:
        yield f"Edition {number} of article {article} was submitted and is not there any more."


def _name(edition: Edition) -> str:
    return f"Edition {edition.number} of article {edition.article_id}"


def _edition_faults(edition: Edition, shelf: Shelf) -> Iterator[str]:
    name = _name(edition)
    if digest_text(edition.canonical) != edition.digest:
        yield f"{name} does not have the digest that was recorded for it."
    try:
        content = json.loads(edition.canonical)
        if canonical(content) != edition.canonical:
            yield f"{name} is not in canonical form."
        if (content["title"], content["number"], content["article"]) != (
            edition.title, edition.number, edition.article_id,
        ):  # fmt: skip
            yield f"{name} says one thing in its columns and another in its content."
        if set(content["contributors"]) != shelf.wrote(edition.article_id, until=edition.article_version):
            yield f"{name} names other contributors than are on record."
    except (ValueError, KeyError, TypeError):
        yield f"{name} cannot be read."


def _drafts(report: Report, telling: Telling) -> Iterator[str]:
    report.counts["contributions"] = Contribution.objects.count()
    for article, number, last in (
        Contribution.objects.order_by("article")
        .values("article")
        .annotate(number=Count("pk"), last=Max("version"))
        .values_list("article", "number", "last")
    ):
        if number != last:
            yield f"{last - number} of {last} contributions to article {article} are not there any more."


def _sign_offs(report: Report, telling: Telling) -> Iterator[str]:
    report.counts["signatures"] = SignOff.objects.count()
    unseen = dict(telling.sign_offs)
    for sign_off in SignOff.objects.select_related("edition").order_by("pk").iterator(chunk_size=500):
        name = f"Signature {sign_off.pk} ({sign_off.printed_name})"
        if digest_text(sign_off.statement) != sign_off.signed_digest:
            yield f"{name} does not have the digest that was signed."
        elif _member(sign_off.statement, "edition") != sign_off.edition.digest:
            yield f"{name} is not for the edition it points at."
        said = unseen.pop(sign_off.pk, None)
        if said is None or said.signed_digest != sign_off.signed_digest:
            yield f"{name} has no event in the log."
        elif said != Signing(said.signed_digest, sign_off.meaning, sign_off.signer_id, sign_off.review_id):
            yield f"{name} has another signer, meaning or review than the log says."
    for pk in unseen:
        yield f"Signature {pk} was given and is not there any more."
    revoked = set(Revocation.objects.values_list("sign_off", flat=True))
    for pk in sorted(revoked - telling.revoked):
        yield f"Signature {pk} is revoked, but no event in the log says so."
    for pk in sorted(telling.revoked - revoked):
        yield f"Signature {pk} was revoked, but its revocation is not there any more."


def _member(text: str, key: str) -> object:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value.get(key) if isinstance(value, dict) else None


def _pages(report: Report, telling: Telling) -> Iterator[str]:
    report.counts["pages"] = Publication.objects.count()
    report.counts["live pages"] = 0
    unseen = set(telling.publications)
    for batch in _batches(Publication.objects.select_related("edition").order_by("pk")):
        live = [page for page in batch if page.status == Publication.Status.LIVE]
        report.counts["live pages"] += len(live)
        shelf = Shelf.of_pages(live)
        for page in batch:
            unseen.discard(page.pk)
            for sentence in page_faults(page, telling, shelf):
                yield f"/articles/{page.slug}/: {sentence}"
    for pk in sorted(unseen):
        yield f"Publication {pk} is in the log and not there any more."


def _attestations(report: Report, telling: Telling) -> Iterator[str]:
    report.counts["attestations"] = 0
    for batch in _batches(Publication.objects.select_related("edition", "signed_attestation").order_by("pk")):
        events = {
            event.facts.get("publication"): {"sequence": event.sequence, "hash": event.hash}
            for event in Event.objects.filter(action="publish", article__in={p.article_id for p in batch})
        }
        for page in batch:
            where = f"/articles/{page.slug}/, edition {page.edition.number}"
            attestation = getattr(page, "signed_attestation", None)
            if attestation is None:
                yield f"{where}: There is no attestation of it; run `manage.py attest`."
                continue
            report.counts["attestations"] += 1
            for sentence in attesting.faults(attestation):
                yield f"{where}: {sentence}"
            if attestation.content.get("event") != events.get(page.pk):
                yield f"{where}: Its attestation names another entry of the log."


def _served(report: Report, telling: Telling) -> Iterator[str]:
    live = ServedCheck.objects.filter(publication__status=Publication.Status.LIVE).order_by("pk")
    newest = dict(live.values_list("publication__slug", "problems"))
    report.counts["served pages"] = len(newest)
    for slug, problems in newest.items():
        for problem in problems:
            yield f"/articles/{slug}/: {problem}"


def _reviews(report: Report, telling: Telling) -> Iterator[str]:
    report.counts["reviews"] = Review.objects.count()
    unseen = set(telling.review_states)
    for pk, status, edition in Review.objects.order_by("pk").values_list("pk", "status", "edition__digest"):
        unseen.discard(pk)
        said, digest = telling.review_states.get(pk, ("nothing", edition))
        if said != status:
            yield f"Review {pk} is “{status}”, but the log last made it “{said}”."
        if digest != edition:
            yield f"Review {pk} points at another edition than the log says."
    for pk in sorted(unseen):
        yield f"Review {pk} is in the log and not there any more."


def _judgements(report: Report, telling: Telling) -> Iterator[str]:
    checks = set(SourceCheck.objects.values_list("pk", flat=True))
    report.counts["source checks"] = len(checks)
    for pk in sorted(telling.checks - checks):
        yield f"Source check {pk} was made and is not there any more."
    yield from _second_looks(telling)
    conflicts = set(Conflict.objects.values_list("review", "person"))
    for review, person in sorted(telling.conflicts - conflicts):
        yield f"Person {person} declared a conflict in review {review} that is not there any more."
    for review, person in sorted(conflicts - telling.conflicts):
        yield f"Person {person} has a conflict in review {review}, but no event in the log says so."


def _second_looks(telling: Telling) -> Iterator[str]:
    opinions = {o.pk: (o.review_id, o.by_id) for o in Opinion.objects.order_by("pk")}
    settlements = {s.pk: (s.stands_id, s.by_id) for s in Settlement.objects.order_by("pk")}
    for pk in sorted({pk for pk, _ in telling.opinions.items() ^ opinions.items()}):
        yield f"Opinion {pk} is not in the log as it stands in the database, or the other way round."
    for pk in sorted({pk for pk, _ in telling.settlements.items() ^ settlements.items()}):
        yield f"Settlement {pk} is not in the log as it stands in the database, or the other way round."


def _alerts(report: Report, telling: Telling) -> Iterator[str]:
    unseen = dict(telling.alerts)
    report.counts["alerts"] = Alert.objects.count()
    for pk, decision, person in Alert.objects.order_by("pk").values_list("pk", "decision", "decided_by"):
        if unseen.pop(pk, None) != (decision, person):
            yield f"Alert {pk} is not decided as the log says."
    for pk in sorted(unseen):
        yield f"Alert {pk} was raised and is not there any more."


def _policy(report: Report, telling: Telling) -> Iterator[str]:
    versions = {v.number: v for v in PolicyVersion.objects.order_by("number")}
    report.counts["policies"] = len(versions)
    for number, version in versions.items():
        if digest_text(version.canonical) != version.digest:
            yield f"{version} does not have the digest that was recorded for it."
        if telling.policies.get(number) != version.digest:
            yield f"{version} is not one that the log says was loaded."
    for number in sorted(telling.policies.keys() - versions.keys()):
        yield f"Policy {number} was loaded and is not there any more."
    for words in DisclaimerVersion.objects.select_related("disclaimer").order_by("pk"):
        made = disclaimer_digest(words.disclaimer.key, words.text, words.placement, words.variant)
        if made != words.digest:
            yield f"{words} does not have the digest that was recorded for it."


def _database(report: Report, telling: Telling) -> Iterator[str]:
    for name in guards.missing():
        yield f"The trigger {name} is missing, changed or switched off; run `manage.py migrate`."
    report.counts["triggers"] = len(guards.present())
    found = 0
    models = [model for label in ("articles", "reviews") for model in apps.get_app_config(label).get_models()]
    with connection.cursor() as cursor:
        for model in models:
            table = model._meta.db_table
            there = connection.introspection.get_constraints(cursor, table)
            found += len(model._meta.constraints)
            for constraint in model._meta.constraints:
                if constraint.name not in there:
                    yield f"The constraint {constraint.name} on {table} is missing."
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA recursive_triggers")
            if cursor.fetchone() != (1,):
                yield "recursive_triggers is off, so INSERT OR REPLACE can evade the triggers."
    report.counts["constraints"] = found


def _batches(query: QuerySet[M]) -> Iterator[list[M]]:
    batch: list[M] = []
    for row in query.iterator(chunk_size=_BATCH):
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


CHECKS: dict[str, Check] = {
    "events": _events,
    "editions": _editions,
    "drafts": _drafts,
    "signatures": _sign_offs,
    "pages": _pages,
    "attestations": _attestations,
    "served pages": _served,
    "reviews": _reviews,
    "judgements": _judgements,
    "alerts": _alerts,
    "policies": _policy,
}
