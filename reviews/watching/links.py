"""Web sources: whether the address still answers, where it leads, and whether the text is what was read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from lxml import etree
from lxml import html as lxml_html

from articles.models import Source
from articles.outbox import enqueue, enqueue_many
from articles.sources.fetching import Fetched, NotFetched, fetch
from articles.sources.library import UNIQUE
from reviews.models import Alert, LinkCheck
from reviews.watching import alerts, using

LIKE = 0.5
"""Below this likeness to the stored copy (0 to 1) a page says something else than it did."""
NIGHTS_GONE = 2
"""So many times in a row a page must not be there before it is called gone; one 410 is enough."""
NIGHTS_SILENT = 14
"""So many times in a row a site must not answer at all before its pages are called gone."""
LONGEST = 400_000
"""Characters of a page that are kept and compared."""
_SHINGLE = 4
_CHROME = ("script", "style", "noscript", "template", "nav", "header", "footer", "aside", "form", "svg")
_KINDS: dict[str, Alert.Kind] = {
    LinkCheck.Outcome.GONE: Alert.Kind.GONE,
    LinkCheck.Outcome.CHANGED: Alert.Kind.CHANGED,
}
_BLOCKED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)

Outcome = LinkCheck.Outcome


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look at an address found, before it is written down."""

    outcome: LinkCheck.Outcome
    problem: str = ""
    silent: bool = field(default=False, kw_only=True)
    """The site did not answer at all."""
    status: int | None = None
    final_url: str = ""
    likeness: float | None = None
    text: str = ""
    etag: str = ""
    last_modified: str = ""


def check(source: int) -> LinkCheck | None:
    """Look at a web source (its primary key) that may have lost its address since it was promised."""
    found = Source.objects.get(pk=source)
    return check_link(found) if found.url and settings.ASK_REGISTRIES else None


def check_link(source: Source) -> LinkCheck:
    """Fetch the address of a source, hold it against the stored copy and write down what was found.

    The first text that is read becomes the copy. It stays when the page changes, until the alerts about the
    change are decided: then somebody has read the page, and what is read next is the copy. A bad night does
    not take back what was found before. Nothing is held in the database while the page is fetched.
    """
    before = LinkCheck.objects.filter(source=source, url=source.url).first()
    seen = look(source.url, before)
    with transaction.atomic():
        Source.objects.select_for_update(no_key=True).get(pk=source.pk)
        check = LinkCheck.objects.filter(source=source).first() or LinkCheck(source=source)
        if check.url != source.url:
            check.copy, check.copy_at, check.failures, check.outcome = "", None, 0, ""
        was, check.at = check.outcome, timezone.now()
        check.failures = _failures(check, seen)
        outcome, problem = _settled(seen, check.failures)
        if outcome == Outcome.CHANGED and _was_decided(check):
            outcome, problem, check.copy = Outcome.OK, "", ""
        if outcome != Outcome.UNKNOWN or was not in (Outcome.GONE, Outcome.CHANGED):
            check.outcome, check.problem = outcome, problem
        check.url, check.http_status, check.final_url = source.url, seen.status, seen.final_url
        check.likeness = seen.likeness
        if seen.text and not check.copy:
            check.copy, check.copy_at = seen.text, check.at
        if seen.text:
            check.etag, check.last_modified = seen.etag, seen.last_modified
        check.save()
        if check.outcome in (Outcome.GONE, Outcome.CHANGED) and check.outcome != was:
            enqueue(
                "raise_link_alerts",
                key=f"link_alerts:{source.pk}:{check.outcome}:{check.at.isoformat()}",
                payload={"source": source.pk, "outcome": check.outcome},
            )
    return check


def _failures(check: LinkCheck, seen: Seen) -> int:
    """How many times in a row it was this that went wrong: no page, or no answer at all."""
    if seen.outcome != Outcome.GONE and not seen.silent:
        return 0
    same = (check.http_status is None) == seen.silent
    return check.failures + 1 if same else 1


def _was_decided(check: LinkCheck) -> bool:
    """Whether there were alerts about a change of the stored copy, and none is open any more."""
    if check.copy_at is None:
        return False
    raised = Alert.objects.filter(
        source=check.source_id, kind=Alert.Kind.CHANGED, opened_at__gte=check.copy_at
    )
    return raised.exists() and not raised.filter(decision=Alert.Decision.OPEN).exists()


def raise_alerts(*, source: int, outcome: str) -> None:
    """Promise a job for each live page that cites a web source which is gone, or says something else."""
    check = LinkCheck.objects.select_related("source").filter(source=source, outcome=outcome).first()
    if check is None:
        return  # it is well again
    pages = using.live_pages_using(source=check.source).order_by("pk").values_list("article", flat=True)
    enqueue_many(
        "open_link_alert",
        (
            (
                f"link_alert:{source}:{outcome}:{check.at.isoformat()}:{article}",
                {"source": source, "outcome": outcome, "article": article},
            )
            for article in pages
        ),
    )


