"""What machines are told of an article in its <head>: search engines, feed readers, whoever shows a link."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from articles.models import Publication
from articles.public.structured import json_ld, moment


def head_of(publication: Publication) -> str:
    """The part of an article's <head> that holds as long as it is live, as finished HTML.

    Made of the publication, its attestation and its edition, with the site's name and address. What
    depends on the day is not in it: an overdue page is kept from search engines by the page's frame.
    """
    topics = publication.edition.content["topics"]
    url = settings.SITE_URL + reverse("public:article", args=[publication.slug])
    return render_to_string(
        "articles/_head.html",
        {
            "title": publication.title,
            "description": " ".join(publication.summary.split()),
            "url": url,
            "attestation": reverse("public:attestation", args=[publication.slug]),
            "site_name": settings.SITE_NAME,
            "picture": settings.SITE_IMAGE,
            "published": moment(publication.first_published_at),
            "modified": moment(publication.published_at),
            "section": topics[0]["name"] if topics else "",
            "json_ld": json_ld(publication, url=url),
        },
    )
