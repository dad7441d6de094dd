"""The blast radius: which live pages, and which open reviews, rest on a source, a disclaimer or a claim."""

from __future__ import annotations

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from articles.models import Publication, PublishedDisclaimer, PublishedReference, Source
from reviews import dossier as dossiers
from reviews import intake
from reviews.dossier import Dossier
from reviews.models import Claim, Review

_NO_CLAIM = (Claim.State.ORPHANED, Claim.State.DISMISSED)


def live_pages_using(
    *, source: Source | None = None, disclaimer: str | None = None, claim: str | None = None
) -> QuerySet[Publication]:
    """The live pages that cite a source, carry a disclaimer (its key) or hold a claim with these words.

    One query, by title. Sources that were merged are one source. Words of a claim are found as they follow
    each other, whatever their case; on PostgreSQL whole words, by an index.

    Raises `ValueError` unless asked about exactly one of the three.
    """
    if [source, disclaimer, claim].count(None) != 2:
        raise ValueError("Ask about one source, one disclaimer or one claim.")
    live = Publication.objects.filter(status=Publication.Status.LIVE)
    if source is not None:
        cited = PublishedReference.objects.filter(source__in=family(source))
        live = live.filter(pk__in=cited.order_by().values("publication"))
    elif disclaimer is not None:
        shown = PublishedDisclaimer.objects.filter(key=disclaimer)
        live = live.filter(pk__in=shown.order_by().values("publication"))
    else:
        published = Claim.objects.filter(review__status=Review.Status.PUBLISHED)
        made = published.filter(_says(claim or "")).exclude(state__in=_NO_CLAIM)
        live = live.filter(edition__in=made.order_by().values("review__edition"))
    return live.defer("html", "attestation", "summary").order_by("title", "pk")


_FOLLOWING = "SELECT id FROM reviews_claim WHERE words @@ phraseto_tsquery('simple', %s)"


def _says(words: str) -> Q:
    words = " ".join(words.split())
    if connection.vendor != "postgresql":
        return Q(anchor__exact__icontains=words)
    return Q(pk__in=RawSQL(_FOLLOWING, (words,)))  # noqa: S611 - the words are a parameter


def family(source: Source) -> QuerySet[Source]:
    """The source that was kept and all that were merged into it."""
    root = source.merged_into_id or source.pk
    return Source.objects.filter(Q(pk=root) | Q(merged_into=root)).order_by().only("pk")


def numbers_on(publication: Publication, source: Source) -> list[int]:
    """Under which numbers a page lists a source; empty where it does not."""
    cited = publication.references.filter(source__in=family(source))
    return list(cited.order_by("number").values_list("number", flat=True))


def open_reviews_using(source: Source) -> list[Review]:
    """The open reviews whose edition lists a source, live or not; one query."""
    members = {found.pk for found in family(source)}
    # Canonical JSON sorts the keys, so that “source” is the last of a reference.
    named = Q()
    for pk in members:
        named |= Q(edition__canonical__contains=f'"source":{pk}}}')
    found = Review.objects.filter(named, status__in=Review.OPEN).select_related("edition").order_by("pk")
    return [r for r in found if any(one["source"] in members for one in r.edition.content["references"])]


def sole_support(publication: Publication, source: Source) -> list[Claim]:
    """The claims of a page that rest on a source alone, whether or not it still stands.

    A claim rests on what its reviewers found to support it, by the policy of today; a source that was
    retracted is no support beside another one.
    """
    return claims_alone(intake.review_behind(publication), source)


def claims_alone(review: Review, source: Source) -> list[Claim]:
    """The claims of a review that rest on a source alone; see `sole_support`."""
    loaded = dossiers.load(review)
    members = {found.pk for found in family(source)}
    return [claim for claim in loaded.claims if _rests_alone(claim, loaded, members)]


def _rests_alone(claim: Claim, loaded: Dossier, members: set[int]) -> bool:
    if claim.state != Claim.State.OPEN:
        return False
    found = [c for c in loaded.checks_of(claim) if c.verdict in loaded.policy.passing_verdicts]
    if settlement := loaded.settlement_of(claim):
        found = [check for check in found if check.pk == settlement.stands_id]
    others = [c for c in found if c.source_id not in members and not c.source.is_retracted]
    return any(check.source_id in members for check in found) and not others
