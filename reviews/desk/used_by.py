"""Where something is used: the live pages that cite a source, carry a disclaimer or make a claim."""

from __future__ import annotations

import csv
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from articles.models import Publication, PublishedReference, Source
from articles.posted import number_in
from articles.sources import library
from articles.sources.identifiers import Identifier, identify
from reviews.desk.access import DeskRequest, desk_view, problem
from reviews.desk.queue import page_of
from reviews.models import Disclaimer, Review
from reviews.watching import using

SOURCES_SHOWN = 20
SHORTEST_CLAIM = 8
"""Characters of a claim to look for; shorter words stand on nearly every page."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked: its kind, its words, and what was found about it."""

    kind: str
    """“source”, “disclaimer”, “claim”, or empty where nothing was asked."""
    words: str
    title: str = ""
    pages: QuerySet[Publication] | None = None
    source: Source | None = None
    sources: tuple[Source, ...] = ()
    """Several sources that these words may mean."""
    problem: str = ""


@desk_view("GET", "HEAD")
def used_by(request: DeskRequest) -> HttpResponse:
    """The live pages that `?source=`, `?disclaimer=` or `?claim=` asks for; as a file with `format=csv`."""
    asked = [(name, request.GET[name].strip()) for name in _KINDS if request.GET.get(name, "").strip()]
    if len(asked) > 1 or any("\x00" in words for _, words in asked):
        return problem(
            request, 400, "Ask about one source, one disclaimer or one claim.", back=reverse("desk:used_by")
        )
    question = _KINDS[asked[0][0]](asked[0][1]) if asked else Question("", "")
    if question.pages is not None and request.GET.get("format") == "csv":
        return _file(question)
    context: dict[str, object] = {
        "question": question,
        "disclaimers": Disclaimer.objects.order_by("name"),
        "here": "used_by",
    }
    if question.pages is not None:
        page = page_of(question.pages, request)
        numbers = _numbers(question, [row.pk for row in page])
        reviews = dict(
            Review.objects.filter(
                article__in=[row.article_id for row in page], status__in=Review.OPEN
            ).values_list("article", "pk")
        )
        query = request.GET.copy()
        query.pop("page", None)
        context |= {
            "page": page,
            "rows": [(row, numbers.get(row.pk, ""), reviews.get(row.article_id)) for row in page],
            "query": f"{query.urlencode()}&",
        }
    return render(request, "desk/used_by.html", context)


def _by_source(words: str) -> Question:
    found = _sources(words)
    if len(found) == 1:
        pages = using.live_pages_using(source=found[0])
        return Question("source", words, found[0].title, pages, source=found[0])
    if found:
        return Question("source", words, sources=tuple(found))
    return Question("source", words, problem="The library has no such source.")


def _sources(words: str) -> list[Source]:
    """By its number here, its DOI or PMID in any spelling, or words of its title.

    Of a merged one, as it was entered.
    """
    rows = Source.objects.select_related("merged_into")
    if words.isascii() and words.isdecimal():
        if by_number := list(rows.filter(pk=number_in(words))):
            return by_number
        by_pmid = library.known_by("pmid", words.lstrip("0"))
        return [by_pmid] if by_pmid else []
    if (named := identify(words)) and (exact := _known_by(named)):
        return [exact]
    return list(rows.filter(Q(title__icontains=words), merged_into=None).order_by("title")[:SOURCES_SHOWN])


def _known_by(named: Identifier) -> Source | None:
    one_work = named.kind in (*library.UNIQUE, "arxiv")
    return library.known_by(named.kind, named.value) if one_work else None


def _by_disclaimer(words: str) -> Question:
    found = Disclaimer.objects.filter(key=words).first()
    if found is None:
        return Question("disclaimer", words, problem="The policy never had such a disclaimer.")
    return Question("disclaimer", words, found.name, using.live_pages_using(disclaimer=words))


def _by_claim(words: str) -> Question:
    if len(words) < SHORTEST_CLAIM:
        return Question("claim", words, problem=f"Give at least {SHORTEST_CLAIM} characters of the claim.")
    return Question("claim", words, words, using.live_pages_using(claim=words))


_KINDS = {"source": _by_source, "disclaimer": _by_disclaimer, "claim": _by_claim}


def _numbers(question: Question, pages: list[int]) -> dict[int, str]:
    """Under which numbers each page lists the source that was asked about."""
    if question.source is None:
        return {}
    rows = PublishedReference.objects.filter(
        publication__in=pages, source__in=using.family(question.source)
    ).order_by("number")
    numbers: dict[int, str] = {}
    for page, number in rows.values_list("publication", "number"):
        numbers[page] = f"{numbers[page]}, {number}" if page in numbers else str(number)
    return numbers


def _file(question: Question) -> HttpResponse:
    """All the pages as comma-separated values (RFC 4180)."""
    assert question.pages is not None
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    day = timezone.localdate().isoformat()
    answer["Content-Disposition"] = f'attachment; filename="used-by-{question.kind}-{day}.csv"'
    writer = csv.writer(answer)
    writer.writerow(["Title", "Address", "Locale", "Published", "Next review due"])
    for page in question.pages:
        address = f"{settings.SITE_URL}{reverse('public:article', args=[page.slug])}"
        published = timezone.localdate(page.published_at).isoformat()
        writer.writerow(
            map(_cell, (page.title, address, page.locale, published, page.review_due.isoformat()))
        )
    return answer


def _cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
