"""The reference list as readers see it: what is printed of a source, and which addresses become links."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any, TypedDict
from urllib.parse import quote, urlsplit

from articles.evidence import CheckedClaim, CheckedSource, by_reference
from articles.models import Source
from articles.sources.style import Part, parts
from articles.sources.works import work_from

_DOI = re.compile(r"10\.\d{4,9}/\S{1,180}")
_PMID = re.compile(r"[1-9]\d{0,9}")

# Standings that a reader must see, and how loudly.
_WARNINGS = {
    Source.Standing.RETRACTED: "stop",
    Source.Standing.WITHDRAWN: "stop",
    Source.Standing.EXPRESSION_OF_CONCERN: "attention",
}


class ReferenceLink(TypedDict):
    """A link to the source itself; `href` is http or https, nothing else."""

    label: str
    href: str


class ShownReference(TypedDict):
    """One entry of the list, printed by `articles.sources.style`; the texts lack their last full stop.

    `place` is “2024;12(3):10–19” or the like; `cited` whether the text links to the entry;
    `checked` what the reviewers found in it.
    """

    number: int
    authors: str
    title: str
    container: str
    place: str
    kind: str
    links: list[ReferenceLink]
    standing: str
    alarm: str
    cited: bool
    checked: CheckedSource | None


def shown_references(
    references: list[dict[str, Any]], *, cited: Collection[int], evidence: Sequence[CheckedClaim] = ()
) -> list[ShownReference]:
    """The references of a frozen edition (see `articles.freezing.payload`), in their order.

    `checked` is the strongest of what the reviewers found in each. Nothing here is escaped: the template
    does that.
    """
    checked = by_reference(evidence)
    return [
        _shown(r["number"], r["record"], cited=r["number"] in cited, checked=checked.get(r["number"]))
        for r in references
    ]


def warning(standing: str) -> str:
    """What readers are told of a source that does not stand, or not as it did: “Retracted”; else nothing."""
    return str(Source.Standing(standing).label) if standing in _WARNINGS else ""


def _shown(
    number: int, record: dict[str, Any], *, cited: bool, checked: CheckedSource | None
) -> ShownReference:
    standing = record["standing"]
    printed = parts(work_from(record))
    return {
        "number": number,
        "authors": _printed(printed, "authors"),
        "title": _printed(printed, "title"),
        "container": _printed(printed, "container"),
        "place": _printed(printed, "place"),
        "kind": str(Source.Kind(record["kind"]).label) if record["kind"] in Source.Kind.values else "",
        "links": links_of(record),
        "standing": warning(standing),
        "alarm": _WARNINGS.get(standing, ""),
        "cited": cited,
        "checked": checked,
    }


def _printed(printed: tuple[Part, ...], role: str) -> str:
    text = " ".join(part.text for part in printed if part.role == role)
    return text if text.endswith("...") else text.removesuffix(".")


def safe_url(url: str) -> str:
    """`url` if it is a complete http or https address, else the empty string."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return ""
    return (
        url if parts.scheme in ("http", "https") and host and not re.search(r"[\s\x00-\x1f\\]", url) else ""
    )


def identifier_links(record: dict[str, Any]) -> list[ReferenceLink]:
    """Links to the work by the numbers in its record that name it and nothing else: DOI, then PMID."""
    links: list[ReferenceLink] = []
    if _DOI.fullmatch(record["doi"]):
        links.append(
            {"label": f"doi:{record['doi']}", "href": f"https://doi.org/{quote(record['doi'], safe='/:;()')}"}
        )
    if _PMID.fullmatch(record["pmid"]):
        links.append(
            {
                "label": f"PubMed {record['pmid']}",
                "href": f"https://pubmed.ncbi.nlm.nih.gov/{record['pmid']}/",
            }
        )
    return links


def links_of(record: dict[str, Any]) -> list[ReferenceLink]:
    """Where a source can be read: by its DOI, at PubMed, at its address."""
    links = identifier_links(record)
    if url := safe_url(record["url"]):
        links.append({"label": urlsplit(url).hostname or url, "href": url})
    return links
