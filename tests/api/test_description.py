"""The API's description: valid, about the API alone, and true of what is answered."""

from __future__ import annotations

import subprocess
import sys
from io import StringIO
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
import yaml
from django.core.management import call_command
from django.test import Client

from articles.models import Notice
from articles.publishing import tell_readers
from config.environment import ROOT
from reviews import workflow
from tests import factories as f
from tests.api.asking import LISTS, get
from tests.public.pages import ids, soup


def test_the_description_is_valid_and_without_a_warning() -> None:
    printed = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=printed)
    assert list(yaml.safe_load(printed.getvalue())["paths"]) == [
        "/api/v1/", "/api/v1/articles/", "/api/v1/articles/{slug}/",
        "/api/v1/notices/", "/api/v1/reviewers/", "/api/v1/sources/", "/api/v1/topics/",
    ]  # fmt: skip


def test_it_is_served_as_json_and_as_yaml(db: None) -> None:
    openapi = get("schema/")
    assert openapi["openapi"].startswith("3.0")
    assert openapi["servers"] == [{"url": "http://127.0.0.1:8000"}]
    for answer in (
        Client().get("/api/v1/schema/?format=yaml"),
        Client().get("/api/v1/schema/", headers={"accept": "application/yaml"}),
    ):
        assert answer["Content-Type"].startswith("application/yaml")
        assert yaml.safe_load(answer.content) == openapi
        assert "Accept" in answer["Vary"]


def schema_of(openapi: dict[str, Any], path: str, status: str = "200") -> dict[str, Any]:
    """The JSON Schema of an answer; OpenAPI 3.0 has its own word for null."""
    answer = openapi["paths"][path]["get"]["responses"][status]["content"]["application/json"]["schema"]

    def plain(node: Any) -> Any:
        if isinstance(node, list):
            return [plain(one) for one in node]
        if not isinstance(node, dict):
            return node
        made = {name: plain(one) for name, one in node.items()}
        if made.pop("nullable", False):
            return {"anyOf": [made, {"type": "null"}]}
        if "properties" in made:
            made["additionalProperties"] = False
        return made

    return plain({**answer, "components": openapi["components"]})  # type: ignore[no-any-return]


def test_what_is_answered_is_what_is_described(cast: SimpleNamespace) -> None:
    page = f.published(
        cast.writer, cast.reviewer, cast.editor, slug="walking",
        citations=[f.source(nct="NCT01234567", year=None), f.source()],
    )  # fmt: skip
    tell_readers(page, by=None, text="In doubt.", kind=Notice.Kind.EXPRESSION_OF_CONCERN)
    gone = f.published(cast.writer, cast.reviewer, cast.editor, slug="gone")
    workflow.withdraw(gone.article, by=cast.editor, reason="Wrong.")
    openapi = get("schema/")
    for name in LISTS:
        path = f"/api/v1/{name}/"
        answer = get(f"{name}/")
        assert answer["results"]
        jsonschema.validate(answer, schema_of(openapi, path))
    one = "/api/v1/articles/{slug}/"
    jsonschema.validate(get(), schema_of(openapi, "/api/v1/"))
    jsonschema.validate(get("articles/walking/"), schema_of(openapi, one))
    jsonschema.validate(get("articles/gone/", status=410), schema_of(openapi, one, "410"))
    jsonschema.validate(get("articles/none/", status=404), schema_of(openapi, one, "404"))
    jsonschema.validate(get("articles/", status=400, x=1), schema_of(openapi, "/api/v1/articles/", "400"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**get("articles/walking/"), "draft": ""}, schema_of(openapi, one))


def test_the_manual_says_all_of_it_without_scripts(client: Client, db: None) -> None:
    html = client.get("/api/v1/docs/").content.decode()
    page, openapi = soup(html), get("schema/")
    assert {*openapi["paths"]} <= {code.text for code in page.xpath("//h2/code")}
    shapes = {name: one for name, one in openapi["components"]["schemas"].items() if "properties" in one}
    assert {*shapes} <= ids(html)
    for name, shape in shapes.items():
        table = page.xpath(f"//h2[@id='{name}']/following::table[1]")[0]
        assert [code.text for code in table.xpath(".//th/code")] == list(shape["properties"])
    for part in ("<style", "<script", " style=", "http://unpkg", "https://cdn"):
        assert part not in html
    assert "One of: none, correction," in " ".join(page.xpath("//td/text()"))


def test_readers_do_not_wait_for_what_only_the_api_needs() -> None:
    """REST framework is not imported until somebody asks the API, nor what describes it until its manual is."""
    code = (
        "import sys, config.wsgi; from django.urls import resolve, reverse; reverse('public:home');"
        "print('rest_framework' in sys.modules);"
        "resolve('/api/v1/articles/', 'articles.api.urls').func.cls;"
        "print('rest_framework' in sys.modules, 'drf_spectacular.openapi' in sys.modules)"
    )
    environment = {
        "DJANGO_SETTINGS_MODULE": "config.settings", "SECRET_KEY": "x", "READ_ENV_FILE": "false",
        "DATABASE_URL": "sqlite://:memory:", "STATIC_HASHED": "false",
    }  # fmt: skip
    printed = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True, env=environment
    )
    assert printed.stdout.split() == ["False", "True", "False"]
