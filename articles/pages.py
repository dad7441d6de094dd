"""The only writer of `Page` and `Listing`: what readers' requests are answered from.

Everything here follows from a publication and is made in the transaction that changes it, so that there is
no moment at which a page that came down is still listed, found or sent. Called by `articles.publishing`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from django.template.loader import render_to_string

from articles import search, see_also
from articles.downloads import FORMATS
from articles.models import Listing, Notice, Page, Publication
from articles.public.metadata import head_of

_CHUNK = 200


def put_up(publication: Publication) -> Page:
    """Make the page of a live publication, in the place of the page that its article had, and list it."""
    page = refresh(publication)
    Listing.objects.filter(page=page.pk).delete()
    Listing.objects.bulk_create(
        Listing(page_id=page.pk, topic_id=topic, publication=publication)
        for topic in publication.topics.values_list("pk", flat=True)
    )
    search.add(publication)
    see_also.suggest(publication)
    return page


def refresh(publication: Publication) -> Page:
    """Make the page of a live publication anew where nothing changed by which it is listed or found."""
    page = _composed(publication)
    Page.objects.bulk_create(
        [page],
        update_conflicts=True,
        unique_fields=["article"],
        update_fields=["publication", "slug", "head", "above", "below", "card", "link", "etag"],
    )
    return page


def take_down(publication: Publication) -> None:
    """Remove whatever readers' requests for a publication are answered from."""
    Page.objects.filter(publication=publication).delete()
    search.remove(publication)


def render_all() -> Iterator[Publication]:
    """Make every live page anew, and remove what is left of others; yields each as it is done."""
    live = Publication.Status.LIVE
    Page.objects.exclude(publication__status=live).delete()
    publications = Publication.objects.filter(status=live).select_related("edition").order_by("pk")
    for publication in publications.iterator(_CHUNK):
        put_up(publication)
        yield publication


def notices_since(publication: Publication) -> list[Notice]:
    """What readers were told about a page since it was published, the newest first."""
    return list(publication.notices.filter(at__gt=publication.published_at).order_by("-at", "-pk"))


def _composed(publication: Publication) -> Page:
    context = {"publication": publication}
    notices = notices_since(publication)
    head = head_of(publication)
    above = render_to_string("articles/_above.html", {**context, "notices": notices}) if notices else ""
    files = FORMATS if 'id="references"' in publication.html else {}
    below = render_to_string("articles/_below.html", {**context, "files": files})
    return Page(
        article_id=publication.article_id,
        publication=publication,
        slug=publication.slug,
        head=head,
        above=above,
        below=below,
        card=render_to_string("components/article_card.html", context),
        link=render_to_string("components/article_link.html", context).strip(),
        etag=_digest(head, above, publication.html, below),
    )


def _digest(*parts: str) -> str:
    found = hashlib.sha256()
    for part in parts:
        found.update(part.encode())
        found.update(b"\x00")
    return found.hexdigest()[:32]
