"""The search page. Any question, topic, day and page number get an answer; what makes no sense is said."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from articles.public import frame
from articles.public.lists import LiveTopic, live_topics
from articles.search import search
from articles.search.queries import MOST_LETTERS, MOST_WORDS
from articles.search.words import tidy

_HEAD = """<meta name="description" content="Search our medically reviewed articles.">
<link rel="canonical" href="{}">"""


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """The form, and the results where something was asked."""
    typed = tidy(request.GET.get("q", "")).strip()[:MOST_LETTERS]
    topics = live_topics()
    misread: list[str] = []
    topic = _topic(request, topics, misread)
    reviewed_from = _day(request, misread)
    filters = {
        **({"topic": topic.slug} if topic else {}),
        **({"from": reviewed_from.isoformat()} if reviewed_from else {}),
    }
    context: dict[str, Any] = {
        "typed": typed,
        "topics": _options(tuple(topics), topic),
        "reviewed_from": reviewed_from,
        "misread": misread,
        "most_words": MOST_WORDS,
    }
    title, head = "Search", _HEAD.format(f"{settings.SITE_URL}{request.path}")
    if typed:
        found = search(
            request.GET["q"],
            topic=topic.pk if topic else None,
            reviewed_from=reviewed_from,
            page=request.GET.get("page", 1),
        )
        context |= {
            "results": found,
            "asked": urlencode({"q": typed, **filters}),
            "instead": urlencode({"q": found.did_you_mean, **filters}),
            "anywhere": urlencode({"q": typed}) if filters else "",
        }
        title = f"Search: {typed}" + (f", page {found.page.number}" if found.page.number > 1 else "")
        head = '<meta name="robots" content="noindex">'
    main = render_to_string("articles/search.html", context)
    return frame.send(request, title=title, head=head, main=main, section="search")


def _topic(request: HttpRequest, topics: list[LiveTopic], misread: list[str]) -> LiveTopic | None:
    slug = request.GET.get("topic", "")
    topic = next((one for one in topics if one.slug == slug), None)
    if slug and topic is None:
        misread.append("There are no articles under that topic, so all topics were searched.")
    return topic


@lru_cache(maxsize=64)
def _options(topics: tuple[LiveTopic, ...], chosen: LiveTopic | None) -> SafeString:
    """Everything that is shown is an argument, so what is kept can never be out of date."""
    selected = mark_safe(" selected")
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((one.slug, selected if one == chosen else "", one.name) for one in topics),
    )


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
