"""The API's description in OpenAPI 3, made from its views and shapes. Imported when somebody asks for it."""

from __future__ import annotations

from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer2
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from articles.api.door import URLS
from articles.api.refusals import BadParameter
from articles.api.views import Listed, Public


class Generator(SchemaGenerator):
    """Describes the API and nothing else of the site."""

    def __init__(self, *args: Any, urlconf: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, urlconf=urlconf or URLS, **kwargs)  # type: ignore[no-untyped-call]


class Operation(AutoSchema):
    """One view's description: what its class says, and its refusals."""

    def get_response_serializers(self) -> Any:
        shapes = {200: super().get_response_serializers(), **self.view.refusals}
        return {
            status: OpenApiResponse(shape, description=_ANSWERS[status]) for status, shape in shapes.items()
        }

    def _is_list_view(self, serializer: Any = None) -> bool:
        return isinstance(self.view, Listed)

    def get_paginated_name(self, serializer_name: str) -> str:
        return f"{serializer_name}Page"


_ANSWERS = {
    200: "What was asked for; 304 without a body where `If-None-Match` has its ETag.",
    400: "A parameter is not known, or has a value that it cannot have.",
    404: "There is nothing at this address.",
    410: "The article was taken down.",
}


class Schema(Public):
    """This API in OpenAPI 3: JSON, or YAML by the Accept header or `?format=yaml`."""

    schema = None
    renderer_classes = (OpenApiJsonRenderer2, OpenApiYamlRenderer2)

    def parameters(self) -> tuple[str, ...]:
        return ("format",)

    def get_format_suffix(self, **kwargs: Any) -> str | None:
        wanted: str | None = self.request.query_params.get("format")
        if wanted not in (None, "json", "yaml"):
            raise BadParameter("format", "This must be one of: json, yaml.")
        return wanted

    def get(self, request: Request) -> Response:
        return Response(described())


@cache
def described() -> dict[str, Any]:
    """The whole description; it changes with the code alone."""
    schema: dict[str, Any] = Generator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return schema
