"""Recompute everything that can be recomputed and say what does not add up.

What this shows is tamper-evidence: whoever rewrites the whole database consistently, chain and all,
is found only by comparing with a copy of the head kept elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from articles import guards
from articles.canonical import canonical, digest_text
from articles.models import Edition, Publication
from articles.rendering import paragraphs
from django.apps import apps
from django.db import connection
from django.utils import timezone
from django.utils.html import escape

from reviews.audit.log import chain_faults
from reviews.models import Event, Review, Reviewer, SignOff, SourceCheck
from reviews.permissions import contributors_to


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


def verify() -> Report:
    """Check the whole record. Changes nothing; raises nothing for what it finds."""
    report = Report()
    for name, check in CHECKS.items():
        for sentence in check(report):
            report.faults.append(Fault(name, sentence))
    return report


def _events(report: Report) -> Iterator[str]:
    report.counts["events"] = Event.objects.count()
    yield from chain_faults()


def _editions(report: Report) -> Iterator[str]:
    report.counts["editions"] = Edition.objects.count()
    for edition in Edition.objects.iterator(chunk_size=500):
        yield from _edition_faults(edition)


def _edition_faults(edition: Edition) -> Iterator[str]:
    name = f"Edition {edition.number} of article {edition.article_id}"
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
    except (ValueError, KeyError, TypeError):
        yield f"{name} cannot be read."


def _sign_offs(report: Report) -> Iterator[str]:
    report.counts["signatures"] = SignOff.objects.count()
    for sign_off in SignOff.objects.select_related("edition").iterator(chunk_size=500):
        name = f"Signature {sign_off.pk} ({sign_off.printed_name})"
        if digest_text(sign_off.statement) != sign_off.signed_digest:
            yield f"{name} does not have the digest that was signed."
        elif json.loads(sign_off.statement).get("edition") != sign_off.edition.digest:
            yield f"{name} is not for the edition it points at."
    signed = set(
        Event.objects.filter(action="sign_off").values_list("facts__sign_off", "facts__signed_digest")
    )
    for pk, value in SignOff.objects.values_list("pk", "signed_digest"):
        if (pk, value) not in signed:
            yield f"Signature {pk} has no event in the log."


def _live_pages(report: Report) -> Iterator[str]:
    live = Publication.objects.filter(status=Publication.Status.LIVE).select_related("edition__article")
    report.counts["live pages"] = live.count()
    for page in live.iterator(chunk_size=200):
        for sentence in _page_faults(page):
            yield f"/articles/{page.slug}/: {sentence}"


def _page_faults(page: Publication) -> Iterator[str]:
    edition = page.edition
    yield from _edition_faults(edition)
    content = edition.content
    if (page.title, page.slug, page.summary) != (content["title"], content["slug"], content["summary"]):
        yield "its title, address or summary is not that of its edition."
    holding = list(
        SignOff.objects.filter(edition=edition, signed_digest=page.signed_digest, revocation__isnull=True)
    )
    people = {s.signer_id for s in holding}
    if len(people) < page.required_signatures:
        yield f"{len(people)} of {page.required_signatures} signatures hold."
    if page.attestation.get("signed_digest") != page.signed_digest:
        yield "its attestation names another digest than the one signed."
    for sign_off in holding:
        yield from _signer_faults(sign_off, edition)
    if holding:
        yield from _statement_faults(page, json.loads(holding[0].statement))
    event = Event.objects.filter(action="publish", facts__publication=page.pk).first()
    if event is None:
        yield "no event in the log says that it was published."
    elif event.facts.get("html") != digest_text(page.html):
        yield "the stored page is not the one that was published."


def _signer_faults(sign_off: SignOff, edition: Edition) -> Iterator[str]:
    if sign_off.signer_id in contributors_to(edition):
        yield f"{sign_off.printed_name} signed their own text."
    reviewer = Reviewer.objects.filter(user=sign_off.signer_id).first()
    if reviewer is None or not reviewer.is_qualified(timezone.localdate(sign_off.at)):
        yield f"{sign_off.printed_name} was not qualified on the day of signing."


def _statement_faults(page: Publication, statement: dict[str, Any]) -> Iterator[str]:
    if statement["signatures"] != page.required_signatures:
        yield f"{statement['signatures']} signatures were required when it was signed, {page.required_signatures} stand on it."
    shown = {(d["key"], d["digest"], d["placement"]): d["text"] for d in page.attestation.get("disclaimers", [])}
    for entry in statement["disclaimers"]:
        if entry["state"] != "attached":
            continue
        text = shown.get((entry["key"], entry["version"], entry["placement"]))
        if text is None or not all(escape(part) in page.html or part in page.html for part in paragraphs(text)):
            yield f"the signed disclaimer “{entry['key']}” is not on the page."
    checks = [check["id"] for claim in statement["claims"] for check in claim["checks"]]
    if SourceCheck.objects.filter(pk__in=checks).count() != len(checks):
        yield "a source check that was signed is not there any more."
    if any(claim["state"] == "open" and not claim["checks"] for claim in statement["claims"]):
        yield "a claim was signed without a source check."


def _reviews(report: Report) -> Iterator[str]:
    report.counts["reviews"] = Review.objects.count()
    last: dict[int | None, str] = {}
    for review_id, facts in (
        Event.objects.filter(review__isnull=False, facts__to__isnull=False)
        .order_by("sequence")
        .values_list("review", "facts")
    ):
        last[review_id] = facts["to"]
    for pk, status in Review.objects.values_list("pk", "status"):
        if last.get(pk) != status:
            yield f"Review {pk} is “{status}”, but the log last made it “{last.get(pk, 'nothing')}”."


def _database(report: Report) -> Iterator[str]:
    for name in guards.missing():
        yield f"The trigger {name} is missing or switched off; run `manage.py migrate`."
    report.counts["triggers"] = len(guards.present())
    found = 0
    with connection.cursor() as cursor:
        for model in [*apps.get_app_config("articles").get_models(), *apps.get_app_config("reviews").get_models()]:
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


CHECKS: dict[str, Callable[[Report], Iterator[str]]] = {
    "database": _database,
    "events": _events,
    "editions": _editions,
    "signatures": _sign_offs,
    "live pages": _live_pages,
    "reviews": _reviews,
}
