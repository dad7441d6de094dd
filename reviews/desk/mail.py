"""Mail: how somebody wants to hear of what, and what was sent to whom."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from articles.models import Outbox
from reviews.desk.access import DeskRequest, desk_view
from reviews.desk.queue import page_of
from reviews.mail import again, digests, preferences
from reviews.mail.again import LEAVING, perhaps_sent
from reviews.mail.announcing import job_key
from reviews.models import Message
from reviews.refusals import Refused
from reviews.states import State, hour

UNSURE = State("▲", "Perhaps sent", "attention")
_NOT_SENT = State("⊘", "Not sent", "quiet")
_WAITS = State("◷", "Waiting", "waiting")
_UNREAD = ("event", "link", "key")


@dataclass(frozen=True, slots=True)
class Row:
    """One message, and what became of it."""

    message: Message
    state: State
    about: str
    """The state in a sentence."""

    @property
    def is_unsure(self) -> bool:
        return self.state == UNSURE


@desk_view("GET", "HEAD")
def mail(request: DeskRequest) -> HttpResponse:
    """The preferences of who is signed in."""
    context = {
        "choices": preferences.choices_of(request.user),
        "address": request.user.email,
        "digest_hour": f"{digests.HOUR:02}:00 ({timezone.localtime().tzname()})",
        "sees_sent": _may_see_sent(request.user),
        "here": "mail",
    }
    return render(request, "desk/mail.html", context)


@desk_view("POST")
def choose(request: DeskRequest) -> HttpResponse:
    """Keep what they chose."""
    given = {name[4:]: str(way) for name, way in request.POST.items() if name.startswith("way_")}
    preferences.choose(request.user, given)
    messages.success(request, "Kept.")
    return redirect("desk:mail")


@desk_view("GET", "HEAD")
def sent(request: DeskRequest) -> HttpResponse:
    """Every message, the newest on top; with `?state=unsure` those that were perhaps sent."""
    if not _may_see_sent(request.user):
        raise Refused("Only managing editors see whom Signoff wrote to.", "permission")
    unsure = perhaps_sent()
    only_unsure = request.GET.get("state") == "unsure"
    rows = unsure if only_unsure else Message.objects.filter(digest=None)
    page = page_of(rows.select_related("person").defer(*_UNREAD).order_by("-pk"), request)
    given_up = set(
        Outbox.objects.filter(
            key__in=[job_key(message) for message in page], failed_at__isnull=False
        ).values_list("key", flat=True)
    )
    context = {
        "page": page,
        "rows": [Row(message, *_state(message, given_up)) for message in page],
        "unsure": unsure.count(),
        "only_unsure": only_unsure,
        "may_send": request.user.has_perm("reviews.publish_review"),
        "query": "state=unsure&" if only_unsure else "",
        "here": "mail",
    }
    return render(request, "desk/mail_sent.html", context)


@desk_view("POST")
def send_again(request: DeskRequest, pk: int) -> HttpResponse:
    """Send one that was perhaps sent once more."""
    again.send_again(pk, by=request.user)
    messages.success(request, "It is sent again now.")
    return redirect(f"{reverse('desk:mail_sent')}?state=unsure")


def _may_see_sent(person: User) -> bool:
    return settings.DEMO or person.has_perm("reviews.publish_review")


def _state(message: Message, given_up: Collection[str]) -> tuple[State, str]:
    if message.sent_at:
        return State("✓", "Sent", "signed"), f"Sent on {hour(message.sent_at)}."
    if message.dropped_at:
        return _NOT_SENT, message.dropped_because
    if message.claimed_at and message.claimed_at < timezone.now() - LEAVING:
        return UNSURE, (
            f"It was on its way on {hour(message.claimed_at)}, and nobody knows whether it left. It is not "
            "sent again by itself: ask them, or send it again; then they may have it twice."
        )
    if job_key(message) in given_up:
        return _NOT_SENT, "The mail server did not take it, however often it was tried. It was given up."
    if message.for_digest:
        return _WAITS, "It waits for the daily mail."
    return _WAITS, "It is sent as soon as the jobs get to it."
