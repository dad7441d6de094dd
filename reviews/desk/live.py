"""What readers see now, and taking it down."""

from __future__ import annotations

from django import forms as django_forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from articles.models import Article, Publication
from reviews import states, workflow
from reviews.desk import forms
from reviews.desk.access import DeskRequest, desk_view
from reviews.desk.answering import Rejection, act
from reviews.desk.offers import take_downs
from reviews.desk.queue import page_of
from reviews.models import Review
from reviews.served import unseen_on

CLOSED_SHOWN = 20


@desk_view("GET", "HEAD")
def live(request: DeskRequest) -> HttpResponse:
    """Live pages, those whose review is overdue first, and the reviews closed last."""
    pages = (
        Publication.objects.filter(status=Publication.Status.LIVE).defer("html").order_by("review_due", "pk")
    )
    page = page_of(pages, request)
    today = timezone.localdate()
    closed = (
        Review.objects.exclude(status__in=Review.OPEN)
        .select_related("edition", "submitted_by")
        .order_by("-closed_at", "-pk")[:CLOSED_SHOWN]
    )
    unseen = unseen_on(publication.pk for publication in page)
    context = {
        "page": page,
        "rows": [
            (publication, states.of_publication(publication, today=today), publication.pk in unseen)
            for publication in page
        ],
        "closed": [(review, states.of_review(review)) for review in closed],
    }
    return render(request, "desk/live.html", context)


@desk_view("GET", "HEAD")
def article(request: DeskRequest, pk: int) -> HttpResponse:
    """One article's public page: what became of it, and the two ways of taking it down."""
    return _show(request, pk)


@desk_view("POST")
def withdraw(request: DeskRequest, pk: int) -> HttpResponse:
    """Take the live page down at once."""
    found = _find(pk)
    return _answer(
        request, found, "withdraw", forms.TakeDown(request.POST), "Withdrawn. Readers see it no more.",
        lambda data: workflow.withdraw(found, by=request.user, reason=data["reason"]),
    )  # fmt: skip


@desk_view("POST")
def retract(request: DeskRequest, pk: int) -> HttpResponse:
    """Take the page's text down for good, with a notice in its place."""
    found = _find(pk)
    return _answer(
        request, found, "retract", forms.Retract(request.POST), "Retracted. A notice stands in its place.",
        lambda data: workflow.retract(found, by=request.user, reason=data["reason"], kind=data["kind"]),
    )  # fmt: skip


def _answer(
    request: DeskRequest, article: Article, key: str, form: django_forms.Form, done: str, verb: object
) -> HttpResponse:
    return act(
        request,
        key=key,
        form=form,
        verb=verb,  # type: ignore[arg-type]
        done=done,
        back=reverse("desk:article", args=[article.pk]),
        again=lambda rejection: _show(request, article.pk, rejection),
    )


def _find(pk: int) -> Article:
    found = Article.objects.filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such article.")
    return found


def _show(request: DeskRequest, pk: int, rejection: Rejection | None = None) -> HttpResponse:
    found = _find(pk)
    pages = list(
        Publication.objects.filter(article=found)
        .select_related("edition", "article", "published_by", "ended_by")
        .defer("html")
        .order_by("-published_at", "-pk")
    )
    now = next((p for p in pages if p.status == Publication.Status.LIVE), pages[0] if pages else None)
    today = timezone.localdate()
    context = {
        "article": found,
        "page": now,
        "state": states.of_publication(now, today=today) if now else states.DRAFT,
        "unseen": unseen_on([now.pk]).get(now.pk, []) if now and now.status == now.Status.LIVE else [],
        "past": [(p, states.of_publication(p, today=today)) for p in pages],
        "take_downs": take_downs(now, request.user, rejection),
        "reviews": [
            (r, states.of_review(r)) for r in found.reviews.select_related("edition").order_by("-pk")
        ],
        "choices": {"kind": forms.KINDS},
        "rejection": rejection,
    }
    return render(request, "desk/article.html", context, status=rejection.status if rejection else 200)
