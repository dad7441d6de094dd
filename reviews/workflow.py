"""The transition table and every transition. The only writer of `Review.status`.

Every verb has one shape, in one transaction: lock the article, then the review → may this person? →
does the table allow it? → are the requirements met? → change → event and outbox row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from articles import publishing
from articles.attesting import attest
from articles.canonical import digest_text
from articles.freezing import NotFrozen, freeze
from articles.models import Article, Edition, Notice, Publication
from articles.outbox import enqueue
from reviews import audit, dossier, intake, permissions
from reviews.dossier import Dossier
from reviews.models import Event, Review, Reviewer, Revocation, SignOff
from reviews.policy import current_policy
from reviews.policy.requiring import spoken_of
from reviews.refusals import Refused
from reviews.requirements import Stops, missing_for, missing_for_draft, stopping
from reviews.screening import identity
from reviews.watching import settling

__all__ = ["TRANSITIONS", "Refused", "Transition"]

Status = Review.Status
NOTHING_OPEN = None
"""The state before a review: a draft that nobody is judging."""
SYSTEM = ""
"""In the place of a permission: Signoff does it by itself, and no person may."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table: from where to where, who may, what must be met, which event it writes."""

    name: str
    sources: tuple[Review.Status | None, ...]
    targets: tuple[Review.Status, ...]
    permission: str
    event: str
    label: str
    stops: Stops | None = None
    needs_reason: bool = False


