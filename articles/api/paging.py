"""Pages by key: what is added or taken down between two pages neither repeats nor skips anything else."""

from __future__ import annotations

import base64
import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from articles.api.refusals import BadParameter

Key = tuple[dt.datetime | None, int]
_HIGHEST = 2**63 - 1


class Everything(BasePagination):  # type: ignore[misc]
    """One page with all of it, for lists that stay short."""

    parameters: tuple[str, ...] = ()

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        return list(queryset)

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": None, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        following = {
            "type": "string",
            "format": "uri",
            "nullable": True,
            "description": "The next page, if any.",
        }
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {"next": following, "results": schema},
        }


class Newest(Everything):
    """The newest first, by the view's `newest_by` (a moment, or "pk") and primary key.

    A cursor holds the key of the last row that was shown; to those who ask it is a word without meaning.
    """

    parameters = ("cursor", "page_size")
    page_size = 20
    most = 100

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: Any = None) -> list[Any]:
        self.newest_by, self.request = view.newest_by, request
        size = self._size(request.query_params.get("page_size", str(self.page_size)))
        if cursor := request.query_params.get("cursor"):
            queryset = self._after(queryset, _read(cursor, dated=self.newest_by != "pk"))
        order = dict.fromkeys((f"-{self.newest_by}", "-pk"))
        rows = list(queryset.order_by(*order)[: size + 1])
        self.last = rows[size - 1] if len(rows) > size else None
        return rows[:size]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self._next(), "results": data})

    def _next(self) -> str | None:
        if self.last is None:
            return None
        moment = None if self.newest_by == "pk" else getattr(self.last, self.newest_by)
        query = self.request.query_params.copy()
        query["cursor"] = _written((moment, self.last.pk))
        return f"{settings.SITE_URL}{self.request.path}?{query.urlencode()}"

    def _size(self, text: str) -> int:
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= self.most):
            raise BadParameter("page_size", f"This must be a whole number from 1 to {self.most}.")
        return int(text)

    def _after(self, queryset: QuerySet[Any], key: Key) -> QuerySet[Any]:
        moment, pk = key
        if moment is None:
            return queryset.filter(pk__lt=pk)
        by = self.newest_by
        return queryset.filter(**{f"{by}__lte": moment}).exclude(**{by: moment, "pk__gte": pk})

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "Where the page begins; take it from `next` of the page before.",
                "schema": {"type": "string"},
            },
            {
                "name": "page_size",
                "in": "query",
                "required": False,
                "description": "How many results a page has.",
                "schema": {"type": "integer", "minimum": 1, "maximum": self.most, "default": self.page_size},
            },
        ]


def _written(key: Key) -> str:
    moment, pk = key
    text = f"{moment.astimezone(dt.UTC).isoformat() if moment else ''}~{pk}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str, *, dated: bool) -> Key:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        moment, _, pk = base64.b64decode(padded, altchars=b"-_", validate=True).decode().partition("~")
        key = (dt.datetime.fromisoformat(moment).astimezone(dt.UTC) if dated else None), int(pk)
        if not 0 <= key[1] <= _HIGHEST or (moment and not dated):
            raise ValueError
    except (ValueError, OverflowError):
        raise BadParameter("cursor", "This is none; take it from “next” of the page before.") from None
    return key
