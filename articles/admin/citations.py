"""The reference list of an article as rows of a table: numbers and sources, saved with the draft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest

from articles.models import Article, Citation, Source
from articles.posted import number_in

if TYPE_CHECKING:
    _CitationForm = forms.ModelForm[Citation]
    _FormSet = BaseInlineFormSet[Citation, Article, _CitationForm]
    _Inline = admin.TabularInline[Citation, Article]
    _SourceField = forms.ModelChoiceField[Source]
else:
    _CitationForm = forms.ModelForm
    _FormSet = BaseInlineFormSet
    _Inline = admin.TabularInline
    _SourceField = forms.ModelChoiceField


class SourceSelect(AutocompleteSelect):
    """The stock search box, with the chosen sources read once for all rows of the page."""

    known: dict[str, Source] | None = None

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        return {**super().build_attrs(base_attrs, extra_attrs), "data-placeholder": "Choose a source"}

    def optgroups(self, name: str, value: Any, attr: Any = None) -> list[Any]:
        if self.known is None:
            return super().optgroups(name, value, attr)
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        chosen = self.known.get(str(value[0])) if value else None
        if chosen:
            options.append(self.create_option(name, chosen.pk, str(chosen), True, 1))
        return [(None, options, 0)]


class SourceField(_SourceField):
    """A source by its primary key, read once for all rows of the page."""

    known: dict[str, Source] | None = None

    def to_python(self, value: Any) -> Source | None:
        if self.known is None or value in self.empty_values:
            return super().to_python(value)
        if str(value) not in self.known:
            raise ValidationError("This source is not in the library.", code="invalid_choice")
        return self.known[str(value)]


class CitationForm(_CitationForm):
    """One row. It is checked here and stored by `articles.editing`, never by itself."""

    number = forms.IntegerField(
        label="No.",
        required=False,
        min_value=1,
        max_value=999,
        widget=forms.NumberInput(attrs={"class": "citation-number", "aria-label": "Number of the reference"}),
    )

    class Meta:
        model = Citation
        fields = ("number", "source")

    def _post_clean(self) -> None:
        """Stored citations are replaced, not changed: there is nothing to compare a row with."""


class Citations(_FormSet):
    """All rows. They carry no primary keys, so a list that was saved meanwhile cannot confuse them."""

    default_error_messages = {
        **BaseInlineFormSet.default_error_messages,
        "missing_management_form": "The list of references did not arrive whole. Save once more.",
    }

    def __init__(self, *args: Any, read_only: bool = False, **kwargs: Any) -> None:
        self.read_only = read_only
        super().__init__(*args, **kwargs)
        wanted = (
            [self.data.get(f"{self.prefix}-{i}-source", "") for i in range(self.total_form_count())]
            if self.is_bound
            else [row["source"] for row in self.initial_extra or ()]
        )
        sources = Source.objects.in_bulk([number_in(posted) for posted in wanted])
        self.known = {str(pk): source for pk, source in sources.items()}

    def initial_form_count(self) -> int:
        return super().initial_form_count() if self.read_only else 0

    def add_fields(self, form: forms.ModelForm[Citation], index: int | None) -> None:
        super().add_fields(form, index)
        if self.read_only:
            return
        form.fields.pop("id", None)
        form.fields.pop(self.fk.name, None)
        source = cast(SourceField, form.fields["source"])
        source.known = self.known
        # The admin wraps the box in links to the source's own page.
        box: Any = getattr(source.widget, "widget", source.widget)
        box.known, box.is_required = self.known, False
        box.attrs["aria-label"] = "Source of the reference"

    def validate_unique(self) -> None:
        """Done in `clean`, in words that name the number or the source."""

    def clean(self) -> None:
        rows = [form.cleaned_data for form in self.forms if getattr(form, "cleaned_data", None)]
        for form in self.forms:
            row = getattr(form, "cleaned_data", {})
            if row.get("number") and not row.get("source") and not form.errors:
                form.add_error(
                    "source", f"Choose the source of reference {row['number']}, or clear its number."
                )
        numbers = [row["number"] for row in rows if row.get("number")]
        sources = [row["source"] for row in rows if row.get("source")]
        for number in sorted({n for n in numbers if numbers.count(n) > 1}):
            raise ValidationError(f"Two references have the number {number}.")
        for source in sources:
            if sources.count(source) > 1:
                raise ValidationError(f"This source stands twice in the references: {source}")

    def pairs(self) -> list[tuple[int, Source]]:
        """(number, source) of every row of a valid set; rows without a number take the next free one."""
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data.get("source")]
        last = max([row["number"] or 0 for row in rows], default=0)
        found = []
        for row in rows:
            number = row["number"]
            if not number:
                number = last = last + 1
            found.append((number, row["source"]))
        return found


class CitationInline(_Inline):
    """Who may change the article may change its references; there is no other permission for them."""

    model = Citation
    form = CitationForm
    formset = Citations
    fields = ("number", "source")
    autocomplete_fields = ("source",)
    template = "admin/articles/article/citations.html"
    verbose_name = "reference"
    verbose_name_plural = "references"
    can_delete = False
    max_num = 999

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("source")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "source":
            widget = SourceSelect(db_field, self.admin_site)
            return SourceField(Source.objects.all(), label="Source", required=False, widget=widget)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_extra(self, request: HttpRequest, obj: Article | None = None, **kwargs: Any) -> int:
        return (obj.citations.count() if obj else 0) + 1

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("articles.view_article") or self.has_change_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("articles.change_article" if obj else "articles.add_article")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
