"""One review: reading it, judging it, moving it on. Every view here hands a parsed form to one verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms as django_forms
from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponse
from django.urls import reverse

from articles.models import Source
from reviews import judging, workflow
from reviews.desk import forms
from reviews.desk.access import DeskRequest, desk_view
from reviews.desk.answering import Rejection, act
from reviews.desk.offers import ON_THE_REVIEW
from reviews.desk.screen import find_review, show
from reviews.models import Attachment, Claim, Disclaimer, Finding, Review, SignOff
from reviews.refusals import Refused

M = TypeVar("M", bound=Model)


@desk_view("GET", "HEAD")
def review(request: DeskRequest, pk: int) -> HttpResponse:
    """The screen on which one edition is judged."""
    return show(request, pk)


# --- Claims ---------------------------------------------------------------------------------------


@desk_view("POST")
def add_claim(request: DeskRequest, pk: int) -> HttpResponse:
    return _answer(
        request, find_review(pk), "add_claim", forms.AddClaim, "Claim added.", "claims",
        lambda review, data: judging.add_claim(review, by=request.user, quote=data["quote"]),
    )  # fmt: skip


@desk_view("POST")
def check_claim(request: DeskRequest, pk: int, claim: int) -> HttpResponse:
    found = _of(Claim.objects.select_related("review"), pk, claim, "claim")

    def verb(review: Review, data: dict[str, Any]) -> object:
        source = Source.objects.filter(pk=data["source"]).first()
        if source is None:
            raise Refused("This source is not among the article's references.", "source")
        fields = {
            name: data[name] for name in ("verdict", "directness", "passage", "locator", "read", "note")
        }
        return judging.check_claim(found, by=request.user, source=source, level=int(data["level"]), **fields)

    key = f"claim-{claim}"
    return _answer(request, find_review(pk), f"{key}-check", forms.CheckClaim, "Check recorded.", key, verb)


@desk_view("POST")
def dismiss_claim(request: DeskRequest, pk: int, claim: int) -> HttpResponse:
    found, key = _of(Claim.objects.select_related("review"), pk, claim, "claim"), f"claim-{claim}"
    return _answer(
        request, find_review(pk), f"{key}-dismiss", forms.Reasoned, "Marked as not a claim.", key,
        lambda _, data: judging.dismiss_claim(found, by=request.user, reason=data["reason"]),
    )  # fmt: skip


@desk_view("POST")
def reinstate_claim(request: DeskRequest, pk: int, claim: int) -> HttpResponse:
    found, key = _of(Claim.objects.select_related("review"), pk, claim, "claim"), f"claim-{claim}"
    return _answer(
        request, find_review(pk), f"{key}-act", forms.Seen, "It is a claim again.", key,
        lambda *_: judging.reinstate_claim(found, by=request.user),
    )  # fmt: skip


@desk_view("POST")
def reconfirm_claim(request: DeskRequest, pk: int, claim: int) -> HttpResponse:
    found, key = _of(Claim.objects.select_related("review"), pk, claim, "claim"), f"claim-{claim}"
    return _answer(
        request, find_review(pk), f"{key}-act", forms.Seen, "Reconfirmed.", key,
        lambda *_: judging.reconfirm_claim(found, by=request.user),
    )  # fmt: skip


# --- Findings, comments, conflicts ----------------------------------------------------------------


@desk_view("POST")
def add_finding(request: DeskRequest, pk: int) -> HttpResponse:
    return _answer(
        request, find_review(pk), "add_finding", forms.AddFinding, "Finding added.", "findings",
        lambda review, data: judging.add_finding(
            review, by=request.user, message=data["message"], quote=data["quote"], severity=data["severity"]
        ),
    )  # fmt: skip


@desk_view("POST")
def answer_finding(request: DeskRequest, pk: int, finding: int) -> HttpResponse:
    found, key = _of(Finding.objects.select_related("review"), pk, finding, "finding"), f"finding-{finding}"
    return _answer(
        request, find_review(pk), f"{key}-answer", forms.AnswerFinding, "Answer recorded.", key,
        lambda _, data: judging.dispose_finding(
            found, by=request.user, disposition=data["disposition"], reason=data["reason"]
        ),
    )  # fmt: skip


@desk_view("POST")
def confirm_finding(request: DeskRequest, pk: int, finding: int) -> HttpResponse:
    found, key = _of(Finding.objects.select_related("review"), pk, finding, "finding"), f"finding-{finding}"
    return _answer(
        request, find_review(pk), f"{key}-confirm", forms.Seen, "Confirmed as the second reviewer.", key,
        lambda *_: judging.confirm_finding(found, by=request.user),
    )  # fmt: skip


@desk_view("POST")
def add_comment(request: DeskRequest, pk: int) -> HttpResponse:
    return _answer(
        request, find_review(pk), "add_comment", forms.AddComment, "Comment added.", "comments",
        lambda review, data: judging.comment(review, by=request.user, text=data["text"], quote=data["quote"]),
    )  # fmt: skip


@desk_view("POST")
def declare_conflict(request: DeskRequest, pk: int) -> HttpResponse:
    return _answer(
        request, find_review(pk), "conflict", forms.DeclareConflict,
        "Conflict recorded. You no longer judge this article.", "conflict",
        lambda review, data: judging.declare_conflict(review, by=request.user, text=data["text"]),
    )  # fmt: skip


# --- Disclaimers ----------------------------------------------------------------------------------


@desk_view("POST")
def attach_disclaimer(request: DeskRequest, pk: int) -> HttpResponse:
    return _answer(
        request, find_review(pk), f"disclaimer-{request.POST.get('disclaimer', '')[:80]}-attach",
        forms.AttachDisclaimer, "Disclaimer attached.", "disclaimers",
        lambda review, data: judging.attach_disclaimer(
            review, by=request.user, disclaimer=_disclaimer(data), placement=data["placement"],
            quote=data["quote"],
        ),
    )  # fmt: skip


@desk_view("POST")
def waive_disclaimer(request: DeskRequest, pk: int) -> HttpResponse:
    return _answer(
        request, find_review(pk), f"disclaimer-{request.POST.get('disclaimer', '')[:80]}-waive",
        forms.WaiveDisclaimer, "Waived. A second reviewer must confirm it.", "disclaimers",
        lambda review, data: judging.waive_disclaimer(
            review, by=request.user, disclaimer=_disclaimer(data), reason=data["reason"]
        ),
    )  # fmt: skip


@desk_view("POST")
def detach_disclaimer(request: DeskRequest, pk: int, attachment: int) -> HttpResponse:
    found = _of(_attachments(), pk, attachment, "disclaimer")
    return _answer(
        request, find_review(pk), f"disclaimer-{found.disclaimer.key}-act", forms.Seen, "Taken off.",
        "disclaimers",
        lambda *_: judging.detach_disclaimer(found, by=request.user),
    )  # fmt: skip


@desk_view("POST")
def confirm_waiver(request: DeskRequest, pk: int, attachment: int) -> HttpResponse:
    found = _of(_attachments(), pk, attachment, "disclaimer")
    return _answer(
        request, find_review(pk), f"disclaimer-{found.disclaimer.key}-act", forms.Seen,
        "Confirmed as the second reviewer.", "disclaimers",
        lambda *_: judging.confirm_waiver(found, by=request.user),
    )  # fmt: skip


# --- Transitions ----------------------------------------------------------------------------------

_DONE = {
    "request_changes": "Sent back to the writer.",
    "resubmit": "The new text is in review.",
    "reopen": "Taken back into review.",
    "schedule": "Scheduled.",
    "unschedule": "The hour is cancelled; the article stays signed.",
    "publish": "Published. Readers see it now.",
    "withdraw_submission": "Withdrawn from review.",
    "decline": "Declined. The review is closed.",
}


@desk_view("POST")
def transition(request: DeskRequest, pk: int, name: str) -> HttpResponse:
    """Every transition of a review but submitting and signing, by its name in `workflow.TRANSITIONS`."""
    if name not in ON_THE_REVIEW:
        raise Http404(f"There is no action called “{name[:40]}”.")
    form: type[django_forms.Form] = forms.Seen
    if workflow.TRANSITIONS[name].needs_reason:
        form = forms.Reasoned
    elif name == "schedule":
        form = forms.Schedule

    def verb(review: Review, data: dict[str, Any]) -> object:
        given = {field: value for field, value in data.items() if field in ("reason", "at")}
        return getattr(workflow, name)(review, by=request.user, **given)

    return _answer(request, find_review(pk), name, form, _DONE[name], "top", verb)


@desk_view("POST")
def revoke(request: DeskRequest, pk: int, signature: int) -> HttpResponse:
    """The signer or the medical lead takes a signature back."""
    found = _of(SignOff.objects.select_related("review"), pk, signature, "signature")
    return act(
        request,
        key=f"signature-{signature}-revoke",
        form=forms.Revoke(request.POST),
        verb=lambda data: workflow.revoke(found, by=request.user, reason=data["reason"]),
        done="Signature revoked.",
        back=reverse("desk:review", args=[pk]) + "#sign",
        again=lambda rejection: show(request, pk, rejection=rejection),
    )


# --- Parsing --------------------------------------------------------------------------------------


def _answer(
    request: DeskRequest,
    review: Review,
    key: str,
    form: type[django_forms.Form],
    done: str,
    section: str,
    verb: Callable[[Review, dict[str, Any]], object],
) -> HttpResponse:
    def again(rejection: Rejection) -> HttpResponse:
        return show(request, review.pk, rejection=rejection)

    return act(
        request,
        key=key,
        form=form(request.POST),
        verb=lambda data: verb(review, data),
        done=done,
        back=f"{reverse('desk:review', args=[review.pk])}#{section}",
        again=again,
        review=review,
    )


def _of(rows: QuerySet[M], review: int, pk: int, what: str) -> M:
    """A row of this review, not of another one."""
    found = rows.filter(review=review, pk=pk).first()
    if found is None:
        raise Http404(f"There is no such {what} in this review.")
    return found


def _attachments() -> QuerySet[Attachment]:
    return Attachment.objects.select_related("review", "disclaimer")


def _disclaimer(data: dict[str, Any]) -> Disclaimer:
    found = Disclaimer.objects.filter(key=data["disclaimer"]).first()
    if found is None:
        raise Refused("Choose a disclaimer from the list.", "disclaimer")
    return found
