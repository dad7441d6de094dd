"""The way into everything under `/api/`: what holds for every answer is said here, once.

It imports nothing heavy: the addresses behind it are a URLconf of their own, read when somebody first asks.
"""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.response import SimpleTemplateResponse
from django.urls import Resolver404, resolve
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

URLS = "articles.api.urls"
_METHODS = ("GET", "HEAD", "OPTIONS")


@csrf_exempt  # nothing can be written here, so there is nothing to forge
def door(request: HttpRequest) -> HttpResponseBase:
    """The answer of the API, with its ETag, its caching and, for API_CORS_ORIGINS, leave to read it.

    Every answer must be asked for again before it is used again (`no-cache`): after a take-down no copy of it
    is shown, however it was kept.
    """
    answer = _answer(request)
    if answer.status_code == 200:
        answer["ETag"] = f'"{hashlib.sha256(answer.content).hexdigest()[:32]}"'
    answered = get_conditional_response(request, etag=answer.headers.get("ETag"), response=answer) or answer
    answered["Cache-Control"] = "no-cache"
    _let_scripts_read(request, answered)
    return answered


def _answer(request: HttpRequest) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": ", ".join(_METHODS)})
    if request.method not in _METHODS:
        refused = _refusal(405, "method_not_allowed", "The API can only be read: use GET.")
        refused["Allow"] = ", ".join(_METHODS)
        return refused
    try:
        found = resolve(request.path_info, URLS)
    except Resolver404:
        return _refusal(404, "not_found", f"There is nothing here; {settings.SITE_URL}/api/v1/ says what is.")
    answer: HttpResponse = found.func(request, *found.args, **found.kwargs)
    return answer.render() if isinstance(answer, SimpleTemplateResponse) else answer


def _refusal(status: int, code: str, detail: str) -> JsonResponse:
    return JsonResponse({"code": code, "detail": detail}, status=status)


def _let_scripts_read(request: HttpRequest, answer: HttpResponseBase) -> None:
    """Cross-origin resource sharing (the Fetch standard): no cookies, and reading only."""
    allowed = settings.API_CORS_ORIGINS
    if not allowed:
        return
    if allowed == ["*"]:
        answer["Access-Control-Allow-Origin"] = "*"
    else:
        patch_vary_headers(answer, ["Origin"])
        if request.headers.get("Origin") not in allowed:
            return
        answer["Access-Control-Allow-Origin"] = request.headers["Origin"]
    answer["Access-Control-Expose-Headers"] = "ETag"
    if request.method == "OPTIONS":
        answer["Access-Control-Allow-Methods"] = ", ".join(_METHODS)
        answer["Access-Control-Allow-Headers"] = "If-None-Match"
        answer["Access-Control-Max-Age"] = "86400"
