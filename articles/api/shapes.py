"""The shapes of the API's answers. What is not named here is not told."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from articles.api.addresses import for_readers, in_api
from articles.documents import parse_body
from articles.models import Notice, Publication, Source

_STANDING = (
    "What the retraction records said of it when the page was signed; `unknown` is not “not retracted”."
)


class Shape(serializers.Serializer):  # type: ignore[misc]
    """Fields that are only ever read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"read_only": True, **kwargs})


class Root(Shape):
    """Where everything is."""

    articles = serializers.URLField()
    topics = serializers.URLField()
    reviewers = serializers.URLField()
    sources = serializers.URLField()
    notices = serializers.URLField()
    schema = serializers.URLField()
    docs = serializers.URLField()


class TopicName(Shape):
    slug = serializers.SlugField()
    name = serializers.CharField()


class Topic(TopicName):
    """A subject, and how much of it is live."""

    description = serializers.CharField()
    articles = serializers.IntegerField(source="live_count", help_text="How many live articles it has.")
    articles_url = serializers.SerializerMethodField()

    def get_articles_url(self, topic: Any) -> str:
        return in_api("articles", topic=topic.slug)


class Reviewer(Shape):
    """Somebody who signed something that is live."""

    slug = serializers.CharField()
    name = serializers.CharField()
    credentials = serializers.CharField()
    articles = serializers.IntegerField(help_text="How many live articles they signed.")
    last_signed_on = serializers.DateField()
    articles_url = serializers.SerializerMethodField()

    def get_articles_url(self, reviewer: dict[str, Any]) -> str:
        return in_api("articles", reviewer=reviewer["slug"])


class Signer(Shape):
    """A signature, as the page shows it."""

    name = serializers.CharField()
    credentials = serializers.CharField()
    meaning = serializers.CharField()
    on = serializers.DateField()
    slug = serializers.SlugField(default="", help_text="In this API and on the site.")
    registration = serializers.CharField(default="", help_text="Register and number, to be looked up there.")


class ListedArticle(Shape):
    """A live article, without its text."""

    slug = serializers.SlugField()
    url = serializers.SerializerMethodField(help_text="The same in this API, with its text.")
    page = serializers.SerializerMethodField(help_text="The address for readers; cite this one.")
    locale = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    topics = TopicName(many=True)
    signers = Signer(many=True, source="attestation.signers")
    reviewed_on = serializers.DateField(source="attestation.reviewed_on")
    review_due = serializers.DateField()
    overdue = serializers.SerializerMethodField()
    first_published_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(help_text="When this edition was published.")
    edition = serializers.IntegerField(source="attestation.edition")
    edition_digest = serializers.CharField(
        source="attestation.edition_digest", help_text="SHA-256 of the edition as canonical JSON (RFC 8785)."
    )
    signed_digest = serializers.CharField(
        help_text="SHA-256 of all that was signed: the edition, its disclaimers, source checks and policy."
    )

    def get_url(self, page: Publication) -> str:
        return in_api("article", page.slug)

    def get_page(self, page: Publication) -> str:
        return for_readers(page.slug)

    def get_overdue(self, page: Publication) -> bool:
        return page.review_due < timezone.localdate()


class Disclaimer(Shape):
    """A disclaimer that was signed with the article, and must be shown with it."""

    key = serializers.CharField()
    version = serializers.IntegerField()
    text = serializers.CharField()
    placement = serializers.ChoiceField(choices=["top", "inline", "end"])
    after = serializers.IntegerField(
        help_text="Of an inline one: the code point of `text` behind which it stands; -1 otherwise."
    )


class Record(Shape):
    """What was known of a source when the page was signed."""

    kind = serializers.ChoiceField(choices=Source.Kind.choices)
    title = serializers.CharField()
    authors = serializers.CharField()
    container = serializers.CharField(help_text="The journal, book or site.")
    year = serializers.IntegerField(allow_null=True)
    volume = serializers.CharField()
    issue = serializers.CharField()
    pages = serializers.CharField()
    doi = serializers.CharField()
    pmid = serializers.CharField()
    url = serializers.CharField()
    standing = serializers.ChoiceField(choices=Source.Standing.choices, help_text=_STANDING)
    editors = serializers.CharField(required=False)
    publisher = serializers.CharField(required=False)
    place = serializers.CharField(required=False)
    edition = serializers.CharField(required=False)
    pmcid = serializers.CharField(required=False)
    nct = serializers.CharField(required=False)
    arxiv = serializers.CharField(required=False)
    isbn = serializers.CharField(required=False)
    issn = serializers.CharField(required=False)
    accessed = serializers.DateField(required=False)


class Reference(Shape):
    """A reference of an article, by the number that its text has."""

    number = serializers.IntegerField()
    source = serializers.IntegerField(help_text="The `id` of the source in this API.")
    record = Record()
    digest = serializers.CharField(help_text="SHA-256 of the record as canonical JSON (RFC 8785).")
    standing = serializers.ChoiceField(
        choices=Source.Standing.choices, help_text="How the source stands today."
    )


class NoticeText(Shape):
    """What readers were told, in the vocabulary of COPE and ICMJE."""

    kind = serializers.ChoiceField(choices=Notice.Kind.choices)
    text = serializers.CharField()
    at = serializers.DateTimeField()


class Article(ListedArticle):
    """A live article, exactly as it was signed."""

    authors = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField(
        help_text="The body as plain text, a line for each block. Show it with its disclaimers."
    )
    html = serializers.CharField(
        help_text="The whole article as readers see it, its disclaimers where they belong."
    )
    interests = serializers.CharField(source="edition.content.interests", help_text="Conflicts and funding.")
    disclaimers = Disclaimer(many=True, source="attestation.disclaimers")
    references = Reference(many=True, source="cited")
    notices = NoticeText(many=True, source="told", help_text="All that readers were told, the newest first.")

    def get_authors(self, page: Publication) -> list[str]:
        return [author["name"] for author in page.edition.content["authors"]]

    def get_text(self, page: Publication) -> str:
        return parse_body(page.edition.content["body"]).text


class CitedSource(Shape):
    """A source that live articles cite."""

    id = serializers.IntegerField(source="pk")
    record = Record(help_text="As the newest of the articles that cite it has it.")
    standing = serializers.ChoiceField(
        source="standing_now", choices=Source.Standing.choices, help_text="How it stands today."
    )
    cited_by = serializers.IntegerField(help_text="How many live articles cite it.")
    articles_url = serializers.SerializerMethodField()

    def get_articles_url(self, source: Any) -> str:
        return in_api("articles", source=str(source.pk))


class NoticedArticle(Shape):
    slug = serializers.SlugField()
    title = serializers.CharField()
    status = serializers.ChoiceField(choices=Publication.Status.choices)
    page = serializers.SerializerMethodField(help_text="The address for readers.")

    def get_page(self, page: Publication) -> str:
        return for_readers(page.slug)


class ListedNotice(NoticeText):
    """A notice, and the article that it is about."""

    article = NoticedArticle(source="page")


class Problem(Shape):
    """Why there is no other answer."""

    code = serializers.CharField(help_text="For programs.")
    detail = serializers.CharField(help_text="A sentence for people.")


class TakenDown(Problem):
    """What stays of an article that was taken down."""

    code = serializers.ChoiceField(choices=["withdrawn", "retracted"])
    title = serializers.CharField(source="page.title")
    notice = NoticeText(allow_null=True)
