"""The API's addresses, a URLconf of their own: `articles.api.door` resolves in it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.urls import path

from articles.api import views


# To describe the API takes 3 MB of modules that answering it does not need.
def _schema(request: HttpRequest) -> HttpResponseBase:
    from articles.api.schema import Schema

    answer: HttpResponseBase = Schema.as_view()(request)
    return answer


def _reference(request: HttpRequest) -> HttpResponseBase:
    from articles.api.reference import reference

    return reference(request)


urlpatterns = [
    path("api/v1/", views.Root.as_view(), name="root"),
    path("api/v1/articles/", views.Articles.as_view(), name="articles"),
    path("api/v1/articles/<slug:slug>/", views.Article.as_view(), name="article"),
    path("api/v1/topics/", views.Topics.as_view(), name="topics"),
    path("api/v1/reviewers/", views.Reviewers.as_view(), name="reviewers"),
    path("api/v1/sources/", views.Sources.as_view(), name="sources"),
    path("api/v1/notices/", views.Notices.as_view(), name="notices"),
    path("api/v1/schema/", _schema, name="schema"),
    path("api/v1/docs/", _reference, name="docs"),
]
