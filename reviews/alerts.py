"""Live pages that carry old words of a disclaimer: finding them, and having them reviewed again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from articles.models import Article, Publication
from articles.outbox import enqueue
from reviews import workflow
from reviews.models import Disclaimer
from reviews.policy import Policy, current_policy
from reviews.refusals import Refused

BATCH = 500
"""Pages looked at in one job, so that none takes long however many are live."""
_LIVE = Publication.Status.LIVE


@dataclass(frozen=True, slots=True)
class LivePage:
    """What of a live publication says which disclaimers its readers see."""

    pk: int
    article: int
    slug: str
    title: str
    locale: str
    disclaimers: list[dict[str, Any]]


def live_pages(*, after: int = 0, most: int | None = None) -> Iterator[LivePage]:
    """The live publications in order of their keys, beginning behind `after`."""
    columns = ("pk", "article_id", "slug", "title", "locale", "attestation__disclaimers")
    rows = Publication.objects.filter(status=_LIVE, pk__gt=after).order_by("pk").values_list(*columns)
    for pk, article, slug, title, locale, shown in rows[:most] if most else rows.iterator(chunk_size=2000):
        yield LivePage(pk, article, slug, title, locale, shown or [])


def old_words_on(page: LivePage, policy: Policy, keys: Collection[str] | None = None) -> list[str]:
    """Keys (of `keys`, or of any) of the disclaimers that stand on a page with other words than in force.

    What the policy dropped has no newer words.
    """
    found = []
    for shown in page.disclaimers:
        if keys is None or shown["key"] in keys:
            words = policy.words_for(shown["key"], page.locale)
            if words is not None and words.text != shown["text"]:
                found.append(shown["key"])
    return found


def pages_with_old_words(policy: Policy, keys: Collection[str] | None = None) -> Mapping[str, list[LivePage]]:
    """Every live page that carries old words, by the key of the disclaimer."""
    found: dict[str, list[LivePage]] = {}
    for page in live_pages():
        for key in old_words_on(page, policy, keys):
            found.setdefault(key, []).append(page)
    return found


def find_old_words(*, policy: int, keys: Collection[str], after: int) -> None:
    """Promise a review of each live page that carries old words of `keys`; a batch at a time.

    `policy` is the number of the policy that brought the new words, `after` where the last batch ended.
    """
    with transaction.atomic():
        pages = list(live_pages(after=after, most=BATCH))
        now = current_policy()
        for page in pages:
            if old_words_on(page, now, keys):
                enqueue(
                    "open_for_old_words",
                    key=f"old_words:{policy}:article:{page.article}",
                    payload={"article": page.article, "keys": list(keys)},
                )
        if len(pages) == BATCH:
            last = pages[-1].pk
            enqueue(
                "find_old_words",
                key=f"old_words:{policy}:{last}",
                payload={"policy": policy, "keys": list(keys), "after": last},
            )


def open_for_old_words(*, article: int, keys: Collection[str]) -> None:
    """Open a review of an article's live page if it still carries old words of one of `keys`.

    Where a review is open, nothing is done: its gate asks for the new words.
    """
    page = Publication.objects.filter(article=article, status=_LIVE).values_list("pk", flat=True).first()
    if page is None:
        return
    found = next(live_pages(after=page - 1, most=1), None)
    if found is None or found.pk != page:
        return  # it came down in this moment
    old = old_words_on(found, current_policy(), keys)
    if not old:
        return
    try:
        workflow.open_for_alert(Article.objects.get(pk=article), reason=sentence(old))
    except Refused as refusal:
        if refusal.codes != ("state",):
            raise


def sentence(keys: Iterable[str]) -> str:
    """What opened the review, for those who see it in the queue."""
    names = dict(Disclaimer.objects.filter(key__in=keys).values_list("key", "name"))
    told = [f"“{names.get(key, key)}”" for key in keys]
    if len(told) == 1:
        return f"The disclaimer {told[0]} has new words."
    return f"The disclaimers {', '.join(told[:-1])} and {told[-1]} have new words."
