"""The disclaimers in force, and the live pages that carry old words of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from reviews.alerts import LivePage, live_pages, old_words_on
from reviews.desk.access import DeskRequest, desk_view
from reviews.models import DisclaimerVersion, Review
from reviews.policy import current_policy

LISTED = 50
"""Pages that are named for one disclaimer; of more there is the number."""


@dataclass(slots=True)
class Standing:
    """One disclaimer of the policy: its words by country, and how it stands on live pages."""

    key: str
    name: str
    words: list[DisclaimerVersion]
    carried: int
    old: int
    listed: list[tuple[LivePage, int | None]]
    """Pages with old words, each with the number of its open review."""


@desk_view("GET", "HEAD")
def disclaimers(request: DeskRequest) -> HttpResponse:
    """Every disclaimer of the policy: its words, their version, and the live pages with older ones."""
    policy = current_policy()
    carried: Counter[str] = Counter()
    old: dict[str, list[LivePage]] = {}
    for page in live_pages():
        carried.update({shown["key"] for shown in page.disclaimers})
        for key in old_words_on(page, policy):
            old.setdefault(key, []).append(page)
    named = {page.article for pages in old.values() for page in pages[:LISTED]}
    under_review = dict(
        Review.objects.filter(article__in=named, status__in=Review.OPEN).values_list("article", "pk")
    )
    newest: dict[tuple[str, str], DisclaimerVersion] = {}
    for version in DisclaimerVersion.objects.select_related("disclaimer").order_by("-number"):
        newest.setdefault((version.disclaimer.key, version.variant), version)
    entries = policy.content["disclaimers"]
    context = {
        "policy": policy.version,
        "standings": [
            Standing(
                key=entry["key"],
                name=entry["name"],
                words=[
                    newest[entry["key"], variant]
                    for variant in ("", *(v["jurisdiction"] for v in entry.get("variants", ())))
                    if (entry["key"], variant) in newest and (variant or entry["text"])
                ],
                carried=carried[entry["key"]],
                old=len(old.get(entry["key"], ())),
                listed=[
                    (page, under_review.get(page.article)) for page in old.get(entry["key"], ())[:LISTED]
                ],
            )
            for entry in entries
        ],
    }
    return render(request, "desk/disclaimers.html", context)
