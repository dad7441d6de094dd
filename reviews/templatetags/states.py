"""`{% load states %}`: the nine states in templates."""

from __future__ import annotations

from django import template
from django.contrib.auth.models import User
from django.utils.safestring import SafeString

from reviews import states
from reviews.comparing import KINDS
from reviews.roles import roles_of

register = template.Library()


@register.filter
def badge(state: states.State) -> SafeString:
    """A `State` as shape and word."""
    return states.badge(state)


@register.filter
def person(user: User | None) -> str:
    """A person's name; “Signoff” where the software itself acted."""
    return states.name_of(user) if user else "Signoff"


@register.filter
def kind_of_change(kind: str) -> str:
    """A kind of medical change, as people call it."""
    return KINDS[kind]


_EVENTS = {
    "submit": "submitted it for review",
    "request_changes": "asked for changes",
    "resubmit": "submitted a new edition",
    "sign_off": "signed it",
    "reopen": "took it back into review",
    "reopen_live": "opened a review of the live page",
    "schedule": "scheduled it",
    "unschedule": "cancelled its hour",
    "publish": "published it",
    "withdraw_submission": "withdrew it from review",
    "decline": "declined it",
    "revoke": "revoked a signature",
    "declare_conflict": "declared a conflict of interest",
    "give_opinion": "gave their verdicts",
    "settle_claim": "settled a disagreement",
    "answer_hit": "answered a remark of the screening",
    "take_back_answer": "took an answer to the screening back",
    "claim_review": "took it to review",
    "release_review": "released it for others to take",
    "assign_review": "gave it to",
    "add_claim": "marked a claim",
    "dismiss_claim": "dismissed a claim",
    "reinstate_claim": "took a dismissal back",
    "check_claim": "checked a claim",
    "reconfirm_claim": "reconfirmed a claim",
    "add_finding": "added a finding",
    "dispose_finding": "answered a finding",
    "confirm_finding": "confirmed the answer to a finding",
    "comment": "wrote a comment",
    "attach_disclaimer": "attached a disclaimer",
    "detach_disclaimer": "took a disclaimer off",
    "waive_disclaimer": "waived a disclaimer",
    "confirm_waiver": "confirmed a waiver",
    "withdraw": "took the page down",
    "retract": "retracted the page",
    "load_policy": "loaded the policy",
    "load_retractions": "loaded retraction records",
    "source_standing": "learned how a source stands",
    "review_reminder": "reminded of the next review",
    "review_overdue": "found the next review overdue",
    "alert_opened": "raised an alert",
    "alert_review": "told the reviewers what happened to a source",
    "alert_eased": "learnt that the source stands again",
    "alert_joined": "added a reader’s report",
    "alert_sooner": "added a reader’s report and brought the day forward",
    "alert_assigned": "gave the alert to",
    "alert_decided": "decided on the alert",
    "tell_readers": "posted a notice to readers",
    "send_mail_again": "had a mail sent again",
    "retry_job": "had a job tried again",
    "retry_jobs": "had the jobs that were given up tried again",
    "disclaimer_unseen": "found a disclaimer that readers do not see",
}


@register.filter
def event_words(action: str) -> str:
    """What an event says was done, to follow a name."""
    return _EVENTS.get(action, action.replace("_", " "))


@register.filter
def roles(user: User) -> str:
    """A person's roles, in words."""
    return ", ".join(roles_of(user)) or "No role"
