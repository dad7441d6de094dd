"""What the API says when it refuses: a code for programs and a sentence for people, always both."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.formats import date_format
from django.utils.timezone import localtime
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.response import Response

from articles.api.shapes import NoticeText
from articles.models import Notice, Publication


class BadParameter(APIException):  # type: ignore[misc]
    """A parameter that is not known, or a value that it cannot have."""

    status_code = 400
    default_code = "bad_parameter"

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(f"{name}: {sentence}")


class Gone(APIException):  # type: ignore[misc]
    """The article was taken down; what readers are told of that stays."""

    status_code = 410

    def __init__(self, page: Publication, notice: Notice | None) -> None:
        day = date_format(localtime(page.ended_at), "j F Y")
        super().__init__(f"This article was {page.status} on {day}.", code=page.status)
        self.page, self.notice = page, notice


def refusal(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's exception handler: {"code", "detail"}; None lets an error of ours be one."""
    if isinstance(error, Http404):
        error = NotFound("There is nothing at this address.")
    if isinstance(error, ValidationError):
        name, sentences = next(iter(error.detail.items()))
        error = BadParameter(name, sentences[0])
    if not isinstance(error, APIException):
        return None
    said = {"code": error.get_codes(), "detail": error.detail}
    if isinstance(error, Gone):
        said |= {"title": error.page.title, "notice": NoticeText(error.notice).data if error.notice else None}
    return Response(said, status=error.status_code)
