"""The article form: what a writer may set, and the version that they started from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib.auth.models import User
from django.core.validators import RegexValidator
from django.db.models import Q
from django.http import QueryDict

from articles.admin.editor import Editor
from articles.editing import Conflict, DraftFields, NotSaved, SlugTaken
from articles.html import clean
from articles.models import Article, Topic

if TYPE_CHECKING:
    _ArticleForm = forms.ModelForm[Article]
    _People = forms.ModelMultipleChoiceField[User]
else:
    _ArticleForm = forms.ModelForm
    _People = forms.ModelMultipleChoiceField


class PeopleField(_People):
    """Several people, by their full names."""

    def label_from_instance(self, obj: User) -> str:
        return obj.get_full_name() or obj.get_username()


class ArticleForm(_ArticleForm):
    """A draft as its writer edits it. Nothing is saved by this form: see `ArticleAdmin.save_related`.

    `version` is the version that the page was opened with. When the draft has moved on, the form is
    invalid, `conflict` is what stands in the database, and the hidden field is set to its version, so
    that saving once more is a decision.
    """

    refusal: NotSaved | None = None
    """Why the service refused what this form had let pass a moment ago."""

    version = forms.CharField(required=False, widget=forms.HiddenInput)
    topics = forms.ModelMultipleChoiceField(
        Topic.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )
    authors = PeopleField(
        User.objects.none(),
        label="Byline",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Who readers see as the authors. Nobody named here can sign it.",
    )
    locale = forms.CharField(
        label="Language",
        initial="en-GB",
        max_length=12,
        validators=[
            RegexValidator(
                r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", "Write the language as its tag, like en-GB or de."
            )
        ],
        help_text="A language tag such as en-GB.",
    )

    class Meta:
        model = Article
        fields = (
            "title", "slug", "summary", "body", "topics", "authors", "interests", "locale",
            "correction_kind", "correction_text",
        )  # fmt: skip
        labels = {"body": "Text"}
        help_texts = {
            "slug": "Where readers find it: /articles/…/. Letters, digits and hyphens.",
            "summary": "Two or three sentences that stand under the title, 600 characters at most.",
            "body": "Cite a reference by its number in square brackets, like [1].",
            "interests": "The authors’ own interests and who paid for the work. Readers see it.",
        }
        widgets = {
            "title": forms.TextInput(attrs={"class": "title-field"}),
            "summary": forms.Textarea(attrs={"rows": 3}),
            "body": Editor,
            "interests": forms.Textarea(attrs={"rows": 3}),
            "correction_text": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.conflict: Article | None = None
        written_by = Q(pk__in=self.instance.authors.values("pk")) if self.instance.pk else Q()
        people = self.fields.get("authors")
        if isinstance(people, PeopleField):  # a page that may only be read has no fields
            people.queryset = User.objects.filter(Q(is_active=True) | written_by).order_by(
                "first_name", "last_name", "username"
            )
        if self.instance.pk:
            self.initial["version"] = self.instance.version
            # What got into the database by another door must not reach the editor as it stands.
            self.initial["body"] = clean(self.instance.body)
        elif "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].help_text += " Made from the title when left empty."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk:
            self._check_version(str(cleaned.get("version", "")))
        if self.refusal and not self.conflict:
            self.add_error("slug" if isinstance(self.refusal, SlugTaken) else None, str(self.refusal))
        return cleaned

    def _check_version(self, version: str) -> None:
        # The lock holds until the admin's transaction ends, so what was compared is what is replaced.
        now = Article.objects.select_for_update().get(pk=self.instance.pk)
        if version == str(now.version):
            return
        self.conflict = now
        self.add_error(None, str(Conflict(now)))
        # What was posted cannot be written to; a copy of it can.
        entered = cast(QueryDict, self.data).copy()
        entered[self.add_prefix("version")] = str(now.version)
        self.data = entered

    def draft_fields(self) -> DraftFields:
        """What the service takes, out of a valid form."""
        fields = {name: self.cleaned_data[name] for name in self.Meta.fields}
        for name in ("summary", "body", "interests", "correction_text"):
            fields[name] = fields[name].replace("\r\n", "\n")  # browsers send what the text did not have
        return fields  # type: ignore[return-value]
