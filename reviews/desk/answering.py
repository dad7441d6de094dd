"""How a posted form is answered: parsed, handed to one verb, then back to the page.

Done: a message and a redirect to the section. Refused: the same page again, with the sentence, the
HTTP status that goes with it, and everything that was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect

from reviews import workflow
from reviews.desk.access import DeskRequest, status_of
from reviews.models import Review
from reviews.refusals import Refused

_NOT_TYPED = frozenset({"csrfmiddlewaretoken", "edition", "seen", "page", "password"})


@dataclass(frozen=True, slots=True)
class Slot:
    """One form on a page: empty, or as it came back."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    sentence: str = ""

    @property
    def came_back(self) -> bool:
        return bool(self.sentence)


EMPTY = Slot()


@dataclass(frozen=True, slots=True)
class Rejection:
    """A posted form that was not carried out: which one, why, and what stood in it."""

    key: str
    slot: Slot
    status: int

    @property
    def typed(self) -> list[str]:
        """The words that a person typed, to be kept in view even where their form is gone."""
        return [value for value in self.slot.values.values() if len(value.split()) > 1]


def slot(rejection: Rejection | None, key: str) -> Slot:
    """The form called `key`, as it came back if it did."""
    return rejection.slot if rejection and rejection.key == key else EMPTY


def rejected(key: str, form: forms.Form, refusal: Refused | None = None) -> Rejection:
    """A form with its errors, or with the sentence of the service that refused it."""
    typed = {name: str(value) for name, value in form.data.items() if name not in _NOT_TYPED}
    if refusal is not None:
        return Rejection(key, Slot(typed, {}, refusal.sentence), status_of(refusal))
    errors = {name: str(sentences[0]) for name, sentences in form.errors.items()}
    return Rejection(key, Slot(typed, errors, " ".join(dict.fromkeys(errors.values()))), 422)


def act(
    request: DeskRequest,
    *,
    key: str,
    form: forms.Form,
    verb: Callable[[dict[str, Any]], object],
    done: str,
    back: str,
    again: Callable[[Rejection], HttpResponse],
    review: Review | None = None,
) -> HttpResponse:
    """Answer a posted `form`.

    `verb` gets the cleaned fields and calls a service. `again` renders the page that the form stands
    on. With `review`, the form's edition must still be the one under review.
    """
    if not form.is_valid():
        return again(rejected(key, form))
    try:
        if review is None:
            verb(form.cleaned_data)
        else:
            _on_edition(review, form, verb)
    except Refused as refusal:
        return again(rejected(key, form, refusal))
    messages.success(request, done)
    return redirect(back)


def _on_edition(review: Review, form: forms.Form, verb: Callable[[dict[str, Any]], object]) -> None:
    # Under the locks that the verb takes as well: what was read on the screen is what is judged.
    with transaction.atomic():
        if workflow.lock(review).edition.number != form.cleaned_data["edition"]:
            raise Refused(
                "A new edition came in since you opened this page. Nothing was saved: read the new text "
                "first.",
                "stale",
            )
        verb(form.cleaned_data)
