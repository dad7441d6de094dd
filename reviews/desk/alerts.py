"""Alerts on the desk: what happened to the sources of live pages, and what is decided about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import django_filters
from django import forms as django_forms
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from articles.pages import notices_since
from reviews import permissions
from reviews.desk import forms
from reviews.desk.access import DeskRequest, desk_view, problem
from reviews.desk.answering import Rejection, act, slot
from reviews.desk.offers import sentence
from reviews.desk.queue import page_of
from reviews.desk.reports import reported_in
from reviews.models import Alert, Event
from reviews.policy.watching import LONGEST_NOTICE
from reviews.states import State, name_of
from reviews.templatetags import alerts as badge
from reviews.watching import alerts as service
from reviews.watching import notices, using
from reviews.watching.clock import time_left

OTHERS_SHOWN = 20
_EVENTS = (
    "alert_opened", "alert_joined", "alert_sooner", "alert_eased", "alert_assigned", "alert_decided",
    "tell_readers",
)  # fmt: skip


class AlertFilter(django_filters.FilterSet):  # type: ignore[misc]
    """The list's parameters; a value that is none of the choices makes the form invalid."""

    kind = django_filters.ChoiceFilter(label="What happened", choices=Alert.Kind, empty_label="Anything")
    assignee = django_filters.ChoiceFilter(label="Who has it", method="by_assignee", empty_label="Anybody")
    clock = django_filters.ChoiceFilter(
        label="Clock",
        choices=[("overdue", "Overdue"), ("untold", "Readers not told yet")],
        method="by_clock",
        empty_label="Any",
    )

    class Meta:
        model = Alert
        fields = ["kind"]

    def __init__(self, *args: Any, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reader = reader
        people = (
            User.objects.filter(alerts__isnull=False).distinct().order_by("first_name", "last_name", "pk")
        )
        named = [(str(person.pk), name_of(person)) for person in people]
        self.filters["assignee"].extra["choices"] = [("me", "Me"), ("nobody", "Nobody"), *named]

    def by_assignee(self, rows: QuerySet[Alert], name: str, value: str) -> QuerySet[Alert]:
        if value == "nobody":
            return rows.filter(assignee__isnull=True)
        return rows.filter(assignee=self.reader.pk if value == "me" else int(value))

    def by_clock(self, rows: QuerySet[Alert], name: str, value: str) -> QuerySet[Alert]:
        if value == "overdue":
            return rows.filter(due_at__lt=timezone.now())
        return rows.filter(notice_due_at__isnull=False, notified_at__isnull=True)


class Give(django_forms.Form):
    to = forms.Whole("Choose somebody from the list.")


class Decide(django_forms.Form):
    decision = forms.Choice(
        Alert.Decision.choices, "Say whether the page stands, comes down, or the alert was mistaken."
    )
    reason = forms.Words("Give the reason for your decision.")
    seen = django_forms.IntegerField(required=False)


class Tell(django_forms.Form):
    text = forms.Words("Write the sentence that readers will see.", longest=2 * LONGEST_NOTICE)


@desk_view("GET", "HEAD")
def alerts(request: DeskRequest) -> HttpResponse:
    """Open alerts, the first due on top; with `?show=decided`, those decided, the newest on top."""
    decided = request.GET.get("show") == "decided"
    rows = Alert.objects.select_related("article", "publication", "source", "assignee", "decided_by").defer(
        "publication__html", "publication__attestation", "article__body"
    )
    rows = (
        rows.exclude(decision="").order_by("-decided_at", "-pk")
        if decided
        else rows.filter(decision="").order_by("due_at", "pk")
    )
    narrowed = AlertFilter(request.GET, queryset=rows, reader=request.user)
    if not narrowed.form.is_valid():
        return problem(
            request,
            400,
            "This address asks for alerts of a kind that there is not.",
            back=reverse("desk:alerts"),
        )
    wanted = {name: value for name, value in narrowed.form.cleaned_data.items() if value}
    shown = {"show": "decided"} if decided else {}
    page, now = page_of(narrowed.qs, request), timezone.now()
    query = urlencode({**shown, **wanted})
    context = {
        "page": page,
        "rows": [
            (alert, state_of(alert), time_left(alert.due_at, now=now), alert.due_at < now) for alert in page
        ],
        "decided": decided,
        "wanted": wanted,
        "form": narrowed.form,
        "query": f"{query}&" if query else "",
        "here": "alerts",
        "quick": [
            ("Open", "", not decided and not wanted),
            ("Mine", "assignee=me", wanted == {"assignee": "me"} and not decided),
            ("Nobody’s", "assignee=nobody", wanted == {"assignee": "nobody"} and not decided),
            ("Overdue", "clock=overdue", wanted == {"clock": "overdue"} and not decided),
            ("Readers not told", "clock=untold", wanted == {"clock": "untold"} and not decided),
            ("Decided", "show=decided", decided and not wanted),
        ],
    }
    return render(request, "desk/alerts.html", context)


@desk_view("GET", "HEAD")
def alert(request: DeskRequest, pk: int) -> HttpResponse:
    """One alert: what happened, what rests on it, the clock, and what can be done."""
    return _show(request, _find(pk))


@desk_view("POST")
def take(request: DeskRequest, pk: int) -> HttpResponse:
    """Take an alert that nobody has."""
    found = _find(pk)
    return _answer(
        request, found, "take", django_forms.Form(request.POST), "You have this alert now.",
        lambda data: service.take(found, by=request.user),
    )  # fmt: skip


@desk_view("POST")
def assign(request: DeskRequest, pk: int) -> HttpResponse:
    """Give an alert to somebody."""
    found = _find(pk)

    def give(data: dict[str, Any]) -> None:
        to = User.objects.filter(pk=data["to"]).first()
        if to is None:
            raise Http404("There is no such person.")
        service.assign(found, by=request.user, to=to)

    return _answer(request, found, "assign", Give(request.POST), "The alert was given away.", give)


@desk_view("POST")
def decide(request: DeskRequest, pk: int) -> HttpResponse:
    """Close an alert with a written decision."""
    found = _find(pk)
    cache.delete(badge.KEY)
    return _answer(
        request, found, "decide", Decide(request.POST), "Decided, and written down.",
        lambda data: service.decide(
            found, by=request.user, decision=data["decision"], reason=data["reason"],
            reports_seen=data["seen"] or 0,
        ),
    )  # fmt: skip


@desk_view("POST")
def tell(request: DeskRequest, pk: int) -> HttpResponse:
    """Post a notice to the readers of the page."""
    found = _find(pk)
    return _answer(
        request, found, "tell", Tell(request.POST), "Posted. Readers see it above the text.",
        lambda data: notices.post(found, by=request.user, text=data["text"]),
    )  # fmt: skip


def state_of(alert: Alert) -> State:
    """How an alert stands, by its decision, or while it is open by the clock."""
    match alert.decision:
        case Alert.Decision.STANDS:
            return State("✓", "The page stands", "signed")
        case Alert.Decision.REVISED:
            return State("✓", "Revised", "signed")
        case Alert.Decision.TAKEN_DOWN:
            return State("⊘", "Taken down", "stop")
        case Alert.Decision.MISTAKEN:
            return State("–", "Mistaken", "quiet")
    if alert.due_at < timezone.now():
        return State("▲", "Overdue", "stop")
    return State("◐", "Open", "attention" if alert.sole_support else "waiting")


def _answer(
    request: DeskRequest,
    found: Alert,
    key: str,
    form: django_forms.Form,
    done: str,
    verb: Callable[[dict[str, Any]], object],
) -> HttpResponse:
    return act(
        request,
        key=key,
        form=form,
        verb=verb,
        done=done,
        back=reverse("desk:alert", args=[found.pk]),
        again=lambda rejection: _show(request, _find(found.pk), rejection),
    )


def _find(pk: int) -> Alert:
    rows = Alert.objects.select_related(
        "article",
        "publication__edition",
        "source__merged_into",
        "turn",
        "review__edition",
        "assignee",
        "decided_by",
    )
    found = rows.defer("publication__html").filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such alert.")
    return found


def _show(request: DeskRequest, found: Alert, rejection: Rejection | None = None) -> HttpResponse:
    user, source, is_open = request.user, found.source, found.decision == Alert.Decision.OPEN
    now = timezone.now()
    others = using.live_pages_using(source=source).exclude(pk=found.publication_id) if source else None
    quiet_about = notices.why_not(found)
    given = slot(rejection, "tell").values.get("text")
    context = {
        "alert": found,
        "state": state_of(found),
        "left": time_left(found.due_at, now=now),
        "late": is_open and found.due_at < now,
        "notice_left": time_left(found.notice_due_at, now=now) if found.notice_due_at else "",
        "notice_late": bool(found.notice_due_at and not found.notified_at and found.notice_due_at < now),
        "numbers": using.numbers_on(found.publication, source) if source else [],
        "alone": using.sole_support(found.publication, source) if source else [],
        "others": list(others[:OTHERS_SHOWN]) if others is not None else [],
        "others_number": others.count() if others is not None else 0,
        "notices": notices_since(found.publication),
        "quiet_about": quiet_about,
        "may_tell": sentence(lambda: permissions.check_can_tell_readers(user)),
        "proposed": given or ("" if quiet_about else notices.proposed(found)),
        "longest": LONGEST_NOTICE,
        "is_open": is_open,
        "may_take": is_open and found.assignee is None and not sentence(
            lambda: permissions.check_can_take_alert(user, found)
        ),
        "candidates": _candidates(found) if is_open and user.has_perm("reviews.assign_review") else [],
        "why_not_decide": sentence(lambda: permissions.check_can_decide_alert(user, found)),
        "decisions": _decisions(found, user),
        "reported": reported_in(found, to=user) if found.kind == Alert.Kind.READER_REPORT else [],
        "reports_number": found.reports.count(),
        "slots": {key: slot(rejection, key) for key in ("take", "assign", "decide", "tell")},
        "history": Event.objects.filter(
            article=found.article_id, action__in=_EVENTS, facts__alert=found.pk
        ).select_related("actor").order_by("sequence"),
        "rejection": rejection,
        "here": "alerts",
    }  # fmt: skip
    return render(request, "desk/alert.html", context, status=rejection.status if rejection else 200)


def _decisions(found: Alert, user: User) -> list[tuple[str, str]]:
    """The decisions that somebody can make: whoever takes a page down needs the right to."""
    down = user.has_perm("reviews.take_down")
    words = _CHOICES | (_ON_REPORTS if found.kind == Alert.Kind.READER_REPORT else {})
    return [(c.value, words[c]) for c in service.choices_for(found) if down or c != Alert.Decision.TAKEN_DOWN]


_CHOICES = {
    Alert.Decision.STANDS: "The page stands as it is",
    Alert.Decision.TAKEN_DOWN: "Take the page down now",
    Alert.Decision.MISTAKEN: "The alert is mistaken: it is not this source, or nothing happened to it",
}
_ON_REPORTS = {
    Alert.Decision.REVISED: "A new edition was published that answers it",
    Alert.Decision.STANDS: "The page is right: it stands as it is",
    Alert.Decision.MISTAKEN: "This is no report about the page",
}


def _candidates(found: Alert) -> list[tuple[int, str]]:
    """Whom the alert can be given to, by name."""
    people = User.objects.with_perm("reviews.judge_review") | User.objects.with_perm("reviews.take_down")
    fit = [
        person
        for person in people.filter(is_superuser=False).distinct()
        if not sentence(lambda person=person: permissions.check_can_take_alert(person, found))  # type: ignore[misc]
    ]
    return sorted(((person.pk, name_of(person)) for person in fit), key=lambda one: one[1])
