"""What changed between two editions of an article: medically, and word by word.

The edition under review is compared with the one that was signed last, or with the round before.
"""

from __future__ import annotations

import nh3
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from lxml.html.diff import htmldiff

from articles.html import ATTRIBUTES, TAGS, URL_SCHEMES
from articles.models import Edition
from reviews import states
from reviews.desk.access import DeskRequest, desk_view
from reviews.desk.earlier import earlier_editions, medical
from reviews.desk.screen import find_review


@desk_view("GET", "HEAD")
def changes(request: DeskRequest, pk: int) -> HttpResponse:
    """The edition under review beside number `?from=`; without it, beside the one that was signed last."""
    review = find_review(pk)
    earlier = list(earlier_editions(review))
    wanted = request.GET.get("from", "")
    if wanted:
        old = next((e for e in earlier if str(e.number) == wanted), None)
        if old is None:
            raise Http404("There is no earlier edition of this number.")
    else:
        old = next((e for e in earlier if e.was_signed), earlier[0] if earlier else None)
    context = {
        "review": review,
        "edition": review.edition,
        "state": states.of_review(review),
        "old": old,
        "earlier": earlier,
        "medical": medical(old, review.edition) if old else [],
        "parts": _parts(old, review.edition) if old else [],
        "references": _references(old, review.edition) if old else [],
    }
    return render(request, "desk/changes.html", context)


def difference(old: str, new: str) -> SafeString:
    """Two pieces of HTML as one, with `<ins>` and `<del>`.

    `htmldiff` passes every tag through, so its result is sanitised like an article, these two allowed.
    """
    clean = nh3.clean(
        htmldiff(old, new),
        tags=set(TAGS) | {"ins", "del"},
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        url_schemes=set(URL_SCHEMES),
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean)  # noqa: S308 - cleaned on the line before


def _parts(old: Edition, new: Edition) -> list[tuple[str, SafeString, bool]]:
    parts = []
    for name, label, is_html in (
        ("title", "Title", False),
        ("summary", "Summary", False),
        ("body", "Text", True),
        ("interests", "Conflicts and funding", False),
    ):
        before, after = str(old.content[name]), str(new.content[name])
        if not is_html:
            before, after = escape(before), escape(after)
        parts.append((label, difference(before, after), before != after))
    return parts


def _references(old: Edition, new: Edition) -> list[tuple[str, int, str]]:
    before, after = ({r["source"]: r for r in e.content["references"]} for e in (old, new))
    found = []
    for source, entry in after.items():
        if source not in before:
            found.append(("Added", entry["number"], entry["record"]["title"]))
        elif entry["digest"] != before[source]["digest"]:
            found.append(("Record changed", entry["number"], entry["record"]["title"]))
        elif entry["number"] != before[source]["number"]:
            found.append((f"Was {before[source]['number']}", entry["number"], entry["record"]["title"]))
    found += [("Removed", r["number"], r["record"]["title"]) for s, r in before.items() if s not in after]
    return found
