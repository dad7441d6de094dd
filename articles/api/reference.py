"""The API's description as a page for people: the same OpenAPI, rendered here, without a script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from articles.api.addresses import in_api
from articles.api.schema import described

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or one field of a shape."""

    name: str
    kind: str
    """In words: “text”, “list of Signer”, …"""
    shape: str
    """The shape that it holds, if any."""
    says: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    says: str
    shape: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    path: str
    anchor: str
    says: str
    parameters: list[Field]
    answers: list[Answer]


@dataclass(frozen=True, slots=True)
class Shape:
    name: str
    says: str
    fields: list[Field]


def reference(request: HttpRequest) -> HttpResponse:
    """The API's manual, made from its own description."""
    openapi = described()
    schemas = openapi["components"]["schemas"]
    context = {
        "endpoints": [_endpoint(path, one["get"]) for path, one in openapi["paths"].items()],
        "shapes": [_shape(name, one, schemas) for name, one in schemas.items() if "properties" in one],
        "schema": in_api("schema"),
        "root": in_api("root"),
    }
    return render(request, "api/reference.html", context)


def _endpoint(path: str, operation: Schema) -> Endpoint:
    return Endpoint(
        path=path,
        anchor=operation["operationId"],
        says=operation["description"],
        parameters=[
            _field(one["name"], one["schema"] | {"description": one.get("description", "")}, {})
            for one in operation.get("parameters", [])
        ],
        answers=[
            Answer(
                status, _plain(one["description"]), _shape_in(one["content"]["application/json"]["schema"])
            )
            for status, one in operation["responses"].items()
        ],
    )


def _shape(name: str, schema: Schema, schemas: Schema) -> Shape:
    fields = [_field(field, one, schemas) for field, one in schema["properties"].items()]
    return Shape(name, schema.get("description", ""), fields)


def _field(name: str, schema: Schema, schemas: Schema) -> Field:
    inside = schema.get("items", schema)
    named = schemas.get(_shape_in(inside), {})
    shape = _shape_in(inside) if "properties" in named else ""
    kind = shape or _FORMATS.get(inside.get("format", "")) or _KINDS.get(inside.get("type", ""), "text")
    kind = f"list of {kind}" if "items" in schema else kind
    # Choices follow in OpenAPI's description too, one to a line.
    says = _plain(schema.get("description", "").partition("\n\n*")[0])
    if choices := [*inside.get("enum", ()), *named.get("enum", ())]:
        says += f" One of: {', '.join(choices)}."
    return Field(name, f"{kind} or null" if schema.get("nullable") else kind, shape, says.strip())


def _plain(text: str) -> str:
    """OpenAPI's descriptions are CommonMark; ours mark code, and nothing else."""
    return text.replace("`", "")


def _shape_in(schema: Schema) -> str:
    """The name of the shape that a schema refers to; empty where it refers to none."""
    for one in (schema, *schema.get("allOf", ())):
        if "$ref" in one:
            return str(one["$ref"].rpartition("/")[2])
    return ""


_KINDS = {"integer": "whole number", "boolean": "true or false", "string": "text"}
_FORMATS = {"date": "day", "date-time": "moment", "uri": "address"}
