"""What the API reads: live pages, the sources they cite, and what readers were told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from articles.models import Edition, Notice, Publication, PublishedReference, Source, Topic
from articles.public.current import current_at, current_first

LIVE = Publication.Status.LIVE


def live_pages() -> QuerySet[Publication]:
    """The live publications, with what a list says of them."""
    return (
        Publication.objects.filter(status=LIVE)
        .only(
            "article", "slug", "locale", "title", "summary", "signed_digest", "attestation",
            "first_published_at", "published_at", "review_due",
        )
        .prefetch_related("topics")
    )  # fmt: skip


def page_at(slug: str) -> Publication | None:
    """The live page of the article that was ever at this address, or else its last one."""
    return current_at(slug).select_related("edition").first()


def read_whole(page: Any) -> Any:
    """Put to a live page its references as signed, with how they stand today (`cited`), and all that readers
    were ever told about its article, the newest first (`told`). Two queries.
    """
    references = page.edition.content["references"]
    sources = Source.objects.filter(pk__in=[reference["source"] for reference in references])
    today = {source.pk: source.standing_now for source in with_standing(sources)}
    page.cited = [{**one, "standing": today[one["source"]]} for one in references]
    page.told = list(Notice.objects.filter(article=page.article_id).order_by("-at", "-pk"))
    return page


def with_standing(sources: QuerySet[Source]) -> QuerySet[Any]:
    """Sources with `standing_now`: of one entered twice, that of the record that was kept."""
    return sources.annotate(standing_now=Coalesce("merged_into__standing", "standing"))


def cited_sources() -> QuerySet[Any]:
    """The sources that live pages cite; each with how many do, and the newest edition that does."""
    citing = PublishedReference.objects.filter(source=OuterRef("pk"), publication__status=LIVE)
    newest = citing.order_by("-publication__published_at", "-publication__pk", "number")
    # Counted for the rows of one page only; a join would count for the whole library first.
    counted = citing.order_by().values("source").annotate(pages=Count("publication", distinct=True))
    cited: QuerySet[Any] = with_standing(Source.objects.filter(Exists(citing))).annotate(
        cited_by=Subquery(counted.values("pages")),
        in_edition=Subquery(newest.values("publication__edition")[:1]),
        with_number=Subquery(newest.values("number")[:1]),
    )
    return cited


def read_records(sources: Sequence[Any]) -> None:
    """Put what was signed of each of `cited_sources` to it, as `record`. One query."""
    editions = Edition.objects.only("canonical").in_bulk({source.in_edition for source in sources})
    for source in sources:
        references = editions[source.in_edition].content["references"]
        source.record = next(one["record"] for one in references if one["number"] == source.with_number)


def topics_in_use() -> QuerySet[Topic]:
    """The topics that have something live, by name, each with how much (`live_count`)."""
    live = Q(publications__status=LIVE)
    counted = Topic.objects.annotate(live_count=Count("publications", filter=live))
    return counted.filter(live_count__gt=0).order_by("name")


def read_pages(notices: Sequence[Any]) -> None:
    """Put to each notice its article's live page, or else the last one, as `page`. One query.

    A notice is shown under the title that readers know now, not under one that was replaced.
    """
    newest = current_first(Publication.objects.filter(article=OuterRef("article"))).values("pk")[:1]
    pages = Publication.objects.filter(article__in={notice.article_id for notice in notices})
    shown = pages.filter(pk=Subquery(newest)).only("article", "slug", "title", "status")
    by_article = {page.article_id: page for page in shown}
    for notice in notices:
        notice.page = by_article[notice.article_id]
