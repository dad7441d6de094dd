"""What changed between two texts of an article, part by part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.utils.html import conditional_escape, format_html_join
from django.utils.safestring import SafeString, mark_safe
from reversion.models import Version

from articles.differences import marked
from articles.html import clean
from articles.models import Article, Source, Topic

Text = dict[str, SafeString]
"""An article's parts as clean HTML, by the name they have on the form."""


@dataclass(frozen=True, slots=True)
class Change:
    """One part that differs, and its marked text."""

    name: str
    marked: SafeString


def changes(before: Text, after: Text) -> list[Change]:
    """The parts in which `after` differs from `before`, in the order of the form."""
    return [
        Change(name, marked(before.get(name, SafeString("")), html))
        for name, html in after.items()
        if before.get(name, "") != html
    ]


def text_of(article: Article) -> Text:
    """The draft as it stands in the database."""
    return _text(
        {name: getattr(article, name) for name in _PLAIN} | {"body": article.body},
        topics=article.topics.all(),
        authors=article.authors.all(),
        citations=[(c.number, c.source) for c in article.citations.select_related("source")],
    )


def text_of_version(version: Version) -> Text:
    """The draft as one of its versions keeps it. What was deleted since is named as such."""
    then = version.field_dict
    cited = [
        (v.field_dict["number"], v.field_dict["source_id"])
        for v in version.revision.version_set.filter(
            content_type__model="citation", content_type__app_label="articles"
        )
        if v.field_dict["article_id"] == int(version.object_id)
    ]
    sources = Source.objects.in_bulk([source for _, source in cited])
    return _text(
        then,
        topics=Topic.objects.filter(pk__in=then.get("topics", [])),
        authors=User.objects.filter(pk__in=then.get("authors", [])),
        citations=sorted(((number, sources.get(pk)) for number, pk in cited), key=lambda pair: pair[0]),
    )


def text_of_form(values: dict[str, Any], citations: Iterable[tuple[int, Source | None]]) -> Text:
    """What somebody entered, saved or not; `values` are the cleaned fields of the article form."""
    return _text(
        values, topics=values.get("topics", ()), authors=values.get("authors", ()), citations=citations
    )


_PLAIN = {
    "title": "Title",
    "slug": "Address",
    "summary": "Summary",
    "interests": "Conflicts and funding",
    "locale": "Language",
    "correction_kind": "Kind of change",
    "correction_text": "Note to readers",
}


def _text(
    values: dict[str, Any],
    *,
    topics: Iterable[Topic],
    authors: Iterable[User],
    citations: Iterable[tuple[int, Source | None]],
) -> Text:
    plain = {name: _paragraphs(str(values.get(name) or "")) for name in _PLAIN}
    return {
        "Title": plain["title"],
        "Address": plain["slug"],
        "Summary": plain["summary"],
        "Text": mark_safe(clean(str(values.get("body") or ""))),  # noqa: S308
        "References": _items(
            f"{number}. {source or 'a source that was deleted since'}" for number, source in citations
        ),
        "Topics": _items(sorted(topic.name for topic in topics)),
        "Byline": _items(sorted(a.get_full_name() or a.get_username() for a in authors)),
        "Conflicts and funding": plain["interests"],
        "Language": plain["locale"],
        "Kind of change": plain["correction_kind"],
        "Note to readers": plain["correction_text"],
    }


def _paragraphs(text: str) -> SafeString:
    return format_html_join("", "<p>{}</p>", ((line,) for line in text.splitlines() if line.strip()))


def _items(lines: Iterable[str]) -> SafeString:
    items = format_html_join("", "<li>{}</li>", ((line,) for line in lines))
    return mark_safe(f"<ul>{conditional_escape(items)}</ul>") if items else SafeString("")  # noqa: S308
