"""Taking the sample articles to their stages, as people would: through the workflow's own functions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from articles.editing import save_draft
from articles.importing.text import parse
from articles.models import Article, Source
from reviews import dossier, independence, judging, workflow
from reviews.demo.library import HERE, Library, draft
from reviews.models import Claim, Disclaimer, Finding, LinkCheck, Review, SignOff
from reviews.screening import citations_in
from reviews.watching import links

Cast = dict[str, User]

_LEVEL = {"systematic-review": 1, "guideline": 1, "trial": 2, "journal-article": 3}
_PASSAGE = "Sample entry: here stands the passage of the source that the reviewer relied on."
_LOCATOR = "Sample entry"


def stage_all(cast: Cast, books: Library) -> Iterator[tuple[str, str]]:
    """Bring every sample article that is not there yet to its stage; yields (title, stage) of each.

    One transaction an article: an interrupted first run leaves no half-way stage behind.
    """
    for stem, (stage, bring) in STAGES.items():
        title = parse((HERE / "articles" / f"{stem}.txt").read_text(encoding="utf-8")).title
        if not Article.objects.filter(title=title).exists():
            with transaction.atomic():
                bring(draft(stem, books, by=cast["amara"]), cast)
        yield title, stage


def _untouched(article: Article, cast: Cast) -> None:
    pass


def _in_review(article: Article, cast: Cast) -> Review:
    return workflow.submit(article, by=cast["amara"])


def _changes_requested(article: Article, cast: Cast) -> None:
    review = _in_review(article, cast)
    first = review.claims.order_by("id").first()
    if first:
        judging.add_finding(
            review, by=cast["tomas"], quote=first.anchor["exact"],
            message="The source speaks of adults with a diagnosis. Say so, or it promises too much.",
        )  # fmt: skip
    judging.comment(review, by=cast["tomas"], text="Clear and kind to the reader. One sentence goes too far.")
    workflow.request_changes(
        review, by=cast["tomas"],
        reason="Please limit the first claim to the people who were studied, then send it back.",
    )  # fmt: skip


def _signed(article: Article, cast: Cast) -> Review:
    review = _in_review(article, cast)
    _judge(review, cast["hannah"], second=cast["tomas"])
    workflow.sign_off(review, by=cast["hannah"], meaning=SignOff.Meaning.ACCURATE)
    review.refresh_from_db()
    if review.status != Review.Status.SIGNED_OFF:
        workflow.sign_off(review, by=cast["tomas"], meaning=SignOff.Meaning.SECOND)
        review.refresh_from_db()
    return review


def _scheduled(article: Article, cast: Cast) -> None:
    tomorrow = (timezone.localtime() + dt.timedelta(days=2)).replace(
        hour=7, minute=0, second=0, microsecond=0
    )
    workflow.schedule(_signed(article, cast), by=cast["samuel"], at=tomorrow)


def _live(article: Article, cast: Cast) -> None:
    workflow.publish(_signed(article, cast), by=cast["samuel"])


def _live_on_a_lost_source(article: Article, cast: Cast) -> None:
    _live(article, cast)
    leaflet = article.sources.get(kind=Source.Kind.WEB_PAGE, url__contains=".example.")
    LinkCheck.objects.create(
        source=leaflet,
        outcome=LinkCheck.Outcome.GONE,
        problem="The site answers 410: the page is not there.",
        http_status=410,
        url=leaflet.url,
        at=timezone.now(),
    )
    links.raise_alerts(source=leaflet.pk, outcome=LinkCheck.Outcome.GONE)


def _live_with_newer_draft(article: Article, cast: Cast) -> None:
    _live(article, cast)
    article.refresh_from_db()
    newer = save_draft(
        article,
        by=cast["amara"],
        version=article.version,
        body=article.body
        + "<h2>What changed in this version</h2><p>We are adding a sleep diary to print out. "
        "Fill it in for two weeks and take it to your appointment.</p>",
    )
    workflow.submit(newer, by=cast["amara"])


def _retracted(article: Article, cast: Cast) -> None:
    _live(article, cast)
    workflow.retract(
        article,
        by=cast["ingrid"],
        reason="The section on costs rested on prices that were out of date when we published. "
        "We have taken the article down and are writing a new one.",
    )


def _judge(review: Review, by: User, *, second: User) -> None:
    apart = dossier.load(review).tier.independent
    references = {r["number"]: r["source"] for r in review.edition.content["references"]}
    for claim in review.claims.filter(state=Claim.State.OPEN):
        cited = [references[n] for n in citations_in(claim.anchor["exact"]) if n in references]
        if not cited:
            judging.dismiss_claim(claim, by=by, reason="General advice that no study could decide.")
            continue
        source = Source.objects.get(pk=cited[0])
        for person in (by, second) if apart else (by,):
            judging.check_claim(
                claim, by=person, source=source, verdict="supports", level=_LEVEL.get(source.kind, 5),
                directness="direct", passage=_PASSAGE, locator=_LOCATOR, read="abstract",
            )  # fmt: skip
    for finding in review.findings.filter(disposition="").exclude(severity=Finding.Severity.ADVISE):
        judging.dispose_finding(
            finding,
            by=by,
            disposition="accepted",
            reason="Read in its place: it is fair as it stands.",
        )
        if finding.severity == Finding.Severity.CRITICAL:
            judging.confirm_finding(finding, by=second)
    for person in (by, second) if apart else ():
        independence.give_opinion(review, by=person)
    for required in dossier.load(review).required:
        judging.attach_disclaimer(
            review,
            by=by,
            disclaimer=Disclaimer.objects.get(key=required.key),
            quote=required.quote,
        )


STAGES: dict[str, tuple[str, Callable[[Article, Cast], object]]] = {
    "living-well-with-chronic-low-back-pain": ("live, a source of it gone", _live_on_a_lost_source),
    "what-we-know-about-microdosing-psilocybin": ("live, two signatures", _live),
    "sleep-and-depression": ("live, with a newer draft in review", _live_with_newer_draft),
    "exercise-as-treatment-for-depression": ("changes requested", _changes_requested),
    "antidepressants-for-nerve-pain": ("signed and scheduled", _scheduled),
    "ketamine-clinics-what-to-ask": ("retracted", _retracted),
    "microdosing-changed-my-mornings": ("an untouched draft", _untouched),
    "st-johns-wort-and-your-medicines": ("in review", _in_review),
}
