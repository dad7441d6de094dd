"""The only way to write a draft: who wrote it is recorded, its history kept, nobody overwritten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypedDict, Unpack

import reversion
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.text import slugify
from reversion.models import Version

from articles.canonical import digest
from articles.html import clean
from articles.models import Article, Citation, Contribution, Publication, Source, Topic

TITLE_LENGTH = 200
SLUG_LENGTH = 80
SUMMARY_LENGTH = 600
BODY_LENGTH = 2_000_000


class OtherFields(TypedDict, total=False):
    """What a draft has beside title and body. `citations` are sources in order, or (number, source)."""

    slug: str
    locale: str
    summary: str
    interests: str
    correction_kind: str
    correction_text: str
    topics: Iterable[Topic]
    authors: Iterable[User]
    citations: Sequence[Source] | Sequence[tuple[int, Source]]


class DraftFields(OtherFields, total=False):
    """Everything that a draft is made of."""

    title: str
    body: str


_TEXT_FIELDS = (
    "title", "slug", "locale", "summary", "body", "interests", "correction_kind", "correction_text",
)  # fmt: skip


class NotSaved(ValueError):
    """A draft could not be saved; the sentence says why."""


class NotAllowed(NotSaved):
    """This person may not write."""


class SlugTaken(NotSaved):
    """Another article has this address."""


class Conflict(NotSaved):
    """Somebody saved a newer version meanwhile; `article` is what they saved. Nothing was written."""

    def __init__(self, article: Article) -> None:
        self.article = article
        last = latest_contribution(article)
        who = (last.person.get_full_name() or last.person.get_username()) if last else "Somebody"
        super().__init__(
            f"{who} saved this draft while you were writing (it is now version {article.version}). "
            "Nothing of yours is lost: compare the two texts, then save again."
        )


def latest_contribution(article: Article) -> Contribution | None:
    """Who saved the draft last, or None for a draft that no one stands for."""
    return article.contributions.select_related("person").order_by("-version").first()


def draft_digest(article: Article) -> str:
    """SHA-256 over all that makes up the draft today."""
    return digest(
        {
            **{name: getattr(article, name) for name in _TEXT_FIELDS},
            "topics": sorted(article.topics.values_list("slug", flat=True)),
            "authors": sorted(article.authors.values_list("pk", flat=True)),
            "citations": [[c.number, c.source_id] for c in article.citations.all()],
        }
    )


def create_article(
    *,
    by: User,
    title: str,
    body: str,
    action: Contribution.Action = Contribution.Action.CREATED,
    **fields: Unpack[OtherFields],
) -> Article:
    """Create a draft and credit `by` with it.

    The HTML is sanitised; the address is made from the title unless `slug` is given; `by` is the
    byline unless `authors` is given. Raises `NotAllowed`, `SlugTaken` or another `NotSaved` with a
    sentence.
    """
    title = " ".join(title.split())
    slug = fields.get("slug") or slug_for(title)
    fields.setdefault("authors", [by])
    with transaction.atomic(), reversion.create_revision():
        article = Article(title=title, slug=slug, version=0)
        draft: DraftFields = {**fields, "title": title, "slug": slug, "body": body}
        _write(article, by=by, action=action, fields=draft)
    return article


def save_draft(
    article: Article,
    *,
    by: User,
    version: int,
    action: Contribution.Action = Contribution.Action.SAVED,
    **fields: Unpack[DraftFields],
) -> Article:
    """Save `fields` onto a draft, provided it is still at `version`; the rest stays as it is.

    Credits `by` as a contributor, keeps the former text in the history and returns the article at its
    new version. What is live or signed does not change. Raises `Conflict` when somebody saved a newer
    version, `NotAllowed`, `SlugTaken` or another `NotSaved` with a sentence; then nothing was written.
    """
    with transaction.atomic(), reversion.create_revision():
        locked = Article.objects.select_for_update().get(pk=article.pk)
        if locked.version != version:
            raise Conflict(locked)
        _write(locked, by=by, action=action, fields=fields)
    return locked


def restore(article: Article, *, by: User, version: int, revision: Version) -> Article:
    """Bring the text of an earlier `revision` back as a new, unapproved version of the draft.

    Sources deleted since are left out. Raises as `save_draft` does, and `NotSaved` when the revision
    is of another article.
    """
    if revision.object_id != str(article.pk) or revision.content_type.model_class() is not Article:
        raise NotSaved("This version belongs to another article.")
    then = revision.field_dict
    fields: DraftFields = {name: then[name] for name in _TEXT_FIELDS if name != "slug" and name in then}  # type: ignore[assignment]
    fields["topics"] = Topic.objects.filter(pk__in=then.get("topics", []))
    fields["authors"] = User.objects.filter(pk__in=then.get("authors", []))
    cited = [
        v.field_dict
        for v in revision.revision.version_set.all()
        if v.content_type.model_class() is Citation and v.field_dict["article_id"] == article.pk
    ]
    sources = Source.objects.in_bulk([c["source_id"] for c in cited])
    fields["citations"] = [(c["number"], sources[c["source_id"]]) for c in cited if c["source_id"] in sources]
    return save_draft(article, by=by, version=version, action=Contribution.Action.RESTORED, **fields)


def was_anothers(slug: str, *, article_id: int | None) -> bool:
    """Whether readers ever had another article at this address: it keeps naming the one it was given to."""
    return pages_of_others(slug, article_id=article_id).exists()


def pages_of_others(slug: str, *, article_id: Any) -> QuerySet[Publication]:
    """What other articles than `article_id` ever had live at an address."""
    there = Publication.objects.filter(slug=slug)
    return there if article_id is None else there.exclude(article_id=article_id)


def slug_for(title: str) -> str:
    """An address made from a title: at most 80 characters, cut between words, never empty."""
    slug = slugify(title)
    if len(slug) > SLUG_LENGTH:
        slug = slug[: SLUG_LENGTH + 1].rsplit("-", 1)[0][:SLUG_LENGTH]
    return slug.strip("-") or f"article-{digest(title)[:12]}"


def _write(article: Article, *, by: User, action: Contribution.Action, fields: DraftFields) -> None:
    permission = "articles.change_article" if article.pk else "articles.add_article"
    if not by.is_active or not by.has_perm(permission):
        raise NotAllowed("Only writers and managing editors may write drafts.")
    topics, authors, citations = fields.get("topics"), fields.get("authors"), fields.get("citations")
    for name in _TEXT_FIELDS:
        if name in fields:
            setattr(article, name, str(fields[name]).replace("\x00", ""))  # type: ignore[literal-required]
    article.body = clean(article.body)
    _check(article)
    article.version += 1
    try:
        with transaction.atomic():
            article.save()
    except IntegrityError as error:  # somebody took the address since it was checked
        raise SlugTaken(f"An article with the address “{article.slug}” exists already.") from error
    if topics is not None:
        article.topics.set(topics)
    if authors is not None:
        article.authors.set(authors)
    if citations is not None:
        _set_citations(article, citations)
    Contribution.objects.create(
        article=article, person=by, version=article.version, action=action, draft_digest=draft_digest(article)
    )
    # Only now: reversion stores the object as it is when it is added.
    reversion.add_to_revision(article)
    reversion.set_user(by)
    reversion.set_comment(f"{action.label}, version {article.version}")


def _check(article: Article) -> None:
    article.title = " ".join(article.title.split())
    if not article.title:
        raise NotSaved("An article needs a title.")
    if len(article.title) > TITLE_LENGTH:
        raise NotSaved(f"The title is longer than {TITLE_LENGTH} characters.")
    if len(article.summary) > SUMMARY_LENGTH:
        raise NotSaved(f"The summary is longer than {SUMMARY_LENGTH} characters.")
    if len(article.body) > BODY_LENGTH:
        raise NotSaved("The text is longer than two million characters.")
    if bool(article.correction_kind) != bool(article.correction_text.strip()):
        raise NotSaved("A note to readers needs its kind and its words: give both or neither.")
    if Article.objects.filter(slug=article.slug).exclude(pk=article.pk).exists() or was_anothers(
        article.slug, article_id=article.pk
    ):
        raise SlugTaken(f"An article with the address “{article.slug}” exists already.")
    try:
        article.clean_fields(exclude=["body"])
    except ValidationError as error:
        raise NotSaved(" ".join(error.messages)) from error


def _set_citations(article: Article, citations: Sequence[Any]) -> None:
    pairs: list[tuple[int, Source]] = [
        item if isinstance(item, tuple) else (place, item) for place, item in enumerate(citations, start=1)
    ]
    if len({number for number, _ in pairs}) < len(pairs):
        raise NotSaved("Two references have the same number.")
    if len({source.pk for _, source in pairs}) < len(pairs):
        raise NotSaved("The same source stands twice in the references.")
    if any(not 1 <= number <= 999 for number, _ in pairs):
        raise NotSaved("Reference numbers run from 1 to 999.")
    article.citations.all().delete()
    Citation.objects.bulk_create(
        Citation(article=article, source=source, number=number)
        for number, source in sorted(pairs, key=lambda p: p[0])
    )


reversion.register(Citation)
reversion.register(Article, follow=["citations"])
