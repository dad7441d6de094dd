"""What readers report about a live page, as an alert: one for a page, which every further report joins.

No word that a reader typed goes into an alert, an event or a mail: these are kept for good, and what readers
typed is not.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable

from django.db import transaction

from articles import reporting
from articles.models import Article, Publication, ReaderReport
from reviews import audit, intake, workflow
from reviews.counting import counted
from reviews.models import Alert, AlertReport
from reviews.policy import NoPolicy, current_policy
from reviews.watching import alerts, settling
from reviews.watching.clock import after_working_days

Kind = ReaderReport.Kind
_WORDS: dict[str, str] = {
    Kind.UNSAFE: "unsafe advice",
    Kind.MISTAKE: "a mistake in the text",
    Kind.SOURCE: "a source that does not say this",
    Kind.OUTDATED: "something out of date",
    Kind.OTHER: "something else",
}
"""In the order in which they are told."""


def kept() -> reporting.Kept:
    """How long the policy in force has what readers typed kept; the usual time where there is none."""
    try:
        return current_policy().watching.kept
    except NoPolicy:
        return reporting.Kept()


def take_in(report: int) -> Alert | None:
    """Open an alert for a report, or have it join the one that is open for its page; the job `reader_report`.

    The clock runs from when the report came, and the first one due sets it. Done again, it changes nothing.
    None where the page came down meanwhile: that is the answer to the report.
    """
    found = ReaderReport.objects.get(pk=report)
    with transaction.atomic():
        article = Article.objects.select_for_update(of=("self",)).get(publications=found.publication_id)
        if known := AlertReport.objects.filter(report=found).select_related("alert").first():
            return known.alert
        page = article.publications.filter(status=Publication.Status.LIVE).select_related("edition").first()
        if page is None:
            reporting.decided(ReaderReport.objects.filter(pk=report), at=found.created_at)
            return None
        rules = current_policy().watching
        days = rules.answer_days(unsafe=found.kind == Kind.UNSAFE)
        due = after_working_days(found.created_at, days, holidays=rules.holidays)
        alert = settling.open_alerts(article).filter(kind=Alert.Kind.READER_REPORT).first()
        if alert is None:
            alert = Alert(kind=Alert.Kind.READER_REPORT, article=article, publication=page)
            # Nothing is reviewed again because anybody said so. Who may judge the page may answer for it.
            alert.review = intake.review_behind(page)
            alert.opened_at, alert.due_at, alert.sentence = found.created_at, due, sentence([found.kind])
            alert.save()
            AlertReport.objects.create(alert=alert, report=found)
            alerts.record_opened(alert)
        else:
            _join(alert, found, sooner=due if due < alert.due_at else None)
    return alert


def _join(alert: Alert, report: ReaderReport, *, sooner: dt.datetime | None) -> None:
    AlertReport.objects.create(alert=alert, report=report)
    alert.sentence = sentence(alert.reports.values_list("report__kind", flat=True))
    alert.due_at = sooner or alert.due_at
    alert.save(update_fields=["sentence", "due_at"])
    event = audit.record(
        "alert_sooner" if sooner else "alert_joined",
        by=None,
        article=alert.article,
        review=alert.review,
        reason=alert.sentence,
        facts={"alert": alert.pk, "report": report.pk, "kind": report.kind, "due": alert.due_at.isoformat()},
    )
    if sooner:  # the others are not worth a mail each
        workflow.announce(event)


def sentence(kinds: Iterable[str]) -> str:
    """“Readers sent 3 reports: of unsafe advice (2), of a mistake in the text (1).”; no word of theirs."""
    number = Counter(kinds)
    told = [
        f"of {words}" + (f" ({number[kind]})" if number.total() > 1 else "")
        for kind, words in _WORDS.items()
        if number[kind]
    ]
    if number.total() == 1:
        return f"A reader sent a report {told[0]}."
    return f"Readers sent {counted(number.total(), 'report')}: {', '.join(told)}."
