"""Writing: the article's form, list and history. Whatever it saves goes through `articles.editing`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import CharField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat, NullIf, Trim
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince

from articles.admin import history, references, see_also
from articles.admin.citations import CitationInline, Citations
from articles.admin.comparison import Change, changes, text_of, text_of_form
from articles.admin.forms import ArticleForm
from articles.editing import NotAllowed, NotSaved, create_article, save_draft
from articles.html import clean
from articles.models import Article, Contribution

if TYPE_CHECKING:
    _ArticleAdmin = admin.ModelAdmin[Article]
else:
    _ArticleAdmin = admin.ModelAdmin


class MineFilter(admin.SimpleListFilter):
    title = "who wrote it"
    parameter_name = "mine"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "I did")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() != "1":
            return queryset
        return queryset.filter(pk__in=Contribution.objects.filter(person=request.user.pk).values("article"))


class ArticleAdmin(_ArticleAdmin):
    """The stock admin of a draft, except that nothing is written but by one call of the service."""

    form = ArticleForm
    inlines = (CitationInline,)
    change_form_template = "admin/articles/article/change_form.html"
    list_display = ("headline", "last_writer", "age")
    list_display_links = ("headline",)
    list_filter = (MineFilter, ("topics", admin.RelatedOnlyFieldListFilter), "locale")
    search_fields = ("title",)
    search_help_text = "Words of the title"
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    empty_value_display = "none"
    ordering = ("-updated_at", "-pk")
    sortable_by = ("headline", "age")
    actions = None
    fieldsets = (
        (None, {"fields": ("title", "slug", "summary", "body")}),
        (
            "About this article",
            {"fields": ("topics", "authors", "interests", "locale"), "classes": ("rail",)},
        ),
        (
            "Note to readers",
            {
                "fields": ("correction_kind", "correction_text"),
                "classes": ("rail",),
                "description": "When this changes something that readers have seen, tell them what.",
            },
        ),
    )

    # --- What the list shows ----------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        last = Contribution.objects.filter(article=OuterRef("pk")).order_by("-version")
        name = Coalesce(
            NullIf(Trim(Concat(F("person__first_name"), Value(" "), F("person__last_name"))), Value("")),
            F("person__username"),
            output_field=CharField(),
        )
        return (
            super()
            .get_queryset(request)
            .annotate(last_writer_name=Subquery(last.annotate(name=name).values("name")[:1]))
        )

    @admin.display(description="Title", ordering="title")
    def headline(self, article: Article) -> str:
        return article.title

    @admin.display(description="Last written by")
    def last_writer(self, article: Article) -> str:
        return str(getattr(article, "last_writer_name", None) or "Nobody stands for it")

    @admin.display(description="Changed", ordering="updated_at")
    def age(self, article: Article) -> SafeString:
        ago = timesince(article.updated_at, depth=1)
        when = date_format(timezone.localtime(article.updated_at), "DATETIME_FORMAT")
        return format_html(
            '<time datetime="{}" title="{}">{} ago</time>', article.updated_at.isoformat(), when, ago
        )

    # --- Who may what -----------------------------------------------------------------------------

    def has_delete_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        return False

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Article | None = None
    ) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ("title",)}

    def get_fieldsets(self, request: HttpRequest, obj: Article | None = None) -> Any:
        if obj is None or self.has_change_permission(request, obj):
            return self.fieldsets
        # Someone who only reads gets the text as text.
        (first, options), *rest = self.fieldsets
        return ((first, options | {"fields": ("title", "slug", "summary", "readable_body")}), *rest)

    def get_readonly_fields(self, request: HttpRequest, obj: Article | None = None) -> Any:
        return () if obj is None or self.has_change_permission(request, obj) else ("readable_body",)

    @admin.display(description="Text")
    def readable_body(self, article: Article) -> SafeString:
        return mark_safe(f'<div class="reading">{clean(article.body)}</div>')  # noqa: S308

    # --- The form ---------------------------------------------------------------------------------

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        if "_saveasnew" in request.POST:
            raise BadRequest("A draft is not saved under another name here.")
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except NotAllowed as refusal:
            raise PermissionDenied from refusal
        except NotSaved as refusal:
            # Checked a moment ago and yet refused: the transaction was undone, so show the page again.
            request.refusal = refusal  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"authors": [request.user.pk], **super().get_changeform_initial_data(request)}

    def get_form(
        self, request: HttpRequest, obj: Article | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type("RequestArticleForm", (form,), {"refusal": getattr(request, "refusal", None)})

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        params: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        params["read_only"] = not inline.has_change_permission(request, obj if obj.pk else None)
        if not params["read_only"]:
            params["queryset"] = inline.model.objects.none()
            if request.method != "POST" and obj.pk:
                params["initial"] = [
                    {"number": c.number, "source": c.source_id} for c in obj.citations.order_by("number")
                ]
        return params

    def save_model(self, request: HttpRequest, obj: Article, form: Any, change: bool) -> None:
        """Nothing: the draft and all that belongs to it are saved at once, in `save_related`."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The one call that writes. Raises `NotSaved`, which `changeform_view` turns into the page again."""
        by, fields = cast(User, request.user), form.draft_fields()
        fields["citations"] = formsets[0].pairs()
        article = form.instance
        if change:
            saved = save_draft(article, by=by, version=int(form.cleaned_data["version"]), **fields)
        else:
            saved = create_article(by=by, **fields)
        article.pk, article.title, article.version = saved.pk, saved.title, saved.version

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        return f"Version {form.instance.version}"

    def response_add(
        self, request: HttpRequest, obj: Article, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._saved(request, obj)

    def response_change(self, request: HttpRequest, obj: Article) -> HttpResponse:
        return self._saved(request, obj)

    def _saved(self, request: HttpRequest, article: Article) -> HttpResponse:
        at = time_format(timezone.localtime(), "H:i e")
        messages.success(request, f"“{article.title}” is saved as version {article.version} ({at}).")
        if "_save" in request.POST and IS_POPUP_VAR not in request.POST:
            return self.response_post_save_change(request, article)
        address = reverse("admin:articles_article_change", args=[article.pk])
        if "_background" in request.POST:
            # Somebody else may save before the page is fetched: the script is told which version is its own.
            address += f"?saved={article.version}"
        return HttpResponseRedirect(address)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Article | None = None,
    ) -> HttpResponse:
        form = context["adminform"].form
        context["show_save_and_add_another"] = False
        stored = Article.objects.get(pk=obj.pk) if obj else None  # `obj` carries what was entered
        if stored:
            context["title"], context["subtitle"] = stored.title, None
        context["stored"] = stored
        conflict = getattr(form, "conflict", None)
        if conflict:
            formsets = [inline.formset for inline in context["inline_admin_formsets"]]
            context["conflict"], context["conflict_text"] = conflict, text_of(conflict)
            context["conflict_changes"] = _against(conflict, form, formsets)
        response = super().render_change_form(request, context, add, change, form_url, obj)
        if conflict:
            response.status_code = 409
        elif form.is_bound:
            response.status_code = 422
        return response

    # --- History ----------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/history/", view(self.history_of), name="articles_article_history"),
            path("<int:pk>/history/<int:version>/", view(self.version_of), name="articles_article_version"),
            path(
                "<int:pk>/history/<int:version>/restore/",
                view(self.restore_of),
                name="articles_article_restore",
            ),
            path("<int:pk>/references/", view(self.references_of), name="articles_article_references"),
            path(
                "<int:pk>/references.<slug:ending>",
                view(self.references_file_of),
                name="articles_article_references_file",
            ),
            path("<int:pk>/see-also/", view(self.see_also_of), name="articles_article_see_also"),
            *super().get_urls(),
        ]

    def history_of(self, request: HttpRequest, pk: int) -> HttpResponse:
        return history.list_versions(self, request, self.visible(request, pk))

    def version_of(self, request: HttpRequest, pk: int, version: int) -> HttpResponse:
        return history.show_version(self, request, self.visible(request, pk), version)

    def restore_of(self, request: HttpRequest, pk: int, version: int) -> HttpResponse:
        return history.restore_version(self, request, self.visible(request, pk), version)

    def references_of(self, request: HttpRequest, pk: int) -> HttpResponse:
        return references.add_references(self, request, self.visible(request, pk))

    def references_file_of(self, request: HttpRequest, pk: int, ending: str) -> HttpResponse:
        return references.export_references(self.visible(request, pk), ending)

    def see_also_of(self, request: HttpRequest, pk: int) -> HttpResponse:
        return see_also.choose(self, request, self.visible(request, pk))

    def page_context(self, request: HttpRequest, article: Article) -> dict[str, Any]:
        """What every page of its own about an article shows of it."""
        request.current_app = self.admin_site.name
        return {
            **self.admin_site.each_context(request),
            "subtitle": article.title,
            "article": article,
            "original": article,
            "opts": self.opts,
        }

    def visible(self, request: HttpRequest, pk: int) -> Article:
        """The article, for someone who may at least read it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        article = self.get_object(request, str(pk))
        if article is None:
            raise Http404("There is no such article.")
        return article


def _against(conflict: Article, form: Any, formsets: list[Citations]) -> list[Change]:
    """How the text in the form differs from the one that was saved meanwhile."""
    entered = getattr(form, "cleaned_data", {})
    now = text_of(conflict)
    rows = [
        row
        for formset in formsets
        for f in formset.forms
        if (row := getattr(f, "cleaned_data", {})).get("source")
    ]
    mine = text_of_form(entered, [(row.get("number") or 0, row["source"]) for row in rows])
    return changes(now, mine)
