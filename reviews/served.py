"""After publishing: the page is fetched as a reader would, and each of its disclaimers proven there."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from articles.canonical import digest_text
from articles.models import Article, Publication
from articles.outbox import enqueue
from articles.public.asking import ask
from reviews import audit, workflow
from reviews.models import Disclaimer, ServedCheck
from reviews.proving import problems_in

TIME_LIMIT = 10
"""Seconds for fetching one page."""
LONGEST = 5_000_000
"""Bytes of a page that are read."""
BATCH = 200
"""Pages whose check one job promises."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of a live page, and what was wrong with it; not yet written down."""

    publication: int
    article: int
    edition_digest: str
    problems: list[str]
    html_digest: str


def check_page(publication: int) -> ServedCheck | None:
    """Fetch a live page and record whether its disclaimers are seen; None where it is not live any more.

    Problems are announced to the managing editors. Raises `OSError` when the site cannot be reached.
    """
    look = look_at(publication)
    return write_down(look) if look else None


def look_at(publication: int) -> Look | None:
    """Fetch a live page and look for its disclaimers; None where it is not live. Writes nothing.

    Raises `OSError` when the site cannot be reached.
    """
    page = (
        Publication.objects.filter(pk=publication, status=Publication.Status.LIVE)
        .select_related("edition", "article")
        .first()
    )
    if page is None:
        return None
    status, html = fetch(reverse("public:article", args=[page.slug]))
    problems = (
        problems_in(
            html,
            disclaimers=page.attestation["disclaimers"],
            body=page.edition.content["body"],
            names=dict(Disclaimer.objects.values_list("key", "name")),
        )
        if status == HTTPStatus.OK
        else [f"The page could not be read: the site answered {status}."]
    )
    return Look(page.pk, page.article_id, page.edition.digest, problems, digest_text(html))


def write_down(look: Look) -> ServedCheck | None:
    """Record what was seen and announce its problems; None where the page is not live any more."""
    with transaction.atomic():
        article = Article.objects.select_for_update().get(pk=look.article)
        if not Publication.objects.filter(pk=look.publication, status=Publication.Status.LIVE).exists():
            return None  # it came down while it was fetched: what was read may be another page
        check = ServedCheck.objects.create(
            publication_id=look.publication, problems=look.problems, html_digest=look.html_digest
        )
        if look.problems:
            workflow.announce(
                audit.record(
                    "disclaimer_unseen",
                    by=None,
                    article=article,
                    after=look.edition_digest,
                    reason=" ".join(look.problems),
                    facts={"publication": look.publication, "check": check.pk},
                )
            )
    return check


def promise_checks(*, on: str, after: int = 0) -> None:
    """Promise a check of every live page behind `after`, `BATCH` of them by each job. `on` is an ISO date."""
    live = Publication.objects.filter(status=Publication.Status.LIVE, pk__gt=after).order_by("pk")
    pages = list(live.values_list("pk", flat=True)[:BATCH])
    with transaction.atomic():
        for page in pages:
            enqueue("check_served", key=f"served:{page}:{on}", payload={"publication": page})
        if len(pages) == BATCH:
            again = {"on": on, "after": pages[-1]}
            enqueue("check_all_served", key=f"served:{on}:after:{pages[-1]}", payload=again)


def unseen_on(publications: Iterable[int]) -> dict[int, list[str]]:
    """What the newest check of each page found wrong, by publication; pages without problems are left out."""
    checks = ServedCheck.objects.filter(publication__in=publications).order_by("pk")
    newest = dict(checks.values_list("publication", "problems"))
    return {page: problems for page, problems in newest.items() if problems}


def fetch(path: str) -> tuple[int, str]:
    """The status and the HTML with which the site answers a reader.

    Over HTTP where PUBLIC_BASE_URL is set, otherwise through the whole of this process's site, middleware
    and all. Raises `OSError` when nobody answers in time.
    """
    if settings.PUBLIC_BASE_URL:
        return _over_http(settings.PUBLIC_BASE_URL + path)
    answer = ask(path)
    return answer.status, answer.body.decode("utf-8", "replace")


def _over_http(address: str) -> tuple[int, str]:
    # The settings let nothing but http and https through.
    request = urllib.request.Request(address, headers={"Accept": "text/html"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=TIME_LIMIT) as answer:  # noqa: S310
            return int(answer.status), answer.read(LONGEST).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        with error:
            return int(error.code), error.read(LONGEST).decode("utf-8", "replace")
    except http.client.HTTPException as error:  # cut short, or no HTTP at all
        raise OSError(f"the answer could not be read ({type(error).__name__})") from error
