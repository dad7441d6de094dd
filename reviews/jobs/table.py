"""Every job by its name: the one table that the loop and the Celery workers run from.

A plain function runs inside the transaction that marks its job done: what it writes and the mark come
together or not at all. A job that waits for others (HTTP, mail) is an `Outside`.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from articles import reporting, see_also
from articles.copies import exporting, purging
from articles.outbox import enqueue
from articles.webhooks import sending
from reviews import alerts, mail, served, workflow
from reviews.audit import anchoring
from reviews.counting import counted
from reviews.jobs import tidying
from reviews.models import Review
from reviews.watching import alerts as source_alerts
from reviews.watching import links, nightly, notices, registries, reports, rereview

LONG = dt.timedelta(hours=2)
"""How long a round over everything may take."""

PATIENT = ("look_up_source", "check_link", "check_served", "send_webhook", "find_see_also")
"""Jobs that nobody waits for: they run after all others. A night promises them by the thousand; webhooks
wait for strangers' servers, each up to 15 seconds."""

URGENT = ("purge", "export_pages")
"""Jobs that stand between a take-down and its being complete everywhere: they run before all others."""

Payload = dict[str, Any]
Run = Callable[[Payload], object]


@dataclass(frozen=True, slots=True)
class Outside:
    """A job in two steps, whose first step holds no transaction and so keeps nobody from writing.

    `do` may be repeated: when its worker is lost, the job is run again after `lease`. What must happen at
    most once belongs into `write`, which gets the answer of `do` and runs inside the transaction that
    marks the job done; or `do` sees to it by a key of its own, as mails do.
    """

    do: Run
    write: Callable[[Payload, Any], object] | None = None
    lease: dt.timedelta = dt.timedelta(minutes=10)
    """How long `do` may take: only after that another worker tries."""

    def __call__(self, payload: Payload) -> object:
        """Both steps at once."""
        found = self.do(payload)
        return self.write(payload, found) if self.write else found


def outside(plain: Run) -> Outside:
    """A plain job as an `Outside`: all that it does is in the transaction that marks it done, as ever.

    While that is open nobody else can take the job, so its lease need not last as long.
    """
    return Outside(lambda payload: None, lambda payload, _: plain(payload), lease=dt.timedelta(minutes=1))


def _check_sources(payload: Payload) -> None:
    if failed := [one.name for one in nightly.run() if one.error]:
        raise RuntimeError(f"These rounds of the night failed: {', '.join(failed)}.")


def _remind(payload: Payload) -> None:
    if failed := rereview.run()["failed"]:
        raise RuntimeError(f"The next review of {counted(failed, 'page')} could not be looked after.")


def _export_site(payload: Payload) -> None:
    if settings.EXPORT_DIR:
        deque(exporting.export_site(settings.EXPORT_DIR), maxlen=0)


def _publish_scheduled(payload: Payload) -> None:
    review = Review.objects.filter(pk=payload["review"]).first()
    if review:
        workflow.publish_scheduled(review)


def _find_see_also(payload: Payload, last: int | None) -> None:
    """Promise the next batch, behind the article `last`."""
    if last is not None:
        again = {"on": payload["on"], "after": last}
        enqueue("find_see_also", key=f"see_also:{payload['on']}:after:{last}", payload=again)


JOBS: dict[str, Run] = {
    "publish_scheduled": _publish_scheduled,
    # Messages.
    "announce": lambda payload: mail.announce(payload["event"]),
    "send_message": Outside(lambda payload: mail.send(payload["message"])),
    "daily_digest": Outside(lambda payload: mail.send_due()),
    # Disclaimers.
    "find_old_words": lambda payload: alerts.find_old_words(**payload),
    "open_for_old_words": lambda payload: alerts.open_for_old_words(**payload),
    "check_served": Outside(
        lambda payload: served.look_at(payload["publication"]),
        lambda payload, look: served.write_down(look) if look else None,
    ),
    "check_all_served": lambda payload: served.promise_checks(
        on=payload["on"], after=payload.get("after", 0)
    ),
    # Copies of the public site.
    "purge": Outside(lambda payload: purging.purge(**payload), lease=dt.timedelta(minutes=1)),
    "export_pages": Outside(lambda payload: exporting.export_publication(**payload)),
    "export_site": Outside(_export_site, lease=LONG),
    # Sources.
    "check_sources": Outside(_check_sources, lease=LONG),
    "look_up_source": Outside(lambda payload: registries.look_up(payload["source"])),
    "check_link": Outside(lambda payload: links.check(payload["source"])),
    "raise_link_alerts": lambda payload: links.raise_alerts(**payload),
    "open_link_alert": lambda payload: links.open_alert(**payload),
    "raise_alerts": lambda payload: source_alerts.raise_for(**payload),
    "open_alert": lambda payload: source_alerts.open_alert(**payload),
    "alert_notice": lambda payload: notices.post_when_due(payload["alert"]),
    "reminders": Outside(_remind, lease=LONG),
    # Other systems.
    "send_webhook": Outside(sending.deliver),
    # Readers.
    "reader_report": lambda payload: reports.take_in(payload["report"]),
    "forget_reports": lambda payload: reporting.forget_due(),
    # What live pages lead to.
    "find_see_also": Outside(lambda payload: see_also.refresh(after=payload.get("after", 0)), _find_see_also),
    # The log.
    "anchor_log": Outside(lambda payload: anchoring.anchor()),
    # The outbox itself.
    "tidy": lambda payload: tidying.forget_done(PATIENT),
}
