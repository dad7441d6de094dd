"""The API's views: each parses, reads and answers."""

from __future__ import annotations

from typing import Any, ClassVar

from django_filters.rest_framework import FilterSet
from rest_framework.exceptions import NotFound
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from articles.api import filters, reading, shapes
from articles.api.addresses import in_api
from articles.api.paging import Everything, Newest
from articles.api.refusals import BadParameter, Gone
from articles.api.signers import reviewers
from articles.models import Notice


class Public(GenericAPIView):  # type: ignore[misc]
    """A view that refuses what it does not know: a filter passed over would answer another question."""

    refusals: ClassVar[dict[int, type[shapes.Problem]]] = {400: shapes.Problem}
    """The answers that are none, by status; OpenAPI is told."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        known = self.parameters()
        for name, values in request.query_params.lists():
            if name not in known:
                choice = f"Known are: {', '.join(known)}." if known else "There are none here."
                raise BadParameter(name[:50], f"This parameter is not known. {choice}")
            if len(values) > 1:
                raise BadParameter(name, "This parameter may be given once.")

    def parameters(self) -> tuple[str, ...]:
        """The names of what may stand behind the question mark."""
        return ()


class Listed(ListAPIView, Public):  # type: ignore[misc]
    """A list; of a long one a page, the newest first."""

    pagination_class: type[Everything] = Newest
    filterset_class: type[FilterSet] | None = None
    newest_by: str

    def parameters(self) -> tuple[str, ...]:
        filtered = self.filterset_class.base_filters if self.filterset_class else ()
        return (*filtered, *self.pagination_class.parameters)

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        rows: list[Any] = super().paginate_queryset(queryset)
        self.read(rows)
        return rows

    def read(self, rows: list[Any]) -> None:
        """Read what else the rows need; nothing, but in a subclass."""


class Root(Public):
    """Where everything is."""

    serializer_class = shapes.Root

    def get(self, request: Request) -> Response:
        return Response({name: in_api(name) for name in shapes.Root().fields})


class Articles(Listed):
    """The live articles, the newest edition first."""

    queryset = reading.live_pages()
    serializer_class = shapes.ListedArticle
    filterset_class = filters.ArticleFilter
    newest_by = "published_at"


class Article(Public):
    """One live article, exactly as it was signed.

    What was withdrawn or retracted answers 410 with the notice; an address that was given up leads on.
    """

    serializer_class = shapes.Article
    refusals = {**Public.refusals, 404: shapes.Problem, 410: shapes.TakenDown}

    def get(self, request: Request, slug: str) -> Response:
        page = reading.page_at(slug)
        if page is None or page.status == page.Status.SUPERSEDED:
            raise NotFound("There is no article at this address.")
        if page.slug != slug:
            there = in_api("article", page.slug)
            moved = {"code": "moved", "detail": f"This article is at {there} now."}
            return Response(moved, status=301, headers={"Location": there})
        if page.status != page.Status.LIVE:
            raise Gone(page, Notice.objects.filter(publication=page).order_by("-at", "-pk").first())
        return Response(shapes.Article(reading.read_whole(page)).data)


class Topics(Listed):
    """The topics that have something live, by name; all of them."""

    queryset = reading.topics_in_use()
    serializer_class = shapes.Topic
    pagination_class = Everything


class Reviewers(Listed):
    """Everybody who signed something that is live, by name; all of them."""

    queryset = reading.live_pages()
    serializer_class = shapes.Reviewer
    pagination_class = Everything

    def filter_queryset(self, queryset: Any) -> Any:
        return reviewers(queryset)


class Sources(Listed):
    """The sources that live articles cite, those that came into the library last first."""

    queryset = reading.cited_sources()
    serializer_class = shapes.CitedSource
    filterset_class = filters.SourceFilter
    newest_by = "pk"

    def read(self, rows: list[Any]) -> None:
        reading.read_records(rows)


class Notices(Listed):
    """Corrections, retractions and all else that readers were told, of pages taken down too."""

    queryset = Notice.objects.all()
    serializer_class = shapes.ListedNotice
    filterset_class = filters.NoticeFilter
    newest_by = "at"

    def read(self, rows: list[Any]) -> None:
        reading.read_pages(rows)
