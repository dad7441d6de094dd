"""Every page of the desk in every dress that it wears: who opens it, where, and what they do there first.

Each world is a generator: it makes the next scene true when it is asked for it, so that one world shows
a review before and after a settlement.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from articles.editing import save_draft
from articles.models import Article, Outbox, Source
from reviews import assigning, independence, jobs, judging, workflow
from reviews.jobs import schedule, signs
from reviews.models import Alert, Disclaimer, Message, Review, ServedCheck
from reviews.watching import alerts as source_alerts
from reviews.watching import notices
from tests import factories as f
from tests.desk.conftest import address
from tests.desk.posts import page as review_page
from tests.independence.conftest import check_all, claims_of, given, prepared
from tests.watching.conftest import retract

LONG_TITLE = "Melatonin, sleep hygiene and cognitive behavioural therapy for long-lasting insomnia in adults"
BODY = (
    "<p>Melatonin shortens the time to fall asleep by about seven minutes in many adults [1].</p>"
    "<h2>How it is taken</h2>"
    "<p>Most adults take 2 mg an hour before bed [1]. Do not take it together with alcohol.</p>"
    "<p>Researchers say that sleep medicine is safe. Speak to a pharmacist first.</p>"
    "<table><thead><tr><th>Age</th><th>Dose</th><th>For how long</th></tr></thead>"
    "<tbody><tr><td>55 years and older</td><td>2 mg</td><td>Thirteen weeks at most</td></tr></tbody></table>"
)
REFUSED = ("400 (Bad", "403 (Forbidden)", "404 (Not Found)", "409 (Conflict)", "422 (Unprocessable")
"""What Chromium logs of an answer that is a refusal; it is no complaint of the page."""


@dataclass(frozen=True)
class Scene:
    """One page as one person sees it. `who` is empty for a person who is not signed in."""

    name: str
    who: str
    path: str
    act: Callable[[Page], object] = field(default=lambda page: None)
    refused: bool = False


World = Callable[[SimpleNamespace], Iterator[Scene]]


def _row(review: Review, **columns: Any) -> None:
    """What only the passing of time, or a job, brings about."""
    Review.objects.filter(pk=review.pk).update(**columns)


def lists(cast: SimpleNamespace) -> Iterator[Scene]:
    """The rooms: what waits, who has it, what is live."""
    queue, today = reverse("desk:queue"), timezone.localdate()
    yield Scene("queue with nothing in it", "reviewer", queue)
    yield Scene("live pages, none", "reviewer", reverse("desk:live"))
    yield Scene("figures of nothing", "reviewer", reverse("desk:figures"))

    late, mine, ravis, alerted, sent_back = (f.submitted(cast.writer) for _ in range(5))
    long = f.submitted(cast.writer, title=LONG_TITLE, body=BODY, topics=[f.topic("psychedelics")])
    _row(late, due_on=today - dt.timedelta(days=3), submitted_at=timezone.now() - dt.timedelta(days=9))
    _row(alerted, alert="A source was retracted: “Walking for low back pain: trial 4” (J Samples, 2024).")
    assigning.claim(mine, by=cast.reviewer)
    assigning.assign(ravis, by=cast.editor, to=cast.second)
    judging.declare_conflict(long, by=cast.reviewer, text="I advise the maker of a sleep medicine.")
    workflow.request_changes(sent_back, by=cast.reviewer, reason="Say in whom.")
    f.scheduled(cast.writer, cast.reviewer, cast.editor)
    f.signed(cast.writer, cast.second)
    yield Scene("queue", "reviewer", queue)
    yield Scene("queue as an editor", "editor", queue)
    yield Scene("queue narrowed", "reviewer", f"{queue}?status=in_review&due=overdue")
    yield Scene("queue narrowed to nothing", "reviewer", f"{queue}?assignee=me&due=overdue")
    yield Scene("workload", "editor", reverse("desk:workload"))


def mails(cast: SimpleNamespace) -> Iterator[Scene]:
    """Who hears of what, and what was sent."""
    yield Scene("mail, choosing as an editor", "editor", reverse("desk:mail"))
    yield Scene("mail, choosing as a writer", "writer", reverse("desk:mail"))
    yield Scene("no mails yet", "editor", reverse("desk:mail_sent"))
    f.submitted(cast.writer, title=LONG_TITLE)
    while jobs.run_due():
        pass
    past = timezone.now() - dt.timedelta(hours=1)
    Message.objects.filter(person=cast.lead).update(sent_at=None, claimed_at=past)
    Message.objects.filter(person=cast.second).update(
        sent_at=None, claimed_at=None, text="", to="", dropped_at=past, dropped_because="It was not for them."
    )
    f.submitted(cast.writer)
    jobs.run_due()
    yield Scene("sent mails", "editor", reverse("desk:mail_sent"), _unfolded)
    yield Scene("mails that were perhaps sent", "editor", f"{reverse('desk:mail_sent')}?state=unsure")
    yield Scene("sent mails, as a writer", "writer", reverse("desk:mail_sent"), refused=True)


def live(cast: SimpleNamespace) -> Iterator[Scene]:
    """What was decided, and what readers have of it."""
    page = f.published(cast.writer, cast.reviewer, cast.editor, authors=[cast.writer])
    gone = f.published(cast.writer, cast.second, cast.editor, title=LONG_TITLE)
    workflow.withdraw(gone.article, by=cast.editor, reason="A dose was wrong.")
    ServedCheck.objects.create(
        publication=page, problems=["“Information, not advice” is not on the page."], html_digest="0" * 64
    )
    review = Review.objects.get(article=page.article_id)
    yield Scene("live pages", "editor", reverse("desk:live"))
    yield Scene("figures", "editor", reverse("desk:figures"), _unfolded)
    yield Scene("disclaimers", "editor", reverse("desk:disclaimers"), _unfolded)
    yield Scene("an article of which a page is live", "editor", _article(page.article_id), _unfolded)
    yield Scene("an article that was withdrawn", "reviewer", _article(gone.article_id))
    yield Scene("a closed review", "editor", review_page(review), _unfolded)
    yield Scene("record", "editor", address("record", review), _unfolded)


def _article(pk: int) -> str:
    return reverse("desk:article", args=[pk])


def door(cast: SimpleNamespace) -> Iterator[Scene]:
    """Coming in, and being told no."""
    login, queue = reverse("login"), reverse("desk:queue")
    yield Scene("login", "", login)
    yield Scene("login refused", "", login, _wrong_password)
    yield Scene("login with another account", "outsider", f"{login}?next={queue}", refused=True)
    yield Scene("no such review", "reviewer", reverse("desk:review", args=[987654]), refused=True)
    yield Scene("no such filter", "reviewer", f"{queue}?assignee=nonsense", refused=True)


def judged(cast: SimpleNamespace) -> Iterator[Scene]:
    """One review with one of everything, and each form that opens on its page."""
    review = f.submitted(cast.writer, title=LONG_TITLE, body=BODY, authors=[cast.writer])
    claims = list(review.claims.order_by("id"))
    assert len(claims) >= 3
    source = Source.objects.get()
    f.check(claims[0], cast.reviewer, source, note="The trial is small.")
    judging.dismiss_claim(claims[2], by=cast.reviewer, reason="Everyday advice.")
    judging.add_finding(
        review, by=cast.reviewer, message="Say in whom.", quote="Most adults take 2 mg", severity="critical"
    )
    first = review.findings.filter(disposition="").exclude(severity="fix").order_by("id")[0]
    judging.comment(review, by=cast.writer, text="Is this right?", quote="Speak to a pharmacist first.")
    judging.attach_disclaimer(
        review, by=cast.reviewer, disclaimer=Disclaimer.objects.get(key="do-not-stop-medicine"),
        placement="inline", quote="Speak to a pharmacist first.",
    )  # fmt: skip
    here = review_page(review)
    yield Scene("review", "reviewer", here)
    yield Scene("review, all unfolded", "reviewer", here, _unfolded)
    yield Scene("review, checking a claim", "reviewer", f"{here}?open=claim-{claims[1].pk}")
    yield Scene("review, dismissing a claim", "reviewer", f"{here}?open=claim-{claims[1].pk}-dismiss")
    yield Scene("review, answering a finding", "reviewer", f"{here}?open=finding-{first.pk}")
    yield Scene("review, with words selected", "reviewer", here, _select)
    yield Scene("review, with the keys", "reviewer", here, _keys)
    yield Scene("review, refused", "reviewer", here, _refuse, refused=True)
    _row(review, alert="A source was retracted.")
    yield Scene("review, giving it to somebody", "editor", f"{here}?open=assign")
    yield Scene("review, as its writer", "writer", here)


def apart(cast: SimpleNamespace) -> Iterator[Scene]:
    """A high-risk review: sealed, then with a disagreement, then settled."""
    review = prepared(cast)
    judging.dismiss_claim(claims_of(review)[0], by=cast.reviewer, reason="Everyday advice.")
    check_all(review, cast.reviewer)
    independence.give_opinion(review, by=cast.reviewer)
    here = review_page(review)
    yield Scene("independent review, sealed", "second", here, _unfolded)
    yield Scene("sign page, sealed", "second", address("sign", review))
    other = given(prepared(cast), cast, verdict="contradicts")
    here = review_page(other)
    yield Scene("independent review, disputed", "second", here, _unfolded)
    claim = claims_of(other)[0]
    stands = claim.checks.get(by=cast.second)
    independence.settle(claim, by=cast.reviewer, stands=stands, reason="Table S is the right one.")
    yield Scene("independent review, settled", "second", here, _unfolded)
    yield Scene("sign page, settled", "second", address("sign", other))


def signing(cast: SimpleNamespace) -> Iterator[Scene]:
    """The second round, and the signature."""
    review = f.submitted(cast.writer, title=LONG_TITLE, body=BODY)
    yield Scene("changes of a first edition", "reviewer", address("changes", review))
    f.judge(review, cast.reviewer, second=cast.second)
    workflow.request_changes(review, by=cast.reviewer, reason="Say in whom, and mend the dose.")
    article = Article.objects.get(pk=review.article_id)
    body = article.body.replace("2 mg an hour", "3 mg two hours").replace("Do not take", "You may take")
    save_draft(article, by=cast.writer, version=article.version, body=body, summary="A new summary.")
    workflow.resubmit(review, by=cast.writer)
    review.refresh_from_db()
    yield Scene("changes with medical ones", "reviewer", address("changes", review))
    yield Scene("review, second round", "reviewer", review_page(review), _unfolded)
    yield Scene("sign page, not yet", "reviewer", address("sign", review))
    f.judge(review, cast.reviewer, second=cast.second)
    yield Scene("sign page", "reviewer", address("sign", review))

    def found_meanwhile(page: Page) -> None:
        judging.add_finding(review, by=cast.second, message="One more thing.", severity="advise")
        _sign(page)
        expect(page.get_by_role("heading", name="Changed since you opened the page")).to_be_visible()

    yield Scene("sign page, refused", "reviewer", address("sign", review), found_meanwhile, refused=True)
    f.sign(review, cast.reviewer)
    yield Scene("sign page, signed", "reviewer", address("sign", review))
    yield Scene("record, not yet approved", "reviewer", address("record", review), _unfolded)


def alerted(cast: SimpleNamespace) -> Iterator[Scene]:
    """A source of live pages was retracted: the list, one alert in each of its dresses, and where it is used."""
    here, used = reverse("desk:alerts"), reverse("desk:used_by")
    yield Scene("alerts, none", "editor", here)
    yield Scene("used by, nothing asked", "editor", used)
    source = f.source(title=LONG_TITLE)
    f.source(title="Insomnia in older adults")
    pages = [
        f.published(cast.writer, cast.reviewer, cast.editor, citations=[source], title=title)
        for title in (LONG_TITLE, "Sleep and age")
    ]
    change = retract(source)
    source_alerts.raise_for(change.pk)
    while jobs.run_due():
        pass
    first, second = Alert.objects.order_by("pk")
    Alert.objects.filter(pk=second.pk).update(due_at=timezone.now() - dt.timedelta(hours=3))
    source_alerts.take(second, by=cast.reviewer)
    yield Scene("alerts", "editor", here)
    yield Scene("alerts narrowed to nothing", "reviewer", f"{here}?kind=gone")
    yield Scene("no such alerts", "reviewer", f"{here}?kind=nonsense", refused=True)
    one = reverse("desk:alert", args=[first.pk])
    yield Scene("alert", "editor", one, _unfolded)
    yield Scene("alert as its reviewer, overdue", "reviewer", reverse("desk:alert", args=[second.pk]))
    yield Scene("alert as a writer", "writer", one)
    yield Scene("alert, refused", "editor", one, _let_it_stand, refused=True)
    yield Scene("used by, a source", "editor", f"{used}?source={source.pk}")
    yield Scene("used by, several sources", "editor", f"{used}?source=insomnia")
    yield Scene("used by, a claim that nobody makes", "editor", f"{used}?claim=running+most+days")
    notices.post(first, by=cast.editor, text=notices.proposed(first))
    yield Scene("a page with a notice", "editor", reverse("public:article", args=[pages[0].slug]))
    source_alerts.decide(first, by=cast.editor, decision="taken_down", reason="Its only trial was made up.")
    yield Scene("alert, decided", "editor", one)
    yield Scene("alerts, decided", "editor", f"{here}?show=decided")


def _let_it_stand(page: Page) -> None:
    page.get_by_label("The page stands as it is").check()
    page.get_by_label("Reason").fill("We believe it all the same.")
    page.get_by_role("button", name="Decide").click()
    expect(page.locator("#decide .error")).to_contain_text("on this source alone")


def operations(cast: SimpleNamespace) -> Iterator[Scene]:
    """What waits, runs and was given up; and the banner where nobody runs the jobs."""
    here, now = reverse("desk:operations"), timezone.now()
    yield Scene("operations of nothing", "editor", here)
    f.scheduled(cast.writer, cast.reviewer, cast.editor)
    told = "ConnectionRefusedError: [Errno 111] Connection refused while the mail server was asked for the third time"
    for n in range(3):
        Outbox.objects.create(
            job="announce", key=f"announce:90{n}", run_at=now, attempts=5, failed_at=now, last_error=told
        )
    Outbox.objects.create(job="announce", key="announce:910", run_at=now, attempts=2, last_error=told)
    soon = now + dt.timedelta(minutes=10)
    Outbox.objects.create(job="check_served", key="served:1", run_at=soon, leased_until=soon, attempts=1)
    schedule.enqueue_due()
    yield Scene("operations", "editor", here)
    yield Scene("operations, refused", "reviewer", here, refused=True)
    cache.set(signs.KEY, True, None)
    yield Scene("operations, nobody runs the jobs", "editor", here)
    yield Scene("queue, nobody runs the jobs", "reviewer", reverse("desk:queue"))
    yield Scene("live pages, nobody runs the jobs", "editor", reverse("desk:live"))
    cache.set(signs.KEY, False, None)


# --- What somebody does first -----------------------------------------------------------------------


def _unfolded(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((part) => (part.open = true))")


def _wrong_password(page: Page) -> None:
    page.get_by_label("User name").fill("rita")
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()


def _select(page: Page) -> None:
    for _ in range(4):
        page.keyboard.press("]")
    expect(page.get_by_role("toolbar")).to_be_visible()


def _keys(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


def _refuse(page: Page) -> None:
    page.locator("#add-claim summary").click()
    form = page.locator("#add-claim form")
    form.get_by_label("Words of the text").fill("Words that stand nowhere in this text.")
    form.get_by_role("button").click()
    expect(page.locator(".rejection")).to_contain_text("do not stand in the text")


def _sign(page: Page) -> None:
    page.get_by_label("Your interests").fill("None to declare.")
    page.get_by_label("Your password").fill(f.PASSWORD)
    page.get_by_role("button", name="Sign edition").click()


WORLDS: dict[str, World] = {
    "lists": lists, "mails": mails, "live": live, "door": door, "judged": judged, "apart": apart, "signing": signing,
    "alerted": alerted, "operations": operations,
}  # fmt: skip