def open_alert(*, source: int, outcome: str, article: int) -> None:
    """Open the alert about a web source on one live page, unless its address is well again by now."""
    check = LinkCheck.objects.select_related("source").filter(source=source, outcome=outcome).first()
    if check is None:
        return
    turn = "is not there any more" if outcome == Outcome.GONE else "says something else than it did"
    sentence = f"The web source “{check.source.title}” {turn}. {check.problem}".strip()
    alerts.open_for(article, kind=_KINDS[outcome], sentence=sentence, source=check.source)


def promise_checks(sources: QuerySet[Source]) -> int:
    """Promise that the addresses of web sources are looked at today; returns how many.

    A work with a DOI or a number in a registry is watched there: its address is one of many.
    """
    if not settings.ASK_REGISTRIES:
        return 0
    unnumbered = dict.fromkeys(UNIQUE, "")
    wanted = sources.filter(**unnumbered, merged_into=None).exclude(url="").order_by()
    today = timezone.localdate().isoformat()
    return enqueue_many(
        "check_link",
        (
            (f"check_link:{pk}:{today}", {"source": pk})
            for pk in wanted.values_list("pk", flat=True).iterator()
        ),
    )


def look(url: str, before: LinkCheck | None) -> Seen:
    """One look at an address, compared with the copy of an earlier one."""
    fresh = before is not None and before.outcome in (Outcome.OK, Outcome.MOVED) and before.copy
    try:
        page = fetch(
            url,
            etag=before.etag if before and fresh else "",
            last_modified=before.last_modified if before and fresh else "",
        )
    except NotFetched as refusal:
        return Seen(Outcome.UNKNOWN, str(refusal), silent=refusal.code in ("timeout", "unreachable"))
    if page.status == HTTPStatus.NOT_MODIFIED and before:
        return Seen(
            Outcome(before.outcome), status=page.status, final_url=page.final_url, likeness=before.likeness
        )
    if page.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return Seen(
            Outcome.GONE,
            f"The site answers {page.status}: the page is not there.",
            page.status,
            page.final_url,
        )
    if not 200 <= page.status < 300:
        why = "does not let us in" if page.status in _BLOCKED else "is in trouble"
        return Seen(
            Outcome.UNKNOWN, f"The site {why}: it answers {page.status}.", page.status, page.final_url
        )
    return _compared(page, before)


def _compared(page: Fetched, before: LinkCheck | None) -> Seen:
    text = text_of(page)
    copy = before.copy if before else ""
    alike = likeness(copy, text) if copy and text else None
    if copy and not text:
        outcome, problem = Outcome.CHANGED, "The page has no text any more."
    elif alike is not None and alike < LIKE:
        outcome, problem = Outcome.CHANGED, f"{alike:.0%} of its text is as it was."
    elif moved(page.url, page.final_url):
        outcome, problem = Outcome.MOVED, f"It leads to {page.final_url}."
    else:
        outcome, problem = Outcome.OK, ""
    return Seen(
        outcome, problem, page.status, page.final_url, alike, text, page.etag[:300], page.last_modified[:100]
    )


def _settled(seen: Seen, failures: int) -> tuple[LinkCheck.Outcome, str]:
    """What is said after so many failures in a row: one bad night is no verdict."""
    if seen.outcome == Outcome.GONE and seen.status != HTTPStatus.GONE and failures < NIGHTS_GONE:
        return Outcome.UNKNOWN, seen.problem
    if seen.silent and failures >= NIGHTS_SILENT:
        return Outcome.GONE, f"The site has not answered {failures} times in a row. {seen.problem}"
    return seen.outcome, seen.problem


def text_of(page: Fetched) -> str:
    """The readable text of an HTML or plain page, without menus and scripts; '' for anything else."""
    if page.content_type.startswith("text/plain"):
        return _short(page.text)
    if page.content_type not in ("text/html", "application/xhtml+xml") or not page.text.strip():
        return ""
    try:
        root = lxml_html.document_fromstring(page.text.encode("utf-8"), parser=_parser())
    except (etree.LxmlError, ValueError):
        return ""
    etree.strip_elements(root, *_CHROME, with_tail=False)
    return _short(" ".join(str(piece) for piece in root.itertext()))


def _parser() -> lxml_html.HTMLParser:
    return lxml_html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)


def _short(text: str) -> str:
    return " ".join(text.replace("\x00", " ").split())[:LONGEST]


def likeness(one: str, two: str) -> float:
    """How much of two texts is the same, 0 to 1: the share of runs of four words that both have (Jaccard)."""
    first, second = set(_shingles(one)), set(_shingles(two))
    return len(first & second) / len(first | second) if first or second else 1.0


def _shingles(text: str) -> Iterator[str]:
    words = re.findall(r"\w+", text.casefold())
    for place in range(max(1, len(words) - _SHINGLE + 1)):
        yield " ".join(words[place : place + _SHINGLE])


def moved(asked: str, led_to: str) -> bool:
    """Whether an address leads to another page; http or https, “www.” and a last slash make no difference."""
    return _place(asked) != _place(led_to)


def _place(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    return ((parts.hostname or "").removeprefix("www."), parts.path.rstrip("/"), parts.query)
