"""What the registries say of a source: asked, kept as it came, put into the empty fields of the record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from django.db import transaction
from django.utils import timezone

from articles.models import RegistryAnswer, Source
from articles.sources import evidence as evidences
from articles.sources import library
from articles.sources.registries import Found, NoticeSeen, crossref, pubmed, trials
from articles.sources.registries.client import Answer


class Registry(Protocol):
    """One that is asked about an identifier, and whose stored answers can be read again."""

    def look_up(self, identifier: str, /, *, etag: str = "", last_modified: str = "") -> Found: ...

    def read(self, answer: Answer, identifier: str, /) -> Found: ...


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

    Nothing is held in the database while they are asked; where the source was merged or has another
    identifier afterwards, nothing is written down and nobody said anything. An answer that cannot be used
    leaves the record, and the last usable answer, as they were. “Unchanged” says what the stored answer
    says. Raises nothing for what goes wrong out there.
    """
    found = [
        (name, key, _ask(name, key, registry, value)) for name, key, registry, value in _questions(source)
    ]
    said = []
    with transaction.atomic():
        now = Source.objects.select_for_update(no_key=True).get(pk=source.pk)
        if now.merged_into_id or any(getattr(now, n) != getattr(source, n) for n in library.UNIQUE):
            return []
        for name, key, answer in found:
            said.append(_keep(name, key, answer))
            if answer.work:
                library.fill(now, answer.work, by=None, cause=f"looked up at {NAMES[name]}")
        _keep_evidence(now, [answer for _, _, answer in found if answer.work])
    source.refresh_from_db()
    return said


NAMES = {"crossref": "Crossref", "pubmed": "PubMed", "clinicaltrials": "ClinicalTrials.gov"}


def _questions(source: Source) -> Iterator[tuple[str, str, Registry, str]]:
    """(name, identifier, registry, value) of each question to be asked."""
    if source.doi:
        yield "crossref", f"doi:{source.doi}", crossref, source.doi
    for name in ("pmid", "pmcid", "doi"):
        if value := getattr(source, name):
            yield "pubmed", f"{name}:{value}", pubmed, value
            break
    if source.nct:
        yield "clinicaltrials", f"nct:{source.nct}", trials, source.nct


def _ask(name: str, key: str, registry: Registry, value: str) -> Found:
    answers = RegistryAnswer.objects.filter(registry=name, identifier=key)
    known = answers.filter(outcome=RegistryAnswer.Outcome.FOUND).defer("body").first()
    if known is None:
        return registry.look_up(value)
    found = registry.look_up(value, etag=known.etag, last_modified=known.last_modified)
    if found.answer.outcome != "unchanged":
        return found
    stored = Answer("found", found.answer.status, known.body.encode(), known.etag, known.last_modified)
    return registry.read(stored, value)


def _keep(registry: str, key: str, found: Found) -> Said:
    answer, now = found.answer, timezone.now()
    kept, _ = RegistryAnswer.objects.select_for_update().get_or_create(
        registry=registry,
        identifier=key,
        defaults={"outcome": RegistryAnswer.Outcome.UNKNOWN, "asked_at": now},
    )
    before = kept.digest
    kept.asked_at, kept.problem = now, answer.problem
    kept.outcome = RegistryAnswer.Outcome(answer.outcome)
    if answer.outcome == "found":
        kept.body = answer.body.decode("utf-8", "replace").replace("\x00", "\ufffd")
        kept.digest = hashlib.sha256(kept.body.encode()).hexdigest()
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
