"""May this person? Each check passes in silence or raises `Refused` with a sentence a person can read.

Whether the *state* allows it is another question, answered by `reviews.workflow`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.contrib.auth.models import User
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from articles.freezing import edition_document
from articles.models import Article, Contribution, Edition, Publication, Topic
from reviews.models import Alert, Conflict, Review, Reviewer, SignOff
from reviews.policy import current_policy, holds_one_of
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


def check_can_answer(user: User, article: Article) -> None:
    """The same people as for a submission: an answer is the writer's side speaking to the reviewer."""
    try:
        check_can_submit(user, article)
    except Refused as refusal:
        raise Refused(
            "Only those who wrote this draft, or a managing editor, may answer its screening.",
            *refusal.codes,
        ) from refusal


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


def check_gave_opinion(user: User, *, needed: bool, givers: set[int]) -> None:
    """Where reviewers judge apart, only those sign who gave verdicts of their own on the edition."""
    if needed and user.pk not in givers:
        raise Refused(
            "Only those who gave their own verdicts on this edition may sign it, and you did not.",
            "signer_no_opinion",
        )


def check_can_settle(user: User, review: Review, *, givers: set[int]) -> None:
    """One of those who gave their verdicts, or the medical lead; either must be able to judge it."""
    check_can_judge(user, review)
    if user.pk not in givers:
        _check_permission(
            user,
            "revoke_sign_off",
            "A disagreement is settled by one of those who gave their verdicts, or by the medical lead.",
        )


def check_can_request_changes(user: User, review: Review) -> None:
    """Who may judge it."""
    check_can_judge(user, review)


def check_can_decline(user: User, review: Review) -> None:
    """Who may judge it."""
    check_can_judge(user, review)


def check_can_reopen(user: User, review: Review) -> None:
    """Who may judge it."""
    check_can_judge(user, review)


def check_can_release(user: User, review: Review) -> None:
    """The assignee, or who may assign; of a review that nobody has, whoever judges."""
    if user.is_active and review.assignee_id == user.pk:
        return
    if user.is_active and review.assignee_id is None and user.has_perm("reviews.judge_review"):
        return
    _check_permission(
        user,
        "assign_review",
        "Only who has a review, a managing editor or the medical lead may release it.",
    )


def check_can_assign(user: User, review: Review) -> None:
    """Managing editors and the medical lead."""
    _check_permission(
        user, "assign_review", "Only a managing editor or the medical lead may give a review to somebody."
    )


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


def check_can_take_alert(user: User, alert: Alert) -> None:
    """Managing editors, the medical lead, and reviewers who may judge the page's review."""
    if user.is_active and user.has_perm("reviews.take_down"):
        return
    if alert.review is None:
        _check_permission(user, "take_down", _ON_ALERTS)
    else:
        check_can_judge(user, alert.review)


def check_can_decide_alert(user: User, alert: Alert) -> None:
    """Managing editors, the medical lead, and a reviewer who has the alert and may judge the review."""
    if alert.assignee_id == user.pk:
        check_can_take_alert(user, alert)
    else:
        _check_permission(user, "take_down", _ON_ALERTS)


def check_can_assign_alert(user: User) -> None:
    """Managing editors and the medical lead."""
    _check_permission(
        user, "assign_review", "Only a managing editor or the medical lead may give an alert to somebody."
    )


def check_can_tell_readers(user: User) -> None:
    """Managing editors and the medical lead: whoever could take the page down."""
    _check_permission(
        user, "take_down", "Only a managing editor or the medical lead may post a notice to readers."
    )


_ON_ALERTS = (
    "Only a managing editor, the medical lead, or the medical reviewer who has the alert may decide on it."
)


def check_can_comment(user: User, review: Review) -> None:
    """Everybody who may see the review."""
    check_can_view(user)


def check_can_declare_conflict(user: User, review: Review) -> None:
    """Whoever could otherwise judge it, for themselves."""
    _check_permission(user, "judge_review", "Only medical reviewers may judge an article.")


def check_can_view(user: User) -> None:
    """Staff of the desk: everyone with a role."""
    _check_permission(user, "view_review", "Your account has no access to the desk.")


def check_can_run_operations(user: User) -> None:
    """Managing editors look after the jobs: what waits, what failed, and trying it again."""
    _check_permission(user, "schedule_review", "Only a managing editor looks after the jobs.")


def check_can_send_mail_again(user: User) -> None:
    """Managing editors, who see what was sent to whom."""
    _check_permission(user, "publish_review", "Only a managing editor has a mail sent again.")


