"""The history of a draft: its versions, what changed in each, and bringing an old text back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from reversion.errors import RevertError
from reversion.models import Version

from articles.admin.comparison import changes, text_of, text_of_version
from articles.editing import NotAllowed, NotSaved, restore
from articles.models import Article, Contribution
from articles.posted import number_in

if TYPE_CHECKING:
    from articles.admin.article import ArticleAdmin

PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class Row:
    """One version in the list."""

    pk: int
    number: int | None
    title: str
    person: User | None
    action: str
    at: Any
    is_current: bool


def list_versions(model_admin: ArticleAdmin, request: HttpRequest, article: Article) -> HttpResponse:
    """Every kept version, newest first: who saved it, when, and by doing what."""
    page = Paginator(_versions(article), PER_PAGE).get_page(request.GET.get("p"))
    contributions = {
        c.version: c
        for c in article.contributions.select_related("person").filter(version__lte=article.version)
    }
    context = _context(model_admin, request, article) | {
        "title": "History",
        "rows": [_row(version, contributions, article) for version in page],
        "page": page,
    }
    return TemplateResponse(request, "admin/articles/article/history.html", context)


def show_version(
    model_admin: ArticleAdmin, request: HttpRequest, article: Article, version_id: int
) -> HttpResponse:
    """One version, compared with the one before it or with the draft of today (`?against=current`)."""
    version = _version(article, version_id)
    before = _versions(article).filter(pk__lt=version.pk).first()
    against_current = request.GET.get("against") == "current"
    try:
        then = text_of_version(version)
        if against_current:
            found = changes(text_of(article), then)
        else:
            found = changes(text_of_version(before) if before else {}, then)
    except RevertError as error:
        raise Http404("This version was kept by a release that cannot be read any more.") from error
    contributions = {c.version: c for c in article.contributions.select_related("person")}
    context = _context(model_admin, request, article) | {
        "row": (row := _row(version, contributions, article)),
        "title": f"Version {row.number}",
        "before": before,
        "against_current": against_current,
        "changes": found,
        "text": then,
    }
    return TemplateResponse(request, "admin/articles/article/version.html", context)


def restore_version(
    model_admin: ArticleAdmin, request: HttpRequest, article: Article, version_id: int
) -> HttpResponse:
    """Bring the text of a version back as the newest draft; what readers see does not change."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    version = _version(article, version_id)
    started_from = number_in(request.POST.get("version"))
    try:
        saved = restore(article, by=cast(User, request.user), version=started_from, revision=version)
    except NotAllowed as refusal:
        raise PermissionDenied from refusal
    except NotSaved as refusal:
        messages.error(request, f"Nothing was restored. {refusal}")
        return HttpResponseRedirect(reverse("admin:articles_article_history", args=[article.pk]))
    except RevertError:
        messages.error(request, "Nothing was restored: this version cannot be read any more.")
        return HttpResponseRedirect(reverse("admin:articles_article_history", args=[article.pk]))
    number = version.field_dict.get("version")
    messages.success(
        request,
        f"The text of version {number} is back, as version {saved.version}. "
        "Readers still see what was signed.",
    )
    model_admin.log_change(request, saved, [])
    return HttpResponseRedirect(reverse("admin:articles_article_change", args=[article.pk]))


def _versions(article: Article) -> Any:
    return (
        Version.objects.get_for_object(article)
        .select_related("revision__user", "content_type")
        .order_by("-pk")
    )


def _version(article: Article, version_id: int) -> Version:
    version: Version = get_object_or_404(_versions(article), pk=version_id)
    return version


def _row(version: Version, contributions: dict[int, Contribution], article: Article) -> Row:
    try:
        fields = version.field_dict
    except RevertError:
        fields = {}
    number = fields.get("version")
    contribution = contributions.get(number) if number is not None else None
    return Row(
        pk=version.pk,
        number=number,
        title=str(fields.get("title", "")),
        person=contribution.person if contribution else version.revision.user,
        action=contribution.get_action_display() if contribution else version.revision.get_comment(),
        at=contribution.at if contribution else version.revision.date_created,
        is_current=number == article.version,
    )


def _context(model_admin: ArticleAdmin, request: HttpRequest, article: Article) -> dict[str, Any]:
    return model_admin.page_context(request, article) | {
        "may_restore": model_admin.has_change_permission(request, article),
        "preserved_filters": model_admin.get_preserved_filters(request),
    }
