"""Sources and topics: the library that all articles share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from articles.models import Source, Topic

if TYPE_CHECKING:
    _SourceAdmin = admin.ModelAdmin[Source]
    _TopicAdmin = admin.ModelAdmin[Topic]
    _SourceForm = forms.ModelForm[Source]
else:
    _SourceAdmin = _TopicAdmin = admin.ModelAdmin
    _SourceForm = forms.ModelForm

_RESOLVERS = ("https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "http://dx.doi.org/", "doi:")


class SourceForm(_SourceForm):
    """A source, found by its DOI or PMID only once."""

    class Meta:
        model = Source
        fields = ("title", "authors", "doi", "pmid")  # the rest is added by the admin
        widgets = {
            "title": forms.TextInput(attrs={"class": "vTextField"}),
            "authors": forms.Textarea(attrs={"rows": 2}),
        }

    def clean_doi(self) -> str:
        doi = str(self.cleaned_data["doi"]).strip()
        for prefix in _RESOLVERS:
            if doi.lower().startswith(prefix):
                doi = doi[len(prefix) :]
        return self._once("doi", doi, "DOI")

    def clean_pmid(self) -> str:
        return self._once("pmid", str(self.cleaned_data["pmid"]).strip(), "PMID")

    def _once(self, field: str, value: str, name: str) -> str:
        other = (
            Source.objects.filter(**{field: value}).exclude(pk=self.instance.pk).first() if value else None
        )
        if other:
            raise forms.ValidationError(f"A source with this {name} is in the library already: {other}")
        return value


@admin.register(Source)
class SourceAdmin(_SourceAdmin):
    """Writers keep the records; the gate asks for a new check of whatever rested on an old one."""

    form = SourceForm
    list_display = ("title", "authors", "container", "year", "standing", "used_by")
    list_filter = ("standing", "kind")
    search_fields = ("title", "authors", "container", "doi", "pmid")
    search_help_text = "Title, author, journal, DOI or PMID"
    ordering = ("authors", "year", "title")
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    actions = None
    fieldsets = (
        (None, {"fields": ("kind", "title", "authors", "container", "year")}),
        ("Volume, pages, identifiers", {"fields": ("volume", "issue", "pages", "doi", "pmid", "url")}),
        (
            "Retractions and notices",
            {
                "fields": ("standing",),
                "description": "Signoff looks this up. Any change to a source that is cited, here or above, "
                "makes reviewers check again what rests on it before it can be signed or published.",
            },
        ),
    )

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "url":
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        return super().get_queryset(request).annotate(uses=Count("citations"))

    @admin.display(description="Cited by", ordering="uses")
    def used_by(self, source: Source) -> str:
        uses: int = source.uses  # type: ignore[attr-defined]
        return f"{uses} article{'' if uses == 1 else 's'}"

    def has_delete_permission(self, request: HttpRequest, obj: Source | None = None) -> bool:
        return False


@admin.register(Topic)
class TopicAdmin(_TopicAdmin):
    """Topics are policy: disclaimers hang on their addresses, so an address is set once."""

    list_display = ("name", "slug", "articles_in")
    search_fields = ("name",)
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        return super().get_queryset(request).annotate(uses=Count("articles"))

    @admin.display(description="Articles", ordering="uses")
    def articles_in(self, topic: Topic) -> int:
        uses: int = topic.uses  # type: ignore[attr-defined]
        return uses

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Topic | None = None
    ) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ("name",)}

    def get_readonly_fields(self, request: HttpRequest, obj: Topic | None = None) -> Any:
        return ("slug",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Topic | None = None) -> bool:
        return False
