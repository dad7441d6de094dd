"""May this person? Each check passes in silence or raises `Refused` with a sentence a person can read.

Whether the *state* allows it is another question, answered by `reviews.workflow`.
"""

from __future__ import annotations

from django.contrib.auth.models import User

from articles.models import Article, Edition
from reviews.models import Conflict, Review, Reviewer, SignOff
from reviews.refusals import Refused

Faults = list[tuple[str, str]]
"""Why a person's judgement does not count, as (code, sentence)."""


def _check_permission(user: User, permission: str, sentence: str) -> None:
    if not user.is_active or not user.has_perm(f"reviews.{permission}"):
        raise Refused(sentence, "permission")


def check_can_submit(user: User, article: Article) -> None:
    """Writers submit what they wrote; a managing editor submits anything."""
    _check_permission(user, "submit_review", "Only writers and managing editors may submit a draft.")
    if user.has_perm("reviews.publish_review") or article.contributions.filter(person=user).exists():
        return
    raise Refused("Only those who wrote this draft, or a managing editor, may submit it.", "not_contributor")


def check_can_resubmit(user: User, review: Review) -> None:
    """The same people as for a submission, after the changes that were asked for."""
    check_can_submit(user, review.article)


def check_can_withdraw_submission(user: User, review: Review) -> None:
    """The writer's side takes its submission back."""
    check_can_submit(user, review.article)


def check_can_judge(user: User, review: Review, *, faults: Faults | None = None) -> None:
    """Reviewers who are qualified today, did not write any of it and declared no conflict.

    `faults` is the answer of `signer_faults`, where the caller has it already.
    """
    _check_permission(user, "judge_review", "Only medical reviewers may judge an article.")
    if faults := signer_faults(user, review) if faults is None else faults:
        raise Refused.because("You cannot judge this article.", faults)


def check_can_sign(user: User, review: Review, *, faults: Faults | None = None) -> None:
    """Who may judge it and has the right to sign; `faults` as for `check_can_judge`."""
    _check_permission(user, "sign_review", "Only medical reviewers may sign an article.")
    if faults := signer_faults(user, review) if faults is None else faults:
        raise Refused.because("You cannot sign this article.", faults)


def check_can_request_changes(user: User, review: Review) -> None:
    """Who may judge it."""
    check_can_judge(user, review)


def check_can_decline(user: User, review: Review) -> None:
    """Who may judge it."""
    check_can_judge(user, review)


def check_can_reopen(user: User, review: Review) -> None:
    """Who may judge it."""
    check_can_judge(user, review)


def check_can_schedule(user: User, review: Review) -> None:
    """Managing editors."""
    _check_permission(user, "schedule_review", "Only a managing editor may schedule an article.")


def check_can_unschedule(user: User, review: Review) -> None:
    """Managing editors."""
    check_can_schedule(user, review)


def check_can_publish(user: User, review: Review) -> None:
    """Managing editors."""
    _check_permission(user, "publish_review", "Only a managing editor may publish an article.")


def check_can_take_down(user: User, article: Article) -> None:
    """One authorised person is enough: a managing editor or the medical lead."""
    _check_permission(user, "take_down", "Only a managing editor or the medical lead may take a page down.")


def check_can_revoke(user: User, sign_off: SignOff) -> None:
    """The signer, or the medical lead."""
    if sign_off.signer_id == user.pk and user.is_active:
        return
    _check_permission(user, "revoke_sign_off", "Only the signer or the medical lead may revoke a signature.")


def check_can_comment(user: User, review: Review) -> None:
    """Everybody who may see the review."""
    check_can_view(user)


def check_can_declare_conflict(user: User, review: Review) -> None:
    """Whoever could otherwise judge it, for themselves."""
    _check_permission(user, "judge_review", "Only medical reviewers may judge an article.")


def check_can_view(user: User) -> None:
    """Staff of the desk: everyone with a role."""
    _check_permission(user, "view_review", "Your account has no access to the desk.")


def signer_faults(
    user: User,
    review: Review,
    *,
    reviewer: Reviewer | None = None,
    barred: set[int] | None = None,
    conflicted: set[int] | None = None,
) -> Faults:
    """Why this person's judgement of the review does not count, as (code, sentence); empty when it does.

    The keyword arguments spare queries where many people are asked about one review.
    """
    faults: Faults = []
    name = user.get_full_name() or user.get_username()
    reviewer = reviewer or Reviewer.objects.filter(user=user).first()
    if not user.is_active:
        faults.append(("signer_inactive", f"The account of {name} is switched off."))
    if reviewer is None:
        faults.append(("signer_unqualified", f"{name} has no verified medical qualification on record."))
    elif not reviewer.is_qualified():
        faults.append(("signer_unqualified", f"The qualification of {name} does not hold today."))
    if user.pk in (contributors_since_signed(review) if barred is None else barred):
        faults.append(
            ("signer_contributed", f"{name} helped to write this text, and nobody judges their own.")
        )
    if user.pk in (conflicted_people(review) if conflicted is None else conflicted):
        faults.append(("signer_conflict", f"{name} declared a conflict of interest."))
    return faults


def conflicted_people(review: Review) -> set[int]:
    """Primary keys of those who declared a conflict in any review of this article."""
    return set(Conflict.objects.filter(review__article=review.article_id).values_list("person", flat=True))


def contributors_since_signed(review: Review) -> set[int]:
    """Primary keys of those who may not sign: the byline, and whoever wrote since the last signed edition.

    Someone who changed the draft after it was frozen counts too: what they signed would be their own
    work in the next edition.
    """
    return contributors_to(review.edition, include_later=True)


def contributors_to(edition: Edition, *, include_later: bool = False) -> set[int]:
    """The byline of `edition` and everyone who wrote since the last edition that was published before it."""
    before = (
        Edition.objects.filter(
            article=edition.article_id, number__lt=edition.number, publications__isnull=False
        )
        .order_by("-number")
        .values_list("article_version", flat=True)
        .first()
    )
    wrote = edition.article.contributions.filter(version__gt=before or 0)
    if not include_later:
        wrote = wrote.filter(version__lte=edition.article_version)
    byline = {author["id"] for author in edition.content["authors"]}
    return byline | set(wrote.values_list("person", flat=True))
