"""The library in the admin: one page for each source, with what is known of it, and merging."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from articles.models import RegistryAnswer, Source, SourceVersion, record
from articles.posted import number_in
from articles.sources import library
from articles.sources.evidence import from_dict, in_words, suggested_level
from articles.sources.identifiers import identify, why_not
from articles.sources.names import split_names
from articles.sources.style import short_names, vancouver
from articles.sources.works import IDENTIFIERS

if TYPE_CHECKING:
    _SourceAdmin = admin.ModelAdmin[Source]
    _SourceForm = forms.ModelForm[Source]
else:
    _SourceAdmin = admin.ModelAdmin
    _SourceForm = forms.ModelForm


class SourceForm(_SourceForm):
    """A source; its identifiers are taken in any spelling and kept in one."""

    refusal: library.Duplicate | None = None
    """Why the library refused what this form had let pass a moment ago."""

    class Meta:
        model = Source
        fields = ("title", "authors", "doi", "pmid")  # the rest is added by the admin
        widgets = {
            "title": forms.TextInput(attrs={"class": "vTextField"}),
            "authors": forms.Textarea(attrs={"rows": 2}),
            "editors": forms.Textarea(attrs={"rows": 1}),
        }

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or self.cleaned_data
        for name in IDENTIFIERS:
            text = str(entered.get(name) or "").strip()
            if not text:
                continue
            label = str(self.fields[name].label)
            spoken = {"arxiv": "arXiv:"}.get(name, label)
            found = identify(text) or identify(f"{spoken} {text}")
            if found is None or found.kind != name:
                self.add_error(name, why_not(f"{spoken} {text}") or f"This is no {label}.")
                continue
            entered[name] = found.value
            other = library.known_by(name, found.value) if name in library.UNIQUE else None
            if other and other.pk != self.instance.pk:
                self.add_error(name, str(library.Duplicate(other, name)))
        if self.refusal and self.refusal.name not in self.errors:
            self.add_error(self.refusal.name, str(self.refusal))
        return entered

    def _get_validation_exclusions(self) -> set[str]:
        # Asked in `clean`, in words that name the other source.
        return {*super()._get_validation_exclusions(), *library.UNIQUE}  # type: ignore[misc]


class SourceAdmin(_SourceAdmin):
    """Writers keep the records; the gate asks for a new check of whatever rested on an old one."""

    form = SourceForm
    change_form_template = "admin/articles/source/change_form.html"
    list_display = ("work", "standing", "used_by")
    list_filter = ("standing", "kind")
    search_fields = ("title", "authors", "container", "doi", "pmid", "nct", "isbn")
    search_help_text = "Title, author, journal, DOI, PMID, trial number or ISBN"
    ordering = ("authors", "year", "title")
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    actions = None
    fieldsets = (
        (None, {"fields": ("kind", "title", "authors", "container", "year")}),
        (
            "Volume, pages, identifiers",
            {"fields": ("volume", "issue", "pages", *IDENTIFIERS, "url", "accessed")},
        ),
        (
            "Books and reports",
            {"fields": ("editors", "publisher", "place", "edition"), "classes": ("collapse",)},
        ),
        (
            "Retractions and notices",
            {
                "fields": ("standing",),
                "description": "Signoff looks this up every night. Any change to a source that is cited, "
                "here or above, makes reviewers check again what rests on it before it can be signed.",
            },
        ),
    )

    # --- The list -----------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        return super().get_queryset(request).annotate(uses=Count("citations"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Source], search_term: str
    ) -> tuple[QuerySet[Source], bool]:
        """A pasted identifier, in any spelling, finds its source; a merged record is not offered."""
        if request.path.endswith("/autocomplete/"):
            queryset = queryset.filter(merged_into=None)
        found = identify(search_term)
        if found and found.kind in (*IDENTIFIERS, "url"):
            exact = queryset.filter(**{f"{found.kind}__iexact": found.value})
            if exact:
                return exact, False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description="Source", ordering="title")
    def work(self, source: Source) -> SafeString:
        known = (short_names(split_names(source.authors)), source.container, str(source.year or ""))
        return format_html('{}<span class="sub">{}</span>', source.title, " · ".join(filter(None, known)))

    @admin.display(description="Cited by", ordering="uses")
    def used_by(self, source: Source) -> str:
        uses: int = source.uses  # type: ignore[attr-defined]
        return f"{uses} article{'' if uses == 1 else 's'}"

    def has_delete_permission(self, request: HttpRequest, obj: Source | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None) -> Any:
        return ("standing",)

    # --- One source ---------------------------------------------------------------------------------

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "url":
            kwargs["assume_scheme"] = "https"
        if db_field.name == "accessed":
            # The stock calendar writes style attributes, which our Content-Security-Policy refuses.
            kwargs["widget"] = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in IDENTIFIERS and isinstance(field, forms.CharField):
            field.max_length = None  # a whole address may be pasted; `clean` keeps the identifier
            field.validators = []
            field.widget.attrs.pop("maxlength", None)
        if isinstance(field, forms.Field):
            # What was looked up while the page was open is no change of the writer's.
            field.show_hidden_initial = True
        return field

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except library.Duplicate as refusal:
            # Somebody was faster by a moment: the transaction was undone, so show the page again.
            request.refusal = refusal  # type: ignore[attr-defined]
            return super().changeform_view(request, *args, **kwargs)

    def get_form(
        self, request: HttpRequest, obj: Source | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type("RequestSourceForm", (form,), {"refusal": getattr(request, "refusal", None)})

    def save_model(self, request: HttpRequest, obj: Source, form: Any, change: bool) -> None:
        """Raises `library.Duplicate`, which `changeform_view` turns into the page again."""
        by = cast(User, request.user)
        if not change:
            library.add(obj, by=by, cause="entered")
            return
        fields = {name: form.cleaned_data[name] for name in form.changed_data if name in form.cleaned_data}
        if not fields:
            return
        version = library.amend(obj, by=by, cause="changed by hand", **fields)
        if any(fields.get(name) for name in library.UNIQUE):
            library.look_up_later(obj.pk, f"v{version.number}")

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Source | None = None,
    ) -> HttpResponse:
        if obj:
            stored = Source.objects.get(pk=obj.pk)
            context["about"] = about(stored)
            context["may_merge"] = self.has_change_permission(request, obj) and not stored.merged_into_id
        return super().render_change_form(request, context, add, change, form_url, obj)

    # --- Merging ------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/merge/", view(self.merge_view), name="articles_source_merge"),
            *super().get_urls(),
        ]

    def merge_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Find the other record, see both side by side, say which is kept."""
        source = Source.objects.filter(pk=pk).first()
        if source is None:
            raise Http404("There is no such source.")
        if not self.has_change_permission(request, source):
            raise PermissionDenied
        other = _numbered(request.POST.get("with") or request.GET.get("with", ""))
        if request.method == "POST" and other:
            return self._merge(request, source, other)
        query = request.GET.get("q", "").replace("\x00", "").strip()[:200]
        matches, _ = self.get_search_results(request, self.get_queryset(request), query)
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "title": "Merge two records",
            "source": source,
            "other": other,
            "rows": _side_by_side(source, other) if other else [],
            "twins": library.twins_of(library.work_of(source), but=source),
            "query": query,
            "matches": matches.exclude(pk=source.pk)[:20] if query else [],
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/articles/source/merge.html", context)

    def _merge(self, request: HttpRequest, source: Source, other: Source) -> HttpResponse:
        keep, drop = (other, source) if request.POST.get("keep") == str(other.pk) else (source, other)
        try:
            with transaction.atomic():
                library.merge(keep, drop, by=cast(User, request.user))
                self.merged(keep, drop)
        except ValueError as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(reverse("admin:articles_source_change", args=[source.pk]))
        self.log_change(request, keep, f"Merged with source {drop.pk}")
        messages.success(request, f"Merged. “{drop.title}” (source {drop.pk}) now stands for this record.")
        return HttpResponseRedirect(reverse("admin:articles_source_change", args=[keep.pk]))

    def merged(self, keep: Source, drop: Source) -> None:
        """What else becomes of the two once they are merged, in the same transaction."""


