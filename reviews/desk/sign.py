"""Signing: the finished page, what the signature covers, and the signer's password."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe

from articles.rendering import render as render_article
from reviews import dossier as dossiers
from reviews import permissions, signing, states, workflow
from reviews.desk import forms
from reviews.desk.access import DeskRequest, desk_view
from reviews.desk.answering import EMPTY, Rejection, rejected
from reviews.desk.disclaimers import disclaimer_rows
from reviews.desk.findings import finding_rows
from reviews.desk.offers import sentence
from reviews.desk.rows import claim_rows, references
from reviews.desk.screen import faults_of, find_review
from reviews.models import Reviewer, SignOff
from reviews.refusals import Refused
from reviews.requirements import Stops, missing_for, stopping

WRONG_IN_A_ROW = 5
"""So many wrong passwords end the session: someone else may be sitting there."""
_COUNTER = "desk_wrong_passwords"


@desk_view("GET", "HEAD", "POST")
def sign(request: DeskRequest, pk: int) -> HttpResponse:
    """Read the finished page and sign it."""
    if request.method != "POST":
        return _show(request, pk)
    form = forms.Sign(request.POST)
    if not form.is_valid():
        return _show(request, pk, rejected("sign", form))
    if not request.user.check_password(form.cleaned_data["password"]):
        return _wrong_password(request, pk, form)
    request.session.pop(_COUNTER, None)
    given = form.cleaned_data
    try:
        signing.sign(
            given["page"],
            review=find_review(pk),
            by=request.user,
            meaning=given["meaning"],
            interests=given["interests"],
            seen=given["seen"],
        )
    except Refused as refusal:
        return _show(request, pk, rejected("sign", form, refusal))
    messages.success(request, "Signed. Your name now stands under exactly this text.")
    return redirect(reverse("desk:review", args=[pk]) + "#sign")


def _wrong_password(request: DeskRequest, pk: int, form: forms.Sign) -> HttpResponse:
    wrong = request.session.get(_COUNTER, 0) + 1
    request.session[_COUNTER] = wrong
    if wrong >= WRONG_IN_A_ROW:
        logout(request)
        messages.error(
            request, "The password was wrong five times in a row, so you were signed out. Nothing was signed."
        )
        return redirect_to_login(reverse("desk:sign", args=[pk]))
    form.add_error("password", "This is not your password. Nothing was signed.")
    return _show(request, pk, rejected("sign", form))


def _show(request: DeskRequest, pk: int, rejection: Rejection | None = None) -> HttpResponse:
    review, user = find_review(pk), request.user
    dossier = dossiers.load(review)
    faults = faults_of(user, dossier)
    why_not = sentence(lambda: permissions.check_can_sign(user, review, faults=faults)) or sentence(
        lambda: workflow.check_allowed("sign_off", review.status)
    )
    missing = stopping(missing_for(review, dossier=dossier), Stops.SIGN_OFF) if review.is_open else []
    if not why_not and not dossier.sealed:
        needed, givers = dossier.independent, dossier.givers
        why_not = sentence(lambda: permissions.check_gave_opinion(user, needed=needed, givers=givers))
    mine = signing.own_signature(dossier, user) if review.is_open else None
    can_sign = not why_not and not missing and mine is None
    # It may not have been through the form: PostgreSQL takes no NUL.
    came_from = request.POST.get("page", "").replace("\x00", "") if request.method == "POST" else ""
    page = None
    if can_sign and request.method != "HEAD":
        page = signing.open_page(review, by=user, dossier=dossier, faults=faults, again=came_from)
    refs = references(review.edition.content, {})
    slot = rejection.slot if rejection else EMPTY
    context: dict[str, Any] = {
        "review": review,
        "edition": review.edition,
        "content": review.edition.content,
        "state": states.of_review(review),
        "tier": dossier.tier,
        "policy": dossier.policy.version,
        "article": mark_safe(finished(dossier)),  # noqa: S308 - see articles.rendering
        "claims": claim_rows(dossier, refs, None, "", reader=user),
        "findings": [r for r in finding_rows(dossier, user, None, "") if not r.finding.orphaned],
        "disclaimers": [r for r in disclaimer_rows(dossier, user, None) if r.attachment],
        "sign_offs": dossier.valid_sign_offs,
        # It is computed from the verdicts, and with few claims it would tell them.
        "digest": "" if dossier.sealed else dossier.signed_digest,
        "sealed": dossier.sealed,
        "reviewer": Reviewer.objects.filter(user=user).first(),
        "meanings": SignOff.Meaning.choices,
        "meaning": slot.values.get("meaning")
        or (SignOff.Meaning.SECOND if dossier.valid_sign_offs else SignOff.Meaning.ACCURATE),
        "conflicts": dossier.conflicts,
        "mine": mine,
        "why_not": why_not,
        "missing": missing,
        "can_sign": can_sign,
        "page": page,
        "changes": signing.changes_since(came_from, dossier, by=user) if came_from else [],
        "slot": slot,
        "rejection": rejection,
    }
    return render(request, "desk/sign.html", context, status=rejection.status if rejection else 200)


def finished(dossier: dossiers.Dossier) -> str:
    """The page as readers will have it, but for its dates and signatures, which are not there yet."""
    return render_article(
        dossier.content,
        disclaimers=dossier.placed_disclaimers,
        signers=[],
        notices=[],
        evidence=dossier.checked_claims,
        published_on=None,
        first_published_on=None,
        reviewed_on=None,
        review_due=None,
    )
