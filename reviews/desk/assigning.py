"""Taking a review, letting it go and giving it to somebody: from its page, or from its row in the queue."""

from __future__ import annotations

from collections.abc import Callable

from django import forms as django_forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from reviews import assigning
from reviews.desk import forms
from reviews.desk.access import DeskRequest, desk_view, problem, status_of
from reviews.desk.answering import act
from reviews.desk.screen import find_review, show
from reviews.models import Review
from reviews.refusals import Refused

_CHOOSE = "Choose who shall judge it."


class Assign(django_forms.Form):
    """To whom a review is given: the primary key of their account."""

    to = forms.Whole(_CHOOSE)


@desk_view("POST")
def claim(request: DeskRequest, pk: int) -> HttpResponse:
    return _answer(
        request, pk, "claim", "It is yours to review now.", lambda r: assigning.claim(r, by=request.user)
    )


@desk_view("POST")
def release(request: DeskRequest, pk: int) -> HttpResponse:
    return _answer(
        request, pk, "release", "Released. Somebody else can take it.",
        lambda r: assigning.release(r, by=request.user),
    )  # fmt: skip


@desk_view("POST")
def assign(request: DeskRequest, pk: int) -> HttpResponse:
    review = find_review(pk)

    def verb(data: dict[str, int]) -> None:
        person = User.objects.filter(pk=data["to"]).first()
        if person is None:
            raise Refused(_CHOOSE, "to")
        assigning.assign(review, by=request.user, to=person)

    return act(
        request,
        key="assign",
        form=Assign(request.POST),
        verb=verb,
        done="Given to them. They get a message.",
        back=f"{reverse('desk:review', args=[pk])}#assignee",
        again=lambda rejection: show(request, pk, rejection=rejection),
    )


def _answer(
    request: DeskRequest, pk: int, key: str, done: str, verb: Callable[[Review], object]
) -> HttpResponse:
    review, queue = find_review(pk), _queue_to_go_back_to(request)
    if queue:
        try:
            verb(review)
        except Refused as refusal:
            return problem(request, status_of(refusal), refusal.sentence, back=queue)
        messages.success(request, f"“{review.edition.title}”: {done}")
        return redirect(queue)
    return act(
        request,
        key=key,
        form=django_forms.Form(request.POST),
        verb=lambda _: verb(review),
        done=done,
        back=f"{reverse('desk:review', args=[pk])}#assignee",
        again=lambda rejection: show(request, pk, rejection=rejection),
    )


def _queue_to_go_back_to(request: DeskRequest) -> str:
    """The queue as it was narrowed, where the button stood there; nothing that leads elsewhere."""
    asked = request.POST.get("next", "")
    at_home = url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if at_home and asked.partition("?")[0] == reverse("desk:queue") else ""
