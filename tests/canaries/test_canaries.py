"""A word of its own in everything that nobody has published: no reader ever finds one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from articles import publishing
from articles.editing import save_draft
from articles.models import Article, Notice, Publication, Series, SeriesPart, Topic
from articles.outbox import enqueue
from reviews import jobs, judging, workflow
from reviews.models import Alert, Message, Reviewer
from tests import factories as f
from tests.crawler import Crawler, Visit, public_routes

QUERIES = (
    "preview=1", "edition=1", "edition=2", "version=1&draft=1", "format=json", "before=99999999", "status=draft",
    "include=draft,editions&expand=all&fields=*", "page=2", "language=en", "cursor=x&limit=1000&offset=0",
)  # fmt: skip
ASKING = ("q", "search", "topic", "reviewer", "title", "ordering", "article", "slug")
"""Names of parameters that may search for something."""
SHOWS_THE_PAST = ("/history/",)
"""Where readers see what a page that was public said before: on purpose."""
NO_PAGE_OF_THEIR_OWN: set[str] = set()
"""Names of addresses that answer 200 to nobody who only looks around."""


class Canaries:
    """The words that were planted. `word("title")` makes one that is found nowhere else."""

    def __init__(self) -> None:
        self.planted: dict[str, str] = {}

    def word(self, where: str) -> str:
        made = f"zq{where.replace('_', '')}kx"
        assert made not in self.planted, "each word once"
        self.planted[made] = where
        return made

    def draft(self, where: str) -> dict[str, str]:
        """Fields of a draft with a word in each of its texts."""
        word = lambda name: self.word(f"{where}_{name}")  # noqa: E731
        return {
            "title": f"Walking {word('title')}",
            "slug": word("slug"),
            "summary": f"What a walk does: {word('summary')}.",
            "body": f"{f.BODY}<p>Speak to {word('body')} first.</p>",
            "interests": f"Paid by {word('interests')}.",
            "correction_kind": Article.Correction.UPDATE,
            "correction_text": f"Put right: {word('correction')}.",
        }

    def in_text(self, text: str) -> set[str]:
        text = text.lower()
        return {word for word in self.planted if word in text} if "zq" in text else set()


@pytest.fixture
def canaries() -> Canaries:
    return Canaries()


@pytest.fixture
def site(cast: SimpleNamespace, canaries: Canaries, caplog: pytest.LogCaptureFixture) -> SimpleNamespace:
    """Live pages, and beside them everything that is none, each with its words."""
    caplog.set_level(logging.ERROR, logger="django.request")  # most of what is asked for is not there
    word, by = canaries.word, cast.writer
    live = f.published(by, cast.reviewer, cast.editor, title="Walking eases", topics=[f.topic("sleep")])
    f.published(cast.colleague, cast.second, cast.editor, title="Somebody else's walk")

    # A draft, with a topic and a source that nothing else has.
    hidden = Topic.objects.create(
        name=word("topic_name"), slug=word("topic_slug"), description=word("topic_about")
    )
    source = f.source(
        title=f"A trial of {word('source_title')}",
        authors=word("source_authors"),
        container=word("source_journal"),
        url=f"https://{word('source_url')}.example.org/",
    )
    drafted = f.draft(by, topics=[hidden], citations=[source], **canaries.draft("draft"))
    # A series of which one part is live and one is not; and one of which none is.
    series = Series.objects.create(name="A series", slug="a-series")
    SeriesPart.objects.create(series=series, article=drafted, place=1)
    SeriesPart.objects.create(series=series, article=live.article, place=2)
    Series.objects.create(
        name=word("series_name"), slug=word("series_slug"), description=word("series_about")
    )
    # The next version of a live page, being written; and one in review, with all that is said there.
    save_draft(live.article, by=by, version=live.article.version, **canaries.draft("redraft"))
    in_review(cast, canaries)
    f.scheduled(by, cast.reviewer, cast.editor, **canaries.draft("scheduled"))
    f.signed(by, cast.reviewer, **canaries.draft("signed"))
    declined = f.submitted(by, **canaries.draft("declined"))
    workflow.decline(declined, by=cast.reviewer, reason=word("declined_reason"))

    published_after_changes(cast, canaries)
    taken_down(cast, canaries)

    # People, and the machinery.
    Reviewer.objects.filter(slug="rita").update(biography=f"Also of {word('new_biography')}.")
    unheard = f.reviewer(
        word("unheard_slug"), name=f"Una {word('unheard_name')}", biography=word("unheard_biography")
    )
    User.objects.filter(pk=by.pk).update(email=f"{word('mail_address')}@example.org")
    while jobs.run_due():
        pass
    Message.objects.update(text=word("mail_text"), line=word("mail_line"), subject=word("mail_subject"))
    enqueue("publish_scheduled", key=word("outbox_key"), payload={"review": 0, "x": word("outbox_payload")})
    Alert.objects.create(
        kind=Alert.Kind.CHANGED, article=live.article, publication=live, sentence=word("alert"),
        opened_at=timezone.now(), due_at=f.tomorrow(),
    )  # fmt: skip
    publishing.tell_readers(live, by=cast.editor, text="Something changed.", kind=Notice.Kind.UPDATE)
    return SimpleNamespace(live=live, unheard=unheard)


def in_review(cast: SimpleNamespace, canaries: Canaries) -> None:
    """A review with a word in everything that people write there, and an edition that came before."""
    word = canaries.word
    review = f.submitted(cast.writer, **canaries.draft("first_edition"))
    judging.add_finding(review, by=cast.reviewer, message=word("finding"), severity="resolve")
    judging.comment(review, by=cast.reviewer, text=word("comment"))
    judging.declare_conflict(review, by=cast.second, text=word("conflict"))
    claim = review.claims.order_by("pk")[0]
    source = f.Source.objects.get(pk=review.edition.content["references"][0]["source"])
    f.check(claim, cast.reviewer, source, note=word("note"), passage=word("passage"), locator=word("locator"))
    workflow.request_changes(review, by=cast.reviewer, reason=word("changes_reason"))
    fields = canaries.draft("second_edition")
    save_draft(review.article, by=cast.writer, version=review.article.version, **fields)
    workflow.resubmit(review, by=cast.writer)


def published_after_changes(cast: SimpleNamespace, canaries: Canaries) -> Publication:
    """A live page whose review had an edition that was sent back, and notes that nobody publishes."""
    word = canaries.word
    review = f.submitted(
        cast.writer, title="Published after changes", body=f"{f.BODY}<p>Not {word('sent_back')}.</p>"
    )
    workflow.request_changes(review, by=cast.reviewer, reason=word("sent_back_reason"))
    save_draft(review.article, by=cast.writer, version=review.article.version, body=f.BODY)
    workflow.resubmit(review, by=cast.writer)
    judging.comment(review, by=cast.reviewer, text=word("comment_before"))
    source = f.Source.objects.get(pk=review.edition.content["references"][0]["source"])
    for number, claim in enumerate(review.claims.all()):
        f.check(
            claim, cast.reviewer, source, note=word(f"note_{number}x"), passage=word(f"passage_{number}x")
        )
    f.judge(review, cast.reviewer)
    f.sign(review, cast.reviewer)
    return workflow.publish(review, by=cast.editor)


def taken_down(cast: SimpleNamespace, canaries: Canaries) -> None:
    """What was public once: readers may know that, and why it is not, but have none of its text."""
    word = canaries.word
    for name in ("withdraw", "retract"):
        page = f.published(
            cast.writer, cast.reviewer, cast.editor, title=f"A page to {name}", summary=word(f"{name}_summary"),
            body=f"{f.BODY}<p>Speak to {word(f'{name}_body')}.</p>", interests=word(f"{name}_interests"),
            topics=[f.topic("sleep")],
        )  # fmt: skip
        getattr(workflow, name)(page.article, by=cast.lead, reason="An error in the second section.")
    page = f.published(
        cast.writer, cast.reviewer, cast.editor, title="Superseded",
        body=f"{f.BODY}<p>Speak to {word('superseded')} first.</p>", summary=word("superseded_summary"),
    )  # fmt: skip
    article = save_draft(
        page.article, by=cast.writer, version=page.article.version, body=f.BODY, summary="Newer."
    )
    review = workflow.submit(article, by=cast.writer)
    f.judge(review, cast.reviewer)
    f.sign(review, cast.reviewer)
    workflow.publish(review, by=cast.editor)


def slugs(canaries: Canaries) -> list[str]:
    """All that an address may be made of: what is live, and what is not."""
    known = {*Article.objects.values_list("slug", flat=True), *Topic.objects.values_list("slug", flat=True)}
    known |= {*Series.objects.values_list("slug", flat=True)}
    known |= {
        *Publication.objects.values_list("slug", flat=True),
        *Reviewer.objects.values_list("slug", flat=True),
    }
    return sorted(known | {word for word, where in canaries.planted.items() if where.endswith("slug")})


def leaks(crawler: Crawler, visit: Visit, canaries: Canaries) -> list[str]:
    """What a visit gives away. A word that was asked for may be said back, but only as any other word is."""
    found = canaries.in_text(visit.text) | canaries.in_text(visit.headers)
    asked = canaries.in_text(visit.url)
    if visit.url.startswith("/articles/") and any(part in visit.url for part in SHOWS_THE_PAST):
        found -= {word for word, where in canaries.planted.items() if where.startswith("superseded")}
    said = [f"{visit.url} ({visit.status}) has the {canaries.planted[word]}" for word in found - asked]
    for word in asked:
        other = "zj" + word[2:-2][::-1] + "kw"
        twin = crawler.ask(visit.url.replace(word, other))
        if (visit.status, visit.text.count(word)) != (twin.status, twin.text.count(other)):
            said.append(f"{visit.url} ({visit.status}) knows the {canaries.planted[word]}")
    return said


VIEWERS: dict[str, Callable[[SimpleNamespace], User | None]] = {
    "anonymous": lambda cast: None,
    "writer of another article": lambda cast: cast.colleague,
    "signed in without a role": lambda cast: cast.outsider,
}


def test_nobody_finds_what_is_not_published(
    cast: SimpleNamespace, canaries: Canaries, site: SimpleNamespace
) -> None:
    assert len(canaries.planted) > 80
    for who, person in VIEWERS.items():
        client, signed_in = Client(), person(cast)
        if signed_in:
            client.force_login(signed_in)
        crawler = Crawler(client, slugs(canaries))
        visits = crawler.crawl(queries=QUERIES[:1] if signed_in else QUERIES)
        crawler.check_it_was_thorough(least=30 * len({*public_routes()}), not_there=NO_PAGE_OF_THEIR_OWN)
        lists = {v.url.partition("?")[0] for v in visits if v.status == 200 and "/articles/" not in v.url}
        asked = [
            crawler.ask(f"{url}?{name}={word}")
            for url in lists
            for number, word in enumerate(canaries.planted)
            for name in (ASKING[:1] if signed_in or number % 8 else ASKING)
        ]
        found = [leak for visit in [*visits, *asked] for leak in leaks(crawler, visit, canaries)]
        assert found == [], who


def test_a_leak_would_be_found(cast: SimpleNamespace, canaries: Canaries, site: SimpleNamespace) -> None:
    """The same crawl, where a published page holds a word of a draft."""
    body = f"{f.BODY}<p>Speak to {next(w for w, at in canaries.planted.items() if at == 'comment')}.</p>"
    page = f.published(cast.writer, cast.reviewer, cast.editor, title="Careless", body=body)
    crawler = Crawler(Client(), [page.slug])
    found = [leak for visit in crawler.crawl() for leak in leaks(crawler, visit, canaries)]
    assert f"/articles/{page.slug}/ (200) has the comment" in found
