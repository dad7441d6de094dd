"""The article in the admin: the writer's form of `articles`, with its state and the way into review."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.forms.widgets import Script
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from articles.admin import ArticleAdmin
from articles.models import Article, Publication
from reviews import permissions, states, workflow
from reviews.admin import remarks
from reviews.admin.panel import newest_page, panel_of, states_of
from reviews.admin.screening import KINDS
from reviews.models import Review
from reviews.policy import NoPolicy
from reviews.refusals import Refused

_LIVE = Q(status=Publication.Status.LIVE)


def _reviewed(status: Review.Status) -> Callable[[dt.date], Q]:
    return lambda today: Q(Exists(Review.objects.filter(article=OuterRef("pk"), status=status)))


def _paged(status: Q) -> Callable[[dt.date], Q]:
    return lambda today: Q(Exists(Publication.objects.filter(status, article=OuterRef("pk"))))


def _taken_down(status: Publication.Status) -> Callable[[dt.date], Q]:
    return lambda today: _paged(Q(status=status))(today) & ~_paged(_LIVE)(today)


_STATES: dict[str, tuple[states.State, Callable[[dt.date], Q]]] = {
    "draft": (
        states.DRAFT,
        lambda today: (
            ~Q(Exists(Review.objects.filter(article=OuterRef("pk"), status__in=Review.OPEN)))
            & ~Q(Exists(Publication.objects.filter(article=OuterRef("pk"))))
        ),
    ),
    "in_review": (states.IN_REVIEW, _reviewed(Review.Status.IN_REVIEW)),
    "changes_requested": (states.CHANGES_REQUESTED, _reviewed(Review.Status.CHANGES_REQUESTED)),
    "signed": (states.SIGNED, _reviewed(Review.Status.SIGNED_OFF)),
    "scheduled": (states.SCHEDULED, _reviewed(Review.Status.SCHEDULED)),
    "live": (states.LIVE, _paged(_LIVE)),
    "overdue": (states.REVIEW_OVERDUE, lambda today: _paged(_LIVE & Q(review_due__lt=today))(today)),
    "withdrawn": (states.WITHDRAWN, _taken_down(Publication.Status.WITHDRAWN)),
    "retracted": (states.RETRACTED, _taken_down(Publication.Status.RETRACTED)),
}


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(key, f"{state.shape} {state.word}") for key, (state, _) in _STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = _STATES.get(self.value() or "")
        return queryset.filter(chosen[1](timezone.localdate())) if chosen else queryset


@admin.register(Article)
class ReviewedArticleAdmin(ArticleAdmin):
    """Shows the judgement and asks `workflow` for one transition; it decides nothing itself."""

    change_form_template = "admin/reviews/article_change_form.html"
    list_display = ("state", "headline", "last_writer", "age")  # type: ignore[assignment]
    list_filter = (StateFilter, *ArticleAdmin.list_filter)  # type: ignore[assignment]

    class Media:
        js = (Script("signoff/screening.js", type="module"),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        pages = Publication.objects.exclude(status=Publication.Status.SUPERSEDED)
        return (
            super()
            .get_queryset(request)
            .prefetch_related(
                Prefetch("reviews", Review.objects.filter(status__in=Review.OPEN), to_attr="open_reviews"),
                Prefetch(
                    "publications",
                    pages.only("article_id", "status", "review_due", "published_at").order_by(
                        "-published_at", "-pk"
                    ),
                    to_attr="pages",
                ),
            )
        )

    @admin.display(description="State")
    def state(self, article: Article) -> SafeString:
        reviews: list[Review] = getattr(article, "open_reviews", [])
        page = newest_page(getattr(article, "pages", []))
        found = states_of(reviews[0] if reviews else None, page)
        return format_html_join(" ", "{}", ((states.badge(state),) for state in found))

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Article | None = None,
    ) -> HttpResponse:
        if obj:
            stored = Article.objects.get(pk=obj.pk)
            context["page"], context["kinds"] = "change", KINDS
            try:
                context["panel"] = panel_of(stored, user=cast(User, request.user))
            except NoPolicy as error:
                context["panel_problem"] = str(error)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/submit/", view(self.submit), name="articles_article_submit"),
            path("<int:pk>/answer/", view(self.answer_remark), name="articles_article_answer"),
            path("<int:pk>/marks/", view(self.marks), name="articles_article_marks"),
            *super().get_urls(),
        ]

    def answer_remark(self, request: HttpRequest, pk: int) -> HttpResponse:
        return remarks.answer_remark(self, request, self.visible(request, pk))

    def marks(self, request: HttpRequest, pk: int) -> HttpResponse:
        return remarks.show_marks(self, request, self.visible(request, pk))

    def submit(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand the draft, as this person saw it, to the reviewers. A second click changes nothing."""
        article = self.visible(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_change_permission(request, article):
            raise PermissionDenied
        try:
            review = _submit(article, by=cast(User, request.user), version=request.POST.get("version", ""))
        except (Refused, NoPolicy) as refusal:
            messages.error(request, str(refusal))
        else:
            text = "Edition {} is with the reviewers. <a href='{}'>See it on the desk</a>."
            messages.success(
                request, format_html(text, review.edition.number, reverse("desk:review", args=[review.pk]))
            )
        return HttpResponseRedirect(reverse("admin:articles_article_change", args=[pk]))


def _submit(article: Article, *, by: User, version: str) -> Review:
    with transaction.atomic():
        now = Article.objects.select_for_update().get(pk=article.pk)
        if version != str(now.version):
            raise Refused("Somebody saved this draft since you opened it. Read it, then submit it.", "stale")
        review = now.reviews.filter(status__in=Review.OPEN).select_related("edition").first()
        if review is None:
            return workflow.submit(now, by=by)
        if review.status == Review.Status.IN_REVIEW and review.edition.article_version == now.version:
            permissions.check_can_submit(by, now)
            return review  # the second of two clicks
        return workflow.resubmit(review, by=by)
