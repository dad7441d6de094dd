"""An article as schema.org describes it: one JSON-LD object, a `MedicalWebPage`.

It says what was signed and published, and nothing else: neither today's draft nor today's topics or people.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from articles.models import Notice, Publication
from articles.references import identifier_links, safe_url, warning
from articles.sources.names import is_person
from articles.sources.works import work_from

Node = dict[str, Any]

_CITED = {
    "journal-article": ("ScholarlyArticle", "Periodical"),
    "systematic-review": ("ScholarlyArticle", "Periodical"),
    "trial": ("ScholarlyArticle", "Periodical"),
    "preprint": ("ScholarlyArticle", "CreativeWork"),
    "conference-paper": ("ScholarlyArticle", "CreativeWork"),
    "book": ("Book", "CreativeWork"),
    "book-chapter": ("Chapter", "Book"),
    "report": ("Report", "CreativeWork"),
    "guideline": ("Report", "CreativeWork"),
    "thesis": ("Thesis", "CreativeWork"),
    "dataset": ("Dataset", "CreativeWork"),
    "web-page": ("WebPage", "CreativeWork"),
    "statute": ("Legislation", "CreativeWork"),
}
"""The type of each kind of source, and of what it is a part of; CreativeWork where none is finer."""

_MENDED = (Notice.Kind.CORRECTION, Notice.Kind.CLARIFICATION)

# Nothing in a script element may look like markup, and U+2028 and U+2029 end a line in older JavaScript.
_ESCAPES = {ord(letter): f"\\u{ord(letter):04X}" for letter in "<>&\u2028\u2029"}


def json_ld(publication: Publication, *, url: str) -> SafeString:
    """The article at `url` as JSON-LD, escaped so that it can stand in a script element."""
    text = json.dumps(medical_web_page(publication, url=url), ensure_ascii=False, separators=(",", ":"))
    return mark_safe(text.translate(_ESCAPES))  # noqa: S308 - no character in it can begin or end markup


def medical_web_page(publication: Publication, *, url: str) -> Node:
    """The `MedicalWebPage` of a publication. What is not known is left out."""
    content, attestation = publication.edition.content, publication.attestation
    correction = content["correction"]
    return _known(
        {
            "@context": "https://schema.org",
            "@type": "MedicalWebPage",
            "url": url,
            "mainEntityOfPage": url,
            "name": publication.title,
            "headline": publication.title,
            "description": publication.summary,
            "inLanguage": publication.locale,
            "isAccessibleForFree": True,
            "datePublished": moment(publication.first_published_at),
            "dateModified": moment(publication.published_at),
            "lastReviewed": attestation["reviewed_on"],
            "reviewedBy": _one_or_all(_reviewer(signer) for signer in attestation["signers"]),
            "author": _one_or_all({"@type": "Person", "name": a["name"]} for a in content["authors"]),
            "publisher": _publisher(),
            "about": _one_or_all(_topic(topic) for topic in content["topics"]),
            "correction": (
                {"@type": "CorrectionComment", "text": correction["text"]}
                if correction and correction["kind"] in _MENDED
                else None
            ),
            "citation": [_cited(reference["record"]) for reference in content["references"]],
        }
    )


def moment(at: dt.datetime) -> str:
    """An hour as machines read it (ISO 8601, RFC 3339), in the time zone of the dates that readers see."""
    return timezone.localtime(at).isoformat(timespec="seconds")


def _reviewer(signer: Node) -> Node:
    degrees = [degree.strip() for degree in signer["credentials"].split(",")]
    return _known(
        {
            "@type": "Person",
            "name": signer["name"],
            "honorificSuffix": signer["credentials"],
            "hasCredential": _one_or_all(
                {"@type": "EducationalOccupationalCredential", "name": degree} for degree in degrees if degree
            ),
        }
    )


def _publisher() -> Node | None:
    name = settings.SITE_NAME
    return {"@type": "Organization", "name": name, "url": f"{settings.SITE_URL}/"} if name else None


def _topic(topic: Node) -> Node:
    # Whether a topic is a condition, a treatment or neither, nobody signed.
    address = settings.SITE_URL + reverse("public:topic", args=[topic["slug"]])
    return {"@type": "Thing", "name": topic["name"], "url": address}


def _cited(record: Node) -> Node:
    kind, whole = _CITED.get(record["kind"], ("CreativeWork", "CreativeWork"))
    work = work_from(record)
    told: Node = {"@type": kind, "creativeWorkStatus": warning(record["standing"])}
    if identified := identifier_links(record):
        # The registry that it leads to has all the rest, which would be a third of the page's weight here.
        told["sameAs"] = identified[0]["href"]
    else:
        told["name"] = work.title.strip().removesuffix(".")
        told["datePublished"] = str(work.year or "")
        told["author"] = _one_or_all(_named(name) for name in work.authors)
        told["isPartOf"] = {"@type": whole, "name": work.container} if work.container else None
        told["url"] = safe_url(work.url)
    return _known(told)


def _named(name: str) -> Node:
    return {"@type": "Person" if is_person(name) else "Organization", "name": name}


def _one_or_all(things: Iterable[Any]) -> Any:
    """One thing as it is, several as a list: shorter, and the same to whoever reads JSON-LD."""
    all_of_them: Sequence[Any] = list(things)
    return all_of_them[0] if len(all_of_them) == 1 else all_of_them


def _known(node: Node) -> Node:
    return {name: value for name, value in node.items() if value not in ("", None, [])}
