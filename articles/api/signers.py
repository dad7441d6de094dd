"""The people who signed what is live, as the pages themselves say: never read from an account or a review."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, IntegerField, Max, OuterRef, QuerySet, Subquery

from articles.models import Publication, PublishedSigner


def reviewers(pages: QuerySet[Publication]) -> list[dict[str, Any]]:
    """Everybody who signed one of some pages, by name, with how many and the day of the last signature.

    Their names and degrees are those of that signature. One query.
    """
    signed = PublishedSigner.objects.filter(publication__in=pages.order_by().values("pk"))
    each = signed.order_by().values("slug")
    counted = each.filter(slug=OuterRef("slug")).annotate(number=Count("publication")).values("number")
    last = signed.filter(pk__in=each.annotate(newest=Max("pk")).values("newest"))
    return [
        {
            "slug": signer.slug,
            "name": signer.name,
            "credentials": signer.credentials,
            "articles": signer.number,
            "last_signed_on": signer.publication.attestation["signers"][signer.position - 1]["on"],
        }
        for signer in last.select_related("publication")
        .only("slug", "name", "credentials", "position", "publication__attestation")
        .annotate(number=Subquery(counted, output_field=IntegerField()))
        .order_by("name", "slug")
    ]


def signed_by(slug: str, *, among: QuerySet[Publication]) -> QuerySet[Publication]:
    """Those of some pages that a reviewer signed."""
    return among.filter(pk__in=PublishedSigner.objects.filter(slug=slug).values("publication"))
