"""Test objects, brought to their state through the real functions, never by setting a column."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone

from articles.editing import create_article
from articles.models import Article, Publication, Source, Topic
from reviews import dossier, independence, judging, workflow
from reviews.models import Claim, Disclaimer, Finding, Review, Reviewer, SignOff
from reviews.policy.loading import load_policy

PASSWORD = "correct horse battery staple"
_count = itertools.count(1)

BODY = (
    "<p>Walking most days eases low back pain in many adults [1].</p>"
    "<h2>What to expect</h2>"
    "<p>Pain often falls by about a third within twelve weeks [1]. Speak to a physiotherapist first.</p>"
)


def user(username: str, *roles: str, name: str = "", **fields: Any) -> User:
    """A person who may sign in, in the groups of their roles."""
    first, _, last = (name or username.title()).partition(" ")
    made = User.objects.create_user(
        username,
        f"{username}@example.org",
        PASSWORD,
        first_name=first,
        last_name=last,
        is_staff=True,
        **fields,
    )
    made.groups.set(Group.objects.filter(name__in=roles))
    return made


def reviewer(username: str, *roles: str, name: str = "", **fields: Any) -> User:
    """A person with a medical qualification that holds today."""
    made = user(username, *(roles or ("Medical reviewer",)), name=name)
    registrar, _ = User.objects.get_or_create(username="registrar", defaults={"is_active": False})
    Reviewer.objects.create(
        user=made,
        **{
            "slug": username,
            "printed_name": f"Dr {made.get_full_name()}",
            "credentials": "MD, FRCP",
            "registration": f"GMC 70000{next(_count):02}",
            "qualified_from": dt.date(2015, 1, 1),
            "verified_by": registrar,
            "verified_on": dt.date(2026, 1, 5),
            **fields,
        },
    )
    return made


def policy() -> None:
    """Load the starter policy."""
    load_policy()


def topic(slug: str = "chronic-pain") -> Topic:
    return Topic.objects.get_or_create(slug=slug, defaults={"name": slug.replace("-", " ").capitalize()})[0]


def source(**fields: Any) -> Source:
    number = next(_count)
    return Source.objects.create(
        **{
            "title": f"Walking for low back pain: trial {number}",
            "authors": "Stone AB, Reed C",
            "container": "Journal of Samples",
            "year": 2024,
            "standing": Source.Standing.NONE,
            **fields,
        }
    )


def draft(by: User, **fields: Any) -> Article:
    """A draft that nothing keeps from being submitted."""
    number = next(_count)
    topics = fields.pop("topics", None) or [topic()]
    sources = fields.pop("citations", None) or [source()]
    return create_article(
        by=by,
        **{
            "title": f"Walking and back pain {number}",
            "body": BODY,
            "summary": "What a daily walk can do for your back.",
            "topics": topics,
            "citations": sources,
            **fields,
        },
    )


def submitted(by: User, **fields: Any) -> Review:
    return workflow.submit(draft(by, **fields), by=by)


def judge(review: Review, by: User, *, second: User | None = None) -> None:
    """Everything that a signature needs: claims checked, findings answered, disclaimers attached.

    Where reviewers judge apart, `second` gives verdicts too, and then both say that theirs are complete.
    """
    apart = second if dossier.load(review).tier.independent else None
    references = review.edition.content["references"]
    for claim in review.claims.filter(state__in=[Claim.State.OPEN, Claim.State.RECONFIRM]):
        for person in filter(None, (by, apart)):
            check(claim, person, Source.objects.get(pk=references[0]["source"]))
    for finding in review.findings.filter(disposition="", orphaned=False).exclude(severity="advise"):
        judging.dispose_finding(finding, by=by, disposition="accepted", reason="Read and found right.")
    for finding in review.findings.filter(severity=Finding.Severity.CRITICAL, disposition="accepted"):
        if second and not finding.confirmed_by_id:
            judging.confirm_finding(finding, by=second)
    if apart and dossier.load(review).sealed:
        give_opinions(review, by, apart)
    for required in dossier.load(review).required:
        judging.attach_disclaimer(
            review,
            by=by,
            disclaimer=Disclaimer.objects.get(key=required.key),
            quote=required.quote,
        )


def give_opinions(review: Review, *people: User) -> None:
    """Each says that their verdicts are complete, unless they have."""
    given = set(review.opinions.filter(edition=review.edition).values_list("by", flat=True))
    for person in people:
        if person.pk not in given:
            independence.give_opinion(review, by=person)


def check(claim: Claim, by: User, source: Source, **fields: Any) -> Any:
    return judging.check_claim(
        claim,
        by=by,
        source=source,
        **{
            "verdict": "supports",
            "level": 2,
            "directness": "direct",
            "passage": "Walking reduced pain at twelve weeks.",
            "locator": "Results, table 2",
            "read": "full_text",
            "note": "Read with its supplement.",
            **fields,
        },
    )


def sign(review: Review, *people: User) -> list[SignOff]:
    meanings = (SignOff.Meaning.ACCURATE, SignOff.Meaning.SECOND)
    return [
        workflow.sign_off(review, by=person, meaning=meaning)
        for person, meaning in zip(people, meanings, strict=False)
    ]


def signed(by: User, *signers: User, **fields: Any) -> Review:
    """A review whose quorum is reached."""
    review = submitted(by, **fields)
    judge(review, signers[0], second=signers[1] if len(signers) > 1 else None)
    sign(review, *signers)
    review.refresh_from_db()
    return review


def scheduled(by: User, signer: User, editor: User, **fields: Any) -> Review:
    review = signed(by, signer, **fields)
    workflow.schedule(review, by=editor, at=timezone.now() + dt.timedelta(days=1))
    return review


def published(by: User, signer: User, editor: User, **fields: Any) -> Publication:
    return workflow.publish(signed(by, signer, **fields), by=editor)


def tomorrow() -> dt.datetime:
    """An hour that has not passed."""
    return timezone.now() + dt.timedelta(days=1)
