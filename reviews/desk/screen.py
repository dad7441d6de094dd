"""One review as a page: read once, in a constant number of queries, whatever its size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from articles.models import Publication, Source
from reviews import dossier as dossiers
from reviews import judging, permissions, states
from reviews.desk import findings as found
from reviews.desk import forms, rows, second_look
from reviews.desk.access import DeskRequest
from reviews.desk.answering import Rejection, slot
from reviews.desk.assignee import panel
from reviews.desk.disclaimers import disclaimer_rows
from reviews.desk.earlier import since
from reviews.desk.offers import Offer, offers, sentence, take_downs
from reviews.dossier import Dossier
from reviews.marking import mark_up
from reviews.models import Event, Review, SignOff, SourceCheck
from reviews.models.disclaimers import Placement
from reviews.requirements import Requirement, Stops, missing_for, stopping
from reviews.workflow import TRANSITIONS

_HISTORY = [
    *dict.fromkeys(rule.event for rule in TRANSITIONS.values()),
    "revoke",
    "declare_conflict",
    "give_opinion",
    "claim_review",
    "release_review",
    "assign_review",
]
_LIVE = Publication.Status.LIVE


def find_review(pk: int) -> Review:
    """A review by its number, with what its page shows of it. Raises `Http404` with a sentence."""
    live = Publication.objects.filter(article=OuterRef("article"), status=_LIVE)
    review = (
        Review.objects.select_related("article", "edition", "submitted_by", "scheduled_by", "assignee")
        .annotate(live_slug=Subquery(live.values("slug")[:1]))
        .filter(pk=pk)
        .first()
    )
    if review is None:
        raise Http404(f"There is no review number {pk}.")
    review.edition.article = review.article
    return review


@dataclass(frozen=True, slots=True)
class Primary:
    """The next thing to do, as one button."""

    label: str
    address: str

    @property
    def in_place(self) -> bool:
        """It opens a form on this page."""
        return "?open=" in self.address


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature given in this review, and why it does not count, where it does not."""

    sign_off: SignOff
    lapsed: str
    may_revoke: bool
    slot: Any


def show(request: DeskRequest, pk: int, *, rejection: Rejection | None = None) -> HttpResponse:
    """The review's page; with `rejection`, as the answer to a form that was not carried out."""
    review = find_review(pk)
    context = build(review, request.user, rejection=rejection, opened=request.GET.get("open", ""))
    response = render(request, "desk/review.html", context, status=rejection.status if rejection else 200)
    if rejection:
        # The address of a form is no place to come back to.
        response.headers["HX-Replace-Url"] = "false"
    return response


