"""The door of the desk: who may come in, and how the desk says no."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from reviews import permissions
from reviews.policy import NoPolicy
from reviews.refusals import Refused

P = ParamSpec("P")

_TITLES = {
    400: "That cannot be read",
    403: "You may not do this",
    404: "Not found",
    405: "Not in this way",
    409: "Not possible now",
    422: "Something is missing",
}


_LARGEST = 2**63 - 1
"""No row has a larger number; SQLite raises OverflowError when asked for one."""


class DeskRequest(HttpRequest):
    """A request by someone who is signed in and may see the desk."""

    user: User


def desk_view(
    *methods: str,
) -> Callable[[Callable[Concatenate[DeskRequest, P], HttpResponse]], Callable[..., HttpResponse]]:
    """A view of the desk: signed in, with a role, by one of `methods`; everything else gets a sentence."""

    def decorate(view: Callable[Concatenate[DeskRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(_back_after_login(request, kwargs.get("pk")))
            try:
                permissions.check_can_view(request.user)
                if any(isinstance(number, int) and number > _LARGEST for number in kwargs.values()):
                    raise Http404("There is no such number.")
                if request.method not in methods:
                    return _not_in_this_way(request, methods, kwargs.get("pk"))
                response = view(request, *args, **kwargs)
            except Http404 as error:
                return problem(request, 404, str(error) or "There is nothing at this address.")
            except Refused as refusal:
                return problem(request, status_of(refusal), refusal.sentence)
            except NoPolicy as error:
                return problem(request, 409, str(error))
            response.headers.setdefault("Cache-Control", "no-store, private")
            return response

        return guarded

    return decorate


def problem(request: HttpRequest, status: int, sentence: str, *, back: str = "") -> HttpResponse:
    """A page that says in a sentence why something did not happen."""
    context = {"title": _TITLES[status], "sentence": sentence, "back": back}
    return render(request, "desk/problem.html", context, status=status)


def status_of(refusal: Refused) -> int:
    """The HTTP status that goes with a refusal."""
    codes = set(refusal.codes)
    if "permission" in codes or any(code.startswith(("signer_", "not_contributor")) for code in codes):
        return 403
    if codes & {"opinion_given", "opinion_late", "checked_by_another"}:
        return 409
    return 409 if codes & {"state", "stale", "gone", "signed_already", "second_person", "duplicate"} else 422


def _back_after_login(request: HttpRequest, pk: object) -> str:
    if request.method == "GET":
        return request.get_full_path()
    # Whatever was posted is not repeated after signing in: back to the page that it was posted from.
    return _page_of(request, pk)


def _page_of(request: HttpRequest, pk: object) -> str:
    if pk is not None and request.path.startswith("/desk/reviews/"):
        return reverse("desk:review", args=[pk])
    return reverse("desk:queue")


def _not_in_this_way(request: HttpRequest, methods: tuple[str, ...], pk: object) -> HttpResponse:
    sentence = (
        "This address only takes what a form on the desk sends. Open the page and use its button."
        if "POST" in methods
        else "This page can only be read."
    )
    answer = problem(request, 405, sentence, back=_page_of(request, pk))
    answer.headers["Allow"] = ", ".join(methods)
    return answer
