"""Keeping the index in step with what is live. Called by `articles.publishing`, in its transactions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import transaction
from django.template.loader import render_to_string

from articles.batches import batched
from articles.models import Publication, SearchEntry, SearchWord
from articles.search.engine import engine
from articles.search.indexing import Indexed, read

_BATCH = 500
_LIVE = Publication.Status.LIVE


def add(publication: Publication) -> None:
    """Let a live publication be found, in place of any other of its article. Twice is as good as once."""
    _add(publication)


def remove(publication: Publication) -> None:
    """Let a publication no longer be found. One that is not in the index stays so."""
    _remove([publication.pk])


def rebuild(*, progress: Callable[[int], None]) -> int:
    """Make the whole index anew from what is live, and return how many articles it holds.

    The site may go on meanwhile: each article is its own short transaction, and one that is taken down
    before its turn is left out. `progress` is told after each article how many are done.
    """
    words_before = set(SearchWord.objects.values_list("pk", flat=True))
    words: set[str] = set()
    done = 0
    live = Publication.objects.filter(status=_LIVE).order_by("pk")
    for key in list(live.values_list("pk", flat=True)):
        with transaction.atomic():
            publication = live.select_for_update(no_key=True).filter(pk=key).first()
            if publication is None:
                continue
            words |= _add(publication).vocabulary
        done += 1
        progress(done)
    _remove(list(SearchEntry.objects.exclude(publication__status=_LIVE).values_list("pk", flat=True)))
    for gone in batched(sorted(words_before - words), _BATCH):
        SearchWord.objects.filter(pk__in=gone).delete()
    return done


def _add(publication: Publication) -> Indexed:
    topics = list(publication.topics.order_by("pk").values_list("pk", flat=True))
    found = read(publication.edition.content, topics=topics)
    same_article = SearchEntry.objects.filter(publication__article=publication.article_id)
    _remove(list(same_article.exclude(pk=publication.pk).values_list("pk", flat=True)))
    reviewed_on = dt.date.fromisoformat(publication.attestation["reviewed_on"])
    line = {"signers": publication.attestation["signers"], "reviewed_on": reviewed_on}
    SearchEntry.objects.update_or_create(
        pk=publication.pk,
        defaults={
            "reviewed_on": reviewed_on,
            "text": found.text,
            "review_line": render_to_string("components/review_line.html", line).strip(),
        },
    )
    engine().put(publication.pk, found)
    # In one order, so that two who publish at once do not wait for one another's words.
    SearchWord.objects.bulk_create(
        (SearchWord(word=word) for word in sorted(found.vocabulary)), ignore_conflicts=True
    )
    return found


def _remove(publications: list[int]) -> None:
    if publications:
        engine().drop(publications)
        SearchEntry.objects.filter(pk__in=publications).delete()
