"""What readers see, held against what was signed and what the log says was published."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from lxml import html as lxml_html

from articles.canonical import digest_text
from articles.models import Contribution, Edition, Publication
from articles.rendering import paragraphs
from reviews.audit.telling import Telling
from reviews.models import Reviewer, SignOff, SourceCheck


@dataclass(slots=True)
class Shelf:
    """What many checks need, read for many pages or editions at once: a few queries for each batch."""

    contributions: dict[int, list[tuple[int, int]]]
    """(version, person) by article."""
    published: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    """(number, draft version) of each edition that was ever published, by article."""
    sign_offs: dict[int, list[SignOff]] = field(default_factory=dict)
    """Signatures that were not revoked, by edition."""
    checks: dict[int, SourceCheck] = field(default_factory=dict)
    reviewers: dict[int, Reviewer] = field(default_factory=dict)
    """By user."""

    @classmethod
    def of_articles(cls, articles: Collection[int]) -> Shelf:
        """Who wrote what of these articles."""
        wrote = defaultdict(list)
        rows = Contribution.objects.filter(article__in=articles).values_list("article", "version", "person")
        for article, version, person in rows:
            wrote[article].append((version, person))
        return cls(contributions=wrote)

    @classmethod
    def of_pages(cls, pages: Collection[Publication]) -> Shelf:
        """Everything that live pages rest on."""
        articles = {page.article_id for page in pages} | {page.edition.article_id for page in pages}
        shelf = cls.of_articles(articles)
        published = defaultdict(list)
        rows = Edition.objects.filter(article__in=articles, publications__isnull=False)
        for article, number, version in rows.values_list("article", "number", "article_version").distinct():
            published[article].append((number, version))
        signed = defaultdict(list)
        for sign_off in SignOff.objects.filter(
            edition__in=[page.edition_id for page in pages], revocation__isnull=True
        ).order_by("pk"):
            signed[sign_off.edition_id].append(sign_off)
        shelf.published, shelf.sign_offs = published, signed
        checks = SourceCheck.objects.filter(claim__review__article__in=articles)
        shelf.checks = {check.pk: check for check in checks.defer("source_record", "passage")}
        people = Reviewer.objects.filter(user__in={s.signer_id for given in signed.values() for s in given})
        shelf.reviewers = {reviewer.user_id: reviewer for reviewer in people}
        return shelf

    def wrote(self, article: int, *, until: int, after: int = 0) -> set[int]:
        """Who saved the draft's versions from `after` (exclusive) to `until`."""
        return {person for version, person in self.contributions.get(article, ()) if after < version <= until}

    def contributors_to(self, edition: Edition) -> set[int]:
        """As `reviews.permissions.contributors_to`, which asks the database for one edition."""
        earlier = [pair for pair in self.published.get(edition.article_id, ()) if pair[0] < edition.number]
        before = max(earlier)[1] if earlier else 0
        byline = {author["id"] for author in edition.content["authors"]}
        return byline | self.wrote(edition.article_id, until=edition.article_version, after=before)


def page_faults(page: Publication, telling: Telling, shelf: Shelf) -> Iterator[str]:
    """What is wrong with a publication, as sentences. Ended ones are held against the log only."""
    said = telling.publications.get(page.pk)
    if said is None or said.article != page.article_id:
        yield "no event in the log says that it was published."
    else:
        if said.html != digest_text(page.html):
            yield "the stored page is not the one that was published."
        if telling.page_states[page.pk] != page.status:
            yield f"it is “{page.status}”, but the log last made it “{telling.page_states[page.pk]}”."
    if page.status == Publication.Status.LIVE:
        try:
            yield from _live_faults(page, said.sign_offs if said else (), shelf)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            yield f"what it rests on cannot be read: {error!r}."


def _live_faults(page: Publication, signed: tuple[int, ...], shelf: Shelf) -> Iterator[str]:
    edition, content = page.edition, page.edition.content
    if page.article_id != edition.article_id:
        yield "its edition is of another article."
    shown = (page.title, page.slug, page.summary, page.locale)
    if shown != tuple(content[key] for key in ("title", "slug", "summary", "locale")):
        yield "its title, address, summary or language is not that of its edition."
    holding = [s for s in shelf.sign_offs.get(page.edition_id, ()) if s.signed_digest == page.signed_digest]
    people = {s.signer_id for s in holding}
    if len(people) < page.required_signatures:
        yield f"{len(people)} of {page.required_signatures} signatures hold."
    if page.attestation["signed_digest"] != page.signed_digest:
        yield "its attestation names another digest than the one signed."
    names = [(s.printed_name, s.credentials) for s in holding if s.pk in signed]
    if sorted((s["name"], s["credentials"]) for s in page.attestation["signers"]) != sorted(names):
        yield "its attestation names other signers than those who signed."
    barred = shelf.contributors_to(edition)
    for sign_off in holding:
        if sign_off.signer_id in barred:
            yield f"{sign_off.printed_name} signed their own text."
        reviewer = shelf.reviewers.get(sign_off.signer_id)
        if reviewer is None or not reviewer.is_qualified(timezone.localdate(sign_off.at)):
            yield f"{sign_off.printed_name} was not qualified on the day of signing."
    if holding:
        yield from _statement_faults(page, json.loads(holding[0].statement), shelf)


def _statement_faults(page: Publication, statement: dict[str, Any], shelf: Shelf) -> Iterator[str]:
    asked, stand = statement["signatures"], page.required_signatures
    if asked != stand:
        yield f"{asked} signatures were required when it was signed, {stand} stand on it."
    shown = {(d["key"], d["digest"], d["placement"]): d["text"] for d in page.attestation["disclaimers"]}
    boxes = _disclaimers_on(page.html)
    for entry in statement["disclaimers"]:
        if entry["state"] != "attached":
            continue
        text = shown.get((entry["key"], entry["version"], entry["placement"]))
        if text is None or not all(part in boxes.get(entry["key"], "") for part in paragraphs(text)):
            yield f"the signed disclaimer “{entry['key']}” is not on the page."
    for claim in statement["claims"]:
        if claim["state"] == "open" and not claim["checks"]:
            yield "a claim was signed without a source check."
        for signed in claim["checks"]:
            check = shelf.checks.get(signed["id"])
            if check is None:
                yield "a source check that was signed is not there any more."
            elif any(signed[key] != value for key, value in _as_signed(check).items()):
                yield "a source check is not as it was signed."


def _as_signed(check: SourceCheck) -> dict[str, object]:
    return {
        "source": check.source_id,
        "record": check.source_digest,
        "verdict": check.verdict,
        "level": check.level,
        "directness": check.directness,
        "by": check.by_id,
    }


def _disclaimers_on(page: str) -> dict[str, str]:
    """The words, spaces made single, of each disclaimer box on a page, by the disclaimer's key."""
    boxes: dict[str, str] = defaultdict(str)
    for box in lxml_html.fragment_fromstring(page, create_parent="div").iter():
        key = box.get("data-disclaimer") if isinstance(box.tag, str) else None
        if key:
            boxes[key] += " ".join("\n".join(box.itertext()).split()) + "\n"
    return boxes
