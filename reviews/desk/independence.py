"""Giving one's verdicts, and settling a disagreement: two forms, each handed to one verb."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse

from reviews import independence
from reviews.desk import forms
from reviews.desk.access import DeskRequest, desk_view
from reviews.desk.answering import act
from reviews.desk.screen import find_review, show
from reviews.models import Claim, SourceCheck
from reviews.refusals import Refused


@desk_view("POST")
def give_opinion(request: DeskRequest, pk: int) -> HttpResponse:
    """A reviewer's verdicts on the edition are complete."""
    review = find_review(pk)
    return act(
        request,
        key="opinion",
        form=forms.Seen(request.POST),
        verb=lambda _: independence.give_opinion(review, by=request.user),
        done="Your verdicts are given.",
        back=f"{reverse('desk:review', args=[pk])}#claims",
        again=lambda rejection: show(request, pk, rejection=rejection),
        review=review,
    )


@desk_view("POST")
def settle(request: DeskRequest, pk: int, claim: int) -> HttpResponse:
    """The reviewers' disagreement on a claim is settled, with a reason."""
    review = find_review(pk)
    found = Claim.objects.select_related("review").filter(review=pk, pk=claim).first()
    if found is None:
        raise Http404("There is no such claim in this review.")

    def verb(data: dict[str, Any]) -> object:
        stands = SourceCheck.objects.filter(claim=found, pk=data["stands"]).first()
        if stands is None:
            raise Refused("Choose one of the verdicts that stand side by side.", "choice")
        return independence.settle(found, by=request.user, stands=stands, reason=data["reason"])

    return act(
        request,
        key=f"claim-{claim}-settle",
        form=forms.Settle(request.POST),
        verb=verb,
        done="Settled.",
        back=f"{reverse('desk:review', args=[pk])}#claim-{claim}",
        again=lambda rejection: show(request, pk, rejection=rejection),
        review=review,
    )
