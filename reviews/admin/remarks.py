"""The writer and the screening: answering a remark, and the text with all its marks, without any script."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from articles.freezing import draft_document
from articles.models import Article
from articles.posted import number_in
from reviews import answers, permissions
from reviews.admin.screening import KINDS, content_of, screening_of
from reviews.desk.access import status_of
from reviews.desk.offers import sentence
from reviews.marking import mark_up
from reviews.policy import screened
from reviews.refusals import Refused

_PAGES = {"change": "admin:articles_article_change", "marks": "admin:articles_article_marks"}


def answer_remark(model_admin: Any, request: HttpRequest, article: Article) -> HttpResponse:
    """Record the writer's answer to one remark, or take it back; then the page that it was given on."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not model_admin.has_change_permission(request, article):
        raise PermissionDenied
    by, sent = cast(User, request.user), request.POST
    what = {"rule": sent.get("rule", ""), "quote": sent.get("quote", "")}
    version = number_in(sent.get("version"))
    try:
        if "take_back" in sent:
            answers.take_back(article, by=by, version=version, **what)
            done = "Answer taken back."
        else:
            answers.answer(
                article,
                by=by,
                version=version,
                kind=sent.get("kind", ""),
                reason=sent.get("reason", "").replace("\r\n", "\n"),
                **what,
            )
            done = "Answer recorded. The reviewer sees it with the text you submit next."
    except Refused as refusal:
        return _refused(model_admin, request, article, refusal)
    messages.success(request, done)
    page = _PAGES.get(sent.get("page", ""), _PAGES["change"])
    place = number_in(sent.get("hit"))
    return HttpResponseRedirect(reverse(page, args=[article.pk]) + (f"#hit-{place}" if place else ""))


def show_marks(model_admin: Any, request: HttpRequest, article: Article) -> HttpResponse:
    """The draft as it is stored, the passages that the screening remarks on marked in it, and the list."""
    document = draft_document(article)
    hits = screened(document)
    refused = sentence(lambda: permissions.check_can_answer(cast(User, request.user), article))
    may_answer = not refused and model_admin.has_change_permission(request, article)
    screening = screening_of(document, answers.answered_hits(article, hits), may_answer=may_answer)
    content = content_of(article)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "The text with its marks",
        "article": article,
        "stored": article,
        "text": mark_up(content, screening.marks()),
        "references": content["references"],
        "screening": screening,
        "kinds": KINDS,
        "page": "marks",
    }
    return TemplateResponse(request, "admin/reviews/marks.html", context)


def _refused(model_admin: Any, request: HttpRequest, article: Article, refusal: Refused) -> HttpResponse:
    """The refusal with all that was sent, to be sent again where that can help."""
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Not recorded",
        "article": article,
        "refusal": refusal,
        "again": not {"gone", "fix", "permission", "not_contributor"} & set(refusal.codes),
        "sent": request.POST,
        "kinds": KINDS,
    }
    return TemplateResponse(request, "admin/reviews/answer.html", context, status=status_of(refusal))
