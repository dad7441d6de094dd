"""What the writer's page says beside the text: where the article is, whose turn it is, what is missing."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.formats import date_format

from articles.freezing import draft_document
from articles.models import Article, Publication
from reviews import answers, dossier, permissions, states
from reviews.admin.screening import Screening, screening_of
from reviews.desk.offers import sentence
from reviews.models import Comment, Event, Finding, Review
from reviews.policy import screened
from reviews.refusals import Refused
from reviews.requirements import Requirement, missing_for_draft
from reviews.states import State
from reviews.workflow import TRANSITIONS


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything that the rail shows; empty parts are not shown."""

    states: list[State]
    turn: str
    review: Review | None
    page: Publication | None
    """What readers have at the article's address, or had last."""
    sentences: list[str]
    missing: list[Requirement]
    action: str
    """The label of the one button; empty when there is nothing to submit, or not by this person."""
    warning: str
    request: Event | None
    screening: Screening
    findings: list[Finding] = field(default_factory=list)
    """What reviewers wrote and nobody has answered yet."""
    screened: int = 0
    """How many findings of the screening wait for the reviewer."""
    comments: list[Comment] = field(default_factory=list)

    @property
    def missing_beside(self) -> list[Requirement]:
        """What is missing beside the remarks that must be mended; those stand in the screening."""
        listed = {row.answered.hit.rule for row in self.screening.to_mend}
        return [requirement for requirement in self.missing if requirement.code not in listed]


def states_of(review: Review | None, page: Publication | None) -> list[State]:
    """An article's states: that of its open review and that of its page, two facts; a draft has neither."""
    found = [states.of_review(review)] if review else []
    if page:
        found.append(states.of_publication(page))
    return found or [states.DRAFT]


def panel_of(article: Article, *, user: User) -> Panel:
    """The panel of a stored article, for one person. Raises `reviews.policy.NoPolicy` with an open review.

    The draft is screened once, for the list of remarks and for what is missing.
    """
    review = article.reviews.filter(status__in=Review.OPEN).select_related("edition", "submitted_by").first()
    page = page_of(article)
    action, warning = _action(article, review, page, user)
    waiting = list(review.findings.filter(disposition="", orphaned=False)) if review else []
    document = draft_document(article)
    hits = screened(document)
    may_answer = not sentence(lambda: permissions.check_can_answer(user, article))
    return Panel(
        states=states_of(review, page),
        turn=_turn(article, review, page),
        review=review,
        page=page,
        sentences=_sentences(article, review, page),
        missing=missing_for_draft(article, hits=hits),
        action=action,
        warning=warning,
        request=_request(review),
        screening=screening_of(document, answers.answered_hits(article, hits), may_answer=may_answer),
        findings=[finding for finding in waiting if finding.added_by_id],
        screened=sum(finding.added_by_id is None for finding in waiting),
        comments=list(review.comments.select_related("by").order_by("-id")[:20]) if review else [],
    )


def page_of(article: Article) -> Publication | None:
    """The live page, or else the one that was taken down last."""
    pages = (
        article.publications.exclude(status=Publication.Status.SUPERSEDED)
        .select_related("edition")
        .order_by("-published_at", "-pk")
    )
    return newest_page(list(pages))


def newest_page(pages: list[Publication]) -> Publication | None:
    """Of pages in the order of newest first: the live one, or the first."""
    return next((p for p in pages if p.status == Publication.Status.LIVE), pages[0] if pages else None)


def _turn(article: Article, review: Review | None, page: Publication | None) -> str:
    if review:
        given = needed = 0
        if review.status == Review.Status.IN_REVIEW:
            loaded = dossier.load(review)
            given, needed = len({s.signer_id for s in loaded.valid_sign_offs}), loaded.tier.signatures
        return states.whose_turn(review, given=given, needed=needed)
    if page and page.status == Publication.Status.LIVE and article.version <= page.edition.article_version:
        if states.of_publication(page) == states.REVIEW_OVERDUE:
            return "Writer: read it again and submit it"
        return f"Nobody, until its next review by {date_format(page.review_due)}"
    return "Writer: finish it and submit it"


def _sentences(article: Article, review: Review | None, page: Publication | None) -> list[str]:
    found = []
    if page and page.status == Publication.Status.LIVE:
        since = date_format(timezone.localtime(page.published_at), "DATE_FORMAT")
        found.append(
            f"Readers keep seeing edition {page.edition.number}, published {since}, "
            "until a new one is signed."
        )
    elif page:
        found.append(f"{page.get_status_display()}. Coming back needs a full sign-off.")
    if review and article.version > review.edition.article_version:
        found.append(
            f"The reviewers have edition {review.edition.number}; "
            "what you changed since reaches them when you submit the new text."
        )
    elif review and review.status == Review.Status.IN_REVIEW:
        found.append(
            f"The reviewers are reading edition {review.edition.number}. You may go on writing; "
            "they keep the text that you submitted."
        )
    elif page and page.status == Publication.Status.LIVE and article.version > page.edition.article_version:
        found.append("The draft has changes that no reviewer has seen.")
    return found


def _action(article: Article, review: Review | None, page: Publication | None, user: User) -> tuple[str, str]:
    try:
        permissions.check_can_submit(user, article)
    except Refused:
        return "", ""
    if review is None:
        return TRANSITIONS["submit"].label, ""
    rule = TRANSITIONS["resubmit"]
    if review.status not in rule.sources:
        return "", ""
    if review.status == Review.Status.CHANGES_REQUESTED:
        return rule.label, ""
    if article.version <= review.edition.article_version:
        return "", ""  # signed as it stands: nothing new to submit
    return (
        rule.label,
        "This takes the signed text back into review: its signatures will not count for the new one.",
    )


def _request(review: Review | None) -> Event | None:
    if review is None or review.status != Review.Status.CHANGES_REQUESTED:
        return None
    return review.events.filter(action=TRANSITIONS["request_changes"].event).order_by("-sequence").first()