def signer_faults(
    user: User,
    review: Review,
    *,
    reviewer: Reviewer | None = None,
    specialties: Sequence[Topic] | None = None,
    barred: set[int] | None = None,
    conflicted: set[int] | None = None,
    topics: Sequence[str] | None = None,
    credentials: Sequence[str] | None = None,
) -> Faults:
    """Why this person's judgement of the review does not count, as (code, sentence); empty when it does.

    The keyword arguments spare queries where many people are asked about one review, or one person about
    many: `reviewer` and their `specialties` (or the first with them prefetched), `topics` the slugs of the
    edition's topics, `credentials` the degrees of which the article's risk tier asks for one.
    """
    faults: Faults = []
    name = user.get_full_name() or user.get_username()
    if reviewer is None:
        reviewer, specialties = reviewers_among([user.pk]).get(user.pk, (None, []))
    if not user.is_active:
        faults.append(("signer_inactive", f"The account of {name} is switched off."))
    if reviewer is None:
        faults.append(("signer_unqualified", f"{name} has no verified medical qualification on record."))
    elif not reviewer.is_qualified():
        faults.append(("signer_unqualified", f"The qualification of {name} does not hold today."))
    if reviewer is not None:
        faults += _fit_faults(
            name,
            reviewer,
            list(reviewer.specialties.all()) if specialties is None else specialties,
            topics_of(review.edition) if topics is None else topics,
            credentials_asked_for(review.edition) if credentials is None else credentials,
        )
    if user.pk in (contributors_since_signed(review) if barred is None else barred):
        faults.append(
            ("signer_contributed", f"{name} helped to write this text, and nobody judges their own.")
        )
    if user.pk in (conflicted_people(review) if conflicted is None else conflicted):
        faults.append(("signer_conflict", f"{name} declared a conflict of interest."))
    return faults


def those_who_may(permission: str, people: Sequence[int]) -> set[int]:
    """Those of `people` who hold a permission of the desk today, by a role or of their own: one query."""
    named = {"codename": permission, "content_type__app_label": "reviews"}
    by_role = Q(**{f"groups__permissions__{field}": value for field, value in named.items()})
    their_own = Q(**{f"user_permissions__{field}": value for field, value in named.items()})
    holders = User.objects.filter(by_role | their_own | Q(is_superuser=True), pk__in=people, is_active=True)
    return set(holders.values_list("pk", flat=True))


def reviewers_among(people: Iterable[int]) -> dict[int, tuple[Reviewer, list[Topic]]]:
    """Those of `people` who have a qualification on record, with their specialties: one query."""
    rows = Reviewer.objects.filter(user__in=people).annotate(
        specialty_slug=F("specialties__slug"), specialty_name=F("specialties__name")
    )
    found: dict[int, tuple[Reviewer, list[Topic]]] = {}
    for row in rows:
        _, specialties = found.setdefault(row.user_id, (row, []))
        if row.specialty_slug:
            specialties.append(Topic(slug=row.specialty_slug, name=row.specialty_name))
    return found


def _fit_faults(
    name: str,
    reviewer: Reviewer,
    specialties: Sequence[Topic],
    topics: Sequence[str],
    credentials: Sequence[str],
) -> Faults:
    faults: Faults = []
    if specialties and not {topic.slug for topic in specialties} & set(topics):
        listed = ", ".join(topic.name for topic in specialties)
        faults.append(
            ("signer_specialty", f"{name} reviews other topics than those of this article: {listed}.")
        )
    if credentials and not holds_one_of(credentials, reviewer.credentials):
        faults.append(
            (
                "signer_credential",
                f"This risk tier needs one of these degrees: {', '.join(credentials)}. {name} has none of "
                f"them on record.",
            )
        )
    return faults


def topics_of(edition: Edition) -> list[str]:
    """Slugs of the topics that an edition was frozen under."""
    return [topic["slug"] for topic in edition.content["topics"]]


def credentials_asked_for(edition: Edition) -> tuple[str, ...]:
    """Degrees of which whoever judges the edition must have one, by its risk tier today; empty: any."""
    policy = current_policy()
    if not policy.asks_for_credentials:
        return ()
    return policy.tier(topics=topics_of(edition), text=edition_document(edition).text).credentials


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
        .values("article_version")[:1]
    )
    wrote = edition.article.contributions.filter(version__gt=Coalesce(Subquery(before), 0))
    if not include_later:
        wrote = wrote.filter(version__lte=edition.article_version)
    byline = {author["id"] for author in edition.content["authors"]}
    return byline | set(wrote.values_list("person", flat=True))


def with_part_of(user: User, reviews: QuerySet[Review]) -> QuerySet[Review]:
    """Reviews with `conflicted` and `wrote`: what `conflicted_people` and `contributors_to` say of `user`.

    For lists: no query for each. The byline is not in it, it stands in the edition's content.
    """
    declared = Conflict.objects.filter(person=user, review__article=OuterRef("article"))
    published_before = (
        Publication.objects.filter(
            article=OuterRef("article"), edition__number__lt=OuterRef("edition__number")
        )
        .order_by("-edition__number")
        .values("edition__article_version")[:1]
    )
    wrote = Contribution.objects.filter(
        person=user, article=OuterRef("article"), version__gt=OuterRef("published_version")
    )
    return reviews.annotate(
        published_version=Coalesce(Subquery(published_before), 0),
        conflicted=Exists(declared),
        wrote=Exists(wrote),
    )