def about(source: Source) -> dict[str, Any]:
    """What is known of a source beside its record: how it prints, its evidence, answers, versions."""
    evidence = from_dict(source.evidence)
    _, why = suggested_level(evidence)
    keys = [f"{name}:{value}" for name in IDENTIFIERS if (value := getattr(source, name))]
    versions = list(source.versions.select_related("by").order_by("-number")[:50])
    for newer, older in pairwise(versions):
        newer.changed = _changed(older, newer)  # type: ignore[attr-defined]
    return {
        "printed": vancouver(library.work_of(source)),
        "evidence": in_words(evidence),
        "level": why,
        "answers": RegistryAnswer.objects.filter(identifier__in=keys).defer("body"),
        "versions": versions,
    }


def _changed(older: SourceVersion, newer: SourceVersion) -> str:
    names = {f.name: str(f.verbose_name) for f in Source._meta.concrete_fields}
    keys = [k for k in {**older.record, **newer.record} if older.record.get(k) != newer.record.get(k)]
    told = [names.get(key, key) for key in keys]
    if older.evidence != newer.evidence:
        told.append("evidence")
    return ", ".join(told)


def _side_by_side(one: Source, two: Source) -> list[tuple[str, str, str]]:
    first, second = record(one), record(two)
    rows = [("Number", str(one.pk), str(two.pk))]
    for field in Source._meta.concrete_fields:
        mine, theirs = (str(known.get(field.name) or "") for known in (first, second))
        if mine or theirs:
            rows.append((capfirst(str(field.verbose_name)), mine, theirs))
    for title, known in (("Cited by", "citations"), ("Checks", "checks")):
        rows.append((title, str(getattr(one, known).count()), str(getattr(two, known).count())))
    return rows


def _numbered(text: str) -> Source | None:
    return Source.objects.filter(pk=number_in(text)).first()
