"""What the desk's forms may send. They parse; whether it may be done is asked of the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from articles.models import Notice
from reviews.models import Finding, SignOff, SourceCheck
from reviews.models.disclaimers import Placement

LONG, QUOTE, SHORT = 5_000, 2_000, 200
KINDS = [(k.value, k.label) for k in (Notice.Kind.RETRACTION, Notice.Kind.REMOVAL)]
SEVERITIES = [
    (s.value, s.label) for s in (Finding.Severity.RESOLVE, Finding.Severity.CRITICAL, Finding.Severity.ADVISE)
]
DISPOSITIONS = [(d.value, d.label) for d in (Finding.Disposition.SOURCED, Finding.Disposition.ACCEPTED)]
LEVELS = [(str(value), words) for value, words in SourceCheck.Level.choices]


class Words(forms.CharField):
    """Free text; line ends are made plain, a NUL is refused with a sentence."""

    def __init__(self, missing: str = "", *, longest: int = LONG, required: bool = True) -> None:
        super().__init__(
            max_length=longest,
            required=required,
            error_messages={
                "required": missing,
                "max_length": f"This is longer than {longest:,} characters. Shorten it.",
                "null_characters_not_allowed": "This holds a character that cannot be stored. Type it again.",
            },
        )

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class Choice(forms.ChoiceField):
    """One of a list."""

    def __init__(self, choices: Any, missing: str, *, required: bool = True) -> None:
        super().__init__(
            choices=choices,
            required=required,
            error_messages={"required": missing, "invalid_choice": missing},
        )


class Whole(forms.IntegerField):
    """A number that names something."""

    def __init__(self, missing: str) -> None:
        super().__init__(
            min_value=1,
            max_value=2**31,
            error_messages={
                "required": missing, "invalid": missing, "min_value": missing, "max_value": missing,
            },
        )  # fmt: skip


class Seen(forms.Form):
    """Every judgement says which edition was on the screen when it was made."""

    edition = Whole("The page did not say which edition you were reading. Load it again.")


class Reasoned(Seen):
    reason = Words("Give a reason.")


class AddClaim(Seen):
    quote = Words("Quote the words that this is about.", longest=QUOTE)


class CheckClaim(Seen):
    source = Whole("Choose a source from the references.")
    verdict = Choice(SourceCheck.Verdict.choices, "Say what the source means for the claim.")
    level = Choice(LEVELS, "Choose the level of evidence.")
    directness = Choice(SourceCheck.Directness.choices, "Say how directly the source speaks to the claim.")
    passage = Words("Quote the passage that you rely on.")
    locator = Words("Say where the passage stands (page, table, section).", longest=SHORT)
    read = Choice(SourceCheck.Read.choices, "Say what you read: the full text or the abstract.")
    note = Words(required=False)


class Settle(Reasoned):
    stands = Whole("Choose the verdict that stands.")


class AddFinding(Seen):
    message = Words("Say what is wrong.")
    severity = Choice(SEVERITIES, "Choose critical, to resolve, or advice.")
    quote = Words(longest=QUOTE, required=False)


class AnswerFinding(Reasoned):
    disposition = Choice(DISPOSITIONS, "Say whether the passage has its source or is accepted as it stands.")


class AttachDisclaimer(Seen):
    disclaimer = Words("Choose a disclaimer.", longest=80)
    placement = Choice(Placement.choices, "Choose a place from the list.", required=False)
    quote = Words(longest=QUOTE, required=False)


class WaiveDisclaimer(Reasoned):
    disclaimer = Words("Choose a disclaimer.", longest=80)


class AddComment(Seen):
    text = Words("Write your comment first.")
    quote = Words(longest=QUOTE, required=False)


class DeclareConflict(Seen):
    text = Words("Say what the conflict is.")


class Schedule(Seen):
    at = forms.DateTimeField(
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        error_messages={
            "required": "Choose a day and an hour.",
            "invalid": "Give the day and the hour, for example 2027-03-14T07:00.",
        },
    )

    def clean_at(self) -> Any:
        at = self.cleaned_data["at"]
        if not 2000 <= at.year <= 2200:
            raise ValidationError("Choose a year that somebody alive will see.")
        return at


class TakeDown(forms.Form):
    reason = Words("Give a reason; readers will see it.")


class Retract(TakeDown):
    kind = Choice(KINDS, "Say whether this is a retraction or a removal.")


class Revoke(forms.Form):
    reason = Words("Revoking a signature needs a reason.")


class Sign(forms.Form):
    meaning = Choice(SignOff.Meaning.choices, "Say what your signature means.")
    interests = Words("State your interests, or that you have none.", longest=QUOTE)
    seen = Words("The page did not say what you were shown. Load it again.", longest=64)
    page = Words("The page did not say which sign page it was. Load it again.", longest=43)
    password = forms.CharField(
        strip=False,
        max_length=4096,
        error_messages={
            "required": "Type your password to sign.",
            "max_length": "This is not your password. Nothing was signed.",
            "null_characters_not_allowed": "This is not your password. Nothing was signed.",
        },
    )
