"""What readers report, as it stands on the page of its alert."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Case, IntegerField, Value, When

from articles.freezing import edition_document
from articles.models import ReaderReport
from reviews import permissions
from reviews.desk.offers import sentence
from reviews.models import Alert

SHOWN = 100
"""Reports that are shown of one alert; a person has read enough by then."""
_AROUND = 80
"""Characters of the text shown on each side of a passage."""
_MARKERS = re.compile(r"(?:\s*\[\d[\d\s,–-]*\])+")
"""“ [1] [2]”, which readers see, and copy, as “1,2” right behind the word."""
_QUOTES = "“”„‟«»‘’\"' "


@dataclass(frozen=True, slots=True)
class Reported:
    """One report. Of a passage that stands in the text, word for word: what stands around it."""

    report: ReaderReport
    email: str
    """Empty also for those who may not decide about the alert."""
    found: tuple[str, str, str] | None = None
    """The text before the passage, the passage, the text after it."""


def reported_in(alert: Alert, *, to: User) -> list[Reported]:
    """The newest reports of an alert, unsafe advice on top; two queries, however many there are."""
    unsafe_first = Case(
        When(kind=ReaderReport.Kind.UNSAFE, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    rows = ReaderReport.objects.filter(in_alert__alert=alert).order_by(unsafe_first, "-pk")[:SHOWN]
    may_write = not sentence(lambda: permissions.check_can_decide_alert(to, alert))
    text = " ".join(edition_document(alert.publication.edition).text.split())
    shown = _MARKERS.sub(lambda markers: ",".join(re.findall(r"\d+", markers[0])), text)
    return [
        Reported(one, one.email if may_write else "", _found(one.passage, text) or _found(one.passage, shown))
        for one in rows
    ]


def _found(passage: str, text: str) -> tuple[str, str, str] | None:
    wanted = " ".join(passage.split()).strip(_QUOTES)
    start = text.find(wanted) if wanted else -1
    if start < 0:
        return None
    first, end = max(0, start - _AROUND), start + len(wanted)
    last = end + _AROUND
    before, after = text[first:start], text[end:last]
    return (
        f"… {before.partition(' ')[2]}" if first else before,  # from a whole word on, and to one
        wanted,
        f"{after.rpartition(' ')[0]} …" if last < len(text) else after,
    )
