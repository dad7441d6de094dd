"""Mails about what happened to an article. They name it and link to it; they never carry its text."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse

from articles.models import Article
from reviews.models import Event, Review

WRITERS, REVIEWERS, EDITORS = "writers", "reviewers", "editors"
ASSIGNEE = "assignee"

# Who is told of which event, and in what words.
MESSAGES: dict[str, tuple[tuple[str, ...], str]] = {
    "submit": ((REVIEWERS,), "waits for your review"),
    "resubmit": ((REVIEWERS,), "came back with changes"),
    "request_changes": ((WRITERS,), "needs changes"),
    "decline": ((WRITERS, EDITORS), "was declined"),
    "sign_off": ((WRITERS, EDITORS), "was signed"),
    "reopen": ((REVIEWERS, EDITORS), "is back in review"),
    "reopen_live": ((REVIEWERS, EDITORS), "is live and must be reviewed again"),
    "disclaimer_unseen": ((EDITORS,), "is live, but a disclaimer is not seen by readers"),
    "revoke": ((REVIEWERS, EDITORS), "lost a signature"),
    "publish": ((WRITERS, REVIEWERS), "is live"),
    "withdraw": ((WRITERS, REVIEWERS, EDITORS), "was withdrawn"),
    "retract": ((WRITERS, REVIEWERS, EDITORS), "was retracted"),
    "assign_review": ((ASSIGNEE,), "was given to you to review"),
}


def announce(sequence: int) -> int:
    """Mail those concerned about event number `sequence`; returns how many mails went out."""
    event = Event.objects.select_related("article", "review", "actor").get(sequence=sequence)
    if event.action not in MESSAGES or event.article is None:
        return 0
    groups, words = MESSAGES[event.action]
    people = _people(groups, event.article, assignee=event.facts.get("assignee")).exclude(email="")
    if event.actor:
        people = people.exclude(pk=event.actor.pk)
    subject = f"“{event.article.title}” {words}".replace("\n", " ")
    text = render_to_string("emails/event.txt", {"event": event, "words": words, "link": _link(event)})
    for address in people.values_list("email", flat=True):
        send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [address])
    return len(people)


def _people(groups: tuple[str, ...], article: Article, *, assignee: int | None = None) -> QuerySet[User]:
    wanted = Q(pk__in=[])
    if ASSIGNEE in groups:
        wanted |= Q(pk=assignee)
    if WRITERS in groups:
        wanted |= Q(contributions__article=article)
    if REVIEWERS in groups:
        wanted |= Q(reviewer__isnull=False)
    if EDITORS in groups:
        wanted |= Q(groups__name="Managing editor")
    return User.objects.filter(wanted, is_active=True).distinct().order_by("pk")


def _link(event: Event) -> str:
    review: Review | None = event.review
    path = (
        reverse("desk:review", args=[review.pk])
        if review
        else reverse("admin:articles_article_change", args=[event.article_id])
    )
    return f"{settings.SITE_URL}{path}"