TRANSITIONS: dict[str, Transition] = {
    t.name: t
    for t in (
        Transition(
            "submit", (NOTHING_OPEN,), (Status.IN_REVIEW,), "submit_review", "submit", "Submit for review",
            stops=Stops.SUBMISSION,
        ),
        Transition(
            "request_changes", (Status.IN_REVIEW,), (Status.CHANGES_REQUESTED,), "judge_review",
            "request_changes", "Request changes", needs_reason=True,
        ),
        Transition(
            "resubmit", (Status.CHANGES_REQUESTED, Status.SIGNED_OFF, Status.SCHEDULED), (Status.IN_REVIEW,),
            "submit_review", "resubmit", "Submit the new text", stops=Stops.SUBMISSION,
        ),
        Transition(
            "sign_off", (Status.IN_REVIEW,), (Status.IN_REVIEW, Status.SIGNED_OFF), "sign_review", "sign_off",
            "Sign", stops=Stops.SIGN_OFF,
        ),
        Transition(
            "reopen", (Status.SIGNED_OFF, Status.SCHEDULED), (Status.IN_REVIEW,), "judge_review", "reopen",
            "Take back into review", needs_reason=True,
        ),
        Transition(
            "schedule", (Status.SIGNED_OFF,), (Status.SCHEDULED,), "schedule_review", "schedule", "Schedule",
            stops=Stops.PUBLICATION,
        ),
        Transition(
            "unschedule", (Status.SCHEDULED,), (Status.SIGNED_OFF,), "schedule_review", "unschedule",
            "Cancel the hour",
        ),
        Transition(
            "publish", (Status.SIGNED_OFF, Status.SCHEDULED), (Status.PUBLISHED,), "publish_review",
            "publish", "Publish now", stops=Stops.PUBLICATION,
        ),
        Transition(
            "withdraw_submission", Review.OPEN, (Status.WITHDRAWN,), "submit_review", "withdraw_submission",
            "Withdraw from review", needs_reason=True,
        ),
        Transition(
            "decline", (Status.IN_REVIEW, Status.CHANGES_REQUESTED), (Status.DECLINED,), "judge_review",
            "decline", "Decline", needs_reason=True,
        ),
        Transition(
            "reopen_live", (NOTHING_OPEN,), (Status.IN_REVIEW,), SYSTEM, "reopen_live",
            "Review the live page again",
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PublicTransition:
    """One way in which a page leaves the public site."""

    name: str
    sources: tuple[Publication.Status, ...]
    target: Publication.Status
    permission: str
    label: str


PUBLIC_TRANSITIONS: dict[str, PublicTransition] = {
    "withdraw": PublicTransition(
        "withdraw", (Publication.Status.LIVE,), Publication.Status.WITHDRAWN, "take_down", "Withdraw the page"
    ),
    "retract": PublicTransition(
        "retract",
        (Publication.Status.LIVE, Publication.Status.WITHDRAWN),
        Publication.Status.RETRACTED,
        "take_down",
        "Retract the page",
    ),
}

_MAY: dict[str, Callable[[User, Review], None]] = {
    "request_changes": permissions.check_can_request_changes,
    "resubmit": permissions.check_can_resubmit,
    "sign_off": permissions.check_can_sign,
    "reopen": permissions.check_can_reopen,
    "schedule": permissions.check_can_schedule,
    "unschedule": permissions.check_can_unschedule,
    "publish": permissions.check_can_publish,
    "withdraw_submission": permissions.check_can_withdraw_submission,
    "decline": permissions.check_can_decline,
}


# --- The shape of a transition ------------------------------------------------------------------


def lock(review: Review) -> Review:
    """Lock the review's article, then the review, until the transaction ends; returns it as it is now."""
    article = Article.objects.select_for_update().get(pk=review.article_id)
    locked = (
        Review.objects.select_for_update(of=("self",))
        .select_related("edition", "scheduled_by")
        .get(pk=review.pk)
    )
    locked.article = locked.edition.article = article
    return locked


def check_allowed(name: str, status: Review.Status | str | None) -> None:
    """Raise `Refused` when the table does not let `name` start from `status`."""
    rule = TRANSITIONS[name]
    if status not in rule.sources:
        here = Status(status).label.lower() if status else "not in review"
        raise Refused(f"“{rule.label}” is not possible here: the article is {here}.", "state")


@dataclass(slots=True)
class Step:
    """A transition under way, its locks held and its questions answered."""

    review: Review
    dossier: Dossier | None
    facts: dict[str, object]
    event: Event | None = None
    """The log's entry of the transition, once it is through."""

    def to(self, status: Review.Status) -> None:
        """Set the status (and what must go with it)."""
        review = self.review
        review.status = status
        if status != Status.SCHEDULED:
            review.scheduled_for = review.scheduled_by = None
        if not review.is_open:
            review.closed_at = timezone.now()
            review.alert = ""


@contextmanager
def _step(
    name: str, review: Review, *, by: User, reason: str = "", locked: Review | None = None
) -> Iterator[Step]:
    """`locked` is the review as `lock` returned it, where the caller holds its locks already."""
    rule = TRANSITIONS[name]
    with transaction.atomic():
        locked = locked or lock(review)
        _MAY[name](by, locked)
        check_allowed(name, locked.status)
        reason = _reason(rule, reason)
        loaded = None
        if rule.stops in (Stops.SIGN_OFF, Stops.PUBLICATION):
            loaded = dossier.load(locked, for_gate=True)
            check_requirements(loaded, rule.stops)
        step = Step(locked, loaded, {"from": locked.status})
        before = locked.edition.digest
        yield step
        assert locked.status in rule.targets, f"{name} must not lead to {locked.status}"
        locked.save()
        event = audit.record(
            rule.event,
            by=by,
            article=locked.article,
            review=locked,
            before=before,
            after=locked.edition.digest,
            reason=reason,
            facts={**step.facts, "to": locked.status},
        )
        announce(event)
        step.event = event
    if review is not locked:
        review.refresh_from_db()


def check_requirements(loaded: Dossier, step: Stops) -> None:
    """Raise `Refused`, with every requirement's sentence and code, when the gate stops `step`."""
    missing = stopping(missing_for(loaded.review, dossier=loaded), step)
    if missing:
        raise Refused.because("This is not ready yet.", ((r.code, r.sentence) for r in missing))


def announce(event: Event) -> None:
    """Promise the messages that go with an event."""
    enqueue("announce", key=f"announce:{event.sequence}", payload={"event": event.sequence})


def _reason(rule: Transition, reason: str) -> str:
    reason = reason.strip()
    if rule.needs_reason and not reason:
        raise Refused(f"“{rule.label}” needs a reason.", "reason")
    return reason


# --- The writer's side ----------------------------------------------------------------------------


def submit(article: Article, *, by: User) -> Review:
    """Freeze the draft as an edition and open its review. Raises `Refused`."""
    with transaction.atomic():
        locked = Article.objects.select_for_update().get(pk=article.pk)
        permissions.check_can_submit(by, locked)
        if locked.reviews.filter(status__in=Review.OPEN).exists():
            raise Refused("This article is in review already.", "state")
        _check_draft(locked)
        edition = _freeze(locked, by=by)
        review = Review(article=locked, edition=edition, submitted_by=by)
        _comes_in(review)
        review.save()
        before = intake.published_before(locked)
        carried: dict[str, object] = intake.take_over(review, before) if before else {}
        if before is None:
            intake.begin(review)
        event = audit.record(
            "submit", by=by, article=locked, review=review, after=edition.digest,
            facts={**carried, "edition": edition.number, "to": review.status},
        )  # fmt: skip
        announce(event)
    return review


def resubmit(review: Review, *, by: User) -> Review:
    """Freeze the draft anew on the same review; judgements of unchanged passages carry over."""
    with _step("resubmit", review, by=by) as step:
        _check_draft(step.review.article)
        old = step.review.edition
        step.review.edition = _freeze(step.review.article, by=by)
        step.review.round += 1
        step.review.alert = ""
        _comes_in(step.review)
        step.to(Status.IN_REVIEW)
        step.facts["edition"] = step.review.edition.number
        step.facts |= intake.carry_over(step.review, old)
    return review


def _comes_in(review: Review) -> None:
    """The review's edition waits from now on: until when, and how many must sign, the policy says."""
    policy = current_policy()
    review.submitted_at = timezone.now()
    review.due_on = timezone.localdate() + dt.timedelta(days=policy.due_days)
    review.tier = intake.tier_of(review.edition, policy).key


def withdraw_submission(review: Review, *, by: User, reason: str) -> None:
    """The writer's side closes the review without publishing."""
    with _step("withdraw_submission", review, by=by, reason=reason) as step:
        step.to(Status.WITHDRAWN)


def _check_draft(article: Article) -> None:
    if missing := missing_for_draft(article):
        raise Refused.because("This draft cannot be submitted yet.", ((r.code, r.sentence) for r in missing))


def _freeze(article: Article, *, by: User) -> Edition:
    try:
        return freeze(article, by=by)
    except NotFrozen as error:
        raise Refused(str(error), "not_freezable") from error


# --- The reviewer's side --------------------------------------------------------------------------


def request_changes(review: Review, *, by: User, reason: str) -> None:
    """Send the article back to its writer with a reason."""
    with _step("request_changes", review, by=by, reason=reason) as step:
        step.to(Status.CHANGES_REQUESTED)


def decline(review: Review, *, by: User, reason: str) -> None:
    """Close the review without publishing."""
    with _step("decline", review, by=by, reason=reason) as step:
        step.to(Status.DECLINED)


def sign_off(
    review: Review,
    *,
    by: User,
    meaning: SignOff.Meaning | str,
    interests: str = "I have no competing interests.",
    seen: str | None = None,
) -> SignOff:
    """Sign the edition, its disclaimers and checks as they stand; reaching the quorum moves the review on.

    `meaning` is one of `SignOff.Meaning`; `interests` the signer's own statement about conflicts;
    `seen` the signed digest that the signer was shown: another one today refuses the signature.
    """
    if meaning not in SignOff.Meaning.values:
        raise Refused("Say what your signature means.", "meaning")
    if not interests.strip():
        raise Refused("State your interests, or that you have none.", "interests")
    with _step("sign_off", review, by=by) as step:
        loaded = step.dossier
        assert loaded is not None
        if seen is not None and seen != loaded.signed_digest:
            raise Refused(
                "Something changed since this page was opened. Read it again before you sign.", "stale"
            )
        if any(s.signer_id == by.pk for s in loaded.valid_sign_offs):
            raise Refused("You have signed this text already.", "signed_already")
        permissions.check_gave_opinion(by, needed=loaded.independent, givers=loaded.givers)
        reviewer = Reviewer.objects.get(user=by)
        signed = SignOff.objects.create(
            review=step.review,
            edition=step.review.edition,
            signer=by,
            printed_name=reviewer.printed_name,
            credentials=reviewer.credentials,
            registration=reviewer.registration,
            meaning=meaning,
            interests=interests.strip(),
            statement=loaded.statement_text,
            signed_digest=loaded.signed_digest,
            screening=identity(),
            subjects=sorted(spoken_of(loaded.document)),
        )
        given = {s.signer_id for s in loaded.valid_sign_offs} | {by.pk}
        step.to(Status.SIGNED_OFF if len(given) >= loaded.tier.signatures else Status.IN_REVIEW)
        step.facts |= {
            "sign_off": signed.pk,
            "signed_digest": signed.signed_digest,
            "meaning": str(meaning),
            "meaning_words": signed.get_meaning_display(),
            "printed_name": signed.printed_name,
            "credentials": signed.credentials,
            "registration": signed.registration,
            "interests": signed.interests,
            "signatures": f"{len(given)} of {loaded.tier.signatures}",
        }
    return signed


def reopen(review: Review, *, by: User, reason: str) -> None:
    """A reviewer takes a signed article back into review."""
    with _step("reopen", review, by=by, reason=reason) as step:
        step.to(Status.IN_REVIEW)


def reopen_because(locked: Review, *, by: User | None, reason: str) -> None:
    """Take a signed review back, inside a transaction that holds its locks, since what was signed changed.

    Does nothing to a review in another state. Where nobody did it, the reason is the review's alert.
    """
    if locked.status not in TRANSITIONS["reopen"].sources:
        return
    was = locked.status
    step = Step(locked, None, {})
    step.to(Status.IN_REVIEW)
    if by is None:
        locked.alert = reason
    locked.save()
    announce(
        audit.record(
            "reopen", by=by, article=locked.article, review=locked, before=locked.edition.digest,
            after=locked.edition.digest, reason=reason, facts={"from": was, "to": locked.status},
        )
    )  # fmt: skip


def alert_review(locked: Review, *, reason: str) -> None:
    """Tell those who have an open review what happened to what it rests on; a signed one goes back.

    Inside a transaction that holds the review's locks. Told once: the same sentence again does nothing.
    """
    if reason in locked.alert:
        return
    told = f"{locked.alert} {reason}".strip()
    if locked.status in TRANSITIONS["reopen"].sources:
        reopen_because(locked, by=None, reason=told)
        return
    locked.alert = told
    locked.save(update_fields=["alert"])
    announce(
        audit.record(
            "alert_review", by=None, article=locked.article, review=locked, before=locked.edition.digest,
            after=locked.edition.digest, reason=reason,
        )
    )  # fmt: skip


def open_for_alert(article: Article, *, reason: str) -> Review:
    """Have what is live now reviewed again, since something happened to what it rests on.

    The edition under review is the live one, whatever became of the draft since; judgements of the review
    that published it come along. The page stays live meanwhile. Raises `Refused` where nothing is live or a
    review is open.
    """
    with transaction.atomic():
        locked = Article.objects.select_for_update().get(pk=article.pk)
        live = Publication.objects.filter(article=locked, status=Publication.Status.LIVE).first()
        if live is None:
            raise Refused("Nothing of this article is live.", "state")
        if locked.reviews.filter(status__in=Review.OPEN).exists():
            raise Refused("This article is in review already.", "state")
        before = intake.review_behind(live)
        review = Review(article=locked, edition=live.edition, submitted_by=before.submitted_by, alert=reason)
        _comes_in(review)
        review.save()
        carried = intake.take_over(review, before)
        event = audit.record(
            "reopen_live", by=None, article=locked, review=review, before=live.edition.digest,
            after=live.edition.digest, reason=reason,
            facts={**carried, "publication": live.pk, "to": review.status},
        )  # fmt: skip
        announce(event)
    return review


def revoke(sign_off: SignOff, *, by: User, reason: str) -> Revocation:
    """Revoke a signature: a live page resting on it comes down, a signed review is reopened."""
    with transaction.atomic():
        review = lock(sign_off.review)
        permissions.check_can_revoke(by, sign_off)
        if not reason.strip():
            raise Refused("Revoking a signature needs a reason.", "reason")
        if Revocation.objects.filter(sign_off=sign_off).exists():
            raise Refused("This signature was revoked already.", "state")
        live = Publication.objects.filter(
            article=review.article, status=Publication.Status.LIVE, edition=sign_off.edition,
            signed_digest=sign_off.signed_digest,
        ).first()  # fmt: skip
        if live:
            _take_down(
                live,
                "withdraw",
                by=by,
                reason=f"A medical reviewer withdrew their approval: {reason.strip()}",
            )
        revocation = Revocation.objects.create(sign_off=sign_off, by=by, reason=reason.strip())
        announce(
            audit.record(
                "revoke", by=by, article=review.article, review=review, before=sign_off.signed_digest,
                reason=reason.strip(), facts={"sign_off": sign_off.pk},
            )
        )  # fmt: skip
        _reopen_any(review.article, by=by, reason=f"The signature of {sign_off.printed_name} was revoked.")
    return revocation


# --- The editor's side ----------------------------------------------------------------------------


def schedule(review: Review, *, by: User, at: dt.datetime) -> None:
    """Have the signed edition published at an hour to come (an aware datetime)."""
    if timezone.is_naive(at):
        raise Refused("The hour needs its time zone.", "hour")
    with _step("schedule", review, by=by) as step:
        if at <= timezone.now():
            raise Refused("Choose an hour that has not passed yet.", "hour")
        step.to(Status.SCHEDULED)
        step.review.scheduled_for, step.review.scheduled_by = at, by
        step.facts["at"] = at.astimezone(dt.UTC).isoformat()
        enqueue(
            "publish_scheduled",
            key=f"publish:{review.pk}:{at.astimezone(dt.UTC).isoformat()}:{step.review.round}",
            payload={"review": review.pk},
            run_at=at,
        )


def unschedule(review: Review, *, by: User) -> None:
    """Cancel the hour; the article stays signed."""
    with _step("unschedule", review, by=by) as step:
        step.to(Status.SIGNED_OFF)


def publish(review: Review, *, by: User) -> Publication:
    """Put the signed edition live, provided that the gate still passes today."""
    return _publish(review, by=by)


@transaction.atomic
def _publish(review: Review, *, by: User, locked: Review | None = None) -> Publication:
    with _step("publish", review, by=by, locked=locked) as step:
        loaded = step.dossier
        assert loaded is not None
        signed = loaded.valid_sign_offs
        months = loaded.policy.review_again_months(
            tier=loaded.tier,
            topics=permissions.topics_of(step.review.edition),
            document=loaded.document,
        )
        reviewed_on = max(timezone.localdate(s.at) for s in signed)
        people = _as_shown(signed)
        publication = publishing.publish(
            step.review.edition,
            by=by,
            signed_digest=loaded.signed_digest,
            required_signatures=loaded.tier.signatures,
            signers=[
                {
                    "name": s.printed_name,
                    "credentials": s.credentials,
                    "meaning": s.get_meaning_display(),
                    "on": timezone.localdate(s.at).isoformat(),
                    "slug": people[s.signer_id]["slug"],
                    "registration": s.registration,
                }
                for s in signed
            ],
            people=list(people.values()),
            evidence=loaded.checked_claims,
            disclaimers=loaded.placed_disclaimers,
            reviewed_on=reviewed_on,
            review_due=months_after(reviewed_on, months),
        )
        for settled in settling.settle_after(publication, review=step.review, by=by):
            announce(settled)
        step.to(Status.PUBLISHED)
        step.facts |= {
            "publication": publication.pk,
            "signed_digest": loaded.signed_digest,
            "sign_offs": [s.pk for s in signed],
            "html": digest_text(publication.html),
        }
        served = {"publication": publication.pk}
        enqueue("check_served", key=f"served:{publication.pk}", payload=served)
    assert step.event is not None
    attest(publication, event={"sequence": step.event.sequence, "hash": step.event.hash})
    return publication


def _as_shown(signed: Iterable[SignOff]) -> dict[int, publishing.SignerRecord]:
    """The signers as readers see them, by person: what their signatures say, and today's biography."""
    reviewers = {r.user_id: r for r in Reviewer.objects.filter(user__in=[s.signer_id for s in signed])}
    return {
        s.signer_id: {
            "slug": reviewers[s.signer_id].slug,
            "name": s.printed_name,
            "credentials": s.credentials,
            "registration": s.registration,
            "biography": reviewers[s.signer_id].biography,
        }
        for s in signed
    }


def publish_scheduled(review: Review) -> Publication | None:
    """Publish a scheduled review whose hour has come, in the name of who scheduled it.

    When the gate (or the table) says no, the review goes back to the reviewers with the sentence and
    None is returned. Nothing happens to a review that is not due: a second call is harmless.
    """
    publication = None
    with transaction.atomic(savepoint=False):
        locked = lock(review)  # before it is asked whether it is due: the hour may have been moved
        hour, editor = locked.scheduled_for, locked.scheduled_by
        if hour is not None and editor is not None and hour <= timezone.now():
            try:
                publication = _publish(locked, by=editor, locked=locked)
            except Refused as refusal:
                reopen_because(locked, by=None, reason=f"Not published at its hour. {refusal.sentence}")
    for field in Review._meta.concrete_fields:  # it is as it was saved, and needs no reading again
        setattr(review, field.attname, getattr(locked, field.attname))
    return publication


def withdraw(article: Article, *, by: User, reason: str) -> Publication:
    """Take the live page down at once; its address answers 410 with the reason."""
    return _take_down_article(article, "withdraw", by=by, reason=reason, kind=Notice.Kind.REMOVAL)


def retract(
    article: Article, *, by: User, reason: str, kind: Notice.Kind | str = Notice.Kind.RETRACTION
) -> Publication:
    """Take the page's text down for good; a notice of `kind` (retraction or removal) stays at its address."""
    if kind not in (Notice.Kind.RETRACTION, Notice.Kind.REMOVAL):
        raise Refused("A page is taken down by a retraction or a removal.", "kind")
    return _take_down_article(article, "retract", by=by, reason=reason, kind=Notice.Kind(kind))


def take_down_by_policy(article: Article, *, reason: str) -> Publication:
    """Withdraw the live page since the policy says so: nobody did it, and readers see the reason.

    Raises `Refused` where nothing is live.
    """
    rule = PUBLIC_TRANSITIONS["withdraw"]
    with transaction.atomic():
        locked = Article.objects.select_for_update().get(pk=article.pk)
        page = Publication.objects.filter(article=locked, status__in=rule.sources).first()
        if page is None:
            raise Refused(f"“{rule.label}” is not possible: nothing of this article is live.", "state")
        _take_down(page, rule.name, by=None, reason=reason)
        _reopen_any(locked, by=None, reason="The page was taken down; coming back needs a full sign-off.")
    return page


def _take_down_article(
    article: Article, name: str, *, by: User, reason: str, kind: Notice.Kind
) -> Publication:
    rule = PUBLIC_TRANSITIONS[name]
    with transaction.atomic():
        locked = Article.objects.select_for_update().get(pk=article.pk)
        permissions.check_can_take_down(by, locked)
        if not reason.strip():
            raise Refused(f"“{rule.label}” needs a reason; readers will see it.", "reason")
        # What readers have at the address now: the live page, or else what ended last.
        page = (
            Publication.objects.filter(article=locked, status=Publication.Status.LIVE).first()
            or Publication.objects.filter(article=locked).order_by("-published_at", "-pk").first()
        )
        if page is None or page.status not in rule.sources:
            raise Refused(f"“{rule.label}” is not possible: nothing of this article is live.", "state")
        _take_down(page, name, by=by, reason=reason.strip(), kind=kind)
        _reopen_any(locked, by=by, reason="The page was taken down; coming back needs a full sign-off.")
    return page


def _take_down(
    page: Publication, name: str, *, by: User | None, reason: str, kind: Notice.Kind = Notice.Kind.REMOVAL
) -> None:
    was = page.status
    if name == "withdraw":
        publishing.withdraw(page, by=by, reason=reason)
    else:
        assert by is not None, "only a person retracts a page"
        publishing.retract(page, by=by, reason=reason, kind=kind)
    announce(
        audit.record(
            name, by=by, article=page.article, before=page.edition.digest, reason=reason,
            facts={"publication": page.pk, "kind": str(kind), "from": was, "to": page.status},
        )
    )  # fmt: skip
    for settled in settling.settle_taken_down(page.article, by=by, reason=reason):
        announce(settled)


def _reopen_any(article: Article, *, by: User | None, reason: str) -> None:
    for review in Review.objects.select_for_update().filter(article=article, status__in=Review.OPEN):
        reopen_because(review, by=by, reason=reason)


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day of the month `months` later, or the month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return dt.date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
