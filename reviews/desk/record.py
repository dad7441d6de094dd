"""The approval record at the desk: a page to read and print, and the file behind it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe

from reviews import dossier as dossiers
from reviews import records, states
from reviews.desk.access import DeskRequest, desk_view
from reviews.desk.screen import find_review
from reviews.desk.sign import finished
from reviews.models import Claim, Finding, SourceCheck
from reviews.models.disclaimers import Placement
from reviews.records import checking

_TIMES = ("at", "frozen_at", "published_at", "ended_at", "submitted_at", "closed_at")
_LABELS: dict[str, dict[Any, str]] = {
    "verdict": dict(SourceCheck.Verdict.choices),
    "directness": dict(SourceCheck.Directness.choices),
    "read": dict(SourceCheck.Read.choices),
    "severity": dict(Finding.Severity.choices),
    "disposition": dict(Finding.Disposition.choices),
    "placement": dict(Placement.choices),
}


@desk_view("GET", "HEAD")
def record(request: DeskRequest, pk: int) -> HttpResponse:
    """The record in the order in which a reader asks: what, who, on which grounds, and how to check it."""
    review = find_review(pk)
    made = records.open_record(review, by=request.user)
    lines = records.check(made)
    told = _readable(made, {p["id"]: p["name"] for p in made["people"]})
    approved = checking.approval(made)
    edition = next(e for e in told["editions"] if e["digest"] == made["review"]["edition"])
    page = next((p for p in reversed(told["publications"]) if p["edition"] == edition["digest"]), None)
    words = {d["digest"]: d for d in told["disclaimers"]}
    context = {
        "review": review,
        "record": told,
        "edition": edition,
        "content": edition["content"],
        "state": states.of_review(review),
        "tier": _tier(told),
        "approved": approved,
        "page": page,
        "text": mark_safe(page["html"] if page else finished(dossiers.load(review))),  # noqa: S308 - see articles.rendering
        "attached": [{**a, "words": words.get(a["version"])} for a in told["attachments"]],
        "claims": [_claim(c) for c in told["claims"] if c["state"] != Claim.State.ORPHANED],
        "gone": sum(c["state"] == Claim.State.ORPHANED for c in told["claims"]),
        "findings": [f for f in told["findings"] if not f["orphaned"]],
        "lines": lines,
        "holds": all(line.ok for line in lines),
    }
    return render(request, "desk/record.html", context)


@desk_view("GET", "HEAD")
def record_file(request: DeskRequest, pk: int) -> HttpResponse:
    """The same as a file: the same bytes as long as nothing was added."""
    made = records.open_record(find_review(pk), by=request.user)
    name = f"approval-record-{pk}-{made['article']['slug'][:60]}.json"
    return HttpResponse(
        records.file_bytes(made),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _readable(value: Any, people: dict[int, str], key: str = "") -> Any:
    """The record with names, words and moments beside (or for) its numbers, codes and times."""
    if isinstance(value, list):
        return [_readable(entry, people) for entry in value]
    if isinstance(value, dict):
        if key in ("content", "statement", "attestation", "facts", "source_record"):
            return value
        shown = {name: _readable(inner, people, name) for name, inner in value.items()}
        for name, inner in value.items():
            if name in _LABELS:
                shown[f"{name}_words"] = _LABELS[name].get(inner, inner)
            elif isinstance(inner, int) and (name.endswith("by") or name in ("person", "signer")):
                shown[f"{name}_name"] = people.get(inner, "somebody")
        return shown
    return dt.datetime.fromisoformat(value) if key in _TIMES and value else value


def _claim(claim: dict[str, Any]) -> dict[str, Any]:
    """A claim with the newest check of each source first, those that came before it after."""
    newest: dict[int, dict[str, Any]] = {}
    for made in claim["checks"]:
        if made["claim_text"] == claim["text"]:
            newest[made["source"]] = made
    counts = list(newest.values())
    return {**claim, "counts": counts, "earlier": [c for c in claim["checks"] if c not in counts]}


def _tier(told: dict[str, Any]) -> str:
    tier: str = told["review"]["tier"]
    for policy in reversed(told["policies"]):
        for entry in policy["content"]["tiers"]:
            if entry["key"] == tier:
                asked = entry["signatures"]
                return f"{entry['name']}, {asked} signature{'' if asked == 1 else 's'}"
    return tier
