from __future__ import annotations

from django.urls import path

from articles.public import views

app_name = "public"
urlpatterns = [
    path("", views.home, name="home"),
    path("topics/", views.topics, name="topics"),
    path("topics/<slug:slug>/", views.topic, name="topic"),
    path("articles/<slug:slug>/", views.article, name="article"),
    path("articles/<slug:slug>/references.<slug:ending>", views.references, name="references"),
    path("healthz", views.healthz, name="healthz"),
]
