"""The demo's topics and sources, and what its articles are made of."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User

from articles.editing import save_draft
from articles.importing import import_file
from articles.models import Article, Source, Topic
from articles.sources.library import pin

HERE = Path(__file__).parent
TOPICS = {
    "chronic-pain": ("Chronic pain", "Pain that lasts, and what helps people live with it."),
    "depression": ("Depression", "Low mood that does not lift, its treatments and what surrounds them."),
    "medicines": ("Medicines", "How medicines work, and what to ask before starting or stopping one."),
    "psychedelics": ("Psychedelics", "What is known, and what is not, about psychedelic drugs and health."),
}


@dataclass(frozen=True, slots=True)
class Library:
    """The shared sources by key, and what `sources.toml` says of each article by file stem."""

    sources: dict[str, Source]
    articles: dict[str, dict[str, Any]]


def library() -> Library:
    """Put the demo's topics and sources in place; those that are there already stay as they are."""
    for slug, (name, description) in TOPICS.items():
        Topic.objects.get_or_create(slug=slug, defaults={"name": name, "description": description})
    content = tomllib.loads((HERE / "sources.toml").read_text(encoding="utf-8"))
    sources = {}
    for entry in content["source"]:
        fields = {**entry, "authors": ", ".join(entry["authors"]), "standing": Source.Standing.NONE}
        key = fields.pop("key")
        sources[key], is_new = Source.objects.get_or_create(
            title=fields.pop("title"), year=fields.pop("year"), defaults=fields
        )
        if is_new:
            pin(sources[key], cause="entered")
    return Library(sources, content["articles"])


def draft(stem: str, books: Library, *, by: User) -> Article:
    """Import one sample article and give it what its text file cannot hold."""
    article = import_file(HERE / "articles" / f"{stem}.txt", by=by)
    about = books.articles[stem]
    return save_draft(
        article,
        by=by,
        version=article.version,
        summary=about["summary"],
        interests=about["interests"],
        topics=Topic.objects.filter(slug__in=about["topics"]),
        citations=[books.sources[key] for key in about["references"]],
    )