def build(
    review: Review, user: User, *, rejection: Rejection | None = None, opened: str = ""
) -> dict[str, Any]:
    """The page's context."""
    dossier = dossiers.load(review)
    is_open = review.is_open
    faults = faults_of(user, dossier)
    judge_no = sentence(lambda: permissions.check_can_judge(user, review, faults=faults))
    state_no = "" if review.status in judging.JUDGED_IN else _not_judged_now(review)
    missing = missing_for(review, dossier=dossier) if is_open else []

    content = review.edition.content
    today = Source.objects.in_bulk([entry["source"] for entry in content["references"]])
    refs = rows.references(content, today)
    claims = rows.claim_rows(dossier, refs, rejection, opened, reader=user)
    findings = found.finding_rows(dossier, user, rejection, opened)
    places = found.found_at(findings)
    disclaimers = disclaimer_rows(dossier, user, rejection)
    comments = [
        rows.CommentRow(c, n)
        for n, c in enumerate(review.comments.select_related("by").order_by("id"), start=1)
    ]
    signatures = _signatures(dossier, user, rejection)
    conflicts = [c for c in dossier.conflicts if c.review_id == review.pk]
    # How an earlier edition's disagreements were settled is kept back with the verdicts.
    told = _HISTORY if dossier.sealed else [*_HISTORY, "settle_claim"]
    history = list(review.events.filter(action__in=told).select_related("actor").order_by("sequence"))
    listed = offers(review, user, missing, faults, rejection) if is_open else []
    may_judge = not judge_no and not state_no
    opinion = second_look.opinion_box(dossier, user, may_judge=may_judge, rejection=rejection)
    page = _live_page(review)

    marks = [
        *(row.mark() for row in claims if row.state is not rows.GONE),
        *(place.mark() for place in places),
        *(row.mark() for row in disclaimers),
        *(row.mark() for row in comments),
    ]
    text = mark_up(content, [mark for mark in marks if mark])
    waiting = stopping(missing, Stops.SIGN_OFF)
    has_signed = any(s.signer_id == user.pk for s in dossier.valid_sign_offs)
    given = len({s.signer_id for s in dossier.valid_sign_offs})
    live_claims = [row for row in claims if row.state is not rows.GONE]
    return {
        "review": review,
        "address": reverse("desk:review", args=[review.pk]),
        "assignee": panel(dossier, user, faults, rejection, opened),
        "edition": review.edition,
        "content": content,
        "text": text,
        "state": states.of_review(review),
        "turn": _lapsed(review, missing)
        or states.whose_turn(review, given=given, needed=dossier.tier.signatures),
        "tier": dossier.tier,
        "is_open": is_open,
        "overdue": is_open and review.due_on < timezone.localdate(),
        "zone": timezone.get_current_timezone_name(),
        "references": refs,
        "claims": claims,
        "claims_all": len(live_claims),
        "claims_done": sum(row.done for row in live_claims),
        "findings": found.finding_groups(places),
        "findings_all": sum(not row.finding.orphaned for row in findings),
        "findings_done": sum(row.done for row in findings if not row.finding.orphaned),
        "disclaimers": disclaimers,
        "required_all": sum(row.required for row in disclaimers),
        "required_done": sum(row.required and row.done for row in disclaimers),
        "comments": comments,
        "conflicts": conflicts,
        "missing": missing,
        "waiting": waiting,
        "signatures": signatures,
        "given": given,
        "has_signed": has_signed,
        "history": history,
        "carried": _carried(history),
        "since": since(review),
        "is_live_text": review.round == 1 and any(event.action == "reopen_live" for event in history),
        "asked_for": _asked_for(review, history),
        "draft_moved_on": review.article.version > review.edition.article_version,
        "may_judge": may_judge,
        "opinion": opinion,
        "judge_no": judge_no or state_no,
        "may_declare": is_open
        and not sentence(lambda: permissions.check_can_declare_conflict(user, review))
        and user.pk not in {c.person_id for c in conflicts},
        "may_submit": any(o.name == "withdraw_submission" and not o.why_not for o in listed),
        "offers": [o for o in listed if not o.why_not],
        "refusals": [o for o in listed if o.why_not],
        "page": page,
        "take_downs": take_downs(page, user, rejection) if page else [],
        "primary": _primary(review, missing, may_judge, has_signed, claims, findings, listed, opinion),
        "rejection": rejection,
        "choices": {**_CHOICES, "source": [(str(ref.key), ref.short) for ref in refs if ref.key]},
        **{
            f"{name}_slot": slot(rejection, name)
            for name in ("add_claim", "add_finding", "add_comment", "conflict")
        },
    }


def faults_of(user: User, dossier: Dossier) -> permissions.Faults:
    """Why this person's judgement would not count; not asked of those who judge nothing at all."""
    if not user.has_perm("reviews.judge_review"):
        return []
    return permissions.signer_faults(
        user,
        dossier.review,
        barred=dossier.barred,
        conflicted=dossier.conflicted,
        topics=dossier.topics,
        credentials=dossier.tier.credentials,
    )


_CHOICES = {
    "verdict": SourceCheck.Verdict.choices,
    "level": forms.LEVELS,
    "directness": SourceCheck.Directness.choices,
    "read": SourceCheck.Read.choices,
    "severity": forms.SEVERITIES,
    "disposition": forms.DISPOSITIONS,
    "placement": Placement.choices,
    "kind": forms.KINDS,
}


