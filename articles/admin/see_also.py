"""Choosing what an article leads to. A page of its own: what is saved here is what readers see at once,
and it is no version of the draft.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from articles import see_also
from articles.admin.selecting import ArticleSelect
from articles.editing import NotSaved
from articles.models import Article, SeeAlso
from articles.models.finding import ever_live

if TYPE_CHECKING:
    from articles.admin.article import ArticleAdmin

_ORDINALS = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth")


class PickForm(forms.Form):
    """Six boxes in the order in which readers see what is in them; empty ones are left out."""

    def __init__(self, *args: Any, model_admin: ArticleAdmin, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for number in range(see_also.MOST_PICKED):
            box = ArticleSelect(SeeAlso._meta.get_field("other"), model_admin.admin_site)
            self.fields[f"other_{number}"] = forms.ModelChoiceField(
                Article.objects.filter(ever_live()), label=_ORDINALS[number], required=False, widget=box
            )

    def others(self) -> list[Article]:
        """What was chosen, in order."""
        return [self.cleaned_data[name] for name in self.fields if self.cleaned_data[name]]


def choose(model_admin: ArticleAdmin, request: HttpRequest, article: Article) -> HttpResponse:
    """Show what was picked for an article; on POST put what was chosen in its place."""
    if not model_admin.has_change_permission(request, article):
        raise PermissionDenied
    now = {f"other_{number}": other for number, other in enumerate(see_also.picked(article))}
    form = PickForm(request.POST or None, initial=now, model_admin=model_admin)
    if form.is_bound and form.is_valid():
        try:
            see_also.pick(article, by=cast(User, request.user), others=form.others())
        except NotSaved as refusal:
            form.add_error(None, str(refusal))
        else:
            titles = ", ".join(f"“{other.title}”" for other in form.others()) or "nothing"
            model_admin.log_change(request, article, f"See also: {titles}")
            messages.success(request, "Saved. Where the article is live, readers see it now.")
            return HttpResponseRedirect(reverse("admin:articles_article_see_also", args=[article.pk]))
    context = model_admin.page_context(request, article) | {
        "title": "See also",
        "form": form,
        "media": model_admin.media + form.media,
    }
    answer = TemplateResponse(request, "admin/articles/article/see_also.html", context)
    if form.is_bound:
        answer.status_code = 422
    return answer
