"""What the registries say of a source: asked, kept as it came, put into the empty fields of the record."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from articles.models import RegistryAnswer, Source
from articles.sources import evidence as evidences
from articles.sources import library
from articles.sources.registries import Found, NoticeSeen, crossref, pubmed, trials

LookUp = Callable[..., Found]


@dataclass(frozen=True, slots=True)
class Said:
    """What one registry said of a source. `usable`: it knows the work, and told of every notice it knows."""

    registry: str
    identifier: str
    usable: bool
    changed: bool
    """Whether it was not the same as last time."""
    problem: str
    notices: tuple[NoticeSeen, ...]
    digest: str


def look_up(source: Source) -> list[Said]:
    """Ask every registry that has a number for the source, then write down what they said.

    Nothing is held in the database while they are asked. An answer that cannot be used leaves the record,
    and the last usable answer, as they were. Raises nothing for what goes wrong out there.
    """
    found = [
        (registry, key, _ask(registry, key, ask, value)) for registry, key, ask, value in _questions(source)
    ]
    said = []
    with transaction.atomic():
        for registry, key, answer in found:
            said.append(_keep(registry, key, answer))
            if answer.work:
                library.fill(source, answer.work, by=None, cause=f"looked up at {NAMES[registry]}")
                source.refresh_from_db()
        _keep_evidence(source, [answer for _, _, answer in found if answer.work])
    return said


NAMES = {"crossref": "Crossref", "pubmed": "PubMed", "clinicaltrials": "ClinicalTrials.gov"}


def _questions(source: Source) -> Iterator[tuple[str, str, LookUp, str]]:
    """(registry, identifier, function, value) of each question to be asked."""
    if source.doi:
        yield "crossref", f"doi:{source.doi}", crossref.look_up, source.doi
    for name in ("pmid", "pmcid", "doi"):
        if value := getattr(source, name):
            yield "pubmed", f"{name}:{value}", pubmed.look_up, value
            break
    if source.nct:
        yield "clinicaltrials", f"nct:{source.nct}", trials.look_up, source.nct


def _ask(registry: str, key: str, ask: LookUp, value: str) -> Found:
    known = RegistryAnswer.objects.filter(
        registry=registry, identifier=key, outcome=RegistryAnswer.Outcome.FOUND
    ).first()
    return ask(value, etag=known.etag, last_modified=known.last_modified) if known else ask(value)


def _keep(registry: str, key: str, found: Found) -> Said:
    answer, now = found.answer, timezone.now()
    kept, _ = RegistryAnswer.objects.select_for_update().get_or_create(
        registry=registry,
        identifier=key,
        defaults={"outcome": RegistryAnswer.Outcome.UNKNOWN, "asked_at": now},
    )
    before = kept.digest
    kept.asked_at, kept.problem = now, answer.problem
    if answer.outcome == "unchanged":
        kept.outcome, kept.answered_at = RegistryAnswer.Outcome.FOUND, now
    else:
        kept.outcome = RegistryAnswer.Outcome(answer.outcome)
    if answer.outcome == "found":
        kept.body = answer.body.decode("utf-8", "replace").replace("\x00", "\ufffd")
        kept.digest = hashlib.sha256(answer.body).hexdigest()
        kept.answered_at, kept.etag, kept.last_modified = now, answer.etag, answer.last_modified
    kept.save()
    return Said(
        registry=registry,
        identifier=key,
        usable=answer.outcome == "found" and found.work is not None,
        changed=kept.digest != before,
        problem=answer.problem,
        notices=found.notices,
        digest=kept.digest,
    )


def _keep_evidence(source: Source, answers: list[Found]) -> None:
    now = evidences.from_dict(source.evidence)
    for answer in reversed(answers):
        now = evidences.merged(answer.evidence, now)
    known = evidences.as_dict(now)
    if known != source.evidence and answers:
        library.amend(source, by=None, cause="evidence looked up", evidence=known)
