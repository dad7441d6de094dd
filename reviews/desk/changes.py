"""What changed between two editions of an article: medically, and word by word.

The edition under review is compared with the one that was signed last, or with the round before.
"""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from articles.changes import reference_changes, text_changes
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
        "parts": text_changes(old, review.edition) if old else [],
        "references": reference_changes(old, review.edition) if old else [],
    }
    return render(request, "desk/changes.html", context)
