"""Article → Edition: the moment a draft becomes something that can be judged."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from articles.canonical import canonical, digest, digest_text
from articles.documents import Document, document
from articles.editing import draft_digest, latest_contribution
from articles.html import clean
from articles.models import Article, Edition, Source, record
from articles.sources.library import kept

SCHEMA = 1


class NotFrozen(ValueError):
    """A draft could not be frozen; the sentence says why."""


def freeze(article: Article, *, by: User) -> Edition:
    """Freeze the draft as the article's next edition.

    The edition holds everything a reader would see, source metadata included, as canonical JSON
    (RFC 8785) with its SHA-256. Raises `NotFrozen` for a draft without text, or one that was changed
    by something other than `articles.editing`, so that nobody stands for its words.
    """
    with transaction.atomic():
        locked = Article.objects.select_for_update().get(pk=article.pk)
        obstacle = unfrozen_because(locked)
        if obstacle:
            raise NotFrozen(obstacle)
        last = locked.editions.order_by("-number").first()
        number = last.number + 1 if last else 1
        content = payload(locked, number=number)
        text = canonical(content)
        return Edition.objects.create(
            article=locked,
            number=number,
            article_version=locked.version,
            title=locked.title,
            canonical=text,
            digest=digest_text(text),
            created_by=by,
        )


def unfrozen_because(article: Article) -> str:
    """A sentence saying why the draft cannot be frozen now; empty when it can."""
    draft = draft_document(article)
    if not draft.text[draft.body_start :].strip():
        return "There is no text yet."
    last = latest_contribution(article)
    if last is None or last.version != article.version or last.draft_digest != draft_digest(article):
        return (
            "This draft was changed outside the editor, so nobody stands for its words. "
            "Open it, read it and save it."
        )
    return ""


def payload(article: Article, *, number: int) -> dict[str, Any]:
    """The content of edition `number` if the draft were frozen now."""
    return {
        "schema": SCHEMA,
        "article": article.pk,
        "number": number,
        "slug": article.slug,
        "locale": article.locale,
        "title": article.title,
        "summary": article.summary,
        "body": clean(article.body),
        "topics": [{"slug": t.slug, "name": t.name} for t in article.topics.order_by("slug")],
        "authors": [
            {"id": a.pk, "name": a.get_full_name() or a.get_username(), **_credentials(a)}
            for a in article.authors.select_related("byline").order_by("pk")
        ],
        "contributors": sorted(set(article.contributions.values_list("person", flat=True))),
        "interests": article.interests,
        "references": [
            {
                "number": number,
                "source": source.pk,
                "record": record(source),
                "digest": digest(record(source)),
            }
            for number, source in _cited(article)
        ],
        "correction": (
            {"kind": article.correction_kind, "text": article.correction_text}
            if article.correction_kind
            else None
        ),
    }


def _credentials(author: User) -> dict[str, str]:
    return {"credentials": author.byline.credentials} if hasattr(author, "byline") else {}


def _cited(article: Article) -> list[tuple[int, Source]]:
    """The draft's references in order; in place of a merged source, the one that was kept."""
    citations = article.citations.select_related("source__merged_into").order_by("number")
    return [(citation.number, kept(citation.source)) for citation in citations]


def edition_document(edition: Edition) -> Document:
    """The frozen text with its offsets; every anchor into an edition points here."""
    content = edition.content
    return document(
        title=content["title"],
        summary=content["summary"],
        body=content["body"],
        authors=tuple(author["name"] for author in content["authors"]),
        references=tuple(reference["number"] for reference in content["references"]),
    )


def draft_document(article: Article) -> Document:
    """The draft's text as it would be frozen now."""
    return document(
        title=article.title,
        summary=article.summary,
        body=article.body,
        authors=tuple(a.get_full_name() or a.get_username() for a in article.authors.all()),
        references=tuple(article.citations.values_list("number", flat=True)),
    )
