"""The search page. Any question, topic, day and page number get an answer; what makes no sense is said."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from articles.models import Topic
from articles.public.lists import used_topics
from articles.search import search
from articles.search.queries import MOST_LETTERS, MOST_WORDS
from articles.search.words import tidy


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """The form, and the results where something was asked."""
    typed = tidy(request.GET.get("q", "")).strip()[:MOST_LETTERS]
    topics = list(used_topics())
    misread: list[str] = []
    topic = _topic(request, topics, misread)
    reviewed_from = _day(request, misread)
    context: dict[str, Any] = {
        "typed": typed,
        "topics": topics,
        "topic": topic,
        "reviewed_from": reviewed_from,
        "misread": misread,
        "section": "search",
        "most_words": MOST_WORDS,
    }
    if typed:
        found = search(
            request.GET["q"], topic=topic, reviewed_from=reviewed_from, page=request.GET.get("page", 1)
        )
        filters = {
            **({"topic": topic.slug} if topic else {}),
            **({"from": reviewed_from.isoformat()} if reviewed_from else {}),
        }
        context |= {
            "results": found,
            "asked": urlencode({"q": typed, **filters}),
            "instead": urlencode({"q": found.did_you_mean, **filters}),
            "anywhere": urlencode({"q": typed}) if filters else "",
        }
    return render(request, "articles/search.html", context)


def _topic(request: HttpRequest, topics: list[Topic], misread: list[str]) -> Topic | None:
    slug = request.GET.get("topic", "")
    topic = next((one for one in topics if one.slug == slug), None)
    if slug and topic is None:
        misread.append("There are no articles under that topic, so all topics were searched.")
    return topic


def _day(request: HttpRequest, misread: list[str]) -> dt.date | None:
    written = request.GET.get("from", "").strip()
    try:
        return dt.date.fromisoformat(written) if written else None
    except ValueError:
        misread.append(
            "The day for “Reviewed since” could not be read, so reviews of any date were searched. "
            "Write it like 2026-11-30."
        )
        return None