def _lapsed(review: Review, missing: list[Requirement]) -> str:
    """Whose turn it is when a signed article would be refused at publishing."""
    signed = review.status in (Review.Status.SIGNED_OFF, Review.Status.SCHEDULED)
    return "Medical reviewer: as it stands it will not go live" if signed and missing else ""


def _not_judged_now(review: Review) -> str:
    if review.is_open:
        return "The writer has it now. Judging goes on when the new text comes in."
    return "This review is closed. It is kept as a record."


def _signatures(dossier: Dossier, user: User, rejection: Rejection | None) -> list[Signature]:
    found = []
    closed = not dossier.review.is_open
    for sign_off in dossier.sign_offs:
        revoked = hasattr(sign_off, "revocation")
        # A closed review was signed under the policy of its day; today's gate is not asked any more.
        faults = [] if closed and not revoked else dossier.faults_of(sign_off)
        lapsed = " ".join(sentence for _, sentence in faults)
        may = not revoked and not sentence(lambda s=sign_off: permissions.check_can_revoke(user, s))  # type: ignore[misc]
        found.append(Signature(sign_off, lapsed, may, slot(rejection, f"signature-{sign_off.pk}-revoke")))
    return found


def _live_page(review: Review) -> Publication | None:
    slug = getattr(review, "live_slug", None)
    return (
        Publication(article=review.article, status=_LIVE, slug=slug, title=review.edition.title)
        if slug
        else None
    )


def _carried(history: list[Event]) -> dict[str, Any]:
    came_in = ("submit", "resubmit", "reopen_live")
    last = next((e for e in reversed(history) if e.action in came_in), None)
    return {name: value for name, value in last.facts.items() if "_" in name} if last else {}


def _asked_for(review: Review, history: list[Event]) -> Event | None:
    """The changes that were asked for last, while they matter."""
    return (
        next((e for e in reversed(history) if e.action == "request_changes"), None)
        if review.is_open
        else None
    )


def _primary(
    review: Review,
    missing: list[Requirement],
    may_judge: bool,
    has_signed: bool,
    claims: list[rows.ClaimRow],
    findings: list[found.FindingRow],
    listed: list[Offer],
    opinion: second_look.OpinionBox | None,
) -> Primary | None:
    here = reverse("desk:review", args=[review.pk])
    possible = {offer.name for offer in listed if not offer.why_not}
    if review.status == Review.Status.IN_REVIEW and may_judge:
        shut_out = opinion is not None and opinion.shut_out
        return _next_judgement(here, missing, claims, findings, opinion) or (
            None if has_signed or shut_out else Primary("Sign…", reverse("desk:sign", args=[review.pk]))
        )
    if review.status == Review.Status.CHANGES_REQUESTED and "resubmit" in possible:
        if review.article.version > review.edition.article_version:
            return Primary("Submit the new text…", f"{here}#do-resubmit")
        return Primary("Edit the draft", reverse("admin:articles_article_change", args=[review.article_id]))
    if "publish" in possible:
        return Primary("Publish or schedule…", f"{here}#actions")
    return None


def _next_judgement(
    here: str,
    missing: list[Requirement],
    claims: list[rows.ClaimRow],
    findings: list[found.FindingRow],
    opinion: second_look.OpinionBox | None,
) -> Primary | None:
    for claim in claims:
        if claim.state is second_look.DISPUTED:
            return Primary("See the next disagreement", f"{here}#{claim.key}")
        if not claim.done and claim.state is not rows.GONE:
            return Primary("Check the next claim", f"{here}?open={claim.key}#{claim.key}")
    if opinion and opinion.may_give:
        return Primary("Give your verdicts", f"{here}#opinion")
    for finding in findings:
        if not finding.done:
            return Primary("Answer the next finding", f"{here}?open={finding.key}#{finding.key}")
    rest = stopping(missing, Stops.SIGN_OFF)
    return Primary("See what is missing", f"{here}#missing") if rest else None
