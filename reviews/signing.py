"""The sign page: what was shown, to whom and when. One page is good for one signature.

Opening the page writes down the statement that it shows under a number used once (a nonce). Signing uses
the page up in the transaction of the signature, under the locks of article and review, so that two
posts of one page make one signature, and nothing is signed that its signer was not shown.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from articles.canonical import digest_text
from articles.models import Edition, Source
from reviews import dossier as dossiers
from reviews import permissions, states, workflow
from reviews.dossier import Dossier
from reviews.models import Disclaimer, Finding, PolicyVersion, Review, SigningPage, SignOff
from reviews.refusals import Refused
from reviews.requirements import Stops
from reviews.statements import Names, differences

MOST_CHANGES = 40
"""So many changes are said one by one; whoever reads more has to read the page again anyway."""


def open_page(
    review: Review,
    *,
    by: User,
    dossier: Dossier | None = None,
    faults: permissions.Faults | None = None,
    again: str = "",
) -> SigningPage:
    """Write down that `by` was shown what a signature would cover now. Raises `Refused` for who cannot sign.

    `dossier` is what the page shows and `faults` as for `permissions.check_can_sign`, where the caller has
    them. `again` names a page that came back unsigned: if it is good still and shows the same, it is
    returned. Pages of this person and review that nobody used and that are too old now are thrown away.
    """
    permissions.check_can_sign(by, review, faults=faults)
    workflow.check_allowed("sign_off", review.status)
    dossier = dossier or dossiers.load(review)
    workflow.check_requirements(dossier, Stops.SIGN_OFF)
    if own_signature(dossier, by):
        raise Refused("You have signed this text already.", "signed_already")
    mine = SigningPage.objects.filter(review=review, opened_by=by, used_at=None)
    oldest = timezone.now() - settings.SIGN_PAGE_GOOD_FOR
    mine.filter(opened_at__lt=oldest).delete()
    back = mine.filter(nonce=again[:43]).first() if again else None
    if back is not None and back.statement == dossier.statement_text:
        return back
    return SigningPage.objects.create(
        nonce=secrets.token_urlsafe(32), review=review, opened_by=by, statement=dossier.statement_text
    )


def sign(
    nonce: str,
    *,
    review: Review,
    by: User,
    meaning: SignOff.Meaning | str,
    interests: str,
    seen: str | None = None,
) -> SignOff:
    """Sign what the page called `nonce` showed, and use the page up. `Refused` leaves it as it was.

    `seen` is the fingerprint that stood on the page. See `workflow.sign_off` for the rest.
    """
    with transaction.atomic():
        locked = workflow.lock(review)
        permissions.check_can_sign(by, locked)
        opened = SigningPage.objects.select_for_update().filter(nonce=nonce[:43]).first()
        if opened is None or opened.review_id != locked.pk or opened.opened_by_id != by.pk:
            raise Refused(
                "This sign page is not one that was opened for you and this review. Nothing was signed: "
                "read the page below and sign that.",
                "stale",
            )
        if opened.used_at is not None:
            raise Refused(
                f"You signed with this page already, on {states.hour(opened.used_at)}. "
                "Nothing was signed a second time.",
                "signed_already",
            )
        if opened.opened_at < timezone.now() - settings.SIGN_PAGE_GOOD_FOR:
            raise Refused(
                "This sign page was opened too long ago. Nothing was signed: read the page below, as it is "
                "today, and sign that.",
                "stale",
            )
        shown = digest_text(opened.statement)
        if seen not in (None, shown):
            raise Refused("This is not the fingerprint that the page showed. Nothing was signed.", "stale")
        signed = workflow.sign_off(locked, by=by, meaning=meaning, interests=interests, seen=shown)
        opened.used_at = signed.at
        opened.save(update_fields=["used_at"])
    review.refresh_from_db()
    return signed


def own_signature(dossier: Dossier, user: User) -> SignOff | None:
    """The signature of this person that holds today."""
    return next((s for s in dossier.valid_sign_offs if s.signer_id == user.pk), None)


def changes_since(nonce: str, dossier: Dossier, *, by: User) -> list[str]:
    """What changed since `by` was shown the page called `nonce`, as sentences; empty for any other page."""
    page = SigningPage.objects.filter(nonce=nonce[:43], review=dossier.review, opened_by=by).first()
    if page is None or page.statement == dossier.statement_text:
        return []
    before: dict[str, Any] = json.loads(page.statement)
    said = differences(before, dossier.statement, names_in(before, dossier.statement, dossier))
    if len(said) <= MOST_CHANGES:
        return said
    return [*said[:MOST_CHANGES], f"And {len(said) - MOST_CHANGES} more changes: read it all again."]


def names_in(before: dict[str, Any], after: dict[str, Any], dossier: Dossier) -> Names:
    """The names of all that two statements speak of: a query for each kind of thing."""
    people: set[Any] = set()
    sources: set[Any] = set()
    findings: set[Any] = set()
    for statement in (before, after):
        for entry in (*_entries(statement, "disclaimers"), *_entries(statement, "findings")):
            people |= {entry.get(key) for key in ("by", "confirmed_by", "disposed_by")}
        findings |= {entry.get("id") for entry in _entries(statement, "findings")}
        for claim in _entries(statement, "claims"):
            for check in _entries(claim, "checks"):
                people.add(check.get("by"))
                sources.add(check.get("source"))
    digests = [statement.get("edition") for statement in (before, after)]
    policies = [statement.get("policy") for statement in (before, after)]
    return Names(
        people={p.pk: states.name_of(p) for p in User.objects.filter(pk__in=people - {None})},
        sources={s.pk: f"“{s}”" for s in Source.objects.filter(pk__in=sources - {None})},
        findings=dict(Finding.objects.filter(pk__in=findings - {None}).values_list("pk", "message")),
        disclaimers=dict(Disclaimer.objects.values_list("key", "name")),
        tiers={t["key"]: t["name"] for t in dossier.policy.content["tiers"]},
        editions={
            e.digest: f"edition {e.number}"
            for e in Edition.objects.filter(article=dossier.review.article_id, digest__in=digests)
        },
        policies={v.digest: f"version {v.number}" for v in PolicyVersion.objects.filter(digest__in=policies)},
    )


def _entries(of: dict[str, Any], key: str) -> Iterator[dict[str, Any]]:
    yield from of.get(key) or ()
