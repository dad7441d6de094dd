"""Adding references to a draft by pasting them, and giving a draft's references away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from articles.downloads import FORMATS, references_file
from articles.editing import NotAllowed, NotSaved, save_draft
from articles.models import Article, Source
from articles.posted import number_in
from articles.sources.library import Entered, enter, work_of
from articles.sources.pasting import read_pasted, read_uploaded, together
from articles.sources.reading import LARGEST, Unreadable

if TYPE_CHECKING:
    from articles.admin.article import ArticleAdmin


class PasteForm(forms.Form):
    """A text or a file; `pasted` is what was read from them."""

    text = forms.CharField(
        label="Paste references",
        required=False,
        max_length=200_000,
        error_messages={"max_length": "This is too long to paste; choose it as a file, or paste a part."},
        help_text="One a line: a DOI, PubMed number, trial number, ISBN, address or a whole reference. "
        "Or the contents of a RIS, BibTeX, PubMed or CSL-JSON file.",
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
    )
    file = forms.FileField(label="Or choose a file", required=False, allow_empty_file=True)

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        file = entered.get("file")
        if file and file.size > LARGEST:
            raise forms.ValidationError("This file is too large; 5 MB is the most.")
        try:
            parts = [read_pasted(entered.get("text") or "")]
            if file:
                parts.append(read_uploaded(file.read(), name=file.name))
        except Unreadable as error:
            raise forms.ValidationError(str(error)) from error
        self.pasted = together(*parts)
        if not (self.pasted.works or self.pasted.problems):
            raise forms.ValidationError("Paste something, or choose a file.")
        return entered


def add_references(model_admin: ArticleAdmin, request: HttpRequest, article: Article) -> HttpResponse:
    """Paste → what became of each entry → chosen ones at the end of the draft's references."""
    if not model_admin.has_change_permission(request, article):
        raise PermissionDenied
    if request.method == "POST" and "cite" in request.POST:
        return _cite(model_admin, request, article)
    form = PasteForm(request.POST or None, request.FILES or None)
    context = model_admin.page_context(request, article) | {"title": "Add references", "form": form}
    if form.is_bound and form.is_valid():
        by = cast(User, request.user)
        cited = set(article.citations.values_list("source", flat=True))
        found: dict[int, Entered] = {}
        for work in form.pasted.works:
            entered = enter(work, by=by, cause="pasted")
            found.setdefault(entered.source.pk, entered)
        if not form.pasted.problems:
            context["form"] = PasteForm()  # what was read need not be read again
        context |= {
            "found": [(entered, entered.source.pk in cited) for entered in found.values()],
            "problems": form.pasted.problems,
            "version": article.version,
        }
    answer = TemplateResponse(request, "admin/articles/article/add_references.html", context)
    if form.is_bound and not form.is_valid():
        answer.status_code = 422
    return answer


def _cite(model_admin: ArticleAdmin, request: HttpRequest, article: Article) -> HttpResponse:
    chosen = [number_in(posted) for posted in request.POST.getlist("cite")]
    sources = Source.objects.in_bulk(chosen)
    version = number_in(request.POST.get("version"))
    now = list(article.citations.select_related("source"))
    cited = {citation.source_id for citation in now}
    new = [sources[pk] for pk in dict.fromkeys(chosen) if pk in sources and pk not in cited]
    last = max([citation.number for citation in now], default=0)
    pairs = [(c.number, c.source) for c in now] + [(last + n, s) for n, s in enumerate(new, start=1)]
    here = HttpResponseRedirect(reverse("admin:articles_article_change", args=[article.pk]))
    if not new:
        messages.info(request, "These stand among the references already; nothing was changed.")
        return here
    try:
        saved = save_draft(article, by=cast(User, request.user), version=version, citations=pairs)
    except NotAllowed as refusal:
        raise PermissionDenied from refusal
    except NotSaved as refusal:
        messages.error(request, f"The references were not added. {refusal}")
        return here
    model_admin.log_change(request, saved, [])
    one = len(new) == 1
    added = f"Reference {last + 1} is" if one else f"References {last + 1} to {last + len(new)} are"
    messages.success(request, f"{added} in version {saved.version}.")
    return here


def export_references(article: Article, ending: str) -> HttpResponse:
    """The draft's references as a file: .ris, .bib or .json (CSL-JSON)."""
    if ending not in FORMATS:
        raise Http404("There is no such format.")
    works = [work_of(c.source) for c in article.citations.select_related("source").order_by("number")]
    return references_file(works, name=article.slug, ending=ending)
